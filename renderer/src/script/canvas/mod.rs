//! What scripts draw on: `<canvas>` elements with a two-dimensional context.
//!
//! Owns: the bitmaps of one document. A canvas is shown as a picture is: its pixels are the picture
//! of its element. Trusts: nothing of the page. Never: holds more pixels than a bound.

pub(crate) mod drawing;
pub(crate) mod origin;
mod path;
pub(crate) mod pixels;
pub(crate) mod style;
mod surface;
pub(crate) mod text;

pub(crate) use path::{NUMBERS, Path, operations};

use crate::document::elements::element;
use crate::script::canvas::drawing::Drawing;
use crate::script::canvas::origin::Origins;
use crate::script::canvas::text::Texts;
use crate::script::limits::{CANVAS_PIXELS_MAX, CANVAS_SIDE_MAX, CANVASES_MAX};
use blitz_dom::node::{ImageData, RasterImageData, SpecialElementData};
use blitz_dom::{BaseDocument, ElementData, LocalName, NodeId, local_name};
use peniko::{Blob, ImageAlphaType};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use vello_cpu::{PixelMetadata, Pixmap};

/// Canvases whose painter is kept; the others' is made anew when they are drawn on.
const PAINTERS_MAX: usize = 4;
/// Pixels of images that are kept as they are drawn.
const IMAGE_PIXELS_MAX: usize = 4 << 20;

/// All canvases of one document.
#[derive(Default)]
pub(crate) struct Canvases {
    all: HashMap<NodeId, Drawing>,
    /// Those with a painter, the one used last at the end.
    painted: VecDeque<NodeId>,
    /// Images, by the number of their data.
    images: HashMap<u64, Arc<Pixmap>>,
    image_pixels: usize,
    pub(crate) texts: Option<Texts>,
    pub(crate) origins: Origins,
    /// Whether one shows something else than its element.
    pub(crate) has_changed: bool,
    /// Whether one has another size than its element.
    pub(crate) has_resized: bool,
}

/// The size that an element's attributes say.
fn size_of(data: &ElementData) -> (u32, u32) {
    let side = |name: LocalName, default: u32| {
        let text = data.attr(name).map(str::trim_start).unwrap_or("");
        let text = text.strip_prefix('+').unwrap_or(text);
        let digits = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        text[..digits].parse::<u32>().unwrap_or(default)
    };
    (
        side(local_name!("width"), 300),
        side(local_name!("height"), 150),
    )
}

impl Canvases {
    /// Gives a canvas its bitmap, unless it has one. False: it cannot have any.
    pub(crate) fn begin(&mut self, document: &BaseDocument, id: NodeId) -> bool {
        if self.all.contains_key(&id) {
            return true;
        }
        let data = element(document, id);
        let Some(data) = data.filter(|data| data.name.local == local_name!("canvas")) else {
            return false;
        };
        if self.all.len() >= CANVASES_MAX {
            return false;
        }
        let size = self.fitting(size_of(data));
        let (width, height) = size.unwrap_or((1, 1));
        let mut drawing = Drawing::new(width, height);
        drawing.is_void = size.is_none();
        self.all.insert(id, drawing);
        (self.has_changed, self.has_resized) = (true, true);
        true
    }

    /// A size that there is room for.
    fn fitting(&self, (width, height): (u32, u32)) -> Option<(u16, u16)> {
        let used: usize = self.all.values().map(pixels_of).sum();
        let is_possible = width <= CANVAS_SIDE_MAX && height <= CANVAS_SIDE_MAX;
        let pixels = width as usize * height as usize;
        let fits = is_possible && pixels > 0 && used + pixels <= CANVAS_PIXELS_MAX;
        fits.then_some((width as u16, height as u16))
    }

    /// An attribute was set: one for its size empties a canvas.
    pub(crate) fn note(&mut self, document: &BaseDocument, id: NodeId, name: &LocalName) {
        let is_size = *name == local_name!("width") || *name == local_name!("height");
        if is_size && self.all.remove(&id).is_some() {
            self.painted.retain(|painted| *painted != id);
            self.begin(document, id);
        }
    }

    pub(crate) fn is_canvas(&self, id: NodeId) -> bool {
        self.all.contains_key(&id)
    }

    /// The canvas, to be drawn on.
    pub(crate) fn get(&mut self, id: NodeId) -> Option<&mut Drawing> {
        if !self.is_canvas(id) {
            return None;
        }
        if self.painted.back() != Some(&id) {
            self.painted.retain(|painted| *painted != id);
            self.painted.push_back(id);
        }
        if self.painted.len() > PAINTERS_MAX
            && let Some(oldest) = self.painted.pop_front()
            && let Some(drawing) = self.all.get_mut(&oldest)
        {
            drawing.surface.settle();
        }
        self.has_changed = true;
        self.all.get_mut(&id)
    }

    /// Canvases of nodes that are gone are gone.
    pub(crate) fn sweep(&mut self, document: &BaseDocument) {
        self.origins.sweep(document);
        if !self.all.is_empty() {
            self.all.retain(|id, _| document.get_node(*id).is_some());
            self.painted.retain(|id| self.all.contains_key(id));
        }
    }

    /// Shows what was drawn.
    pub(crate) fn show(&mut self, document: &mut BaseDocument) {
        self.has_resized = false;
        if !std::mem::take(&mut self.has_changed) {
            return;
        }
        for (id, drawing) in &mut self.all {
            let node = document.get_node_mut(*id);
            let Some(data) = node.and_then(|node| node.element_data_mut()) else {
                continue;
            };
            if drawing.is_void {
                data.special_data = SpecialElementData::None;
                continue;
            }
            let surface = &mut drawing.surface;
            let is_shown = data.raster_image_data().is_some_and(|image| {
                (image.width, image.height) == (surface.width.into(), surface.height.into())
            });
            if is_shown && !std::mem::take(&mut surface.is_changed) {
                continue;
            }
            surface.is_changed = false;
            let (width, height) = (surface.width.into(), surface.height.into());
            let bytes = pixels::straight(&surface.pixels());
            let image = RasterImageData::new(width, height, Arc::new(bytes));
            data.special_data = SpecialElementData::Image(Box::new(ImageData::Raster(image)));
        }
    }

    /// The pixels of an image or a canvas, and whether they are the page's own. `None`: there are
    /// none yet.
    pub(crate) fn source(
        &mut self,
        document: &BaseDocument,
        id: NodeId,
    ) -> Option<(Arc<Pixmap>, bool)> {
        if let Some(drawing) = self.all.get_mut(&id) {
            return Some((drawing.surface.pixels(), drawing.surface.is_clean));
        }
        let image = element(document, id)?.raster_image_data()?;
        let key = image.data.id();
        if let Some(pixels) = self.images.get(&key) {
            return Some((pixels.clone(), true));
        }
        let pixels = Arc::new(converted(image.width, image.height, &image.data)?);
        self.image_pixels += image.width as usize * image.height as usize;
        if self.image_pixels > IMAGE_PIXELS_MAX {
            self.images.clear();
            self.image_pixels = image.width as usize * image.height as usize;
        }
        self.images.insert(key, pixels.clone());
        Some((pixels, true))
    }
}

fn pixels_of(drawing: &Drawing) -> usize {
    usize::from(drawing.surface.width) * usize::from(drawing.surface.height)
}

/// An image as the painter has it.
fn converted(width: u32, height: u32, data: &Blob<u8>) -> Option<Pixmap> {
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    let bytes = usize::from(width) * usize::from(height) * 4;
    if bytes == 0 || data.data().len() != bytes {
        return None;
    }
    let metadata = PixelMetadata::new(ImageAlphaType::Alpha, true);
    let mut owned = Vec::with_capacity(bytes);
    owned.extend_from_slice(data.data());
    Some(Pixmap::from_parts(owned, width, height, metadata))
}
