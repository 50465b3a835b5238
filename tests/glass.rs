//! Built-in pages that look at the browser while it works, and act on it; and streams of events
//! from servers.

use nix::sys::signal::Signal;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use testkit::{Browser, Tab, process, server};

const PAGE: &[(&str, &str)] = &[("/", "<title>page</title>page")];

/// The text of the page on show, as the user copies it.
pub fn text(browser: &mut Browser) -> String {
    assert!(browser.copy(|_| true));
    let state = browser.state();
    state["clipboard"].as_str().unwrap_or_default().to_owned()
}

pub fn wait_for_text(browser: &mut Browser, wanted: &str) {
    browser.wait_until(wanted, |browser| text(browser).contains(wanted));
}

/// Brings the keyboard to a button of the page, the first being 0: the links at the top come before
/// them.
pub fn first_button(browser: &mut Browser, number: usize) {
    let text = text(browser);
    let is_link = |line: &&str| line.starts_with(|first: char| first.is_lowercase());
    let links = text.lines().skip(1).take_while(is_link).count();
    for _ in 0..=links + number {
        browser.send("key Tab");
    }
}

pub fn activate(browser: &mut Browser, tab: &Tab) {
    browser.send(&format!("activate {}", tab.id));
    browser.wait_until("the tab is on show", |browser| {
        browser.state()["active"] == tab.id
    });
}

#[test]
fn the_page_of_the_processes_shows_what_is_born_and_dies_while_it_is_open() {
    let mut browser = Browser::headless(&[]);
    let glass = browser.open("bulkhead://processes");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    let page = browser.open(&format!("http://{}/", server::pages(PAGE)));
    activate(&mut browser, &glass);
    wait_for_text(&mut browser, &page.pid.to_string());
    process::signal(page.pid, Signal::SIGKILL);
    wait_for_text(&mut browser, "Reload the tab");
    assert!(text(&mut browser).contains("SIGKILL"));
    assert_eq!(browser.tab(glass.id), glass, "its process lives on");
    assert!(browser.quit().success());
}

#[test]
fn a_button_of_the_page_kills_a_process_and_another_takes_its_place() {
    let mut browser = Browser::headless(&[]);
    browser.open("bulkhead://processes");
    wait_for_text(&mut browser, "Segfault");
    let first = browser.state()["processes"][1].clone();
    first_button(&mut browser, 0);
    browser.forget_records();
    browser.send("key Enter");
    let died = browser.wait_for("died");
    assert_eq!(died["pid"], first["pid"], "{died}");
    assert!(died["cause"].to_string().contains("SIGKILL"), "{died}");
    browser.wait("another one", |record| {
        record["record"] == "sealed" && record["role"] == first["role"]
    });
    assert!(browser.quit().success());
}

#[test]
fn the_keyboard_stays_in_the_table_when_the_row_under_it_goes() {
    let mut browser = Browser::headless(&[]);
    browser.open("bulkhead://processes");
    wait_for_text(&mut browser, "Segfault");
    let (first, next) = {
        let state = browser.state();
        (state["processes"][1].clone(), state["processes"][2].clone())
    };
    first_button(&mut browser, 0);
    browser.forget_records();
    browser.send("key Enter");
    let died = browser.wait_for("died");
    assert_eq!(died["pid"], first["pid"], "{died}");
    wait_for_text(&mut browser, "SIGKILL");
    browser.forget_records();
    // On the row itself it does nothing.
    browser.send("key Enter");
    browser.send("key Tab");
    browser.send("key Enter");
    let died = browser.wait_for("died");
    assert_eq!(died["pid"], next["pid"], "{died}");
    assert!(browser.quit().success());
}

#[test]
fn the_page_of_the_crashes_grows_and_brings_the_tab_back() {
    let mut browser = Browser::headless(&[]);
    let page = browser.open(&format!("http://{}/", server::pages(PAGE)));
    let glass = browser.open("bulkhead://crashes");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    process::signal(page.pid, Signal::SIGSEGV);
    wait_for_text(&mut browser, "Reload the tab");
    first_button(&mut browser, 0);
    browser.forget_records();
    browser.send("key Enter");
    browser.wait_for_tab("loaded", &page);
    browser.wait_until("the button goes", |browser| {
        !text(browser).contains("Reload the tab")
    });
    assert_eq!(browser.tab(glass.id), glass);
    assert!(browser.quit().success());
}

const LISTENER: &str = "<title>none</title><script>
    const source = new EventSource('/events'), heard = [];
    const tell = (word) => { heard.push(word); document.title = heard.join(' '); };
    source.onopen = () => tell('open');
    source.onmessage = (event) => {
      tell(event.data);
      if (event.data === 'one') fetch('/heard');
    };
    source.addEventListener('other', (event) => tell('other:' + event.data + event.lastEventId));
    source.onerror = () => tell('error' + source.readyState);
    </script>";

fn begin_stream(stream: &mut TcpStream) {
    let _ = stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
    );
}

#[test]
fn a_stream_of_events_comes_as_it_is_sent_and_goes_on_where_it_ended() {
    let (heard, hears) = channel::<()>();
    let (heard, hears) = (Mutex::new(heard), Mutex::new(hears));
    let server = server::serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let again = head.to_lowercase().contains("last-event-id: 7\r\n");
        match path {
            "/" => server::respond(stream, "200 OK", "text/html", LISTENER),
            "/heard" => {
                let _ = heard.lock().map(|heard| heard.send(()));
                server::respond(stream, "200 OK", "text/plain", "");
            }
            "/events" if again => server::respond(stream, "204 No Content", "text/plain", ""),
            "/events" => send_events(stream, &hears),
            _ => server::respond(stream, "404 Not Found", "text/plain", ""),
        }
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{server}/"));
    browser.wait("all that it hears", |record| {
        let title = "open one other:two\nlines7 error0 error2".replace('\n', " ");
        record["record"] == "title" && record["title"] == title
    });
    assert!(browser.quit().success());
}

/// The second event is sent when the page has heard of the first.
fn send_events(stream: &mut TcpStream, hears: &Mutex<Receiver<()>>) {
    begin_stream(stream);
    let _ = stream.write_all(b"retry: 1\n: remark\ndata: one\n\nevent: other\nid: 7\ndata: tw");
    if let Ok(hears) = hears.lock() {
        let _ = hears.recv();
    }
    let _ = stream.write_all(b"o\r\ndata: lines\r\n\r\ndata: never whole");
}

#[test]
fn what_is_no_stream_of_events_is_an_error_once() {
    let server = server::serve(|head, stream| match head.split(' ').nth(1).unwrap_or("/") {
        "/" => server::respond(stream, "200 OK", "text/html", LISTENER),
        _ => server::respond(stream, "200 OK", "text/html", "data: one\n\n"),
    });
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{server}/"));
    browser.wait("the error", |record| {
        record["record"] == "title" && record["title"] == "error2"
    });
    browser.wait("why", |record| {
        record["record"] == "console" && record["text"].to_string().contains("no stream of events")
    });
    assert!(browser.quit().success());
}

/// The sockets of each process, as the page of the channels lists them: always two and two.
fn listed_sockets(text: &str) -> Vec<(i32, u64)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ends = words.windows(3).filter(|it| it[1] == "socket");
    let ends = ends.filter_map(|it| Some((it[0].parse().ok()?, it[2].parse().ok()?)));
    ends.collect()
}

#[test]
fn the_channels_of_the_page_are_the_sockets_of_the_processes() {
    let mut browser = Browser::headless(&[]);
    let page = browser.open(&format!("http://{}/", server::pages(PAGE)));
    let glass = browser.open("bulkhead://ipc");
    let broker = browser.pid();
    if process::sockets(broker).is_none() {
        eprintln!("SKIP: /proc/PID/fd of the browser cannot be read");
        return;
    }
    // What was opened last may not be listed yet.
    browser.wait_until("they agree", |browser| {
        let listed = listed_sockets(&text(browser));
        let (gpu, shell) = (browser.pid_of("gpu"), browser.pid_of("shell"));
        let of = |pid: i32| {
            let its = listed.iter().filter(|(holder, _)| *holder == pid);
            its.map(|(_, number)| *number).collect()
        };
        let own = process::sockets(broker).unwrap_or_default();
        let brokers: std::collections::BTreeSet<u64> = of(broker);
        let is_the_same = |pid: i32| process::sockets(pid) == Some(of(pid));
        // A renderer keeps its end of the handshake, which the broker has closed.
        let has_one_more = |pid: i32| {
            let (its, listed) = (process::sockets(pid).unwrap_or_default(), of(pid));
            listed.is_subset(&its) && its.len() <= listed.len() + 1
        };
        listed.len() >= 14
            && brokers.is_subset(&own)
            && [gpu, shell].into_iter().all(is_the_same)
            && [page.pid, glass.pid].into_iter().all(has_one_more)
    });
    for purpose in ["control", "fetch", "frames"] {
        assert!(text(&mut browser).contains(purpose), "no {purpose}");
    }
    process::signal(page.pid, Signal::SIGKILL);
    browser.wait_until("its channels are gone", |browser| {
        let listed = listed_sockets(&text(browser));
        !listed.is_empty() && listed.iter().all(|(pid, _)| *pid != page.pid)
    });
    assert!(browser.quit().success());
}

#[test]
fn messages_are_listed_as_they_go_and_a_wrong_filter_is_told_of() {
    let mut browser = Browser::headless(&[]);
    let page = browser.open(&format!("http://{}/", server::pages(PAGE)));
    browser.open("bulkhead://ipc");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    browser.send(&format!("reload {}", page.id));
    wait_for_text(&mut browser, "ToRenderer::Commit");
    wait_for_text(&mut browser, "FromRenderer::Title");
    browser.send("key /");
    browser.send("type sizes>3");
    browser.send("key Tab");
    wait_for_text(&mut browser, "does not parse: \"sizes\" is not bytes");
    assert!(browser.quit().success());
}

#[test]
fn a_trace_is_started_and_stopped_in_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder.path(), private).expect("it is ours");
    let path = folder.path().to_str().expect("a name").to_owned();
    let mut browser = Browser::start(&["--headless"], &[("XDG_RUNTIME_DIR", &path)]);
    browser.open("bulkhead://ipc");
    wait_for_text(&mut browser, "Start a trace");
    browser.send("key t");
    wait_for_text(&mut browser, "A trace is being written to");
    browser.open(&format!("http://{}/", server::pages(PAGE)));
    browser.open("bulkhead://trace");
    wait_for_text(&mut browser, "Stop the trace");
    first_button(&mut browser, 0);
    wait_for_text(&mut browser, "started, in tier");
    browser.send("key Enter");
    wait_for_text(&mut browser, "The last trace is in");
    let traces = std::fs::read_dir(folder.path().join("bulkhead/traces")).expect("it is there");
    let traces: Vec<_> = traces.flatten().collect();
    assert_eq!(traces.len(), 1);
    let written = std::fs::read_to_string(traces[0].path()).expect("text");
    let events: Vec<serde_json::Value> = serde_json::from_str(&written).expect("a list");
    assert!(events.iter().any(|it| it["name"] == "ToRenderer::Commit"));
    assert!(browser.quit().success());
}

#[test]
fn many_lookers_and_one_that_reads_nothing_do_no_harm() {
    let mut browser = Browser::headless(&[]);
    let asleep = browser.open("bulkhead://ipc");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    process::signal(asleep.pid, Signal::SIGSTOP);
    let mut lookers: Vec<Tab> = (0..10).map(|_| browser.open("bulkhead://ipc")).collect();
    // One goes in the middle of its stream, one dies.
    let gone = lookers.pop().expect("there are ten");
    browser.send(&format!("close {}", gone.id));
    browser.wait_for_tab("tab_closed", &gone);
    let dead = lookers.pop().expect("there are nine");
    process::signal(dead.pid, Signal::SIGKILL);
    browser.wait_for_tab("tab_crashed", &dead);
    let page = browser.open(&format!("http://{}/", server::pages(PAGE)));
    for looker in lookers {
        activate(&mut browser, &looker);
        wait_for_text(&mut browser, &page.pid.to_string());
    }
    process::signal(asleep.pid, Signal::SIGCONT);
    assert!(browser.quit().success());
}
