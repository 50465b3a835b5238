//! All children of the broker: their descriptors by process id, their events for the core, and the
//! messages sent to them.
//!
//! Owns: the table of children. Trusts: no child. Never: blocks on one.

use crate::child::outbox::QueueFull;
use crate::child::process::{Child, Corpse};
use crate::poller::Poller;
use crate::rings::Rings;
use browser_core::Event;
use protocol::devtools::ToDevtools;
use protocol::gpu::ToGpu;
use protocol::ids::{ProcessId, Role};
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::shell::ToShell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Instant;

/// All children.
pub struct Children {
    by_id: BTreeMap<ProcessId, Child>,
    pub(crate) poller: Rc<Poller>,
    events: VecDeque<Event>,
    /// Children whose standard error is not read before that time.
    pub(crate) paused: Vec<(Instant, ProcessId)>,
    /// Children for which the system refuses messages at present, and when to try again.
    pub(crate) refused: Vec<(Instant, ProcessId)>,
    /// Renderers for which messages are kept, and until when.
    pub(crate) holds: Vec<(Instant, ProcessId)>,
    /// Children whose end has been reported but which cannot be waited for yet.
    pub(crate) unburied: Vec<Corpse>,
    /// What each of them, and the broker, writes down of its doings.
    pub(crate) rings: Rings,
}

impl Children {
    /// An empty table. `poller` will watch the descriptors of all children.
    pub fn new(poller: Rc<Poller>) -> Children {
        Children {
            by_id: BTreeMap::new(),
            poller,
            events: VecDeque::new(),
            paused: Vec::new(),
            refused: Vec::new(),
            holds: Vec::new(),
            unburied: Vec::new(),
            rings: Rings::new(),
        }
    }

    /// The child with that id, unless its death has been reported.
    pub fn get(&self, process: ProcessId) -> Option<&Child> {
        self.by_id.get(&process)
    }

    /// See [`Children::get`].
    pub fn get_mut(&mut self, process: ProcessId) -> Option<&mut Child> {
        self.by_id.get_mut(&process)
    }

    /// All children, in the order of their start.
    pub fn iter(&self) -> impl Iterator<Item = (ProcessId, &Child)> {
        self.by_id.iter().map(|(&process, child)| (process, child))
    }

    /// All children, in the order of their start.
    pub fn values(&self) -> impl Iterator<Item = &Child> {
        self.by_id.values()
    }

    /// The same, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Child> {
        self.by_id.values_mut()
    }

    /// The ids of all of them.
    pub fn ids(&self) -> Vec<ProcessId> {
        self.by_id.keys().copied().collect()
    }

    /// Adds a child that has just been started.
    pub fn insert(&mut self, process: ProcessId, child: Child) {
        self.by_id.insert(process, child);
    }

    /// Takes a child out of the table. Closing its descriptors ends the watch on them.
    pub fn remove(&mut self, process: ProcessId) -> Option<Child> {
        let mut child = self.by_id.remove(&process)?;
        self.holds.retain(|(_, held)| *held != process);
        let crash = std::mem::take(&mut child.stderr.records);
        self.rings.died(process, crash);
        Some(child)
    }

    /// Queues an event for the core.
    pub fn report(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// The next event for the core.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The gpu process, if its channel is open.
    pub fn gpu(&self) -> Option<ProcessId> {
        self.iter()
            .find(|(_, child)| child.role == Role::Gpu && child.is_connected())
            .map(|(process, _)| process)
    }

    /// Kills a child that the broker cannot serve because it lacks descriptors or memory. The tab
    /// then shows the crash.
    pub fn give_up(&mut self, process: ProcessId, error: &io::Error) {
        tracing::error!("cannot serve {process}: {error}");
        if let Some(child) = self.get(process) {
            child.kill();
        }
    }

    /// Sends to a renderer or the shell, with the descriptors that travel beside the message.
    pub fn send_renderer(
        &mut self,
        to: ProcessId,
        message: ToRenderer,
        handles: impl IntoIterator<Item = OwnedFd>,
    ) {
        self.send(to, |child| {
            child.send_renderer(message, handles.into_iter().collect())
        });
    }

    /// Sends to the gpu process.
    pub fn send_gpu(
        &mut self,
        to: ProcessId,
        message: ToGpu,
        handles: impl IntoIterator<Item = OwnedFd>,
    ) {
        self.send(to, |child| {
            child.send_gpu(message, handles.into_iter().collect())
        });
    }

    /// Sends to the network process.
    pub fn send_network(
        &mut self,
        to: ProcessId,
        message: ToNetwork,
        handles: impl IntoIterator<Item = OwnedFd>,
    ) {
        self.send(to, |child| {
            child.send_network(message, handles.into_iter().collect())
        });
    }

    /// Sends to the devtools process.
    pub fn send_devtools(&mut self, to: ProcessId, message: ToDevtools, handle: Option<OwnedFd>) {
        self.send(to, |child| child.send_devtools(message, handle));
    }

    /// Sends on the shell's command channel.
    pub fn send_shell(&mut self, to: ProcessId, message: ToShell) {
        self.send(to, |child| child.send_shell(message));
    }

    fn send(&mut self, process: ProcessId, send: impl FnOnce(&mut Child) -> Result<(), QueueFull>) {
        // A missing child has died, and the core is about to be told.
        match self.get_mut(process).map(send) {
            Some(Ok(())) => self.watch_outboxes(process),
            Some(Err(QueueFull(waiting))) => self.report(Event::QueueFull { process, waiting }),
            None => {}
        }
    }
}
