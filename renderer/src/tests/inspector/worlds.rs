//! Claims about worlds beside the page's, and about scripts that come before the page's.

use super::{Client, FRAME, NEXT, SESSION, has};
use serde_json::{Value, json};

fn world(client: &mut Client, name: &str) -> Value {
    let params = json!({ "frameId": FRAME, "worldName": name, "grantUniveralAccess": true });
    client.result("Page.createIsolatedWorld", params)["executionContextId"].take()
}

fn value_in(client: &mut Client, context: &Value, code: &str) -> Value {
    let params = json!({ "expression": code, "contextId": context, "returnByValue": true,
        "awaitPromise": true });
    let mut found = client.result("Runtime.evaluate", params);
    assert!(found.get("exceptionDetails").is_none(), "{code}: {found}");
    found["result"]["value"].take()
}

#[test]
fn a_world_has_globals_of_its_own_over_the_same_tree() {
    let mut client = Client::with(
        "<p id=p>text</p><script>var secret = 1; let other = 2; Array.prototype.map = null;\
         JSON.stringify = () => 'evil'</script>",
    );
    client.result("Runtime.enable", json!({}));
    let made = client.wait_event("Runtime.executionContextCreated");
    assert!(
        has(
            &made,
            &json!({"context": {"name": "", "origin": "http://site.test",
        "auxData": {"isDefault": true, "type": "default", "frameId": FRAME}}})
        ),
        "{made}"
    );
    let context = world(&mut client, "util");
    let made = client.wait_event("Runtime.executionContextCreated");
    assert!(
        has(
            &made,
            &json!({"context": {"id": context, "name": "util",
        "auxData": {"isDefault": false, "type": "isolated", "frameId": FRAME}}})
        ),
        "{made}"
    );
    assert_eq!(
        world(&mut client, "util"),
        context,
        "the same name is the same world"
    );
    for (code, wanted) in [
        ("typeof secret + typeof other", json!("undefinedundefined")),
        ("[1].map((x) => x + 1)[0]", json!(2)),
        ("JSON.stringify([1])", json!("[1]")),
        (
            "window === globalThis && self === window && top === window",
            json!(true),
        ),
        ("document.querySelector('#p').textContent", json!("text")),
        (
            "document.body instanceof HTMLElement && window instanceof Window",
            json!(true),
        ),
        ("location.href", json!("http://site.test/page")),
        (
            "new Promise((done) => requestAnimationFrame(() => done(1)))",
            json!(1),
        ),
        (
            "new Promise((done) => setTimeout(() => done(2), 5))",
            json!(2),
        ),
        ("getComputedStyle(document.body).display", json!("block")),
    ] {
        assert_eq!(value_in(&mut client, &context, code), wanted, "{code}");
    }
    value_in(&mut client, &context, "globalThis.mine = 5; 1");
    assert_eq!(client.value("typeof mine"), "undefined");
    assert_eq!(value_in(&mut client, &context, "mine"), 5);
}

#[test]
fn a_world_hears_of_events_and_changes_in_the_page() {
    let mut client = Client::with("<button id=b>b</button>");
    let context = world(&mut client, "util");
    value_in(
        &mut client,
        &context,
        "globalThis.heard = []; \
        new MutationObserver((all) => heard.push('changed ' + all.length)) \
            .observe(document.body, {childList: true, subtree: true, attributes: true}); \
        document.querySelector('#b').addEventListener('click', () => heard.push('click')); \
        addEventListener('ping', () => heard.push('ping')); 1",
    );
    client.evaluate("b.click(); b.title = 'x'; dispatchEvent(new Event('ping')); 0");
    assert_eq!(
        value_in(&mut client, &context, "heard"),
        json!(["click", "ping", "changed 1"])
    );
    client.evaluate("addEventListener('pong', () => { globalThis.ponged = true })");
    value_in(&mut client, &context, "dispatchEvent(new Event('pong')); 1");
    assert_eq!(client.value("ponged"), true);
}

#[test]
fn objects_of_a_world_stay_there_and_nodes_go_over() {
    let mut client = Client::with("<p id=p>text");
    let context = world(&mut client, "util");
    let id = client.object("document.querySelector('#p')");
    let params = json!({ "functionDeclaration": "(x) => x.id", "executionContextId": context,
        "arguments": [{"objectId": id}] });
    let (_, text) = client.error("Runtime.callFunctionOn", params);
    assert_eq!(
        text,
        "Argument should belong to the same JavaScript world as target object"
    );
    let node = client.result("DOM.describeNode", json!({ "objectId": id }));
    let params = json!({ "backendNodeId": node["node"]["backendNodeId"],
        "executionContextId": context });
    let there = client.result("DOM.resolveNode", params)["object"]["objectId"].clone();
    let params = json!({
        "functionDeclaration": "function () { return this.id + typeof globalThis.x }",
        "objectId": there });
    assert_eq!(
        client.result("Runtime.callFunctionOn", params)["result"]["value"],
        "pundefined"
    );
    let unknown =
        json!({ "backendNodeId": node["node"]["backendNodeId"], "executionContextId": 77 });
    let (_, text) = client.error("DOM.resolveNode", unknown);
    assert_eq!(text, "Node with given id does not belong to the document");
}

#[test]
fn scripts_come_before_those_of_each_new_document() {
    let mut client = Client::with("<p>first");
    client.result("Runtime.enable", json!({}));
    let add = |client: &mut Client, source: &str, world: &str| {
        let params = json!({ "source": source, "worldName": world });
        client.result("Page.addScriptToEvaluateOnNewDocument", params)["identifier"].clone()
    };
    add(&mut client, "globalThis.order = ['first']", "");
    let second = add(&mut client, "order.push('second')", "");
    add(&mut client, "globalThis.mine = typeof order", "util");
    client.result("Runtime.addBinding", json!({ "name": "told" }));
    client.names(SESSION);
    client.commit(
        NEXT,
        "http://site.test/next",
        "<p>next<script>order.push('page'); told('from the page')</script>",
    );
    client.outside.wait_loaded();
    assert_eq!(client.value("order"), json!(["first", "second", "page"]));
    let events: Vec<Value> = client
        .events()
        .into_iter()
        .map(|(_, _, event)| event)
        .collect();
    let named = |method: &str| {
        events
            .iter()
            .filter(|it| it["method"] == method)
            .collect::<Vec<_>>()
    };
    let made = named("Runtime.executionContextCreated");
    assert_eq!(made.len(), 2, "{events:?}");
    assert_eq!(made[1]["params"]["context"]["name"], "util");
    let context = made[1]["params"]["context"]["id"].clone();
    assert_eq!(value_in(&mut client, &context, "mine"), "undefined");
    assert_eq!(
        named("Runtime.bindingCalled")[0]["params"]["payload"],
        "from the page"
    );
    client.result(
        "Page.removeScriptToEvaluateOnNewDocument",
        json!({ "identifier": second }),
    );
    // Without scripts of its own, too.
    client.commit(
        protocol::ids::NavigationId(NEXT.0 + 1),
        "http://site.test/third",
        "<p>third",
    );
    client.outside.wait_loaded();
    assert_eq!(client.value("order"), json!(["first"]));
    let params = json!({ "source": "globalThis.now = 3", "runImmediately": true });
    client.result("Page.addScriptToEvaluateOnNewDocument", params);
    assert_eq!(client.value("now"), 3);
}
