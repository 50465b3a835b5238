//! Script elements: which run, and running one.

use crate::document::elements::element;
use crate::script::host::Host;
use crate::script::limits::SCRIPT_BYTES_MAX;
use crate::script::types::is_javascript;
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name, ns};
use encoding_rs::Encoding;
use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Ctx, Function, Value};
use url::Url;

/// Where the text of a script is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Text(String),
    At(Url),
    /// Its address is none.
    Nowhere,
    /// It is none that runs here.
    None,
}

/// When a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Before the parser goes on.
    AtOnce,
    /// In order, before the document is interactive.
    Deferred,
    /// Whenever it is there.
    Whenever,
}

/// What a script element asks for.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) place: Place,
    pub(crate) is_module: bool,
    /// Whether it is an import map, which does not run.
    pub(crate) is_map: bool,
    pub(crate) is_async: bool,
    pub(crate) is_deferred: bool,
    pub(crate) charset: Option<String>,
}

impl Script {
    const NONE: Script = Script {
        place: Place::None,
        is_module: false,
        is_map: false,
        is_async: false,
        is_deferred: false,
        charset: None,
    };

    /// Whether there is anything to run.
    pub(crate) fn is_none(&self) -> bool {
        self.place == Place::None
    }

    /// When it runs. A script that a script has put into the document holds nothing up.
    pub(crate) fn turn(&self, by_parser: bool) -> Turn {
        let has_address = matches!(self.place, Place::At(_));
        match by_parser && !self.is_async {
            false => Turn::Whenever,
            true if self.is_module || self.is_deferred && has_address => Turn::Deferred,
            true => Turn::AtOnce,
        }
    }
}

/// What a script element asks for.
pub(crate) fn script_of(document: &BaseDocument, id: NodeId) -> Script {
    let Some(data) = element(document, id).filter(|e| e.name.local == local_name!("script")) else {
        return Script::NONE;
    };
    let attribute = |name: &str| data.attr(LocalName::from(name));
    let has = |name: &str| attribute(name).is_some();
    let kind = attribute("type").unwrap_or_default().trim();
    let language = attribute("language").unwrap_or_default();
    let (is_module, is_map) = (
        kind.eq_ignore_ascii_case("module"),
        kind.eq_ignore_ascii_case("importmap"),
    );
    let is_classic = match kind.is_empty() {
        true if has("type") && !attribute("type").unwrap_or_default().is_empty() => false,
        true if has("type") => true,
        true => language.is_empty() || is_javascript(&format!("text/{language}")),
        false => is_javascript(kind),
    };
    let is_for_others = is_classic && has("nomodule") && data.name.ns == ns!(html);
    if !is_classic && !is_module && !is_map || is_for_others {
        return Script::NONE;
    }
    let place = match attribute("src") {
        Some(src) => match document.base_url().join(src) {
            Ok(url) if !src.is_empty() && !is_map => Place::At(url),
            _ => Place::Nowhere,
        },
        None => {
            let text = document.get_node(id).map(|node| node.text_content());
            let text = text.filter(|text| !text.is_empty());
            text.map_or(Place::None, Place::Text)
        }
    };
    let charset =
        attribute("charset").filter(|label| Encoding::for_label(label.as_bytes()).is_some());
    Script {
        is_async: has("async") && (is_module || has("src")),
        is_deferred: has("defer"),
        charset: charset.map(str::to_owned),
        place,
        is_module,
        is_map,
    }
}

/// Runs a script element that a script has put into the document, if it has its text; others are
/// fetched first.
pub(crate) fn run_injected(host: &Host, ctx: &Ctx<'_>, id: NodeId) {
    let script = script_of(&host.read(), id);
    if script.is_none() || !host.started.borrow_mut().insert(id) {
        return;
    }
    match script.place {
        Place::Text(text) if !script.is_module && !script.is_map => {
            run(host, ctx, Some(id), &text, "inline script");
        }
        _ => host.injected.borrow_mut().push(id),
    }
}

/// Runs a script's text, and reports what it throws.
pub(crate) fn run(host: &Host, ctx: &Ctx<'_>, id: Option<NodeId>, text: &str, name: &str) {
    if text.len() > SCRIPT_BYTES_MAX {
        return host.log("error", &format!("{name}: the script is too large"));
    }
    host.sources.add(name, text, false);
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
    match error {
        CaughtError::Exception(exception) => report_value(host, ctx, exception.into_value()),
        CaughtError::Value(value) => report_value(host, ctx, value),
        CaughtError::Error(error) => host.log("error", &error.to_string()),
    }
}

/// Tells the page of what was thrown.
pub(crate) fn report_value<'js>(host: &Host, ctx: &Ctx<'js>, value: Value<'js>) {
    // The page may have put its own function in this place; all it can do is not to be told.
    let reporter = ctx.globals().get::<_, Function<'_>>("reportError");
    let told = reporter.and_then(|reporter| reporter.call::<_, ()>((value,)));
    if told.catch(ctx).is_err() {
        host.log("error", "an exception could not be reported");
    }
}
