//! The window under compositors that misbehave, played by the test.

use super::Window;
use crate::screen::Screen;
use crate::testing::WATCHDOG;
use crate::window::event::WindowEvent;
use ipc::poll::{Interest, wait_one};
use protocol::appearance::Percent;
use protocol::geometry::{Rect, Size};
use shm::Region;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use wayland_client::Connection;
use wayland_protocols::xdg::shell::server::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::server::xdg_toplevel::XdgToplevel;
use wayland_protocols::xdg::shell::server::xdg_wm_base::{self, XdgWmBase};
use wayland_server::backend::ClientData;
use wayland_server::protocol::wl_buffer::WlBuffer;
use wayland_server::protocol::wl_callback::WlCallback;
use wayland_server::protocol::wl_compositor::{self, WlCompositor};
use wayland_server::protocol::wl_keyboard::{KeymapFormat, WlKeyboard};
use wayland_server::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_server::protocol::wl_shm::{self, WlShm};
use wayland_server::protocol::wl_shm_pool::{self, WlShmPool};
use wayland_server::protocol::wl_surface::{self, WlSurface};
use wayland_server::{
    Client, DataInit, Dispatch, Display, DisplayHandle, GlobalDispatch, New, Resource,
};

const SIZE: Size = Size::new(320, 200);

/// What the compositor does.
#[derive(Default)]
struct Plan {
    /// The size that it gives to the window.
    size: (i32, i32),
    /// Whether it gives buffers back.
    releases: bool,
    keymap: Option<(OwnedFd, u32)>,
}

struct Fake {
    plan: Plan,
    pictures: Arc<AtomicUsize>,
    buffer: Option<WlBuffer>,
    frame: Option<WlCallback>,
    xdg_surface: Option<XdgSurface>,
    toplevel: Option<XdgToplevel>,
}

struct Compositor {
    pictures: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct NoData;

impl ClientData for NoData {}

impl Compositor {
    /// One that has a client, whose connection comes along.
    fn start(plan: Plan) -> (Compositor, Connection) {
        let (near, far) = UnixStream::pair().expect("a pair of sockets");
        let (pictures, ends) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (counter, end) = (Arc::clone(&pictures), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            let mut display: Display<Fake> = Display::new().expect("a display");
            let mut handle = display.handle();
            handle.create_global::<Fake, WlCompositor, ()>(4, ());
            handle.create_global::<Fake, WlShm, ()>(1, ());
            handle.create_global::<Fake, XdgWmBase, ()>(1, ());
            handle.create_global::<Fake, WlSeat, ()>(5, ());
            handle
                .insert_client(far, Arc::new(NoData))
                .expect("a client");
            let mut fake = Fake {
                plan,
                pictures: counter,
                buffer: None,
                frame: None,
                xdg_surface: None,
                toplevel: None,
            };
            while !end.load(Ordering::Relaxed) {
                let pause = Some(Duration::from_millis(5));
                wait_one(display.as_fd(), Interest::Read, pause).expect("poll");
                display.dispatch_clients(&mut fake).expect("dispatched");
                // The client may be gone.
                let _ = display.flush_clients();
            }
        });
        let connection = Connection::from_socket(near).expect("a connection");
        let compositor = Compositor {
            pictures,
            ends,
            thread: Some(thread),
        };
        (compositor, connection)
    }

    fn pictures(&self) -> usize {
        self.pictures.load(Ordering::Relaxed)
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A window of a compositor that asks for that size.
fn window_of(size: (i32, i32)) -> Window {
    let (_compositor, connection) = Compositor::start(Plan {
        size,
        releases: true,
        ..Plan::default()
    });
    Window::on(connection, SIZE, Percent::HUNDRED).expect("a window")
}

#[test]
fn a_compositor_that_leaves_the_size_to_the_window_or_asks_for_nonsense_gets_a_sane_one() {
    assert_eq!(window_of((0, 0)).size(), SIZE);
    assert_eq!(window_of((-5, i32::MIN)).size(), SIZE);
    assert_eq!(window_of((640, 0)).size(), Size::new(640, 200));
    let largest = Size::new(u32::MAX, u32::MAX).clamped_to_surface();
    assert_eq!(window_of((100_000, 100_000)).size(), largest);
    assert_eq!(window_of((i32::MAX, i32::MAX)).size(), largest);
    assert_eq!(window_of((1, 1)).size(), Size::new(1, 1));
}

/// One turn of the loop with something to show.
fn turn(window: &mut Window, screen: &mut Screen, events: &mut Vec<WindowEvent>) {
    window.pump(events);
    screen.mark_rect(Rect::from_size(SIZE));
    window.present(screen);
    window.has_events();
    let (fd, interest) = window.fd();
    wait_one(fd, interest, Some(Duration::from_millis(5))).expect("poll");
}

#[test]
fn a_compositor_that_gives_no_buffer_back_gets_no_more_and_nobody_waits() {
    let (compositor, connection) = Compositor::start(Plan::default());
    let mut window = Window::on(connection, SIZE, Percent::HUNDRED).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    while compositor.pictures() < 3 {
        assert!(begin.elapsed() < WATCHDOG, "{}", compositor.pictures());
        turn(&mut window, &mut screen, &mut events);
    }
    for _ in 0..20 {
        turn(&mut window, &mut screen, &mut events);
    }
    assert_eq!(compositor.pictures(), 3);
    assert!(
        !screen.take_dirty().is_empty(),
        "what was not shown is lost"
    );
    assert_eq!(events, []);
}

#[test]
fn a_compositor_that_gives_buffers_back_gets_every_picture() {
    let (compositor, connection) = Compositor::start(Plan {
        releases: true,
        ..Plan::default()
    });
    let mut window = Window::on(connection, SIZE, Percent::HUNDRED).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    while compositor.pictures() < 12 {
        assert!(begin.elapsed() < WATCHDOG, "{}", compositor.pictures());
        turn(&mut window, &mut screen, &mut events);
    }
}

#[test]
fn a_broken_keymap_costs_no_window() {
    for said in [0, 64, 4096, u32::MAX] {
        let region = Region::create("keymap", 4096).expect("a region");
        let (compositor, connection) = Compositor::start(Plan {
            keymap: Some((region.dup().expect("dup"), said)),
            ..Plan::default()
        });
        let mut window = Window::on(connection, SIZE, Percent::HUNDRED).expect("a window");
        assert!(
            window
                .state
                .keyboard
                .press(30, std::time::Instant::now())
                .is_none()
        );
        let mut events = Vec::new();
        window.pump(&mut events);
        assert_eq!(events, []);
        drop(compositor);
    }
}

#[test]
fn a_compositor_that_dies_is_one_close_request() {
    let (compositor, connection) = Compositor::start(Plan::default());
    let mut window = Window::on(connection, SIZE, Percent::HUNDRED).expect("a window");
    drop(compositor);
    let mut events = Vec::new();
    let begin = std::time::Instant::now();
    while events.is_empty() {
        assert!(begin.elapsed() < WATCHDOG, "the end is not noticed");
        wait_one(window.fd().0, Interest::Read, Some(WATCHDOG)).expect("poll");
        window.pump(&mut events);
    }
    let mut screen = Screen::new(SIZE);
    for _ in 0..3 {
        window.set_title("after the end");
        turn(&mut window, &mut screen, &mut events);
    }
    assert_eq!(events, [WindowEvent::CloseRequested]);
}

#[test]
fn a_compositor_that_ends_before_the_window_stands_gives_none() {
    let (near, far) = UnixStream::pair().expect("a pair of sockets");
    drop(far);
    let connection = Connection::from_socket(near).expect("a connection");
    assert!(Window::on(connection, SIZE, Percent::HUNDRED).is_err());
}

/// Takes requests of one kind of object by a function of the compositor, the object, the request
/// and what new objects are made with.
macro_rules! takes {
    ($object:ty, $take:expr) => {
        impl Dispatch<$object, ()> for Fake {
            fn request(
                fake: &mut Fake,
                _: &Client,
                object: &$object,
                request: <$object as Resource>::Request,
                (): &(),
                _: &DisplayHandle,
                init: &mut DataInit<'_, Fake>,
            ) {
                type Request = <$object as Resource>::Request;
                let take: fn(&mut Fake, &$object, Request, &mut DataInit<'_, Fake>) = $take;
                take(fake, object, request, init);
            }
        }
    };
}

/// Offers a global, and greets who binds it.
macro_rules! offers {
    ($object:ty, $greet:expr) => {
        impl GlobalDispatch<$object, ()> for Fake {
            fn bind(
                _: &mut Fake,
                _: &DisplayHandle,
                _: &Client,
                resource: New<$object>,
                (): &(),
                init: &mut DataInit<'_, Fake>,
            ) {
                let greet: fn(&$object) = $greet;
                greet(&init.init(resource, ()));
            }
        }
    };
}

offers!(WlCompositor, |_| {});
offers!(WlShm, |_| {});
offers!(XdgWmBase, |_| {});
offers!(WlSeat, |seat| seat.capabilities(Capability::Keyboard));

takes!(WlBuffer, |_, _, _, _| {});
takes!(WlCallback, |_, _, _, _| {});
takes!(WlKeyboard, |_, _, _, _| {});
takes!(XdgToplevel, |_, _, _, _| {});

takes!(WlCompositor, |_, _, request, init| {
    if let wl_compositor::Request::CreateSurface { id } = request {
        init.init(id, ());
    }
});

takes!(WlShm, |_, _, request, init| {
    if let wl_shm::Request::CreatePool { id, .. } = request {
        init.init(id, ());
    }
});

takes!(WlShmPool, |_, _, request, init| {
    if let wl_shm_pool::Request::CreateBuffer { id, .. } = request {
        init.init(id, ());
    }
});

takes!(XdgWmBase, |fake, _, request, init| {
    if let xdg_wm_base::Request::GetXdgSurface { id, .. } = request {
        fake.xdg_surface = Some(init.init(id, ()));
    }
});

takes!(XdgSurface, |fake, _, request, init| {
    if let xdg_surface::Request::GetToplevel { id } = request {
        fake.toplevel = Some(init.init(id, ()));
    }
});

takes!(WlSeat, |fake, _, request, init| {
    if let wl_seat::Request::GetKeyboard { id } = request {
        let keyboard = init.init(id, ());
        if let Some((file, bytes)) = &fake.plan.keymap {
            keyboard.keymap(KeymapFormat::XkbV1, file.as_fd(), *bytes);
        }
    }
});

takes!(WlSurface, |fake, _, request, init| match request {
    wl_surface::Request::Attach { buffer, .. } => fake.buffer = buffer,
    wl_surface::Request::Frame { callback } => fake.frame = Some(init.init(callback, ())),
    wl_surface::Request::Commit => {
        if let Some(buffer) = fake.buffer.take() {
            fake.pictures.fetch_add(1, Ordering::Relaxed);
            if let Some(frame) = fake.frame.take() {
                frame.done(0);
            }
            if fake.plan.releases {
                buffer.release();
            }
        } else if let (Some(toplevel), Some(surface)) = (&fake.toplevel, &fake.xdg_surface) {
            toplevel.configure(fake.plan.size.0, fake.plan.size.1, Vec::new());
            surface.configure(1);
        }
    }
    _ => {}
});
