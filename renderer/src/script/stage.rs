//! How far the scripts of one document are.

use crate::script::loader::Loader;
use protocol::geometry::Size;
use protocol::renderer::HistoryPlace;

/// How far the scripts of a document are.
#[derive(Default)]
pub(crate) enum Stage {
    /// The document is not there in whole.
    #[default]
    Before,
    Loading(Loader),
    /// All have run, or there are none.
    Over(Loader),
}

/// The scripts of one document.
#[derive(Default)]
pub(crate) struct Scripts {
    pub(crate) stage: Stage,
    /// Whether it may run any.
    pub(crate) may_run: bool,
    /// Where the document stands in the history, and what a script gave that entry, until there
    /// is a realm that knows it.
    pub(crate) place: HistoryPlace,
    pub(crate) state: Option<String>,
    pub(crate) is_interactive: bool,
    pub(crate) has_told_stop: bool,
    /// What the page was last told of.
    pub(crate) scroll: (f64, f64),
    pub(crate) size: Option<Size>,
}

impl Scripts {
    /// Of a new document.
    pub(crate) fn of(may_run: bool, place: HistoryPlace, state: Option<String>) -> Scripts {
        Scripts {
            may_run,
            place,
            state,
            ..Default::default()
        }
    }

    /// Whether the document waits for no script any more.
    pub(crate) fn are_over(&self) -> bool {
        matches!(&self.stage, Stage::Over(loader) if loader.is_empty())
    }

    /// Whether there is one that can run.
    pub(crate) fn are_ready(&self) -> bool {
        match &self.stage {
            Stage::Before => false,
            Stage::Loading(loader) | Stage::Over(loader) => loader.is_ready(),
        }
    }
}
