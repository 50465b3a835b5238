//! The page around the tree: time, console, scripts, and where it wants to go.

use crate::script::handles::{Handle, OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::scripts;
use crate::script::written;
use rquickjs::{Ctx, Object, Result};
use std::rc::Rc;
use std::time::Instant;
use url::Url;

/// Asks for another document.
fn navigate(host: &Host, text: &str) -> std::result::Result<(), Refusal> {
    let url = host.read().base_url().join(text);
    let url = url.map_err(|_| Refusal::SYNTAX)?;
    if url.scheme() != "javascript" {
        host.navigate(url);
    }
    Ok(())
}

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "now", host, || host.now_ms());
    native!(
        natives,
        "log",
        host,
        |level: String, text: String, stack: String, groups: u8| host
            .log_from(&level, &text, &stack, groups)
    );
    native!(natives, "url", host, || host.url.borrow().to_string());
    native!(natives, "setUrl", host, |text: String| {
        if let Ok(url) = Url::parse(&text) {
            *host.url.borrow_mut() = url;
        }
    });
    native!(natives, "navigate", host, |text: String| OrName(navigate(
        &host, &text
    )));
    native!(natives, "listen", host, |kind: String| {
        if kind == "beforeunload" {
            host.outside.guard_leaving();
        }
        host.listened.borrow_mut().insert(kind);
    });
    native!(natives, "timer", host, |id: u32, delay_ms: f64| {
        host.timers.borrow_mut().set(id, delay_ms, Instant::now())
    });
    native!(natives, "clearTimer", host, |id: u32| host
        .timers
        .borrow_mut()
        .clear(id));
    native!(natives, "frame", host, || host.wants_frame.set(true));
    native!(natives, "readyState", host, || host.ready_state.get());
    native!(natives, "isHidden", host, || host.is_hidden.get());
    native!(natives, "currentScript", host, || OrNull(
        host.current_script.get().map(Handle)
    ));
    native!(
        natives,
        "write",
        host,
        |ctx: Ctx<'js>, text: String| OrName(written::write(&host, &ctx, &text))
    );
    // A script has come into the document by a script: one with a text runs at once.
    native!(natives, "runScript", host, |ctx: Ctx<'js>, node: Handle| {
        scripts::run_injected(&host, &ctx, node.0);
    });
    Ok(())
}
