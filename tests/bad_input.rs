//! Bad answers of servers: the page names the fault, and no other tab suffers.

use std::io::Write;
use std::net::TcpStream;
use testkit::{Browser, run, server};

/// Opens a URL and returns the code of its error page.
fn failure(browser: &mut Browser, url: &str) -> String {
    browser.send(&format!("open {url}"));
    let failed = browser.wait_for("failed");
    browser.wait("its error page", |r| {
        r["record"] == "loaded" && r["tab"] == failed["tab"]
    });
    failed["code"].as_str().expect("a code").to_owned()
}

fn redirect(stream: &mut TcpStream, to: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    );
}

#[test]
fn each_failure_has_an_error_page_that_names_it() {
    let mut browser = Browser::headless(&[]);
    let port = server::closed_port();
    assert_eq!(
        failure(&mut browser, &format!("http://127.0.0.1:{port}/")),
        "CONNECTION_REFUSED"
    );
    let reset = server::serve(|_, _| {});
    assert_eq!(
        failure(&mut browser, &format!("http://{reset}/")),
        "CONNECTION_RESET"
    );
    let garbage = server::serve(|_, stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n");
    });
    assert_eq!(
        failure(&mut browser, &format!("http://{garbage}/")),
        "INVALID_RESPONSE"
    );
    let circle = server::serve(|_, stream| redirect(stream, "/"));
    assert_eq!(
        failure(&mut browser, &format!("http://{circle}/")),
        "REDIRECT_LOOP"
    );
    let chain = server::serve(|head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        redirect(stream, &format!("{path}x"));
    });
    assert_eq!(
        failure(&mut browser, &format!("http://{chain}/")),
        "TOO_MANY_REDIRECTS"
    );
    let plain = server::serve(|_, stream| server::respond(stream, "200 OK", "text/html", "hi"));
    assert_eq!(failure(&mut browser, &format!("https://{plain}/")), "TLS");
    assert_eq!(failure(&mut browser, "bulkhead://nothing"), "NO_SUCH_PAGE");
    assert_eq!(failure(&mut browser, "file:///no/such/file.html"), "FILE");
    assert_eq!(failure(&mut browser, "file:///etc"), "FILE");
    assert_eq!(failure(&mut browser, "word"), "INVALID_URL");
    assert_eq!(failure(&mut browser, "gopher://a.b/"), "UNSUPPORTED_SCHEME");
    let name = failure(&mut browser, "http://no-such-name.invalid/");
    assert!(name == "HOST_NOT_FOUND" || name == "RESOLVER", "{name}");
    assert!(browser.quit().success());
}

#[test]
fn an_error_page_keeps_the_address_and_reload_tries_again() {
    let mut browser = Browser::headless(&[]);
    let url = format!("http://127.0.0.1:{}/x", server::closed_port());
    browser.send(&format!("open {url}"));
    let failed = browser.wait_for("failed");
    let id = failed["tab"].as_u64().expect("a tab");
    browser.wait_for("loaded");
    assert_eq!(browser.tab_state(id)["url"], url.as_str());
    browser.send(&format!("reload {id}"));
    browser.wait_for("failed");
    assert!(browser.quit().success());
}

#[test]
fn the_servers_own_error_pages_are_shown() {
    let server = server::serve(|_, stream| {
        server::respond(
            stream,
            "500 Oops",
            "text/html",
            "<title>Server's own page</title>oops",
        );
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    assert_eq!(browser.tab_state(tab.id)["title"], "Server's own page");
    assert!(browser.quit().success());
}

#[test]
fn a_body_cut_short_is_shown_and_said_to_be() {
    let server = server::serve(|_, stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n\
              <title>Half</title><p>only half of it",
        );
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    let incomplete = browser.wait_for_tab("incomplete", &tab);
    assert!(
        incomplete["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("cut short"))
    );
    assert_eq!(browser.tab_state(tab.id)["title"], "Half");
    assert!(browser.quit().success());
}

#[test]
fn an_endless_page_is_shown_as_far_as_it_came_and_hurts_no_other_tab() {
    let server = server::serve(|_, stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Endless</title>\n",
        );
        // A write sleeps while the browser has not read what was sent before.
        let lines = b"<p>and on\n".repeat(100);
        while stream.write_all(&lines).is_ok() {}
    });
    let fine = server::serve(|_, stream| {
        server::respond(stream, "200 OK", "text/html", "<title>Fine</title>fine");
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{server}/"));
    let endless = browser.wait_for("tab_opened")["tab"]
        .as_u64()
        .expect("a tab");
    browser.wait("its first part", |r| {
        r["record"] == "title" && r["title"] == "Endless"
    });
    let tab = browser.open(&format!("http://{fine}/"));
    assert_eq!(browser.tab_state(tab.id)["title"], "Fine");
    browser.send(&format!("close {endless}"));
    browser.wait_for("tab_closed");
    assert!(browser.quit().success());
}

#[test]
fn nul_bytes_and_invalid_utf8_are_shown_somehow() {
    let server = server::serve(|_, stream| {
        let body = b"<title>Odd</title>\0\0<p>\xff\xfe\xc3\x28 text \0 </p>";
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(body);
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    assert_eq!(browser.tab_state(tab.id)["title"], "Odd");
    assert!(browser.quit().success());
}

#[test]
fn a_screenshot_of_a_failed_page_exits_with_one_and_says_why() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("x.png").display().to_string();
    let url = format!("http://127.0.0.1:{}/", server::closed_port());
    let output = run(&["--headless", "--screenshot", &path, &url]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("CONNECTION_REFUSED"), "{stderr}");
}

#[test]
fn a_bad_control_command_is_answered_and_not_fatal() {
    let mut browser = Browser::headless(&[]);
    browser.send("explode 1");
    browser.wait_for("bad_command");
    browser.open("bulkhead://welcome");
    assert!(browser.quit().success());
}

#[test]
fn input_before_the_window_stands_waits_for_it() {
    let mut browser = Browser::headless(&[]);
    browser.send("click 10 10");
    browser.send("key ctrl+t");
    browser.wait_for("tab_opened");
    browser.open("bulkhead://welcome");
    assert!(browser.seen("died").is_empty(), "{}", browser.stderr());
    assert!(browser.quit().success());
}
