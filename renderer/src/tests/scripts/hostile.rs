//! Pages that try to take the process down: the scripts of the document may end, the page stays.

use super::{HURRY, Scripted, on_stack};
use std::path::Path;
use std::time::Duration;

/// What the pages are named after, and what the console says in the end where that is certain.
fn run(name: &str) -> Scripted {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/scripts/hostile");
    let page = std::fs::read_to_string(folder.join(name)).expect("the page is there");
    HURRY.set(Some(Duration::from_millis(2_500)));
    let mut page = Scripted::new(&page);
    page.pass();
    page.click(20.0, 20.0);
    page.click(100.0, 60.0);
    page.type_text("ab");
    page.pass();
    page
}

macro_rules! survives {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                on_stack(|| drop(run(concat!(stringify!($name), ".html"))));
            }
        )*

        #[test]
        fn every_page_of_the_folder_is_tried() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/scripts/hostile");
            let known = [$(concat!(stringify!($name), ".html")),*];
            for entry in std::fs::read_dir(folder).expect("the folder") {
                let name = entry.expect("an entry").file_name();
                assert!(known.contains(&&*name.to_string_lossy()), "{name:?}");
            }
        }
    };
}

survives!(
    deep_layout,
    loops,
    loops_and_catches,
    nodes,
    nodes_attached,
    text,
    clones,
    click_recursion,
    regex,
    pollution,
    requests,
    brands,
    remove_on_down,
    remove_on_hover,
    cycles,
    deep,
    deep_markup,
    deep_templates,
    parser,
    write_recursion,
    timers,
    intervals,
    observers,
    posts,
    urls,
    selectors,
    styles,
    types,
    garbage,
    reuse,
    console,
    dialogs,
    history,
    layout,
    attributes,
    svg,
    frames,
    selects,
    writes,
    imports,
    pictures,
    documents,
    ranges,
    sheets,
    messages,
    custom_elements,
    xml,
    storage,
    canvas,
);
