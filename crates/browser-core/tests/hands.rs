//! Copy and paste, menus, the list under the address bar, and tabs that come back or move.

use browser_core::{Action, Event};
use protocol::clipboard::{Edit, Target};
use protocol::ids::{ProcessId, Role, SurfaceId, TabId};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::{
    CLIPBOARD_BYTES_MAX, POPUP_PADDING, POPUP_ROW_HEIGHT, SHELL_HEIGHT, TABS_MAX,
};
use protocol::renderer::FromRenderer;
use protocol::shell::FromShell;
use protocol::surface::SurfacePart;
use sim::world::World;

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";
const NONE: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};
const CTRL: Modifiers = Modifiers { ctrl: true, ..NONE };
const SHIFT: Modifiers = Modifiers {
    shift: true,
    ..NONE
};
const CTRL_SHIFT: Modifiers = Modifiers {
    ctrl: true,
    ..SHIFT
};
/// A place of the page.
const PAGE: (f32, f32) = (400.0, 300.0);

fn press(world: &mut World, key: Key, modifiers: Modifiers) -> Vec<Action> {
    world.input(InputEvent::KeyDown {
        key,
        modifiers,
        repeat: false,
    })
}

fn click(world: &mut World, button: Button, (x, y): (f32, f32)) -> Vec<Action> {
    let modifiers = NONE;
    let mut actions = world.input(InputEvent::PointerDown {
        x,
        y,
        button,
        modifiers,
    });
    actions.extend(world.input(InputEvent::PointerUp {
        x,
        y,
        button,
        modifiers,
    }));
    actions
}

fn page() -> (World, TabId, ProcessId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    (world, tab, process)
}

fn edits(actions: &[Action]) -> Vec<(ProcessId, u32, Edit)> {
    let edit = |action: &Action| match action {
        Action::Edit {
            process,
            sequence,
            edit,
            ..
        } => Some((*process, *sequence, *edit)),
        _ => None,
    };
    actions.iter().filter_map(edit).collect()
}

fn question(actions: &[Action]) -> Option<(ProcessId, u32)> {
    actions.iter().find_map(|action| match action {
        Action::Inspect {
            process, sequence, ..
        } => Some((*process, *sequence)),
        _ => None,
    })
}

fn pastes(actions: &[Action]) -> Vec<ProcessId> {
    let paste = |action: &Action| match action {
        Action::Paste { process, .. } => Some(*process),
        _ => None,
    };
    actions.iter().filter_map(paste).collect()
}

/// Opens the menu of the page, which says that this is there.
fn open_menu(world: &mut World, target: Target) {
    let asked = click(world, Button::Right, PAGE);
    let (process, sequence) = question(&asked).expect("the page is asked");
    world.renderer(process, FromRenderer::Inspected { sequence, target });
}

fn rows(world: &World) -> Vec<String> {
    let popup = world.popup.as_ref();
    let rows = popup.map_or(&[][..], |popup| &popup.rows);
    rows.iter().map(|row| row.text.clone()).collect()
}

fn details(world: &World) -> Vec<String> {
    let popup = world.popup.as_ref();
    let rows = popup.map_or(&[][..], |popup| &popup.rows);
    rows.iter().map(|row| row.detail.clone()).collect()
}

/// Clicks the row with that text in a menu whose corner is there.
fn choose(world: &mut World, text: &str, (x, y): (f32, f32)) -> Vec<Action> {
    let row = rows(world).iter().position(|row| row == text);
    let row = row.unwrap_or_else(|| panic!("{text} is not in {:?}", rows(world)));
    let below = POPUP_PADDING + row as u32 * POPUP_ROW_HEIGHT + 5;
    click(world, Button::Left, (x + 9.0, y + below as f32))
}

#[test]
fn text_is_taken_only_from_where_the_user_copies() {
    let (mut world, _, process) = page();
    let asked = edits(&press(&mut world, Key::Character('c'), CTRL));
    let [(to, sequence, Edit::Copy)] = asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(to, process);
    let message = FromRenderer::Copied { sequence, bytes: 7 };
    let taken = world.renderer(process, message);
    let take = Action::TakeCopy {
        process,
        sequence,
        bytes: 7,
    };
    assert!(taken.contains(&take), "{taken:?}");
}

#[test]
fn nothing_selected_copies_nothing_and_too_much_says_so() {
    let (mut world, tab, process) = page();
    let too_much = CLIPBOARD_BYTES_MAX as u32 + 1;
    for bytes in [0, too_much] {
        let (_, sequence, _) = edits(&press(&mut world, Key::Character('x'), CTRL))[0];
        let said = world.renderer(process, FromRenderer::Copied { sequence, bytes });
        let is_taken = |action: &Action| matches!(action, Action::TakeCopy { .. });
        assert!(!said.iter().any(is_taken));
        world.settle();
    }
    let notice = world.tab(tab).notice.expect("it is said");
    assert!(notice.contains(&too_much.to_string()), "{notice}");
}

#[test]
fn clipboard_goes_to_the_document_that_the_user_pastes_into_and_to_no_other() {
    let (mut world, tab, process) = page();
    let ask = |world: &mut World| {
        let asked = press(world, Key::Character('v'), CTRL);
        assert!(pastes(&asked).is_empty(), "the text has to be read first");
        world.reads.pop_front().expect("the clipboard is read")
    };
    let answer = |world: &mut World, request| {
        let result = Ok(5);
        world.send(Event::ClipboardRead { request, result })
    };
    let request = ask(&mut world);
    assert_eq!(pastes(&answer(&mut world, request)), [process]);
    world.settle();
    // Meanwhile the tab shows another document of the same process.
    let request = ask(&mut world);
    world.navigate(tab, "https://one.example/other");
    world.settle();
    let dropped = answer(&mut world, request);
    assert_eq!(dropped, [Action::DropPaste { request }]);
    // Meanwhile the user has gone to another tab.
    let request = ask(&mut world);
    world.open(TWO);
    assert_eq!(answer(&mut world, request), [Action::DropPaste { request }]);
    assert_eq!(
        answer(&mut world, 999),
        [Action::DropPaste { request: 999 }]
    );
}

#[test]
fn keys_after_a_paste_come_after_its_text() {
    let (mut world, _, process) = page();
    press(&mut world, Key::Character('v'), CTRL);
    let typed = press(&mut world, Key::Enter, NONE);
    assert!(!typed.iter().any(is_input), "the text is not there yet");
    let request = world.reads.pop_front().expect("the clipboard is read");
    let result = Ok(5);
    let actions = world.send(Event::ClipboardRead { request, result });
    let pasted = actions
        .iter()
        .position(|action| matches!(action, Action::Paste { .. }));
    let typed = actions.iter().position(is_input);
    assert!(pasted.expect("it is pasted") < typed.expect("it is typed"));
    // With an owner that does not answer, the browser's own keys still work.
    press(&mut world, Key::Character('v'), CTRL);
    press(&mut world, Key::Character('a'), NONE);
    press(&mut world, Key::Character('t'), CTRL);
    assert_eq!(world.core.tabs().len(), 2);
    let request = world.reads.pop_front().expect("the clipboard is read");
    let result = Err("nobody answers".to_owned());
    let actions = world.send(Event::ClipboardRead { request, result });
    assert!(!actions.iter().any(is_input), "the page is not on show");
    assert!(world.core.process(process).is_some());
}

fn is_input(action: &Action) -> bool {
    matches!(action, Action::Input(_))
}

#[test]
fn clipboard_that_cannot_be_read_is_a_remark() {
    let (mut world, tab, _) = page();
    press(&mut world, Key::Insert, SHIFT);
    let request = world.reads.pop_front().expect("the clipboard is read");
    let result = Err("The owner of the clipboard does not answer.".to_owned());
    world.send(Event::ClipboardRead { request, result });
    let notice = world.tab(tab).notice.expect("a remark");
    assert!(notice.contains("does not answer"), "{notice}");
}

#[test]
fn address_bar_pastes_too() {
    let (mut world, ..) = page();
    press(&mut world, Key::Character('l'), CTRL);
    press(&mut world, Key::Character('v'), CTRL);
    let request = world.reads.pop_front().expect("the clipboard is read");
    let result = Ok(5);
    let pasted = world.send(Event::ClipboardRead { request, result });
    let shell = world.service(Role::Shell).expect("it runs");
    assert_eq!(pastes(&pasted), [shell]);
}

#[test]
fn menu_of_a_link_opens_it_in_a_new_tab() {
    let (mut world, tab, _) = page();
    let target = Target {
        link: Some(TWO.to_owned()),
        ..Target::default()
    };
    open_menu(&mut world, target);
    assert_eq!(rows(&world), ["Open link in new tab", "Copy link address"]);
    let popup = world.core.surfaces().into_iter();
    let popup: Vec<_> = popup.filter(|s| s.part == SurfacePart::Popup).collect();
    assert_eq!(popup.len(), 1);
    assert_eq!(world.shown().last(), Some(&popup[0].surface), "on top");
    choose(&mut world, "Open link in new tab", PAGE);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!(tabs.len(), 2);
    assert_eq!(tabs[1].url, TWO);
    assert!(tabs[0].is_active && tabs[0].tab == tab);
    assert!(rows(&world).is_empty(), "it is closed");
    assert_eq!(world.shown().len(), 2);
}

#[test]
fn web_page_can_not_have_a_file_opened_by_a_menu() {
    let (mut world, tab, _) = page();
    let target = Target {
        link: Some("file:///etc/passwd".to_owned()),
        image: Some("file:///etc/passwd".to_owned()),
        ..Target::default()
    };
    open_menu(&mut world, target);
    assert_eq!(rows(&world), ["Open link in new tab", "Copy link address"]);
    choose(&mut world, "Open link in new tab", PAGE);
    assert_eq!(world.core.tabs().len(), 1);
    assert!(world.tab(tab).notice.expect("a remark").contains("file:"));
}

#[test]
fn menu_is_operated_by_keyboard_and_takes_every_key() {
    let (mut world, tab, process) = page();
    world.navigate(tab, "https://one.example/second");
    world.settle();
    press(&mut world, Key::Function(10), SHIFT);
    let child = world.child(process);
    let (sequence, _) = child.asked.pop_front().expect("the page is asked");
    let target = Target::default();
    world.renderer(process, FromRenderer::Inspected { sequence, target });
    assert_eq!(rows(&world)[..3], ["Back", "Forward", "Reload"]);
    let typed = press(&mut world, Key::Character('q'), NONE);
    assert!(
        !typed
            .iter()
            .any(|action| matches!(action, Action::Input(_)))
    );
    press(&mut world, Key::ArrowDown, NONE);
    press(&mut world, Key::Enter, NONE);
    world.settle();
    assert_eq!(world.tab(tab).url, ONE, "back");
    press(&mut world, Key::ContextMenu, CTRL);
    assert_eq!(rows(&world)[0], "New tab", "that of the tab");
    press(&mut world, Key::Escape, NONE);
    assert!(rows(&world).is_empty());
}

#[test]
fn click_beside_a_menu_only_closes_it() {
    let (mut world, ..) = page();
    open_menu(&mut world, Target::default());
    let actions = click(&mut world, Button::Left, (5.0, 500.0));
    let is_press = |action: &Action| match action {
        Action::Input(input) => matches!(
            input.event,
            InputEvent::PointerDown { .. } | InputEvent::PointerUp { .. }
        ),
        _ => false,
    };
    assert!(!actions.iter().any(is_press), "{actions:?}");
    assert!(rows(&world).is_empty());
}

#[test]
fn late_answer_opens_no_menu_under_the_users_hand() {
    let (mut world, ..) = page();
    let asked = click(&mut world, Button::Right, PAGE);
    let (process, sequence) = question(&asked).expect("the page is asked");
    press(&mut world, Key::Character('a'), NONE);
    let target = Target {
        is_editable: true,
        ..Target::default()
    };
    world.renderer(process, FromRenderer::Inspected { sequence, target });
    assert!(rows(&world).is_empty());
}

#[test]
fn page_that_hangs_has_a_menu_all_the_same() {
    let (mut world, tab, _) = page();
    world.hold.inputs = true;
    press(&mut world, Key::Character('a'), NONE);
    world.advance(4_000);
    assert_eq!(question(&click(&mut world, Button::Right, PAGE)), None);
    assert!(rows(&world).contains(&"Reload".to_owned()));
    assert!(world.tab(tab).process.is_some());
}

#[test]
fn paste_by_menu_goes_to_the_page_that_was_asked() {
    let (mut world, _, process) = page();
    let target = Target {
        is_editable: true,
        ..Target::default()
    };
    open_menu(&mut world, target);
    assert_eq!(rows(&world), ["Cut", "Copy", "Paste", "Select all"]);
    let popup = world.popup.clone().expect("it is open");
    let enabled: Vec<bool> = popup.rows.iter().map(|row| row.is_enabled).collect();
    assert_eq!(enabled, [false, false, true, true], "nothing is selected");
    choose(&mut world, "Paste", PAGE);
    let request = world.reads.pop_front().expect("the clipboard is read");
    let result = Ok(5);
    let pasted = world.send(Event::ClipboardRead { request, result });
    assert_eq!(pastes(&pasted), [process]);
}

#[test]
fn menu_fits_into_any_window() {
    for (width, height) in [(1, 1), (200, 100), (1280, 800)] {
        let (mut world, tab, _) = page();
        world.resize(width, height);
        world.settle();
        world.shell_says(FromShell::TabMenu {
            tab,
            x: 1.0e6,
            y: -5.0,
        });
        let popup = world.scene.items.last().expect("there is a scene").rect;
        assert!(popup.x + popup.width <= width && popup.y + popup.height <= height);
        world.settle();
    }
}

#[test]
fn closed_tab_comes_back_at_its_place_with_its_history() {
    let (mut world, first, _) = page();
    let second = world.open(TWO);
    world.navigate(second, "https://two.example/next");
    world.settle();
    world.open("https://three.example/");
    world.shell_says(FromShell::Close(second));
    world.settle();
    press(&mut world, Key::Character('t'), CTRL_SHIFT);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!((tabs.len(), tabs[0].tab), (3, first));
    assert_eq!(tabs[1].url, "https://two.example/next");
    assert!(tabs[1].is_active && tabs[1].can_go_back);
    press(&mut world, Key::Character('t'), CTRL_SHIFT);
    assert_eq!(world.core.tabs().len(), 3, "there is no further one");
}

#[test]
fn tabs_are_moved_by_hand_and_by_keyboard() {
    let (mut world, one, _) = page();
    let two = world.open(TWO);
    let order =
        |world: &World| -> Vec<TabId> { world.core.tabs().iter().map(|tab| tab.tab).collect() };
    press(&mut world, Key::PageUp, CTRL_SHIFT);
    assert_eq!(order(&world), [two, one]);
    press(&mut world, Key::PageUp, CTRL_SHIFT);
    assert_eq!(order(&world), [two, one], "it is the first already");
    world.shell_says(FromShell::Move(two, 1));
    assert_eq!(order(&world), [one, two]);
    world.shell_says(FromShell::Move(one, 200));
    assert_eq!(order(&world), [two, one]);
    press(&mut world, Key::PageDown, CTRL);
    assert_eq!(world.core.active_tab(), Some(one));
}

#[test]
fn tab_menu_duplicates_and_closes_the_others() {
    let (mut world, one, _) = page();
    world.navigate(one, "https://one.example/next");
    world.settle();
    world.open(TWO);
    let corner = (100.0, 20.0);
    let menu = |world: &mut World| {
        let (x, y) = corner;
        world.shell_says(FromShell::TabMenu { tab: one, x, y });
    };
    menu(&mut world);
    choose(&mut world, "Duplicate", corner);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!(tabs[1].url, "https://one.example/next");
    assert!(tabs[1].can_go_back && tabs[1].is_active);
    menu(&mut world);
    choose(&mut world, "Close other tabs", corner);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!((tabs.len(), tabs[0].tab), (1, one));
    assert!(!world.core.is_exiting());
}

#[test]
fn reopening_respects_the_limit_of_tabs() {
    let (mut world, _, _) = page();
    let closed = world.open(TWO);
    world.shell_says(FromShell::Close(closed));
    while world.core.tabs().len() < TABS_MAX {
        world.open("data:text/html,hello");
    }
    press(&mut world, Key::Character('t'), CTRL_SHIFT);
    assert_eq!(world.core.tabs().len(), TABS_MAX);
}

#[test]
fn addresses_of_the_session_are_listed_while_the_user_types() {
    let (mut world, tab, _) = page();
    world.navigate(tab, TWO);
    world.settle();
    world.shell_says(FromShell::Typed("one".to_owned()));
    assert!(rows(&world).is_empty(), "the keyboard is in the page");
    press(&mut world, Key::Character('l'), CTRL);
    world.shell_says(FromShell::Typed("example".to_owned()));
    assert_eq!(details(&world), [TWO, ONE]);
    world.shell_says(FromShell::Typed("one".to_owned()));
    assert_eq!(details(&world), [ONE]);
    let typed = press(&mut world, Key::Character('x'), NONE);
    assert!(
        typed
            .iter()
            .any(|action| matches!(action, Action::Input(_)))
    );
    press(&mut world, Key::ArrowDown, NONE);
    press(&mut world, Key::Enter, NONE);
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
    assert!(rows(&world).is_empty());
    press(&mut world, Key::Character('l'), CTRL);
    world.shell_says(FromShell::Typed("two".to_owned()));
    click(
        &mut world,
        Button::Left,
        (300.0, SHELL_HEIGHT as f32 + 15.0),
    );
    world.settle();
    assert_eq!(world.tab(tab).url, TWO, "by mouse as well");
}

#[test]
fn escape_closes_the_list_and_reaches_the_address_bar() {
    let (mut world, ..) = page();
    press(&mut world, Key::Character('l'), CTRL);
    world.shell_says(FromShell::Typed("one".to_owned()));
    assert!(!rows(&world).is_empty());
    let escaped = press(&mut world, Key::Escape, NONE);
    assert!(rows(&world).is_empty());
    assert!(
        escaped
            .iter()
            .any(|action| matches!(action, Action::Input(_)))
    );
}

#[test]
fn menu_goes_with_its_shell_its_window_and_its_tab() {
    let open = || {
        let (mut world, ..) = page();
        open_menu(&mut world, Target::default());
        assert!(!rows(&world).is_empty());
        world
    };
    let is_there = |world: &World| {
        let surfaces = world.core.surfaces();
        surfaces.iter().any(|s| s.part == SurfacePart::Popup)
    };
    let mut world = open();
    let shell = world.service(Role::Shell).expect("it runs");
    world.die(shell, 11);
    assert!(!is_there(&world));
    let mut world = open();
    let gpu = world.gpu().expect("it runs");
    world.die(gpu, 11);
    assert!(!is_there(&world));
    let mut world = open();
    world.open(TWO);
    assert!(!is_there(&world));
    let mut world = open();
    world.input(InputEvent::Focus(false));
    assert!(!is_there(&world));
}

#[test]
fn surface_of_a_menu_is_nobody_elses() {
    let (mut world, ..) = page();
    open_menu(&mut world, Target::default());
    let shell = world.service(Role::Shell).expect("it runs");
    let surfaces = world.core.surfaces();
    let popup = surfaces.iter().find(|s| s.part == SurfacePart::Popup);
    assert_eq!(popup.and_then(|popup| popup.producer), Some(shell));
    let pages: Vec<SurfaceId> = world.shown();
    assert_eq!(pages.len(), 3);
}

/// What the address bar is told to complete, and with what.
fn completions(actions: &[Action]) -> Vec<(&str, &str)> {
    let told = actions.iter().filter_map(|action| match action {
        Action::Complete { typed, rest, .. } => Some((typed.as_str(), rest.as_str())),
        _ => None,
    });
    told.collect()
}

#[test]
fn what_is_typed_is_completed_to_where_the_user_has_been() {
    let (mut world, tab, _) = page();
    world.navigate(tab, "https://two.example/path");
    world.settle();
    let typed = |world: &mut World, text: &str| world.shell_says(FromShell::Typed(text.to_owned()));
    assert!(completions(&typed(&mut world, "tw")).is_empty());
    press(&mut world, Key::Character('l'), CTRL);
    assert_eq!(completions(&typed(&mut world, "tw")), [("tw", "o.example")]);
    let path = "two.example/p";
    assert_eq!(completions(&typed(&mut world, path)), [(path, "ath")]);
    // The same words would lead to `https:`.
    world.navigate(tab, "http://plain.example/");
    world.settle();
    press(&mut world, Key::Character('l'), CTRL);
    for text in ["plai", "example", "x", ""] {
        assert!(completions(&typed(&mut world, text)).is_empty(), "{text}");
    }
    let whole = "http://plai";
    assert_eq!(
        completions(&typed(&mut world, whole)),
        [(whole, "n.example")]
    );
}

#[test]
fn an_address_that_breaks_something_stays_as_it_is_typed() {
    let (mut world, tab, _) = page();
    world.navigate(tab, "bulkhead://crashes");
    world.settle();
    press(&mut world, Key::Character('l'), CTRL);
    let typed = |world: &mut World, text: &str| world.shell_says(FromShell::Typed(text.to_owned()));
    let cras = "bulkhead://cras";
    assert_eq!(completions(&typed(&mut world, cras)), [(cras, "hes")]);
    assert!(completions(&typed(&mut world, "bulkhead://crash")).is_empty());
}

#[test]
fn the_menu_of_a_page_shows_its_source() {
    let (mut world, tab, process) = page();
    press(&mut world, Key::Function(10), SHIFT);
    let child = world.child(process);
    let (sequence, _) = child.asked.pop_front().expect("the page is asked");
    let target = Target::default();
    world.renderer(process, FromRenderer::Inspected { sequence, target });
    assert!(rows(&world).contains(&"View source".to_owned()));
    press(&mut world, Key::End, NONE);
    press(&mut world, Key::Enter, NONE);
    world.settle();
    let source = world.core.tabs().into_iter().find(|view| view.tab != tab);
    let url = source.map(|view| world.tab(view.tab).url.clone());
    assert_eq!(url.as_deref(), Some("view-source:https://one.example/"));
}
