//! What a person would see of a tab: its frames as they come, its frames within frames, its media.

use super::client::{Client, address};
use super::{decoded, size_of};
use serde_json::{Value, json};
use testkit::{Browser, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/moving",
        "<!DOCTYPE html><title>moving</title><body style='margin:0'>\
         <div id=it style='width:640px;height:400px'></div>\
         <script>let n = 0; setInterval(() => { \
         n = (n + 40) % 240; it.style.background = `rgb(${n},0,0)` }, 20)</script>",
    ),
    (
        "/frames",
        "<!DOCTYPE html><title>frames</title><body><iframe name=inner src=/outer></iframe>\
         <iframe srcdoc='<p>text'></iframe>",
    ),
    (
        "/outer",
        "<!DOCTYPE html><body><iframe name=deep src=/still></iframe>",
    ),
    (
        "/media",
        "<!DOCTYPE html><title>media</title><style>p { color: #00f }\
         @media print { p { color: #f00 } }\
         @media (prefers-color-scheme: dark) { p { color: #0f0 } }</style><p>text\
         <script>const dark = matchMedia('(prefers-color-scheme: dark)');\
         dark.onchange = () => { document.title = `dark ${dark.matches}` }</script>",
    ),
    (
        "/still",
        "<!DOCTYPE html><title>still</title><body style='background:#00f'>",
    ),
];

fn start() -> (Browser, Client) {
    let browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let mut client = Client::connect(&address(&browser));
    client.ask(None, "Target.setDiscoverTargets", json!({"discover": true}));
    (browser, client)
}

fn next_frame(client: &mut Client) -> Value {
    client.event("Page.screencastFrame")["params"].take()
}

#[test]
fn frames_come_as_long_as_they_are_acknowledged() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (target, session) = client.open(&format!("http://{site}/moving"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "moving");
    let wanted = json!({"format": "png", "maxWidth": 320, "maxHeight": 320});
    client.ask(s, "Page.startScreencast", wanted);
    let told = client.event("Page.screencastVisibilityChanged");
    assert_eq!(told["params"]["visible"], true);
    let mut pictures = Vec::new();
    for _ in 0..5 {
        let frame = next_frame(&mut client);
        assert_eq!(size_of(&frame), (320, 179));
        assert_eq!(frame["metadata"]["deviceWidth"], 1280.0);
        pictures.push(frame["data"].as_str().expect("a picture").to_owned());
        client.ask(s, "Page.screencastFrameAck", json!({"sessionId": 1}));
    }
    pictures.sort();
    pictures.dedup();
    assert!(pictures.len() > 1, "they are all alike");
    // Nothing is acknowledged: two of them, and then none while the page paints a hundred.
    next_frame(&mut client);
    next_frame(&mut client);
    for _ in 0..10 {
        client.ask(s, "Page.captureScreenshot", json!({"format": "jpeg"}));
    }
    assert!(!client.has("Page.screencastFrame"), "a third one has come");
    client.ask(s, "Page.screencastFrameAck", json!({"sessionId": 1}));
    next_frame(&mut client);
    client.ask(s, "Page.stopScreencast", json!({}));
    client.ask(s, "Page.screencastFrameAck", json!({"sessionId": 1}));
    client.ask(s, "Page.captureScreenshot", json!({"format": "jpeg"}));
    assert!(!client.has("Page.screencastFrame"), "it was stopped");
    assert!(browser.quit().success());
}

#[test]
fn a_screencast_outlives_processes_and_shows_no_hidden_tab() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (target, session) = client.open(&format!("http://{site}/still"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "still");
    client.ask(s, "Page.startScreencast", json!({"format": "jpeg"}));
    let mut frame = next_frame(&mut client);
    let data = frame["data"].take();
    assert_eq!(
        &decoded(data.as_str().expect("a picture"))[..2],
        [0xff, 0xd8]
    );
    let ack = |client: &mut Client| {
        client.ask(s, "Page.screencastFrameAck", json!({"sessionId": 1}));
    };
    ack(&mut client);
    client.event("Page.screencastVisibilityChanged");

    // Another tab is shown: no frame of it comes, and none of this one until it is back.
    let (_, other) = client.open(&format!("http://{site}/moving"));
    let hidden = client.event("Page.screencastVisibilityChanged");
    assert_eq!(hidden["params"]["visible"], false);
    let o = Some(other.as_str());
    client.ask(o, "Page.captureScreenshot", json!({}));
    client.ask(
        s,
        "Runtime.evaluate",
        json!({
            "expression": "document.body.style.background = '#0f0'",
        }),
    );
    client.ask(o, "Page.captureScreenshot", json!({}));
    client.ask(s, "Page.bringToFront", json!({}));
    let shown = client.event("Page.screencastVisibilityChanged");
    assert_eq!(shown["params"]["visible"], true);
    next_frame(&mut client);
    ack(&mut client);

    // Its process dies, and another document comes in a new one.
    let id = client.send(s, "Page.crash", json!({}));
    client.answer(id);
    ack(&mut client);
    client.ask(
        s,
        "Page.navigate",
        json!({"url": format!("http://{site}/moving")}),
    );
    for _ in 0..4 {
        next_frame(&mut client);
        ack(&mut client);
    }
    assert!(browser.quit().success());
}

/// What the page says.
fn value(client: &mut Client, session: Option<&str>, expression: &str) -> Value {
    let params = json!({"expression": expression, "returnByValue": true});
    client.ask(session, "Runtime.evaluate", params)["result"]["value"].take()
}

#[test]
fn frames_within_a_page_are_told_of() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (_, session) = client.open("about:blank");
    let s = Some(session.as_str());
    for domain in ["Page.enable", "Runtime.enable"] {
        client.ask(s, domain, json!({}));
    }
    let url = |path: &str| format!("http://{site}{path}");
    client.ask(s, "Page.navigate", json!({"url": url("/frames")}));
    let navigated = |client: &mut Client, name: &str| {
        let told = client.wait(name, |it| {
            it["method"] == "Page.frameNavigated" && it["params"]["frame"]["name"] == name
        });
        told["params"]["frame"].clone()
    };
    let inner = navigated(&mut client, "inner");
    let deep = navigated(&mut client, "deep");
    assert_eq!(inner["url"], json!(url("/outer")));
    assert_eq!(deep["url"], json!(url("/still")));
    assert_eq!(deep["parentId"], inner["id"]);
    let attached = client.wait("the frame within", |it| {
        it["method"] == "Page.frameAttached" && it["params"]["frameId"] == deep["id"]
    });
    assert_eq!(attached["params"]["parentFrameId"], inner["id"]);
    let tree = client.ask(s, "Page.getFrameTree", json!({}));
    let below = &tree["frameTree"]["childFrames"];
    let mut urls: Vec<&Value> = [0, 1].map(|at| &below[at]["frame"]["url"]).to_vec();
    urls.sort_by_key(|url| url.to_string());
    assert_eq!(
        urls,
        [&json!("about:srcdoc"), &json!(url("/outer"))],
        "{tree}"
    );
    let mut one = [0, 1].map(|at| &below[at]).into_iter();
    let around = one.find(|it| it["frame"]["id"] == inner["id"]);
    let around = around.expect("the same names");
    assert_eq!(around["childFrames"][0]["frame"]["id"], deep["id"]);

    // Its element is the frame, and the frame has its element.
    let root = client.ask(s, "DOM.getDocument", json!({}))["root"]["nodeId"].take();
    let query = json!({"nodeId": root, "selector": "[name=inner]"});
    let node = client.ask(s, "DOM.querySelector", query);
    let described = client.ask(s, "DOM.describeNode", node)["node"].take();
    assert_eq!(described["frameId"], inner["id"]);
    let owner = client.ask(s, "DOM.getFrameOwner", json!({"frameId": inner["id"]}));
    assert_eq!(owner["backendNodeId"], described["backendNodeId"]);

    // Nothing can be done in it, and that is said.
    let context = client.wait("its context", |it| {
        it["method"] == "Runtime.executionContextCreated"
            && it["params"]["context"]["auxData"]["frameId"] == inner["id"]
    });
    let params = json!({"expression": "1", "contextId": context["params"]["context"]["id"]});
    let id = client.send(s, "Runtime.evaluate", params);
    let refused = client.answer(id);
    let reason = refused["error"]["message"].as_str().unwrap_or_default();
    assert!(reason.contains("have no scripts"), "{refused}");

    // Another document in it, and the end of it.
    let lead = "document.querySelector('[name=inner]').src = '/media'";
    value(&mut client, s, lead);
    assert_eq!(navigated(&mut client, "inner")["url"], json!(url("/media")));
    value(
        &mut client,
        s,
        "document.querySelector('[name=inner]').remove()",
    );
    let gone = client.wait("its end", |it| {
        it["method"] == "Page.frameDetached" && it["params"]["frameId"] == inner["id"]
    });
    assert_eq!(gone["params"]["reason"], "remove");
    assert!(browser.quit().success());
}

#[test]
fn a_page_has_the_scale_that_is_wanted() {
    let site = server::pages(PAGES);
    let (browser, mut client) = start();
    let (target, session) = client.open(&format!("http://{site}/media"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "media");
    let metrics = |factor: f64| {
        let (width, height) = (200, 100);
        json!({"width": width, "height": height, "deviceScaleFactor": factor, "mobile": false})
    };
    client.ask(s, "Emulation.setDeviceMetricsOverride", metrics(2.0));
    let shown = "[innerWidth, innerHeight, devicePixelRatio]";
    assert_eq!(value(&mut client, s, shown), json!([200, 100, 2]));
    let picture = client.ask(s, "Page.captureScreenshot", json!({}));
    assert_eq!(size_of(&picture), (400, 200));
    let clip = json!({"x": 10, "y": 10, "width": 30, "height": 20, "scale": 1});
    let picture = client.ask(s, "Page.captureScreenshot", json!({"clip": clip}));
    assert_eq!(size_of(&picture), (60, 40));
    client.ask(s, "Emulation.clearDeviceMetricsOverride", json!({}));
    assert_eq!(value(&mut client, s, "devicePixelRatio"), 1);
    let id = client.send(s, "Emulation.setDeviceMetricsOverride", metrics(9.0));
    assert!(client.answer(id)["error"].is_object());
    assert!(browser.quit().success());
}

#[test]
fn a_page_believes_in_the_media_that_are_wanted() {
    let (site, other) = (server::pages(PAGES), server::pages(PAGES));
    let (browser, mut client) = start();
    let (target, session) = client.open(&format!("http://{site}/media"));
    let s = Some(session.as_str());
    client.wait_for_title(&target, "media");
    let colour = "getComputedStyle(document.querySelector('p')).color";
    let emulate = |client: &mut Client, params: Value| {
        client.ask(s, "Emulation.setEmulatedMedia", params);
    };
    assert_eq!(value(&mut client, s, colour), "rgb(0, 0, 255)");
    emulate(&mut client, json!({"media": "print"}));
    assert_eq!(value(&mut client, s, colour), "rgb(255, 0, 0)");
    assert_eq!(value(&mut client, s, "matchMedia('print').matches"), true);
    let dark = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
    emulate(&mut client, json!({"features": dark}));
    assert_eq!(value(&mut client, s, colour), "rgb(0, 255, 0)");
    client.wait_for_title(&target, "dark true");

    // A new process of another site knows it.
    let next = format!("http://{other}/media");
    client.ask(s, "Page.navigate", json!({"url": next}));
    assert_eq!(value(&mut client, s, colour), "rgb(0, 255, 0)");
    emulate(&mut client, json!({}));
    assert_eq!(value(&mut client, s, colour), "rgb(0, 0, 255)");
    let still = json!([{"name": "prefers-reduced-motion", "value": "reduce"}]);
    let id = client.send(s, "Emulation.setEmulatedMedia", json!({"features": still}));
    let refused = client.answer(id)["error"]["message"].take();
    assert_eq!(refused, "prefers-reduced-motion cannot be \"reduce\" here");
    assert!(browser.quit().success());
}
