//! The log of a page: failed loads, and answers that are errors.

use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{ToDevtools, Wish};
use protocol::error::LoadError;
use protocol::ids::NavigationId;
use protocol::request::RequestTimes;
use protocol::traffic::{FromNetwork, Head, Kind, LoadNumber};
use protocol::web::Destination;
use serde_json::{Value, json};

fn page() -> (Rig, String) {
    let (mut rig, session) = Rig::with_page();
    rig.broker(ToDevtools::Traffic);
    (rig, session)
}

/// A command that changes the rules, which the network process obeys.
fn ruled(rig: &mut Rig, session: &str, method: &str) {
    rig.command_of(Some(session), method, json!({}));
    let Some((_, Wish::Requests { sequence, .. })) = rig.wish() else {
        panic!("{method} changes the rules");
    };
    rig.network(FromNetwork::Ruled { sequence });
}

fn request(rig: &mut Rig, load: u64) {
    rig.network(FromNetwork::Request {
        load: LoadNumber(load),
        tab: TAB,
        navigation: NavigationId(1),
        kind: Kind::Resource(Destination::Image),
        url: format!("http://a.b/{load}"),
        method: "GET".to_owned(),
        body_bytes: None,
    });
    rig.network(FromNetwork::RequestHeaders {
        load: LoadNumber(load),
        headers: Vec::new(),
        is_paused: false,
    });
}

fn fails(rig: &mut Rig, load: u64, error: LoadError) {
    request(rig, load);
    let load = LoadNumber(load);
    rig.network(FromNetwork::Failed { load, error });
}

fn refused(rig: &mut Rig, load: u64) {
    let host = "a.b:80".to_owned();
    fails(rig, load, LoadError::ConnectionRefused { host });
}

fn blocked(rig: &mut Rig, load: u64, reason: &str) {
    let reason = reason.to_owned();
    fails(rig, load, LoadError::Blocked { reason });
}

/// Source and text of the entries that were told.
fn told(rig: &mut Rig) -> Vec<(String, String)> {
    let texts = rig.texts.drain(..);
    let entries = texts.filter(|it| it["method"] == "Log.entryAdded");
    let text = |it: &Value| it.as_str().expect("a text").to_owned();
    let entry = |it: Value| {
        let entry = &it["params"]["entry"];
        assert_eq!(entry["level"], "error");
        (text(&entry["source"]), text(&entry["text"]))
    };
    entries.map(entry).collect()
}

fn pair(source: &str, text: &str) -> (String, String) {
    (source.to_owned(), text.to_owned())
}

const REFUSED: &str = "Failed to load resource: net::ERR_CONNECTION_REFUSED";

#[test]
fn a_load_that_fails_is_told() {
    let (mut rig, session) = page();
    ruled(&mut rig, &session, "Log.enable");
    refused(&mut rig, 1);
    let entry = rig.take(|it| it["method"] == "Log.entryAdded");
    let entry = entry.expect("it is told")["params"]["entry"].clone();
    assert_eq!(entry["url"], "http://a.b/1");
    assert_eq!(entry["networkRequestId"], format!("{}.1", TAB.0));
    assert!(entry["timestamp"].as_f64().expect("a time") > 1.0e12);
    assert_eq!(
        (&entry["source"], &entry["text"]),
        (&json!("network"), &json!(REFUSED))
    );
    // Nobody asked for events of the network.
    assert_eq!(rig.take(|it| it["method"] == "Network.loadingFailed"), None);
    request(&mut rig, 2);
    rig.network(FromNetwork::Response {
        load: LoadNumber(2),
        head: Head {
            status: 404,
            phrase: "Not Found".to_owned(),
            headers: Vec::new(),
        },
        address: None,
        times: RequestTimes::default(),
        is_paused: false,
    });
    let text = "Failed to load resource: the server responded with a status of 404 (Not Found)";
    assert_eq!(told(&mut rig), [pair("network", text)]);
    fails(&mut rig, 3, LoadError::Cancelled);
    assert_eq!(told(&mut rig), []);
    ruled(&mut rig, &session, "Log.disable");
    refused(&mut rig, 4);
    assert_eq!(told(&mut rig), []);
}

#[test]
fn what_a_rule_of_the_web_stops_is_told_by_its_rule() {
    let (mut rig, session) = page();
    ruled(&mut rig, &session, "Log.enable");
    let cors = "Access to fetch at 'http://a.b/1' from origin 'http://c.d' has been blocked by \
                CORS policy: No 'Access-Control-Allow-Origin' header is present.";
    rig.clear();
    blocked(&mut rig, 1, cors);
    let failed = "Failed to load resource: net::ERR_FAILED";
    assert_eq!(rig.texts[0]["params"]["entry"]["category"], "cors");
    assert_eq!(
        told(&mut rig),
        [pair("javascript", cors), pair("network", failed)]
    );
    let mixed = "Mixed Content: The page at 'https://c.d/' was loaded over HTTPS, but \u{2026}";
    blocked(&mut rig, 2, mixed);
    assert_eq!(told(&mut rig), [pair("security", mixed)]);
    let opaque = "The response of 'http://a.b/3' was blocked by ORB (Opaque Response Blocking)";
    blocked(&mut rig, 3, opaque);
    let failed = "Failed to load resource: net::ERR_BLOCKED_BY_ORB";
    assert_eq!(told(&mut rig), [pair("network", failed)]);
    ruled(&mut rig, &session, "Network.enable");
    rig.clear();
    blocked(&mut rig, 4, mixed);
    let network = rig.take(|it| it["method"] == "Network.loadingFailed");
    let network = network.expect("it is told");
    assert_eq!(network["params"]["blockedReason"], "mixed-content");
}

#[test]
fn what_is_kept_is_told_to_whoever_comes_later() {
    let (mut rig, session) = page();
    ruled(&mut rig, &session, "Network.enable");
    refused(&mut rig, 1);
    assert_eq!(told(&mut rig), []);
    ruled(&mut rig, &session, "Log.enable");
    assert_eq!(told(&mut rig), [pair("network", REFUSED)]);
    // It is on already.
    rig.command_of(Some(&session), "Log.enable", json!({}));
    assert_eq!(told(&mut rig), []);
    ruled(&mut rig, &session, "Log.disable");
    rig.command_of(Some(&session), "Log.clear", json!({}));
    ruled(&mut rig, &session, "Log.enable");
    assert_eq!(told(&mut rig), []);
    // Another document begins without.
    refused(&mut rig, 2);
    ruled(&mut rig, &session, "Log.disable");
    rig.begin(2, None);
    rig.commit(2);
    rig.clear();
    ruled(&mut rig, &session, "Log.enable");
    assert_eq!(told(&mut rig), []);
}
