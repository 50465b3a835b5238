//! How a process ended, and what is said of it on the tab's card.

use protocol::limits::{MESSAGES_PER_SECOND_MAX, QUEUED_BYTES_MAX, QUEUED_MESSAGES_MAX};
use protocol::misbehaviour::Misbehaviour;
use std::fmt;

/// How the operating system says a process ended, with the record it wrote before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Exit code, when it left by itself.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Most bytes that it had in memory at once, by the system's account: private and shared ones.
    pub resident_bytes_peak: Option<u64>,
    /// How many private bytes the system allowed it.
    pub private_bytes_max: Option<u64>,
    /// The system killed it at the memory limit of its control group.
    pub group_memory: Option<Usage>,
    /// The signal that its crash handler reported before it left (a claim of the child).
    pub reported_signal: Option<i32>,
    /// Whether that signal came of a stack that was used up (a claim of the child).
    pub stack_overflow: Option<Stack>,
    /// The panic message that its panic hook reported (a claim of the child).
    pub panic: Option<String>,
    /// Bytes that it asked for beyond its memory limit before it aborted (a claim of the child).
    pub allocation_refused: Option<u64>,
}

/// Bytes of something that has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// How many were used.
    pub used: u64,
    /// How many are allowed.
    pub allowed: u64,
}

/// A stack that was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// The main thread's.
    Main(Usage),
    /// That of a further thread.
    Other,
}

/// What waits in the broker for a process that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Messages.
    pub messages: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// Why a process died, the strongest reason known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeathCause {
    /// It left by itself with this code.
    Exited(i32),
    /// It sent this many messages in one second and was killed.
    Flooded(u32),
    /// The system killed it at the memory limit of its control group.
    GroupMemory(Usage),
    /// It did not finish its handshake in time.
    HandshakeTimeout,
    /// It did not answer input or a ping and was killed (a service; a tab's process waits for the
    /// user).
    Hung,
    /// It broke the protocol and was killed.
    Misbehaved(Misbehaviour),
    /// It asked for more than its memory limit allows.
    OutOfMemory {
        /// Bytes that it did not get.
        refused: u64,
        /// See [`Exit::resident_bytes_peak`].
        resident_peak: Option<u64>,
        /// See [`Exit::private_bytes_max`].
        private_max: Option<u64>,
    },
    /// It panicked.
    Panicked(String),
    /// It did not read its messages and was killed.
    QueueFull(Waiting),
    /// Its sandbox did not hold and it was killed.
    SealRefused(String),
    /// A signal ended it.
    Signal(i32),
    /// It could not be started.
    SpawnFailed(String),
    /// It used up a stack.
    StackOverflow(Stack),
    /// It tried a system call that its policy refuses and was killed.
    SystemCall {
        /// The call and its arguments.
        call: String,
        /// Its number, and where in the program it was made.
        place: String,
    },
    /// It was ended on purpose: its tab was closed, moved on, or the user said so.
    Wanted,
}

impl DeathCause {
    /// The strongest reason that an exit tells: what the system alone says of its memory; then the
    /// claims of the child (a panic, memory, a stack, a signal); then the signal that the system
    /// reports, then the exit code.
    pub(crate) fn of(exit: &Exit) -> DeathCause {
        if let Some(usage) = exit.group_memory {
            return DeathCause::GroupMemory(usage);
        }
        if let Some(message) = &exit.panic {
            return DeathCause::Panicked(message.clone());
        }
        if let Some(refused) = exit.allocation_refused {
            return DeathCause::OutOfMemory {
                refused,
                resident_peak: exit.resident_bytes_peak,
                private_max: exit.private_bytes_max,
            };
        }
        if let Some(stack) = exit.stack_overflow {
            return DeathCause::StackOverflow(stack);
        }
        match exit.reported_signal.or(exit.signal) {
            Some(number) => DeathCause::Signal(number),
            None => DeathCause::Exited(exit.code.unwrap_or(0)),
        }
    }

    /// With what is for records and not for a card.
    pub fn in_full(&self) -> String {
        match self {
            DeathCause::SystemCall { place, .. } => format!("{self} ({place})"),
            cause => cause.to_string(),
        }
    }
}

impl fmt::Display for DeathCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeathCause::Exited(code) => write!(f, "left with exit code {code}"),
            DeathCause::Flooded(messages) => write!(
                f,
                "broke the protocol: Flood, {messages} messages in one second of \
                 {MESSAGES_PER_SECOND_MAX} allowed"
            ),
            DeathCause::GroupMemory(usage) => {
                write!(f, "was killed at its memory limit: {usage} (control group)")
            }
            DeathCause::HandshakeTimeout => f.write_str("did not start in time"),
            DeathCause::Hung => f.write_str("did not answer"),
            DeathCause::Misbehaved(m) => write!(f, "broke the protocol: {m}"),
            DeathCause::OutOfMemory {
                refused,
                resident_peak,
                private_max,
            } => {
                write!(f, "ran out of memory: {refused} bytes more were refused")?;
                if let Some(peak) = resident_peak {
                    let peak = Mebibytes(*peak);
                    write!(f, "; used {peak} (resident peak, shared included)")?;
                }
                if let Some(max) = private_max {
                    write!(f, "; allowed {} (private)", Mebibytes(*max))?;
                }
                Ok(())
            }
            DeathCause::Panicked(message) => write!(f, "panicked: {message}"),
            DeathCause::QueueFull(Waiting { messages, bytes }) => write!(
                f,
                "stopped reading: {messages} messages wait ({bytes} bytes), \
                 of {QUEUED_MESSAGES_MAX} ({QUEUED_BYTES_MAX} bytes) allowed"
            ),
            DeathCause::SealRefused(reason) => write!(f, "its sandbox does not hold: {reason}"),
            DeathCause::Signal(number) => {
                write!(f, "ended by signal {number} ({})", signal_name(*number))
            }
            DeathCause::SpawnFailed(reason) => write!(f, "could not be started: {reason}"),
            DeathCause::StackOverflow(Stack::Main(usage)) => {
                write!(f, "overflowed its stack: {usage} (SIGSEGV)")
            }
            DeathCause::StackOverflow(Stack::Other) => {
                f.write_str("overflowed the stack of a thread (SIGSEGV)")
            }
            DeathCause::SystemCall { call, .. } => write!(f, "tried to call {call}"),
            DeathCause::Wanted => f.write_str("ended on request"),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, allowed) = (Mebibytes(self.used), Mebibytes(self.allowed));
        write!(f, "{used} used of {allowed} allowed")
    }
}

/// Bytes for people; whole ones without a fraction.
struct Mebibytes(u64);

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = format!("{:.1}", self.0 as f64 / (1024.0 * 1024.0));
        write!(f, "{} MiB", value.strip_suffix(".0").unwrap_or(&value))
    }
}

fn signal_name(number: i32) -> &'static str {
    syscalls::signal_name(number).unwrap_or("another signal")
}
