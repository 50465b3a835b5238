//! What a page's scripts read of other places, in the whole browser: two sites on loopback, and a
//! page that tries.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use testkit::{Browser, server};

/// The heads that a server has seen.
type Heads = Arc<Mutex<Vec<String>>>;

fn respond(stream: &mut TcpStream, headers: &str, body: &str) {
    let length = body.len();
    // The browser may have gone on.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    );
}

/// The other site: what it answers depends on the path.
fn other() -> (SocketAddr, Heads) {
    let heads = Heads::default();
    let seen = heads.clone();
    let address = server::serve(move |head, stream| {
        seen.lock().expect("lock").push(head.to_ascii_lowercase());
        let path = head.split(' ').nth(1).unwrap_or("/");
        match path.trim_start_matches('/') {
            "open" => respond(stream, "Access-Control-Allow-Origin: *\r\n", "for all"),
            "asked" => respond(
                stream,
                "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: PUT\r\n\
                 Access-Control-Allow-Headers: x-own\r\n",
                "done",
            ),
            "page" => respond(stream, "Content-Type: text/html\r\n", "<p>secret"),
            "script" => respond(
                stream,
                "Content-Type: text/javascript\r\n",
                "said = 'hello'",
            ),
            "sniffed" => respond(
                stream,
                "Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n",
                "said = 'sniffed'",
            ),
            _ => respond(
                stream,
                "Content-Type: application/json\r\n",
                "{\"secret\": 1}",
            ),
        }
    });
    (address, heads)
}

/// Opens a page with that script, in which `OTHER` is the other site, and waits for its title.
fn try_out(script: &str, title: &str) -> (Browser, Vec<String>) {
    let (other, heads) = other();
    let script = script.replace("OTHER", &format!("http://{other}"));
    let page = server::serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let html = format!("<!doctype html><title>none</title><body><script>{script}</script>");
        match path {
            "/own" => respond(stream, "Content-Type: text/plain\r\nX-Own: 1\r\n", "mine"),
            _ => respond(stream, "Content-Type: text/html\r\n", &html),
        }
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{page}/"));
    browser.wait(title, |record| {
        record["record"] == "title" && record["title"] == title
    });
    let seen = heads.lock().expect("lock").clone();
    (browser, seen)
}

#[test]
fn a_script_reads_its_own_origin_and_what_others_allow() {
    let (browser, seen) = try_out(
        "const read = async (url, init) => { try { return await (await fetch(url, init)).text(); } \
         catch (e) { return e.name; } }; (async () => { document.title = [await read('/own'), \
         await read('OTHER/open'), await read('OTHER/data'), await read('OTHER/open', \
         { credentials: 'include' }), await read('OTHER/data', { mode: 'no-cors' })].join(); })()",
        "mine,for all,TypeError,TypeError,",
    );
    assert!(
        seen.iter()
            .all(|head| head.contains("\r\nsec-fetch-site: cross-site\r\n"))
    );
    assert!(browser.quit().success());
}

#[test]
fn a_script_asks_before_it_sends_what_no_form_could() {
    let (browser, seen) = try_out(
        "const put = (path) => fetch('OTHER/' + path, { method: 'PUT', headers: { 'X-Own': '1' }, \
         body: 'x' }).then((r) => r.text(), (e) => e.name); (async () => { document.title = \
         [await put('asked'), await put('open')].join(); })()",
        "done,TypeError",
    );
    let methods: Vec<_> = seen
        .iter()
        .filter_map(|head| head.split(' ').next())
        .collect();
    assert_eq!(methods, ["options", "put", "options"]);
    assert!(browser.quit().success());
}

#[test]
fn no_element_brings_another_sites_documents() {
    let (browser, _) = try_out(
        "var said = 'nothing'; const told = []; const add = (tag, url) => new Promise((done) => { \
         const element = document.createElement(tag); element.onload = () => done(tag + ' loaded'); \
         element.onerror = () => done(tag + ' failed'); element.src = 'OTHER/' + url; \
         document.body.appendChild(element); }).then((what) => told.push(what)); \
         (async () => { await add('script', 'script'); await add('script', 'data'); await \
         add('script', 'page'); await add('script', 'sniffed'); document.title = told.join() + \
         said; })()",
        "script loaded,script failed,script failed,script failedhello",
    );
    assert!(browser.quit().success());
}
