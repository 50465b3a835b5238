//! Frames of a page, as long as they are acknowledged.

use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{Answer, Ending, ToDevtools, Wish};
use protocol::ids::{ContextId, TabId};
use serde_json::{Value, json};

const METRICS: &str = "> Page.getLayoutMetrics";

fn is_frame(message: &Value) -> bool {
    message["method"] == "Page.screencastFrame"
}

/// Starts one, and returns the call that waits for its first frame.
fn started(rig: &mut Rig, session: &str) -> u32 {
    rig.broker(ToDevtools::Shown { tab: TAB });
    let params = json!({"format": "jpeg", "quality": 50});
    let answer = rig.command_of(Some(session), "Page.startScreencast", params);
    assert!(answer.get("error").is_none(), "{answer}");
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Frame { tab: TAB, after: 0 });
    call
}

/// A frame has come, and the document says where it is scrolled to.
fn painted(rig: &mut Rig, call: u32, frame: u64) -> Value {
    rig.picture(call, frame);
    assert_eq!(rig.order.last().map(String::as_str), Some(METRICS));
    rig.document_answers(json!({"result": {
        "cssLayoutViewport": {"clientWidth": 800, "clientHeight": 600},
        "cssVisualViewport": {"pageX": 3, "pageY": 40},
    }}));
    rig.take(is_frame).expect("a frame")["params"].take()
}

#[test]
fn frames_come_until_two_are_not_acknowledged() {
    let (mut rig, session) = Rig::with_page();
    let call = started(&mut rig, &session);
    let visible = rig.take(|it| it["method"] == "Page.screencastVisibilityChanged");
    assert_eq!(visible.expect("told")["params"]["visible"], json!(true));
    // The next one is asked for at once: the metrics are the last thing asked of the document.
    rig.clear();
    rig.picture(call, 5);
    let (second, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Frame { tab: TAB, after: 5 });
    rig.document_answers(json!({"result": {"cssVisualViewport": {"pageX": 3, "pageY": 40}}}));
    let frame = rig.take(is_frame).expect("a frame")["params"].take();
    assert_eq!(frame["sessionId"], 1);
    assert_eq!(frame["metadata"]["scrollOffsetY"], 40.0);
    assert_eq!(frame["metadata"]["deviceWidth"], 2.0);
    rig.told.clear();
    painted(&mut rig, second, 6);
    assert_eq!(rig.wish(), None, "two are in flight");
    let ack = json!({"sessionId": 1});
    rig.command_of(Some(&session), "Page.screencastFrameAck", ack);
    let (_, wish) = rig.wish().expect("it goes on");
    assert_eq!(wish, Wish::Frame { tab: TAB, after: 6 });
}

#[test]
fn one_that_is_stopped_is_sent_nothing_more() {
    let (mut rig, session) = Rig::with_page();
    let call = started(&mut rig, &session);
    rig.command_of(Some(&session), "Page.stopScreencast", json!({}));
    rig.picture(call, 5);
    assert_eq!(rig.take(is_frame), None);
    // Nor is one that is stopped while the document is asked.
    let call = started(&mut rig, &session);
    rig.picture(call, 6);
    rig.command_of(Some(&session), "Page.stopScreencast", json!({}));
    rig.document_answers(json!({"result": {}}));
    assert_eq!(rig.take(is_frame), None);
}

#[test]
fn it_goes_on_after_a_crash_and_a_lost_frame() {
    let (mut rig, session) = Rig::with_page();
    let call = started(&mut rig, &session);
    rig.picture(call, 5);
    let ending = Ending::Signal(11);
    let cause = String::new();
    rig.broker(ToDevtools::Crashed {
        tab: TAB,
        cause,
        ending,
    });
    rig.told.clear();
    rig.command_of(
        Some(&session),
        "Page.screencastFrameAck",
        json!({"sessionId": 9}),
    );
    assert_eq!(rig.wish(), None, "there is no page");
    rig.asked.clear();
    rig.begin(2, None);
    rig.commit(2);
    let (mut call, wish) = rig.wish().expect("it goes on");
    assert_eq!(wish, Wish::Frame { tab: TAB, after: 5 });
    for frame in [6, 7] {
        painted(&mut rig, call, frame);
        call = rig.wish().map_or(0, |(call, _)| call);
    }
}

#[test]
fn hidden_and_shown_is_told_to_those_who_look() {
    let (mut rig, session) = Rig::with_page();
    let other = TabId(8);
    let url = String::new();
    rig.broker(ToDevtools::Opened {
        tab: other,
        context: ContextId::DEFAULT,
        url,
    });
    rig.broker(ToDevtools::Shown { tab: other });
    let quiet = rig.take(|it| it["method"] == "Page.screencastVisibilityChanged");
    assert_eq!(quiet, None);
    started(&mut rig, &session);
    rig.texts.clear();
    rig.broker(ToDevtools::Shown { tab: other });
    let told = rig.take(|it| it["method"] == "Page.screencastVisibilityChanged");
    assert_eq!(told.expect("told")["params"], json!({"visible": false}));
}

#[test]
fn a_refusal_ends_the_wait_and_bad_parameters_are_named() {
    let (mut rig, session) = Rig::with_page();
    let call = started(&mut rig, &session);
    let reason = "gone".to_owned();
    rig.told.clear();
    rig.answer(call, Answer::Refused { reason });
    assert_eq!(rig.wish(), None, "not at once");
    let again = rig.command_of(Some(&session), "Page.startScreencast", json!({}));
    assert_eq!(again["error"]["message"], "Screencast is already active");
    rig.command_of(Some(&session), "Page.stopScreencast", json!({}));
    for odd in [
        json!({"format": "webp"}),
        json!({"maxWidth": -1}),
        json!({"everyNthFrame": "x"}),
    ] {
        let answer = rig.command_of(Some(&session), "Page.startScreencast", odd.clone());
        assert!(answer["error"].is_object(), "{odd}");
    }
    let answer = rig.command_of(Some(&session), "Page.screencastFrameAck", json!({}));
    assert!(answer["error"].is_object());
}
