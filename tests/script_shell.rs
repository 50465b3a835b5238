//! What the browser puts around a page's scripts: the way to stop them, dialogs, console, address
//! bar, tabs that they open and close.

use testkit::{Browser, Tab, server};

const PAGES: &[(&str, &str)] = &[
    ("/plain", "<title>plain</title>plain"),
    (
        "/busy",
        "<title>busy</title><body onkeydown='for (;;) { try { for (;;) {} } finally { continue; } \
         }'>busy",
    ),
    (
        "/asks",
        "<title>asks</title><script>onkeydown = () => { document.title = 'said ' + prompt('Name?', \
         'x') + confirm('Sure?'); }</script>",
    ),
    (
        "/says",
        "<title>says</title><script>for (let n = 0; n < 3; n++) alert('text ' + n); \
         document.title = 'over';</script>",
    ),
    (
        "/writes",
        "<title>writes</title><script>console.group('group'); console.warn('<b>%s</b> %o', 'text', \
         {a: [1, 'x'], get b() { document.title = 'called'; }}); nowhere();</script>",
    ),
    (
        "/floods",
        "<title>floods</title><script>for (let n = 0; n < 20000; n++) \
         console.log('x'.repeat(9000));\
         setTimeout(() => { document.title = 'flooded'; }, 0);</script>",
    ),
    (
        "/places",
        "<title>places</title><script>onkeydown = (e) => { \
         history.pushState({n: 7}, '', '/pushed?x'); }; onpopstate = (e) => { \
         document.title = 'popped ' + location.pathname + \
         JSON.stringify(e.state) + history.length; };</script>",
    ),
    (
        "/opens",
        "<title>opens</title><script>open('/plain'); onkeydown = () => { open('/closes'); \
         open('/plain?2'); };</script>",
    ),
    (
        "/closes",
        "<title>closes</title><script>setTimeout(() => close(), 0)</script>",
    ),
    (
        "/guards",
        "<title>guards</title><script>onbeforeunload = () => 'stay'; onkeydown = () => {}</script>",
    ),
    (
        "/guards-not",
        "<title>guards not</title><script>onbeforeunload = () => { document.title = 'asked'; }; \
         onkeydown = () => {}</script>",
    ),
];

fn open(page: &str) -> (Browser, Tab, std::net::SocketAddr) {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}{page}"));
    (browser, tab, server)
}

fn wait_for_title(browser: &mut Browser, title: &str) {
    browser.wait(title, |record| {
        record["record"] == "title" && record["title"] == title
    });
}

fn wait_for_dialog(browser: &mut Browser, kind: &str, text: &str) {
    browser.wait(text, |record| {
        record["record"] == "dialog" && record["kind"] == kind && record["text"] == text
    });
}

#[test]
fn a_script_without_end_is_stopped_by_the_user_and_its_page_stays() {
    let (mut browser, tab, server) = open("/busy");
    browser.send("key a");
    let other = browser.open(&format!("http://{server}/plain"));
    browser.send(&format!("stop-script {}", tab.id));
    browser.wait_for_tab("script_stopped", &tab);
    browser.wait_for_tab("incomplete", &tab);
    assert_eq!(browser.tab(tab.id), tab, "its process lives on");
    assert_eq!(browser.tab(other.id), other);
    browser.send(&format!("navigate {} http://{server}/plain?2", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert!(browser.quit().success());
}

#[test]
fn dialogs_are_answered_by_keyboard_and_by_automation_and_other_tabs_do_not_wait() {
    let (mut browser, tab, server) = open("/asks");
    browser.send("key a");
    wait_for_dialog(&mut browser, "prompt", "Name?");
    let other = browser.open(&format!("http://{server}/plain"));
    browser.send(&format!("close {}", other.id));
    browser.wait_for_tab("tab_closed", &other);
    browser.send("key ctrl+a");
    browser.send("type Ada");
    browser.send("key Enter");
    wait_for_dialog(&mut browser, "confirm", "Sure?");
    browser.send("key Escape");
    wait_for_title(&mut browser, "said Adafalse");
    browser.send("key a");
    wait_for_dialog(&mut browser, "prompt", "Name?");
    browser.send(&format!("dialog {} accept Grace", tab.id));
    wait_for_dialog(&mut browser, "confirm", "Sure?");
    browser.send(&format!("dialog {} accept", tab.id));
    wait_for_title(&mut browser, "said Gracetrue");
    assert!(browser.quit().success());
}

#[test]
fn a_tab_with_a_dialog_can_be_reloaded_and_closed() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/plain"));
    browser.send(&format!("open http://{server}/says"));
    for _ in 0..2 {
        wait_for_dialog(&mut browser, "alert", "text 0");
        browser.forget_records();
        browser.send("key F5");
    }
    wait_for_dialog(&mut browser, "alert", "text 0");
    browser.send("key ctrl+w");
    browser.wait_for("tab_closed");
    assert!(browser.quit().success());
}

#[test]
fn without_anybody_to_answer_dialogs_are_refused() {
    let server = server::pages(PAGES);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let picture = folder.path().join("says.png");
    let url = format!("http://{server}/says");
    let shown = picture.display().to_string();
    let output = testkit::run(&["--headless", "--screenshot", &shown, &url]);
    assert!(output.status.success(), "{output:?}");
    assert!(picture.exists());
}

#[test]
fn what_a_page_writes_stands_in_its_console_and_outlives_its_process() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&["--log", "warn,script=info"]);
    let tab = browser.open(&format!("http://{server}/writes"));
    let mut line = |text: &str| {
        browser.wait(text, |record| {
            let written = record["text"].as_str().unwrap_or_default();
            record["record"] == "console" && written.starts_with(text)
        })
    };
    let warning = line("<b>text</b> {a: [1, 'x'], b: (...)}");
    assert_eq!(
        (&warning["level"], &warning["groups"]),
        (&"warn".into(), &1.into())
    );
    let error = line("Uncaught ReferenceError");
    assert_eq!(error["level"], "error");
    assert!(error["line"].as_u64() > Some(0), "{error}");
    browser.wait_for_stderr("the log", |text| text.contains("<b>text</b>").then_some(()));
    assert_eq!(browser.tab_state(tab.id)["title"], "writes");
    browser.send(&format!("kill {}", tab.id));
    browser.wait_for_tab("tab_crashed", &tab);
    browser.send(&format!("open bulkhead://console?tab={}", tab.id));
    wait_for_title(&mut browser, &format!("Console of tab {}", tab.id));
    assert!(browser.quit().success());
}

#[test]
fn a_flood_of_lines_leaves_the_broker_as_large_as_it_was() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/plain"));
    let before = resident_bytes(browser.pid());
    for _ in 0..3 {
        browser.forget_records();
        browser.send(&format!("open http://{server}/floods"));
        browser.wait("the count of what is left out", |record| {
            record["record"] == "console" && record["left_out"].as_u64() > Some(1_000)
        });
    }
    let grown = resident_bytes(browser.pid()).saturating_sub(before);
    assert!(grown < 12 << 20, "{grown} bytes more");
    assert!(browser.quit().success());
}

fn resident_bytes(pid: i32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("it runs");
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse::<u64>().ok());
    pages.expect("a number") * 4096
}

#[test]
fn pushed_states_are_in_the_address_bar_and_back_leads_to_them_without_a_load() {
    let (mut browser, tab, server) = open("/places");
    browser.send("key a");
    let within = browser.wait_for_tab("within", &tab);
    assert_eq!(within["url"], format!("http://{server}/pushed?x"));
    browser.send(&format!("back {}", tab.id));
    wait_for_title(&mut browser, "popped /placesnull2");
    browser.send(&format!("forward {}", tab.id));
    wait_for_title(&mut browser, "popped /pushed{\"n\":7}2");
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn a_script_opens_one_tab_for_one_key_and_closes_none_but_its_own() {
    let (mut browser, _, _) = open("/opens");
    browser.wait("the refusal", |record| {
        let reason = record["reason"].as_str().unwrap_or_default();
        record["record"] == "refused" && reason.contains("open a tab")
    });
    browser.forget_records();
    browser.send("key a");
    let opened = browser.wait_for("tab_opened");
    assert!(
        opened["url"]
            .as_str()
            .is_some_and(|it| it.ends_with("/closes"))
    );
    browser.wait("the refusal", |record| record["record"] == "refused");
    let closed = browser.wait_for("tab_closed");
    assert_eq!(closed["tab"], opened["tab"]);
    assert!(browser.quit().success());
}

#[test]
fn a_page_is_asked_before_it_is_left_and_the_user_decides() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/plain"));
    let tab = browser.open(&format!("http://{server}/guards"));
    browser.send("key a");
    browser.send("key ctrl+w");
    let question = "Changes that you made may not be saved.";
    wait_for_dialog(&mut browser, "leave", question);
    browser.send("key Escape");
    browser.wait_for("dialog_closed");
    assert_eq!(browser.tab(tab.id), tab);
    browser.send("key F5");
    wait_for_dialog(&mut browser, "leave", question);
    browser.send("key Enter");
    browser.wait_for_tab("loaded", &tab);
    browser.send(&format!("navigate {} http://{server}/guards-not", tab.id));
    browser.wait_for_tab("loaded", &tab);
    browser.send("key a");
    browser.forget_records();
    browser.send("key ctrl+w");
    browser.wait_for_tab("tab_closed", &tab);
    assert!(browser.seen("dialog").is_empty());
    assert!(browser.quit().success());
}

#[test]
fn files_run_scripts_and_the_browsers_own_pages_run_none() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("page.html");
    let page = "<title>file</title><script>document.title = 'ran'; \
                console.log('<script>document.title = 1</' + 'script>')</script>";
    std::fs::write(&file, page).expect("the file is written");
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("file://{}", file.display()));
    assert_eq!(browser.tab_state(tab.id)["title"], "ran");
    let console = browser.open(&format!("bulkhead://console?tab={}", tab.id));
    let title = format!("Console of tab {}", tab.id);
    assert_eq!(browser.tab_state(console.id)["title"], title);
    let is_scripted = |record: &&serde_json::Value| record["tab"] == console.id;
    assert_eq!(
        browser
            .seen("console")
            .into_iter()
            .filter(is_scripted)
            .count(),
        0
    );
    assert!(browser.quit().success());
}
