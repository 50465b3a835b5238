//! What the Chrome DevTools Protocol tells of the browser as a whole: its trace, reports, and the
//! messages between its processes.

use crate::devtools::client::{Client, address};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Browser, process, server, wait};

const PAGES: &[(&str, &str)] = &[("/", "<!DOCTYPE html><title>first</title><body>one")];

fn start(arguments: &[&str]) -> (Browser, Client) {
    let arguments = [&["--remote-debugging-port", "0"], arguments].concat();
    let browser = Browser::headless(&arguments);
    let mut client = Client::connect(&address(&browser));
    client.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    (browser, client)
}

/// Opens a page, so that there is something to be told of.
fn act(client: &mut Client, site: &str) {
    let (target, _) = client.open(site);
    client.wait_for_title(&target, "first");
}

/// The whole text of a stream.
fn read(client: &mut Client, name: &Value) -> String {
    let mut text = String::new();
    loop {
        let piece = client.ask(None, "IO.read", json!({"handle": name, "size": 50_000}));
        text += piece["data"].as_str().expect("a text");
        if piece["eof"] == true {
            client.ask(None, "IO.close", json!({"handle": name}));
            return text;
        }
    }
}

/// The roles of which a trace has processes.
fn roles(events: &[Value]) -> BTreeSet<String> {
    let names = events.iter().filter(|it| it["name"] == "process_name");
    let names = names.filter_map(|it| it["args"]["name"].as_str());
    let roles = names.filter_map(|name| name.split(' ').next());
    roles.map(str::to_owned).collect()
}

#[test]
fn a_trace_has_the_doings_of_every_process() {
    let site = format!("http://{}/", server::pages(PAGES));
    let (browser, mut client) = start(&[]);
    let wanted = json!({"transferMode": "ReturnAsStream"});
    client.ask(None, "Tracing.start", wanted.clone());
    let second = client.send(None, "Tracing.start", wanted);
    let second = client.answer(second);
    assert_eq!(
        second["error"]["message"],
        "Tracing has already been started (possibly in another tab)."
    );
    act(&mut client, &site);
    client.ask(None, "Tracing.end", json!({}));
    let complete = client.event("Tracing.tracingComplete");
    assert_eq!(complete["params"]["dataLossOccurred"], false);
    let text = read(&mut client, &complete["params"]["stream"]);
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    for role in ["broker", "renderer", "gpu", "network", "devtools"] {
        assert!(
            roles(events).contains(role),
            "no {role} in {:?}",
            roles(events)
        );
    }
    // The next one is told in events.
    client.ask(None, "Tracing.start", json!({}));
    act(&mut client, &site);
    client.ask(None, "Tracing.end", json!({}));
    let told = client.event("Tracing.dataCollected");
    assert!(told["params"]["value"][0]["ph"].is_string(), "{told}");
    client.event("Tracing.tracingComplete");
    assert!(browser.quit().success());
}

#[test]
fn a_trace_ends_with_its_client_and_with_the_devtools_process() {
    let site = format!("http://{}/", server::pages(PAGES));
    let (mut browser, mut client) = start(&[]);
    client.ask(None, "Tracing.start", json!({}));
    act(&mut client, &site);
    drop(client);
    let mut client = Client::connect(&address(&browser));
    wait::until("the end of the trace of a client that is gone", || {
        let id = client.send(None, "Tracing.start", json!({}));
        client.answer(id).get("error").is_none().then_some(())
    });
    process::signal(browser.pid_of("devtools"), Signal::SIGKILL);
    client.wait_for_end();
    let mut client = Client::connect(&address(&browser));
    client.ask(None, "Tracing.start", json!({}));
    client.ask(None, "Tracing.end", json!({}));
    client.event("Tracing.tracingComplete");
    assert!(browser.quit().success());
}

#[test]
fn a_trace_of_the_users_own_is_not_disturbed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    let path = path.to_str().expect("text");
    let (browser, mut client) = start(&["--trace", path]);
    let id = client.send(None, "Tracing.start", json!({}));
    let answer = client.answer(id);
    let why = answer["error"]["message"].as_str().expect("why");
    assert!(why.contains(path), "{why}");
    assert!(browser.quit().success());
    let text = std::fs::read_to_string(path).expect("it is there");
    let events: Vec<Value> = serde_json::from_str(&text).expect("a list");
    assert!(roles(&events).contains("devtools"));
}

#[test]
fn reports_tell_of_sandboxes_and_of_the_dead() {
    let site = format!("http://{}/", server::pages(PAGES));
    let (mut browser, mut client) = start(&[]);
    act(&mut client, &site);
    let report = client.ask(None, "Bulkhead.sandboxReport", json!({}));
    let report = &report["report"];
    let processes = report["processes"].as_array().expect("processes");
    assert!(report["tier"].is_string() && report["untried"].is_array());
    for role in ["renderer", "gpu", "network", "devtools"] {
        let process = processes.iter().find(|it| it["role"] == role);
        let process = process.unwrap_or_else(|| panic!("no {role} in {processes:?}"));
        assert!(!process["layers"].as_array().expect("layers").is_empty());
    }
    let none = client.ask(None, "Bulkhead.crashRecords", json!({}));
    assert_eq!(none["records"], json!([]));
    let gpu = browser.pid_of("gpu");
    client.ask(None, "Browser.crashGpuProcess", json!({}));
    browser.wait("the death of the gpu process", |record| {
        record["record"] == "died" && record["role"] == "gpu"
    });
    let records = wait::until("the record of the crash", || {
        let mut records = client.ask(None, "Bulkhead.crashRecords", json!({}));
        records["records"][0]["rings"]
            .is_array()
            .then(|| records["records"].take())
    });
    assert_eq!(
        (&records[0]["role"], &records[0]["pid"]),
        (&json!("gpu"), &json!(gpu))
    );
    assert!(browser.quit().success());
}

#[test]
fn a_tap_tells_of_messages_until_it_ends() {
    let site = format!("http://{}/", server::pages(PAGES));
    let (browser, mut client) = start(&[]);
    client.ask(None, "Bulkhead.tapStart", json!({}));
    act(&mut client, &site);
    let message = client.wait("the commit", |message| {
        message["method"] == "Bulkhead.message" && message["params"]["kind"] == "ToRenderer::Commit"
    });
    let params = &message["params"];
    assert_eq!(params["from"]["role"], "broker");
    assert_eq!(params["to"]["role"], "renderer");
    assert!(params["bytes"].as_u64() > Some(0) && params["time"].as_f64() > Some(0.0));
    client.ask(None, "Bulkhead.tapStop", json!({}));
    assert!(browser.quit().success());
}

#[test]
fn chaos_begins_and_ends_by_the_protocol() {
    let site = format!("http://{}/", server::pages(PAGES));
    let (browser, mut client) = start(&[]);
    let (target, _) = client.open(&site);
    client.wait_for_title(&target, "first");
    let wrong = client.send(None, "Bulkhead.chaos", json!({"spec": "explode=1s"}));
    let wrong = client.answer(wrong);
    let message = wrong["error"]["message"].as_str().expect("why");
    assert!(message.contains("explode"), "{message}");
    let wanted = json!({"spec": "kill=200ms,kill-demo=200ms", "seed": 7});
    let answer = client.ask(None, "Bulkhead.chaos", wanted);
    assert_eq!(answer, json!({"seed": 7}));
    let killed = client.wait("a kill", |it| {
        it["method"] == "Bulkhead.chaosFault"
            && it["params"]["kind"] == "kill"
            && it["params"]["skipped"] == false
    });
    assert!(killed["params"]["targetId"].is_string(), "{killed}");
    client.event("Target.targetCrashed");
    client.wait("nothing to kill", |it| {
        it["params"]["role"] == "demo" && it["params"]["skipped"] == true
    });
    let ended = client.ask(None, "Bulkhead.chaos", json!({"spec": ""}));
    assert_eq!(ended, json!({}));
    assert!(browser.quit().success());
}
