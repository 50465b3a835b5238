//! Claims about what scripts say: to the console, and by what they throw.

use super::{Client, SESSION, has};
use serde_json::{Value, json};

#[test]
fn the_console_is_heard_with_its_values() {
    let mut client = Client::new();
    client.result("Runtime.enable", json!({}));
    client
        .outside
        .load("<script>console.log('hi', {a: 1}, [1, 2], NaN, new Error('x'), null)</script>");
    let line = client.wait_event("Runtime.consoleAPICalled");
    let wanted = json!({"type": "log", "args": [{"type": "string", "value": "hi"},
        {"type": "object", "preview": {"properties": [{"name": "a", "value": "1"}]}},
        {"subtype": "array", "description": "Array(2)"}, {"unserializableValue": "NaN"},
        {"subtype": "error"}, {"subtype": "null", "value": null}]});
    assert!(has(&line, &wanted), "{line}");
    let frame = &line["stackTrace"]["callFrames"][0];
    assert!(
        has(
            frame,
            &json!({"url": "http://site.test/page", "lineNumber": 0})
        ),
        "{line}"
    );
    client.evaluate(
        "console.warn('w'); console.error('e'); console.assert(false, 'x'); \
        console.table([1]); console.group('g'); console.groupEnd(); console.trace('t'); \
        console.count(); console.time('a'); console.timeEnd('a'); console.dir({a: 1}); \
        console.groupCollapsed(); console.clear()",
    );
    let kinds: Vec<Value> = client
        .events()
        .into_iter()
        .map(|(_, _, mut event)| event["params"]["type"].take())
        .collect();
    assert_eq!(
        json!(kinds),
        json!([
            "warning",
            "error",
            "assert",
            "table",
            "startGroup",
            "endGroup",
            "trace",
            "count",
            "timeEnd",
            "dir",
            "startGroupCollapsed",
            "clear"
        ])
    );
    client.result("Runtime.disable", json!({}));
    client.evaluate("console.log('unheard')");
    assert!(client.names(SESSION).is_empty());
}

#[test]
fn what_nobody_catches_is_told() {
    let mut client = Client::new();
    client.result("Runtime.enable", json!({}));
    client.outside.load(
        "<script>setTimeout(() => { throw new TypeError('boom') }, 1)</script>\
         <script>Promise.reject(new Error('rej'))</script>\
         <script>onerror = (text, url, line, column, error) => error === 1; \
         setTimeout(() => { throw 1 }, 0)</script>",
    );
    let mut texts = Vec::new();
    for _ in 0..2 {
        let thrown = client.wait_event("Runtime.exceptionThrown");
        let details = &thrown["exceptionDetails"];
        assert!(
            has(
                details,
                &json!({"url": "http://site.test/page", "exception": {"subtype": "error"}})
            ),
            "{thrown}"
        );
        texts.push(details["text"].as_str().unwrap_or_default().to_owned());
    }
    texts.sort();
    assert_eq!(texts, ["Uncaught", "Uncaught (in promise)"]);
}

#[test]
fn the_objects_of_a_flood_of_lines_are_let_go_of() {
    let mut client = Client::with("<p>page");
    client.result("Runtime.enable", json!({}));
    for _ in 0..60 {
        client.evaluate("for (let i = 0; i < 1000; i++) console.log({i}); 0");
    }
    client.object("({})");
}

#[test]
fn only_those_who_asked_are_told() {
    let mut client = Client::with("<p>page");
    client.result("Runtime.enable", json!({}));
    client.ask_in(
        2,
        "Runtime.evaluate",
        json!({ "expression": "console.log('x')" }),
    );
    let sessions: Vec<u32> = client
        .events()
        .into_iter()
        .filter(|(_, _, event)| event["method"] == "Runtime.consoleAPICalled")
        .map(|(session, _, _)| session)
        .collect();
    assert_eq!(sessions, [SESSION]);
}
