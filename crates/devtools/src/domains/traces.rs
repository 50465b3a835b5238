//! `Tracing`: the browser's own trace, which the broker writes into memory.
//!
//! Owns: whose trace it is. Never: has the broker write one for a session that has ended.

use crate::command::{Command, Params};
use crate::hub::{CallKind, Hub};
use crate::reply::{Failure, Outcome};
use crate::session::{SessionKey, Trace};
use crate::tab::{Asker, For};
use protocol::devtools::{Answer, Look, Wish};
use serde_json::{Value, json};

/// What the events of a trace are about.
const CATEGORIES: &[&str] = &[
    "arrow",
    "life",
    "load",
    "mark",
    "published",
    "received",
    "sent",
    "step",
    "taken",
    "way",
];
/// Events in one `Tracing.dataCollected`.
const EVENTS_MAX: usize = 1_000;

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    match command.method.as_str() {
        "Tracing.end" => {
            let is_its = |it: &mut Trace| it.session == asker.session;
            let trace = hub.tracing.take_if(is_its);
            let trace = trace.ok_or_else(|| Failure::server("Tracing is not started"))?;
            hub.answer(asker, Ok(json!({})));
            end(hub, Some(trace));
            Ok(None)
        }
        "Tracing.getCategories" => Ok(Some(json!({"categories": CATEGORIES}))),
        "Tracing.start" => {
            let is_stream = wants_stream(&command.params)?;
            if hub.tracing.is_some() {
                let why = "Tracing has already been started (possibly in another tab).";
                return Err(Failure::server(why));
            }
            if hub.streams.is_full() {
                return Err(Failure::server("Too many streams are open"));
            }
            let wish = Wish::Look(Look::StartTrace);
            hub.call(For::Session(asker), None, CallKind::StartTrace, wish)?;
            hub.tracing = Some(Trace {
                session: asker.session,
                is_stream,
            });
            Ok(None)
        }
        other => Err(Failure::no_method(other)),
    }
}

fn wants_stream(params: &Params) -> Result<bool, Failure> {
    // What is to be traced is accepted: all is.
    params.object("traceConfig")?;
    let one_of = |name: &str, words: [&str; 2]| {
        let word = params.optional_text(name)?.unwrap_or(words[0]);
        match words.iter().position(|it| *it == word) {
            Some(at) => Ok(at == 1),
            None => Err(Failure::params(format!(
                "params.{name} is {} or {}",
                words[0], words[1]
            ))),
        }
    };
    if one_of("streamFormat", ["json", "proto"])? {
        return Err(Failure::server("Traces are JSON alone"));
    }
    if one_of("streamCompression", ["none", "gzip"])? {
        return Err(Failure::server("Traces are not compressed"));
    }
    one_of("transferMode", ["ReportEvents", "ReturnAsStream"])
}

/// A session has ended: so has its trace.
pub fn session_ended(hub: &mut Hub, key: SessionKey) {
    if hub.tracing.take_if(|it| it.session == key).is_some() {
        end(hub, None);
    }
}

fn end(hub: &mut Hub, trace: Option<Trace>) {
    let wish = Wish::Look(Look::EndTrace);
    let called = hub.call(For::Nobody, None, CallKind::EndTrace(trace), wish);
    // Then it ends when the next one begins.
    if let (Err(_), Some(trace)) = (called, trace) {
        completed(hub, trace, None);
    }
}

/// What the broker's answer means.
pub fn outcome(hub: &mut Hub, kind: &CallKind, answer: &Answer, text: Option<Vec<u8>>) -> Outcome {
    match (kind, answer) {
        (CallKind::StartTrace, Answer::Refused { reason }) => {
            hub.tracing = None;
            Err(Failure::server(format!(
                "Tracing could not be started: {reason}"
            )))
        }
        (CallKind::EndTrace(Some(trace)), answer) => {
            let has_lost = !matches!(
                answer,
                Answer::Trace {
                    has_lost: false,
                    ..
                }
            );
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            completed(hub, *trace, text.map(|text| (text, has_lost)));
            Ok(json!({}))
        }
        _ => Ok(json!({})),
    }
}

/// Hands the trace over. None: there is none to be had.
fn completed(hub: &mut Hub, trace: Trace, text: Option<(String, bool)>) {
    if !hub.sessions.contains_key(&trace.session) {
        return;
    }
    let (text, has_lost) = text.unwrap_or_else(|| ("[\n]\n".to_owned(), true));
    let mut params = json!({"dataLossOccurred": has_lost});
    if trace.is_stream {
        let product = super::browser::product(hub);
        let whole = format!(
            "{{\"traceEvents\":{text},\"metadata\":{{\"product-version\":\"{product}\"}}}}"
        );
        params["stream"] = json!(hub.streams.open(trace.session, whole));
        params["streamCompression"] = json!("none");
        params["traceFormat"] = json!("json");
    } else {
        let events = text.lines().filter_map(event);
        let events: Vec<&str> = events.collect();
        for some in events.chunks(EVENTS_MAX) {
            let value: Vec<Value> = some
                .iter()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect();
            hub.tell(
                trace.session,
                "Tracing.dataCollected",
                json!({"value": value}),
            );
        }
    }
    hub.tell(trace.session, "Tracing.tracingComplete", params);
}

/// The event in a line of the list.
fn event(line: &str) -> Option<&str> {
    let line = line.trim_end_matches(',');
    line.starts_with('{').then_some(line)
}
