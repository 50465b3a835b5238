//! A renderer is locked to one site for its whole life.

use testkit::{Browser, server};

const PAGES: &[(&str, &str)] = &[("/a", "<title>A</title>a"), ("/b", "<title>B</title>b")];

#[test]
fn a_navigation_to_another_site_changes_the_process() {
    let (first, second) = (server::pages(PAGES), server::pages(PAGES));
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{first}/a"));
    browser.send(&format!("navigate {} http://{second}/b", tab.id));
    browser.wait_for_tab("loaded", &tab);
    let moved = browser.tab(tab.id);
    assert_ne!(moved.pid, tab.pid, "two sites share a process");
    browser.send(&format!("back {}", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert_eq!(
        browser.tab_state(tab.id)["url"],
        format!("http://{first}/a")
    );
    assert!(browser.quit().success());
}

#[test]
fn a_navigation_within_a_site_keeps_the_process() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/a"));
    browser.send(&format!("navigate {} http://{server}/b", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn two_tabs_of_one_site_have_two_processes() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let one = browser.open(&format!("http://{server}/a"));
    let two = browser.open(&format!("http://{server}/b"));
    assert_ne!(one.pid, two.pid);
    assert!(browser.quit().success());
}

#[test]
fn a_redirect_is_committed_under_its_last_url_and_that_sites_process() {
    let target = server::pages(PAGES);
    let origin = server::serve(move |_, stream| {
        use std::io::Write;
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: http://{target}/b\r\nContent-Length: 0\r\n\r\n"
        );
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{origin}/start"));
    let committed = browser.wait_for("committed");
    assert_eq!(committed["url"], format!("http://{target}/b"));
    assert_eq!(committed["site"], format!("http://{target}"));
    assert!(browser.quit().success());
}

#[test]
fn a_web_page_cannot_open_a_break_it_address_or_a_file() {
    const PAGE: &[(&str, &str)] = &[(
        "/links",
        "<title>Links</title><body style='margin:0'>\
         <a style='display:block;height:50px;background:#ddd' href='bulkhead://crash'>crash</a>\
         <a style='display:block;height:50px;background:#ccc' href='file:///etc/passwd'>file</a>",
    )];
    let server = server::pages(PAGE);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/links"));
    for y in [84 + 20, 84 + 70] {
        browser.send(&format!("click 30 {y}"));
        browser.wait_for_tab("refused", &tab);
        let state = browser.tab_state(tab.id);
        assert_eq!(state["state"], "live");
        assert_eq!(state["url"], format!("http://{server}/links"));
    }
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}
