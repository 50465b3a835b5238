//! Script elements: which run, and running one.

use crate::document::elements::element;
use crate::script::host::Host;
use crate::script::limits::SCRIPT_BYTES_MAX;
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name, ns};
use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Ctx, Function, Value};
use url::Url;

/// What a script element has.
#[derive(Debug)]
pub(crate) enum Script {
    Text(String),
    /// The script stands at an address.
    At {
        url: Url,
        is_async: bool,
        is_deferred: bool,
    },
    /// It is none that runs here.
    None,
}

/// What a script element asks for.
pub(crate) fn script_of(document: &BaseDocument, id: NodeId) -> Script {
    let Some(data) = element(document, id).filter(|e| e.name.local == local_name!("script")) else {
        return Script::None;
    };
    let attribute = |name: &str| data.attr(LocalName::from(name));
    let kind = attribute("type").unwrap_or_default();
    let language = attribute("language").unwrap_or_default();
    let is_classic = match kind.is_empty() {
        true => language.is_empty() || language.to_ascii_lowercase().starts_with("javascript"),
        false => is_javascript(kind),
    };
    if !is_classic || attribute("nomodule").is_some() && data.name.ns == ns!(svg) {
        return Script::None;
    }
    if let Some(src) = attribute("src") {
        return match document.base_url().join(src) {
            Ok(url) if !src.is_empty() => Script::At {
                url,
                is_async: attribute("async").is_some(),
                is_deferred: attribute("defer").is_some(),
            },
            _ => Script::None,
        };
    }
    let text = document.get_node(id).map(|node| node.text_content());
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Script::Text(text),
        None => Script::None,
    }
}

/// Source: the HTML standard, "JavaScript MIME type".
fn is_javascript(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let subtype = essence.split_once('/').map(|(_, subtype)| subtype);
    subtype.is_some_and(|subtype| {
        matches!(
            subtype,
            "javascript"
                | "x-javascript"
                | "ecmascript"
                | "x-ecmascript"
                | "jscript"
                | "livescript"
        ) || subtype.starts_with("javascript1.")
    })
}

/// Runs a script element that a script has put into the document, if it has its text; one with an
/// address is fetched first.
pub(crate) fn run_injected(host: &Host, ctx: &Ctx<'_>, id: NodeId) {
    let script = script_of(&host.read(), id);
    match script {
        Script::None => {}
        Script::At { .. } => {
            if host.started.borrow_mut().insert(id) {
                host.injected.borrow_mut().push(id);
            }
        }
        Script::Text(text) => {
            if host.started.borrow_mut().insert(id) {
                run(host, ctx, Some(id), &text, "inline script");
            }
        }
    }
}

/// Runs a script's text, and reports what it throws.
pub(crate) fn run(host: &Host, ctx: &Ctx<'_>, id: Option<NodeId>, text: &str, name: &str) {
    if text.len() > SCRIPT_BYTES_MAX {
        return host.log("error", &format!("{name}: the script is too large"));
    }
    let before = host.current_script.replace(id);
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    let outcome = ctx.eval_with_options::<Value<'_>, _>(text, options);
    host.current_script.set(before);
    if let Err(error) = outcome.catch(ctx) {
        report(host, ctx, error);
    }
}

/// Tells the page of an exception that nobody caught.
pub(crate) fn report<'js>(host: &Host, ctx: &Ctx<'js>, error: CaughtError<'js>) {
    if host.is_stopped.get() {
        return;
    }
    let value = match error {
        CaughtError::Exception(exception) => exception.into_value(),
        CaughtError::Value(value) => value,
        CaughtError::Error(error) => return host.log("error", &error.to_string()),
    };
    // The page may have put its own function in this place; all it can do is not to be told.
    let reporter = ctx.globals().get::<_, Function<'_>>("reportError");
    let told = reporter.and_then(|reporter| reporter.call::<_, ()>((value,)));
    if told.catch(ctx).is_err() {
        host.log("error", "an exception could not be reported");
    }
}
