//! What only the broker can do for a script: dialogs, the address, the history, the tab.

use crate::script::address;
use crate::script::handles::{OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use protocol::dialog::DialogKind;
use protocol::limits::URL_BYTES_MAX;
use protocol::renderer::FromRenderer;
use rquickjs::{Object, Result};
use std::rc::Rc;

/// Asks for another document in place of this one.
fn replace(host: &Host, text: &str) -> std::result::Result<(), Refusal> {
    let url = host.read().base_url().join(text);
    let url = String::from(url.map_err(|_| Refusal::SYNTAX)?);
    if url.len() <= URL_BYTES_MAX && !url.starts_with("javascript:") {
        host.outside
            .say(|navigation| FromRenderer::Replace { navigation, url });
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
        |url: String, state: Option<String>, replaces: bool| OrName(address::push_state(
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
    native!(natives, "traverse", host, |by: i32| host
        .outside
        .say(|navigation| FromRenderer::Traverse { navigation, by }));
    native!(natives, "reload", host, || host
        .outside
        .say(|navigation| FromRenderer::Reload { navigation }));
    native!(natives, "replace", host, |url: String| OrName(replace(
        &host, &url
    )));
    native!(natives, "closeTab", host, || host
        .outside
        .say(|navigation| FromRenderer::CloseTab { navigation }));
    native!(natives, "isActive", host, || host.address.activation().0);
    native!(natives, "hasBeenActive", host, || host
        .address
        .activation()
        .1);
    Ok(())
}
