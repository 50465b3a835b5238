//! `Network`: the request for each document. What a document fetches is not told of.

use crate::clock;
use crate::command::Command;
use crate::hub::Hub;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asker, error_text, loader_of};
use protocol::ids::{NavigationId, TabId};
use serde_json::{Value, json};

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    let is_on = match command.method.as_str() {
        "Network.enable" => true,
        "Network.disable" => false,
        other => return Err(Failure::no_method(other)),
    };
    if let Some(session) = hub.sessions.get_mut(&asker.session) {
        session.has_network = is_on;
    }
    Ok(Some(json!({})))
}

fn tell(hub: &mut Hub, tab: TabId, method: &str, params: &Value) {
    for key in hub.sessions_of(Target::Page(tab)) {
        if hub.sessions.get(&key).is_some_and(|it| it.has_network) {
            hub.tell(key, method, params.clone());
        }
    }
}

/// Whether there is a request for that address.
fn is_requested(url: &str) -> bool {
    let schemes = ["http:", "https:", "data:", "file:"];
    schemes.iter().any(|scheme| url.starts_with(scheme))
}

pub fn began(hub: &mut Hub, id: TabId, navigation: NavigationId, url: &str) {
    let Some(tab) = hub.tabs.get_mut(&id).filter(|_| is_requested(url)) else {
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
    tell(hub, id, "Network.requestWillBeSent", &params);
}

/// The head has come.
pub fn responded(hub: &mut Hub, id: TabId, url: &str, status: u16, content_type: Option<&str>) {
    let Some(tab) = hub.tabs.get(&id) else { return };
    let Some(navigation) = tab.requested else {
        return;
    };
    let loader = loader_of(navigation);
    let kind = content_type.unwrap_or("text/html");
    let (mime, charset) = kind.split_once(';').unwrap_or((kind, ""));
    let charset = charset.trim().strip_prefix("charset=").unwrap_or_default();
    let headers = content_type.map_or(json!({}), |it| json!({"Content-Type": it}));
    let params = json!({
        "requestId": loader,
        "loaderId": loader,
        "timestamp": clock::now_s(),
        "type": "Document",
        "response": {
            "url": url,
            "status": status,
            "statusText": reason_of(status),
            "headers": headers,
            "mimeType": mime.trim(),
            "charset": charset,
            "connectionReused": false,
            "connectionId": 0,
            "encodedDataLength": 0,
            "fromDiskCache": false,
            "fromServiceWorker": false,
            "protocol": "http/1.1",
            "securityState": if url.starts_with("https:") { "secure" } else { "neutral" },
        },
        "hasExtraInfo": false,
        "frameId": tab.page,
    });
    tell(hub, id, "Network.responseReceived", &params);
}

pub fn finished(hub: &mut Hub, id: TabId) {
    let requested = hub.tabs.get_mut(&id).and_then(|tab| tab.requested.take());
    if let Some(navigation) = requested {
        let params = json!({
            "requestId": loader_of(navigation),
            "timestamp": clock::now_s(),
            "encodedDataLength": 0,
        });
        tell(hub, id, "Network.loadingFinished", &params);
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
        tell(hub, id, "Network.loadingFailed", &params);
    }
}

/// The words for the statuses that pages come with.
fn reason_of(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        418 => "I'm a teapot",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
