//! Names that nobody can guess: of targets, frames, sessions and contexts.

use std::fmt::Write;

/// A number, at random.
pub fn number() -> u64 {
    let mut bytes = [0_u8; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// 32 hexadecimal digits, at random.
pub fn random() -> String {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes);
    bytes.iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02X}");
        name
    })
}

fn fill(bytes: &mut [u8]) {
    // The kernel has randomness at all times once the machine is up.
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!("no randomness: {error}");
        std::process::abort();
    }
}
