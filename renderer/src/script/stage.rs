//! How far the scripts of one document are.

use crate::script::loader::Loader;
use crate::script::modules::Modules;
use crate::script::resources::Resources;
use protocol::geometry::Size;
use protocol::renderer::HistoryPlace;
use std::rc::Rc;

/// How far the scripts of a document are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The document is not there in whole.
    #[default]
    Parsing,
    /// Something is still to come that the document waits for.
    Loading,
    /// All has come.
    Over,
}

/// The scripts of one document.
#[derive(Default)]
pub(crate) struct Scripts {
    pub(crate) stage: Stage,
    pub(crate) loader: Loader,
    pub(crate) modules: Rc<Modules>,
    /// The encoding of the document.
    pub(crate) charset: &'static str,
    /// Whether it may run any.
    pub(crate) may_run: bool,
    /// Where the document stands in the history, and what a script gave that entry, until there
    /// is a realm that knows it.
    pub(crate) place: HistoryPlace,
    pub(crate) state: Option<String>,
    /// Whether the page knows that the document is parsed.
    pub(crate) is_interactive: bool,
    /// Whether it knows that the scripts have run which the parser has found.
    pub(crate) is_content_told: bool,
    pub(crate) has_told_stop: bool,
    /// Whether there was no time for all that was ready, imports among it.
    pub(crate) has_rest: bool,
    pub(crate) resources: Resources,
    /// What the page was last told of.
    pub(crate) scroll: (f64, f64),
    pub(crate) size: Option<Size>,
}

impl Scripts {
    /// Of a new document.
    pub(crate) fn of(may_run: bool, place: HistoryPlace, state: Option<String>) -> Scripts {
        Scripts {
            may_run,
            charset: "UTF-8",
            place,
            state,
            ..Default::default()
        }
    }

    /// Of the same document, whose parser begins again.
    pub(crate) fn begun_again(&mut self) -> Scripts {
        Scripts::of(self.may_run, self.place, self.state.take())
    }

    /// Whether the document waits for no script any more.
    pub(crate) fn are_over(&self) -> bool {
        self.stage == Stage::Over && self.loader.is_empty()
    }

    /// Whether there is one that can run beside the parser, or after it.
    pub(crate) fn are_ready(&self) -> bool {
        let is_parsed = self.stage != Stage::Parsing;
        self.loader.is_ready(is_parsed, &self.modules)
    }
}
