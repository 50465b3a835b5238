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

const FONT: &[u8] = include_bytes!("../assets/fonts/LiberationSans-Regular.ttf");

fn has_dark_text(picture: &testkit::picture::Picture) -> bool {
    let is_dark = |colour: [u8; 3]| colour.iter().all(|part| *part < 100);
    picture.count(0..picture.width, 90..picture.height, is_dark) > 20
}

/// Answers with bytes of a type.
fn answer(stream: &mut TcpStream, content_type: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

#[test]
fn ten_thousand_fonts_and_fonts_that_are_cut_off_leave_text_as_it_is() {
    let home = tempfile::tempdir().expect("a scratch folder");
    let folder = home.path().join(".fonts");
    std::fs::create_dir(&folder).expect("a folder");
    let whole = home.path().join("whole");
    std::fs::write(&whole, FONT).expect("a font");
    for n in 0..10_000 {
        std::os::unix::fs::symlink(&whole, folder.join(format!("{n:05}.ttf"))).expect("a link");
    }
    // They come first by their names.
    for bytes in [0, 3, 100, 4_000, FONT.len() / 2, FONT.len() - 1] {
        let name = format!("!{bytes}.ttf");
        std::fs::write(folder.join(name), &FONT[..bytes]).expect("a font that is cut off");
    }
    let mut noise = FONT.to_vec();
    noise
        .iter_mut()
        .skip(12)
        .step_by(7)
        .for_each(|byte| *byte = 0xff);
    std::fs::write(folder.join("!noise.ttf"), noise).expect("a font that is none");
    let server = server::serve(|head, stream| {
        // A font of the page that is cut off as well.
        let _ = match head.starts_with("GET /cut") {
            true => answer(stream, "font/ttf", &FONT[..FONT.len() / 2]),
            false => answer(
                stream,
                "text/html",
                b"<title>Text</title><style>@font-face { font-family: cut; src: url(/cut.ttf) }\
                  </style><p>text<p style='font-family:cut'>text<p>&#x4e2d;&#x6587; &#x1f600;",
            ),
        };
    });
    let home = home.path().to_str().expect("a path");
    let mut browser = Browser::start(&["--headless"], &[("HOME", home)]);
    let tab = browser.open(&format!("http://{server}/"));
    assert_eq!(browser.tab_state(tab.id)["title"], "Text");
    browser.screenshot_until("text", has_dark_text);
    browser.wait_for_stderr("the bound", |text| {
        text.contains("only the first 4096 are looked at")
            .then_some(())
    });
    assert!(browser.seen("died").is_empty(), "{}", browser.stderr());
    assert!(browser.quit().success());
}

#[test]
fn an_icon_of_50_megabytes_is_left_and_costs_the_page_nothing() {
    const BYTES: usize = 50 * 1024 * 1024;
    let (written, was_written) = std::sync::mpsc::channel();
    let server = server::serve(move |head, stream| {
        if head.starts_with("GET /icon") {
            let is_taken = answer(stream, "image/png", &vec![0; BYTES]).is_ok();
            // The test may be over.
            let _ = written.send(is_taken);
        } else {
            let page = b"<title>Page</title><link rel=icon href=/icon.png><p>text";
            let _ = answer(stream, "text/html", page);
        }
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    let is_taken = was_written.recv_timeout(testkit::WATCHDOG);
    assert_eq!(
        is_taken,
        Ok(false),
        "nobody reads so large an icon to its end"
    );
    assert_eq!(browser.tab_state(tab.id)["title"], "Page");
    browser.screenshot_until("text", has_dark_text);
    assert!(browser.seen("died").is_empty(), "{}", browser.stderr());
    assert!(browser.quit().success());
}

#[test]
fn a_size_of_a_million_and_a_fragment_of_a_megabyte_have_no_effect_or_a_clear_one() {
    let fragment = "x".repeat(1 << 20);
    let page = format!(
        "<title>Large</title><style>body {{ margin: 0 }} a {{ display: block; height: 40px }}\
         </style><a href='#{fragment}'>far</a><input size=1000000><hr size=1000000>\
         <select size=1000000><option>a</select><font size=1000000>text</font>\
         <table border=1000000><td>text</table>"
    );
    let server = server::serve(move |_, stream| {
        server::respond(stream, "200 OK", "text/html", &page);
    });
    let mut browser = Browser::headless(&[]);
    let url = format!("http://{server}/");
    let tab = browser.open(&url);
    browser.screenshot_until("the link", has_dark_text);
    browser.send("click 20 100");
    browser.wait_until("it is said", |browser| {
        let notice = browser.tab_state(tab.id)["notice"].clone();
        notice.as_str().is_some_and(|it| it.contains("too long"))
    });
    assert_eq!(browser.tab_state(tab.id)["url"], url.as_str());
    assert!(browser.seen("died").is_empty(), "{}", browser.stderr());
    assert!(browser.quit().success());
}

#[test]
fn a_wheel_that_never_stops_keeps_nobody_from_anything_else() {
    let server = server::serve(|_, stream| {
        let rows = "<p>row".repeat(2_000);
        let page = format!("<title>Long</title>{rows}<p id=end>end");
        server::respond(stream, "200 OK", "text/html", &page);
    });
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/"));
    browser.screenshot_until("text", has_dark_text);
    let turns = [
        "wheel 300 300 100000\n".repeat(500),
        "wheel 300 300 -7\n".repeat(2_000),
        "wheel 300 300 1000000000\n".repeat(500),
    ];
    browser.send(turns.concat().trim_end());
    let other = browser.open("data:text/html,<title>Other</title>text");
    assert_eq!(browser.tab_state(other.id)["title"], "Other");
    browser.screenshot_until("text", has_dark_text);
    assert!(browser.seen("died").is_empty(), "{}", browser.stderr());
    assert!(browser.quit().success());
}
