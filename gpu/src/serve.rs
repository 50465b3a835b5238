//! The gpu process's loop: one wait over every event source.
//!
//! Owns: the order of the work. Trusts: the broker on the control channel. Never: wakes unless a
//! descriptor is ready or a credit is due.

use crate::capture;
use crate::screen::Screen;
use crate::surface::FramesEndpoint;
use crate::target::Target;
use crate::window::WindowEvent;
use ipc::poll::{self, Interest};
use ipc::{Endpoint, Handles, Receiver, RecvError, Sender};
use protocol::geometry::Size;
use protocol::gpu::{FromGpu, ToGpu};
use protocol::ids::{Generation, SurfaceId};
use protocol::misbehaviour::Misbehaviour;
use shm::Consumer;
use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why the loop failed.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The broker's channel broke.
    #[error("the control channel failed: {0}")]
    Control(#[from] RecvError),
    /// The system refused to wait.
    #[error("waiting failed: {0}")]
    Wait(#[from] io::Error),
    /// A descriptor is missing, which the channel has checked.
    #[error("a message lacks a descriptor: {0}")]
    Handle(#[from] Misbehaviour),
}

/// The broker's channel.
pub struct BrokerChannel {
    sender: Arc<Sender<FromGpu>>,
    receiver: Receiver<ToGpu>,
}

impl BrokerChannel {
    /// Wraps this end of the channel.
    pub fn new(channel: Endpoint<FromGpu, ToGpu>) -> BrokerChannel {
        let (sender, receiver) = channel.split();
        BrokerChannel {
            sender: Arc::new(sender),
            receiver,
        }
    }

    /// A function that tells the broker, from any thread, that the display is gone.
    pub fn closer(&self) -> impl Fn() + Send + Sync + 'static {
        let sender = Arc::clone(&self.sender);
        move || {
            // The broker may be gone too; then there is nobody to tell.
            let _ = sender.try_send(FromGpu::DisplayLost);
        }
    }
}

/// The gpu process at work.
pub struct Gpu {
    control: BrokerChannel,
    target: Target,
    screen: Screen,
    events: Vec<WindowEvent>,
    started: Instant,
}

/// What a wait found.
struct Woken {
    control: bool,
    display_lost: bool,
    rung: Vec<SurfaceId>,
}

impl Gpu {
    /// Everything but the loop.
    pub fn new(control: BrokerChannel, target: Target) -> Gpu {
        let screen = Screen::new(target.size());
        Gpu {
            control,
            target,
            screen,
            events: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Runs until the broker closes the channel or the display is gone.
    ///
    /// # Errors
    /// The channel or the wait failed.
    pub fn serve(mut self) -> Result<(), ServeError> {
        let ready = FromGpu::Ready {
            size: self.target.size(),
            scale: self.target.scale(),
            presenter: self.target.presenter().to_owned(),
        };
        if !self.say(ready) {
            return Ok(());
        }
        loop {
            self.target.pump(&mut self.events);
            if let ControlFlow::Break(()) = self.handle_events() {
                return Ok(());
            }
            if !self.target.is_unseen() {
                self.screen.tick(self.now());
            }
            if let Err(error) = self.target.present(&mut self.screen) {
                tracing::error!("presenting failed: {error}");
            }
            if let ControlFlow::Break(()) = self.flush_notices() {
                return Ok(());
            }
            let woken = self.wait()?;
            if woken.display_lost {
                tracing::warn!("the display is gone");
                self.say(FromGpu::DisplayLost);
                return Ok(());
            }
            if woken.control
                && let ControlFlow::Break(()) = self.read_control()?
            {
                return Ok(());
            }
            for surface in woken.rung {
                self.screen.read_channel(surface, self.now());
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sleeps until a descriptor is ready or a credit is due.
    fn wait(&mut self) -> Result<Woken, ServeError> {
        let timeout = if self.target.has_events() {
            Some(Duration::ZERO)
        } else {
            let is_seen = !self.target.is_unseen();
            let credit = self.screen.deadline().filter(|_| is_seen);
            let credit = credit.map(|due| due.saturating_sub(self.now()));
            let repeat = self.target.deadline();
            let repeat = repeat.map(|due| due.saturating_duration_since(Instant::now()));
            credit.into_iter().chain(repeat).min()
        };
        let mut fds = vec![(self.control.receiver.as_fd(), Interest::Read)];
        let display = self.target.fd();
        fds.extend(display);
        let mut surfaces = Vec::new();
        for (id, fd) in self.screen.channels() {
            surfaces.push(id);
            fds.push((fd, Interest::Read));
        }
        let ready = poll::wait(&fds, timeout)?;
        let first_surface = ready.len() - surfaces.len();
        surfaces.retain({
            let mut answers = ready[first_surface..].iter();
            move |_| answers.next().is_some_and(|answer| answer.any())
        });
        Ok(Woken {
            control: ready[0].any(),
            display_lost: display.is_some() && ready[1].hung_up,
            rung: surfaces,
        })
    }

    fn handle_events(&mut self) -> ControlFlow<()> {
        let mut events = std::mem::take(&mut self.events);
        for event in merged(events.drain(..)) {
            let message = match event {
                WindowEvent::Input(event) => FromGpu::Input { event },
                WindowEvent::Resized(size) => {
                    self.screen.resize(size);
                    let scale = self.target.scale();
                    FromGpu::Resized { size, scale }
                }
                WindowEvent::Exposed(rect) => {
                    self.screen.mark_rect(rect);
                    continue;
                }
                WindowEvent::CloseRequested => FromGpu::CloseRequested,
            };
            if !self.say(message) {
                return ControlFlow::Break(());
            }
        }
        self.events = events;
        ControlFlow::Continue(())
    }

    fn read_control(&mut self) -> Result<ControlFlow<()>, ServeError> {
        loop {
            match self.control.receiver.try_recv() {
                Ok(Some(received)) => self.obey(received.message, received.handles)?,
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(RecvError::Closed) => return Ok(ControlFlow::Break(())),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn obey(&mut self, message: ToGpu, mut handles: Handles) -> Result<(), ServeError> {
        match message {
            ToGpu::CreateSurface {
                surface,
                generation,
                size,
            } => {
                let channel = FramesEndpoint::take(&mut handles)?;
                let region = consumer(&mut handles, size, generation)?;
                self.screen.create(surface, channel, region);
            }
            ToGpu::ReplaceRegion {
                surface,
                generation,
                size,
            } => {
                if let Some(region) = consumer(&mut handles, size, generation)? {
                    self.screen.replace(surface, region);
                }
            }
            ToGpu::DropSurface { surface } => self.screen.drop_surface(surface),
            ToGpu::SetScene(scene) => self.screen.set_scene(scene),
            ToGpu::SetTitle { title } => self.target.set_title(&title),
            ToGpu::SetCursor { cursor } => self.target.set_cursor(cursor),
            ToGpu::Capture {
                request,
                size,
                surface,
            } => {
                let region = handles.region()?;
                let captured = capture::capture(&mut self.screen, region, size, surface);
                let error = captured.err().map(|error| error.to_string());
                let frame = surface.map_or(0, |surface| self.screen.frame_of(surface));
                self.screen.notify(FromGpu::Captured {
                    request,
                    frame,
                    error,
                });
            }
            ToGpu::SetPace { is_slow } => self.screen.set_slow(is_slow),
            ToGpu::Ping { sequence } => self.screen.notify(FromGpu::Done { sequence }),
            ToGpu::Watch { surface, frame } => self.screen.watch(surface, frame),
            ToGpu::Inject(action) => {
                child::inject(
                    &action,
                    &child::Reach {
                        surfaces: self.screen.reach(),
                        display: self.target.fd().map(|(fd, _)| fd),
                        ..child::Reach::control(self.control.receiver.as_fd())
                    },
                );
            }
        }
        Ok(())
    }

    fn flush_notices(&mut self) -> ControlFlow<()> {
        for notice in self.screen.take_notices() {
            if self.control.sender.send(notice).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether the broker is still there.
    fn say(&self, message: FromGpu) -> bool {
        self.control.sender.send(message).is_ok()
    }
}

/// The events, those that only move something merged where nothing else came between.
fn merged(events: impl Iterator<Item = WindowEvent>) -> impl Iterator<Item = WindowEvent> {
    let mut events = events.peekable();
    std::iter::from_fn(move || {
        let mut event = events.next()?;
        while let (WindowEvent::Input(first), Some(WindowEvent::Input(second))) =
            (&event, events.peek())
            && let Some(both) = first.merged(*second)
        {
            event = WindowEvent::Input(both);
            events.next();
        }
        Some(event)
    })
}

/// The gpu's side of a surface's regions; none if they could not be mapped, which is nobody's fault
/// but ours or the broker's.
fn consumer(
    handles: &mut Handles,
    size: Size,
    generation: Generation,
) -> Result<Option<Consumer>, ServeError> {
    let (pixels, latch) = (handles.region()?, handles.region()?);
    Ok(match Consumer::new(pixels, latch, size, generation) {
        Ok(consumer) => Some(consumer),
        Err(error) => {
            tracing::error!(%size, "a surface's regions cannot be used: {error}");
            None
        }
    })
}

#[cfg(test)]
mod tests;
