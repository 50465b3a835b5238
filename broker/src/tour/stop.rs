//! One stop of the tour, as data.

use crate::tour::guide::Halt;
use crate::tour::stage::Stage;

/// What a stop says, and what it does.
pub struct Stop {
    pub title: &'static str,
    /// What to look at, in a few sentences.
    pub look: &'static str,
    /// Where in the source that happens.
    pub source: &'static str,
    /// Does it and checks it. Each claim goes to the board with what was seen.
    pub act: fn(&mut Stage<'_>) -> Result<(), Halt>,
}
