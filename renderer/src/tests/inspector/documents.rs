//! Claims about what becomes of documents, in Chromium's order; and random commands.

use super::super::harness::NAVIGATION;
use super::{Client, FRAME, NEXT, SESSION, has};
use protocol::inspector::ToInspector;
use protocol::renderer::ToRenderer;
use serde_json::{Value, json};

fn enable(client: &mut Client) {
    client.result("Page.enable", json!({}));
    client.result("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
    client.result("Runtime.enable", json!({}));
}

fn name(event: &Value) -> String {
    let method = event["method"].as_str().unwrap_or_default();
    match event["params"]["name"].as_str() {
        Some(name) if method == "Page.lifecycleEvent" => format!("{method} {name}"),
        _ => method.to_owned(),
    }
}

const ORDER: [&str; 12] = [
    "Page.frameStartedLoading",
    "Runtime.executionContextsCleared",
    "Page.lifecycleEvent init",
    "Page.frameNavigated",
    "Runtime.executionContextCreated",
    "Page.domContentEventFired",
    "Page.lifecycleEvent DOMContentLoaded",
    "Page.loadEventFired",
    "Page.lifecycleEvent load",
    "Page.frameStoppedLoading",
    "Page.lifecycleEvent networkAlmostIdle",
    "Page.lifecycleEvent networkIdle",
];

#[test]
fn a_document_is_told_of_in_chromiums_order() {
    for html in ["<p>plain", "<p>scripts<script>console.log</script>"] {
        let mut client = Client::new();
        enable(&mut client);
        client.outside.load(html);
        let events = client.events_until(|event| event["params"]["name"] == "networkIdle");
        let paints = |name: &String| !name.contains("Paint");
        let names: Vec<String> = events.iter().map(name).filter(paints).collect();
        assert_eq!(names, ORDER, "{html}");
        let loader = format!("{:032X}", NAVIGATION.0);
        let frame = json!({"frame": {"id": FRAME, "loaderId": loader, "mimeType": "text/html",
            "url": "http://site.test/page", "securityOrigin": "http://site.test"},
            "type": "Navigation"});
        let navigated = events
            .iter()
            .find(|event| event["method"] == "Page.frameNavigated");
        assert!(
            has(&navigated.expect("told")["params"], &frame),
            "{navigated:?}"
        );
        let tree = client.result("Page.getFrameTree", json!({}));
        assert!(
            has(
                &tree["frameTree"],
                &json!({"frame": {"id": FRAME, "loaderId": loader}})
            ),
            "{tree}"
        );
    }
}

#[test]
fn who_asks_later_is_told_how_far_the_document_is() {
    let mut client = Client::with("<p>page");
    enable(&mut client);
    let names: Vec<String> = client
        .events()
        .iter()
        .map(|(_, _, event)| name(event))
        .collect();
    for wanted in [
        "Page.frameStoppedLoading",
        "Page.lifecycleEvent commit",
        "Page.lifecycleEvent load",
        "Runtime.executionContextCreated",
    ] {
        assert!(names.iter().any(|it| it == wanted), "{wanted}: {names:?}");
    }
    client.commit(NEXT, "http://site.test/next#part", "<p>next");
    let events = client.events_until(|event| event["params"]["name"] == "networkIdle");
    let navigated = events
        .iter()
        .find(|event| event["method"] == "Page.frameNavigated");
    let wanted =
        json!({"params": {"frame": {"url": "http://site.test/next", "urlFragment": "#part"}}});
    assert!(has(navigated.expect("told"), &wanted));
}

#[test]
fn each_event_says_of_which_document_it_is() {
    let mut client = Client::with("<p>page");
    enable(&mut client);
    client.commit(NEXT, "http://site.test/next", "<p>next");
    client.outside.wait_loaded();
    let events = client.events();
    let at = events
        .iter()
        .position(|(_, _, it)| it["method"] == "Runtime.executionContextsCleared");
    let at = at.expect("told");
    assert!(
        events[..at - 1]
            .iter()
            .all(|(_, navigation, _)| *navigation == NAVIGATION)
    );
    assert!(
        events[at..]
            .iter()
            .all(|(_, navigation, _)| *navigation == NEXT)
    );
}

#[test]
fn what_stands_for_all_documents_is_heard_before_the_commit_that_follows_it() {
    let mut client = Client::new();
    let inside = client.prepare();
    for (method, params) in [
        ("Page.enable", json!({})),
        ("Page.setLifecycleEventsEnabled", json!({ "enabled": true })),
        ("Runtime.enable", json!({})),
        (
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": "globalThis.first = 1" }),
        ),
        ("Runtime.addBinding", json!({ "name": "told" })),
    ] {
        client.begin(method, params);
    }
    let waits = client.begin("Runtime.evaluate", json!({ "expression": "first + 1" }));
    // Nothing comes between the two.
    client
        .outside
        .send_with(ToRenderer::InspectorChannel, vec![inside]);
    client.commit(
        NEXT,
        "http://site.test/next",
        "<p>next<script>told(`${first}`)</script>",
    );
    assert_eq!(client.answer(waits)["result"]["result"]["value"], 2);
    let events = client.events_until(|event| event["method"] == "Page.loadEventFired");
    let names: Vec<String> = events.iter().map(name).collect();
    assert!(
        names.iter().any(|name| name == "Page.lifecycleEvent init"),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name == "Page.frameNavigated"),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name == "Runtime.bindingCalled"),
        "{names:?}"
    );
}

#[test]
fn a_document_that_is_opened_anew_is_told_of_again() {
    let mut client = Client::with("<p>page");
    enable(&mut client);
    client.names(SESSION);
    client.evaluate("document.open(); document.write('<p id=q>new'); document.close()");
    let events = client.events_until(|event| event["method"] == "Page.frameStoppedLoading");
    let names: Vec<String> = events.iter().map(name).collect();
    let wanted = [
        "Page.lifecycleEvent init",
        "Page.domContentEventFired",
        "Page.lifecycleEvent DOMContentLoaded",
        "Page.loadEventFired",
        "Page.lifecycleEvent load",
        "Page.frameStoppedLoading",
    ];
    assert_eq!(names, wanted);
    assert_eq!(client.value("q.textContent"), "new");
}

#[test]
fn another_address_of_the_same_document_is_told() {
    let mut client = Client::with("<p>page");
    enable(&mut client);
    client.evaluate("history.pushState({}, '', '/q')");
    let moved = client.wait_event("Page.navigatedWithinDocument");
    let wanted =
        json!({"frameId": FRAME, "url": "http://site.test/q", "navigationType": "historyApi"});
    assert!(has(&moved, &wanted), "{moved}");
    client.evaluate("history.replaceState({}, '', '#z')");
    let moved = client.wait_event("Page.navigatedWithinDocument");
    let wanted = json!({"url": "http://site.test/q#z", "navigationType": "fragment"});
    assert!(has(&moved, &wanted), "{moved}");
}

/// Numbers that look like chance, the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn value(&mut self, depth: u32) -> Value {
        let texts = [
            "",
            "1",
            "div",
            "[1,{}]",
            "window",
            "document.body",
            "1.1.1",
            "-1",
            "throw 1",
            "new Proxy({},{get(){throw 1}})",
            "document.body.innerHTML='<i>x</i>'",
            FRAME,
            "#d",
            "function(){return arguments}",
            "new Promise(()=>0)",
            "console.log(document)",
            "\u{0}",
            "d.remove()",
            "document.documentElement.remove()",
            "location.hash='x'",
        ];
        match self.roll(if depth > 2 { 6 } else { 8 }) {
            0 => json!(null),
            1 => json!(self.roll(40) as i64 - 5),
            2 => json!(self.roll(2) == 0),
            3 => json!(1e300),
            4 | 5 => json!(texts[self.roll(texts.len())]),
            6 => json!([self.value(depth + 1), self.value(depth + 1)]),
            _ => json!({ "value": self.value(depth + 1), "objectId": self.value(depth + 1) }),
        }
    }
}

const METHODS: [&str; 44] = [
    "Runtime.enable",
    "Runtime.disable",
    "Runtime.evaluate",
    "Runtime.callFunctionOn",
    "Runtime.getProperties",
    "Runtime.releaseObject",
    "Runtime.releaseObjectGroup",
    "Runtime.awaitPromise",
    "Runtime.addBinding",
    "Runtime.removeBinding",
    "Runtime.compileScript",
    "Runtime.runScript",
    "Runtime.globalLexicalScopeNames",
    "Runtime.getHeapUsage",
    "Runtime.getIsolateId",
    "Runtime.discardConsoleEntries",
    "Page.enable",
    "Page.disable",
    "Page.setLifecycleEventsEnabled",
    "Page.addScriptToEvaluateOnNewDocument",
    "Page.removeScriptToEvaluateOnNewDocument",
    "Page.createIsolatedWorld",
    "Page.getFrameTree",
    "Page.getLayoutMetrics",
    "DOM.enable",
    "DOM.disable",
    "DOM.getDocument",
    "DOM.querySelector",
    "DOM.querySelectorAll",
    "DOM.describeNode",
    "DOM.resolveNode",
    "DOM.requestNode",
    "DOM.requestChildNodes",
    "DOM.getOuterHTML",
    "DOM.setOuterHTML",
    "DOM.getAttributes",
    "DOM.setAttributeValue",
    "DOM.setAttributesAsText",
    "DOM.removeNode",
    "DOM.getBoxModel",
    "DOM.getContentQuads",
    "DOM.scrollIntoViewIfNeeded",
    "DOM.focus",
    "DOM.getNodeForLocation",
];
const NAMES: [&str; 26] = [
    "expression",
    "functionDeclaration",
    "objectId",
    "arguments",
    "contextId",
    "executionContextId",
    "returnByValue",
    "awaitPromise",
    "generatePreview",
    "ownProperties",
    "promiseObjectId",
    "name",
    "source",
    "worldName",
    "frameId",
    "identifier",
    "nodeId",
    "backendNodeId",
    "selector",
    "depth",
    "value",
    "text",
    "outerHTML",
    "x",
    "y",
    "enabled",
];

#[test]
fn random_commands_are_all_answered() {
    let mut client =
        Client::with("<div id=d class=c>text<p>more</p></div><select><option>o</select>");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut objects: Vec<Value> = Vec::new();
    for round in 0..3_000 {
        let method = METHODS[dice.roll(METHODS.len())];
        let mut params = serde_json::Map::new();
        for _ in 0..dice.roll(5) {
            let name = NAMES[dice.roll(NAMES.len())];
            params.insert(name.to_owned(), dice.value(0));
        }
        // Most commands need something that makes sense.
        if dice.roll(3) > 0 {
            params.insert("nodeId".into(), json!(dice.roll(20)));
        }
        if dice.roll(2) == 0 && !objects.is_empty() {
            params.insert("objectId".into(), objects[dice.roll(objects.len())].clone());
        }
        let session = dice.roll(3) as u32;
        let call = client.begin_in(session, method, Value::Object(params.clone()));
        if dice.roll(200) == 0 {
            client.send(ToInspector::End { session });
        }
        // A promise may never be settled.
        if params.get("awaitPromise") == Some(&json!(true)) || method == "Runtime.awaitPromise" {
            continue;
        }
        let answer = client.answer(call);
        assert!(
            answer.get("result").is_some() || answer["error"]["code"].is_i64(),
            "{round}: {method} {params:?}: {answer}"
        );
        let id = &answer["result"]["result"]["objectId"];
        if id.is_string() && objects.len() < 50 {
            objects.push(id.clone());
        }
        client.clients().events.clear();
    }
    client.commit(NEXT, "http://site.test/next", "<p>next");
    assert_eq!(
        client.ask_in(
            SESSION,
            "Runtime.evaluate",
            json!({ "expression": "6 * 7" })
        )["result"]["result"]["value"],
        42
    );
}
