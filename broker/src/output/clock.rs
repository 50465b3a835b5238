//! The time that stands on each record: since the start of the browser, monotonic, and the same for
//! every writer.

use std::sync::LazyLock;
use std::time::Instant;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The browser starts now. Later calls change nothing.
pub fn start() {
    LazyLock::force(&STARTED);
}

/// Milliseconds since then, to the microsecond. Records are written in the order of this time.
pub fn now_ms() -> f64 {
    STARTED.elapsed().as_micros() as f64 / 1000.0
}
