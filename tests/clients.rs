//! The clients that test authors have drive Bulkhead as they drive Chromium: the same scripts run
//! against both, and print the same. The clients come from npm, in the versions of
//! `cdp/package-lock.json`.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;
use testkit::bench::chromium;
use testkit::{Browser, npm, server};

const FORM: &str = "<!DOCTYPE html><title>form</title><body style='margin:0'><h1>Form</h1>\
    <ul><li>one<li>two</ul><input id=name>\
    <button id=greet style='display:block;width:120px;height:30px;box-sizing:border-box;margin:0'>\
    Greet</button><p id=greeting></p><a href='/second'>second</a>\
    <script>const id = (name) => document.getElementById(name);\
    id('greet').onclick = () => { id('greeting').textContent += `Hello ${id('name').value}.`; }\
    </script>";
const FRAMED: &str = "<!DOCTYPE html><title>framed</title><iframe name=inner src=/second></iframe>";
const SECOND: &str = "<!DOCTYPE html><title>second</title><p>second";
const ASSETS: &str = "<!DOCTYPE html><title>assets</title><link rel=stylesheet href='/one.css'>\
    <script src='/one.js'></script><img src='/one.png'>";
/// A script that takes longer hangs.
const WATCHDOG: Duration = Duration::from_secs(120);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cdp")
}

fn site() -> String {
    let address = server::serve(|head, stream| {
        let mut say = |kind: &str, text: &str| server::respond(stream, "200 OK", kind, text);
        match head.split(' ').nth(1) {
            Some("/form") => say("text/html", FORM),
            Some("/framed") => say("text/html", FRAMED),
            Some("/second") => say("text/html", SECOND),
            Some("/assets") => say("text/html", ASSETS),
            Some("/one.css") => say("text/css", "p { color: red }"),
            Some("/one.js") => say("text/javascript", "window.one = 1"),
            Some("/headers") => say("application/json", &headers_of(head).to_string()),
            Some("/echo") => {
                let body = server::body_of(head, stream);
                let text = format!("{} {body} {}", method_of(head), headers_of(head)["x-page"]);
                server::respond(stream, "200 OK", "text/plain", &text);
            }
            Some("/moved") => {
                let answer = "HTTP/1.1 302 Found\r\nLocation: /second\r\nContent-Length: 0\r\n\r\n";
                // A client that has gone is its own affair.
                let _ = stream.write_all(answer.as_bytes());
            }
            // A complaint about a missing icon would stand among the events.
            _ => server::respond(stream, "204 No Content", "text/plain", ""),
        }
    });
    format!("http://{address}")
}

fn method_of(head: &str) -> &str {
    head.split(' ').next().unwrap_or_default()
}

/// The headers of a request, by their names in small letters.
fn headers_of(head: &str) -> Value {
    let lines = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let pairs = lines.map(|(name, value)| (name.to_ascii_lowercase(), json!(value)));
    Value::Object(pairs.collect())
}

/// What a script prints that drives the browser at that address.
fn run(script: &str, modules: &Path, endpoint: &str, site: &str) -> Vec<String> {
    let mut command = Command::new("timeout");
    command
        .arg(WATCHDOG.as_secs().to_string())
        .arg("node")
        .arg(folder().join(script))
        .args([endpoint, site])
        .env("NODE_PATH", modules);
    printed(script, endpoint, command)
}

/// What a command prints, which must succeed. `script`, `endpoint`: to tell of one that does not.
fn printed(script: &str, endpoint: &str, mut command: Command) -> Vec<String> {
    let child = command.stdin(Stdio::null()).output();
    let Output {
        status,
        stdout,
        stderr,
    } = child.expect("node runs where npm has installed packages");
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(
        status.success(),
        "{script} at {endpoint}: {status}\n{text}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    text.lines().map(str::to_owned).collect()
}

/// Chromium, with its address; it ends with this.
struct Chromium {
    child: Child,
    _profile: tempfile::TempDir,
    endpoint: String,
}

impl Chromium {
    fn start() -> Option<Chromium> {
        let Some(program) = chromium::program() else {
            println!("SKIP: no Chromium is installed, so there is nothing to compare with");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(program)
            .args(chromium::arguments())
            .arg("--headless")
            .arg("--remote-debugging-port=0")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let said = |line: std::io::Result<String>| {
            let line = line.ok()?;
            let (_, endpoint) = line.split_once("DevTools listening on ")?;
            Some(endpoint.to_owned())
        };
        let endpoint = lines.by_ref().find_map(said).expect("its address");
        // It must not stop for a pipe that nobody reads.
        thread::spawn(move || lines.for_each(drop));
        Some(Chromium {
            child,
            _profile: profile,
            endpoint,
        })
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have been told to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn both(script: &str) {
    let Some(modules) = npm::modules(&folder()) else {
        return;
    };
    let site = site();
    let browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let endpoint = format!("ws://{}", crate::devtools::client::address(&browser));
    let ours = run(script, &modules, &endpoint, &site);
    assert_eq!(ours.last().map(String::as_str), Some("[\"closed\",true]"));
    drop(browser);
    let Some(chromium) = Chromium::start() else {
        return;
    };
    let theirs = run(script, &modules, &chromium.endpoint, &site);
    assert_eq!(ours, theirs, "{script}");
}

/// What a script prints that starts that program.
fn launched(modules: &Path, program: &str, site: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("timeout");
    command
        .arg(WATCHDOG.as_secs().to_string())
        .arg("node")
        .arg(folder().join("launch.cjs"))
        .args([program, site])
        .args(arguments)
        .env("NODE_PATH", modules);
    printed("launch.cjs", program, command)
}

#[test]
fn puppeteer_starts_it_and_drives_it_by_a_pipe() {
    let Some(modules) = npm::modules(&folder()) else {
        return;
    };
    let site = site();
    let arguments = ["--headless", "--remote-debugging-pipe"];
    let program = testkit::executable();
    let ours = launched(&modules, program, &site, &arguments);
    assert_eq!(ours.last().map(String::as_str), Some("[\"closed\",true]"));
    let Some(chromium) = chromium::program() else {
        println!("SKIP: no Chromium is installed, so there is nothing to compare with");
        return;
    };
    let path = Command::new("which").arg(chromium).output();
    let path = String::from_utf8(path.expect("which runs").stdout).expect("text");
    let arguments = [&arguments, &chromium::arguments()[..]].concat();
    let theirs = launched(&modules, path.trim(), &site, &arguments);
    assert_eq!(ours, theirs, "launch.cjs");
}

#[test]
fn puppeteer_drives_it_as_chromium() {
    both("puppeteer.cjs");
}

#[test]
fn puppeteer_sees_and_stops_requests_as_in_chromium() {
    both("requests.cjs");
}

#[test]
fn contexts_keep_what_they_have_apart_as_in_chromium() {
    both("contexts.cjs");
}

#[test]
fn chrome_remote_interface_is_told_what_chromium_tells() {
    both("interface.cjs");
}

#[test]
fn playwright_connects_and_drives_it_as_chromium() {
    both("playwright.cjs");
}
