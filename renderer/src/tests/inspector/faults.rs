//! Claims about bad input, and about pages that do not want to be inspected.

use super::{Client, NEXT, SESSION};
use protocol::dialog::DialogAnswer;
use protocol::limits::INSPECTOR_TEXT_BYTES_MAX;
use protocol::renderer::{FromRenderer, ToRenderer};
use serde_json::{Value, json};

#[test]
fn wrong_parameters_are_refused_in_the_words_of_chromium() {
    let mut client = Client::with("<p>page");
    for (method, params, data) in [
        (
            "Runtime.evaluate",
            json!({}),
            "expression - BINDINGS: mandatory field missing",
        ),
        (
            "Runtime.evaluate",
            json!({"expression": 5}),
            "expression - BINDINGS: string value expected",
        ),
        (
            "Runtime.evaluate",
            json!({"expression": "1", "contextId": "x"}),
            "contextId - BINDINGS: int32 value expected",
        ),
        (
            "Runtime.evaluate",
            json!({"expression": "1", "contextId": 1e300}),
            "contextId - BINDINGS: int32 value expected",
        ),
        (
            "Runtime.evaluate",
            json!({"expression": "1", "returnByValue": 1}),
            "returnByValue - BINDINGS: bool value expected",
        ),
        (
            "Runtime.callFunctionOn",
            json!({"functionDeclaration": "()=>1", "arguments": {}}),
            "arguments - CBOR: array start expected",
        ),
        (
            "Page.createIsolatedWorld",
            json!({}),
            "frameId - BINDINGS: mandatory field missing",
        ),
        (
            "DOM.querySelector",
            json!({"selector": "a"}),
            "nodeId - BINDINGS: mandatory field missing",
        ),
        (
            "Page.setLifecycleEventsEnabled",
            json!({"enabled": "x"}),
            "enabled - BINDINGS: bool value expected",
        ),
    ] {
        let answer = client.ask(method, params);
        let error = &answer["error"];
        assert_eq!(error["code"], -32602, "{answer}");
        assert_eq!(error["message"], "Invalid parameters", "{answer}");
        assert_eq!(
            error["data"],
            format!("Failed to deserialize params.{data}")
        );
    }
    for (method, params, wanted) in [
        (
            "Runtime.nope",
            json!({}),
            (-32601, "'Runtime.nope' wasn't found"),
        ),
        ("Nope.nope", json!({}), (-32601, "'Nope.nope' wasn't found")),
        ("nope", json!({}), (-32601, "'nope' wasn't found")),
        (
            "Runtime.evaluate",
            json!({"expression": "1", "contextId": 999}),
            (-32000, "Cannot find context with specified id"),
        ),
        (
            "Runtime.evaluate",
            json!({"expression": "1", "uniqueContextId": "zz"}),
            (-32602, "invalid uniqueContextId"),
        ),
        (
            "Page.createIsolatedWorld",
            json!({"frameId": "zz"}),
            (-32602, "No frame for given id found"),
        ),
        (
            "Page.removeScriptToEvaluateOnNewDocument",
            json!({"identifier": "7"}),
            (-32000, "Script not found"),
        ),
    ] {
        let (code, text) = client.error(method, params);
        assert_eq!((code, &*text), wanted, "{method}");
    }
    let refused = client.result(
        "Runtime.evaluate",
        json!({"expression": "1", "throwOnSideEffect": true}),
    );
    let text = refused["result"]["description"]
        .as_str()
        .unwrap_or_default();
    assert!(
        text.starts_with("EvalError: Possible side-effect"),
        "{refused}"
    );
}

#[test]
fn texts_that_are_no_commands_are_answered() {
    let mut client = Client::with("<p>page");
    for text in [
        "",
        "x",
        "[]",
        "{}",
        "{\"method\":1}",
        "{\"method\":\"a\",\"params\":[]}",
        "{\"method\":\"\u{0}\"}",
    ] {
        let call = client.begin_text(SESSION, text);
        let answer = client.answer(call);
        assert!(answer["error"]["code"].is_i64(), "{text}: {answer}");
    }
    assert_eq!(client.value("1"), 1);
}

#[test]
fn a_giant_command_is_refused_and_a_giant_value_too() {
    let mut client = Client::with("<p>page");
    let big = "x".repeat(INSPECTOR_TEXT_BYTES_MAX + 1);
    let call = client.begin_text(SESSION, &big);
    assert_eq!(
        client.answer(call)["error"]["message"],
        "Message is too long"
    );
    let code = format!("'{}'.length", "y".repeat(3 << 20));
    assert_eq!(client.value(&code), 3 << 20, "many pieces are one command");
    let wide = "'z'.repeat(3 << 20)";
    let value = client.value(wide);
    assert_eq!(
        value.as_str().map(str::len),
        Some(3 << 20),
        "and one answer"
    );
    let wider = format!("'z'.repeat({INSPECTOR_TEXT_BYTES_MAX})");
    let (code, _) = client.error("Runtime.evaluate", json!({ "expression": wider }));
    assert_eq!(code, -32000);
    assert_eq!(client.value("1"), 1);
}

#[test]
fn a_page_that_has_replaced_what_the_language_has_changes_no_answer() {
    let mut client = Client::with(
        "<p id=p class=c>text<script>
        const evil = () => { throw new Error('evil') };
        for (const name of ['push', 'map', 'forEach', 'join', 'slice', 'indexOf', 'filter']) \
            Array.prototype[name] = evil;
        Array.prototype[Symbol.iterator] = evil; String.prototype.split = evil;
        for (const name of ['get', 'set', 'has', 'forEach']) Map.prototype[name] = evil;
        Promise.prototype.then = evil; Promise.prototype.constructor = evil;
        Promise.resolve = evil; Function.prototype.call = evil; Function.prototype.apply = evil;
        Function.prototype.toString = evil; Error.prototype.toString = evil;
        for (const name of Object.getOwnPropertyNames(Object)) \
            if (typeof Object[name] === 'function') try { Object[name] = evil } catch {}
        for (const name of Object.getOwnPropertyNames(Reflect)) Reflect[name] = evil;
        JSON.parse = JSON.stringify = evil; RegExp.prototype.exec = evil;
        globalThis.JSON = globalThis.Object = globalThis.Array = globalThis.Promise = evil;
        globalThis.Symbol = globalThis.Reflect = globalThis.Map = globalThis.Error = evil;
        Object.prototype && 0;
        </script>",
    );
    client.result("Runtime.enable", json!({}));
    assert_eq!(
        client.value("({a: [1, {b: 'x'}]})"),
        json!({"a": [1, {"b": "x"}]})
    );
    assert_eq!(client.value("(async () => 6)()"), 6);
    assert_eq!(client.evaluate("[1, 2]")["description"], "Array(2)");
    assert_eq!(
        client.evaluate("document.querySelector('#p')")["description"],
        "p#p.c"
    );
    assert_eq!(client.evaluate("() => 1")["description"], "() => 1");
    let thrown = client.result("Runtime.evaluate", json!({ "expression": "null.x" }));
    assert_eq!(thrown["result"]["className"], "TypeError", "{thrown}");
    let id = client.object("({a: 1})");
    let found = client.result(
        "Runtime.getProperties",
        json!({ "objectId": id, "ownProperties": true, "generatePreview": true }),
    );
    assert_eq!(found["result"][0]["name"], "a");
    let params = json!({ "functionDeclaration": "function (x) { return this.a + x.y[0] }",
        "objectId": id, "arguments": [{"value": {"y": [2]}}] });
    assert_eq!(
        client.result("Runtime.callFunctionOn", params)["result"]["value"],
        3
    );
    let root = client.result("DOM.getDocument", json!({}))["root"]["nodeId"].clone();
    let node = client.result(
        "DOM.querySelector",
        json!({"nodeId": root, "selector": "#p"}),
    );
    assert!(node["nodeId"].as_u64() > Some(0));
    client.evaluate("console.log('heard', [1])");
    assert_eq!(
        client.wait_event("Runtime.consoleAPICalled")["args"][0]["value"],
        "heard"
    );
}

#[test]
fn a_page_sees_nothing_of_the_inspector() {
    let mut client = Client::new();
    client.result("Runtime.enable", json!({}));
    client.outside.load(
        "<script>var before = Object.getOwnPropertyNames(globalThis).length;
        var protos = [Object, Array, Function, Promise, Error].map((it) => \
            Object.getOwnPropertyNames(it.prototype).length).join()</script>",
    );
    client.evaluate("({})");
    client.object("[1]");
    let count = "Object.getOwnPropertyNames(globalThis).length - before";
    // Its own two variables.
    let found = client.value(count);
    assert!(found.as_i64() <= Some(2), "{found}");
    assert_eq!(
        client.value(
            "protos === [Object, Array, Function, Promise, Error].map((it) => \
        Object.getOwnPropertyNames(it.prototype).length).join()"
        ),
        true
    );
    // Neither a function that is called, nor what it is given, leads to its context.
    let context = client.object("({})");
    let context: u32 = context
        .split('.')
        .nth(1)
        .and_then(|id| id.parse().ok())
        .expect("a number");
    let params = json!({ "executionContextId": context, "returnByValue": true,
        "functionDeclaration": "function (x) { return [arguments.constructor === Object, \
            x.constructor === Object, x.list.constructor === Array, \
            arguments.callee.caller === null || arguments.callee.caller === undefined].join() }",
        "arguments": [{"value": {"list": []}}] });
    let found = client.result("Runtime.callFunctionOn", params);
    assert_eq!(found["result"]["value"], "true,true,true,true", "{found}");
}

#[test]
fn a_page_that_logs_with_its_stack_full_gets_no_object_of_the_inspector() {
    let mut client = Client::with("<p>page");
    client.result("Runtime.enable", json!({}));
    let code = "(() => { const caught = []; \
        const deep = () => { \
            try { console.log({}); } catch (error) { caught.push(error); } deep(); }; \
        try { deep(); } catch (error) { caught.push(error); } \
        return caught.every((error) => error instanceof Error); })()";
    assert_eq!(client.value(code), true);
}

#[test]
fn a_promise_of_a_page_that_is_left_is_answered() {
    let mut client = Client::with("<p>page");
    let params = json!({ "expression": "new Promise(() => 0)", "awaitPromise": true });
    let call = client.begin("Runtime.evaluate", params);
    assert_eq!(client.value("1"), 1);
    assert!(!client.has_answer(call));
    client.commit(NEXT, "http://site.test/next", "<p>next");
    let answer = client.answer(call);
    assert_eq!(
        answer["error"]["message"],
        "Execution context was destroyed."
    );
    assert_eq!(client.value("document.body.textContent"), "next");
}

#[test]
fn an_inspector_that_goes_in_the_middle_leaves_the_page_alone_and_the_next_begins_anew() {
    let mut client =
        Client::with("<p>page<script>var count = 0; setInterval(() => count++, 5)</script>");
    let id = client.object("globalThis.held = {a: 1}");
    let params =
        json!({ "expression": "new Promise(done => setTimeout(done, 50))", "awaitPromise": true });
    client.begin("Runtime.evaluate", params);
    client.result("Runtime.enable", json!({}));
    client.outside.clients = None;
    client.connect();
    let params = json!({ "functionDeclaration": "() => 1", "objectId": id });
    assert!(
        client
            .ask("Runtime.callFunctionOn", params)
            .get("error")
            .is_some()
    );
    assert_eq!(client.value("held.a"), 1);
    client.value("new Promise(done => setTimeout(done, 80))");
    client.outside.clients = None;
    client.outside.click(5.0, 5.0);
}

#[test]
fn code_that_runs_for_ever_is_ended_and_said_so() {
    for code in ["for (;;);", "({get a() { for (;;); }})"] {
        let mut client = Client::with("<p>page");
        let params = json!({ "expression": code, "returnByValue": true });
        let (_, text) = client.error("Runtime.evaluate", params);
        assert_eq!(text, "Execution was terminated");
        let (_, text) = client.error("Runtime.evaluate", json!({ "expression": "1" }));
        assert_eq!(text, "Execution was terminated");
        client
            .outside
            .wait_said("the stop", |message| match message {
                FromRenderer::ScriptStopped { .. } => Some(()),
                _ => None,
            });
    }
}

#[test]
fn stop_script_ends_what_a_client_runs_and_what_it_waits_for() {
    let mut client = Client::with("<p>page");
    let params = json!({ "expression": "new Promise(() => 0)", "awaitPromise": true });
    let waits = client.begin("Runtime.evaluate", params);
    let runs = client.begin(
        "Runtime.evaluate",
        json!({ "expression": "console.log('runs'); for (;;);" }),
    );
    client.outside.wait_said("a line", |message| match message {
        FromRenderer::Console { .. } => Some(()),
        _ => None,
    });
    client.outside.send(ToRenderer::StopScript);
    for call in [runs, waits] {
        let answer = client.answer(call);
        assert_eq!(answer["error"]["message"], "Execution was terminated");
    }
}

#[test]
fn a_command_waits_while_a_dialog_is_open() {
    let mut client = Client::with("<p>page");
    let asks = client.begin("Runtime.evaluate", json!({ "expression": "confirm('?')" }));
    let waits = client.begin("Runtime.evaluate", json!({ "expression": "2" }));
    let request = client
        .outside
        .wait_said("a dialog", |message| match message {
            FromRenderer::Dialog { dialog, .. } => Some(dialog.request),
            _ => None,
        });
    assert!(!client.has_answer(waits));
    let answer = DialogAnswer {
        is_accepted: true,
        ..DialogAnswer::default()
    };
    client
        .outside
        .send(ToRenderer::AnswerDialog { request, answer });
    let value = |answer: Value| answer["result"]["result"]["value"].clone();
    assert_eq!(value(client.answer(asks)), true);
    assert_eq!(value(client.answer(waits)), 2);
}

#[test]
fn a_client_that_does_not_read_holds_nothing_up() {
    let mut client = Client::with("<button>b</button>");
    client.result("Runtime.enable", json!({}));
    client.clients().reads = false;
    let flood = "for (let i = 0; i < 500; i++) console.log('x'.repeat(30000), {i})";
    client.begin("Runtime.evaluate", json!({ "expression": flood }));
    let calls: Vec<u32> = (0..50)
        .map(|_| {
            client.begin(
                "Runtime.evaluate",
                json!({ "expression": "'y'.repeat(1 << 20)" }),
            )
        })
        .collect();
    client.outside.click(5.0, 5.0);
    client.clients().reads = true;
    for call in calls {
        let answer = client.answer(call);
        assert!(answer.get("result").is_some(), "{}", answer["error"]);
    }
}

#[test]
fn where_scripts_are_switched_off_it_is_said() {
    let mut client = Client::new();
    let region = shm::Region::create_filled("test-page", b"<p>page").expect("region");
    let body = protocol::document::BodySource::Region { bytes: 7 };
    let message = match crate::tests::harness::commit("http://site.test/", None, body, 0) {
        ToRenderer::Commit(mut commit) => {
            commit.script = false;
            ToRenderer::Commit(commit)
        }
        other => other,
    };
    client
        .outside
        .send_with(message, vec![region.read_only().expect("descriptor")]);
    client.outside.wait_loaded();
    let (_, text) = client.error("Runtime.evaluate", json!({ "expression": "1" }));
    assert!(text.contains("switched off"), "{text}");
}
