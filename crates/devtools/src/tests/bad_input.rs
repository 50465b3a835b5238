//! Clients that lie, err, or ask for too much.

use crate::clients::SESSIONS_MAX;
use crate::methods::METHODS;
use crate::tests::rig::Rig;
use serde_json::{Value, json};

fn error_of(text: &str) -> Value {
    let mut rig = Rig::new();
    rig.text(text);
    rig.texts.pop().unwrap_or_default()
}

#[test]
fn what_is_no_command_is_answered_with_chromiums_codes() {
    assert_eq!(error_of("{")["error"]["code"], -32700);
    assert_eq!(error_of("[]")["error"]["code"], -32700);
    assert_eq!(error_of("{}")["error"]["code"], -32600);
    assert_eq!(
        error_of(r#"{"id":"1","method":"x"}"#)["error"]["code"],
        -32600
    );
    let unnamed = error_of(r#"{"id":1}"#);
    assert_eq!(
        (&unnamed["id"], &unnamed["error"]["code"]),
        (&json!(1), &json!(-32600))
    );
    assert_eq!(error_of(r#"{"id":1,"method":5}"#)["error"]["code"], -32600);
    let params = error_of(r#"{"id":1,"method":"Browser.getVersion","params":[]}"#);
    assert_eq!(params["error"]["code"], -32600);
    let unknown = error_of(r#"{"id":1,"method":"Foo.bar"}"#);
    assert_eq!(
        unknown["error"],
        json!({"code": -32601, "message": "'Foo.bar' wasn't found"})
    );
    let elsewhere = error_of(r#"{"id":1,"method":"Page.navigate","params":{"url":"http://a"}}"#);
    assert_eq!(
        elsewhere["error"]["code"], -32601,
        "the browser has no page"
    );
    let session = error_of(r#"{"id":1,"method":"Browser.getVersion","sessionId":"x"}"#);
    assert_eq!(session["error"]["code"], -32001);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(error_of(&deep)["error"]["code"], -32700);
}

#[test]
fn parameters_of_other_types_are_refused() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    for (method, params) in [
        ("Page.navigate", json!({})),
        ("Page.navigate", json!({"url": 5})),
        ("Page.captureScreenshot", json!({"clip": {"x": "a"}})),
        (
            "Input.dispatchMouseEvent",
            json!({"type": "mouseMoved", "x": null, "y": 1}),
        ),
        ("Input.dispatchKeyEvent", json!({"type": 1})),
        (
            "Emulation.setDeviceMetricsOverride",
            json!({"width": -1, "height": 5}),
        ),
        (
            "Target.setAutoAttach",
            json!({"autoAttach": "yes", "waitForDebuggerOnStart": true}),
        ),
        ("Bulkhead.kill", json!({"process": "1"})),
        ("Bulkhead.kill", json!({"process": 1, "signal": "HUP"})),
        ("Bulkhead.misbehave", json!({"kind": "attack=x"})),
    ] {
        let answer = rig.command_of(s, method, params.clone());
        assert_eq!(
            answer["error"]["code"], -32602,
            "{method} {params}: {answer}"
        );
    }
    assert!(rig.told.is_empty(), "{:?}", rig.told);
}

#[test]
fn sessions_are_bounded() {
    let (mut rig, _) = Rig::with_page();
    let page = rig.page();
    let attach = json!({"targetId": page, "flatten": true});
    let refused = (0..=SESSIONS_MAX).find_map(|_| {
        let answer = rig.command("Target.attachToTarget", attach.clone());
        rig.texts.clear();
        answer.get("error").cloned()
    });
    assert_eq!(
        refused.expect("a bound")["message"],
        "There are too many sessions"
    );
}

#[test]
fn commands_that_nobody_answers_are_bounded() {
    let (mut rig, session) = Rig::with_page();
    let refused = (0..10_000).find_map(|_| {
        let params = json!({"expression": "for(;;);"});
        let answer = rig.command_of(Some(&session), "Runtime.evaluate", params);
        answer.get("error").cloned()
    });
    assert_eq!(
        refused.expect("a bound")["message"],
        "Too many commands are under way"
    );
    let refused = (0..10_000).find_map(|_| {
        let answer = rig.command_of(Some(&session), "Page.bringToFront", json!({}));
        answer.get("error").cloned()
    });
    assert_eq!(
        refused.expect("a bound")["message"],
        "Too many calls are under way"
    );
}

/// Whatever a client sends, it is answered or waits; nothing panics.
#[test]
fn random_commands_harm_nobody() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % below
    };
    let (mut rig, session) = Rig::with_page();
    let names = [
        "url",
        "targetId",
        "sessionId",
        "type",
        "x",
        "y",
        "width",
        "height",
        "clip",
        "filter",
        "discover",
        "autoAttach",
        "flatten",
        "identifier",
        "source",
        "name",
        "format",
        "entryId",
        "process",
        "kind",
        "text",
        "key",
        "modifiers",
        "waitForDebuggerOnStart",
        "mobile",
    ];
    for _ in 0..20_000 {
        let method = METHODS[random(METHODS.len())].name;
        let mut params = json!({});
        for _ in 0..random(6) {
            let value = match random(9) {
                0 => json!(null),
                1 => json!(true),
                2 => json!(random(9_000)),
                3 => json!(-1.5e300),
                4 => json!("x".repeat(random(40))),
                5 => json!(rig.hub.tabs.values().next().map(|tab| tab.page.clone())),
                6 => json!([{"type": "page"}, {}]),
                7 => json!({"x": 1, "y": 2, "width": 3, "height": 4, "scale": 1}),
                _ => json!("http://a.b/"),
            };
            params[names[random(names.len())]] = value;
        }
        let session = (random(3) > 0).then_some(session.as_str());
        rig.command_of(session, method, params);
        if random(50) == 0 {
            rig.clear();
        }
    }
}
