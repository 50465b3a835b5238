//! `Fetch`: requests that wait for a client's word.

use crate::command::{Command, Params};
use crate::hub::{Hub, Output};
use crate::reply::Failure;
use crate::tab::Asker;
use crate::traffic::values::{self, kind_named};
use data_encoding::BASE64;
use protocol::limits::{
    BODY_CHUNK_BYTES_MAX, REQUEST_HEADER_BYTES_MAX, RESOURCE_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX,
    TEXT_BYTES_MAX, URL_BYTES_MAX,
};
use protocol::traffic::{Change, Head, LoadNumber, Pattern, ToNetwork};
use protocol::web::Header;
use serde_json::{Value, json};
use url::Url;

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let session = hub.sessions.get(&asker.session);
    let is_on = session.is_some_and(|it| it.wants.pauses.is_some());
    match command.method.as_str() {
        other if !is_on && !matches!(other, "Fetch.enable" | "Fetch.disable") => {
            Err(Failure::server("Fetch domain is not enabled"))
        }
        "Fetch.enable" => {
            let patterns = patterns(params)?;
            hub.set_wants(asker, |wants| wants.pauses = Some(patterns))
        }
        "Fetch.disable" => {
            hub.resume_for(asker.session);
            hub.set_wants(asker, |wants| wants.pauses = None)
        }
        "Fetch.continueRequest" => go_on(hub, asker, params),
        "Fetch.continueResponse" => go_on_with_response(hub, asker, params),
        "Fetch.fulfillRequest" => answer(hub, asker, params),
        "Fetch.failRequest" => fail(hub, asker, params),
        "Fetch.getResponseBody" => take_body(hub, asker, params),
        other => Err(Failure::no_method(other)),
    }
}

fn patterns(params: &Params) -> Result<Vec<Pattern>, Failure> {
    let all = match params.0.get("patterns") {
        None | Some(Value::Null) => {
            return Ok(vec![Pattern {
                url: "*".to_owned(),
                kind: None,
                at_response: false,
            }]);
        }
        Some(Value::Array(all)) => all,
        Some(_) => return Err(Failure::params("patterns: array expected")),
    };
    let mut patterns = Vec::new();
    for one in all {
        let Value::Object(fields) = one else {
            return Err(Failure::params("patterns: objects expected"));
        };
        let fields = Params(fields.clone());
        let kind = match fields.optional_text("resourceType")? {
            None => None,
            Some(name) => match kind_named(name) {
                Some(kind) => Some(kind),
                // There are no requests of that kind.
                None => continue,
            },
        };
        patterns.push(Pattern {
            url: fields
                .optional_text("urlPattern")?
                .unwrap_or("*")
                .to_owned(),
            kind,
            at_response: match fields.optional_text("requestStage")? {
                None | Some("Request") => false,
                Some("Response") => true,
                Some(_) => return Err(Failure::params("patterns: unknown requestStage")),
            },
        });
    }
    Ok(patterns)
}

/// The load that is paused for that session, and whether at its response.
fn paused(hub: &Hub, asker: Asker, params: &Params) -> Result<(LoadNumber, bool), Failure> {
    let paused = hub.paused(params.text("requestId")?);
    let paused = paused.filter(|(_, pause)| pause.session == asker.session);
    let (number, pause) =
        paused.ok_or_else(|| Failure::with_code(-32602, "Invalid InterceptionId."))?;
    match pause.taking.is_some() {
        true => Err(Failure::server("The body of the response is being read")),
        false => Ok((number, pause.at_response)),
    }
}

fn send(hub: &mut Hub, message: ToNetwork) {
    hub.push(Output::Traffic(message));
}

fn go_on(hub: &mut Hub, asker: Asker, params: &Params) -> Result<Option<Value>, Failure> {
    let (load, at_response) = paused(hub, asker, params)?;
    let body = bytes(params, "postData")?;
    let text = |name| Ok(params.optional_text(name)?.map(str::to_owned));
    let (url, method) = (text("url")?, text("method")?);
    let is_url = |url: &String| {
        let parsed = Url::parse(url);
        url.len() <= URL_BYTES_MAX && parsed.is_ok_and(|it| matches!(it.scheme(), "http" | "https"))
    };
    if url.as_ref().is_some_and(|url| !is_url(url)) {
        return Err(Failure::with_code(-32602, "Invalid URL"));
    }
    if method.as_ref().is_some_and(|it| !is_token(it)) {
        return Err(Failure::with_code(-32602, "Invalid method"));
    }
    let change = Change {
        url,
        method,
        headers: headers(params, "headers", REQUEST_HEADER_BYTES_MAX)?,
        has_body: body.is_some() && !at_response,
        pauses_at_response: params.flag("interceptResponse")?,
        head: None,
    };
    if !at_response {
        send_body(hub, load, &body.unwrap_or_default());
    }
    let wants_response = change.pauses_at_response;
    send(hub, ToNetwork::Go { load, change });
    hub.end_pause(load);
    if at_response {
        hub.tell_response(load);
    } else if wants_response && let Some(load) = hub.traffic.loads.get_mut(&load) {
        load.wanted_by = Some(asker.session);
    }
    Ok(Some(json!({})))
}

fn is_token(text: &str) -> bool {
    let is_of_it = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(is_of_it)
}

fn go_on_with_response(
    hub: &mut Hub,
    asker: Asker,
    params: &Params,
) -> Result<Option<Value>, Failure> {
    let (load, at_response) = paused(hub, asker, params)?;
    if !at_response {
        let why = "Can only override the response of a request that is paused at its response";
        return Err(Failure::server(why));
    }
    let status = params.optional_count("responseCode")?;
    let headers = response_headers(params)?;
    let phrase = params.optional_text("responsePhrase")?;
    let its = hub.traffic.loads.get_mut(&load);
    let head = its.and_then(|load| load.head.as_mut());
    let mut change = Change::default();
    if let Some(head) = head {
        if let Some(status) = status {
            head.status = status_of(status)?;
        }
        if let Some(headers) = headers {
            head.headers = headers;
        }
        if let Some(phrase) = phrase {
            phrase.clone_into(&mut head.phrase);
        }
        let is_changed = params.0.len() > 1;
        change.head = is_changed.then(|| head.clone());
    }
    send(hub, ToNetwork::Go { load, change });
    hub.end_pause(load);
    hub.tell_response(load);
    Ok(Some(json!({})))
}

fn answer(hub: &mut Hub, asker: Asker, params: &Params) -> Result<Option<Value>, Failure> {
    let (load, at_response) = paused(hub, asker, params)?;
    let body = bytes(params, "body")?.unwrap_or_default();
    let head = Head {
        status: status_of(params.count("responseCode")?)?,
        phrase: params
            .optional_text("responsePhrase")?
            .unwrap_or_default()
            .to_owned(),
        headers: response_headers(params)?.unwrap_or_default(),
    };
    if head.phrase.len() > TEXT_BYTES_MAX {
        return Err(Failure::with_code(-32602, "Invalid http status phrase"));
    }
    send_body(hub, load, &body);
    let its = hub.traffic.loads.get_mut(&load);
    if let Some(its) = its.filter(|_| at_response) {
        its.head = Some(head.clone());
    }
    send(hub, ToNetwork::Answer { load, head });
    hub.end_pause(load);
    if at_response {
        hub.tell_response(load);
    }
    Ok(Some(json!({})))
}

fn fail(hub: &mut Hub, asker: Asker, params: &Params) -> Result<Option<Value>, Failure> {
    let (load, _) = paused(hub, asker, params)?;
    let reason = match params.text("errorReason")? {
        "Failed" => "net::ERR_FAILED",
        "Aborted" => "net::ERR_ABORTED",
        "TimedOut" => "net::ERR_TIMED_OUT",
        "AccessDenied" => "net::ERR_ACCESS_DENIED",
        "ConnectionClosed" => "net::ERR_CONNECTION_CLOSED",
        "ConnectionReset" => "net::ERR_CONNECTION_RESET",
        "ConnectionRefused" => "net::ERR_CONNECTION_REFUSED",
        "ConnectionAborted" => "net::ERR_CONNECTION_ABORTED",
        "ConnectionFailed" => "net::ERR_CONNECTION_FAILED",
        "NameNotResolved" => "net::ERR_NAME_NOT_RESOLVED",
        "InternetDisconnected" => "net::ERR_INTERNET_DISCONNECTED",
        "AddressUnreachable" => "net::ERR_ADDRESS_UNREACHABLE",
        "BlockedByClient" => "net::ERR_BLOCKED_BY_CLIENT",
        "BlockedByResponse" => "net::ERR_BLOCKED_BY_RESPONSE",
        _ => return Err(Failure::with_code(-32602, "Unknown errorReason")),
    };
    if let Some(load) = hub.traffic.loads.get_mut(&load) {
        load.reason = Some(reason);
    }
    send(hub, ToNetwork::Fail { load });
    hub.end_pause(load);
    Ok(Some(json!({})))
}

fn take_body(hub: &mut Hub, asker: Asker, params: &Params) -> Result<Option<Value>, Failure> {
    let (load, at_response) = paused(hub, asker, params)?;
    let its = hub.traffic.loads.get_mut(&load);
    let head = its.as_ref().and_then(|load| load.head.as_ref());
    let is_redirect = head.is_some_and(values::is_redirect);
    let pause = its.and_then(|load| load.pause.as_mut());
    let Some(pause) = pause.filter(|_| at_response && !is_redirect) else {
        let why = "Can only get response body on requests captured after headers received.";
        return Err(Failure::server(why));
    };
    pause.taking = Some((asker, Vec::new()));
    send(hub, ToNetwork::TakeBody { load });
    Ok(None)
}

fn send_body(hub: &mut Hub, load: LoadNumber, body: &[u8]) {
    for piece in body.chunks(BODY_CHUNK_BYTES_MAX) {
        let bytes = piece.to_vec();
        send(hub, ToNetwork::Body { load, bytes });
    }
}

fn bytes(params: &Params, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    let Some(text) = params.optional_text(name)? else {
        return Ok(None);
    };
    let bytes = BASE64.decode(text.as_bytes());
    let bytes = bytes.map_err(|_| Failure::params(format!("{name}: base 64 expected")))?;
    match bytes.len() > RESOURCE_BYTES_MAX {
        true => Err(Failure::server("The body is too long")),
        false => Ok(Some(bytes)),
    }
}

fn status_of(number: u32) -> Result<u16, Failure> {
    match u16::try_from(number) {
        Ok(status @ 100..=999) => Ok(status),
        _ => Err(Failure::with_code(-32602, "Invalid http status code")),
    }
}

/// Headers of a response: as a list, or in base 64 with zeros between them.
fn response_headers(params: &Params) -> Result<Option<Vec<Header>>, Failure> {
    let Some(binary) = bytes(params, "binaryResponseHeaders")? else {
        return headers(params, "responseHeaders", RESPONSE_HEADER_BYTES_MAX);
    };
    let lines = binary.split(|byte| *byte == 0).filter(|it| !it.is_empty());
    let header = |line: &[u8]| {
        let text = String::from_utf8_lossy(line).into_owned();
        let (name, value) = text.split_once(':')?;
        Some(Header {
            name: name.trim().to_ascii_lowercase(),
            value: value.trim().to_owned(),
        })
    };
    let all: Option<Vec<Header>> = lines.map(header).collect();
    let all = all.ok_or_else(|| Failure::params("binaryResponseHeaders: a colon is missing"))?;
    check(all, RESPONSE_HEADER_BYTES_MAX).map(Some)
}

fn headers(params: &Params, name: &str, bytes_max: usize) -> Result<Option<Vec<Header>>, Failure> {
    let all = match params.0.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(Failure::params(format!("{name}: array expected"))),
    };
    let header = |it: &Value| {
        Some(Header {
            name: it["name"].as_str()?.to_ascii_lowercase(),
            value: it["value"].as_str()?.trim().to_owned(),
        })
    };
    let all: Option<Vec<Header>> = all.iter().map(header).collect();
    let all = all
        .ok_or_else(|| Failure::params(format!("{name}: objects with name and value expected")))?;
    check(all, bytes_max).map(Some)
}

/// What is no header would be left out, and nobody told.
pub fn check(headers: Vec<Header>, bytes_max: usize) -> Result<Vec<Header>, Failure> {
    let bytes: usize = headers
        .iter()
        .map(|it| it.name.len() + it.value.len())
        .sum();
    if bytes > bytes_max {
        return Err(Failure::server("The headers are too long"));
    }
    let is_bad = |it: &&Header| !is_token(&it.name) || it.value.contains(['\r', '\n', '\0']);
    match headers.iter().find(is_bad) {
        Some(bad) => {
            let why = format!("Unsafe header: {}", bad.name);
            Err(Failure::with_code(-32602, why))
        }
        None => Ok(headers),
    }
}
