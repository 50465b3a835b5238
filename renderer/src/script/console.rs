//! A page's console: lines for the broker, bounded.

use crate::script::limits::CONSOLE_SECOND;
use protocol::console::{ConsoleLevel, ConsoleLine};
use protocol::limits::{
    CONSOLE_GROUPS_MAX, CONSOLE_LINE_BYTES_MAX, CONSOLE_LINES_PER_SECOND_MAX,
    CONSOLE_SOURCE_BYTES_MAX,
};
use std::time::Instant;

/// How the prelude is named in the engine's account of the stack.
pub(crate) const PRELUDE: &str = "prelude";

/// Counts the lines of the present second.
#[derive(Debug)]
pub(crate) struct Console {
    second: Instant,
    lines: usize,
    /// Lines that were not written, and of which nobody has been told.
    left_out: u32,
    /// The lines that tests read.
    #[cfg(test)]
    pub(crate) kept: Vec<String>,
}

impl Default for Console {
    fn default() -> Console {
        Console {
            second: Instant::now(),
            lines: 0,
            left_out: 0,
            #[cfg(test)]
            kept: Vec::new(),
        }
    }
}

impl Console {
    /// A line to write, unless the page has written too many. `stack`: the engine's account of
    /// where it comes from.
    pub(crate) fn line(
        &mut self,
        level: &str,
        text: &str,
        stack: &str,
        groups: u8,
    ) -> Option<ConsoleLine> {
        if self.second.elapsed() > CONSOLE_SECOND {
            (self.second, self.lines) = (Instant::now(), 0);
        }
        self.lines += 1;
        if self.lines > CONSOLE_LINES_PER_SECOND_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        let text = cut(text, CONSOLE_LINE_BYTES_MAX);
        #[cfg(test)]
        self.kept.push(format!("{level}: {text}"));
        let (source, line, column) = place(stack).unwrap_or_default();
        Some(ConsoleLine {
            level: level_of(level),
            text: text.to_owned(),
            source: cut(source, CONSOLE_SOURCE_BYTES_MAX).to_owned(),
            line,
            column,
            groups: groups.min(CONSOLE_GROUPS_MAX),
            left_out: std::mem::take(&mut self.left_out),
        })
    }

    /// When to tell how many were left out, if the page writes nothing else.
    pub(crate) fn due(&self) -> Option<Instant> {
        (self.left_out > 0).then(|| self.second + CONSOLE_SECOND)
    }

    /// The line that tells it, once it is due.
    pub(crate) fn overdue(&mut self) -> Option<ConsoleLine> {
        if self.due().is_none_or(|due| Instant::now() <= due) {
            return None;
        }
        let text = format!("{} lines are left out", self.left_out);
        self.line("warn", &text, "", 0)
    }
}

fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn level_of(name: &str) -> ConsoleLevel {
    match name {
        "clear" => ConsoleLevel::Clear,
        "debug" => ConsoleLevel::Debug,
        "error" => ConsoleLevel::Error,
        "info" => ConsoleLevel::Info,
        "warn" => ConsoleLevel::Warn,
        _ => ConsoleLevel::Log,
    }
}

/// The first place in a stack that is the page's: source, line and column.
fn place(stack: &str) -> Option<(&str, u32, u32)> {
    stack.lines().find_map(|frame| {
        let frame = frame.trim().strip_prefix("at ")?;
        let place = match frame.split_once(" (") {
            Some((_, place)) => place.strip_suffix(')')?,
            None => frame,
        };
        let (before, last) = place.rsplit_once(':')?;
        let last: u32 = last.parse().ok()?;
        let (source, line, column) = match before.rsplit_once(':') {
            Some((source, line)) if line.parse::<u32>().is_ok() => {
                (source, line.parse().ok()?, last)
            }
            _ => (before, last, 0),
        };
        (!source.starts_with(PRELUDE)).then_some((source, line, column))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_lines_is_cut_and_counted() {
        let mut console = Console::default();
        let text = "\u{e4}".repeat(10_000);
        let mut left_out = 0;
        for _ in 0..1_000 {
            let line = console.line("log", &text, "", 200);
            left_out += line.map_or(0, |line| line.left_out);
        }
        let kept = console.kept.len();
        // The second may have turned in between.
        assert!((100..=300).contains(&kept), "{kept} lines");
        assert_eq!(kept as u32 + left_out + console.left_out, 1_000);
        let longest = console.kept.iter().map(String::len).max();
        assert!(longest <= Some(CONSOLE_LINE_BYTES_MAX + 5));
        assert!(console.due().is_some());
    }

    #[test]
    fn the_place_is_the_first_that_is_the_pages() {
        let stack = "    at write (prelude:12:3)\n    at log (native)\n    \
                     at f (https://a.test:8080/x(1).js:7:21)\n    at https://a.test/y.js:1:2\n";
        assert_eq!(place(stack), Some(("https://a.test:8080/x(1).js", 7, 21)));
        let bare = "    at <anonymous> (inline script:4)\n";
        assert_eq!(place(bare), Some(("inline script", 4, 0)));
        assert_eq!(place("    at eval (native)\nnonsense\n"), None);
    }
}
