//! One child as the event loop sees it: descriptors, channels, and what it wrote before it died.
//!
//! Owns: every descriptor of the child. Trusts: nothing that comes out of one. Never: blocks on it.

use crate::child::outbox::{Outbox, QueueFull};
use crate::lab::helper::read_some;
use ipc::{Endpoint, Rate, Receiver, RecvError, Sender};
use protocol::bootstrap::{FromChild, ToChild};
use protocol::demo::Nothing;
use protocol::gpu::{FromGpu, ToGpu};
use protocol::ids::Role;
use protocol::limits::{STDERR_BYTES_MAX, STDERR_BYTES_PER_SECOND, TEXT_BYTES_MAX};
use protocol::network::{FromNetwork, ToNetwork};
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::shell::{FromShell, ToShell};
use sandbox::crash::{CrashRecord, StackOverflow};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// A running child.
pub struct Child {
    /// Its part.
    pub role: Role,
    /// Its process id as the host sees it.
    pub pid: i32,
    /// Signals it and tells of its death; never means another process.
    pub pidfd: OwnedFd,
    /// The channel of the handshake, until the child closes it.
    pub bootstrap: Option<(Sender<ToChild>, Receiver<FromChild>)>,
    /// The channel of its role, from the bootstrap message on.
    pub control: Option<Control>,
    /// The listener of its seccomp filter, from its seal on.
    pub listener: Option<OwnedFd>,
    /// Its standard error.
    pub stderr: Stderr,
    /// How many messages it has sent lately.
    pub rate: Rate,
    /// What its launch decided about its sandbox.
    pub attempted: sandbox::Attempted,
    /// Its control group, where one can be had; removed when this is dropped after its end.
    pub group: Option<sandbox::cgroup::ChildGroup>,
    /// It was killed for closing a channel.
    pub has_hung_up: bool,
    /// What the broker saw of its sandbox from outside.
    pub report: Option<sandbox::report::Report>,
}

/// A control channel by role.
pub enum Control {
    /// Nothing is ever said; its closing ends the demo server.
    Demo(Endpoint<Nothing, Nothing>),
    /// See [`protocol::gpu`].
    Gpu(Outbox<ToGpu>, Receiver<FromGpu>),
    /// See [`protocol::network`].
    Network(Outbox<ToNetwork>, Receiver<FromNetwork>),
    /// See [`protocol::renderer`].
    Renderer(Outbox<ToRenderer>, Receiver<FromRenderer>),
    /// See [`protocol::shell`].
    Shell {
        /// As of a renderer.
        out: Outbox<ToRenderer>,
        /// As of a renderer.
        input: Receiver<FromRenderer>,
        /// What to show.
        commands_out: Outbox<ToShell>,
        /// What the person asked for.
        commands: Receiver<FromShell>,
    },
}

impl Child {
    /// Sends to a renderer or the shell; a child of another role is our own mistake and is logged.
    pub fn send_renderer(
        &mut self,
        message: ToRenderer,
        handles: Vec<OwnedFd>,
    ) -> Result<(), QueueFull> {
        match &mut self.control {
            Some(Control::Renderer(out, _) | Control::Shell { out, .. }) => {
                out.send(message, handles)
            }
            _ => self.wrong_role("renderer"),
        }
    }

    /// Sends to the gpu process.
    pub fn send_gpu(&mut self, message: ToGpu, handles: Vec<OwnedFd>) -> Result<(), QueueFull> {
        match &mut self.control {
            Some(Control::Gpu(out, _)) => match message {
                ToGpu::SetCursor { .. } | ToGpu::SetScene(_) | ToGpu::SetTitle { .. } => {
                    out.send_latest(message)
                }
                _ => out.send(message, handles),
            },
            _ => self.wrong_role("gpu"),
        }
    }

    /// Sends to the network process.
    pub fn send_network(
        &mut self,
        message: ToNetwork,
        handles: Vec<OwnedFd>,
    ) -> Result<(), QueueFull> {
        match &mut self.control {
            Some(Control::Network(out, _)) => out.send(message, handles),
            _ => self.wrong_role("network"),
        }
    }

    /// Sends to the shell's command channel.
    pub fn send_shell(&mut self, message: ToShell) -> Result<(), QueueFull> {
        match &mut self.control {
            Some(Control::Shell { commands_out, .. }) => commands_out.send_latest(message),
            _ => self.wrong_role("shell"),
        }
    }

    fn wrong_role(&self, wanted: &str) -> Result<(), QueueFull> {
        tracing::error!(role = %self.role, pid = self.pid, wanted, "message to the wrong role");
        Ok(())
    }
}

/// A child's standard error: a pipe, read without blocking and cut into lines.
pub struct Stderr {
    pipe: OwnedFd,
    line: Vec<u8>,
    /// The second that is counted.
    window_from: Instant,
    bytes_in_window: usize,
    /// What has been handed on since its start.
    shown_bytes: usize,
    /// What its crash handlers wrote, the first record of each kind.
    pub crash: browser_core::Exit,
}

impl Stderr {
    /// The read end of the pipe, made non-blocking by the caller.
    pub fn new(pipe: OwnedFd) -> Stderr {
        Stderr {
            pipe,
            line: Vec::new(),
            window_from: Instant::now(),
            bytes_in_window: 0,
            shown_bytes: 0,
            crash: browser_core::Exit::default(),
        }
    }

    /// When more may be read, if it has written too much lately: until then its pipe fills, and it
    /// waits for us instead of keeping us busy.
    pub fn paused_until(&self) -> Option<Instant> {
        (self.bytes_in_window >= STDERR_BYTES_PER_SECOND)
            .then(|| self.window_from + Duration::from_secs(1))
    }

    /// Reads at most a pipe's worth, hands each whole line to `sink`, and says whether the pipe is
    /// still open.
    pub fn read(&mut self, mut sink: impl FnMut(&str)) -> bool {
        let now = Instant::now();
        if now.duration_since(self.window_from) >= Duration::from_secs(1) {
            self.window_from = now;
            self.bytes_in_window = 0;
        }
        let mut bytes = Vec::new();
        let is_open = read_some(&self.pipe, &mut bytes);
        self.bytes_in_window += bytes.len();
        self.take(&bytes, &mut sink);
        if !is_open {
            self.end_line(&mut sink);
        }
        is_open
    }

    fn take(&mut self, bytes: &[u8], sink: &mut impl FnMut(&str)) {
        for &byte in bytes {
            if byte == b'\n' || self.line.len() >= TEXT_BYTES_MAX {
                self.end_line(sink);
            }
            if byte != b'\n' {
                self.line.push(byte);
            }
        }
    }

    fn end_line(&mut self, sink: &mut impl FnMut(&str)) {
        if self.line.is_empty() {
            return;
        }
        let line = trace::printable(&String::from_utf8_lossy(&self.line));
        self.line.clear();
        if let Some(record) = sandbox::crash::parse(&line) {
            return self.remember(record, &line);
        }
        if let Some(bytes) = refused_allocation(&line) {
            self.crash.allocation_refused.get_or_insert(bytes);
        }
        let shown_before = self.shown_bytes;
        self.shown_bytes = shown_before.saturating_add(line.len());
        if shown_before > STDERR_BYTES_MAX {
            return;
        }
        sink(&line);
        if self.shown_bytes > STDERR_BYTES_MAX {
            sink("it has written too much; the rest is left out");
        }
    }

    fn remember(&mut self, record: CrashRecord, line: &str) {
        tracing::info!("{line}");
        match record {
            CrashRecord::Signal { number, stack, .. } => {
                if self.crash.reported_signal.is_none() {
                    self.crash.reported_signal = Some(number);
                    self.crash.stack_overflow = stack.map(stack_of);
                }
            }
            CrashRecord::Panic { message } => {
                self.crash.panic.get_or_insert(message);
            }
        }
    }
}

impl AsFd for Stderr {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

/// A used-up stack in the core's words.
fn stack_of(overflow: StackOverflow) -> browser_core::Stack {
    match overflow {
        StackOverflow::Main { used } => browser_core::Stack::Main(browser_core::Usage {
            used,
            allowed: sandbox::crash::MAIN_STACK_BYTES,
        }),
        StackOverflow::Other => browser_core::Stack::Other,
    }
}

/// The bytes that were asked for, if this is what Rust's standard library writes before it aborts
/// for want of memory (`std::alloc::handle_alloc_error`).
fn refused_allocation(line: &str) -> Option<u64> {
    let bytes = line.strip_prefix("memory allocation of ")?;
    bytes.strip_suffix(" bytes failed")?.parse().ok()
}

/// The messages now waiting in a channel, at most `max` of them, and how it went on after them.
pub fn drain<T: protocol::Message>(
    receiver: &Receiver<T>,
    max: usize,
) -> (Vec<ipc::Received<T>>, Result<(), RecvError>) {
    let mut messages = Vec::new();
    while messages.len() < max {
        match receiver.try_recv() {
            Ok(Some(received)) => messages.push(received),
            Ok(None) => break,
            Err(error) => return (messages, Err(error)),
        }
    }
    (messages, Ok(()))
}
