//! `Bulkhead`, our own domain: processes, how to break them, and what passes between them.

use crate::command::{Command, Params};
use crate::hub::{CallKind, Hub};
use crate::names;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asker, For};
use protocol::devtools::{ChaosNews, ChildSignal, Look, Party, Passed, Row, Wish};
use protocol::fault::Fault;
use protocol::ids::Role;
use protocol::limits::{CHAOS_SEED_MAX, CHAOS_SPEC_BYTES_MAX};
use serde_json::{Value, json};

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let signal = |signal| -> Result<Wish, Failure> {
        let pid = params.count("process")?;
        Ok(Wish::Signal { pid, signal })
    };
    let wish = match command.method.as_str() {
        "Bulkhead.chaos" => return chaos(hub, asker, params),
        "Bulkhead.cont" => signal(ChildSignal::Continue)?,
        "Bulkhead.crashRecords" => {
            let kind = CallKind::Report("records");
            let wish = Wish::Look(Look::CrashRecords);
            hub.call(For::Session(asker), None, kind, wish)?;
            return Ok(None);
        }
        "Bulkhead.disable" | "Bulkhead.enable" => {
            if let Some(session) = hub.sessions.get_mut(&asker.session) {
                session.has_chaos = command.method == "Bulkhead.enable";
            }
            return Ok(Some(json!({})));
        }
        "Bulkhead.kill" => signal(signal_named(params)?)?,
        "Bulkhead.misbehave" => misbehave(hub, target, params)?,
        "Bulkhead.processes" => {
            let kind = CallKind::Processes {
                is_ours: true,
                rows: Vec::new(),
            };
            hub.call(For::Session(asker), None, kind, Wish::Processes)?;
            return Ok(None);
        }
        "Bulkhead.sandboxReport" => {
            let kind = CallKind::Report("report");
            let wish = Wish::Look(Look::SandboxReport);
            hub.call(For::Session(asker), None, kind, wish)?;
            return Ok(None);
        }
        "Bulkhead.tapStart" | "Bulkhead.tapStop" => {
            let is_on = command.method == "Bulkhead.tapStart";
            return tap(hub, asker, is_on);
        }
        "Bulkhead.stop" => signal(ChildSignal::Stop)?,
        other => return Err(Failure::no_method(other)),
    };
    hub.call(For::Session(asker), None, CallKind::Plain, wish)?;
    Ok(None)
}

/// Begins or ends faults, of which the session hears from now on.
fn chaos(hub: &mut Hub, asker: Asker, params: &Params) -> Result<Option<Value>, Failure> {
    let spec = params.text("spec")?.to_owned();
    if spec.len() > CHAOS_SPEC_BYTES_MAX {
        return Err(Failure::params("params.spec is too long"));
    }
    let is_seed = |it: &f64| it.fract() == 0.0 && (0.0..=CHAOS_SEED_MAX as f64).contains(it);
    let seed = match params.optional_number("seed")? {
        None => names::number() % 1_000_000_000,
        Some(seed) if is_seed(&seed) => seed as u64,
        Some(_) => {
            return Err(Failure::params(
                "params.seed is no whole number from 0 to 2^53-1",
            ));
        }
    };
    let kind = CallKind::Chaos((!spec.is_empty()).then_some(seed));
    let wish = Wish::Chaos { spec, seed };
    hub.call(For::Session(asker), None, kind, wish)?;
    if let Some(session) = hub.sessions.get_mut(&asker.session) {
        session.has_chaos = true;
    }
    Ok(None)
}

/// A chaos run has done something.
pub fn chaos_fault(hub: &mut Hub, news: &ChaosNews) {
    let wanting = hub.sessions.iter().filter(|(_, it)| it.has_chaos);
    let wanting: Vec<_> = wanting.map(|(key, _)| *key).collect();
    let tab = news.tab.and_then(|tab| hub.tabs.get(&tab));
    let params = json!({
        "number": news.number,
        "kind": news.kind,
        "role": news.role.name(),
        "afterMs": news.after_ms,
        "skipped": news.is_skipped,
        "process": news.pid,
        "targetId": tab.map(|tab| tab.page.clone()),
    });
    for key in wanting {
        hub.tell(key, "Bulkhead.chaosFault", params.clone());
    }
}

fn tap(hub: &mut Hub, asker: Asker, is_on: bool) -> Result<Option<Value>, Failure> {
    if let Some(session) = hub.sessions.get_mut(&asker.session) {
        session.has_tap = is_on;
    }
    if !is_on || hub.is_tapped {
        tap_if_wanted(hub);
        return Ok(Some(json!({})));
    }
    let wish = Wish::Look(Look::StartTap);
    hub.call(For::Session(asker), None, CallKind::StartTap, wish)?;
    hub.is_tapped = true;
    Ok(None)
}

/// The broker need not tell of messages where nobody wants to hear of them any more.
pub fn tap_if_wanted(hub: &mut Hub) {
    if hub.is_tapped && !hub.sessions.values().any(|it| it.has_tap) {
        let wish = Wish::Look(Look::EndTap);
        let called = hub.call(For::Nobody, None, CallKind::Plain, wish);
        hub.is_tapped = called.is_err();
    }
}

/// Messages have passed between processes; so many others have that are not told of.
pub fn passed(hub: &mut Hub, messages: &[Passed], dropped: u64) {
    let wanting = hub.sessions.iter().filter(|(_, it)| it.has_tap);
    let wanting: Vec<_> = wanting.map(|(key, _)| *key).collect();
    let party = |it: Party| {
        json!({
            "process": it.pid,
            "role": it.role.map_or("broker", Role::name),
        })
    };
    let mut dropped = dropped;
    for message in messages {
        let params = json!({
            "time": message.at_us as f64 / 1000.0,
            "from": party(message.from),
            "to": party(message.to),
            "kind": message.kind,
            "bytes": message.bytes,
            "descriptors": message.handles,
            "dropped": std::mem::take(&mut dropped),
        });
        for key in &wanting {
            hub.tell(*key, "Bulkhead.message", params.clone());
        }
    }
}

fn signal_named(params: &Params) -> Result<ChildSignal, Failure> {
    let name = params.optional_text("signal")?.unwrap_or("KILL");
    let name = name.to_ascii_uppercase();
    match name.trim_start_matches("SIG") {
        "KILL" => Ok(ChildSignal::Kill),
        "SEGV" => Ok(ChildSignal::Segfault),
        "STOP" => Ok(ChildSignal::Stop),
        "CONT" => Ok(ChildSignal::Continue),
        _ => Err(Failure::params("params.signal is KILL, SEGV, STOP or CONT")),
    }
}

fn misbehave(hub: &Hub, target: Target, params: &Params) -> Result<Wish, Failure> {
    let fault = fault(params.text("kind")?)?;
    if let Some(pid) = params.optional_count("process")? {
        return Ok(Wish::BreakProcess { pid, fault });
    }
    let named = params.optional_text("targetId")?;
    let target = match named {
        Some(name) => hub.target_named(name).ok_or_else(Failure::no_target)?,
        None => target,
    };
    let tab = target.tab();
    let tab = tab.ok_or_else(|| Failure::params("params.process or params.targetId is missing"))?;
    Ok(Wish::Break(tab, fault))
}

fn fault(kind: &str) -> Result<Fault, Failure> {
    Ok(match kind {
        "abort" => Fault::Abort,
        "bad-message" => Fault::BadMessage,
        "crash" => Fault::Crash,
        "hang" => Fault::Hang,
        "memory" => Fault::Memory,
        "panic" => Fault::Panic,
        kind => {
            let number = kind.strip_prefix("syscall=").and_then(|it| it.parse().ok());
            let number = number.ok_or_else(|| Failure::params("params.kind is no fault"))?;
            Fault::Syscall { number }
        }
    })
}

/// The list of processes, in Chromium's form or in ours.
pub fn processes(hub: &Hub, is_ours: bool, rows: &[Row]) -> Value {
    let seconds = |row: &Row| row.cpu_ms as f64 / 1000.0;
    if is_ours {
        let row = |row: &Row| {
            let tab = row.tab.and_then(|tab| hub.tabs.get(&tab));
            json!({
                "process": row.pid,
                "role": row.role,
                "targetId": tab.map(|tab| tab.page.clone()),
                "site": row.site,
                "tier": row.tier,
                "state": row.state,
                "memory": row.memory,
                "cpuTime": seconds(row),
            })
        };
        let rows: Vec<Value> = rows.iter().map(row).collect();
        return json!({"processes": rows});
    }
    let row = |row: &Row| {
        let kind = match row.role.as_str() {
            "broker" => "browser",
            "gpu" => "GPU",
            "renderer" | "shell" => "renderer",
            _ => "utility",
        };
        json!({"type": kind, "id": row.pid, "cpuTime": seconds(row)})
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    json!({"processInfo": rows})
}
