//! A compositor that does as the test says, and notes the pictures that it gets.

use fractional_scale::wp_fractional_scale_manager_v1::{self, WpFractionalScaleManagerV1};
use fractional_scale::wp_fractional_scale_v1::WpFractionalScaleV1;
use ipc::poll::{Interest, wait_one};
use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use viewporter::wp_viewport::{self, WpViewport};
use viewporter::wp_viewporter::{self, WpViewporter};
use wayland_client::Connection;
use wayland_protocols::wp::fractional_scale::v1::server as fractional_scale;
use wayland_protocols::wp::viewporter::server as viewporter;
use wayland_protocols::xdg::shell::server::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::server::xdg_toplevel::XdgToplevel;
use wayland_protocols::xdg::shell::server::xdg_wm_base::{self, XdgWmBase};
use wayland_server::backend::{ClientData, ObjectId};
use wayland_server::protocol::wl_buffer::WlBuffer;
use wayland_server::protocol::wl_callback::WlCallback;
use wayland_server::protocol::wl_compositor::{self, WlCompositor};
use wayland_server::protocol::wl_keyboard::{KeymapFormat, WlKeyboard};
use wayland_server::protocol::wl_output::WlOutput;
use wayland_server::protocol::wl_pointer::WlPointer;
use wayland_server::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_server::protocol::wl_shm::{self, WlShm};
use wayland_server::protocol::wl_shm_pool::{self, WlShmPool};
use wayland_server::protocol::wl_surface::{self, WlSurface};
use wayland_server::{
    Client, DataInit, Dispatch, Display, DisplayHandle, GlobalDispatch, New, Resource,
};

/// What the compositor does.
#[derive(Default)]
pub struct Plan {
    /// The size that it gives to the window.
    pub size: (i32, i32),
    /// Whether it gives buffers back.
    pub releases: bool,
    /// Whether it never asks for the next picture.
    pub is_blind: bool,
    /// The keyboard's layout and what it says of its size.
    pub keymap: Option<(OwnedFd, u32)>,
    /// What it says about scales: before the first picture, and after the third.
    pub scales: [Vec<Scale>; 2],
    /// Whether buffers can have any scale.
    pub is_fractional: bool,
    /// Where its pointer enters with the first picture.
    pub pointer: Option<(f64, f64)>,
}

/// What a compositor says about a scale.
#[derive(Clone, Copy, Debug)]
pub enum Scale {
    /// That of the output.
    Output(i32),
    /// What it prefers for the window.
    Preferred(i32),
    /// The same in 120ths.
    Parts(u32),
}

/// A picture that it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Of the buffer.
    pub pixels: (i32, i32),
    /// Of the buffer, too.
    pub scale: i32,
    /// The units that the picture is scaled to.
    pub destination: Option<(i32, i32)>,
}

struct Fake {
    plan: Plan,
    pictures: Arc<Mutex<Vec<Picture>>>,
    /// Of the next picture.
    picture: Picture,
    sizes: HashMap<ObjectId, (i32, i32)>,
    buffer: Option<WlBuffer>,
    frame: Option<WlCallback>,
    output: Option<WlOutput>,
    fractional: Option<WpFractionalScaleV1>,
    pointer: Option<WlPointer>,
    xdg_surface: Option<XdgSurface>,
    toplevel: Option<XdgToplevel>,
}

/// A running compositor.
pub struct Compositor {
    pictures: Arc<Mutex<Vec<Picture>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct NoData;

impl ClientData for NoData {}

impl Compositor {
    /// One that has a client, whose connection comes along.
    pub fn start(plan: Plan) -> (Compositor, Connection) {
        let (near, far) = UnixStream::pair().expect("a pair of sockets");
        let (pictures, ends) = (
            Arc::new(Mutex::new(Vec::new())),
            Arc::new(AtomicBool::new(false)),
        );
        let (counter, end) = (Arc::clone(&pictures), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            let mut display: Display<Fake> = Display::new().expect("a display");
            let mut handle = display.handle();
            handle.create_global::<Fake, WlCompositor, ()>(6, ());
            handle.create_global::<Fake, WlShm, ()>(1, ());
            handle.create_global::<Fake, XdgWmBase, ()>(1, ());
            handle.create_global::<Fake, WlSeat, ()>(5, ());
            handle.create_global::<Fake, WlOutput, ()>(2, ());
            if plan.is_fractional {
                handle.create_global::<Fake, WpFractionalScaleManagerV1, ()>(1, ());
                handle.create_global::<Fake, WpViewporter, ()>(1, ());
            }
            handle
                .insert_client(far, Arc::new(NoData))
                .expect("a client");
            let mut fake = Fake {
                plan,
                pictures: counter,
                picture: Picture {
                    pixels: (0, 0),
                    scale: 1,
                    destination: None,
                },
                sizes: HashMap::new(),
                buffer: None,
                frame: None,
                output: None,
                fractional: None,
                pointer: None,
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

    /// How many pictures it has got.
    pub fn pictures(&self) -> usize {
        self.pictures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The last of them.
    pub fn last(&self) -> Option<Picture> {
        let pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        pictures.last().copied()
    }
}

impl Fake {
    /// Notes a picture; answers how many there are.
    fn note(&mut self) -> usize {
        let mut pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        pictures.push(self.picture);
        pictures.len()
    }

    fn say(&self, scales: &[Scale], surface: &WlSurface) {
        for scale in scales {
            match *scale {
                Scale::Output(factor) => {
                    if let Some(output) = &self.output {
                        output.scale(factor);
                        output.done();
                    }
                }
                Scale::Preferred(factor) => surface.preferred_buffer_scale(factor),
                Scale::Parts(parts) => {
                    if let Some(fractional) = &self.fractional {
                        fractional.preferred_scale(parts);
                    }
                }
            }
        }
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
offers!(WpViewporter, |_| {});
offers!(WpFractionalScaleManagerV1, |_| {});
offers!(WlSeat, |seat| seat
    .capabilities(Capability::Keyboard | Capability::Pointer));

impl GlobalDispatch<WlOutput, ()> for Fake {
    fn bind(
        fake: &mut Fake,
        _: &DisplayHandle,
        _: &Client,
        resource: New<WlOutput>,
        (): &(),
        init: &mut DataInit<'_, Fake>,
    ) {
        let output = init.init(resource, ());
        for scale in &fake.plan.scales[0] {
            if let Scale::Output(factor) = scale {
                output.scale(*factor);
            }
        }
        output.done();
        fake.output = Some(output);
    }
}

takes!(WlBuffer, |_, _, _, _| {});
takes!(WlCallback, |_, _, _, _| {});
takes!(WlKeyboard, |_, _, _, _| {});
takes!(WlOutput, |_, _, _, _| {});
takes!(WlPointer, |_, _, _, _| {});
takes!(WpFractionalScaleV1, |_, _, _, _| {});
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

takes!(WlShmPool, |fake, _, request, init| {
    if let wl_shm_pool::Request::CreateBuffer {
        id, width, height, ..
    } = request
    {
        let buffer = init.init(id, ());
        fake.sizes.insert(buffer.id(), (width, height));
    }
});

takes!(WpViewporter, |_, _, request, init| {
    if let wp_viewporter::Request::GetViewport { id, .. } = request {
        init.init(id, ());
    }
});

takes!(WpViewport, |fake, _, request, _| {
    if let wp_viewport::Request::SetDestination { width, height } = request {
        fake.picture.destination = Some((width, height));
    }
});

takes!(WpFractionalScaleManagerV1, |fake, _, request, init| {
    if let wp_fractional_scale_manager_v1::Request::GetFractionalScale { id, .. } = request {
        fake.fractional = Some(init.init(id, ()));
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

takes!(WlSeat, |fake, _, request, init| match request {
    wl_seat::Request::GetKeyboard { id } => {
        let keyboard = init.init(id, ());
        if let Some((file, bytes)) = &fake.plan.keymap {
            keyboard.keymap(KeymapFormat::XkbV1, file.as_fd(), *bytes);
        }
    }
    wl_seat::Request::GetPointer { id } => fake.pointer = Some(init.init(id, ())),
    _ => {}
});

takes!(WlSurface, |fake, surface, request, init| match request {
    wl_surface::Request::Attach { buffer, .. } => fake.buffer = buffer,
    wl_surface::Request::Frame { callback } => fake.frame = Some(init.init(callback, ())),
    wl_surface::Request::SetBufferScale { scale } => fake.picture.scale = scale,
    wl_surface::Request::Commit => commit(fake, surface),
    _ => {}
});

fn commit(fake: &mut Fake, surface: &WlSurface) {
    if let Some(buffer) = fake.buffer.take() {
        fake.picture.pixels = fake.sizes[&buffer.id()];
        let count = fake.note();
        if count == 1 {
            if let Some(output) = &fake.output {
                surface.enter(output);
            }
            if let (Some(pointer), Some((x, y))) = (&fake.pointer, fake.plan.pointer) {
                pointer.enter(7, surface, x, y);
                pointer.frame();
            }
        }
        let scales = std::mem::take(&mut fake.plan.scales);
        match count {
            1 => fake.say(&scales[0], surface),
            3 => fake.say(&scales[1], surface),
            _ => {}
        }
        let later = if count < 3 {
            scales
        } else {
            Default::default()
        };
        fake.plan.scales = later;
        if let Some(frame) = fake.frame.take_if(|_| !fake.plan.is_blind) {
            frame.done(0);
        }
        if fake.plan.releases {
            buffer.release();
        }
    } else if let (Some(toplevel), Some(xdg_surface)) = (&fake.toplevel, &fake.xdg_surface)
        && fake
            .pictures
            .lock()
            .is_ok_and(|pictures| pictures.is_empty())
    {
        toplevel.configure(fake.plan.size.0, fake.plan.size.1, Vec::new());
        xdg_surface.configure(1);
    }
}
