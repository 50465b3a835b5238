//! The policy: which requests a client may make, as text with a reason on each line.

pub mod language;
mod words;

pub use language::{Condition, Policy, PolicyError, Rule, Test, Value};
pub use words::PREDEFINED_ATOMS;

/// The policy of the gpu process.
///
/// # Errors
/// The first line that does not parse; the tests show that there is none.
pub fn gpu_window() -> Result<Policy, PolicyError> {
    language::parse(GPU_WINDOW)
}

const GPU_WINDOW: &str = include_str!("../../policies/gpu-window.requests");
