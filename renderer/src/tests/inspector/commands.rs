//! Claims about running code, and about the objects that clients hold.

use super::{Client, SESSION, has};
use protocol::inspector::ToInspector;
use serde_json::json;

#[test]
fn a_page_without_scripts_is_evaluated_in() {
    let mut client = Client::with("<!doctype html><title>plain</title><p id=p>text");
    assert_eq!(client.value("document.title"), "plain");
    assert_eq!(client.value("document.readyState"), "complete");
    assert_eq!(client.value("p.textContent"), "text");
    client.evaluate("let kept = 4; var also = 5");
    assert_eq!(client.value("kept + also"), 9);
}

#[test]
fn what_code_throws_is_told_with_its_place() {
    let mut client = Client::with("<p>page");
    let thrown = client.result(
        "Runtime.evaluate",
        json!({ "expression": "throw new Error('t')" }),
    );
    let wanted = json!({
        "result": {"type": "object", "subtype": "error", "className": "Error"},
        "exceptionDetails": {"text": "Uncaught", "lineNumber": 0,
            "stackTrace": {"callFrames": [{"functionName": "", "url": "", "lineNumber": 0}]},
            "exception": {"subtype": "error"}},
    });
    assert!(has(&thrown, &wanted), "{thrown}");
    let text = thrown["exceptionDetails"]["exception"]["description"].as_str();
    assert!(
        text.is_some_and(|text| text.starts_with("Error: t\n    at <anonymous>:1:")),
        "{thrown}"
    );
    let thrown = client.result("Runtime.evaluate", json!({ "expression": "throw 1" }));
    assert!(has(
        &thrown,
        &json!({"result": {"value": 1}, "exceptionDetails": {"text": "Uncaught"}})
    ));
    let bad = client.result("Runtime.evaluate", json!({ "expression": "1 +" }));
    assert!(
        has(&bad, &json!({"result": {"className": "SyntaxError"}})),
        "{bad}"
    );
    let named = "function f() { throw new Error('t') }\nf()\n//# sourceURL=named.js";
    let thrown = client.result("Runtime.evaluate", json!({ "expression": named }));
    let frames = &thrown["exceptionDetails"]["stackTrace"]["callFrames"];
    assert!(
        has(
            &frames[0],
            &json!({"functionName": "f", "url": "named.js", "lineNumber": 0})
        ),
        "{frames}"
    );
    assert!(
        has(
            &frames[1],
            &json!({"functionName": "", "url": "named.js", "lineNumber": 1})
        ),
        "{frames}"
    );
}

#[test]
fn promises_are_waited_for() {
    let mut client = Client::with("<p>page");
    assert_eq!(
        client.value("new Promise(done => setTimeout(() => done({x: 1}), 20))"),
        json!({"x": 1})
    );
    assert_eq!(client.value("({then(done) { done(7) }})"), 7);
    assert_eq!(client.value("3"), 3);
    let params = json!({ "expression": "Promise.reject(new Error('no'))", "awaitPromise": true });
    let thrown = client.result("Runtime.evaluate", params);
    let wanted = json!({"exceptionDetails": {"text": "Uncaught (in promise) Error: no"}});
    assert!(has(&thrown, &wanted), "{thrown}");
    let id = client.object("Promise.resolve(4)");
    let found = client.result("Runtime.awaitPromise", json!({ "promiseObjectId": id }));
    assert_eq!(found["result"]["value"], 4);
    let id = client.object("({})");
    let error = client.error("Runtime.awaitPromise", json!({ "promiseObjectId": id }));
    assert_eq!(error.1, "Could not find promise with given id");
    let params = json!({ "expression": "await Promise.resolve(5)", "replMode": true });
    assert_eq!(
        client.result("Runtime.evaluate", params)["result"]["value"],
        5
    );
}

#[test]
fn functions_are_called_on_objects_with_values_of_all_kinds() {
    let mut client = Client::with("<p>page");
    let id = client.object("globalThis.ob = {a: 1}");
    let context = id
        .split('.')
        .nth(1)
        .and_then(|id| id.parse::<u32>().ok())
        .expect("a number");
    let params = json!({ "functionDeclaration": "function () { return this.a }", "objectId": id });
    assert_eq!(
        client.result("Runtime.callFunctionOn", params)["result"]["value"],
        1
    );
    let params = json!({
        "functionDeclaration": "(...all) => all.map((it) => Object.is(it, -0) ? '-0' : \
            typeof it === 'object' && it !== null ? it === ob ? 'ob' : JSON.stringify(it) \
            + (it instanceof Object) : `${it}`)",
        "executionContextId": context,
        "returnByValue": true,
        "arguments": [{"value": 1}, {"value": {"x": [1], "__proto__": 2}},
            {"unserializableValue": "NaN"},
            {"unserializableValue": "-0"}, {"unserializableValue": "12n"}, {}, {"objectId": id},
            {"value": null}],
    });
    let found = client.result("Runtime.callFunctionOn", params);
    let wanted = json!([
        "1",
        "{\"__proto__\":2,\"x\":[1]}true",
        "NaN",
        "-0",
        "12",
        "undefined",
        "ob",
        "null"
    ]);
    assert_eq!(found["result"]["value"], wanted);
    let params = json!({ "functionDeclaration": "function () { return this === window }",
        "executionContextId": context });
    assert_eq!(
        client.result("Runtime.callFunctionOn", params)["result"]["value"],
        true
    );
    let params = json!({ "functionDeclaration": "async (x) => { throw new Error('q' + x) }",
        "executionContextId": context, "arguments": [{"value": 1}], "awaitPromise": true });
    let thrown = client.result("Runtime.callFunctionOn", params);
    assert_eq!(
        thrown["exceptionDetails"]["text"],
        "Uncaught (in promise) Error: q1"
    );
    let mut fails = |params: serde_json::Value, wanted: (i64, &str)| {
        let (code, text) = client.error("Runtime.callFunctionOn", params);
        assert_eq!((code, &*text), wanted);
    };
    fails(
        json!({"functionDeclaration": "5", "objectId": id}),
        (-32000, "Given expression does not evaluate to a function"),
    );
    fails(
        json!({"functionDeclaration": "() => 1"}),
        (
            -32602,
            "Either objectId or executionContextId or uniqueContextId must be specified",
        ),
    );
    fails(
        json!({"functionDeclaration": "() => 1", "executionContextId": 99}),
        (-32000, "Cannot find context with specified id"),
    );
    fails(
        json!({"functionDeclaration": "() => 1", "objectId": "xx"}),
        (-32000, "Invalid remote object id"),
    );
    fails(
        json!({"functionDeclaration": "() => 1", "objectId": "1.2.3"}),
        (-32000, "Cannot find context with specified id"),
    );
    fails(
        json!({"functionDeclaration": "() => 1", "objectId": id,
        "arguments": [{"unserializableValue": "bad("}]}),
        (-32000, "Couldn't parse value object in call argument"),
    );
    fails(
        json!({"functionDeclaration": "() => 1", "objectId": id,
        "arguments": [{"objectId": "1.2.3"}]}),
        (
            -32000,
            "Argument should belong to the same JavaScript world as target object",
        ),
    );
}

#[test]
fn objects_are_held_until_they_their_group_or_their_session_goes() {
    let mut client = Client::with("<p>page");
    let alive = |client: &mut Client, id: &str| {
        let params = json!({ "functionDeclaration": "() => 1", "objectId": id });
        client
            .ask("Runtime.callFunctionOn", params)
            .get("error")
            .is_none()
    };
    let id = client.object("({})");
    assert!(alive(&mut client, &id));
    client.result("Runtime.releaseObject", json!({ "objectId": id }));
    let error = client.error("Runtime.releaseObject", json!({ "objectId": id }));
    assert_eq!(
        error,
        (-32000, "Could not find object with given id".to_owned())
    );
    let params = json!({ "expression": "({})", "objectGroup": "g" });
    let grouped = client.result("Runtime.evaluate", params)["result"]["objectId"].clone();
    let grouped = grouped.as_str().expect("a name").to_owned();
    let other = client.object("({})");
    client.result("Runtime.releaseObjectGroup", json!({ "objectGroup": "g" }));
    assert!(!alive(&mut client, &grouped) && alive(&mut client, &other));
    // Another session's are nobody else's.
    let params = json!({ "functionDeclaration": "() => 1", "objectId": other });
    let foreign = client.ask_in(2, "Runtime.callFunctionOn", params);
    assert_eq!(
        foreign["error"]["message"],
        "Could not find object with given id"
    );
    client.send(ToInspector::End { session: SESSION });
    assert!(!alive(&mut client, &other));
}

#[test]
fn a_leak_of_handles_is_refused_and_ends_with_its_group() {
    let mut client = Client::with("<p>page");
    // Not too many in one command: no script may run for long.
    let id = client.object("Array.from({length: 5000}, () => ({}))");
    let params = json!({ "objectId": id, "ownProperties": true });
    for _ in 0..9 {
        client.result("Runtime.getProperties", params.clone());
    }
    let error = client.error("Runtime.getProperties", params);
    assert_eq!(error.0, -32000);
    assert!(error.1.contains("objects are held"), "{}", error.1);
    let error = client.error("Runtime.evaluate", json!({ "expression": "({})" }));
    assert!(error.1.contains("objects are held"), "{}", error.1);
    client.result("Runtime.releaseObjectGroup", json!({ "objectGroup": "" }));
    client.send(ToInspector::End { session: SESSION });
    client.object("({})");
}

#[test]
fn functions_put_into_pages_tell_of_their_calls() {
    let mut client = Client::with("<script>var seen = typeof told</script>");
    client.result("Runtime.enable", json!({}));
    client.result("Runtime.addBinding", json!({ "name": "told" }));
    client.evaluate("told('hello')");
    let called = client.wait_event("Runtime.bindingCalled");
    assert!(
        has(&called, &json!({"name": "told", "payload": "hello"})),
        "{called}"
    );
    for wrong in ["told(1)", "told()", "told('a', 'b')"] {
        let thrown = client.result("Runtime.evaluate", json!({ "expression": wrong }));
        let text = thrown["result"]["description"].as_str().unwrap_or_default();
        let wanted = "Error: Invalid arguments: should be exactly one string.";
        assert!(text.starts_with(wanted), "{thrown}");
    }
    client.result("Runtime.removeBinding", json!({ "name": "told" }));
    client.evaluate("told('nobody hears')");
    assert!(
        !client
            .names(SESSION)
            .contains(&"Runtime.bindingCalled".to_owned())
    );
}

#[test]
fn scripts_are_compiled_kept_and_run() {
    let mut client = Client::with("<p>page");
    let params = json!({ "expression": "6 * 7", "sourceURL": "a.js", "persistScript": true });
    let id = client.result("Runtime.compileScript", params)["scriptId"].clone();
    let found = client.result("Runtime.runScript", json!({ "scriptId": id }));
    assert_eq!(found["result"]["value"], 42);
    let params = json!({ "expression": "1 +", "sourceURL": "a.js", "persistScript": false });
    let bad = client.result("Runtime.compileScript", params);
    assert_eq!(
        bad["exceptionDetails"]["exception"]["className"],
        "SyntaxError"
    );
    let error = client.error("Runtime.runScript", json!({ "scriptId": "9" }));
    assert_eq!(error.1, "No script with given id");
}
