//! One running child: its descriptors, its lanes, and what it wrote before it died.
//!
//! Owns: every descriptor of the child. Trusts: nothing that the child writes. Never: blocks on it.

use crate::child::lanes::Lanes;
use crate::child::life;
use crate::child::outbox::QueueFull;
use crate::child::stderr::Stderr;
use browser_core::Waiting;
use ipc::{Rate, Receiver, Sender};
use nix::sys::signal::Signal;
use protocol::bootstrap::{FromChild, ToChild};
use protocol::devtools::ToDevtools;
use protocol::gpu::ToGpu;
use protocol::ids::Role;
use protocol::limits::QUEUED_MESSAGES_MAX;
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::shell::ToShell;
use std::os::fd::OwnedFd;

/// A running child.
pub struct Child {
    /// The role of the child.
    pub role: Role,
    /// Its process id on the host, its own until it is waited for.
    pub pid: i32,
    /// Whether it executes the program, until that is known.
    pub execution: Option<sandbox::Execution>,
    /// The channel of the handshake, until the child closes it; of a renderer, until it works.
    pub bootstrap: Option<(Sender<ToChild>, Receiver<FromChild>)>,
    /// The numbers of both ends of that channel, in records: ours and the child's.
    pub bootstrap_ends: (u32, u32),
    /// The channels of its role, from the bootstrap message until it is killed or one is closed.
    pub lanes: Option<Lanes>,
    /// What it is sent later, if that is so; see [`Children::hold`].
    ///
    /// [`Children::hold`]: crate::child::children::Children::hold
    pub held: Option<Vec<(ToRenderer, Vec<OwnedFd>)>>,
    /// Whether it waits for the fonts of the machine.
    pub lacks_fonts: bool,
    /// Reports the system calls that its seccomp filter refuses, once it is sealed.
    pub call_notifications: Option<OwnedFd>,
    /// Its standard error.
    pub stderr: Stderr,
    /// The rate of its messages.
    pub rate: Rate,
    /// The decisions of the launch about its sandbox.
    pub attempted: sandbox::Attempted,
    /// Its control group, if available; removed when this is dropped after its end.
    pub group: Option<sandbox::cgroup::ChildGroup>,
    /// Whether the broker killed it for closing a channel.
    pub has_hung_up: bool,
    /// The verification of its sandbox, from outside.
    pub report: Option<sandbox::report::Report>,
}

/// What the broker keeps of a child between the report of its end and its burial.
pub struct Corpse {
    /// As in [`Child`].
    pub pid: i32,
    /// Removed when this is dropped.
    pub _group: Option<sandbox::cgroup::ChildGroup>,
}

impl Child {
    /// Kills the child; a signal then reports its death.
    pub fn kill(&self) {
        self.signal(Signal::SIGKILL);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        if let Err(error) = life::signal(self.pid, signal) {
            tracing::debug!(pid = self.pid, "{signal}: {error}");
        }
    }

    /// Whether the channels of its role are open.
    pub fn is_connected(&self) -> bool {
        self.lanes.is_some()
    }

    /// Whether it has not taken all messages yet, as far as the system has no room for them.
    pub fn has_messages_waiting(&mut self) -> bool {
        let mut lanes = self.lanes.iter_mut().flat_map(Lanes::all);
        lanes.any(|lane| lane.is_waiting() || lane.is_refused())
    }

    /// Sends to a renderer or the shell. Another role is a bug of the broker, which is logged.
    pub fn send_renderer(
        &mut self,
        message: ToRenderer,
        handles: Vec<OwnedFd>,
    ) -> Result<(), QueueFull> {
        if let Some(held) = &mut self.held {
            if held.len() >= QUEUED_MESSAGES_MAX {
                let (messages, bytes) = (held.len(), 0);
                return Err(QueueFull(Waiting { messages, bytes }));
            }
            held.push((message, handles));
            return Ok(());
        }
        match &mut self.lanes {
            Some(Lanes::Renderer(lane) | Lanes::Shell { page: lane, .. }) => {
                lane.send(message, handles)
            }
            _ => self.wrong_role("renderer"),
        }
    }

    /// Sends to the gpu process.
    pub fn send_gpu(&mut self, message: ToGpu, handles: Vec<OwnedFd>) -> Result<(), QueueFull> {
        match &mut self.lanes {
            Some(Lanes::Gpu(lane)) => match message {
                ToGpu::SetCursor { .. } | ToGpu::SetScene(_) | ToGpu::SetTitle { .. } => {
                    lane.send_latest(message)
                }
                _ => lane.send(message, handles),
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
        match &mut self.lanes {
            Some(Lanes::Network(lane)) => lane.send(message, handles),
            _ => self.wrong_role("network"),
        }
    }

    /// Sends to the devtools process.
    pub fn send_devtools(
        &mut self,
        message: ToDevtools,
        handle: Option<OwnedFd>,
    ) -> Result<(), QueueFull> {
        match &mut self.lanes {
            Some(Lanes::Devtools(lane)) => lane.send(message, handle.into_iter().collect()),
            // It has been killed.
            None => Ok(()),
            _ => self.wrong_role("devtools"),
        }
    }

    /// Sends to the shell's command channel.
    pub fn send_shell(&mut self, message: ToShell) -> Result<(), QueueFull> {
        match &mut self.lanes {
            Some(Lanes::Shell { commands, .. }) => commands.send_latest(message),
            _ => self.wrong_role("shell"),
        }
    }

    fn wrong_role(&self, wanted: &str) -> Result<(), QueueFull> {
        tracing::error!(role = %self.role, pid = self.pid, wanted, "message to the wrong role");
        Ok(())
    }
}
