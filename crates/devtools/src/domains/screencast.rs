//! `Page.startScreencast`: the frames of a page, as long as its client acknowledges them.
//!
//! One wish for all sessions of a page is with the broker, and only while one of them is ready for
//! a frame. Never: shows a tab, or has a page paint.

use crate::clock;
use crate::command::Command;
use crate::hub::{CallKind, Hub};
use crate::picture;
use crate::reply::Failure;
use crate::screencast::Wanted;
use crate::session::{SessionKey, Target};
use crate::tab::{Asked, Asker, For, Shot};
use protocol::devtools::{Answer, Wish};
use protocol::geometry::Size;
use protocol::ids::TabId;
use serde_json::{Value, json};
use std::rc::Rc;

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    id: TabId,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let Some(session) = hub.sessions.get_mut(&asker.session) else {
        return Ok(None);
    };
    match command.method.as_str() {
        "Page.startScreencast" => {
            if session.screencast.wanted.is_some() {
                return Err(Failure::server("Screencast is already active"));
            }
            session.screencast.start(Wanted::parse(params)?);
            let visible = json!({"visible": hub.active == Some(id)});
            hub.tell(asker.session, VISIBILITY, visible);
        }
        "Page.stopScreencast" => session.screencast.stop(),
        "Page.screencastFrameAck" => session.screencast.acknowledge(params.count("sessionId")?),
        other => return Err(Failure::no_method(other)),
    }
    hub.answer(asker, Ok(json!({})));
    want_frame(hub, id);
    Ok(None)
}

const VISIBILITY: &str = "Page.screencastVisibilityChanged";

/// Asks for the next frame if a session is ready for it.
pub fn want_frame(hub: &mut Hub, id: TabId) {
    let sessions = hub.sessions.values();
    let ready = sessions.filter(|it| it.target == Target::Page(id) && it.screencast.is_ready());
    let after = ready.map(|it| it.screencast.after).min();
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    let Some(after) = after.filter(|_| tab.document.is_some() && !tab.is_crashed) else {
        return;
    };
    if tab.frame_after == Some(after) {
        return;
    }
    // The broker refuses the one before.
    tab.frame_after = Some(after);
    let wish = Wish::Frame { tab: id, after };
    let asked = hub.call(For::Nobody, Some(id), CallKind::Frame { after }, wish);
    if let Err(failure) = asked {
        tracing::warn!("a frame of {id}: {}", failure.message);
        if let Some(tab) = hub.tabs.get_mut(&id) {
            tab.frame_after = None;
        }
    }
}

/// The answer to such a wish.
pub fn take_answer(hub: &mut Hub, id: TabId, after: u64, answer: &Answer, pixels: Option<Vec<u8>>) {
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    let is_last = tab.frame_after == Some(after);
    if is_last {
        tab.frame_after = None;
    }
    // Without a picture there is no page at the moment, or another wish has taken its place.
    if let (Answer::Picture { size, frame }, Some(pixels)) = (answer, pixels) {
        hand_out(hub, id, (*size, *frame), pixels);
        want_frame(hub, id);
    }
}

fn hand_out(hub: &mut Hub, id: TabId, (size, frame): (Size, u64), pixels: Vec<u8>) {
    let is_inspected = hub.tabs.get(&id).is_some_and(|tab| tab.is_inspected);
    let pixels = Rc::new(pixels);
    for key in hub.sessions_of(Target::Page(id)) {
        let session = hub.sessions.get_mut(&key);
        let Some(screencast) = session.map(|it| &mut it.screencast) else {
            continue;
        };
        let Some(wanted) = screencast.take(frame) else {
            continue;
        };
        let shot = Shot {
            wanted,
            number: screencast.number,
            size,
            pixels: Rc::clone(&pixels),
            taken_s: clock::wall_s(),
            monotonic_s: clock::now_s(),
        };
        if !is_inspected {
            send(hub, key, &shot, &Value::Null);
            continue;
        }
        let text = json!({"method": "Page.getLayoutMetrics", "params": {}}).to_string();
        hub.send_command(id, key, &text, Asked::Shot(key, shot));
    }
}

/// Sends a frame. `metrics` is what `Page.getLayoutMetrics` says, if the document says it.
pub fn send(hub: &mut Hub, key: SessionKey, shot: &Shot, metrics: &Value) {
    let Some(session) = hub.sessions.get(&key) else {
        return;
    };
    let screencast = &session.screencast;
    // It was stopped meanwhile.
    if screencast.wanted.is_none() || screencast.number != shot.number {
        return;
    }
    let encoded = picture::encode_small(
        shot.wanted.format,
        shot.wanted.max,
        shot.size,
        shot.pixels.to_vec(),
    );
    let data = match encoded {
        Ok(data) => data,
        Err(failure) => return tracing::error!("a frame: {}", failure.message),
    };
    let of = |part: &str, name: &str| metrics[part][name].as_f64();
    let (width, height) = (f64::from(shot.size.width), f64::from(shot.size.height));
    let frame = json!({
        "data": data,
        "metadata": {
            "offsetTop": 0,
            "pageScaleFactor": 1,
            "deviceWidth": of("cssLayoutViewport", "clientWidth").unwrap_or(width),
            "deviceHeight": of("cssLayoutViewport", "clientHeight").unwrap_or(height),
            "scrollOffsetX": of("cssVisualViewport", "pageX").unwrap_or(0.0),
            "scrollOffsetY": of("cssVisualViewport", "pageY").unwrap_or(0.0),
            "timestamp": shot.taken_s,
            "monotonicTimestamp": shot.monotonic_s,
        },
        "sessionId": shot.number,
    });
    hub.tell(key, "Page.screencastFrame", frame);
}

/// The window shows that tab from now on.
pub fn shown(hub: &mut Hub, id: TabId) {
    let before = hub.active.replace(id).filter(|before| *before != id);
    for (tab, is_visible) in before
        .map(|tab| (tab, false))
        .into_iter()
        .chain([(id, true)])
    {
        for key in hub.sessions_of(Target::Page(tab)) {
            let session = hub.sessions.get(&key);
            if session.is_some_and(|it| it.screencast.wanted.is_some()) {
                hub.tell(key, VISIBILITY, json!({"visible": is_visible}));
            }
        }
    }
}
