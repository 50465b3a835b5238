//! The outputs of the compositor, and which density they ask of the window.
//!
//! Trusts: the compositor on which output the window is. Never: keeps more than a bounded number.

use super::density::Density;
use wayland_client::Proxy;
use wayland_client::protocol::wl_output::WlOutput;

/// Outputs that are looked at.
const OUTPUTS_MAX: usize = 64;
/// From this version on, an output can be given back.
const OUTPUT_RELEASE: u32 = 3;

/// What is known of the density that the window should have.
#[derive(Default)]
pub struct Outputs {
    outputs: Vec<Output>,
    /// What the compositor says about the window itself, in whole pixels.
    preferred: Option<Density>,
    /// The same in parts of pixels, where buffers can be scaled so.
    preferred_exactly: Option<Density>,
    /// What the outputs that had the window last asked for.
    last: Option<Density>,
}

struct Output {
    /// Of its global.
    name: u32,
    proxy: WlOutput,
    density: Density,
    has_window: bool,
}

impl Outputs {
    /// Whether another one is looked at.
    pub fn has_room(&self) -> bool {
        self.outputs.len() < OUTPUTS_MAX
    }

    /// There is an output.
    pub fn add(&mut self, name: u32, proxy: WlOutput) {
        self.outputs.push(Output {
            name,
            proxy,
            density: Density::ONE,
            has_window: false,
        });
    }

    /// An output is gone.
    pub fn remove(&mut self, name: u32) {
        let is_gone = |output: &mut Output| output.name == name;
        for output in self.outputs.extract_if(.., is_gone) {
            if output.proxy.version() >= OUTPUT_RELEASE {
                output.proxy.release();
            }
        }
    }

    /// An output has that scale.
    pub fn scaled(&mut self, proxy: &WlOutput, factor: i32) {
        if let Some(output) = self.find(proxy) {
            output.density = Density::whole(factor);
        }
    }

    /// The window is on an output, or no longer.
    pub fn window_is_on(&mut self, proxy: &WlOutput, is_on: bool) {
        if let Some(output) = self.find(proxy) {
            output.has_window = is_on;
        }
    }

    /// The compositor prefers that many pixels for a unit of the window.
    pub fn prefer(&mut self, factor: i32) {
        self.preferred = Some(Density::whole(factor));
    }

    /// The compositor prefers that many 120ths of a pixel.
    pub fn prefer_exactly(&mut self, parts: u32) {
        self.preferred_exactly = Some(Density::parts(parts));
    }

    /// The density that the window should have. A window that no output shows keeps what it had;
    /// before the first one shows it, the densest counts.
    pub fn density(&mut self) -> Density {
        if let Some(said) = self.preferred_exactly.or(self.preferred) {
            return said;
        }
        let densest = |all: bool| {
            let counted = self.outputs.iter().filter(|it| all || it.has_window);
            counted
                .map(|it| it.density)
                .max_by(|a, b| a.factor().total_cmp(&b.factor()))
        };
        if let Some(shown) = densest(false) {
            self.last = Some(shown);
        }
        self.last.or_else(|| densest(true)).unwrap_or(Density::ONE)
    }

    fn find(&mut self, proxy: &WlOutput) -> Option<&mut Output> {
        self.outputs.iter_mut().find(|it| it.proxy == *proxy)
    }
}
