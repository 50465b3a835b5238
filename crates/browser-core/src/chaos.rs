//! What a chaos run does: a list of faults, each with whom it meets and how often, as `--chaos`
//! takes it.
//!
//! ```
//! use browser_core::ChaosSpec;
//!
//! let spec: ChaosSpec = "kill=5s,stop-gpu=500ms".parse().expect("a list");
//! assert_eq!(spec.to_string(), "kill-renderer=5s,stop-gpu=500ms");
//! let problem = "kill-broker=5s".parse::<ChaosSpec>().expect_err("never the broker");
//! assert!(problem.to_string().contains("broker"));
//! ```
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use protocol::ids::Role;
use protocol::limits::CHAOS_SPEC_BYTES_MAX;
use std::fmt;
use std::str::FromStr;

/// Lines of a list.
const LINES_MAX: usize = 64;
const MEAN_MS_MIN: u64 = 100;
const MEAN_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// What is done to a process, or to a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChaosKind {
    Abort,
    BadMessage,
    Crash,
    /// It hangs until its tab is reloaded, or the chaos ends.
    Hang,
    Kill,
    Memory,
    Panic,
    /// A tab that has died or does not answer is reloaded, as its user would do it.
    Reload,
    /// The signal of a segmentation fault.
    Segv,
    /// It stops, and goes on after a while.
    Stop,
    /// A system call that no policy permits.
    Syscall,
}

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChaosLine {
    pub kind: ChaosKind,
    /// To a process of which role.
    pub role: Role,
    /// Milliseconds from one to the next, on the average.
    pub mean_ms: u64,
}

/// The list. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaosSpec {
    pub(crate) lines: Vec<ChaosLine>,
}

/// What is wrong with a list, for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaosError(String);

impl std::error::Error for ChaosError {}

impl fmt::Display for ChaosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ChaosKind {
    /// Every kind.
    pub const ALL: [ChaosKind; 11] = [
        ChaosKind::Abort,
        ChaosKind::BadMessage,
        ChaosKind::Crash,
        ChaosKind::Hang,
        ChaosKind::Kill,
        ChaosKind::Memory,
        ChaosKind::Panic,
        ChaosKind::Reload,
        ChaosKind::Segv,
        ChaosKind::Stop,
        ChaosKind::Syscall,
    ];

    /// Its word in a list and in records.
    pub fn name(self) -> &'static str {
        match self {
            ChaosKind::Abort => "abort",
            ChaosKind::BadMessage => "bad-message",
            ChaosKind::Crash => "crash",
            ChaosKind::Hang => "hang",
            ChaosKind::Kill => "kill",
            ChaosKind::Memory => "memory",
            ChaosKind::Panic => "panic",
            ChaosKind::Reload => "reload",
            ChaosKind::Segv => "segv",
            ChaosKind::Stop => "stop",
            ChaosKind::Syscall => "syscall",
        }
    }

    /// Whether it is done to processes of that role: a fault needs a channel to tell it by.
    fn is_for(self, role: Role) -> bool {
        match self {
            ChaosKind::Kill | ChaosKind::Segv | ChaosKind::Stop => true,
            ChaosKind::Reload => role == Role::Renderer,
            _ => !matches!(role, Role::Demo | Role::X11Filter),
        }
    }
}

impl fmt::Display for ChaosLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}=", self.kind.name(), self.role)?;
        match self.mean_ms {
            ms if ms.is_multiple_of(1000) => write!(f, "{}s", ms / 1000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

impl fmt::Display for ChaosSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.lines.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{line}")?;
        }
        Ok(())
    }
}

impl FromStr for ChaosSpec {
    type Err = ChaosError;

    /// # Errors
    /// What is no list of faults with intervals, in words that name the part.
    fn from_str(text: &str) -> Result<ChaosSpec, ChaosError> {
        if text.len() > CHAOS_SPEC_BYTES_MAX {
            let problem = format!("a list has at most {CHAOS_SPEC_BYTES_MAX} bytes");
            return Err(ChaosError(problem));
        }
        let mut lines: Vec<ChaosLine> = Vec::new();
        for part in text.split(',') {
            let line = line(part.trim()).map_err(ChaosError)?;
            let is_same = |it: &ChaosLine| (it.kind, it.role) == (line.kind, line.role);
            if lines.iter().any(is_same) {
                let (kind, role) = (line.kind.name(), line.role);
                return Err(ChaosError(format!("{kind}-{role} stands there twice")));
            }
            lines.push(line);
        }
        if lines.len() > LINES_MAX {
            return Err(ChaosError(format!("at most {LINES_MAX} faults fit")));
        }
        Ok(ChaosSpec { lines })
    }
}

fn line(part: &str) -> Result<ChaosLine, String> {
    let example = "as in kill=5s or stop-gpu=500ms";
    if part.is_empty() {
        return Err(format!("a fault with its interval is missing, {example}"));
    }
    let (word, interval) = part
        .split_once('=')
        .ok_or_else(|| format!("{part:?} has no interval, {example}"))?;
    let (kind, role) = kind_and_role(word)?;
    let mean_ms = milliseconds(interval)
        .filter(|ms| (MEAN_MS_MIN..=MEAN_MS_MAX).contains(ms))
        .ok_or_else(|| format!("{interval:?} is no interval from 100ms to 24h, {example}"))?;
    Ok(ChaosLine {
        kind,
        role,
        mean_ms,
    })
}

fn kind_and_role(word: &str) -> Result<(ChaosKind, Role), String> {
    let names = ChaosKind::ALL.map(ChaosKind::name).join(", ");
    let starts = |kind: &ChaosKind| {
        let rest = word.strip_prefix(kind.name())?;
        match rest.strip_prefix('-') {
            None if rest.is_empty() => Some((*kind, Role::Renderer.name())),
            None => None,
            Some(role) => Some((*kind, role)),
        }
    };
    let found = ChaosKind::ALL.iter().find_map(starts);
    let (kind, role) = found.ok_or_else(|| format!("{word:?} is no fault; there are {names}"))?;
    let roles = || {
        let fitting = Role::ALL.into_iter().filter(|role| kind.is_for(*role));
        fitting.map(Role::name).collect::<Vec<_>>().join(", ")
    };
    let role = Role::from_name(role).filter(|role| kind.is_for(*role));
    let role = role.ok_or_else(|| {
        let (kind, roles) = (kind.name(), roles());
        format!("{word:?} names no process; {kind} is for {roles}")
    })?;
    Ok((kind, role))
}

fn milliseconds(interval: &str) -> Option<u64> {
    let digits = interval.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = match &interval[digits.len()..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        let problem = text.parse::<ChaosSpec>().expect_err(text);
        problem.to_string()
    }

    #[test]
    fn a_list_is_read_and_written_alike() {
        for kind in ChaosKind::ALL {
            let text = format!("{}-renderer=1500ms", kind.name());
            let spec: ChaosSpec = text.parse().expect("a list");
            assert_eq!((spec.lines[0].kind, spec.to_string()), (kind, text));
        }
        let spec: ChaosSpec = "kill=2m, stop-x11-filter=1h".parse().expect("a list");
        assert_eq!(spec.to_string(), "kill-renderer=120s,stop-x11-filter=3600s");
    }

    #[test]
    fn what_is_wrong_with_a_list_is_named() {
        for (text, why) in [
            ("", "a fault with its interval is missing"),
            ("kill=1s,", "a fault with its interval is missing"),
            ("kill", "\"kill\" has no interval"),
            ("explode=1s", "\"explode\" is no fault"),
            ("killer=1s", "\"killer\" is no fault"),
            ("kill-broker=1s", "\"kill-broker\" names no process"),
            ("hang-demo=1s", "hang is for devtools, gpu, network"),
            ("reload-gpu=1s", "reload is for renderer"),
            ("kill=0s", "\"0s\" is no interval"),
            ("kill=99999999999999999999s", "is no interval"),
            ("kill=18446744073709551615h", "is no interval"),
            ("kill=25h", "is no interval"),
            ("kill=1.5s", "is no interval"),
            ("kill=-1s", "is no interval"),
            ("kill=5", "is no interval"),
            ("kill=5\u{e9}s", "is no interval"),
            ("kill=1s,kill-renderer=2s", "stands there twice"),
        ] {
            assert!(problem(text).contains(why), "{text}: {}", problem(text));
        }
        let long = format!("kill={}s", "0".repeat(CHAOS_SPEC_BYTES_MAX));
        assert!(problem(&long).contains("bytes"));
    }
}
