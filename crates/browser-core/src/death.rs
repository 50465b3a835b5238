//! How a process ended, and the words for that on the tab's card.

use protocol::limits::{MESSAGES_PER_SECOND_MAX, QUEUED_BYTES_MAX, QUEUED_MESSAGES_MAX};
use protocol::misbehaviour::Misbehaviour;
use std::fmt;

/// How a process ended, by the operating system's account and by the process's own crash record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Exit code, if the process exited.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Peak of its resident memory in bytes, private and shared, by the system's account.
    pub resident_bytes_peak: Option<u64>,
    /// The limit of its private memory in bytes.
    pub private_bytes_max: Option<u64>,
    /// The system killed it at the memory limit of its control group.
    pub group_memory: Option<Usage>,
    /// The signal that its crash handler reported (a claim of the child).
    pub reported_signal: Option<i32>,
    /// The stack that overflowed, if that caused the signal (a claim of the child).
    pub stack_overflow: Option<Stack>,
    /// The panic message that its panic hook reported (a claim of the child).
    pub panic: Option<String>,
    /// The request in bytes that exceeded its memory limit before it aborted (a claim of the
    /// child).
    pub allocation_refused: Option<u64>,
}

/// Use of something with a limit, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The bytes in use.
    pub used: u64,
    /// The limit in bytes.
    pub allowed: u64,
}

/// A stack that overflowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// The stack of the main thread.
    Main(Usage),
    /// The stack of another thread.
    Other,
}

/// The messages that wait in the broker for a process that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The number of messages.
    pub messages: usize,
    /// The bytes of all of them.
    pub bytes: usize,
}

/// Why a process died, the strongest reason known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeathCause {
    /// It exited with this code.
    Exited(i32),
    /// The process between it and its display died, and it was killed.
    DisplayLost,
    /// It sent this many messages in one second and was killed.
    Flooded(u32),
    /// The system killed it at the memory limit of its control group.
    GroupMemory(Usage),
    /// It did not finish its handshake in time.
    HandshakeTimeout,
    /// It did not respond to input or a ping and was killed (a service; for a tab's process, the
    /// user decides).
    Hung,
    /// It broke the protocol and was killed.
    Misbehaved(Misbehaviour),
    /// It asked for more than its memory limit allows.
    OutOfMemory {
        /// The request in bytes that failed.
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
    /// It asked the X server for what its policy does not list, and was killed.
    RequestRefused(String),
    /// Its sandbox failed the check and it was killed.
    SealRefused(String),
    /// A signal ended it.
    Signal(i32),
    /// It could not be started.
    SpawnFailed(String),
    /// It overflowed a stack.
    StackOverflow(Stack),
    /// It tried a system call that its policy refuses and was killed.
    SystemCall {
        /// The call and its arguments.
        call: String,
        /// The number of the call, and its place in the program.
        place: String,
    },
    /// It was ended on purpose: its tab was closed or navigated away, or the user asked for it.
    Wanted,
}

impl DeathCause {
    /// The strongest known reason. First the system's account of the memory; then the claims of the
    /// child (a panic, memory, a stack, a signal); then the signal that the system reports; then
    /// the exit code.
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

    /// The cause with details that are for records, not for a card.
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
            DeathCause::Exited(code) => write!(f, "exited with code {code}"),
            DeathCause::DisplayLost => f.write_str("lost its display: the X11 filter died"),
            DeathCause::Flooded(messages) => write!(
                f,
                "broke the protocol: Flood, {messages} messages in one second \
                 (limit {MESSAGES_PER_SECOND_MAX})"
            ),
            DeathCause::GroupMemory(usage) => {
                write!(f, "reached the memory limit of its control group: {usage}")
            }
            DeathCause::HandshakeTimeout => f.write_str("did not start in time"),
            DeathCause::Hung => f.write_str("did not respond"),
            DeathCause::Misbehaved(m) => write!(f, "broke the protocol: {m}"),
            DeathCause::OutOfMemory {
                refused,
                resident_peak,
                private_max,
            } => {
                write!(f, "ran out of memory: a request for {refused} bytes failed")?;
                if let Some(peak) = resident_peak {
                    let peak = Mebibytes(*peak);
                    write!(f, "; peak {peak} (resident, with shared memory)")?;
                }
                if let Some(max) = private_max {
                    write!(f, "; limit {} (private memory)", Mebibytes(*max))?;
                }
                Ok(())
            }
            DeathCause::Panicked(message) => write!(f, "panicked: {message}"),
            DeathCause::QueueFull(Waiting { messages, bytes }) => write!(
                f,
                "stopped reading: {messages} messages wait ({bytes} bytes), \
                 the limit is {QUEUED_MESSAGES_MAX} ({QUEUED_BYTES_MAX} bytes)"
            ),
            DeathCause::RequestRefused(request) => {
                write!(f, "asked the X server for what is not allowed: {request}")
            }
            DeathCause::SealRefused(reason) => write!(f, "failed the sandbox check: {reason}"),
            DeathCause::Signal(number) => {
                write!(
                    f,
                    "was killed by signal {number} ({})",
                    signal_name(*number)
                )
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
        write!(f, "{used} used, limit {allowed}")
    }
}

/// Bytes for the user; whole numbers have no fraction.
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
