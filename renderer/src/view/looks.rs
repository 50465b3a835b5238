//! Scale, zoom and colour scheme of a view, and what they make of its sizes and colours.

use crate::document::media::{Emulated, set_medium};
use crate::view::appearance::{Place, viewport};
use crate::view::view::View;
use blitz_dom::{BaseDocument, MediaType};
use kurbo::Point;
use peniko::Color;
use protocol::appearance::{Appearance, ColorScheme};
use style::values::specified::color::ColorSchemeFlags;

/// The ground of a page that says nothing of its own.
const LIGHT_GROUND: Color = Color::WHITE;
/// The ground of a dark one: what `Canvas` stands for in a style sheet.
const DARK_GROUND: Color = Color::from_rgb8(30, 30, 30);

impl View {
    /// Sets how the document is to look, and asks for a layout if that is new.
    pub(crate) fn set_appearance(&mut self, appearance: Appearance) {
        self.real_appearance = appearance;
        let color_scheme = self.emulated.color_scheme;
        let appearance = Appearance {
            color_scheme: color_scheme.unwrap_or(appearance.color_scheme),
            ..appearance
        };
        if appearance == self.appearance {
            return;
        }
        self.place = self.document.as_ref().and_then(Place::of);
        self.appearance = appearance;
        self.needs_whole_layout = true;
        self.fit_documents();
    }

    /// Tells the documents of the view's size and look.
    pub(crate) fn fit_documents(&mut self) {
        let viewport = viewport(self.size, &self.appearance);
        let media = self.media_type();
        for document in [&mut self.document, &mut self.next].into_iter().flatten() {
            document.set_viewport(viewport.clone());
            set_medium(document, &media);
        }
        if let Some(realm) = self.script {
            // Those who watch media look when boxes may have moved.
            realm.host.boxes_moved.set(true);
        }
        self.touch();
        self.outdate_find();
    }

    /// Pretends to the documents, from now on.
    pub(crate) fn emulate(&mut self, emulated: Emulated) {
        if emulated == self.emulated {
            return;
        }
        self.emulated = emulated;
        self.set_appearance(self.real_appearance);
        self.fit_documents();
    }

    /// The medium that documents are shown on.
    pub(crate) fn media_type(&self) -> MediaType {
        let media = self.emulated.media.clone();
        media.unwrap_or_else(MediaType::screen)
    }

    /// Device pixels for one pixel of the layout.
    pub(crate) fn scale(&self) -> f64 {
        self.appearance.scale.factor() * self.appearance.zoom.factor()
    }

    /// Width and height of the view, in pixels of the layout.
    pub(crate) fn view_size(&self) -> (f64, f64) {
        let (size, scale) = (self.size(), self.scale());
        (
            f64::from(size.width) / scale,
            f64::from(size.height) / scale,
        )
    }

    /// A point of the surface as a point of the document.
    pub(crate) fn document_point(&self, x: f32, y: f32) -> Point {
        let scroll = self.document.as_ref().map(BaseDocument::viewport_scroll);
        let (left, top) = scroll.map_or((0.0, 0.0), |scroll| (scroll.x, scroll.y));
        let scale = self.scale();
        Point::new(f64::from(x) / scale + left, f64::from(y) / scale + top)
    }

    /// The colour of the shell's icons.
    pub(crate) fn ink(&self) -> &'static str {
        match self.appearance.color_scheme {
            ColorScheme::Light => "#3a4550",
            ColorScheme::Dark => "#c9d1d9",
        }
    }

    /// The colour of those that cannot be pressed.
    pub(crate) fn pale_ink(&self) -> &'static str {
        match self.appearance.color_scheme {
            ColorScheme::Light => "#b9c1c9",
            ColorScheme::Dark => "#5b656f",
        }
    }

    /// What is below a document that has no background.
    pub(crate) fn ground(&self) -> Color {
        let root = self
            .document
            .as_ref()
            .and_then(BaseDocument::try_root_element);
        let style = root.and_then(|root| root.primary_styles());
        let schemes = style.map(|style| style.clone_color_scheme().bits);
        let schemes = schemes.unwrap_or(ColorSchemeFlags::LIGHT);
        let is_wanted = self.appearance.color_scheme == ColorScheme::Dark
            || !schemes.contains(ColorSchemeFlags::LIGHT);
        if schemes.contains(ColorSchemeFlags::DARK) && is_wanted {
            DARK_GROUND
        } else {
            LIGHT_GROUND
        }
    }
}
