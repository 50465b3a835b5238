//! What only the broker can do for a script: dialogs, the address, the history, the tab.

use crate::script::address::rebase;
use crate::script::handles::{OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use protocol::dialog::DialogKind;
use protocol::ids::NavigationId;
use protocol::limits::{STATE_BYTES_MAX, URL_BYTES_MAX};
use protocol::renderer::FromRenderer;
use protocol::site::may_rewrite;
use rquickjs::{Object, Result};
use std::rc::Rc;
use url::Url;

/// A script wants to go elsewhere, or its tab to be closed: the broker is asked, so often and no
/// oftener.
fn ask(host: &Host, message: impl FnOnce(NavigationId) -> FromRenderer) {
    match host.address.may_move() {
        true => host.outside.say(message),
        false => host.log("warn", "The page wants to go elsewhere too often."),
    }
}

/// A script gives its document another address, and the entry a state.
fn push_state(
    host: &Host,
    url: &str,
    state: Option<String>,
    replaces: bool,
) -> std::result::Result<(), Refusal> {
    let old = host.url.borrow().clone();
    let url = Url::parse(url).map_err(|_| Refusal::SECURITY)?;
    if !may_rewrite(&old, &url) || url.as_str().len() > URL_BYTES_MAX {
        return Err(Refusal::SECURITY);
    }
    if state.as_ref().is_some_and(|it| it.len() > STATE_BYTES_MAX) {
        return Err(Refusal::QUOTA);
    }
    if !host.address.may_change(replaces) {
        host.log(
            "warn",
            "The address is changed too often; this change is left out.",
        );
        return Ok(());
    }
    if !replaces {
        host.address.place.set(host.address.next_place());
    }
    host.address.state.borrow_mut().clone_from(&state);
    host.address.is_changed.set(true);
    *host.url.borrow_mut() = url.clone();
    rebase(&mut host.write(), &old, &url);
    let url = String::from(url);
    host.outside.say(|navigation| FromRenderer::PushState {
        navigation,
        url,
        state,
        replaces,
    });
    Ok(())
}

/// Asks for another document in place of this one.
fn replace(host: &Host, text: &str) -> std::result::Result<(), Refusal> {
    let url = host.read().base_url().join(text);
    let url = String::from(url.map_err(|_| Refusal::SYNTAX)?);
    if url.len() <= URL_BYTES_MAX && !url.starts_with("javascript:") {
        ask(host, |navigation| FromRenderer::Replace { navigation, url });
    }
    Ok(())
}

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "alert", host, |text: String| {
        host.ask(DialogKind::Alert, &text, "");
    });
    native!(natives, "confirm", host, |text: String| {
        host.ask(DialogKind::Confirm, &text, "").is_accepted
    });
    native!(natives, "prompt", host, |text: String, initial: String| {
        let answer = host.ask(DialogKind::Prompt, &text, &initial);
        OrNull(answer.is_accepted.then_some(answer.text))
    });
    native!(
        natives,
        "pushState",
        host,
        |url: String, state: Option<String>, replaces: bool| OrName(push_state(
            &host, &url, state, replaces
        ))
    );
    native!(natives, "historyState", host, || OrNull(
        host.address.state.borrow().clone()
    ));
    native!(natives, "historyLength", host, || host
        .address
        .place
        .get()
        .length
        .max(1));
    native!(natives, "traverse", host, |by: i32| ask(
        &host,
        |navigation| FromRenderer::Traverse { navigation, by }
    ));
    native!(natives, "reload", host, || ask(&host, |navigation| {
        FromRenderer::Reload { navigation }
    }));
    native!(natives, "replace", host, |url: String| OrName(replace(
        &host, &url
    )));
    native!(natives, "closeTab", host, || ask(&host, |navigation| {
        FromRenderer::CloseTab { navigation }
    }));
    native!(natives, "isActive", host, || host.address.activation().0);
    native!(natives, "hasBeenActive", host, || host
        .address
        .activation()
        .1);
    Ok(())
}
