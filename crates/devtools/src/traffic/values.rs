//! Requests and responses as the protocol writes them.

use crate::clock;
use crate::traffic::load::{Answered, Load};
use protocol::request::RequestTimes;
use protocol::traffic::{Head, Kind};
use protocol::web::{Destination, Header};
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use url::Url;

/// What Chromium calls what a request is for.
pub fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "Document",
        Kind::Resource(Destination::Empty) => "Fetch",
        Kind::Resource(Destination::Font) => "Font",
        Kind::Resource(Destination::Image) => "Image",
        Kind::Resource(Destination::Other) => "Other",
        Kind::Resource(Destination::Script) => "Script",
        Kind::Resource(Destination::Style) => "Stylesheet",
    }
}

/// What a client calls a kind of requests; none of ours: nothing is of that kind.
pub fn kind_named(name: &str) -> Option<Kind> {
    Some(match name {
        "Document" => Kind::Document,
        "Fetch" | "XHR" => Kind::Resource(Destination::Empty),
        "Font" => Kind::Resource(Destination::Font),
        "Image" => Kind::Resource(Destination::Image),
        "Other" => Kind::Resource(Destination::Other),
        "Script" => Kind::Resource(Destination::Script),
        "Stylesheet" => Kind::Resource(Destination::Style),
        _ => return None,
    })
}

/// Headers as an object. Those of one name stand in lines of one text, as in Chromium.
pub fn headers(all: &[Header]) -> Value {
    let mut object = Map::new();
    for header in all {
        let name = usual(&header.name);
        match object.get_mut(&name) {
            Some(Value::String(before)) => {
                before.push('\n');
                before.push_str(&header.value);
            }
            _ => {
                object.insert(name, json!(header.value));
            }
        }
    }
    Value::Object(object)
}

/// Headers as a list.
pub fn header_list(all: &[Header]) -> Value {
    let entry = |it: &Header| json!({"name": usual(&it.name), "value": it.value});
    all.iter().map(entry).collect()
}

/// A name with capital letters, as servers and browsers write it.
fn usual(name: &str) -> String {
    let mut is_first = true;
    let letter = |c: char| {
        let is_capital = std::mem::replace(&mut is_first, c == '-');
        if is_capital {
            c.to_ascii_uppercase()
        } else {
            c
        }
    };
    name.chars().map(letter).collect()
}

/// The value of a header.
pub fn header<'a>(all: &'a [Header], name: &str) -> Option<&'a str> {
    let mut all = all.iter();
    all.find(|it| it.name.eq_ignore_ascii_case(name))
        .map(|it| it.value.as_str())
}

/// A request, with what every request says.
pub fn request(load: &Load, user_agent: &str) -> Value {
    let its = &load.request;
    let (url, fragment) = match its.url.split_once('#') {
        Some((url, fragment)) => (url, Some(format!("#{fragment}"))),
        None => (its.url.as_str(), None),
    };
    let mut all = headers(&its.headers);
    if all["User-Agent"].is_null() {
        all["User-Agent"] = json!(user_agent);
    }
    let mut request = json!({
        "url": url,
        "method": its.method,
        "headers": all,
        "mixedContentType": "none",
        "initialPriority": match load.kind {
            Kind::Document => "VeryHigh",
            Kind::Resource(Destination::Image) => "Low",
            Kind::Resource(_) => "High",
        },
        "referrerPolicy": "strict-origin-when-cross-origin",
        "isSameSite": true,
    });
    if let Some(fragment) = fragment {
        request["urlFragment"] = json!(fragment);
    }
    if its.body_bytes.is_some_and(|bytes| bytes > 0) {
        request["hasPostData"] = json!(true);
        if its.body_bytes == u32::try_from(its.body.len()).ok()
            && let Ok(text) = std::str::from_utf8(&its.body)
        {
            request["postData"] = json!(text);
            let entry = data_encoding::BASE64.encode(&its.body);
            request["postDataEntries"] = json!([{"bytes": entry}]);
        }
    }
    request
}

/// Whether another request follows.
pub fn is_redirect(head: &Head) -> bool {
    matches!(head.status, 301 | 302 | 303 | 307 | 308)
        && header(&head.headers, "location").is_some()
}

/// The MIME type of a response, and its character set.
pub fn type_and_charset(head: &Head) -> (&str, &str) {
    let kind = header(&head.headers, "content-type").unwrap_or_default();
    let (mime, rest) = kind.split_once(';').unwrap_or((kind, ""));
    let mut parameters = rest.split(';').map(str::trim);
    let charset = parameters.find_map(|it| it.strip_prefix("charset="));
    (mime.trim(), charset.unwrap_or_default().trim_matches('"'))
}

pub fn response(url: &str, head: &Head, answered: Option<&Answered>) -> Value {
    let (mime, charset) = type_and_charset(head);
    let is_secure = url.starts_with("https:");
    let mut response = json!({
        "url": url.split('#').next(),
        "status": head.status,
        "statusText": head.phrase,
        "headers": headers(&head.headers),
        "mimeType": if mime.is_empty() { "text/plain" } else { mime },
        "charset": charset,
        "connectionReused": false,
        "connectionId": 0,
        "encodedDataLength": 0,
        "fromDiskCache": false,
        "fromServiceWorker": false,
        "fromPrefetchCache": false,
        "protocol": "http/1.1",
        "alternateProtocolUsage": "unspecifiedReason",
        "securityState": if is_secure { "secure" } else { "insecure" },
    });
    if let Some((address, times)) = answered {
        response["connectionReused"] = json!(times.connected.is_none());
        response["timing"] = timing(times);
        if let (Some(address), Ok(url)) = (address, Url::parse(url)) {
            response["remoteIPAddress"] = json!(match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            });
            response["remotePort"] = json!(url.port_or_known_default());
        }
    }
    response
}

/// Milliseconds after the beginning; -1: it did not happen.
fn timing(times: &RequestTimes) -> Value {
    let ms = |us: Option<u32>| us.map_or(-1.0, |us| f64::from(us) / 1000.0);
    let start = clock::now_s() - f64::from(times.now) / 1.0e6;
    let connect_start = times.connected.and(times.name);
    let ssl_start = times.secured.and(times.connected);
    let send_start = times.secured.or(times.connected).unwrap_or(0);
    json!({
        "requestTime": start,
        "proxyStart": -1, "proxyEnd": -1,
        "dnsStart": if times.name.is_some() { 0.0 } else { -1.0 },
        "dnsEnd": ms(times.name),
        "connectStart": ms(connect_start),
        "connectEnd": ms(times.secured.or(times.connected)),
        "sslStart": ms(ssl_start),
        "sslEnd": ms(times.secured),
        "workerStart": -1, "workerReady": -1,
        "workerFetchStart": -1, "workerRespondWithSettled": -1,
        "sendStart": ms(Some(send_start)),
        "sendEnd": ms(times.sent),
        "pushStart": 0, "pushEnd": 0,
        "receiveHeadersStart": ms(times.head),
        "receiveHeadersEnd": ms(times.head),
    })
}

/// A body for a client, and whether it is in base 64.
pub fn body(bytes: &[u8], mime: &str) -> Value {
    let is_text = mime.starts_with("text/")
        || mime.is_empty()
        || [
            "json",
            "xml",
            "javascript",
            "ecmascript",
            "x-www-form-urlencoded",
        ]
        .iter()
        .any(|word| mime.contains(word));
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text => json!({"body": text, "base64Encoded": false}),
        _ => json!({"body": data_encoding::BASE64.encode(bytes), "base64Encoded": true}),
    }
}
