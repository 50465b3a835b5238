//! One running child: its descriptors, its lanes, and what it wrote before it died.
//!
//! Owns: every descriptor of the child. Trusts: nothing that comes out of one. Never: blocks on it.

use crate::child::lanes::Lanes;
use crate::child::outbox::QueueFull;
use crate::child::pidfd;
use crate::child::stderr::Stderr;
use ipc::{Rate, Receiver, Sender};
use protocol::bootstrap::{FromChild, ToChild};
use protocol::gpu::ToGpu;
use protocol::ids::Role;
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::shell::ToShell;
use std::os::fd::{AsFd, OwnedFd};

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
    /// The channels of its role, from the bootstrap message until it is killed or one is closed.
    pub lanes: Option<Lanes>,
    /// Tells of the system calls that its seccomp filter refuses, from its seal on.
    pub call_notifications: Option<OwnedFd>,
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

impl Child {
    /// Ends the child for sure; its death is then reported by its process descriptor.
    pub fn kill(&self) {
        if let Err(error) = pidfd::kill(self.pidfd.as_fd()) {
            tracing::debug!(pid = self.pid, "kill: {error}");
        }
    }

    /// Whether the child can still be spoken to on the channels of its role.
    pub fn is_connected(&self) -> bool {
        self.lanes.is_some()
    }

    /// Sends to a renderer or the shell; a child of another role is our own mistake and is logged.
    pub fn send_renderer(
        &mut self,
        message: ToRenderer,
        handles: Vec<OwnedFd>,
    ) -> Result<(), QueueFull> {
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
