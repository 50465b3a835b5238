//! Pages with scripts: worked by the user, and hostile ones, each in a sealed renderer.

use std::path::Path;
use testkit::{Browser, server};

const COUNTER: &[(&str, &str)] = &[
    (
        "/counter",
        "<title>none</title><body style='margin:0'><button id=b style='width:200px;height:80px'>0\
         </button><script>const b = document.getElementById('b'); let n = 0;\
         b.addEventListener('click', (e) => { document.title = 'clicked ' + ++n + e.isTrusted; });\
         </script>",
    ),
    ("/plain", "<title>plain</title>plain"),
    (
        "/noscript",
        "<title>with</title><script>document.title = 'ran'</script>",
    ),
];

fn wait_for_title(browser: &mut Browser, title: &str) {
    browser.wait(title, |record| {
        record["record"] == "title" && record["title"] == title
    });
}

#[test]
fn a_page_with_scripts_hears_the_users_clicks() {
    let server = server::pages(COUNTER);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/counter"));
    browser.send("click 50 110");
    wait_for_title(&mut browser, "clicked 1true");
    browser.send("click 50 110");
    wait_for_title(&mut browser, "clicked 2true");
    assert!(browser.quit().success());
}

#[test]
fn after_scripts_the_next_document_of_the_site_has_another_process() {
    let server = server::pages(COUNTER);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/counter"));
    browser.send(&format!("navigate {} http://{server}/plain", tab.id));
    browser.wait_for_tab("loaded", &tab);
    let plain = browser.tab(tab.id);
    assert_ne!(plain.pid, tab.pid, "scripts may have left something over");
    browser.send(&format!("navigate {} http://{server}/plain?2", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert_eq!(
        browser.tab(tab.id).pid,
        plain.pid,
        "no script has run in it"
    );
    assert!(browser.quit().success());
}

#[test]
fn without_scripts_none_runs() {
    let server = server::pages(COUNTER);
    let mut browser = Browser::headless(&["--no-script"]);
    let tab = browser.open(&format!("http://{server}/noscript"));
    assert_eq!(browser.tab_state(tab.id)["title"], "with");
    assert!(browser.quit().success());
}

#[test]
fn a_fetched_script_is_run_as_it_was_sent() {
    const SCRIPT: &str = "document.title = [1e308, 123456n, 2 ** 53 === 9007199254740992, \
                          '@import \\'http://[\\';', 'a[href]{}'].join()";
    let server = server::serve(|head, stream| match head.starts_with("GET /script.js") {
        true => server::respond(stream, "200 OK", "text/javascript", SCRIPT),
        false => {
            // As a style sheet too: what it is for decides, not which asked first.
            let page = "<link rel=stylesheet href=script.js><script src=script.js></script>";
            server::respond(stream, "200 OK", "text/html", page);
        }
    });
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/"));
    let said = "1e+308,123456,true,@import 'http://[';,a[href]{}";
    wait_for_title(&mut browser, said);
    let inline = SCRIPT.replace(' ', "%20");
    let page = format!("<script src=\"data:text/javascript,{inline}\"></script>");
    let server = server::serve(move |_, stream| {
        server::respond(stream, "200 OK", "text/html", &page);
    });
    browser.open(&format!("http://{server}/"));
    wait_for_title(&mut browser, said);
    assert!(browser.quit().success());
}

/// Opens one hostile page after the other in the browser, and looks after each whether a calm tab
/// beside it still answers.
fn survive(names: &[&str]) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../renderer/src/tests/scripts/hostile");
    let folder = folder.canonicalize().expect("the folder");
    let server = server::pages(COUNTER);
    let pages = server::serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let name = path.trim_start_matches('/');
        let page = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        server::respond(stream, "200 OK", "text/html", &page);
    });
    let mut browser = Browser::headless(&[]);
    let calm = browser.open(&format!("http://{server}/plain"));
    for (count, name) in names.iter().enumerate() {
        browser.forget_records();
        browser.send(&format!("open http://{pages}/{name}.html"));
        let ended = browser.wait(name, |record| {
            let event = record["record"].as_str().unwrap_or_default();
            // One page asks something, perhaps before its last paint: then it waits for an answer.
            let asks = *name == "dialogs" && event == "dialog";
            (asks || matches!(event, "loaded" | "tab_crashed")) && record["tab"] != calm.id
        });
        assert_ne!(
            ended["record"], "tab_crashed",
            "{name} has lost its process"
        );
        browser.send("click 40 120");
        browser.send("key a");
        browser.forget_records();
        browser.send(&format!(
            "navigate {} http://{server}/plain?{count}",
            calm.id
        ));
        browser.wait_for_tab("loaded", &calm);
    }
    assert_eq!(browser.tab(calm.id), calm);
    assert!(
        !browser.stderr().contains("panicked"),
        "{}",
        browser.stderr()
    );
    assert!(browser.quit().success());
}

#[test]
fn hostile_trees_and_handles_lose_no_tab() {
    survive(&[
        "brands",
        "cycles",
        "deep",
        "deep_markup",
        "deep_templates",
        "garbage",
        "imports",
        "parser",
        "pollution",
        "reuse",
        "remove_on_down",
        "remove_on_hover",
        "svg",
    ]);
}

#[test]
fn hostile_content_loses_no_tab() {
    survive(&[
        "attributes",
        "console",
        "dialogs",
        "history",
        "frames",
        "pictures",
        "selectors",
        "selects",
        "styles",
        "types",
        "urls",
    ]);
}

#[test]
fn hostile_floods_lose_no_tab() {
    survive(&[
        "click_recursion",
        "clones",
        "intervals",
        "nodes",
        "posts",
        "requests",
        "storage",
        "text",
        "timers",
        "write_recursion",
        "writes",
    ]);
}

#[test]
fn a_script_without_end_loses_no_tab() {
    survive(&["loops"]);
}

const KEEPERS: &[(&str, &str)] = &[
    (
        "/write",
        "<title>none</title><script>localStorage.name = 'kept'; sessionStorage.mine = 'here';\
         localStorage.big = 'x'.repeat(300_000); document.title = 'written';</script>",
    ),
    (
        "/read",
        "<title>none</title><script>document.title = [localStorage.name, sessionStorage.mine,\
         localStorage.big && localStorage.big.length].join();\
         onstorage = (e) => document.title = e.key + '=' + e.newValue + ' at ' + e.url;</script>",
    ),
    (
        "/change",
        "<title>none</title><script>localStorage.name = 'changed';\
         document.title = 'done';</script>",
    ),
];

#[test]
fn pages_of_an_origin_share_what_they_keep_and_hear_of_changes() {
    let server = server::pages(KEEPERS);
    let stranger = server::pages(KEEPERS);
    let mut browser = Browser::headless(&[]);
    let writer = browser.open(&format!("http://{server}/write"));
    wait_for_title(&mut browser, "written");
    browser.open(&format!("http://{server}/read"));
    wait_for_title(&mut browser, "kept,,300000");
    browser.open(&format!("http://{stranger}/read"));
    wait_for_title(&mut browser, ",,");
    browser.send(&format!("navigate {} http://{server}/read", writer.id));
    wait_for_title(&mut browser, "kept,here,300000");
    browser.open(&format!("http://{server}/change"));
    let told = format!("name=changed at http://{server}/change");
    // Both readers hear of it.
    wait_for_title(&mut browser, &told);
    wait_for_title(&mut browser, &told);
    assert!(browser.quit().success());
}

#[test]
fn a_reloaded_tab_has_its_session_even_after_a_crash() {
    let server = server::pages(KEEPERS);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/write"));
    wait_for_title(&mut browser, "written");
    browser.send(&format!("break {} crash", tab.id));
    browser.wait_for_tab("tab_crashed", &tab);
    browser.send(&format!("navigate {} http://{server}/read", tab.id));
    wait_for_title(&mut browser, "kept,here,300000");
    assert!(browser.quit().success());
}

#[test]
fn a_page_without_an_origin_keeps_nothing() {
    let mut browser = Browser::headless(&[]);
    browser.open(
        "data:text/html,<script>try { localStorage } \
         catch (e) { document.title = e.name }</script>",
    );
    wait_for_title(&mut browser, "SecurityError");
    assert!(browser.quit().success());
}

#[test]
fn a_hundred_thousand_handlers_that_do_not_compile_hold_up_nothing() {
    let server = server::serve(|_, stream| {
        let bad = "<i onclick='a(' onfocus='b(' onblur='c(' oninput='d(' onkeyup='e('></i>";
        let page = format!(
            "<title>none</title><body>{}<script>onload = () => {{ document.title = 'end' }}\
             </script>",
            bad.repeat(20_000)
        );
        server::respond(stream, "200 OK", "text/html", &page);
    });
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/"));
    let titled =
        |record: &serde_json::Value| record["record"] == "title" && record["title"] == "end";
    let is_titled = browser.seen("title").into_iter().any(titled);
    if !is_titled {
        browser.wait("the end", titled);
    }
    assert!(browser.quit().success());
}
