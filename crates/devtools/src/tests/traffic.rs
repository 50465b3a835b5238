//! Loads as the network process tells of them, and what clients do with them.

use crate::hub::Output;
use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{ToDevtools, Wish};
use protocol::error::LoadError;
use protocol::ids::{ContextId, NavigationId};
use protocol::request::RequestTimes;
use protocol::traffic::{
    Cookie, CookieWish, FromNetwork, Head, Kind, LoadNumber, Rules, ToNetwork,
};
use protocol::web::{Destination, Header};
use serde_json::{Value, json};

const LOADER_2: &str = "00000000000000000000000000000002";

/// A page whose session has asked for that, and the network process has obeyed.
fn with(method: &str, params: Value) -> (Rig, String) {
    let (mut rig, session) = Rig::with_page();
    rig.broker(ToDevtools::Traffic);
    rule(&mut rig, &session, method, params);
    rig.clear();
    (rig, session)
}

/// Sends a command that changes the rules. Returns them.
fn rule(rig: &mut Rig, session: &str, method: &str, params: Value) -> Option<Rules> {
    let (answer, rules) = ruled(rig, session, method, params);
    assert_eq!(answer, json!({}));
    rules
}

/// Sends a command that changes the rules. Returns the answer, and them.
fn ruled(rig: &mut Rig, session: &str, method: &str, params: Value) -> (Value, Option<Rules>) {
    let answer = rig.command_of(Some(session), method, params);
    assert_eq!(answer, Value::Null, "it waits for the network process");
    let id = rig.last_id();
    let (_, wish) = rig.wish().expect("a wish");
    let Wish::Requests {
        tab: TAB,
        sequence,
        rules,
    } = wish
    else {
        panic!("{wish:?}");
    };
    rig.network(FromNetwork::Ruled { sequence });
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    (answer["result"].clone(), rules)
}

fn request(rig: &mut Rig, load: u64, kind: Kind, is_paused: bool) {
    let navigation = NavigationId(if kind == Kind::Document { 2 } else { 1 });
    rig.network(FromNetwork::Request {
        load: LoadNumber(load),
        tab: TAB,
        navigation,
        kind,
        url: format!("http://a.b/{load}"),
        method: "GET".to_owned(),
        body_bytes: None,
    });
    rig.network(FromNetwork::RequestHeaders {
        load: LoadNumber(load),
        headers: vec![header("accept", "*/*")],
        is_paused,
    });
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn response(rig: &mut Rig, load: u64, status: u16, headers: Vec<Header>, is_paused: bool) {
    rig.network(FromNetwork::Response {
        load: LoadNumber(load),
        head: Head {
            status,
            phrase: "OK".to_owned(),
            headers,
        },
        address: Some("127.0.0.1".parse().expect("an address")),
        times: RequestTimes::default(),
        is_paused,
    });
}

fn body(rig: &mut Rig, load: u64, text: &str) {
    let (load, bytes) = (LoadNumber(load), text.as_bytes().to_vec());
    rig.network(FromNetwork::Body { load, bytes });
}

fn end(rig: &mut Rig, load: u64, bytes: u64) {
    let load = LoadNumber(load);
    rig.network(FromNetwork::End { load, bytes });
}

fn fetch() -> Kind {
    Kind::Resource(Destination::Empty)
}

/// What the network process was told last.
fn told(rig: &Rig) -> ToNetwork {
    rig.to_network
        .last()
        .cloned()
        .expect("it was told something")
}

#[test]
fn a_documents_request_is_told_before_it_and_its_end_after_it() {
    let (mut rig, session) = with("Network.enable", json!({}));
    // The network process may be quicker than the broker.
    request(&mut rig, 1, Kind::Document, false);
    assert_eq!(rig.order, [""; 0]);
    rig.begin(2, None);
    response(&mut rig, 1, 302, vec![header("location", "/x")], false);
    request(&mut rig, 1, Kind::Document, false);
    response(
        &mut rig,
        1,
        200,
        vec![header("content-type", "text/html; charset=utf-8")],
        false,
    );
    body(&mut rig, 1, "<p>");
    end(&mut rig, 1, 3);
    rig.order.push("committed".to_owned());
    rig.commit_there(2);
    assert_eq!(
        rig.order,
        [
            "Network.requestWillBeSent",
            "Network.requestWillBeSent",
            "Network.responseReceived",
            "committed",
            "Network.dataReceived",
            "Network.loadingFinished",
        ]
    );
    let sent = rig
        .take(|it| it["method"] == "Network.requestWillBeSent")
        .expect("sent");
    assert_eq!(sent["params"]["requestId"], LOADER_2);
    assert_eq!(sent["params"]["loaderId"], LOADER_2);
    assert_eq!(sent["params"]["type"], "Document");
    assert_eq!(sent["params"]["request"]["headers"]["Accept"], "*/*");
    let again = rig
        .take(|it| it["method"] == "Network.requestWillBeSent")
        .expect("sent");
    assert_eq!(again["params"]["redirectResponse"]["status"], 302);
    let received = rig
        .take(|it| it["method"] == "Network.responseReceived")
        .expect("received");
    let response = &received["params"]["response"];
    assert_eq!(response["mimeType"], "text/html");
    assert_eq!(response["charset"], "utf-8");
    assert_eq!(response["remoteIPAddress"], "127.0.0.1");
    let name = json!({"requestId": LOADER_2});
    let got = rig.command_of(Some(&session), "Network.getResponseBody", name);
    assert_eq!(
        got["result"],
        json!({"body": "<p>", "base64Encoded": false})
    );
}

#[test]
fn what_the_next_document_loads_is_told_after_it() {
    let (mut rig, _) = with("Network.enable", json!({}));
    rig.begin(2, None);
    let load = LoadNumber(4);
    rig.network(FromNetwork::Request {
        load,
        tab: TAB,
        navigation: NavigationId(2),
        kind: Kind::Resource(Destination::Image),
        url: "http://a.b/x.png".to_owned(),
        method: "GET".to_owned(),
        body_bytes: None,
    });
    let (headers, is_paused) = (Vec::new(), false);
    rig.network(FromNetwork::RequestHeaders {
        load,
        headers,
        is_paused,
    });
    assert!(rig.order.is_empty(), "{:?}", rig.order);
    rig.commit_there(2);
    assert_eq!(rig.order, ["Network.requestWillBeSent"]);
    assert_eq!(rig.texts[0]["params"]["loaderId"], LOADER_2);
    assert_eq!(rig.texts[0]["params"]["type"], "Image");
}

#[test]
fn a_request_waits_for_the_clients_word() {
    let (mut rig, session) = with("Fetch.enable", json!({"patterns": [{"urlPattern": "*"}]}));
    let s = Some(session.as_str());
    request(&mut rig, 9, fetch(), true);
    let paused = rig
        .take(|it| it["method"] == "Fetch.requestPaused")
        .expect("paused");
    let name = paused["params"]["requestId"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(paused["params"]["resourceType"], "Fetch");
    assert_eq!(paused["params"]["networkId"], "7.9");
    let other = rig.command_of(s, "Fetch.continueRequest", json!({"requestId": "none"}));
    assert_eq!(other["error"]["message"], "Invalid InterceptionId.");
    let odd = json!({"requestId": name, "responseCode": 7});
    let odd = rig.command_of(s, "Fetch.fulfillRequest", odd);
    assert_eq!(odd["error"]["message"], "Invalid http status code");
    let lines = json!([{"name": "X-A", "value": "1\r\nX-B: 2"}]);
    let odd = json!({"requestId": name, "responseCode": 200, "responseHeaders": lines});
    let odd = rig.command_of(s, "Fetch.fulfillRequest", odd);
    assert_eq!(odd["error"]["message"], "Unsafe header: x-a");
    let answer = json!({
        "requestId": name, "responseCode": 201, "body": "bWluZQ==",
        "responseHeaders": [{"name": "X-A", "value": "1"}],
    });
    let answered = rig.command_of(s, "Fetch.fulfillRequest", answer.clone());
    assert_eq!(answered["result"], json!({}));
    let load = LoadNumber(9);
    let bytes = b"mine".to_vec();
    let (status, headers) = (201, vec![header("x-a", "1")]);
    let head = Head {
        status,
        phrase: String::new(),
        headers,
    };
    assert_eq!(
        rig.to_network,
        [
            ToNetwork::Body { load, bytes },
            ToNetwork::Answer { load, head }
        ]
    );
    let again = rig.command_of(s, "Fetch.fulfillRequest", answer);
    assert_eq!(again["error"]["message"], "Invalid InterceptionId.");
}

#[test]
fn at_a_response_the_body_can_be_had_and_the_head_changed() {
    let stage = json!({"patterns": [{"requestStage": "Response"}]});
    let (mut rig, session) = with("Fetch.enable", stage);
    let s = Some(session.as_str());
    request(&mut rig, 3, fetch(), false);
    response(
        &mut rig,
        3,
        200,
        vec![header("content-type", "text/plain")],
        true,
    );
    let paused = rig
        .take(|it| it["method"] == "Fetch.requestPaused")
        .expect("paused");
    assert_eq!(paused["params"]["responseStatusCode"], 200);
    let name = json!({"requestId": paused["params"]["requestId"]});
    let asked = rig.command_of(s, "Fetch.getResponseBody", name.clone());
    assert_eq!(asked, Value::Null);
    let id = rig.last_id();
    let early = rig.command_of(s, "Fetch.continueRequest", name.clone());
    assert_eq!(
        early["error"]["message"],
        "The body of the response is being read"
    );
    body(&mut rig, 3, "text");
    let load = LoadNumber(3);
    rig.network(FromNetwork::Taken {
        load,
        is_whole: true,
    });
    let got = rig.take(|it| it["id"] == id).expect("an answer");
    assert_eq!(
        got["result"],
        json!({"body": "dGV4dA==", "base64Encoded": true})
    );
    let mut change = name;
    change["responseCode"] = json!(404);
    assert_eq!(
        rig.command_of(s, "Fetch.continueResponse", change)["result"],
        json!({})
    );
    let ToNetwork::Go { change, .. } = told(&rig) else {
        panic!("{:?}", told(&rig));
    };
    assert_eq!(change.head.map(|head| head.status), Some(404));
}

#[test]
fn a_failure_of_a_client_has_the_clients_words() {
    let (mut rig, session) = with("Network.enable", json!({}));
    rule(&mut rig, &session, "Fetch.enable", json!({}));
    rig.clear();
    request(&mut rig, 5, fetch(), true);
    let paused = rig
        .take(|it| it["method"] == "Fetch.requestPaused")
        .expect("paused");
    let name = &paused["params"]["requestId"];
    let fail = json!({"requestId": name, "errorReason": "ConnectionRefused"});
    rig.command_of(Some(&session), "Fetch.failRequest", fail);
    let load = LoadNumber(5);
    assert_eq!(told(&rig), ToNetwork::Fail { load });
    rig.network(FromNetwork::Failed {
        load,
        error: LoadError::FailedByClient,
    });
    let failed = rig
        .take(|it| it["method"] == "Network.loadingFailed")
        .expect("failed");
    assert_eq!(failed["params"]["errorText"], "net::ERR_CONNECTION_REFUSED");
}

#[test]
fn paused_requests_go_on_without_their_session() {
    let (mut rig, session) = with("Fetch.enable", json!({}));
    request(&mut rig, 5, fetch(), true);
    rig.command("Target.detachFromTarget", json!({"sessionId": session}));
    let load = LoadNumber(5);
    let change = protocol::traffic::Change::default();
    assert_eq!(told(&rig), ToNetwork::Go { load, change });
    let (_, wish) = rig.wish().expect("a wish");
    assert!(
        matches!(wish, Wish::Requests { rules: None, .. }),
        "{wish:?}"
    );
    // One that the network process has paused meanwhile.
    rig.to_network.clear();
    request(&mut rig, 6, fetch(), true);
    assert!(matches!(
        told(&rig),
        ToNetwork::Go {
            load: LoadNumber(6),
            ..
        }
    ));
}

#[test]
fn the_wants_of_sessions_become_one_set_of_rules() {
    let (mut rig, session) = with("Network.enable", json!({}));
    let headers = json!({"headers": {"X-One": "1"}});
    let rules = rule(&mut rig, &session, "Network.setExtraHTTPHeaders", headers);
    assert_eq!(rules.expect("rules").headers, [header("x-one", "1")]);
    let slow = json!({
        "offline": false, "latency": 100, "downloadThroughput": 1000, "uploadThroughput": -1,
    });
    let rules = rule(&mut rig, &session, "Network.emulateNetworkConditions", slow);
    let rules = rules.expect("rules");
    assert_eq!(
        (rules.latency_ms, rules.bytes_per_second),
        (100, Some(1000))
    );
    // The front-end of DevTools wants a name for each rule.
    let conditions = json!([{
        "urlPattern": "", "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    }]);
    let by_rule = json!({ "offline": true, "matchedNetworkConditions": conditions });
    let method = "Network.emulateNetworkConditionsByRule";
    let (answer, rules) = ruled(&mut rig, &session, method, by_rule);
    assert_eq!(answer, json!({ "ruleIds": ["1"] }));
    assert!(rules.expect("rules").is_offline);
    let long = "x".repeat(40_000);
    let many = json!({"patterns": [{"urlPattern": long}]});
    let refused = rig.command_of(Some(&session), "Fetch.enable", many);
    assert_eq!(refused["error"]["code"], -32000);
}

#[test]
fn a_network_process_that_dies_fails_what_is_under_way() {
    let (mut rig, session) = with("Network.enable", json!({}));
    request(&mut rig, 5, fetch(), false);
    rig.command_of(Some(&session), "Network.getCookies", json!({}));
    let asked = rig.last_id();
    rig.command_of(Some(&session), "Fetch.enable", json!({}));
    let enabled = rig.last_id();
    rig.hub.traffic_closed();
    rig.text("{}");
    let failed = rig
        .take(|it| it["method"] == "Network.loadingFailed")
        .expect("failed");
    assert_eq!(failed["params"]["errorText"], "net::ERR_FAILED");
    let answer = rig.take(|it| it["id"] == asked).expect("an answer");
    assert_eq!(answer["error"]["message"], "The network process is gone");
    let answer = rig.take(|it| it["id"] == enabled).expect("an answer");
    assert_eq!(answer["result"], json!({}));
    let refused = rig.command_of(Some(&session), "Network.getCookies", json!({}));
    assert_eq!(
        refused["error"]["message"],
        "The network process is not running"
    );
}

#[test]
fn cookies_come_in_pieces_and_are_set_as_headers_would() {
    let (mut rig, session) = with("Network.enable", json!({}));
    let s = Some(session.as_str());
    rig.command_of(
        s,
        "Network.getCookies",
        json!({"urls": ["http://a.b/", "http://c.d/"]}),
    );
    let id = rig.last_id();
    let cookie = |name: &str| Cookie {
        name: name.to_owned(),
        value: "v".to_owned(),
        domain: "a.b".to_owned(),
        path: "/".to_owned(),
        expires_s: None,
        is_http_only: true,
        is_secure: false,
        same_site: None,
    };
    for (name, is_last) in [("x", false), ("y", true)] {
        let cookies = vec![cookie(name)];
        rig.network(FromNetwork::Cookies {
            call: 1,
            cookies,
            is_last,
        });
    }
    let wish = CookieWish::Get {
        url: Some("http://c.d/".to_owned()),
    };
    assert_eq!(
        told(&rig),
        ToNetwork::Cookies {
            call: 2,
            context: ContextId::DEFAULT,
            wish
        }
    );
    rig.network(FromNetwork::Cookies {
        call: 2,
        cookies: vec![cookie("x")],
        is_last: true,
    });
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    let cookies = answer["result"]["cookies"].as_array().expect("cookies");
    assert_eq!(cookies.len(), 2);
    assert_eq!(
        (&cookies[0]["session"], &cookies[0]["expires"]),
        (&json!(true), &json!(-1.0))
    );
    let set = json!({"name": "n", "value": "v", "domain": ".a.b", "secure": true});
    rig.command_of(s, "Network.setCookie", set);
    let ToNetwork::Cookies {
        wish:
            CookieWish::Set {
                url,
                text,
                for_host: true,
            },
        ..
    } = told(&rig)
    else {
        panic!("{:?}", told(&rig));
    };
    assert_eq!(url, "https://a.b/");
    assert_eq!(text, "n=v; Path=/; Domain=.a.b; Secure");
    let odd = json!({"name": "n", "value": "v; Domain=bank.example", "url": "http://a.b/"});
    let odd = rig.command_of(s, "Network.setCookie", odd);
    assert_eq!(odd["error"]["message"], "Invalid cookie fields");
}

#[test]
fn a_load_that_is_forgotten_does_not_stay_paused() {
    let (mut rig, _) = with("Fetch.enable", json!({}));
    let load = LoadNumber(8);
    rig.hub.take_traffic(FromNetwork::RequestHeaders {
        load,
        headers: Vec::new(),
        is_paused: true,
    });
    let output = rig.hub.poll();
    let is_go = matches!(
        output,
        Some(Output::Traffic(ToNetwork::Go {
            load: LoadNumber(8),
            ..
        }))
    );
    assert!(is_go, "{output:?}");
}
