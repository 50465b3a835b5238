//! What each domain of the protocol does, one file a domain or a few.

pub mod browser;
pub mod bulkhead;
mod contexts;
mod cookies;
pub mod emulation;
mod fetch;
mod input;
mod io;
mod log;
pub mod network;
pub mod page;
pub mod screencast;
pub mod standing;
pub mod target;
pub mod traces;

use crate::command::Command;
use crate::hub::{Call, CallKind, Hub};
use crate::picture;
use crate::reply::{Failure, Outcome};
use crate::session::Target;
use crate::tab::Asker;
use protocol::devtools::Answer;
use serde_json::{Value, json};

/// The answer to a command that this process sees to, unless it comes later.
pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let domain = command.method.split_once('.').map(|(domain, _)| domain);
    match domain.unwrap_or_default() {
        "Browser" | "Performance" | "SystemInfo" => browser::run(hub, asker, command),
        "Bulkhead" => bulkhead::run(hub, asker, target, command),
        "Fetch" => fetch::run(hub, asker, command),
        "Emulation" => emulation::run(hub, asker, target, command),
        "IO" => io::run(hub, asker, command),
        "Input" => input::run(hub, asker, target, command),
        "Log" => log::run(hub, asker, target, command),
        "Network" => network::run(hub, asker, target, command),
        "Page" => page::run(hub, asker, target, command),
        "Storage" => cookies::run(hub, asker, target, command),
        "Target" => target::run(hub, asker, target, command),
        "Tracing" => traces::run(hub, asker, command),
        _ => Err(Failure::no_method(&command.method)),
    }
}

/// What the broker's answer means for whoever asked.
pub fn outcome(hub: &mut Hub, call: &mut Call, answer: Answer, pixels: Option<Vec<u8>>) -> Outcome {
    if let CallKind::StartTrace | CallKind::EndTrace(_) = call.kind {
        return traces::outcome(hub, &call.kind, &answer, pixels);
    }
    if let Answer::Refused { reason } = answer {
        if let CallKind::StartTap = call.kind {
            hub.is_tapped = false;
        }
        return Err(Failure::server(reason));
    }
    let frame = || {
        let tab = call.tab.and_then(|tab| hub.tabs.get(&tab));
        tab.map_or(String::new(), |tab| tab.page.clone())
    };
    match (&mut call.kind, answer) {
        (CallKind::Chaos(Some(seed)), _) => Ok(json!({"seed": seed})),
        (CallKind::Close, _) => Ok(json!({"success": true})),
        (CallKind::CloseContext(context), _) => {
            hub.contexts.remove(context);
            Ok(json!({}))
        }
        (CallKind::OpenContext(ends_with), Answer::Context { context }) => {
            contexts::opened(hub, context, *ends_with)
        }
        // It went to another place of the document, or it has broken the page.
        (CallKind::Navigate { breaks: false }, _) => Ok(json!({"frameId": frame()})),
        (CallKind::Navigate { breaks: true }, _) => {
            Ok(json!({"frameId": frame(), "errorText": "net::ERR_ABORTED"}))
        }
        (CallKind::History, Answer::History { current, entries }) => {
            let entry = |entry: &protocol::devtools::Entry| {
                json!({
                    "id": entry.index,
                    "url": entry.url,
                    "userTypedURL": entry.url,
                    "title": entry.title,
                    "transitionType": "typed",
                })
            };
            let entries: Vec<Value> = entries.iter().map(entry).collect();
            Ok(json!({"currentIndex": current, "entries": entries}))
        }
        (CallKind::Open, Answer::Opened { tab }) => target::opened(hub, call.for_, tab),
        (CallKind::Picture(job), Answer::Picture { size, .. }) => {
            let data = picture::encode(job, size, pixels.unwrap_or_default())?;
            Ok(json!({"data": data}))
        }
        (CallKind::Report(name), Answer::Report { .. }) => {
            let report: Option<Value> =
                pixels.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let report = report.ok_or_else(|| Failure::server("There is no report"))?;
            Ok(json!({*name: report}))
        }
        (CallKind::Processes { is_ours, rows }, Answer::Processes { rows: last, .. }) => {
            rows.extend(last);
            Ok(bulkhead::processes(hub, *is_ours, rows))
        }
        _ => Ok(json!({})),
    }
}
