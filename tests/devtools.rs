//! Tools drive the browser by the Chrome DevTools Protocol.

pub(crate) mod client;
mod pages;
mod seen;

use client::{Client, address};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use testkit::{Browser, process, server, wait};

const PAGES: &[(&str, &str)] = &[
    ("/", "<!DOCTYPE html><title>first</title><body>one"),
    (
        "/button",
        "<!DOCTYPE html><title>button</title><body style='margin:0'>\
         <button style='width:200px;height:50px' \
         onclick=\"document.title='pressed'\">press</button>\
         <input style='display:block;width:200px' oninput=\"document.title=this.value\">",
    ),
    (
        "/dialog",
        "<!DOCTYPE html><title>dialog</title><body style='margin:0'>\
         <button style='width:200px;height:50px' \
         onclick=\"document.title=prompt('name?','x')\">ask</button>",
    ),
    (
        "/red",
        "<!DOCTYPE html><title>red</title><body style='margin:0;background:#f00'>\
         <script>addEventListener('resize', () => { document.title = `${innerWidth}` })</script>",
    ),
];

fn start() -> (Browser, Client, String) {
    let browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let address = address(&browser);
    let mut client = Client::connect(&address);
    client.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    (browser, client, address)
}

/// The size of a PNG.
fn size_of(picture: &Value) -> (u32, u32) {
    let data = picture["data"].as_str().expect("a picture");
    let bytes = decoded(data);
    assert_eq!(&bytes[1..4], b"PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4"));
    (number(16), number(20))
}

fn decoded(base64: &str) -> Vec<u8> {
    data_encoding::BASE64
        .decode(base64.as_bytes())
        .expect("base64")
}

#[test]
fn a_page_is_opened_loaded_and_seen() {
    let site = server::pages(PAGES);
    let (browser, mut client, _) = start();
    let version = client.ask(None, "Browser.getVersion", json!({}));
    assert_eq!(version["protocolVersion"], "1.3");
    let (target, session) = client.open("about:blank");
    let s = Some(session.as_str());
    // It has a document, and so an entry of the history.
    client.ask(s, "Page.getFrameTree", json!({}));
    let url = format!("http://{site}/");
    let answer = client.ask(s, "Page.navigate", json!({"url": url}));
    assert_eq!(answer["frameId"], json!(target));
    assert!(answer["loaderId"].is_string() && answer.get("errorText").is_none());
    client.wait_for_title(&target, "first");
    let tree = client.ask(s, "Page.getFrameTree", json!({}));
    let frame = &tree["frameTree"]["frame"];
    assert_eq!(
        (&frame["url"], &frame["loaderId"]),
        (&json!(url), &answer["loaderId"])
    );
    let picture = client.ask(s, "Page.captureScreenshot", json!({}));
    assert_eq!(size_of(&picture), (1280, 716));
    let jpeg = client.ask(s, "Page.captureScreenshot", json!({"format": "jpeg"}));
    assert_eq!(
        &decoded(jpeg["data"].as_str().expect("a picture"))[..2],
        [0xff, 0xd8]
    );
    let history = client.ask(s, "Page.getNavigationHistory", json!({}));
    assert_eq!(history["entries"][1]["url"], json!(url));
    let blank = json!({"entryId": history["entries"][0]["id"]});
    client.ask(s, "Page.navigateToHistoryEntry", blank);
    client.wait_for_title(&target, "about:blank");
    client.ask(None, "Target.closeTarget", json!({"targetId": target}));
    client.event("Target.targetDestroyed");
    client.ask(None, "Browser.close", json!({}));
    client.wait_for_end();
    let mut browser = browser;
    assert!(browser.wait_for_exit().success());
}

#[test]
fn a_page_that_cannot_be_had_is_told_in_chromiums_words() {
    let (browser, mut client, _) = start();
    let (_, session) = client.open("about:blank");
    let s = Some(session.as_str());
    let nobody = format!("http://127.0.0.1:{}/", server::closed_port());
    let answer = client.ask(s, "Page.navigate", json!({"url": nobody}));
    assert_eq!(answer["errorText"], "net::ERR_CONNECTION_REFUSED");
    let id = client.send(s, "Page.navigate", json!({"url": "nonsense"}));
    let answer = client.answer(id);
    assert_eq!(answer["error"]["message"], "Cannot navigate to invalid URL");
    assert!(browser.quit().success());
}

#[test]
fn pointer_and_keys_reach_the_page() {
    let site = server::pages(PAGES);
    let (browser, mut client, _) = start();
    let (target, session) = client.open(&format!("http://{site}/button"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "button");
    let mouse = |kind: &str, y: u32| json!({"type": kind, "x": 100, "y": y, "button": "left"});
    for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
        client.ask(s, "Input.dispatchMouseEvent", mouse(kind, 25));
    }
    client.wait_for_title(&target, "pressed");
    for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
        client.ask(s, "Input.dispatchMouseEvent", mouse(kind, 60));
    }
    let key = json!({"type": "keyDown", "key": "H", "text": "H", "code": "KeyH"});
    client.ask(s, "Input.dispatchKeyEvent", key);
    client.ask(
        s,
        "Input.dispatchKeyEvent",
        json!({"type": "keyUp", "key": "H"}),
    );
    client.ask(s, "Input.insertText", json!({"text": "é!"}));
    client.wait_for_title(&target, "Hé!");
    assert!(browser.quit().success());
}

#[test]
fn a_dialog_is_told_of_and_answered() {
    let site = server::pages(PAGES);
    let (browser, mut client, _) = start();
    let (target, session) = client.open(&format!("http://{site}/dialog"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "dialog");
    client.send(s, "Page.enable", json!({}));
    let none = client.send(s, "Page.handleJavaScriptDialog", json!({"accept": true}));
    assert_eq!(
        client.answer(none)["error"]["message"],
        "No dialog is showing"
    );
    for kind in ["mousePressed", "mouseReleased"] {
        let mouse = json!({"type": kind, "x": 100, "y": 25, "button": "left"});
        client.send(s, "Input.dispatchMouseEvent", mouse);
    }
    let opened = client.event("Page.javascriptDialogOpening");
    assert_eq!(opened["params"]["message"], "name?");
    assert_eq!(opened["params"]["type"], "prompt");
    let answer = json!({"accept": true, "promptText": "Ann"});
    client.ask(s, "Page.handleJavaScriptDialog", answer);
    let closed = client.event("Page.javascriptDialogClosed");
    assert_eq!(closed["params"]["userInput"], "Ann");
    client.wait_for_title(&target, "Ann");
    assert!(browser.quit().success());
}

#[test]
fn a_picture_shows_what_the_page_shows_now() {
    let site = server::pages(PAGES);
    let (browser, mut client, _) = start();
    let (target, session) = client.open(&format!("http://{site}/red"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "red");
    let metrics = json!({"width": 320, "height": 200, "deviceScaleFactor": 1, "mobile": false});
    client.ask(s, "Emulation.setDeviceMetricsOverride", metrics);
    client.wait_for_title(&target, "320");
    let picture = client.ask(s, "Page.captureScreenshot", json!({}));
    assert_eq!(size_of(&picture), (320, 200));
    let bytes = decoded(picture["data"].as_str().expect("a picture"));
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .expect("a PNG");
    let mut pixels = vec![0; 320 * 200 * 4];
    reader.next_frame(&mut pixels).expect("pixels");
    assert!(
        pixels
            .chunks_exact(4)
            .all(|pixel| pixel == [255, 0, 0, 255])
    );
    client.ask(s, "Emulation.clearDeviceMetricsOverride", json!({}));
    client.wait_for_title(&target, "1280");
    // Another tab comes to the front; the picture is of the page that was asked.
    client.open(&format!("http://{site}/"));
    let picture = client.ask(s, "Page.captureScreenshot", json!({}));
    assert_eq!(size_of(&picture), (1280, 716));
    assert!(browser.quit().success());
}

#[test]
fn a_page_that_crashes_is_told_of_and_comes_back() {
    let site = server::pages(PAGES);
    let (mut browser, mut client, _) = start();
    let (other, _) = client.open(&format!("http://{site}/red"));
    client.wait_for_title(&other, "red");
    let (target, session) = client.open(&format!("http://{site}/"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "first");
    let before = browser.pids();
    let crash = client.send(s, "Page.crash", json!({}));
    let answer = client.answer(crash);
    assert_eq!(answer["error"]["code"], -32000);
    assert_eq!(answer["error"]["message"], "Target crashed");
    client.event("Inspector.targetCrashed");
    let told = client.event("Target.targetCrashed");
    assert_eq!(
        told["params"],
        json!({"targetId": target, "status": "crashed", "errorCode": 11})
    );
    client.ask(s, "Page.reload", json!({}));
    client.event("Inspector.targetReloadedAfterCrash");
    client.wait_for_title(&target, "first");
    client.ask(s, "Page.captureScreenshot", json!({}));
    // One that is killed from outside is told of as well.
    let processes = client.ask(None, "Bulkhead.processes", json!({}));
    let rows = processes["processes"].as_array().expect("rows");
    let row = rows
        .iter()
        .find(|row| row["targetId"] == json!(target) && row["state"] == "running");
    let pid = row.expect("its process")["process"].clone();
    client.ask(None, "Bulkhead.kill", json!({"process": pid}));
    client.event("Inspector.targetCrashed");
    let told = client.event("Target.targetCrashed");
    assert_eq!(told["params"]["status"], "killed");
    // `Page.navigate` brings it back too.
    client.ask(
        s,
        "Page.navigate",
        json!({"url": format!("http://{site}/button")}),
    );
    client.wait_for_title(&target, "button");
    let after = browser.pids();
    let lost = before.iter().filter(|pid| !after.contains(pid));
    // The page's own, and at most the spare renderer, which took its place.
    assert!(lost.count() <= 2, "{before:?} became {after:?}");
    assert!(browser.quit().success());
}

#[test]
fn sessions_stand_when_the_gpu_and_the_network_process_die() {
    let site = server::pages(PAGES);
    let (mut browser, mut client, _) = start();
    let (target, session) = client.open(&format!("http://{site}/"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "first");
    client.ask(None, "Browser.crashGpuProcess", json!({}));
    browser.wait("the death of the gpu process", |record| {
        record["record"] == "died" && record["role"] == "gpu"
    });
    let picture = wait::until("a picture by the next one", || {
        let id = client.send(s, "Page.captureScreenshot", json!({}));
        let mut answer = client.answer(id);
        answer
            .get("error")
            .is_none()
            .then(|| answer["result"].take())
    });
    assert_eq!(size_of(&picture), (1280, 716));
    process::signal(browser.pid_of("network"), Signal::SIGKILL);
    client.ask(
        s,
        "Page.navigate",
        json!({"url": format!("http://{site}/button")}),
    );
    client.wait_for_title(&target, "button");
    assert!(browser.quit().success());
}

#[test]
fn the_death_of_the_devtools_process_ends_connections_and_nothing_else() {
    let site = server::pages(PAGES);
    let (mut browser, mut client, address) = start();
    let (target, _) = client.open(&format!("http://{site}/"));
    client.wait_for_title(&target, "first");
    let mut before = browser.pids();
    let devtools = browser.pid_of("devtools");
    before.retain(|pid| *pid != devtools);
    process::signal(devtools, Signal::SIGKILL);
    client.wait_for_end();
    let mut client = Client::connect(&address);
    let targets = client.ask(None, "Target.getTargets", json!({}));
    let targets = targets["targetInfos"].as_array().expect("targets");
    let page = targets
        .iter()
        .find(|it| it["title"] == "first")
        .expect("the page");
    let attach = json!({"targetId": page["targetId"], "flatten": true});
    let attached = client.ask(None, "Target.attachToTarget", attach);
    let session = attached["sessionId"].as_str().expect("a name").to_owned();
    let picture = client.ask(Some(&session), "Page.captureScreenshot", json!({}));
    assert_eq!(size_of(&picture), (1280, 716));
    let after = browser.pids();
    let is_there = before.iter().all(|pid| after.contains(pid));
    assert!(is_there, "{before:?} became {after:?}");
    assert!(browser.quit().success());
}

#[test]
fn other_origins_and_names_are_refused_and_the_id_is_needed() {
    let (browser, _client, address) = start();
    let (host, _) = address.split_once('/').expect("a path");
    let status = |head: &str| {
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.write_all(head.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        text.split(' ')
            .nth(1)
            .map(str::to_owned)
            .unwrap_or_default()
    };
    assert_eq!(
        status("GET /json HTTP/1.1\r\nHost: a.example\r\n\r\n"),
        "500"
    );
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let guess = format!("GET /devtools/browser/x HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n");
    assert_eq!(status(&guess), "404");
    let path = address.trim_start_matches(host);
    let foreign =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://a.example\r\n{upgrade}\r\n");
    assert_eq!(status(&foreign), "403");
    assert!(browser.quit().success());
}

#[test]
fn without_the_flag_there_is_no_devtools_process() {
    let site = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{site}/"));
    let state = browser.state();
    let mut processes = state["processes"].as_array().expect("processes").iter();
    assert!(processes.all(|it| it["role"] != "devtools"));
    assert!(!browser.stderr().contains("DevTools"));
    assert!(browser.quit().success());
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let output = testkit::run(&["--headless", "--remote-debugging-port", &port]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(stderr.contains("cannot listen on 127.0.0.1"), "{stderr}");
}
