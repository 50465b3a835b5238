//! What a compositor offers when the window is opened.
//!
//! Never: keeps more than a bounded number of them.

use std::ops::RangeInclusive;
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle};

/// Globals that are looked at; compositors have about fifty.
const GLOBALS_MAX: usize = 1024;

/// The globals of the compositor.
#[derive(Default)]
pub struct Globals {
    offered: Vec<Global>,
    is_complete: bool,
    registry: Option<WlRegistry>,
}

struct Global {
    name: u32,
    interface: String,
    version: u32,
}

impl Globals {
    /// Whether all have been told.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Binds through that registry from now on.
    pub fn bind_from(&mut self, registry: WlRegistry) {
        self.registry = Some(registry);
    }

    /// The global of that interface in the highest version that both sides know; none if it is not
    /// offered in one of them.
    pub fn bind<I, U, D>(
        &self,
        queue: &QueueHandle<D>,
        versions: RangeInclusive<u32>,
        data: U,
    ) -> Option<I>
    where
        I: Proxy + 'static,
        U: Send + Sync + 'static,
        D: Dispatch<I, U> + 'static,
    {
        let name = I::interface().name;
        let global = self.offered.iter().find(|it| it.interface == name)?;
        if global.version < *versions.start() {
            return None;
        }
        let version = global.version.min(*versions.end());
        let registry = self.registry.as_ref()?;
        Some(registry.bind(global.name, version, queue, data))
    }
}

impl Dispatch<WlRegistry, ()> for Globals {
    fn event(
        globals: &mut Globals,
        _: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Globals>,
    ) {
        if let wl_registry::Event::Global {
            name,
            interface,
            version,
        } = event
            && globals.offered.len() < GLOBALS_MAX
        {
            globals.offered.push(Global {
                name,
                interface,
                version,
            });
        }
    }
}

impl Dispatch<WlCallback, ()> for Globals {
    fn event(
        globals: &mut Globals,
        _: &WlCallback,
        _: wl_callback::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Globals>,
    ) {
        globals.is_complete = true;
    }
}
