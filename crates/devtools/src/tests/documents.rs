//! Navigations, documents, and their deaths.

use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{Answer, Ending, ToDevtools, Wish};
use protocol::ids::{ContextId, NavigationId};
use protocol::inspector::ToInspector;
use serde_json::{Value, json};

const LOADER_2: &str = "00000000000000000000000000000002";

/// The number of the session of the page.
fn page_session(rig: &Rig) -> u32 {
    let page = crate::session::Target::Page(TAB);
    rig.hub.sessions_of(page)[0].0
}

fn crash(rig: &mut Rig) {
    rig.broker(ToDevtools::Crashed {
        tab: TAB,
        cause: "was killed".to_owned(),
        ending: Ending::Signal(11),
    });
}

#[test]
fn events_of_a_document_wait_until_the_broker_has_committed_it() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    rig.command_of(s, "Page.enable", json!({}));
    rig.document_answers(json!({"result": {}}));
    let key = page_session(&rig);
    rig.clear();
    rig.command_of(s, "Page.navigate", json!({"url": "http://a.b/2"}));
    let navigate = rig.last_id();
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Navigate(TAB, "http://a.b/2".to_owned()));
    rig.begin(2, Some(call));
    rig.broker(ToDevtools::Inspector { tab: TAB });
    rig.greet();
    let lie = json!({"frame": {"url": "https://bank.example/", "loaderId": "x"}});
    rig.document_tells(key, 2, "Runtime.executionContextsCleared", json!({}));
    rig.document_tells(key, 2, "Page.frameNavigated", lie);
    rig.document_tells(key, 2, "Target.targetCreated", json!({}));
    rig.document_tells(key, 1, "Page.loadEventFired", json!({}));
    rig.document_tells(99, 2, "Page.loadEventFired", json!({}));
    rig.commit_there(2);
    let order: Vec<&str> = rig.order.iter().map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "Page.frameStartedNavigating",
            "Page.frameStartedLoading",
            "> Page.enable",
            "inspecting",
            "answer",
            "Pause(ClientId(1))",
            "Runtime.executionContextsCleared",
            "Page.frameNavigated",
        ]
    );
    let answer = rig.take(|it| it["id"] == navigate).expect("an answer");
    assert_eq!(answer["result"]["loaderId"], LOADER_2);
    assert_eq!(answer["result"]["frameId"], json!(rig.page()));
    let told = rig
        .take(|it| it["method"] == "Page.frameNavigated")
        .expect("told");
    assert_eq!(told["params"]["frame"]["url"], "http://a.b/2");
    assert_eq!(told["params"]["frame"]["loaderId"], LOADER_2);
}

#[test]
fn a_page_that_cannot_be_had_is_an_error_in_chromiums_words() {
    let (mut rig, session) = Rig::with_page();
    rig.command_of(
        Some(&session),
        "Page.navigate",
        json!({"url": "http://a.b/2"}),
    );
    let (call, _) = rig.wish().expect("a wish");
    rig.begin(2, Some(call));
    rig.broker(ToDevtools::Committed {
        tab: TAB,
        navigation: NavigationId(2),
        url: "http://a.b/2".to_owned(),
        error: Some("CONNECTION_REFUSED".to_owned()),
        status: 200,
        content_type: None,
        title: String::new(),
    });
    let id = rig.last_id();
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    assert_eq!(answer["result"]["errorText"], "net::ERR_CONNECTION_REFUSED");
    rig.command_of(
        Some(&session),
        "Page.navigate",
        json!({"url": "http://a.b/3"}),
    );
    let (call, _) = rig.wish().expect("a wish");
    rig.begin(3, Some(call));
    rig.broker(ToDevtools::Ended {
        tab: TAB,
        navigation: NavigationId(3),
    });
    let id = rig.last_id();
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    assert_eq!(answer["result"]["errorText"], "net::ERR_ABORTED");
    let odd = rig.command_of(Some(&session), "Page.navigate", json!({"url": "no url"}));
    assert_eq!(odd["error"]["message"], "Cannot navigate to invalid URL");
}

#[test]
fn chromiums_addresses_that_break_a_page_break_it_here() {
    let (mut rig, session) = Rig::with_page();
    rig.command_of(
        Some(&session),
        "Page.navigate",
        json!({"url": "chrome://crash"}),
    );
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Navigate(TAB, "bulkhead://crash".to_owned()));
    rig.answer(call, Answer::Done);
    let id = rig.last_id();
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    assert_eq!(answer["result"]["errorText"], "net::ERR_ABORTED");
}

#[test]
fn a_death_fails_every_call_first_and_is_told_then() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    rig.command("Target.setDiscoverTargets", json!({"discover": true}));
    rig.clear();
    rig.command_of(s, "Runtime.evaluate", json!({"expression": "for(;;);"}));
    rig.command_of(s, "Page.captureScreenshot", json!({}));
    rig.command_of(s, "Input.insertText", json!({"text": "ab"}));
    rig.command_of(s, "Page.crash", json!({}));
    rig.order.clear();
    crash(&mut rig);
    let failed = "error \"Target crashed\"";
    let order: Vec<&str> = rig.order.iter().map(String::as_str).collect();
    assert_eq!(
        order,
        [
            failed,
            failed,
            failed,
            failed,
            "CloseInspector(TabId(7))",
            "Inspector.targetCrashed",
            "Target.targetCrashed",
        ]
    );
    let told = rig
        .take(|it| it["method"] == "Target.targetCrashed")
        .expect("told");
    assert_eq!(told["params"]["status"], "crashed");
    assert_eq!(told["params"]["errorCode"], 11);
    let late = rig.command_of(s, "Runtime.evaluate", json!({"expression": "1"}));
    assert_eq!(late["error"]["message"], "Target crashed");
    assert_eq!(late["error"]["code"], -32000);
}

#[test]
fn a_page_that_comes_back_knows_what_its_sessions_want() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    for (method, params) in [
        ("Runtime.enable", json!({})),
        ("Page.enable", json!({})),
        ("Console.enable", json!({})),
        (
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": "1"}),
        ),
        ("Runtime.addBinding", json!({"name": "b"})),
    ] {
        rig.command_of(s, method, params);
        rig.document_answers(json!({"result": {"identifier": "9"}}));
    }
    rig.command_of(s, "Console.disable", json!({}));
    rig.document_answers(json!({"result": {}}));
    crash(&mut rig);
    rig.clear();
    rig.command_of(s, "Page.reload", json!({}));
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Reload(TAB));
    rig.begin(2, None);
    rig.answer(call, Answer::Done);
    rig.commit(2);
    let order: Vec<&str> = rig.order.iter().map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "Inspector.targetReloadedAfterCrash",
            "Page.frameStartedNavigating",
            "Page.frameStartedLoading",
            "answer",
            "> Page.addScriptToEvaluateOnNewDocument",
            "> Runtime.addBinding",
            "> Page.enable",
            "> Runtime.enable",
            "inspecting",
        ]
    );
    assert!(matches!(&rig.asked[0], ToInspector::Begin { frame } if *frame == rig.page()));
    let removed = json!({"identifier": "1"});
    rig.command_of(
        s,
        "Page.removeScriptToEvaluateOnNewDocument",
        removed.clone(),
    );
    rig.document_answers(json!({"result": {}}));
    let again = rig.command_of(s, "Page.removeScriptToEvaluateOnNewDocument", removed);
    assert_eq!(again["error"]["message"], "Script not found");
}

#[test]
fn what_waits_for_a_document_is_asked_once_it_is_there() {
    let mut rig = Rig::new();
    let url = "about:blank".to_owned();
    rig.broker(ToDevtools::Opened {
        tab: TAB,
        context: ContextId::DEFAULT,
        url,
    });
    let page = rig.page();
    let attached = rig.command(
        "Target.attachToTarget",
        json!({"targetId": page, "flatten": true}),
    );
    let session = attached["result"]["sessionId"]
        .as_str()
        .expect("a name")
        .to_owned();
    let s = Some(session.as_str());
    rig.begin(1, None);
    rig.clear();
    let enable = rig.command_of(s, "Runtime.enable", json!({}));
    assert!(enable.is_null(), "there is no process yet: {enable}");
    rig.command_of(s, "Page.getFrameTree", json!({}));
    rig.command_of(s, "Runtime.evaluate", json!({"expression": "1"}));
    rig.commit(1);
    let order: Vec<&str> = rig.order.iter().map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "> Runtime.enable",
            "answer",
            "inspecting",
            "> Page.getFrameTree",
            "> Runtime.evaluate"
        ]
    );
}

#[test]
fn a_process_that_gives_way_to_another_fails_what_it_was_asked() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    rig.command_of(s, "Runtime.evaluate", json!({"expression": "x"}));
    rig.command_of(s, "Runtime.enable", json!({}));
    rig.begin(2, None);
    rig.order.clear();
    rig.asked.clear();
    rig.broker(ToDevtools::Inspector { tab: TAB });
    assert!(!rig.order.iter().any(|it| it == "inspecting"));
    rig.greet();
    let order: Vec<&str> = rig.order.iter().map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "error \"Inspected target navigated or closed\"",
            "answer",
            "> Runtime.enable",
            "inspecting",
        ]
    );
}

#[test]
fn a_page_takes_one_input_after_another() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    for x in 0..3 {
        let params = json!({"type": "mouseMoved", "x": x, "y": 1});
        rig.command_of(s, "Input.dispatchMouseEvent", params);
    }
    for sent in 1..=3 {
        assert_eq!(rig.told.len(), sent);
        let (call, _) = rig.wish().expect("a wish");
        rig.answer(call, Answer::Done);
    }
    let answers = rig.texts.iter().filter(|it| it["result"] == json!({}));
    assert_eq!(answers.count(), 3);
}

#[test]
fn a_document_that_tells_too_much_too_early_is_not_heard_any_more() {
    let (mut rig, _) = Rig::with_page();
    let key = page_session(&rig);
    let text = "x".repeat(40_000);
    for _ in 0..300 {
        rig.document_tells(key, 9, "Runtime.consoleAPICalled", json!({"text": text}));
    }
    assert!(rig.order.iter().any(|it| it.starts_with("CloseInspector")));
    assert!(rig.hub.tabs[&TAB].early.is_empty());
}

#[test]
fn the_request_for_a_file_is_told_of_from_its_beginning_to_its_end() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    rig.command_of(s, "Network.enable", json!({}));
    rig.order.clear();
    let begin = |rig: &mut Rig, navigation| {
        rig.broker(ToDevtools::Began {
            tab: TAB,
            navigation: NavigationId(navigation),
            url: "file:///a.html".to_owned(),
            call: None,
            is_reload: false,
        });
    };
    begin(&mut rig, 2);
    rig.commit_there(2);
    begin(&mut rig, 3);
    rig.broker(ToDevtools::Ended {
        tab: TAB,
        navigation: NavigationId(3),
    });
    let names = rig.order.iter().filter(|it| it.starts_with("Network"));
    let names: Vec<&str> = names.map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "Network.requestWillBeSent",
            "Network.responseReceived",
            "Network.loadingFinished",
            "Network.requestWillBeSent",
            "Network.loadingFailed",
        ]
    );
    let told = rig.take(|it| it["method"] == "Network.responseReceived");
    let told = told.expect("told");
    assert_eq!(told["params"]["requestId"], LOADER_2);
    assert_eq!(told["params"]["response"]["status"], 200);
}

#[test]
fn the_document_says_which_frames_stand_in_it() {
    let (mut rig, session) = Rig::with_page();
    let s = Some(session.as_str());
    let below = json!([{"frame": {"id": "F", "parentId": "elsewhere"}}]);
    let lies = json!({"frame": {"id": "F", "url": "http://lie/"}, "childFrames": below});
    assert_eq!(
        rig.command_of(s, "Page.getFrameTree", json!({})),
        Value::Null
    );
    rig.document_answers(json!({"result": {"frameTree": lies}}));
    let id = rig.last_id();
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    let tree = &answer["result"]["frameTree"];
    assert_eq!(tree["frame"]["url"], "http://a.b/1");
    assert_eq!(tree["childFrames"], below);

    // Another document comes while it thinks: what is known without it is the answer.
    rig.command_of(s, "Page.getFrameTree", json!({}));
    rig.begin(2, None);
    rig.broker(ToDevtools::Inspector { tab: TAB });
    let id = rig.last_id();
    let answer = rig.take(|it| it["id"] == id).expect("an answer");
    assert_eq!(
        answer["result"]["frameTree"]["frame"]["url"],
        "http://a.b/1"
    );
}
