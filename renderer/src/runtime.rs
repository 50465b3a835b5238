//! The process's loop: one poll(2) over every event source, then layout, then paint.
//!
//! Owns: the control channel and the surfaces. Trusts: the broker. Never: wakes without a cause, or
//! paints without a credit.

use crate::control::ControlEndpoint;
pub(crate) use crate::control::ToBroker;
use crate::moves::Moves;
use crate::text::{self, TextError};
use crate::view::View;
use crate::view::surface::{FramesEndpoint, PaintedSurface};
use ipc::poll::{Interest, wait};
use ipc::{Endpoint, Handles, Misbehaviour, RecvError};
use protocol::appearance::Appearance;
use protocol::clipboard::Edit;
use protocol::find::FindCommand;
use protocol::geometry::Size;
use protocol::ids::{Generation, NavigationId, SurfaceId};
use protocol::input::InputEvent;
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::surface::SurfacePart;
use shm::{Producer, ShmError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why the loop failed.
#[derive(Debug, Error)]
pub(crate) enum LoopError {
    /// The broker broke the protocol.
    #[error("the broker sent an illegal message: {0}")]
    Broker(#[from] Misbehaviour),
    #[error("waiting failed: {0}")]
    Wait(#[from] io::Error),
    #[error("a surface cannot be mapped: {0}")]
    Surface(#[from] ShmError),
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("the control channel failed: {0}")]
    Control(RecvError),
}

/// What the loop drives: a page or the shell.
pub(crate) trait Host {
    /// The view shown on surfaces of that part.
    fn view(&mut self, part: SurfacePart) -> Option<&mut View>;
    /// Handles a control message that is not about surfaces.
    fn message(&mut self, message: ToRenderer, handles: Handles) -> Result<(), LoopError>;
    /// Lays out what has changed, so that the view of that part is as the user sees it.
    fn settle(&mut self, part: SurfacePart);
    /// Handles user input on a surface.
    fn input(&mut self, part: SurfacePart, event: InputEvent, control: &ToBroker);
    /// Finds text in the document; only a page has one in which that is possible.
    fn find(&mut self, _command: FindCommand, _control: &ToBroker) -> Result<(), LoopError> {
        Err(Misbehaviour::WrongState.into())
    }
    /// Further descriptors to wait for.
    fn sources(&self) -> Vec<BorrowedFd<'_>>;
    /// One to wait for until it takes more.
    fn outlet(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// Reads from those that are ready.
    fn receive(&mut self) -> Result<(), LoopError>;
    /// When to take a turn even if nothing happens.
    fn deadline(&self) -> Option<Instant>;
    /// Lays out what has changed and reports it to the broker.
    fn turn(&mut self, control: &ToBroker);
    /// The channel to the network process, if it has one.
    fn fetch_channel(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// Which document it shows, as its messages name it.
    fn document(&self) -> Option<NavigationId> {
        None
    }
    /// Nobody sees the view of that part: what waits for a paint must not wait.
    fn unseen(&mut self, _part: SurfacePart, _control: &ToBroker) {}
    /// Whether the document does not want to be left.
    fn stays(&mut self) -> bool {
        false
    }
    /// Whether all has been done that is to be done unasked.
    fn is_at_rest(&self) -> bool {
        false
    }
    /// The surface of that part shows the view as it is now.
    fn painted(&mut self, part: SurfacePart, control: &ToBroker);
}

/// Runs until the broker closes the control channel.
pub(crate) fn run(control: ControlEndpoint, host: Box<impl Host>) -> Result<(), LoopError> {
    let mut runtime = Runtime {
        control: ToBroker::new(control),
        surfaces: Vec::new(),
        hidden: Vec::new(),
        is_lean: false,
        moves: Moves::default(),
        host,
    };
    loop {
        runtime.wait()?;
        if !runtime.receive_control()? {
            return Ok(());
        }
        runtime
            .surfaces
            .iter_mut()
            .for_each(PaintedSurface::receive);
        runtime.host.receive()?;
        runtime.turn();
    }
}

struct Runtime<H> {
    control: ToBroker,
    surfaces: Vec<PaintedSurface>,
    /// Surfaces that nobody sees, which have no pixels.
    hidden: Vec<(SurfaceId, SurfacePart)>,
    /// Whether the memory that is not needed has been given back since it was last seen or loaded.
    is_lean: bool,
    moves: Moves,
    /// Apart from the stack, which would hold some of it twice.
    host: Box<H>,
}

impl<H: Host> Runtime<H> {
    fn wait(&mut self) -> Result<(), LoopError> {
        let deadline = self.deadline();
        let sources = self.host.sources();
        let fds: Vec<_> = std::iter::once(self.control.as_fd())
            .chain(self.surfaces.iter().filter_map(PaintedSurface::credits))
            .chain(sources)
            .map(|fd| (fd, Interest::Read))
            .chain(self.host.outlet().map(|fd| (fd, Interest::Write)))
            .collect();
        let now = Instant::now();
        let timeout: Option<Duration> =
            deadline.map(|deadline| deadline.saturating_duration_since(now));
        wait(&fds, timeout)?;
        Ok(())
    }

    /// When to take a turn even if nothing happens. Pictures move only where a frame may be
    /// published: a hidden tab sleeps.
    fn deadline(&mut self) -> Option<Instant> {
        let taken_in = self.control.has_taken_in().then(Instant::now);
        let mut deadline = self.host.deadline().into_iter().chain(taken_in).min();
        for surface in self.surfaces.iter().filter(|surface| surface.has_credit()) {
            let view = self.host.view(surface.part);
            let due = view.and_then(|view| match view.wants_frame() {
                true => Some(Instant::now()),
                false => view.moving.due(),
            });
            deadline = deadline.into_iter().chain(due).min();
        }
        deadline
    }

    /// Takes the control messages that are there. Returns false when the channel is closed.
    fn receive_control(&mut self) -> Result<bool, LoopError> {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match self.control.take() {
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
        let is_move = matches!(&message, ToRenderer::Input { event, .. } if event.is_move());
        if !is_move || self.moves.is_full() {
            self.do_moves();
        }
        match message {
            ToRenderer::AttachSurface {
                surface,
                part,
                generation,
                size,
            } => {
                let channel = Endpoint::take(&mut handles)?;
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
                    Some(Endpoint::take(&mut handles)?)
                } else {
                    None
                };
                let producer = producer(&mut handles, size, generation)?;
                self.replace(surface, producer, channel);
            }
            ToRenderer::HideSurface {
                surface,
                sequence,
                part,
                size,
            } => self.hide(surface, sequence, part, size),
            ToRenderer::DetachSurface { surface } => self.forget(surface),
            ToRenderer::Input {
                surface,
                sequence,
                event,
            } => self.take_input(surface, sequence, event),
            ToRenderer::Edit {
                surface,
                sequence,
                edit,
            } => self.edit(surface, sequence, edit, &mut handles)?,
            ToRenderer::Inspect {
                surface,
                sequence,
                at,
            } => self.inspect(surface, sequence, at),
            ToRenderer::SetAppearance {
                surface,
                sequence,
                appearance,
            } => self.set_appearance(surface, sequence, appearance),
            ToRenderer::Find { sequence, command } => {
                self.host.find(command, &self.control)?;
                self.control.say(FromRenderer::Done { sequence });
            }
            ToRenderer::AskLeave { sequence } => self.ask_leave(sequence),
            ToRenderer::Inject(action) => {
                child::inject(&action, &self.reach());
            }
            other => self.take_of_host(other, handles)?,
        }
        Ok(())
    }

    fn ask_leave(&mut self, sequence: u32) {
        let stays = self.host.stays();
        self.control
            .say(FromRenderer::LeaveAnswer { sequence, stays });
        self.control.say(FromRenderer::Done { sequence });
    }

    fn take_input(&mut self, surface: SurfaceId, sequence: u32, event: InputEvent) {
        // Input on a surface that has just been replaced is ignored.
        match self.part_of(surface) {
            Some(part) if event.is_move() => self.moves.add(part, event),
            Some(part) => self.host.input(part, event, &self.control),
            None => {}
        }
        self.control.say(FromRenderer::Done { sequence });
    }

    fn take_of_host(&mut self, message: ToRenderer, handles: Handles) -> Result<(), LoopError> {
        let sequence = match &message {
            ToRenderer::Commit(commit) => Some(commit.sequence),
            ToRenderer::GoWithin(go) => Some(go.sequence),
            _ => None,
        };
        self.host.message(message, handles)?;
        self.is_lean = false;
        if let Some(sequence) = sequence {
            self.control.say(FromRenderer::Done { sequence });
        }
        Ok(())
    }

    fn edit(
        &mut self,
        surface: SurfaceId,
        sequence: u32,
        edit: Edit,
        handles: &mut Handles,
    ) -> Result<(), LoopError> {
        if let Some(view) = self.settled_view(surface)
            && let Some(bytes) = text::edit(view, edit, handles)?
        {
            self.control.say(FromRenderer::Copied { sequence, bytes });
        }
        self.control.say(FromRenderer::Done { sequence });
        Ok(())
    }

    fn inspect(&mut self, surface: SurfaceId, sequence: u32, at: Option<(f32, f32)>) {
        if let Some(view) = self.settled_view(surface) {
            let target = view.target(at);
            self.control
                .say(FromRenderer::Inspected { sequence, target });
        }
        self.control.say(FromRenderer::Done { sequence });
    }

    /// The view on a surface, as the user sees it; none on one that has just been replaced.
    fn settled_view(&mut self, surface: SurfaceId) -> Option<&mut View> {
        let part = self.part_of(surface)?;
        self.host.settle(part);
        self.host.view(part)
    }

    fn reach(&self) -> child::Reach<'_> {
        child::Reach {
            control: self.control.as_fd(),
            fetch: self.host.fetch_channel().into_iter().collect(),
            surfaces: self.surfaces.iter().map(PaintedSurface::reach).collect(),
            document: self.host.document(),
            display: None,
        }
    }

    fn attach(
        &mut self,
        id: SurfaceId,
        part: SurfacePart,
        producer: Producer,
        channel: FramesEndpoint,
    ) {
        self.forget_part(part);
        if let Some(view) = self.host.view(part) {
            view.set_size(producer.size());
            view.set_appearance(Appearance::default());
            self.surfaces
                .push(PaintedSurface::new(id, part, producer, channel));
        }
    }

    fn forget(&mut self, id: SurfaceId) {
        self.surfaces.retain(|surface| surface.id != id);
        self.hidden.retain(|(hidden, _)| *hidden != id);
    }

    fn forget_part(&mut self, part: SurfacePart) {
        self.surfaces.retain(|surface| surface.part != part);
        self.hidden.retain(|(_, hidden)| *hidden != part);
    }

    fn set_appearance(&mut self, surface: SurfaceId, sequence: u32, appearance: Appearance) {
        let part = self.part_of(surface);
        if let Some(view) = part.and_then(|part| self.host.view(part)) {
            view.set_appearance(appearance);
        }
        self.control.say(FromRenderer::Done { sequence });
    }

    fn hide(&mut self, id: SurfaceId, sequence: u32, part: SurfacePart, size: Size) {
        let is_new = self.part_of(id).is_none();
        self.forget_part(part);
        if let Some(view) = self.host.view(part) {
            view.set_size(size);
            if is_new {
                view.set_appearance(Appearance::default());
            }
            self.hidden.push((id, part));
        }
        self.is_lean = false;
        self.control.say(FromRenderer::Done { sequence });
    }

    /// A hidden surface is seen again, and painted in whole.
    fn show(&mut self, id: SurfaceId, producer: Producer, channel: FramesEndpoint) {
        let Some(part) = self.part_of(id) else {
            return;
        };
        self.hidden.retain(|(hidden, _)| *hidden != id);
        if let Some(view) = self.host.view(part) {
            view.set_size(producer.size());
            self.surfaces
                .push(PaintedSurface::new(id, part, producer, channel));
        }
    }

    fn replace(&mut self, id: SurfaceId, producer: Producer, channel: Option<FramesEndpoint>) {
        if self.hidden.iter().any(|(hidden, _)| *hidden == id) {
            // Without a channel no frame can be published: it stays hidden.
            if let Some(channel) = channel {
                self.show(id, producer, channel);
            }
            return;
        }
        let Some(surface) = self.surfaces.iter_mut().find(|s| s.id == id) else {
            return;
        };
        surface.replace(producer, channel);
        if let Some(view) = self.host.view(surface.part) {
            view.set_size(surface.size());
        }
    }

    fn part_of(&self, id: SurfaceId) -> Option<SurfacePart> {
        let seen = self
            .surfaces
            .iter()
            .map(|surface| (surface.id, surface.part));
        let mut all = seen.chain(self.hidden.iter().copied());
        all.find(|(surface, _)| *surface == id)
            .map(|(_, part)| part)
    }

    fn do_moves(&mut self) {
        for (part, event) in self.moves.take() {
            self.host.input(part, event, &self.control);
        }
    }

    /// Whether a frame that is owed cannot be painted yet: it will show the moves that still come.
    fn must_moves_wait(&mut self) -> bool {
        let Some(part) = self.moves.first() else {
            return true;
        };
        let has_credit = self
            .surfaces
            .iter()
            .any(|surface| surface.part == part && surface.has_credit());
        let view = self.host.view(part);
        !has_credit && view.is_some_and(|view| view.is_unsettled() || view.wants_paint())
    }

    fn turn(&mut self) {
        if !self.must_moves_wait() {
            self.do_moves();
        }
        for surface in self.surfaces.iter().filter(|surface| surface.has_credit()) {
            if let Some(view) = self.host.view(surface.part) {
                view.tick();
            }
        }
        self.host.turn(&self.control);
        for (_, part) in &self.hidden {
            self.host.unseen(*part, &self.control);
        }
        for surface in self
            .surfaces
            .iter_mut()
            .filter(|surface| surface.has_credit())
        {
            if let Some(view) = self.host.view(surface.part)
                && view.wants_paint()
            {
                surface.paint(view);
                self.host.painted(surface.part, &self.control);
            }
        }
        self.grow_lean();
    }

    /// What nobody sees gives back the memory that it will not miss, once, when nothing is left to
    /// do.
    fn grow_lean(&mut self) {
        let is_hidden = self.surfaces.is_empty() && !self.hidden.is_empty();
        if self.is_lean || !is_hidden || !self.host.is_at_rest() {
            return;
        }
        self.is_lean = true;
        for (_, part) in &self.hidden {
            if let Some(view) = self.host.view(*part) {
                view.compact();
            }
        }
        child::give_back();
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
