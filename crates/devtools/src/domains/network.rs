//! `Network`: what becomes of requests. Those for addresses that the network process does not see
//! are told by what the broker says of the document.

use crate::clock;
use crate::command::{Command, Params};
use crate::domains::{cookies, fetch, standing};
use crate::hub::Hub;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asker, error_text, loader_of};
use crate::traffic::values;
use crate::traffic::wants::Conditions;
use protocol::ids::{NavigationId, TabId};
use protocol::limits::REQUEST_HEADER_BYTES_MAX;
use protocol::traffic::Head;
use protocol::web::Header;
use serde_json::{Value, json};

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    match command.method.as_str() {
        "Network.enable" => hub.set_wants(asker, |wants| wants.hears = true),
        "Network.disable" => hub.set_wants(asker, |wants| wants.hears = false),
        "Network.setExtraHTTPHeaders" => {
            let headers = extra_headers(params)?;
            hub.set_wants(asker, |wants| wants.headers = headers)
        }
        "Network.setUserAgentOverride" | "Emulation.setUserAgentOverride" => {
            let user_agent = params.text("userAgent")?.to_owned();
            let header = Header {
                name: "user-agent".to_owned(),
                value: user_agent.clone(),
            };
            fetch::check(vec![header], REQUEST_HEADER_BYTES_MAX)?;
            let user_agent = Some(user_agent).filter(|it| !it.is_empty());
            let name = user_agent.clone().unwrap_or_default();
            let outcome = hub.set_wants(asker, |wants| wants.user_agent = user_agent)?;
            if let Some(tab) = target.tab() {
                standing::name_browser(hub, asker, tab, &name);
            }
            Ok(outcome)
        }
        "Network.emulateNetworkConditions" => {
            let conditions = conditions(params)?;
            hub.set_wants(asker, |wants| wants.conditions = conditions)
        }
        "Network.emulateNetworkConditionsByRule" => {
            let (conditions, count) = conditions_by_rule(params)?;
            let names: Vec<String> = (1..=count).map(|at| at.to_string()).collect();
            let answer = json!({ "ruleIds": names });
            hub.set_wants_with(asker, answer, |wants| wants.conditions = conditions)
        }
        "Network.getResponseBody" => body_of(hub, target, params).map(Some),
        "Network.getRequestPostData" => post_data_of(hub, target, params).map(Some),
        _ => cookies::run(hub, asker, target, command),
    }
}

fn extra_headers(params: &Params) -> Result<Vec<Header>, Failure> {
    let headers = params.object("headers")?;
    let headers = headers.ok_or_else(|| Failure::params("headers: object expected"))?;
    let header = |(name, value): (&String, &Value)| match value.as_str() {
        Some(value) => Ok(Header {
            name: name.to_ascii_lowercase(),
            value: value.trim().to_owned(),
        }),
        None => Err(Failure::with_code(
            -32602,
            "Invalid header value, string expected",
        )),
    };
    let headers = headers.0.iter().map(header).collect::<Result<_, _>>()?;
    fetch::check(headers, REQUEST_HEADER_BYTES_MAX)
}

fn conditions(params: &Params) -> Result<Conditions, Failure> {
    let latency = params.number("latency")?;
    let rate = params.number("downloadThroughput")?;
    params.number("uploadThroughput")?;
    Ok(Conditions {
        is_offline: params.needed_flag("offline")?,
        latency_ms: latency.clamp(0.0, 600_000.0) as u32,
        // Zero and less mean that there is no bound.
        bytes_per_second: (rate > 0.0).then_some(rate.clamp(1.0, 4.0e9) as u32),
    })
}

/// The newer form: the rules for all addresses alone count.
/// What the rules come to, and how many there are.
fn conditions_by_rule(params: &Params) -> Result<(Conditions, usize), Failure> {
    let rules = params.0.get("matchedNetworkConditions");
    let rules = rules.and_then(Value::as_array);
    let rules = rules.ok_or_else(|| Failure::params("matchedNetworkConditions: array expected"))?;
    let mut found = Conditions::default();
    for rule in rules {
        let Value::Object(fields) = rule else {
            return Err(Failure::params(
                "matchedNetworkConditions: objects expected",
            ));
        };
        let mut fields = fields.clone();
        let pattern = fields.get("urlPattern").and_then(Value::as_str);
        if pattern.is_some_and(|it| !it.is_empty()) {
            return Err(Failure::server("Conditions are for all addresses alone"));
        }
        let is_offline = params.flag("offline")? || fields.get("offline") == Some(&json!(true));
        fields.insert("offline".to_owned(), json!(is_offline));
        found = conditions(&Params(fields))?;
    }
    if rules.is_empty() {
        found.is_offline = params.flag("offline")?;
    }
    Ok((found, rules.len()))
}

fn body_of(hub: &Hub, target: Target, params: &Params) -> Result<Value, Failure> {
    let name = params.text("requestId")?;
    let load = target.tab().and_then(|tab| hub.load_named(tab, name));
    let missing = || Failure::server("No resource with given identifier found");
    let load = load.ok_or_else(missing)?;
    let head = load
        .head
        .as_ref()
        .filter(|_| load.has_response && load.is_over);
    match head {
        Some(head) if !load.is_body_cut => {
            let (mime, _) = values::type_and_charset(head);
            Ok(values::body(&load.body, mime))
        }
        Some(_) => {
            let why = "Request content was evicted from inspector cache";
            Err(Failure::server(why))
        }
        None => Err(Failure::server(
            "No data found for resource with given identifier",
        )),
    }
}

fn post_data_of(hub: &Hub, target: Target, params: &Params) -> Result<Value, Failure> {
    let name = params.text("requestId")?;
    let load = target.tab().and_then(|tab| hub.load_named(tab, name));
    let missing = || Failure::server("No resource with given identifier found");
    let request = &load.ok_or_else(missing)?.request;
    let is_whole = request.body_bytes == u32::try_from(request.body.len()).ok();
    match std::str::from_utf8(&request.body) {
        Ok(text) if is_whole => Ok(json!({"postData": text})),
        _ => Err(Failure::server("No post data available for the request")),
    }
}

// Documents that are not of the network.

/// Whether there is a request for that address of which the network process does not hear.
fn is_local(url: &str) -> bool {
    let schemes = ["data:", "file:"];
    schemes.iter().any(|scheme| url.starts_with(scheme))
}

pub fn began(hub: &mut Hub, id: TabId, navigation: NavigationId, url: &str) {
    let Some(tab) = hub.tabs.get_mut(&id).filter(|_| is_local(url)) else {
        return;
    };
    tab.requested = Some(navigation);
    let loader = loader_of(navigation);
    let params = json!({
        "requestId": loader,
        "loaderId": loader,
        "documentURL": url,
        "request": {
            "url": url,
            "method": "GET",
            "headers": {},
            "mixedContentType": "none",
            "initialPriority": "VeryHigh",
            "referrerPolicy": "strict-origin-when-cross-origin",
            "isSameSite": true,
        },
        "timestamp": clock::now_s(),
        "wallTime": clock::wall_s(),
        "initiator": {"type": "other"},
        "redirectHasExtraInfo": false,
        "type": "Document",
        "frameId": tab.page,
        "hasUserGesture": false,
    });
    hub.tell_network(id, "Network.requestWillBeSent", &params);
}

/// The document is there.
pub fn responded(hub: &mut Hub, id: TabId, url: &str, status: u16, content_type: Option<&str>) {
    let Some(tab) = hub.tabs.get(&id) else { return };
    let Some(navigation) = tab.requested else {
        return;
    };
    let loader = loader_of(navigation);
    let head = Head {
        status,
        phrase: if status == 200 { "OK" } else { "" }.to_owned(),
        headers: vec![Header {
            name: "content-type".to_owned(),
            value: content_type.unwrap_or("text/html").to_owned(),
        }],
    };
    let params = json!({
        "requestId": loader,
        "loaderId": loader,
        "timestamp": clock::now_s(),
        "type": "Document",
        "response": values::response(url, &head, None),
        "hasExtraInfo": false,
        "frameId": tab.page,
    });
    hub.tell_network(id, "Network.responseReceived", &params);
}

pub fn finished(hub: &mut Hub, id: TabId) {
    let requested = hub.tabs.get_mut(&id).and_then(|tab| tab.requested.take());
    if let Some(navigation) = requested {
        let params = json!({
            "requestId": loader_of(navigation),
            "timestamp": clock::now_s(),
            "encodedDataLength": 0,
        });
        hub.tell_network(id, "Network.loadingFinished", &params);
    }
}

/// There is no document, for that reason ([`protocol::error::LoadError::code`]).
pub fn failed(hub: &mut Hub, id: TabId, code: &str) {
    let requested = hub.tabs.get_mut(&id).and_then(|tab| tab.requested.take());
    if let Some(navigation) = requested {
        let params = json!({
            "requestId": loader_of(navigation),
            "timestamp": clock::now_s(),
            "type": "Document",
            "errorText": error_text(code),
            "canceled": code == "CANCELLED",
        });
        hub.tell_network(id, "Network.loadingFailed", &params);
    }
}
