//! Browser contexts: opened and closed by clients, and closed with them.

use crate::session::ClientId;
use crate::tests::rig::{Rig, TAB};
use protocol::devtools::{Answer, ToDevtools, Wish};
use protocol::ids::{ContextId, TabId};
use protocol::traffic::{CookieWish, ToNetwork};
use serde_json::{Value, json};

const CONTEXT: ContextId = ContextId(3);

/// A context, and its name.
fn create(rig: &mut Rig, params: Value) -> String {
    rig.command("Target.createBrowserContext", params);
    let (call, wish) = rig.wish().expect("a wish");
    assert!(matches!(wish, Wish::OpenContext { .. }), "{wish:?}");
    let context = CONTEXT;
    rig.clear();
    rig.answer(call, Answer::Context { context });
    let name = rig.texts[0]["result"]["browserContextId"].as_str();
    let name = name.expect("a name").to_owned();
    rig.clear();
    name
}

fn contexts(rig: &mut Rig) -> (Value, String) {
    let answer = rig.command("Target.getBrowserContexts", json!({}));
    let result = &answer["result"];
    let default = result["defaultBrowserContextId"].as_str();
    (
        result["browserContextIds"].clone(),
        default.expect("a name").to_owned(),
    )
}

#[test]
fn a_context_is_opened_used_and_closed() {
    let mut rig = Rig::new();
    rig.open();
    let name = create(&mut rig, json!({}));
    let (all, default) = contexts(&mut rig);
    assert_eq!(all, json!([name]));
    let params = json!({"url": "about:blank", "browserContextId": name});
    rig.command("Target.createTarget", params);
    let (call, wish) = rig.wish().expect("a wish");
    assert!(
        matches!(
            wish,
            Wish::Open {
                context: CONTEXT,
                ..
            }
        ),
        "{wish:?}"
    );
    let tab = TabId(9);
    rig.broker(ToDevtools::Opened {
        tab,
        context: CONTEXT,
        url: "about:blank".to_owned(),
    });
    rig.answer(call, Answer::Opened { tab });
    let answer = rig.command("Target.getTargets", json!({}));
    let infos = answer["result"]["targetInfos"].as_array().expect("a list");
    for info in infos.iter().filter(|it| it["type"] == "page") {
        let is_users = info["targetId"] == json!(rig.page());
        let expected = if is_users { &default } else { &name };
        assert_eq!(info["browserContextId"], json!(expected), "{info}");
    }
    rig.clear();
    let params = json!({"browserContextId": name});
    rig.command("Target.disposeBrowserContext", params.clone());
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::CloseContext(CONTEXT));
    rig.broker(ToDevtools::Closed { tab });
    rig.answer(call, Answer::Done);
    assert_eq!(contexts(&mut rig).0, json!([]));
    let again = rig.command("Target.disposeBrowserContext", params);
    assert_eq!(again["error"]["code"], json!(-32000), "{again}");
}

#[test]
fn the_users_own_context_and_unknown_ones_are_refused() {
    let mut rig = Rig::new();
    let (_, default) = contexts(&mut rig);
    for name in [default.as_str(), "none", ""] {
        let params = json!({"browserContextId": name});
        let refused = rig.command("Target.disposeBrowserContext", params);
        assert_eq!(refused["error"]["code"], json!(-32000), "{refused}");
    }
    for (method, params) in [
        (
            "Target.createTarget",
            json!({"url": "", "browserContextId": "none"}),
        ),
        ("Storage.getCookies", json!({"browserContextId": "none"})),
        ("Target.createBrowserContext", json!({"proxyServer": "a:1"})),
    ] {
        let refused = rig.command(method, params);
        assert_eq!(refused["error"]["code"], json!(-32000), "{refused}");
    }
    assert_eq!(rig.wish(), None);
}

#[test]
fn a_context_ends_with_the_session_that_wants_it_so() {
    for (dispose, ends) in [(true, true), (false, false)] {
        let mut rig = Rig::new();
        create(&mut rig, json!({"disposeOnDetach": dispose}));
        rig.hub.disconnect(ClientId(1));
        rig.collected_last();
        let wish = rig.wish().map(|(_, wish)| wish);
        let is_closed = wish == Some(Wish::CloseContext(CONTEXT));
        assert_eq!(is_closed, ends, "{wish:?}");
    }
    // It has gone before its context came.
    let mut rig = Rig::new();
    let params = json!({"disposeOnDetach": true});
    rig.command("Target.createBrowserContext", params);
    let (call, _) = rig.wish().expect("a wish");
    rig.hub.disconnect(ClientId(1));
    rig.collected_last();
    let context = CONTEXT;
    rig.answer(call, Answer::Context { context });
    let wish = rig.wish().map(|(_, wish)| wish);
    assert_eq!(wish, Some(Wish::CloseContext(CONTEXT)));
}

#[test]
fn cookies_are_those_of_the_page_or_of_the_context_that_is_named() {
    let (mut rig, session) = Rig::with_page();
    rig.broker(ToDevtools::Traffic);
    let name = create(&mut rig, json!({}));
    rig.command("Storage.getCookies", json!({"browserContextId": name}));
    rig.command("Storage.getCookies", json!({}));
    rig.command_of(Some(&session), "Network.getAllCookies", json!({}));
    let asked = rig.to_network.iter().filter_map(|it| match it {
        ToNetwork::Cookies {
            context,
            wish: CookieWish::Get { .. },
            ..
        } => Some(*context),
        _ => None,
    });
    let default = ContextId::DEFAULT;
    assert_eq!(asked.collect::<Vec<_>>(), [CONTEXT, default, default]);
    assert_eq!(rig.hub.tabs[&TAB].context, default);
}
