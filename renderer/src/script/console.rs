//! A page's console: lines for the log, bounded.

use crate::script::limits::{CONSOLE_LINE_BYTES_MAX, CONSOLE_LINES_MAX};
use std::time::{Duration, Instant};

/// Counts the lines of the present second.
#[derive(Debug)]
pub(crate) struct Console {
    second: Instant,
    lines: u32,
    /// The lines that tests read.
    #[cfg(test)]
    pub(crate) kept: Vec<String>,
}

impl Default for Console {
    fn default() -> Console {
        Console {
            second: Instant::now(),
            lines: 0,
            #[cfg(test)]
            kept: Vec::new(),
        }
    }
}

impl Console {
    /// Writes a line, unless the page has written too many.
    pub(crate) fn write(&mut self, level: &str, text: &str) {
        if self.second.elapsed() > Duration::from_secs(1) {
            let left_out = self.lines.saturating_sub(CONSOLE_LINES_MAX);
            if left_out > 0 {
                tracing::info!(target: "script", "{left_out} lines of the console are left out");
            }
            self.second = Instant::now();
            self.lines = 0;
        }
        self.lines += 1;
        if self.lines > CONSOLE_LINES_MAX {
            return;
        }
        let text = &text[..text.floor_char_boundary(CONSOLE_LINE_BYTES_MAX)];
        match level {
            "error" => tracing::warn!(target: "script", "{text}"),
            _ => tracing::info!(target: "script", level, "{text}"),
        }
        #[cfg(test)]
        self.kept.push(format!("{level}: {text}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_lines_is_cut() {
        let mut console = Console::default();
        for _ in 0..10 * CONSOLE_LINES_MAX {
            console.write("log", &"x".repeat(10_000));
        }
        let kept = console.kept.len();
        // The second may have turned in between.
        assert!((100..=300).contains(&kept), "{kept} lines");
        assert!(console.kept.iter().all(|line| line.len() < 2_100));
    }
}
