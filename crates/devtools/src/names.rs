//! Names that nobody can guess: of targets, frames, sessions and contexts.

use std::fmt::Write;

/// 32 hexadecimal digits, at random.
pub fn random() -> String {
    let mut bytes = [0_u8; 16];
    // The kernel has randomness at all times once the machine is up.
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!("no randomness: {error}");
        std::process::abort();
    }
    bytes.iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02X}");
        name
    })
}
