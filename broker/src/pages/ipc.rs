//! What `bulkhead://ipc` and `bulkhead://trace` are told while they are open: who holds which
//! channel, what goes over them, and what becomes of the trace.

use crate::rings::ends::{BROKER, Purpose, process_of, source_of};
use crate::rings::tap::Batch;
use crate::rings::words::words_of;
use crate::state::Broker;
use flight::{Arrow, Ends, Kind, Record, Source, Unmatched, Why};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Messages that are told one by one in one event; of more, the newest.
const MESSAGES_TOLD_MAX: usize = 200;

/// The processes and the channels between them.
pub(crate) fn channels(browser: &Broker) -> Value {
    let mut processes = vec![json!({
        "id": BROKER.0, "role": "broker", "pid": std::process::id(), "tab": "", "site": "",
    })];
    for (process, child) in browser.children.iter() {
        let info = browser.core.process(process);
        let (tab, site) = info.map_or((None, None), |info| (info.tab, info.site));
        processes.push(json!({
            "id": source_of(process).0, "role": child.role.name(), "pid": child.pid,
            "tab": tab.map(|tab| tab.0.to_string()).unwrap_or_default(),
            "site": site.map(|site| site.to_string()).unwrap_or_default(),
        }));
    }
    let rings = &browser.children.rings;
    let open = rings.table.channels().filter(|channel| {
        let [a, b] = channel.ends.map(|(source, _)| source);
        is_open(browser, channel.purpose, channel.surface, a, b)
    });
    let channels = open.map(|channel| {
        let [(a, a_end), (b, b_end)] = channel.ends;
        json!({
            "purpose": word(channel.purpose), "a": a.0, "a_end": a_end, "b": b.0, "b_end": b_end,
            "surface": channel.surface,
        })
    });
    let channels: Vec<Value> = channels.collect();
    json!({
        "processes": processes, "channels": channels, "trace": browser.timeline.to_json(),
    })
}

/// The state of the trace.
pub(crate) fn trace(browser: &Broker) -> Value {
    browser.timeline.to_json()
}

fn is_open(browser: &Broker, purpose: Purpose, surface: Option<u32>, a: Source, b: Source) -> bool {
    let child = |source| process_of(source).and_then(|it| browser.children.get(it));
    let is_living = |source| source == BROKER || child(source).is_some();
    let surfaces = &browser.store.surfaces;
    is_living(a)
        && is_living(b)
        && match purpose {
            Purpose::Handshake => child(b).is_some_and(|child| child.bootstrap.is_some()),
            Purpose::Control => child(b).is_some_and(|child| child.is_connected()),
            Purpose::Fetch | Purpose::Inspector | Purpose::Traffic => true,
            Purpose::Frames => {
                surface.is_some_and(|it| surfaces.bytes(protocol::ids::SurfaceId(it)) > 0)
            }
        }
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Handshake => "handshake",
        Purpose::Control => "control",
        Purpose::Fetch => "fetch",
        Purpose::Frames => "frames",
        Purpose::Inspector => "inspector",
        Purpose::Traffic => "traffic",
    }
}

/// What a reading of the rings has found; nothing, if nothing was found.
pub(crate) fn messages(browser: &Broker, batch: &Batch) -> Option<Value> {
    let arrows: Vec<&Arrow> = batch.arrows.iter().collect();
    let found = arrows.len() + batch.unmatched.len();
    if found == 0 && batch.lost == 0 && batch.senseless == 0 {
        return None;
    }
    let mut by_name: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
    let mut by_pair: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for arrow in &arrows {
        let (count, bytes) = by_name.entry(arrow.sent.name.0).or_default();
        *count += 1;
        // Of a frame, the number is that of changed pixels.
        *bytes += u64::from(message_bytes(&arrow.sent));
        *by_pair.entry((arrow.from.0, arrow.to.0)).or_default() += 1;
    }
    let mut told: Vec<Value> = arrows.iter().map(|arrow| message(browser, arrow)).collect();
    told.extend(batch.unmatched.iter().map(|it| half(browser, it)));
    let hidden = told.len().saturating_sub(MESSAGES_TOLD_MAX);
    told.drain(..hidden);
    let by_name: Vec<Value> = by_name
        .into_iter()
        .map(|(name, (count, bytes))| json!([words_of(flight::Name(name)), count, bytes]))
        .collect();
    let by_pair: Vec<Value> = by_pair
        .into_iter()
        .map(|((from, to), count)| json!([from, to, count]))
        .collect();
    Some(json!({
        // The page finds what it has lost by it.
        "first": browser.told_messages, "count": found, "hidden": hidden, "messages": told,
        "names": by_name, "pairs": by_pair, "lost": batch.lost, "senseless": batch.senseless,
    }))
}

fn message(browser: &Broker, arrow: &Arrow) -> Value {
    let sent = &arrow.sent;
    json!({
        "at": browser.timeline.ms_of(sent.time_ns), "from": arrow.from.0, "to": arrow.to.0,
        "name": words_of(sent.name), "bytes": message_bytes(sent), "pixels": pixels(sent),
        "handles": sent.handles, "channel": sent.edge,
        "way_us": arrow.way_ns().map(|ns| ns as f64 / 1e3),
    })
}

/// A message or frame of which only one process tells.
fn half(browser: &Broker, unmatched: &Unmatched) -> Value {
    let Unmatched {
        source,
        record,
        why,
    } = unmatched;
    let is_sender = matches!(record.kind, Kind::Sent | Kind::Published);
    let table = &browser.children.rings.table;
    let peer = match record.kind {
        Kind::Sent | Kind::Received => table.peer(*source, record.edge).map(|it| it.source),
        _ => None,
    };
    let (from, to) = if is_sender {
        (Some(*source), peer)
    } else {
        (peer, Some(*source))
    };
    let is_handshake = table.purpose(record.edge) == Some(Purpose::Handshake);
    let remark = match (why, is_sender) {
        (Why::Alone, _) if is_handshake => "the child had no ring yet",
        (Why::Alone, true) => "nobody received it",
        (Why::Alone, false) => "nobody tells of sending it",
        (Why::Foreign, _) => "of a channel that this process does not hold",
        (Why::Repeated, _) => "told of twice",
    };
    json!({
        "at": browser.timeline.ms_of(record.time_ns), "from": from.map(|it| it.0),
        "to": to.map(|it| it.0), "name": words_of(record.name), "bytes": message_bytes(record),
        "pixels": pixels(record), "handles": record.handles, "channel": record.edge,
        "way_us": null, "remark": remark,
    })
}

fn is_frame(record: &Record) -> bool {
    matches!(record.kind, Kind::Published | Kind::Taken)
}

fn message_bytes(record: &Record) -> u32 {
    if is_frame(record) { 0 } else { record.bytes }
}

fn pixels(record: &Record) -> Option<u32> {
    is_frame(record).then_some(record.bytes)
}
