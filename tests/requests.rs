//! Clients of the Chrome DevTools Protocol stop and answer requests, whoever dies meanwhile.

use crate::devtools::client::{Client, address};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{Browser, process, server};

/// A page that fetches, and the number of requests that have come for what it fetches.
fn site() -> (String, Arc<AtomicUsize>) {
    const PAGE: &str = "<!DOCTYPE html><title>asks</title><script>\
        fetch('/data').then((answer) => answer.text(), (error) => error.name)\
            .then((text) => { document.title = text })</script>";
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let address = server::serve(move |head, stream| match head.split(' ').nth(1) {
        Some("/data") => {
            counted.fetch_add(1, Ordering::SeqCst);
            server::respond(stream, "200 OK", "text/plain", "served");
        }
        _ => server::respond(stream, "200 OK", "text/html", PAGE),
    });
    (format!("http://{address}"), count)
}

struct Driven {
    browser: Browser,
    client: Client,
    address: String,
    target: String,
    session: String,
}

/// A tab whose requests for data wait for a client.
fn start() -> Driven {
    let browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let address = address(&browser);
    let mut client = Client::connect(&address);
    client.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    let (target, session) = client.open("about:blank");
    let mut driven = Driven {
        browser,
        client,
        address,
        target,
        session,
    };
    driven.ask("Page.getFrameTree", json!({}));
    let patterns = json!({"patterns": [{"urlPattern": "*/data"}]});
    driven.ask("Fetch.enable", patterns);
    driven
}

impl Driven {
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.client.ask(Some(&self.session), method, params)
    }

    /// The name of the next request that waits.
    fn paused(&mut self) -> Value {
        let mut event = self.client.event("Fetch.requestPaused");
        event["params"]["requestId"].take()
    }

    fn kill(&mut self, role: &str) {
        process::signal(self.browser.pid_of(role), Signal::SIGKILL);
        self.browser.wait("its end", |record| {
            record["record"] == "died" && record["role"] == role
        });
    }
}

#[test]
fn a_request_that_waits_is_answered_by_the_client_and_reaches_no_server() {
    let (site, count) = site();
    let mut driven = start();
    driven.ask("Page.navigate", json!({"url": site}));
    let name = driven.paused();
    let body = data_encoding::BASE64.encode(b"made up");
    let answer = json!({"requestId": name, "responseCode": 200, "body": body});
    driven.ask("Fetch.fulfillRequest", answer);
    let target = driven.target.clone();
    driven.client.wait_for_title(&target, "made up");
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(driven.browser.quit().success());
}

#[test]
fn rules_outlive_the_network_process() {
    let (site, count) = site();
    let mut driven = start();
    driven.ask("Page.navigate", json!({"url": site}));
    driven.paused();
    driven.kill("network");
    let target = driven.target.clone();
    driven.client.wait_for_title(&target, "TypeError");
    driven.ask("Page.reload", json!({}));
    let name = driven.paused();
    let fail = json!({"requestId": name, "errorReason": "Failed"});
    driven.ask("Fetch.failRequest", fail);
    driven.client.wait_for_title(&target, "TypeError");
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(driven.browser.quit().success());
}

#[test]
fn a_request_that_waits_goes_on_when_its_client_or_the_devtools_process_goes() {
    let (site, count) = site();
    let mut driven = start();
    driven.ask("Page.navigate", json!({"url": site}));
    driven.paused();
    // Another client sees the page go on.
    let mut other = Client::connect(&driven.address);
    other.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    let target = driven.target.clone();
    driven.client = other;
    driven.client.wait_for_title(&target, "served");
    let params = json!({"targetId": target, "flatten": true});
    let attached = driven.client.ask(None, "Target.attachToTarget", params);
    let session = attached["sessionId"].as_str().expect("a name");
    session.clone_into(&mut driven.session);
    driven.ask(
        "Fetch.enable",
        json!({"patterns": [{"urlPattern": "*/data"}]}),
    );
    driven.ask("Page.reload", json!({}));
    driven.paused();
    driven.kill("devtools");
    driven
        .browser
        .wait_until("the page to go on", |_| count.load(Ordering::SeqCst) == 2);
    assert!(driven.browser.quit().success());
}
