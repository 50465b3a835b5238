//! How a process ended, and what is said of it on the tab's card.

use protocol::misbehaviour::Misbehaviour;
use std::fmt;

/// How the operating system says a process ended, with the record it wrote before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Exit code, when it left by itself.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// The signal that its crash handler reported before it left (a claim of the child).
    pub reported_signal: Option<i32>,
    /// The panic message that its panic hook reported (a claim of the child).
    pub panic: Option<String>,
    /// Bytes that it asked for beyond its memory limit before it aborted (a claim of the child).
    pub allocation_refused: Option<u64>,
}

/// Why a process died, the strongest reason known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeathCause {
    /// It left by itself with this code.
    Exited(i32),
    /// It did not finish its handshake in time.
    HandshakeTimeout,
    /// It did not answer input and was killed (the shell; a tab's process waits for the person).
    Hung,
    /// It broke the protocol and was killed.
    Misbehaved(Misbehaviour),
    /// It asked for this many bytes more than its memory limit allows.
    OutOfMemory(u64),
    /// It panicked.
    Panicked(String),
    /// It did not read its messages and was killed.
    QueueFull,
    /// Its sandbox did not hold and it was killed.
    SealRefused(String),
    /// A signal ended it.
    Signal(i32),
    /// It could not be started.
    SpawnFailed(String),
    /// It tried a system call that its policy refuses and was killed.
    SystemCall(String),
    /// It was ended on purpose: its tab was closed, moved on, or the person said so.
    Wanted,
}

impl fmt::Display for DeathCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeathCause::Exited(code) => write!(f, "left with exit code {code}"),
            DeathCause::HandshakeTimeout => f.write_str("did not start in time"),
            DeathCause::Hung => f.write_str("did not answer"),
            DeathCause::Misbehaved(m) => write!(f, "broke the protocol: {m}"),
            DeathCause::OutOfMemory(bytes) => {
                write!(f, "ran out of memory ({bytes} bytes more were refused)")
            }
            DeathCause::Panicked(message) => write!(f, "panicked: {message}"),
            DeathCause::QueueFull => f.write_str("stopped reading its messages"),
            DeathCause::SealRefused(reason) => write!(f, "its sandbox does not hold: {reason}"),
            DeathCause::Signal(number) => {
                write!(f, "ended by signal {number} ({})", signal_name(*number))
            }
            DeathCause::SpawnFailed(reason) => write!(f, "could not be started: {reason}"),
            DeathCause::SystemCall(call) => write!(f, "tried to call {call}"),
            DeathCause::Wanted => f.write_str("ended on request"),
        }
    }
}

/// The name of a signal on Linux, as `kill -l` prints it with `SIG` before it; `signal(7)`.
pub fn signal_name(number: i32) -> &'static str {
    match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => "another signal",
    }
}
