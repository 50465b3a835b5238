//! Claims about the domain Debugger: which scripts there are, and their text.

use super::{Client, FRAME, SESSION, has};
use protocol::ids::NavigationId;
use protocol::renderer::FromRenderer;
use serde_json::json;

#[test]
fn scripts_are_told_of_with_their_text_and_nobody_else_is_told() {
    let mut client = Client::new();
    client.result("Debugger.enable", json!({}));
    client
        .outside
        .load("<script>var first = 1;\nlet second</script><script>throw new Error('x')</script>");
    let told = client.wait_event("Debugger.scriptParsed");
    let wanted = json!({"scriptId": "1", "url": "http://site.test/page", "endLine": 1,
        "endColumn": 10, "length": 25, "isModule": false,
        "executionContextAuxData": {"frameId": FRAME}});
    assert!(has(&told, &wanted), "{told}");
    let other = client.wait_event("Debugger.scriptParsed");
    assert_eq!(other["scriptId"], "2");
    let id = json!({ "scriptId": "1" });
    let answer = client.result("Debugger.getScriptSource", id);
    assert_eq!(answer["scriptSource"], "var first = 1;\nlet second");
    client.result("Debugger.disable", json!({}));
    client.evaluate(
        "const script = document.createElement('script'); script.textContent = 'var third'; \
         document.body.append(script)",
    );
    assert!(
        !client
            .names(SESSION)
            .contains(&"Debugger.scriptParsed".to_owned())
    );
    // One that begins later hears of all that there were.
    client.result("Debugger.enable", json!({}));
    let mut ids = Vec::new();
    for _ in 0..3 {
        let told = client.wait_event("Debugger.scriptParsed");
        ids.push(told["scriptId"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(ids, ["1", "2", "3"]);
}

#[test]
fn a_place_in_a_stack_names_the_script_that_was_told_of() {
    let mut client = Client::new();
    client.result("Debugger.enable", json!({}));
    client.result("Runtime.enable", json!({}));
    client.outside.load("<script>console.log(1)</script>");
    let line = client.wait_event("Runtime.consoleAPICalled");
    let told = client.wait_event("Debugger.scriptParsed");
    let frame = &line["stackTrace"]["callFrames"][0];
    assert_eq!(frame["scriptId"], told["scriptId"], "{line}");
}

#[test]
fn a_script_is_searched_without_regard_to_case_unless_asked() {
    let mut client = Client::with("<script>var Needle;\nvar b;\nvar needle2</script>");
    let search =
        |exact: bool| json!({ "scriptId": "1", "query": "needle", "caseSensitive": exact });
    let found = client.result("Debugger.searchInContent", search(false));
    let lines = json!([{"lineNumber": 0, "lineContent": "var Needle;"},
        {"lineNumber": 2, "lineContent": "var needle2"}]);
    assert_eq!(found["result"], lines);
    let found = client.result("Debugger.searchInContent", search(true));
    assert_eq!(found["result"][0]["lineNumber"], 2);
    let none = client.result("Debugger.getPossibleBreakpoints", json!({}));
    assert_eq!(none["locations"], json!([]));
}

#[test]
fn what_is_no_script_is_refused() {
    let mut client = Client::with("<script>1</script>");
    for id in ["0", "2", "-1", "x", ""] {
        let params = json!({ "scriptId": id });
        let (code, text) = client.error("Debugger.getScriptSource", params);
        assert_eq!((code, text), (-32_000, format!("No script for id: {id}")));
    }
    let (code, _) = client.error("Debugger.getScriptSource", json!({}));
    assert_eq!(code, -32_602);
    let params = json!({ "scriptId": "1", "query": "1", "isRegex": true });
    let (code, _) = client.error("Debugger.searchInContent", params);
    assert_eq!(code, -32_000);
}

#[test]
fn a_client_that_does_not_read_is_told_of_all_scripts_in_the_end() {
    let mut client = Client::new();
    client.result("Debugger.enable", json!({}));
    client.clients().reads = false;
    // Each event has the address.
    let long = format!("http://site.test/{}", "x".repeat(30_000));
    client.commit(
        NavigationId(9),
        &long,
        "<script>0</script>".repeat(1_000).as_str(),
    );
    client
        .outside
        .wait_said("the load", |message| match message {
            FromRenderer::Loaded { .. } => Some(()),
            _ => None,
        });
    client.clients().reads = true;
    for number in 1..=1_000 {
        let told = client.wait_event("Debugger.scriptParsed");
        assert_eq!(told["scriptId"], number.to_string());
    }
}
