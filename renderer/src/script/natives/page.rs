//! The page around the tree: time, console, scripts, and where it wants to go.

use crate::script::handles::{Handle, List, OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::limits::RANDOM_BYTES_MAX;
use crate::script::native::native;
use crate::script::scripts;
use crate::script::written;
use rquickjs::{Ctx, Exception, Object, Result, TypedArray};
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

/// So many bytes of chance, from the operating system.
fn random<'js>(ctx: &Ctx<'js>, count: usize) -> Result<TypedArray<'js, u8>> {
    let mut bytes = vec![0; count.min(RANDOM_BYTES_MAX)];
    getrandom::fill(&mut bytes).map_err(|_| Exception::throw_internal(ctx, "no chance"))?;
    TypedArray::new(ctx.clone(), bytes)
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
    // Whether an element has ever had a handler of that type as an attribute.
    native!(natives, "isInlined", host, |kind: String| {
        host.inlined.borrow().contains(&kind)
    });
    native!(natives, "timer", host, |id: u32, delay_ms: f64| {
        host.timers.borrow_mut().set(id, delay_ms, Instant::now())
    });
    native!(natives, "clearTimer", host, |id: u32| host
        .timers
        .borrow_mut()
        .clear(id));
    native!(natives, "frame", host, || host.wants_frame.set(true));
    native!(natives, "watchBoxes", host, |watches: bool| host
        .watches_boxes
        .set(watches));
    native!(natives, "newNames", host, || List(std::mem::take(
        &mut *host.new_names.borrow_mut()
    )));
    native!(natives, "boxesMoved", host, || host.boxes_moved.set(true));
    native!(natives, "random", host, |ctx: Ctx<'js>, count: usize| {
        let _ = &host;
        random(&ctx, count)
    });
    // A document that was opened anew is there in whole.
    native!(natives, "reopened", host, || host
        .reopened
        .set(host.reopened.get().wrapping_add(1)));
    native!(natives, "readyState", host, || host.ready_state.get());
    native!(natives, "isHidden", host, || host.is_hidden.get());
    native!(natives, "userAgent", host, || host.user_agent());
    add_scripts(natives, host)
}

/// What scripts ask about scripts.
fn add_scripts<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "scriptNumber", host, |name: String| {
        host.sources.number_of(&name) as f64
    });
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
