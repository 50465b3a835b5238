//! Opens the connection and the window on it, within a bounded time.
//!
//! Owns: every wait for the compositor. Never: runs once the process is sealed.

use super::cursor::Cursors;
use super::frame::FrameMaker;
use super::globals::Globals;
use super::hears::Answer;
use super::keyboard::Keyboard;
use super::pool::Pool;
use super::scaler::Scaling;
use super::shell::{OwnSize, Shell};
use super::state::State;
use crate::compositor::BACKGROUND;
use crate::window::error::WindowError;
use ipc::poll::{Interest, wait_one};
use protocol::appearance::Percent;
use protocol::geometry::Size;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use wayland_client::backend::WaylandError;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::{Connection, EventQueue, Proxy, QueueHandle};
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

/// How long the compositor may take until the window stands.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// The least versions of what the window needs: from 4 on, a compositor takes damage in pixels.
pub const COMPOSITOR_MIN: u32 = 4;
pub const SHM_MIN: u32 = 1;
pub const BASE_MIN: u32 = 1;

/// What waits for a compositor that does not read may be that large; then the connection ends.
const UNSENT_BYTES_MAX: usize = 1 << 20;

/// A connection with a window that the compositor has configured: of `size` at the scale that the
/// user wants, or at that of the output.
pub fn open(
    connection: Connection,
    size: Size,
    wanted: Option<Percent>,
) -> Result<(Connection, EventQueue<State>, State), WindowError> {
    connection.set_max_buffer_size(Some(UNSENT_BYTES_MAX));
    let mut opening = Opening {
        queue: connection.new_event_queue(),
        until: Instant::now() + OPEN_MAX,
        connection,
    };
    let handle = opening.queue.handle();
    let globals = opening.globals(&handle)?;
    let compositor: WlCompositor = required(&globals, &handle, COMPOSITOR_MIN..=6)?;
    let shm: WlShm = required(&globals, &handle, SHM_MIN..=1)?;
    let base: XdgWmBase = required(&globals, &handle, BASE_MIN..=5)?;
    let scaling = Scaling::new(&globals, &handle);
    let frames = FrameMaker::new(&globals, &compositor, &shm, &scaling, &handle);
    let frames = frames.map_err(refused)?;
    let size = wanted.map_or(OwnSize::Units(size), |it| OwnSize::Pixels(it.of_size(size)));
    let surface = compositor.create_surface(&handle, ());
    let shell = Shell::new(&globals, surface, base, (frames, &scaling), size, &handle);
    let pool = Pool::new(&shm, &handle).map_err(refused)?;
    let mut state = State::new(shell, pool, Keyboard::new());
    // Each of these answers leads to the next: seat and outputs, what they have, the keymap.
    for number in 1..=3 {
        opening.synchronize(&mut state, number)?;
    }
    let density = state.shell.density();
    let connection = &opening.connection;
    let cursors = Cursors::new(&globals, connection, (&compositor, &shm), density, &handle);
    state.take_cursors(cursors, &handle);
    opening.wait(&mut state, "configures no window", |state| {
        state.shell.is_configured()
    })?;
    state.events.clear();
    state.show_background(BACKGROUND, &handle);
    // Once it is on an output, the compositor may know its density better.
    opening.synchronize(&mut state, 4)?;
    state.shell.opened();
    Ok((opening.connection, opening.queue, state))
}

/// A connection to the compositor that the environment names.
pub fn connect() -> Result<Connection, WindowError> {
    Connection::connect_to_env().map_err(refused)
}

struct Opening {
    connection: Connection,
    queue: EventQueue<State>,
    until: Instant,
}

impl Opening {
    /// What the compositor offers.
    fn globals(&mut self, handle: &QueueHandle<State>) -> Result<Globals, WindowError> {
        let mut queue = self.connection.new_event_queue::<Globals>();
        let early = queue.handle();
        self.connection.display().get_registry(&early, ());
        self.connection.display().sync(&early, ());
        let mut globals = Globals::default();
        self.wait_on(&mut queue, &mut globals, "does not answer", |globals| {
            globals.is_complete()
        })?;
        // What comes and goes later, the window's own queue hears.
        globals.bind_from(self.connection.display().get_registry(handle, ()));
        Ok(globals)
    }

    /// Waits until everything that was said is answered.
    fn synchronize(&mut self, state: &mut State, number: u32) -> Result<(), WindowError> {
        let display = self.connection.display();
        display.sync(&self.queue.handle(), Answer::Synchronized(number));
        self.wait(state, "does not answer", |state| {
            state.synchronized == number
        })
    }

    fn wait(
        &mut self,
        state: &mut State,
        fault: &str,
        is_done: impl Fn(&State) -> bool,
    ) -> Result<(), WindowError> {
        let mut queue = std::mem::replace(&mut self.queue, self.connection.new_event_queue());
        let outcome = self.wait_on(&mut queue, state, fault, is_done);
        self.queue = queue;
        outcome
    }

    fn wait_on<T>(
        &self,
        queue: &mut EventQueue<T>,
        state: &mut T,
        fault: &str,
        is_done: impl Fn(&T) -> bool,
    ) -> Result<(), WindowError> {
        let broken = |error: &dyn std::fmt::Display| match self.connection.protocol_error() {
            Some(error) => refused(error),
            None => refused(error),
        };
        loop {
            queue.dispatch_pending(state).map_err(|e| broken(&e))?;
            if is_done(state) {
                return Ok(());
            }
            // If this fails, reading finds the end too, and what the compositor said last.
            let _ = self.connection.flush();
            let Some(guard) = queue.prepare_read() else {
                continue;
            };
            let left = self.until.saturating_duration_since(Instant::now());
            let ready = wait_one(guard.connection_fd(), Interest::Read, Some(left));
            if !ready.map_err(refused)?.any() {
                return Err(refused(format!("it {fault} within {OPEN_MAX:?}")));
            }
            match guard.read() {
                Ok(_) => {}
                Err(WaylandError::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(broken(&error)),
            }
        }
    }
}

fn required<I>(
    globals: &Globals,
    handle: &QueueHandle<State>,
    versions: std::ops::RangeInclusive<u32>,
) -> Result<I, WindowError>
where
    I: Proxy + 'static,
    State: wayland_client::Dispatch<I, ()>,
{
    globals
        .bind(handle, versions, ())
        .ok_or_else(|| refused(format!("it lacks {}", I::interface().name)))
}

fn refused(reason: impl std::fmt::Display) -> WindowError {
    WindowError::Compositor(reason.to_string())
}
