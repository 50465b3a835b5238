//! The loop of the gpu process: one wait over everything that can happen.
//!
//! Owns: the order in which things are done. Trusts: the broker on the control channel. Never:
//! wakes up unless a descriptor is ready or a credit is due.

use crate::capture;
use crate::stage::Stage;
use crate::surface::Frames;
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
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why the loop ended, other than by the broker's wish.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The broker's channel broke.
    #[error("the control channel failed: {0}")]
    Control(#[from] RecvError),
    /// The system refused to wait.
    #[error("waiting failed: {0}")]
    Wait(#[from] io::Error),
    /// A descriptor is missing, which the channel has checked.
    #[error("a message came without what it calls for: {0}")]
    Handle(#[from] Misbehaviour),
}

/// The broker's channel.
pub struct Control {
    sender: Arc<Sender<FromGpu>>,
    receiver: Receiver<ToGpu>,
}

impl Control {
    /// This end of it.
    pub fn new(channel: Endpoint<FromGpu, ToGpu>) -> Control {
        let (sender, receiver) = channel.split();
        Control {
            sender: Arc::new(sender),
            receiver,
        }
    }

    /// Tells the broker that the window is gone, from wherever that is found out.
    pub fn closer(&self) -> impl Fn() + Send + Sync + 'static {
        let sender = Arc::clone(&self.sender);
        move || {
            // The broker may be gone too: then nobody is left to be told.
            let _ = sender.try_send(FromGpu::CloseRequested);
        }
    }
}

/// The gpu process at work.
pub struct Gpu {
    control: Control,
    target: Target,
    stage: Stage,
    events: Vec<WindowEvent>,
    started: Instant,
}

/// What a wait found.
struct Woken {
    control: bool,
    display_lost: bool,
    rung: Vec<SurfaceId>,
}

/// Whether the loop goes on.
enum Turn {
    GoOn,
    End,
}

impl Gpu {
    /// Everything but the loop.
    pub fn new(control: Control, target: Target) -> Gpu {
        let stage = Stage::new(target.size());
        Gpu {
            control,
            target,
            stage,
            events: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Runs until the broker closes the channel or the display is gone.
    ///
    /// # Errors
    /// The channel or the wait failed.
    pub fn serve(mut self) -> Result<(), ServeError> {
        let (size, presenter) = (self.target.size(), self.target.presenter().to_owned());
        if !self.say(FromGpu::Ready { size, presenter }) {
            return Ok(());
        }
        loop {
            self.target.pump(&mut self.events);
            if let Turn::End = self.handle_events() {
                return Ok(());
            }
            self.stage.tick(self.now());
            if let Err(error) = self.target.present(&mut self.stage) {
                tracing::error!("presenting failed: {error}");
            }
            if let Turn::End = self.flush_notices() {
                return Ok(());
            }
            let woken = self.wait()?;
            if woken.display_lost {
                tracing::warn!("the display is gone");
                self.say(FromGpu::CloseRequested);
                return Ok(());
            }
            if woken.control
                && let Turn::End = self.read_control()?
            {
                return Ok(());
            }
            for surface in woken.rung {
                self.stage.read_channel(surface, self.now());
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
            self.stage
                .deadline()
                .map(|due| due.saturating_sub(self.now()))
        };
        let mut fds = vec![(self.control.receiver.as_fd(), Interest::Read)];
        let display = self.target.fd();
        fds.extend(display.map(|fd| (fd, Interest::Read)));
        let mut surfaces = Vec::new();
        for (id, fd) in self.stage.channels() {
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

    fn handle_events(&mut self) -> Turn {
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            let message = match event {
                WindowEvent::Input(event) => FromGpu::Input { event },
                WindowEvent::Resized(size) => {
                    self.stage.resize(size);
                    FromGpu::Resized { size }
                }
                WindowEvent::Exposed(rect) => {
                    self.stage.mark_rect(rect);
                    continue;
                }
                WindowEvent::CloseRequested => FromGpu::CloseRequested,
            };
            if !self.say(message) {
                return Turn::End;
            }
        }
        self.events = events;
        Turn::GoOn
    }

    fn read_control(&mut self) -> Result<Turn, ServeError> {
        loop {
            match self.control.receiver.try_recv() {
                Ok(Some(received)) => self.obey(received.message, received.handles)?,
                Ok(None) => return Ok(Turn::GoOn),
                Err(RecvError::Closed) => return Ok(Turn::End),
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
                let channel = Frames::take(&mut handles)?;
                let region = consumer(&mut handles, size, generation)?;
                self.stage.create(surface, channel, region);
            }
            ToGpu::ReplaceRegion {
                surface,
                generation,
                size,
            } => {
                if let Some(region) = consumer(&mut handles, size, generation)? {
                    self.stage.replace(surface, region);
                }
            }
            ToGpu::DropSurface { surface } => self.stage.drop_surface(surface),
            ToGpu::SetScene(scene) => self.stage.set_scene(scene),
            ToGpu::SetTitle { title } => self.target.set_title(&title),
            ToGpu::SetCursor { cursor } => self.target.set_cursor(cursor),
            ToGpu::Capture { request, size } => {
                let captured = capture::capture(&mut self.stage, handles.region()?, size);
                let error = captured.err().map(|error| error.to_string());
                self.stage.notify(FromGpu::Captured { request, error });
            }
            ToGpu::Ping { sequence } => self.stage.notify(FromGpu::Done { sequence }),
            ToGpu::Break(action) => {
                child::break_process(
                    &action,
                    &child::Reach {
                        surfaces: self.stage.reach(),
                        ..child::Reach::control(self.control.receiver.as_fd())
                    },
                );
            }
        }
        Ok(())
    }

    fn flush_notices(&mut self) -> Turn {
        for notice in self.stage.take_notices() {
            if self.control.sender.send(notice).is_err() {
                return Turn::End;
            }
        }
        Turn::GoOn
    }

    /// Whether the broker is still there.
    fn say(&self, message: FromGpu) -> bool {
        self.control.sender.send(message).is_ok()
    }
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
