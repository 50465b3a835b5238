//! Claims about nodes: as the protocol describes, finds and changes them.

use super::{Client, FRAME, SESSION, has};
use serde_json::{Value, json};

const PAGE: &str = "<!DOCTYPE html><title>A</title>\n<body style='margin: 8px'>\n\
    <div id=d class='x y' style='height: 20px; padding: 2px; border: 3px solid; \
    margin: 5px'>t</div>\
    <p>one</p><input id=i><div id=far style='margin-top: 2000px; height: 10px'>far</div>";

fn id_of(client: &mut Client, selector: &str) -> Value {
    let root = client.result("DOM.getDocument", json!({}))["root"]["nodeId"].clone();
    let params = json!({ "nodeId": root, "selector": selector });
    client.result("DOM.querySelector", params)["nodeId"].clone()
}

#[test]
fn the_document_is_described_as_chromium_describes_it() {
    let mut client = Client::with(PAGE);
    let found = client.result("DOM.getDocument", json!({}));
    let wanted = json!({"root": {"nodeId": 1, "nodeType": 9, "nodeName": "#document",
        "localName": "", "nodeValue": "", "childNodeCount": 2,
        "documentURL": "http://site.test/page", "compatibilityMode": "NoQuirksMode",
        "children": [
            {"nodeId": 2, "parentId": 1, "nodeType": 10, "nodeName": "html", "publicId": ""},
            {"nodeId": 3, "parentId": 1, "nodeType": 1, "nodeName": "HTML", "localName": "html",
                "frameId": FRAME, "childNodeCount": 2, "attributes": [], "children": [
                {"nodeId": 4, "nodeName": "HEAD", "childNodeCount": 1},
                {"nodeId": 5, "nodeName": "BODY", "childNodeCount": 4,
                    "attributes": ["style", "margin: 8px"]}]}]}});
    assert!(has(&found, &wanted), "{found}");
    assert!(
        found["root"]["children"][1]["children"][0]
            .get("children")
            .is_none()
    );
    let found = client.result("DOM.getDocument", json!({"depth": 0}));
    assert_eq!(found["root"].get("children"), None);
    let found = client.result("DOM.getDocument", json!({"depth": -1, "pierce": true}));
    let div = &found["root"]["children"][1]["children"][1]["children"][0];
    let wanted = json!({"nodeName": "DIV", "children": [{"nodeType": 3, "nodeName": "#text",
        "nodeValue": "t"}]});
    assert!(has(div, &wanted), "{div}");
    let old = json!({ "nodeId": 1, "selector": "#d" });
    assert_eq!(
        client.error("DOM.querySelector", old).1,
        "Could not find node with given id"
    );
}

#[test]
fn nodes_are_found_and_the_way_to_them_is_told() {
    let mut client = Client::with(PAGE);
    let div = id_of(&mut client, "#d");
    let told = client.wait_event("DOM.setChildNodes");
    assert!(
        has(
            &told,
            &json!({"parentId": 5, "nodes": [
        {"nodeId": div, "parentId": 5, "nodeName": "DIV", "attributes": ["id", "d", "class", "x y",
            "style", "height: 20px; padding: 2px; border: 3px solid; margin: 5px"],
            "children": [{"nodeName": "#text"}]},
        {"nodeName": "P"}, {"nodeName": "INPUT"}, {"nodeName": "DIV"}]})
        ),
        "{told}"
    );
    let root = json!(1);
    let all = client.result(
        "DOM.querySelectorAll",
        json!({"nodeId": root, "selector": "div, p"}),
    );
    assert_eq!(all["nodeIds"].as_array().map(Vec::len), Some(3));
    let none = client.result(
        "DOM.querySelector",
        json!({"nodeId": root, "selector": "#zz"}),
    );
    assert_eq!(none["nodeId"], 0);
    let bad = client.error(
        "DOM.querySelector",
        json!({"nodeId": root, "selector": "##"}),
    );
    assert_eq!(bad.1, "DOM Error while querying");
    let object = client.result("DOM.resolveNode", json!({ "nodeId": div }));
    assert!(
        has(
            &object,
            &json!({"object": {"subtype": "node", "className": "HTMLDivElement",
        "description": "div#d.x.y"}})
        ),
        "{object}"
    );
    let object = object["object"]["objectId"].clone();
    assert_eq!(
        client.result("DOM.requestNode", json!({ "objectId": object }))["nodeId"],
        div
    );
    let node = client.result(
        "DOM.describeNode",
        json!({ "objectId": object, "depth": -1 }),
    );
    assert!(
        has(
            &node,
            &json!({"node": {"nodeId": div, "nodeName": "DIV",
        "children": [{"nodeValue": "t", "parentId": 0}]}})
        ),
        "{node}"
    );
    let plain = client.object("({})");
    for (params, wanted) in [
        (
            json!({}),
            "Either nodeId, backendNodeId or objectId must be specified",
        ),
        (
            json!({"objectId": plain}),
            "Object id doesn't reference a Node",
        ),
        (
            json!({"objectId": "1.2.3"}),
            "Cannot find context with specified id",
        ),
        (
            json!({"backendNodeId": 9999}),
            "No node found for given backend id",
        ),
        (json!({"nodeId": 9999}), "Could not find node with given id"),
    ] {
        assert_eq!(client.error("DOM.describeNode", params).1, wanted);
    }
    let missing = client.error("DOM.resolveNode", json!({ "nodeId": 9999 }));
    assert_eq!(missing.1, "No node with given id found");
    let markup = client.result("DOM.getOuterHTML", json!({ "nodeId": 6 }));
    assert!(
        markup["outerHTML"]
            .as_str()
            .is_some_and(|it| it.starts_with("<div id=\"d\"")),
        "{markup}"
    );
}

#[test]
fn boxes_are_told_in_pixels_of_the_view() {
    let mut client = Client::with(PAGE);
    let div = id_of(&mut client, "#d");
    let model = client.result("DOM.getBoxModel", json!({ "nodeId": div }));
    let quad = |left: f64, top: f64, right: f64, bottom: f64| {
        json!([left, top, right, top, right, bottom, left, bottom])
    };
    let width = client
        .value("d.getBoundingClientRect().width")
        .as_f64()
        .expect("a number");
    let (left, top) = (
        13.0,
        client
            .value("d.getBoundingClientRect().y")
            .as_f64()
            .expect("a number"),
    );
    let right = left + width;
    assert_eq!(
        model["model"]["border"],
        quad(left, top, right, top + 30.0),
        "{model}"
    );
    assert_eq!(
        model["model"]["padding"],
        quad(left + 3.0, top + 3.0, right - 3.0, top + 27.0)
    );
    assert_eq!(
        model["model"]["content"],
        quad(left + 5.0, top + 5.0, right - 5.0, top + 25.0)
    );
    assert_eq!(
        model["model"]["margin"],
        quad(left - 5.0, top - 5.0, right + 5.0, top + 35.0)
    );
    assert_eq!(model["model"]["height"], 30.0);
    let quads = client.result("DOM.getContentQuads", json!({ "nodeId": div }));
    assert_eq!(quads["quads"], json!([quad(left, top, right, top + 30.0)]));
    let far = client.object("far");
    client.result("DOM.scrollIntoViewIfNeeded", json!({ "objectId": far }));
    let y = client
        .value("far.getBoundingClientRect().y")
        .as_f64()
        .expect("a number");
    assert!((0.0..300.0).contains(&y), "{y}");
    let before = client.value("scrollY");
    client.result("DOM.scrollIntoViewIfNeeded", json!({ "objectId": far }));
    assert_eq!(client.value("scrollY"), before, "it is seen");
    let head = client.object("document.head");
    for (method, wanted) in [
        ("DOM.getBoxModel", "Could not compute box model."),
        (
            "DOM.scrollIntoViewIfNeeded",
            "Node does not have a layout object",
        ),
        ("DOM.focus", "Element is not focusable"),
    ] {
        assert_eq!(client.error(method, json!({ "objectId": head })).1, wanted);
    }
    let quads = client.result("DOM.getContentQuads", json!({ "objectId": head }));
    assert_eq!(quads["quads"], json!([]));
    let metrics = client.result("Page.getLayoutMetrics", json!({}));
    assert!(
        has(
            &metrics,
            &json!({"cssLayoutViewport": {"clientHeight": 300.0, "pageX": 0.0}})
        ),
        "{metrics}"
    );
    assert!(metrics["cssContentSize"]["height"].as_f64() > Some(2000.0));
}

#[test]
fn a_point_leads_to_its_node_and_a_field_gets_the_focus() {
    let mut client = Client::with(PAGE);
    let div = id_of(&mut client, "#d");
    let at = client.result("DOM.getNodeForLocation", json!({ "x": 50, "y": 25 }));
    assert!(
        has(&at, &json!({ "nodeId": div, "frameId": FRAME })),
        "{at}"
    );
    let none = client.error("DOM.getNodeForLocation", json!({ "x": 5000, "y": 5 }));
    assert_eq!(none.1, "No node found at given location");
    client.evaluate("far.scrollIntoView(); 0");
    let there = "(() => { const box = far.getBoundingClientRect(); \
        return document.elementFromPoint(box.x + 5, box.y + 5).id })()";
    assert_eq!(
        client.value(there),
        "far",
        "where the page is scrolled, too"
    );
    client.evaluate("globalThis.heard = []; i.onfocus = () => heard.push('focus'); 0");
    let field = client.object("i");
    client.result("DOM.focus", json!({ "objectId": field }));
    assert_eq!(
        client.value("heard.join() + document.activeElement.id"),
        "focusi"
    );
    let wrong = client.error(
        "DOM.setFileInputFiles",
        json!({ "files": ["/a"], "objectId": field }),
    );
    assert_eq!(wrong.1, "Node is not a file input element");
    let wrong = client.error("DOM.getFrameOwner", json!({ "frameId": "zz" }));
    assert_eq!(wrong.1, "Frame with the given id was not found.");
}

#[test]
fn changes_of_what_a_session_knows_are_told_before_the_answer() {
    let mut client = Client::with(PAGE);
    client.result("DOM.enable", json!({}));
    let div = id_of(&mut client, "#d");
    client.names(SESSION);
    let told = |client: &mut Client| -> Vec<Value> {
        client
            .events()
            .into_iter()
            .map(|(_, _, event)| event)
            .collect()
    };
    client.result(
        "DOM.setAttributeValue",
        json!({"nodeId": div, "name": "title", "value": "T"}),
    );
    assert!(has(
        &json!(told(&mut client)),
        &json!([{"method": "DOM.attributeModified",
        "params": {"nodeId": div, "name": "title", "value": "T"}}])
    ));
    client.result(
        "DOM.setAttributesAsText",
        json!({"nodeId": div, "text": "lang=\"x\" dir=ltr", "name": "title"}),
    );
    assert!(has(
        &json!(told(&mut client)),
        &json!([
        {"method": "DOM.attributeModified", "params": {"name": "lang", "value": "x"}},
        {"method": "DOM.attributeModified", "params": {"name": "dir", "value": "ltr"}},
        {"method": "DOM.attributeRemoved", "params": {"name": "title"}}])
    ));
    client.evaluate(
        "var p = document.createElement('b'); p.textContent = 'new'; \
        document.body.append(p); d.firstChild.data = 'changed'",
    );
    let events = json!(told(&mut client));
    assert!(
        has(
            &events,
            &json!([
        {"method": "DOM.childNodeInserted", "params": {"parentNodeId": 5,
            "node": {"nodeName": "B", "children": [{"nodeValue": "new"}]}}},
        {"method": "DOM.characterDataModified", "params": {"characterData": "changed"}}])
        ),
        "{events}"
    );
    client.evaluate("d.append('more'); p.remove()");
    let events = json!(told(&mut client));
    assert!(
        has(
            &events,
            &json!([
        {"method": "DOM.childNodeRemoved", "params": {"parentNodeId": 5}},
        {"method": "DOM.childNodeInserted", "params": {"parentNodeId": div,
            "node": {"nodeName": "#text", "nodeValue": "more"}}}])
        ),
        "{events}"
    );
    let wrong = json!({"nodeId": div, "name": "1 x", "value": "T"});
    assert_eq!(
        client.error("DOM.setAttributeValue", wrong).1,
        "InvalidCharacterError '1 x' is not a valid attribute name."
    );
    client.evaluate(
        "globalThis.heard = 0; \
        new MutationObserver(() => heard++).observe(document.body, {childList: true}); 0",
    );
    client.result("DOM.removeNode", json!({ "nodeId": div }));
    assert_eq!(client.value("heard"), 1, "as if a script did it");
    let gone = client.error("DOM.removeNode", json!({ "nodeId": div }));
    assert_eq!(gone.1, "Could not find node with given id");
    client.result("DOM.disable", json!({}));
    let off = client.error("DOM.querySelector", json!({ "nodeId": 1, "selector": "p" }));
    assert_eq!(off.1, "Could not find node with given id");
}

#[test]
fn elements_are_found_by_what_they_are_and_are_called() {
    let mut client = Client::with(
        "<title>T</title><h1>Head <b>line</b></h1><button id=b>Send <i>now</i></button>\
         <label for=i>Your name</label><input id=i><img alt=Picture><a href=x aria-label=Home>h</a>\
         <div hidden><button>Send now</button></div><input type=submit>",
    );
    let scope = client.object("document");
    let mut find = |name: Value, role: Value| {
        let mut params = json!({ "objectId": scope });
        for (key, value) in [("accessibleName", name), ("role", role)] {
            if !value.is_null() {
                params[key] = value;
            }
        }
        let found = client.result("Accessibility.queryAXTree", params);
        let nodes = found["nodes"].as_array().cloned().unwrap_or_default();
        let told = |node: &Value| format!("{} {}", node["role"]["value"], node["name"]["value"]);
        nodes.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(
        find(json!("Send now"), json!("button")),
        ["\"button\" \"Send now\""]
    );
    assert_eq!(
        find(Value::Null, json!("textbox")),
        ["\"textbox\" \"Your name\""]
    );
    assert_eq!(find(json!("Home"), Value::Null), ["\"link\" \"Home\""]);
    assert_eq!(find(json!("Head line"), json!("heading")).len(), 1);
    assert_eq!(find(json!("Picture"), json!("image")).len(), 1);
    assert_eq!(find(json!("Submit"), json!("button")).len(), 1);
    let tree = client.result("Accessibility.getFullAXTree", json!({}));
    let root = &tree["nodes"][0];
    assert!(
        has(
            root,
            &json!({"role": {"value": "RootWebArea"}, "name": {"value": "T"}})
        ),
        "{root}"
    );
}
