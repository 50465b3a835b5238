//! Claims about values as the protocol writes them: as Chromium does.

use super::{Client, has};
use serde_json::{Value, json};

fn check(client: &mut Client, table: &[(&str, Value)]) {
    for (code, wanted) in table {
        let params = json!({ "expression": code, "generatePreview": true });
        let found = client.result("Runtime.evaluate", params);
        assert!(has(&found["result"], wanted), "{code}: {found}\n{wanted}");
    }
}

/// An object as it is told.
fn object(subtype: Option<&str>, class: &str, text: &str) -> Value {
    let mut told = json!({"type": "object", "className": class, "description": text});
    if let Some(subtype) = subtype {
        told["subtype"] = subtype.into();
    }
    told
}

#[test]
fn plain_values_are_told_as_chromium_tells_them() {
    let mut client = Client::with("<p>page");
    check(
        &mut client,
        &[
            (
                "1",
                json!({"type": "number", "value": 1, "description": "1"}),
            ),
            ("'s'", json!({"type": "string", "value": "s"})),
            (
                "NaN",
                json!({"type": "number", "unserializableValue": "NaN", "description": "NaN"}),
            ),
            (
                "-0",
                json!({"type": "number", "unserializableValue": "-0", "description": "-0"}),
            ),
            (
                "-Infinity",
                json!({"type": "number", "unserializableValue": "-Infinity"}),
            ),
            (
                "10n",
                json!({"type": "bigint", "unserializableValue": "10n", "description": "10n"}),
            ),
            (
                "null",
                json!({"type": "object", "subtype": "null", "value": null}),
            ),
            ("undefined", json!({"type": "undefined"})),
            ("true", json!({"type": "boolean", "value": true})),
            (
                "Symbol('q')",
                json!({"type": "symbol", "description": "Symbol(q)"}),
            ),
            (
                "'a\\ud800b'",
                json!({"type": "string", "value": "a\u{fffd}b"}),
            ),
        ],
    );
}

#[test]
fn objects_say_what_they_are() {
    let mut client = Client::with("<p>page");
    let plain = |class: &str, text: &str| object(None, class, text);
    let of = |subtype: &str, class: &str, text: &str| object(Some(subtype), class, text);
    check(
        &mut client,
        &[
            ("({a: 1})", plain("Object", "Object")),
            ("[1, 2, 3]", of("array", "Array", "Array(3)")),
            ("new Map([[1, {}]])", of("map", "Map", "Map(1)")),
            ("new Set([1])", of("set", "Set", "Set(1)")),
            (
                "new Date(0)",
                of(
                    "date",
                    "Date",
                    "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)",
                ),
            ),
            ("/a\\/b/gi", of("regexp", "RegExp", "/a\\/b/gi")),
            (
                "new Error('m')",
                json!({"subtype": "error", "className": "Error", "preview": {"properties": [
                    {"name": "stack", "type": "string"},
                    {"name": "message", "type": "string", "value": "m"}]}}),
            ),
            (
                "new (class MyError extends TypeError {})('m')",
                json!({"subtype": "error",
            "className": "MyError"}),
            ),
            ("Promise.resolve(3)", of("promise", "Promise", "Promise")),
            ("new Proxy({}, {})", of("proxy", "Object", "Proxy(Object)")),
            ("new Proxy([], {})", of("proxy", "Object", "Proxy(Array)")),
            (
                "new Uint8Array(3)",
                of("typedarray", "Uint8Array", "Uint8Array(3)"),
            ),
            (
                "new ArrayBuffer(8)",
                of("arraybuffer", "ArrayBuffer", "ArrayBuffer(8)"),
            ),
            (
                "new DataView(new ArrayBuffer(4))",
                of("dataview", "DataView", "DataView(4)"),
            ),
            ("new WeakMap()", of("weakmap", "WeakMap", "WeakMap")),
            ("new WeakSet()", of("weakset", "WeakSet", "WeakSet")),
            ("new WeakRef({})", plain("WeakRef", "WeakRef")),
            (
                "(function* () {})()",
                of("generator", "Generator", "Generator"),
            ),
            (
                "[][Symbol.iterator]()",
                plain("Array Iterator", "Array Iterator"),
            ),
            (
                "new Map().entries()",
                of("iterator", "MapIterator", "MapIterator"),
            ),
            (
                "(function () { return arguments })(1, 2)",
                of("array", "Arguments", "Arguments(2)"),
            ),
            ("new (class Foo { x = 1 })()", plain("Foo", "Foo")),
            ("Object.create(null)", plain("Object", "Object")),
            ("new Number(3)", plain("Number", "Number")),
            ("Math", plain("Math", "Math")),
            ("window", plain("Window", "Window")),
            ("location", plain("Location", "Location")),
            (
                "() => 1",
                json!({"type": "function", "className": "Function", "description": "() => 1"}),
            ),
            (
                "async () => 1",
                json!({"type": "function", "className": "AsyncFunction"}),
            ),
            (
                "Math.max",
                json!({"description": "function max() { [native code] }"}),
            ),
            (
                "document.querySelector",
                json!({"type": "function", "className": "Function"}),
            ),
        ],
    );
}

#[test]
fn nodes_and_their_lists_are_named_as_in_selectors() {
    let mut client =
        Client::with("<!doctype html><div id=d class='x y'>text</div><p>more<script></script>");
    let of = |class: &str, text: &str| object(Some("node"), class, text);
    let list = |class: &str, text: &str| object(Some("array"), class, text);
    check(
        &mut client,
        &[
            ("document", of("HTMLDocument", "#document")),
            ("document.body", of("HTMLBodyElement", "body")),
            (
                "document.querySelector('#d')",
                of("HTMLDivElement", "div#d.x.y"),
            ),
            (
                "document.querySelector('#d').firstChild",
                of("Text", "#text"),
            ),
            ("document.createComment('c')", of("Comment", "#comment")),
            (
                "document.createDocumentFragment()",
                of("DocumentFragment", "#document-fragment"),
            ),
            ("document.doctype", of("DocumentType", "<!DOCTYPE html>")),
            (
                "document.querySelectorAll('div, p')",
                list("NodeList", "NodeList(2)"),
            ),
            (
                "document.body.children",
                list("HTMLCollection", "HTMLCollection(2)"),
            ),
            (
                "document.querySelector('#d').classList",
                list("DOMTokenList", "DOMTokenList(2)"),
            ),
        ],
    );
}

#[test]
fn previews_show_a_few_properties() {
    let mut client = Client::with("<p>page");
    let number = |name: &str, value: &str| json!({"name": name, "type": "number", "value": value});
    check(
        &mut client,
        &[
            (
                "({a: 1, get b() { throw 1 }})",
                json!({"preview": {"type": "object",
            "description": "Object", "overflow": false,
            "properties": [number("a", "1"), {"name": "b", "type": "accessor"}]}}),
            ),
            (
                "({a: 1, b: 1, c: 1, d: 1, e: 1, f: 1})",
                json!({"preview": {"overflow": true}}),
            ),
            (
                "[1, 'x'.repeat(200), [2], null, () => 1]",
                json!({"preview": {"subtype": "array",
            "properties": [number("0", "1"),
                {"name": "1", "type": "string"},
                {"name": "2", "type": "object", "subtype": "array", "value": "Array(1)"},
                {"name": "3", "type": "object", "subtype": "null", "value": "null"},
                {"name": "4", "type": "function", "value": ""}]}}),
            ),
            (
                "new Map([[1, {}]])",
                json!({"preview": {"properties": [number("size", "1")],
            "entries": [{"key": {"type": "number", "description": "1"},
                "value": {"type": "object", "description": "Object"}}]}}),
            ),
            (
                "Promise.resolve(3)",
                json!({"preview": {"properties": [
            {"name": "[[PromiseState]]", "type": "string", "value": "fulfilled"},
            {"name": "[[PromiseResult]]", "type": "number", "value": "3"}]}}),
            ),
            (
                "new String('abc')",
                json!({"preview": {"properties": [
            {"name": "[[PrimitiveValue]]", "type": "string", "value": "abc"}]}}),
            ),
            (
                "new Array(1e6).fill(0)",
                json!({"preview": {"overflow": true}}),
            ),
            (
                "new Proxy({a: 1}, {ownKeys() { throw 1 }})",
                json!({"preview": {"properties": []}}),
            ),
        ],
    );
}

#[test]
fn values_come_whole_where_they_are_asked_for() {
    let mut client = Client::with("<p>page");
    for (code, wanted) in [
        ("1", json!({"type": "number", "value": 1})),
        (
            "({a: 1, b: undefined, c: () => 1, d: [1, undefined], e: new Date(0), f: NaN})",
            json!({"type": "object",
                "value": {"a": 1, "c": {}, "d": [1, null], "e": {}, "f": null}}),
        ),
        ("() => 1", json!({"type": "function", "value": {}})),
        (
            "({toJSON() { return 5 }})",
            json!({"type": "object", "value": {"toJSON": {}}}),
        ),
        ("document.body", json!({"type": "object", "value": {}})),
        ("new Map([[1, 2]])", json!({"type": "object", "value": {}})),
        ("undefined", json!({"type": "undefined"})),
        (
            "({['__proto__']: 1})",
            json!({"type": "object", "value": {"__proto__": 1}}),
        ),
    ] {
        let params = json!({ "expression": code, "returnByValue": true });
        let found = client.result("Runtime.evaluate", params);
        assert!(has(&found["result"], &wanted), "{code}: {found}");
        assert!(found["result"].get("objectId").is_none(), "{code}");
    }
    for (code, wanted) in [
        (
            "let o = {}; o.o = o; o",
            (-32000, "Object reference chain is too long"),
        ),
        ("window", (-32000, "Object reference chain is too long")),
        (
            "Symbol('q')",
            (-32000, "Object couldn't be returned by value"),
        ),
        ("[10n]", (-32000, "Object couldn't be returned by value")),
        ("({get a() { throw 1 }})", (-32603, "Internal error")),
        (
            "let a = []; for (let i = 0; i < 40; i++) a = [a, a]; a",
            (-32000, "Object couldn't be returned by value"),
        ),
    ] {
        let params = json!({ "expression": format!("{{ {code} }}"), "returnByValue": true });
        let params = match code.starts_with("let") {
            true => params,
            false => json!({ "expression": code, "returnByValue": true }),
        };
        let (code_of, text) = client.error("Runtime.evaluate", params);
        assert_eq!((code_of, &*text), wanted, "{code}");
    }
}

#[test]
fn properties_are_listed_with_what_no_property_shows() {
    let mut client = Client::with("<p>page");
    let list = |client: &mut Client, code: &str, own: bool| {
        let id = client.object(code);
        client.result(
            "Runtime.getProperties",
            json!({ "objectId": id, "ownProperties": own }),
        )
    };
    let found = list(
        &mut client,
        "({a: 1, get b() { return 2 }, set c(v) {}, [Symbol('s')]: 3})",
        true,
    );
    let wanted = json!([
        {"name": "a", "value": {"type": "number", "value": 1}, "writable": true,
            "configurable": true, "enumerable": true, "isOwn": true},
        {"name": "b", "get": {"type": "function"}, "set": {"type": "undefined"}, "isOwn": true},
        {"name": "c", "get": {"type": "undefined"}, "set": {"type": "function"}, "isOwn": true},
        {"name": "Symbol(s)", "value": {"value": 3}, "symbol": {"type": "symbol"}},
    ]);
    assert!(has(&found["result"], &wanted), "{found}");
    let prototype = &found["internalProperties"][0];
    assert!(has(
        prototype,
        &json!({"name": "[[Prototype]]", "value": {"type": "object"}})
    ));
    let found = list(
        &mut client,
        "new (class A { x = 1; get y() { return 1 } m() {} })()",
        false,
    );
    let names: Vec<&str> = found["result"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert!(
        names.starts_with(&["x"]) && names.contains(&"y") && names.contains(&"m"),
        "{names:?}"
    );
    let found = list(&mut client, "new Map([['k', 'v']])", true);
    let entries = found["internalProperties"][1]["value"]["objectId"].clone();
    let found = client.result(
        "Runtime.getProperties",
        json!({ "objectId": entries, "ownProperties": true }),
    );
    let entry = found["result"][0]["value"]["objectId"].clone();
    let found = client.result(
        "Runtime.getProperties",
        json!({ "objectId": entry, "ownProperties": true }),
    );
    assert!(
        has(
            &found["result"],
            &json!([{"name": "key", "value": {"value": "k"}},
        {"name": "value", "value": {"value": "v"}}])
        ),
        "{found}"
    );
    let found = list(&mut client, "new Proxy({a: 1}, {})", true);
    assert!(
        has(
            &found,
            &json!({"result": [], "internalProperties": [
        {"name": "[[Handler]]"}, {"name": "[[Target]]"},
        {"name": "[[IsRevoked]]", "value": {"value": false}}]})
        ),
        "{found}"
    );
}
