//! What clients hear of a page that goes wrong, and what they keep it from.

use super::client::{Client, address};
use serde_json::{Value, json};
use testkit::{Browser, server};

const PAGES: &[(&str, &str)] = &[
    ("/", "<!DOCTYPE html><title>plain</title><p>text"),
    (
        "/missing",
        "<!DOCTYPE html><title>missing</title><img src=/nothing.png>",
    ),
    (
        "/scripted",
        "<!DOCTYPE html><title>plain</title><script>document.title = 'ran'</script>\
         <body onload=\"document.title = 'loaded'\">",
    ),
];

fn start() -> (Browser, Client) {
    let browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let mut client = Client::connect(&address(&browser));
    client.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    (browser, client)
}

/// The next entry of the log of that source.
fn entry(client: &mut Client, source: &str) -> Value {
    let is_it =
        |it: &Value| it["method"] == "Log.entryAdded" && it["params"]["entry"]["source"] == source;
    let mut told = client.wait("an entry of the log", is_it);
    told["params"]["entry"].take()
}

#[test]
fn what_goes_wrong_with_requests_is_in_the_log() {
    let (site, other) = (server::pages(PAGES), server::pages(PAGES));
    let (browser, mut client) = start();
    let (target, session) = client.open("about:blank");
    let s = Some(session.as_str());
    client.ask(s, "Log.enable", json!({}));
    let url = format!("http://{site}/missing");
    client.ask(s, "Page.navigate", json!({"url": url}));
    let missing = entry(&mut client, "network");
    assert_eq!(missing["url"], format!("http://{site}/nothing.png"));
    let text = "Failed to load resource: the server responded with a status of 404 (Not Found)";
    assert_eq!(
        (&missing["level"], &missing["text"]),
        (&json!("error"), &json!(text))
    );
    client.wait_for_title(&target, "missing");
    let fetch = format!("fetch('http://{other}/').catch(() => 'refused')");
    let wanted = json!({"expression": fetch, "awaitPromise": true});
    let answer = client.ask(s, "Runtime.evaluate", wanted);
    assert_eq!(answer["result"]["value"], "refused");
    let refused = entry(&mut client, "javascript");
    let text = refused["text"].as_str().expect("a text");
    assert!(text.contains("has been blocked by CORS policy"), "{text}");
    let failed = client.wait("the failure", |it| {
        it["params"]["entry"]["text"] == "Failed to load resource: net::ERR_FAILED"
    });
    assert_eq!(failed["params"]["entry"]["url"], format!("http://{other}/"));
    assert!(browser.quit().success());
}

#[test]
fn scripts_of_a_page_can_be_switched_off() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (target, session) = client.open("about:blank");
    let s = Some(session.as_str());
    client.ask(s, "Page.enable", json!({}));
    let switch = "Emulation.setScriptExecutionDisabled";
    client.ask(s, switch, json!({"value": true}));
    let url = format!("http://{site}/scripted");
    client.ask(s, "Page.navigate", json!({"url": url}));
    client.event("Page.loadEventFired");
    client.wait_for_title(&target, "plain");
    // Other tabs run theirs.
    let (second, _) = client.open(&url);
    client.wait_for_title(&second, "loaded");
    let targets = client.ask(None, "Target.getTargets", json!({}));
    let targets = targets["targetInfos"].as_array().expect("a list");
    let first = targets.iter().find(|it| it["targetId"] == json!(target));
    assert_eq!(first.expect("it is open")["title"], "plain");
    client.ask(s, switch, json!({"value": false}));
    client.ask(s, "Page.reload", json!({}));
    client.wait_for_title(&target, "loaded");
    assert!(browser.quit().success());
}

#[test]
fn a_page_calls_the_browser_what_a_client_wants() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (target, session) = client.open("about:blank");
    let s = Some(session.as_str());
    let name = |client: &mut Client| {
        let wanted = json!({"expression": "navigator.userAgent"});
        client.ask(s, "Runtime.evaluate", wanted)["result"]["value"].take()
    };
    let own = name(&mut client);
    assert!(
        own.as_str().is_some_and(|it| it.contains("Bulkhead")),
        "{own}"
    );
    let other = json!({"userAgent": "Other/1.0"});
    client.ask(s, "Emulation.setUserAgentOverride", other);
    assert_eq!(name(&mut client), "Other/1.0");
    // In another process.
    let url = format!("http://{site}/");
    client.ask(s, "Page.navigate", json!({"url": url}));
    client.wait_for_title(&target, "plain");
    assert_eq!(name(&mut client), "Other/1.0");
    client.ask(s, "Network.setUserAgentOverride", json!({"userAgent": ""}));
    assert_eq!(name(&mut client), own);
    assert!(browser.quit().success());
}
