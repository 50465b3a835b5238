//! One surface, and the window that shows them.

use protocol::appearance::{Appearance, Percent};
use protocol::geometry::Size;
use protocol::gpu::Scene;
use protocol::ids::{Generation, ProcessId, SurfaceId, TabId};
use protocol::input::Cursor;
use protocol::surface::SurfacePart;

/// One surface.
#[derive(Debug)]
pub(crate) struct Surface {
    pub(crate) part: SurfacePart,
    /// `None` once it has died.
    pub(crate) producer: Option<ProcessId>,
    pub(crate) tab: Option<TabId>,
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

/// The window.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) size: Size,
    /// The scale of its display.
    pub(crate) scale: Percent,
    /// The gpu process, once its window stands.
    pub(crate) gpu: Option<ProcessId>,
    pub(crate) strip: Option<SurfaceId>,
    pub(crate) card: Option<SurfaceId>,
    pub(crate) popup: Option<SurfaceId>,
    pub(crate) find: Option<SurfaceId>,
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
            strip: None,
            card: None,
            popup: None,
            find: None,
            scene_told: None,
            title_told: None,
            cursor_told: Cursor::Default,
        }
    }

    /// The surfaces that the shell paints.
    pub(crate) fn parts(&self) -> impl Iterator<Item = SurfaceId> {
        [self.strip, self.card, self.find, self.popup]
            .into_iter()
            .flatten()
    }

    /// Nothing is shown any more.
    pub(crate) fn forget(&mut self) {
        *self = Window::new(self.size, self.scale);
    }
}
