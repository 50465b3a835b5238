//! What the window shows: derived from the state after every event, and sent when it has changed.
//!
//! Never: shows a surface of a tab that is not active, or the last frame of a dead process as if it
//! lived.

use crate::action::Action;
use crate::state::core::Core;
use crate::text;
use protocol::geometry::Rect;
use protocol::gpu::{Effect, Scene, SceneItem};
use protocol::ids::SurfaceId;
use protocol::limits::TITLE_BYTES_MAX;
use protocol::surface::SurfacePart;

impl Core {
    /// From bottom to top: the page that waits for its first frame (under the page that it
    /// replaces, for only what is in the scene is asked for frames), the page on show, the strip,
    /// the bar for finding text, the dialog, the card, the open menu or list.
    pub(crate) fn scene(&self) -> Scene {
        let mut items = Vec::new();
        if let Some(tab) = self.tabs.shown() {
            let page = self.rect_for(SurfacePart::Page, Some(tab.id));
            for slot in [tab.next, tab.front].into_iter().flatten() {
                if self
                    .surfaces
                    .get(slot.surface)
                    .is_some_and(|it| !it.is_hidden())
                {
                    items.push(self.scene_item(slot.surface, page));
                }
            }
        }
        if let Some(strip) = self.window.strip {
            items.push(self.scene_item(strip, self.strip_rect()));
        }
        if let Some(find) = self.window.find {
            items.push(self.scene_item(find, self.find_rect()));
        }
        if let Some(dialog) = self.window.dialog {
            items.push(self.scene_item(dialog, self.dialog_rect()));
        }
        if let Some(card) = self.window.card {
            items.push(self.scene_item(card, self.card_rect()));
        }
        if let Some(popup) = self.window.popup {
            items.push(self.scene_item(popup, self.popup_rect()));
        }
        Scene { items }
    }

    fn scene_item(&self, surface: SurfaceId, rect: Rect) -> SceneItem {
        let is_produced = self
            .surfaces
            .get(surface)
            .is_some_and(|s| s.producer.is_some());
        let effect = if is_produced {
            Effect::None
        } else {
            Effect::Stale
        };
        SceneItem {
            surface,
            rect,
            effect,
        }
    }

    pub(crate) fn tell_scene(&mut self) {
        let Some(gpu) = self.window.gpu else { return };
        let scene = self.scene();
        if self.window.scene_told.as_ref() != Some(&scene) {
            self.window.scene_told = Some(scene.clone());
            self.emit(Action::SetScene { gpu, scene });
        }
        let title = self.window_title();
        if self.window.title_told.as_ref() != Some(&title) {
            self.window.title_told = Some(title.clone());
            self.emit(Action::SetTitle { gpu, title });
        }
    }

    fn window_title(&self) -> String {
        const NAME: &str = "Bulkhead";
        const SEPARATOR: &str = " - ";
        let Some(tab) = self.tabs.shown() else {
            return NAME.to_owned();
        };
        let title = tab
            .committed
            .as_ref()
            .map_or("", |committed| &committed.title);
        let title = if title.is_empty() { tab.url() } else { title };
        let room = TITLE_BYTES_MAX - NAME.len() - SEPARATOR.len();
        format!("{}{SEPARATOR}{NAME}", text::clean(title, room))
    }

    pub(crate) fn tell_cursor(&mut self) {
        let Some(gpu) = self.window.gpu else { return };
        let producer = self
            .input
            .hovered
            .and_then(|surface| self.surfaces.get(surface))
            // The shell is not told of the pointer over a menu.
            .filter(|surface| surface.part != SurfacePart::Popup)
            .and_then(|surface| self.processes.living(surface.producer?));
        let cursor = producer.map_or_else(Default::default, |process| process.cursor);
        if self.window.cursor_told != cursor {
            self.window.cursor_told = cursor;
            self.emit(Action::SetCursor { gpu, cursor });
        }
    }
}
