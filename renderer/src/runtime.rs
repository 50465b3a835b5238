//! The loop of the process: one poll(2) over everything that can happen, then layout, then paint.
//!
//! Owns: the control channel and the surfaces. Trusts: the broker. Never: wakes without a cause,
//! and never paints without a credit.

use crate::ControlEndpoint;
use crate::surface::{FramesEndpoint, Surface};
use crate::view::View;
use ipc::poll::{Interest, wait};
use ipc::{Handles, Misbehaviour, Receiver, RecvError, Sender};
use protocol::geometry::Size;
use protocol::ids::{Generation, SurfaceId};
use protocol::input::InputEvent;
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::renderer::{FromRenderer, SurfacePart, ToRenderer};
use shm::{Producer, ShmError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why the loop ended other than by its control channel closing.
#[derive(Debug, Error)]
pub(crate) enum LoopError {
    /// The broker sent what it may not send; nothing sensible can follow.
    #[error("the broker's message is not legal: {0}")]
    Broker(#[from] Misbehaviour),
    #[error("waiting failed: {0}")]
    Wait(#[from] io::Error),
    #[error("a surface cannot be mapped: {0}")]
    Surface(#[from] ShmError),
    #[error("the control channel failed: {0}")]
    Control(RecvError),
}

/// What the process has to say to the broker.
pub(crate) struct Control(Sender<FromRenderer>);

impl Control {
    /// Sends a message. That the broker is gone shows on the receiving side.
    pub(crate) fn say(&self, message: FromRenderer) {
        let _ = self.0.send(message);
    }
}

/// What the loop drives: a page or the shell.
pub(crate) trait Host {
    /// The view shown on surfaces of that part.
    fn view(&mut self, part: SurfacePart) -> Option<&mut View>;
    /// A control message that is not about surfaces.
    fn message(&mut self, message: ToRenderer, handles: Handles) -> Result<(), LoopError>;
    /// Something the person did on a surface.
    fn input(&mut self, part: SurfacePart, event: InputEvent, control: &Control);
    /// Further descriptors to wait for.
    fn sources(&self) -> Vec<BorrowedFd<'_>>;
    /// Some of them may be ready: take what is there.
    fn receive(&mut self) -> Result<(), LoopError>;
    /// When to turn even if nothing happens.
    fn deadline(&self) -> Option<Instant>;
    /// Lays out what has changed and tells the broker about it.
    fn turn(&mut self, control: &Control);
    /// The channel to the network process, if it has one.
    fn fetch_channel(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// A frame of that part has been published.
    fn published(&mut self, part: SurfacePart, control: &Control);
}

/// Runs until the broker closes the control channel.
pub(crate) fn run(control: ControlEndpoint, host: impl Host) -> Result<(), LoopError> {
    let (sender, receiver) = control.split();
    let mut runtime = Runtime {
        control: Control(sender),
        receiver,
        surfaces: Vec::new(),
        host,
    };
    loop {
        runtime.wait()?;
        if !runtime.receive_control()? {
            return Ok(());
        }
        runtime.surfaces.iter_mut().for_each(Surface::receive);
        runtime.host.receive()?;
        runtime.turn();
    }
}

struct Runtime<H> {
    control: Control,
    receiver: Receiver<ToRenderer>,
    surfaces: Vec<Surface>,
    host: H,
}

impl<H: Host> Runtime<H> {
    fn wait(&self) -> Result<(), LoopError> {
        let sources = self.host.sources();
        let fds: Vec<_> = std::iter::once(self.receiver.as_fd())
            .chain(self.surfaces.iter().filter_map(Surface::credits))
            .chain(sources)
            .map(|fd| (fd, Interest::Read))
            .collect();
        let now = Instant::now();
        let timeout: Option<Duration> = self
            .host
            .deadline()
            .map(|deadline| deadline.saturating_duration_since(now));
        wait(&fds, timeout)?;
        Ok(())
    }

    /// Takes the control messages that are there. Returns false when the channel is closed.
    fn receive_control(&mut self) -> Result<bool, LoopError> {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match self.receiver.try_recv() {
                Ok(Some(received)) => self.take(received.message, received.handles)?,
                Ok(None) => break,
                Err(RecvError::Closed) => return Ok(false),
                Err(RecvError::Misbehaved(misbehaviour)) => return Err(misbehaviour.into()),
                Err(error) => return Err(LoopError::Control(error)),
            }
        }
        Ok(true)
    }

    fn take(&mut self, message: ToRenderer, mut handles: Handles) -> Result<(), LoopError> {
        match message {
            ToRenderer::AttachSurface {
                surface,
                part,
                generation,
                size,
            } => {
                let channel = ipc::Endpoint::take(&mut handles)?;
                let producer = producer(&mut handles, size, generation)?;
                self.attach(surface, part, producer, channel);
            }
            ToRenderer::ReplaceRegion {
                surface,
                generation,
                size,
                channel,
            } => {
                let channel = if channel {
                    Some(ipc::Endpoint::take(&mut handles)?)
                } else {
                    None
                };
                let producer = producer(&mut handles, size, generation)?;
                self.replace(surface, producer, channel);
            }
            ToRenderer::DetachSurface { surface } => self.surfaces.retain(|s| s.id != surface),
            ToRenderer::Input {
                surface,
                sequence,
                event,
            } => {
                // Input on a surface that has just been replaced is dealt with by doing nothing.
                if let Some(part) = self.part_of(surface) {
                    self.host.input(part, event, &self.control);
                }
                self.control.say(FromRenderer::Done { sequence });
            }
            ToRenderer::Break(action) => {
                child::break_process(&action, &self.reach());
            }
            other => {
                let sequence = match &other {
                    ToRenderer::Commit(commit) => Some(commit.sequence),
                    _ => None,
                };
                self.host.message(other, handles)?;
                if let Some(sequence) = sequence {
                    self.control.say(FromRenderer::Done { sequence });
                }
            }
        }
        Ok(())
    }

    fn reach(&self) -> child::Reach<'_> {
        child::Reach {
            control: self.control.0.as_fd(),
            fetch: self.host.fetch_channel().into_iter().collect(),
            surfaces: self.surfaces.iter().map(Surface::reach).collect(),
        }
    }

    fn attach(
        &mut self,
        id: SurfaceId,
        part: SurfacePart,
        producer: Producer,
        channel: FramesEndpoint,
    ) {
        self.surfaces.retain(|surface| surface.part != part);
        if let Some(view) = self.host.view(part) {
            view.set_size(producer.size());
            self.surfaces
                .push(Surface::new(id, part, producer, channel));
        }
    }

    fn replace(&mut self, id: SurfaceId, producer: Producer, channel: Option<FramesEndpoint>) {
        let Some(surface) = self.surfaces.iter_mut().find(|s| s.id == id) else {
            return;
        };
        surface.replace(producer, channel);
        if let Some(view) = self.host.view(surface.part) {
            view.set_size(surface.size());
        }
    }

    fn part_of(&self, id: SurfaceId) -> Option<SurfacePart> {
        self.surfaces
            .iter()
            .find(|surface| surface.id == id)
            .map(|surface| surface.part)
    }

    fn turn(&mut self) {
        for surface in self.surfaces.iter().filter(|surface| surface.has_credit()) {
            if let Some(view) = self.host.view(surface.part) {
                view.tick();
            }
        }
        self.host.turn(&self.control);
        for surface in self
            .surfaces
            .iter_mut()
            .filter(|surface| surface.has_credit())
        {
            if let Some(view) = self.host.view(surface.part)
                && view.wants_paint()
            {
                surface.publish(view);
                self.host.published(surface.part, &self.control);
            }
        }
    }
}

fn producer(
    handles: &mut Handles,
    size: Size,
    generation: Generation,
) -> Result<Producer, LoopError> {
    let pixels = handles.region()?;
    let latch = handles.region()?;
    Ok(Producer::new(pixels, latch, size, generation)?)
}
