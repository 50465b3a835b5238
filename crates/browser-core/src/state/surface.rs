//! One surface, and the window that shows them.

use protocol::appearance::{Appearance, Percent};
use protocol::geometry::Size;
use protocol::gpu::Scene;
use protocol::ids::{Generation, ProcessId, SurfaceId, TabId};
use protocol::input::Cursor;
use protocol::surface::SurfacePart;

/// Whether a surface has its regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// It has.
    Held,
    /// It has none: nobody sees it.
    Hidden,
    /// It has them again, and nothing is painted in them yet. News of the channel that it had
    /// before may still come.
    Returning,
}

/// One surface.
#[derive(Debug)]
pub(crate) struct Surface {
    pub(crate) part: SurfacePart,
    /// `None` once it has died.
    pub(crate) producer: Option<ProcessId>,
    pub(crate) tab: Option<TabId>,
    pub(crate) pixels: Pixels,
    /// That of its first regions is 1.
    pub(crate) generation: Generation,
    pub(crate) size: Size,
    /// What its producer was told last.
    pub(crate) appearance: Appearance,
    /// The newest generation of which a frame has been taken.
    pub(crate) answered: Generation,
    pub(crate) gpu: Option<ProcessId>,
    /// Whether the present gpu process has taken a frame of it.
    pub(crate) is_live: bool,
}

impl Surface {
    pub(crate) fn is_hidden(&self) -> bool {
        self.pixels == Pixels::Hidden
    }
}

/// The window.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) size: Size,
    /// The scale of its display.
    pub(crate) scale: Percent,
    /// The gpu process, once its window stands.
    pub(crate) gpu: Option<ProcessId>,
    /// Whether there ever was one.
    pub(crate) has_stood: bool,
    pub(crate) strip: Option<SurfaceId>,
    pub(crate) card: Option<SurfaceId>,
    pub(crate) popup: Option<SurfaceId>,
    pub(crate) find: Option<SurfaceId>,
    pub(crate) dialog: Option<SurfaceId>,
    pub(crate) scene_told: Option<Scene>,
    pub(crate) title_told: Option<String>,
    pub(crate) cursor_told: Cursor,
}

impl Window {
    pub(crate) fn new(size: Size, scale: Percent) -> Window {
        Window {
            size,
            scale,
            gpu: None,
            has_stood: false,
            strip: None,
            card: None,
            popup: None,
            find: None,
            dialog: None,
            scene_told: None,
            title_told: None,
            cursor_told: Cursor::Default,
        }
    }

    /// The surfaces that the shell paints.
    pub(crate) fn parts(&self) -> impl Iterator<Item = SurfaceId> {
        let parts = [self.strip, self.card, self.find, self.popup, self.dialog];
        parts.into_iter().flatten()
    }

    /// Nothing is shown any more.
    pub(crate) fn forget(&mut self) {
        *self = Window::new(self.size, self.scale);
    }
}
