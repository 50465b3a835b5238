//! Targets and sessions, in the order in which Chromium tells of them.

use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{Answer, ToDevtools, Wish};
use protocol::ids::ContextId;
use serde_json::{Value, json};

/// The names of the messages so far, with the kind of the target that they are about.
fn told(rig: &mut Rig) -> Vec<String> {
    let names = rig.texts.drain(..).map(|it| {
        let name = it["method"].as_str().unwrap_or("answer");
        let kind = it["params"]["targetInfo"]["type"].as_str();
        kind.map_or(name.to_owned(), |kind| format!("{name} {kind}"))
    });
    names.collect()
}

#[test]
fn puppeteer_finds_its_page_as_in_chromium() {
    let mut rig = Rig::new();
    rig.open();
    rig.clear();
    let contexts = rig.command("Target.getBrowserContexts", json!({}));
    assert_eq!(contexts["result"]["browserContextIds"], json!([]));
    let discovered = json!({"discover": true, "filter": [{}]});
    assert_eq!(
        rig.command("Target.setDiscoverTargets", discovered)["result"],
        json!({})
    );
    let mut created = told(&mut rig);
    created.sort();
    assert_eq!(
        created,
        [
            "Target.targetCreated browser",
            "Target.targetCreated page",
            "Target.targetCreated tab",
        ]
    );
    let filter = json!([{"type": "page", "exclude": true}, {}]);
    let attach = json!({
        "waitForDebuggerOnStart": true, "flatten": true, "autoAttach": true, "filter": filter,
    });
    let answer = rig.command("Target.setAutoAttach", attach);
    assert_eq!(answer["result"], json!({}));
    let session = rig.texts[1]["params"]["sessionId"]
        .as_str()
        .expect("a session")
        .to_owned();
    assert_eq!(
        told(&mut rig),
        [
            "Target.targetInfoChanged tab",
            "Target.attachedToTarget tab"
        ]
    );
    let attach = json!({
        "waitForDebuggerOnStart": true, "flatten": true, "autoAttach": true, "filter": [{}],
    });
    rig.command_of(Some(&session), "Target.setAutoAttach", attach);
    let attached = rig.texts[1].clone();
    assert_eq!(
        attached["sessionId"],
        json!(session),
        "told to the session of the tab"
    );
    assert_eq!(
        told(&mut rig),
        [
            "Target.targetInfoChanged page",
            "Target.attachedToTarget page"
        ]
    );
    assert_eq!(
        attached["params"]["targetInfo"]["targetId"],
        json!(rig.page())
    );
}

#[test]
fn a_new_tab_is_told_of_before_the_answer() {
    let mut rig = Rig::new();
    rig.command(
        "Target.setDiscoverTargets",
        json!({"discover": true, "filter": [{}]}),
    );
    let attach = json!({"waitForDebuggerOnStart": true, "flatten": true, "autoAttach": true,
        "filter": [{"type": "page", "exclude": true}, {}]});
    rig.command("Target.setAutoAttach", attach);
    rig.clear();
    rig.command("Target.createTarget", json!({"url": "about:blank"}));
    let (call, wish) = rig.wish().expect("a wish");
    let url = "about:blank".to_owned();
    assert_eq!(
        wish,
        Wish::Open {
            url: url.clone(),
            activate: true,
            context: ContextId::DEFAULT,
        }
    );
    rig.broker(ToDevtools::Opened {
        tab: TAB,
        context: ContextId::DEFAULT,
        url,
    });
    rig.answer(call, Answer::Opened { tab: TAB });
    assert_eq!(
        told(&mut rig),
        [
            "Target.targetCreated tab",
            "Target.targetInfoChanged tab",
            "Target.attachedToTarget tab",
            "Target.targetCreated page",
            "answer",
        ]
    );
}

#[test]
fn playwright_is_attached_to_pages_alone() {
    let mut rig = Rig::new();
    rig.open();
    rig.clear();
    let attach = json!({"waitForDebuggerOnStart": true, "flatten": true, "autoAttach": true});
    rig.command("Target.setAutoAttach", attach);
    assert_eq!(told(&mut rig), ["Target.attachedToTarget page"]);
}

#[test]
fn a_session_ends_by_word_and_with_its_tab() {
    let (mut rig, session) = Rig::with_page();
    rig.command("Target.setDiscoverTargets", json!({"discover": true}));
    rig.clear();
    let answer = rig.command("Target.detachFromTarget", json!({"sessionId": session}));
    assert_eq!(answer["result"], json!({}));
    assert_eq!(
        told(&mut rig),
        ["Target.targetInfoChanged page", "Target.detachedFromTarget"]
    );
    let gone = rig.command_of(
        Some(&session),
        "Runtime.evaluate",
        json!({"expression": "1"}),
    );
    assert_eq!(gone["error"]["code"], -32001);
    let page = rig.page();
    rig.command(
        "Target.attachToTarget",
        json!({"targetId": page, "flatten": true}),
    );
    rig.clear();
    rig.command("Target.closeTarget", json!({"targetId": page}));
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Close(TAB));
    rig.broker(ToDevtools::Closed { tab: TAB });
    rig.answer(call, Answer::Done);
    assert_eq!(
        told(&mut rig),
        [
            "answer",
            "Inspector.detached",
            "Target.targetInfoChanged page",
            "Target.detachedFromTarget",
            "Target.targetDestroyed",
        ]
    );
    let gone = rig.command("Target.closeTarget", json!({"targetId": page}));
    assert_eq!(gone["error"]["message"], "No target with given id found");
}

#[test]
fn one_client_cannot_use_the_session_of_another() {
    let (mut rig, session) = Rig::with_page();
    let other = crate::session::ClientId(2);
    rig.hub
        .connect(other, crate::session::Target::Browser)
        .expect("room");
    let command = json!({"id": 1, "method": "Page.enable", "sessionId": session});
    rig.hub.take_text(other, &command.to_string());
    let Some(crate::hub::Output::Send(_, text)) = rig.hub.poll() else {
        panic!("no answer");
    };
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["error"]["code"], -32001);
}

/// A session of the page, whose messages travel within those of the connection's own.
fn nested(rig: &mut Rig) -> String {
    let page = rig.page();
    let attached = rig.command("Target.attachToTarget", json!({"targetId": page}));
    let name = attached["result"]["sessionId"].as_str().expect("a name");
    rig.clear();
    name.to_owned()
}

/// What a nested session was told last.
fn within(rig: &mut Rig) -> Value {
    let is_it = |it: &Value| it["method"] == "Target.receivedMessageFromTarget";
    let outer = rig.take(is_it).expect("something was told");
    assert_eq!(outer["params"]["targetId"], json!(rig.page()));
    let message = outer["params"]["message"].as_str().expect("a text");
    serde_json::from_str(message).expect("JSON")
}

#[test]
fn messages_of_a_session_that_is_not_flat_travel_within_those_of_another() {
    let mut rig = Rig::new();
    rig.open();
    let name = nested(&mut rig);
    let ask = |rig: &mut Rig, message: &str| {
        let params = json!({"sessionId": name, "message": message});
        let answer = rig.command("Target.sendMessageToTarget", params);
        assert_eq!(answer["result"], json!({}), "{message}");
    };
    ask(&mut rig, r#"{"id": 1, "method": "Page.enable"}"#);
    rig.document_answers(json!({"result": {}}));
    assert_eq!(within(&mut rig), json!({"id": 1, "result": {}}));
    rig.begin(2, None);
    let began = within(&mut rig);
    assert_eq!(began["method"], "Page.frameStartedNavigating");
    assert_eq!(began.get("sessionId"), None);
    rig.clear();
    for (message, code) in [
        ("{", -32700),
        (r#"{"id": 2, "method": "Nothing.atAll"}"#, -32601),
        (
            r#"{"id": 2, "method": "Page.enable", "sessionId": "x"}"#,
            -32001,
        ),
    ] {
        ask(&mut rig, message);
        assert_eq!(within(&mut rig)["error"]["code"], code, "{message}");
    }
    // By the name of its target as well.
    let page = rig.page();
    let message = r#"{"id": 3, "method": "Performance.getMetrics"}"#;
    let params = json!({"targetId": page, "message": message});
    rig.command("Target.sendMessageToTarget", params);
    assert_eq!(within(&mut rig)["id"], 3);
    rig.command("Target.detachFromTarget", json!({"sessionId": name}));
    let gone = json!({"sessionId": name, "message": "{}"});
    let answer = rig.command("Target.sendMessageToTarget", gone);
    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn a_session_that_is_not_flat_has_none_of_its_own() {
    let mut rig = Rig::new();
    rig.open();
    let (page, name) = (rig.page(), nested(&mut rig));
    let message = json!({"id": 1, "method": "Target.attachToTarget", "params": {"targetId": page}});
    let params = json!({"sessionId": name, "message": message.to_string()});
    rig.command("Target.sendMessageToTarget", params);
    assert_eq!(within(&mut rig)["error"]["code"], -32000);
    // Nor may others speak in its name.
    let params = json!({"sessionId": "x", "message": message.to_string()});
    let answer = rig.command("Target.sendMessageToTarget", params);
    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn scripts_stay_off_while_any_session_wants_it_so() {
    let (mut rig, first) = Rig::with_page();
    let page = rig.page();
    let attach = json!({"targetId": page, "flatten": true});
    let attached = rig.command("Target.attachToTarget", attach);
    let second = attached["result"]["sessionId"].as_str().expect("a name");
    let switch = |rig: &mut Rig, session: &str, value: bool| {
        rig.clear();
        let method = "Emulation.setScriptExecutionDisabled";
        rig.command_of(Some(session), method, json!({"value": value}));
        rig.wish().map(|(_, wish)| wish)
    };
    let on = |is_on| Some(Wish::Scripts(TAB, is_on));
    assert_eq!(switch(&mut rig, &first, true), on(false));
    assert_eq!(switch(&mut rig, second, true), None);
    assert_eq!(switch(&mut rig, &first, false), None);
    rig.clear();
    rig.command("Target.detachFromTarget", json!({"sessionId": second}));
    assert_eq!(rig.wish().map(|(_, wish)| wish), on(true));
    let wrong = rig.command_of(
        Some(&first),
        "Emulation.setScriptExecutionDisabled",
        json!({}),
    );
    assert_eq!(wrong["error"]["code"], -32602);
}
