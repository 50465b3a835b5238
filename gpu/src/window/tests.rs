//! The real window, on an X server of the test's own. Each test runs itself again as a process
//! whose only display is that server.
#![allow(unsafe_code, reason = "Xlib")]

use crate::serve::{BrokerChannel, Gpu};
use crate::target::Target;
use crate::testing::{FakeProducer, WATCHDOG};
use ipc::poll::{Interest, wait_one};
use ipc::{Endpoint, Receiver, Sender};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use protocol::appearance::Percent;
use protocol::bootstrap::GpuTarget;
use protocol::geometry::{Rect, Size};
use protocol::gpu::{Effect, FromGpu, Scene, SceneItem, ToGpu};
use protocol::ids::{Generation, SurfaceId};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use std::ffi::CStr;
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use x11_dl::xlib;
use x11rb::connection::Connection;
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::wrapper::ConnectionExt as _;

const SIZE: Size = Size::new(320, 200);
const INNER: &str = "BULKHEAD_TEST_X_SERVER_PID";
const PRESENTER: &str = "BULKHEAD_TEST_PRESENTER";

/// A kind of X server: what Xvfb is told, and the presenter that it leads to.
struct Kind {
    screen: &'static str,
    arguments: &'static [&'static str],
    presenter: &'static str,
}

const ORDINARY: Kind = Kind {
    screen: "1024x768x24",
    arguments: &[],
    presenter: "mit-shm",
};
const WITHOUT_SHARED_MEMORY: Kind = Kind {
    arguments: &["-extension", "MIT-SHM"],
    presenter: "put-image",
    ..ORDINARY
};
/// Ten bits for each colour.
const DEEP: Kind = Kind {
    screen: "1024x768x30",
    ..ORDINARY
};

struct XServer {
    process: Child,
    display: String,
}

impl XServer {
    fn start(kind: &Kind) -> Result<XServer, String> {
        let mut process = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", kind.screen])
            .args(kind.arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb cannot be started: {error}"))?;
        let mut number = String::new();
        let out = process.stdout.take().expect("piped");
        BufReader::new(out)
            .read_line(&mut number)
            .map_err(|error| error.to_string())?;
        let server = XServer {
            process,
            display: format!(":{}", number.trim()),
        };
        if number.trim().is_empty() {
            Err("Xvfb gives no display".to_owned())
        } else {
            Ok(server)
        }
    }
}

impl Drop for XServer {
    fn drop(&mut self) {
        // It may be dead already, by the test's own hand.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the ignored test `name` under a private X server, or says why it cannot.
fn run_with_display(name: &str, kind: &Kind) {
    let server = match XServer::start(kind) {
        Ok(server) => server,
        Err(reason) => return println!("SKIP: {reason}"),
    };
    let status = Command::new(std::env::current_exe().expect("this test's path"))
        .args([
            "--exact",
            &format!("window::tests::{name}"),
            "--ignored",
            "--nocapture",
        ])
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env_remove("XMODIFIERS")
        .env("DISPLAY", &server.display)
        .env(INNER, server.process.id().to_string())
        .env(PRESENTER, kind.presenter)
        .status()
        .expect("this test runs itself");
    assert!(status.success(), "{name}: {status}");
}

#[test]
fn the_window_shows_frames_and_tells_input_exactly() {
    run_with_display("inner_window", &ORDINARY);
}

#[test]
fn without_shared_memory_the_window_shows_the_same() {
    run_with_display("inner_window", &WITHOUT_SHARED_MEMORY);
}

#[test]
fn on_a_display_of_other_pixels_the_window_shows_the_same_colours() {
    run_with_display("inner_window", &DEEP);
    let kind = Kind {
        screen: DEEP.screen,
        ..WITHOUT_SHARED_MEMORY
    };
    run_with_display("inner_window", &kind);
}

#[test]
fn a_server_that_does_nothing_for_a_while_does_not_keep_the_process_waiting() {
    // Without shared memory a picture fills the socket, and libxcb waits until it is gone.
    run_with_display("inner_stopped_server", &ORDINARY);
}

#[test]
fn shared_memory_that_the_server_no_longer_takes_costs_no_picture() {
    run_with_display("inner_lost_memory", &ORDINARY);
}

#[test]
fn the_death_of_the_x_server_is_a_close_request_and_an_orderly_exit() {
    run_with_display("inner_server_death", &ORDINARY);
}

/// The gpu's loop in a thread, and a client of the same X server.
struct Rig {
    sender: Sender<ToGpu>,
    receiver: Receiver<FromGpu>,
    lib: xlib::Xlib,
    display: *mut xlib::Display,
    window: xlib::Window,
    corner: (i32, i32),
}

impl Rig {
    fn start() -> Rig {
        let (near, far) = Endpoint::<ToGpu, FromGpu>::pair().expect("channel");
        std::thread::spawn(move || {
            let control = BrokerChannel::new(far);
            let target = Target::open(GpuTarget::Window, SIZE, None, control.closer());
            Gpu::new(control, target.expect("a window"))
                .serve()
                .expect("an orderly end");
        });
        let (sender, receiver) = near.split();
        let ready = wait_one(receiver.as_fd(), Interest::Read, Some(WATCHDOG)).expect("poll");
        assert!(ready.any(), "no window");
        let message = receiver.recv().expect("the gpu is there").message;
        let presenter = std::env::var(PRESENTER).expect("set by the outer test");
        assert_eq!(
            message,
            FromGpu::Ready {
                size: SIZE,
                scale: Percent::HUNDRED,
                presenter
            }
        );
        let lib = xlib::Xlib::open().expect("Xlib");
        // SAFETY: a null name stands for DISPLAY.
        let display = unsafe { (lib.XOpenDisplay)(std::ptr::null()) };
        assert!(!display.is_null());
        let mut rig = Rig {
            sender,
            receiver,
            lib,
            display,
            window: 0,
            corner: (0, 0),
        };
        rig.window = rig.only_child_of_root();
        let attributes = rig.attributes();
        rig.corner = (attributes.x, attributes.y);
        rig
    }

    fn hears(&self) -> FromGpu {
        let ready = wait_one(self.receiver.as_fd(), Interest::Read, Some(WATCHDOG)).expect("poll");
        assert!(ready.any(), "the gpu says nothing");
        self.receiver.recv().expect("the gpu is there").message
    }

    /// The next input of a kind that `wanted` picks.
    fn hears_input<T>(&self, wanted: impl Fn(InputEvent) -> Option<T>) -> T {
        loop {
            if let FromGpu::Input { event } = self.hears()
                && let Some(found) = wanted(event)
            {
                return found;
            }
        }
    }

    fn hears_key(&self) -> (Key, Modifiers) {
        self.hears_input(|event| match event {
            InputEvent::KeyDown {
                key,
                modifiers,
                repeat: false,
            } => Some((key, modifiers)),
            _ => None,
        })
    }

    fn only_child_of_root(&self) -> xlib::Window {
        let (mut root, mut parent, mut children, mut count) = (0, 0, std::ptr::null_mut(), 0);
        // SAFETY: the display is open and the results are live locals.
        unsafe {
            let top = (self.lib.XDefaultRootWindow)(self.display);
            (self.lib.XQueryTree)(
                self.display,
                top,
                &raw mut root,
                &raw mut parent,
                &raw mut children,
                &raw mut count,
            );
            assert_eq!(count, 1);
            let child = *children;
            (self.lib.XFree)(children.cast());
            child
        }
    }

    fn attributes(&self) -> xlib::XWindowAttributes {
        // SAFETY: all zeros are valid attributes, which the call fills.
        unsafe {
            let mut attributes = std::mem::zeroed();
            (self.lib.XGetWindowAttributes)(self.display, self.window, &raw mut attributes);
            attributes
        }
    }

    fn pixel(&self, x: i32, y: i32) -> u32 {
        self.picture((x, y), Size::new(1, 1))[0]
    }

    /// The colours of the window's pixels from there on.
    fn picture(&self, (x, y): (i32, i32), size: Size) -> Vec<u32> {
        // SAFETY: the display is open; the image is freed after its pixels have been read.
        unsafe {
            let root = (self.lib.XDefaultRootWindow)(self.display);
            let (x, y) = (self.corner.0 + x, self.corner.1 + y);
            let image = (self.lib.XGetImage)(
                self.display,
                root,
                x,
                y,
                size.width,
                size.height,
                !0,
                xlib::ZPixmap,
            );
            let pixels = (*image).data.cast::<u32>();
            let masks = [(*image).red_mask, (*image).green_mask, (*image).blue_mask];
            let colour = |pixel: u32| {
                let level = |mask: u64| {
                    let unused = mask.count_ones() - 8;
                    (u64::from(pixel) & mask) >> (mask.trailing_zeros() + unused)
                };
                masks
                    .iter()
                    .fold(0, |all, &mask| all << 8 | level(mask) as u32)
            };
            let count = size.width as usize * size.height as usize;
            let colours = (0..count).map(|at| colour(pixels.add(at).read_unaligned()));
            let colours = colours.collect();
            (self.lib.XDestroyImage)(image);
            colours
        }
    }

    /// Asks the server until all of the window has that colour.
    fn waits_for_colour(&self, size: Size, wanted: u32) {
        let begin = Instant::now();
        while self.picture((0, 0), size).iter().any(|&it| it != wanted) {
            assert!(begin.elapsed() < WATCHDOG, "never all of {wanted:06x}");
        }
    }

    /// Asks the server until the window's pixel is that; each question is a round trip.
    fn waits_for_pixel(&self, x: i32, y: i32, wanted: u32) {
        let begin = Instant::now();
        while self.pixel(x, y) != wanted {
            let found = self.pixel(x, y);
            assert!(
                begin.elapsed() < WATCHDOG,
                "{x},{y} is {found:06x}, not {wanted:06x}"
            );
        }
    }

    fn waits_for_title(&self, wanted: &str) {
        let begin = Instant::now();
        loop {
            let mut name = std::ptr::null_mut();
            // SAFETY: the display is open; the name is read before it is freed.
            let title = unsafe {
                (self.lib.XFetchName)(self.display, self.window, &raw mut name);
                let title = CStr::from_ptr(name).to_string_lossy().into_owned();
                (self.lib.XFree)(name.cast());
                title
            };
            if title == wanted {
                return;
            }
            assert!(begin.elapsed() < WATCHDOG, "the title is {title}");
        }
    }

    fn asks_to_close(&self) {
        // SAFETY: the display is open; all zeros are a valid event of which what matters is filled.
        unsafe {
            let mut event: xlib::XEvent = std::mem::zeroed();
            let atom =
                |name: &CStr| (self.lib.XInternAtom)(self.display, name.as_ptr(), xlib::False);
            event.client_message.type_ = xlib::ClientMessage;
            event.client_message.window = self.window;
            event.client_message.message_type = atom(c"WM_PROTOCOLS");
            event.client_message.format = 32;
            let delete = atom(c"WM_DELETE_WINDOW");
            event.client_message.data.set_long(0, delete.cast_signed());
            (self.lib.XSendEvent)(self.display, self.window, xlib::False, 0, &raw mut event);
            (self.lib.XFlush)(self.display);
        }
    }

    /// A page that fills the window.
    fn opens_page(&self, surface: SurfaceId, generation: Generation) -> FakeProducer {
        let (page, ends) = FakeProducer::new(SIZE, generation);
        let create = ToGpu::CreateSurface {
            surface,
            generation,
            size: SIZE,
        };
        let fds = vec![ends.channel.into_fd(), ends.pixels, ends.latch];
        self.sender.try_send_with(create, fds).expect("sent");
        self.shows(surface, SIZE);
        page
    }

    fn shows(&self, surface: SurfaceId, size: Size) {
        let rect = Rect::from_size(size);
        let items = vec![SceneItem {
            surface,
            rect,
            effect: Effect::None,
        }];
        self.sender
            .try_send(ToGpu::SetScene(Scene { items }))
            .expect("sent");
    }
}

/// Whether xdotool is there and did that.
fn xdotool(arguments: &[&str]) -> bool {
    Command::new("xdotool")
        .args(arguments)
        .status()
        .is_ok_and(|status| status.success())
}

#[test]
#[ignore = "run by the_window_shows_frames_and_tells_input_exactly"]
fn inner_window() {
    let rig = Rig::start();
    let (surface, generation) = (SurfaceId(1), Generation(1));
    let mut page = rig.opens_page(surface, generation);
    page.receiver.recv().expect("a credit");
    page.frame([10, 20, 30]);
    assert_eq!(
        rig.hears(),
        FromGpu::FirstFrame {
            surface,
            generation
        }
    );
    rig.waits_for_colour(SIZE, 0x0a_141e);
    page.receiver.recv().expect("a credit");
    let mark = Rect::new(5, 6, 2, 2);
    page.paint([10, 20, 30], mark);
    page.publish(&[mark]);
    rig.waits_for_pixel(5, 6, 0xf5_ebe1);
    rig.waits_for_pixel(4, 6, 0x0a_141e);
    rig.sender
        .try_send(ToGpu::SetTitle {
            title: "A title".to_owned(),
        })
        .expect("sent");
    rig.waits_for_title("A title");
    if xdotool(&["version"]) {
        input_arrives(&rig);
    } else {
        println!("SKIP: no xdotool, so no pointer and no keys");
    }
    window_follows_its_size(&rig, &mut page, surface);
    rig.asks_to_close();
    while rig.hears() != FromGpu::CloseRequested {}
}

fn input_arrives(rig: &Rig) {
    let at = |x: i32, y: i32| {
        (
            (rig.corner.0 + x).to_string(),
            (rig.corner.1 + y).to_string(),
        )
    };
    let (x, y) = at(100, 50);
    assert!(xdotool(&["mousemove", &x, &y, "click", "1", "click", "5"]));
    let buttons = [
        rig.hears_input(|event| match event {
            InputEvent::PointerDown { x, y, button, .. } => Some((x, y, button)),
            _ => None,
        }),
        rig.hears_input(|event| match event {
            InputEvent::PointerUp { x, y, button, .. } => Some((x, y, button)),
            _ => None,
        }),
    ];
    assert_eq!(buttons, [(100.0, 50.0, Button::Left); 2]);
    let turned = rig.hears_input(|event| match event {
        InputEvent::Wheel {
            delta_x, delta_y, ..
        } => Some((delta_x, delta_y)),
        _ => None,
    });
    assert_eq!(turned, (0.0, 53.0));
    assert!(xdotool(&[
        "key",
        "a",
        "shift+a",
        "ctrl+t",
        "Return",
        "shift+Tab",
        "F5"
    ]));
    let none = Modifiers::default();
    let shift = Modifiers {
        shift: true,
        ..none
    };
    let ctrl = Modifiers { ctrl: true, ..none };
    assert_eq!(rig.hears_key(), (Key::Character('a'), none));
    assert_eq!(rig.hears_key(), (Key::Character('A'), shift));
    assert_eq!(rig.hears_key(), (Key::Character('t'), ctrl));
    assert_eq!(rig.hears_key(), (Key::Enter, none));
    assert_eq!(rig.hears_key(), (Key::Tab, shift));
    assert_eq!(rig.hears_key(), (Key::Function(5), none));
    let (x, y) = at(-50, -50);
    assert!(xdotool(&["mousemove", &x, &y]));
    rig.hears_input(|event| (event == InputEvent::PointerLeave).then_some(()));
}

fn window_follows_its_size(rig: &Rig, page: &mut FakeProducer, surface: SurfaceId) {
    let size = Size::new(500, 400);
    // SAFETY: the display is open.
    unsafe {
        (rig.lib.XResizeWindow)(rig.display, rig.window, size.width, size.height);
        (rig.lib.XFlush)(rig.display);
    }
    while rig.hears()
        != (FromGpu::Resized {
            size,
            scale: Percent::HUNDRED,
        })
    {}
    rig.waits_for_pixel(499, 399, crate::compositor::BACKGROUND);
    rig.waits_for_pixel(20, 20, 0x0a_141e);
    let generation = Generation(2);
    let (pixels, latch) = page.replace(size, generation);
    let replace = ToGpu::ReplaceRegion {
        surface,
        generation,
        size,
    };
    rig.sender
        .try_send_with(replace, vec![pixels, latch])
        .expect("sent");
    rig.shows(surface, size);
    page.receiver.recv().expect("a credit");
    page.frame([200, 100, 0]);
    rig.waits_for_colour(size, 0xc8_6400);
}

#[test]
#[ignore = "run by a_server_that_does_nothing_for_a_while_does_not_keep_the_process_waiting"]
fn inner_stopped_server() {
    let rig = Rig::start();
    let mut page = rig.opens_page(SurfaceId(1), Generation(1));
    let has_credit = |page: &FakeProducer| {
        let ready = wait_one(page.receiver.as_fd(), Interest::Read, Some(WATCHDOG)).expect("poll");
        assert!(ready.any(), "the gpu process waits for the server");
        page.receiver.recv().expect("a credit");
    };
    has_credit(&page);
    page.frame([10, 20, 30]);
    rig.waits_for_pixel(0, 0, 0x0a_141e);
    signal_server(Signal::SIGSTOP);
    for level in 1..6 {
        has_credit(&page);
        page.frame([level, level, level]);
    }
    rig.sender
        .try_send(ToGpu::Ping { sequence: 7 })
        .expect("sent");
    while rig.hears() != (FromGpu::Done { sequence: 7 }) {}
    signal_server(Signal::SIGCONT);
    rig.waits_for_colour(SIZE, 0x05_0505);
}

#[test]
#[ignore = "run by shared_memory_that_the_server_no_longer_takes_costs_no_picture"]
fn inner_lost_memory() {
    let rig = Rig::start();
    let mut page = rig.opens_page(SurfaceId(1), Generation(1));
    page.receiver.recv().expect("a credit");
    page.frame([10, 20, 30]);
    rig.waits_for_pixel(0, 0, 0x0a_141e);
    // A segment belongs to nobody: any client may take it away. Which one it is only we know.
    let (other, _) = x11rb::connect(None).expect("the server");
    let own = u32::try_from(rig.window).expect("a number") & !other.setup().resource_id_mask;
    for id in 0..1000 {
        let detached = other.shm_detach(own | id).expect("sent");
        detached.ignore_error();
    }
    other.sync().expect("done");
    page.receiver.recv().expect("a credit");
    // This is the only picture: nothing follows that would repair it.
    page.frame([200, 100, 0]);
    rig.waits_for_colour(SIZE, 0xc8_6400);
}

fn signal_server(signal: Signal) {
    let server = std::env::var(INNER).expect("set by the outer test");
    kill(Pid::from_raw(server.parse().expect("a pid")), signal).expect("sent");
}

#[test]
#[ignore = "run by the_death_of_the_x_server_is_a_close_request_and_an_orderly_exit"]
fn inner_server_death() {
    let (near, far) = Endpoint::<ToGpu, FromGpu>::pair().expect("channel");
    let gpu = std::thread::spawn(move || {
        let control = BrokerChannel::new(far);
        let target = Target::open(GpuTarget::Window, SIZE, None, control.closer());
        Gpu::new(control, target.expect("a window")).serve()
    });
    let (_sender, receiver) = near.split();
    assert!(matches!(
        receiver.recv().expect("alive").message,
        FromGpu::Ready { .. }
    ));
    signal_server(Signal::SIGKILL);
    while receiver.recv().expect("told before the end").message != FromGpu::DisplayLost {}
    // The loop may return, or Xlib may end the process with status 0: both are orderly.
    gpu.join().expect("no panic").expect("an orderly end");
}
