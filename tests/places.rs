//! Where links lead: places of one document, named tabs, refreshes; and answers without a page.

use std::io::Write;
use testkit::{Browser, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/",
        "<title>Long</title><style>body{margin:0}a,input{display:block;height:40px}</style>\
         <a href='#far'>far</a><a href='/two' target=_blank>two</a><input>\
         <div style='height:2000px;background:#f00'></div>\
         <div id=far style='height:2000px;background:#00f'></div>",
    ),
    ("/two", "<title>Two</title>two"),
    (
        "/round",
        "<title>Round</title><meta http-equiv=refresh content=0>round",
    ),
    (
        "/on",
        "<title>On</title><meta http-equiv=refresh content='0; url=/two'>on",
    ),
    (
        "/frames",
        "<title>Frames</title><style>body{margin:0}a{display:block;height:40px}\
         iframe{display:block;border:none;width:600px;height:300px}</style>\
         <a href='/blue#x' target=f>into</a><iframe name=f src='/red'></iframe>",
    ),
    (
        "/red",
        "<title>Red</title><body style='background:#f00'>red",
    ),
    (
        "/blue",
        "<title>Blue</title><style>body{margin:0}a,p{display:block;height:100px;margin:0}\
         :target{background:#00f}</style><a href='/two' target=_parent>up</a><p id=x>\
         <p style='height:1000px'>",
    ),
];

#[test]
fn a_fragment_link_is_a_place_to_come_back_from_without_a_load() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    browser.screenshot_until("the top", |p| p.pixel(300, 500) == [255, 0, 0]);
    browser.forget_records();
    browser.send("click 20 100");
    let within = browser.wait_for_tab("within", &tab);
    assert_eq!(within["url"], format!("http://{server}/#far"));
    browser.screenshot_until("the far end", |p| p.pixel(300, 500) == [0, 0, 255]);
    browser.send(&format!("back {}", tab.id));
    browser.screenshot_until("the top again", |p| p.pixel(300, 500) == [255, 0, 0]);
    assert_eq!(
        browser.tab_state(tab.id)["url"],
        format!("http://{server}/")
    );
    browser.send(&format!("forward {}", tab.id));
    browser.screenshot_until("the far end again", |p| p.pixel(300, 500) == [0, 0, 255]);
    browser.send(&format!("navigate {} http://{server}/#top", tab.id));
    browser.screenshot_until("the top, typed", |p| p.pixel(300, 500) == [255, 0, 0]);
    assert!(browser.seen("committed").is_empty(), "nothing is loaded");
    browser.send(&format!("reload {}", tab.id));
    let loaded = browser.wait_for_tab("loaded", &tab);
    assert_eq!(loaded["url"], format!("http://{server}/#top"));
    assert!(browser.quit().success());
}

#[test]
fn a_link_with_the_target_blank_opens_a_tab_in_front() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/"));
    browser.screenshot_until("the top", |p| p.pixel(300, 500) == [255, 0, 0]);
    browser.send("click 20 140");
    let opened = browser.wait_for("tab_opened");
    assert_eq!(opened["url"], format!("http://{server}/two"));
    browser.wait("its page", |r| {
        r["record"] == "loaded" && r["tab"] == opened["tab"]
    });
    assert!(browser.quit().success());
}

#[test]
fn a_link_leads_into_a_frame_and_one_in_the_frame_out_of_it() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let url = format!("http://{server}/frames");
    let tab = browser.open(&url);
    browser.screenshot_until("the first frame", |p| p.pixel(300, 300) == [255, 0, 0]);
    browser.send("click 20 100");
    // The frame's document begins at what its address names, which is the target.
    browser.screenshot_until("the target", |p| p.pixel(300, 130) == [0, 0, 255]);
    assert_eq!(browser.tab_state(tab.id)["url"], url);
    browser.send("wheel 300 200 -1000");
    browser.screenshot_until("the link above it", |p| p.pixel(300, 230) == [0, 0, 255]);
    browser.forget_records();
    browser.send("click 20 150");
    let committed = browser.wait_for_tab("committed", &tab);
    assert_eq!(committed["url"], format!("http://{server}/two"));
    assert!(browser.quit().success());
}

#[test]
fn a_page_is_replaced_when_it_says_so_and_a_circle_ends() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{server}/on"));
    browser.wait("the next page", |r| {
        r["record"] == "title" && r["title"] == "Two"
    });
    browser.send(&format!("open http://{server}/round"));
    let refused = browser.wait_for("refused");
    let reason = refused["reason"].as_str().expect("a reason");
    assert!(reason.contains("20 refreshes"), "{reason}");
    assert!(browser.quit().success());
}

#[test]
fn the_refresh_header_is_heard() {
    let server = server::serve(|head, stream| {
        let refresh = if head.starts_with("GET /end") {
            ""
        } else {
            "Refresh: 0;url=/end\r\n"
        };
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n{refresh}\r\n\
             <title>Page</title>"
        );
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{server}/"));
    let end = format!("http://{server}/end");
    browser.wait("the end", |r| {
        r["record"] == "committed" && r["url"] == end.as_str()
    });
    assert!(browser.quit().success());
}

#[test]
fn an_empty_answer_gets_a_page_that_names_its_status() {
    for (status, title) in [
        ("404 Not Found", "404 Not Found"),
        ("503 X", "503 Service Unavailable"),
        ("302 Found", "302 redirection"),
    ] {
        let server = server::serve(move |_, stream| {
            server::respond(stream, status, "text/html", "");
        });
        let mut browser = Browser::headless(&[]);
        let tab = browser.open(&format!("http://{server}/"));
        assert_eq!(browser.tab_state(tab.id)["title"], title);
        assert!(browser.quit().success());
    }
}

#[test]
fn a_page_cut_within_a_chunk_is_shown_and_marked() {
    let server = server::serve(|_, stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
              1a\r\n<title>Half</title>0123456\r\nff\r\ncut\n",
        );
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    let incomplete = browser.wait_for_tab("incomplete", &tab);
    let reason = incomplete["reason"].as_str().expect("a reason");
    assert!(reason.contains("ended within a chunk"), "{reason}");
    let state = browser.tab_state(tab.id);
    assert_eq!(state["title"], "Half");
    assert!(
        state["notice"]
            .as_str()
            .is_some_and(|n| n.contains("chunk")),
        "{state}"
    );
    assert!(browser.quit().success());
}
