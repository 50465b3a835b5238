//! The moving pictures of one view, and which of them are seen.

use crate::pictures::player::{CANVAS_BYTES_MAX, Player, canvas_bytes};
use blitz_dom::node::ImageData as BlitzImage;
use blitz_dom::{BaseDocument, Node, local_name};
use blitz_traits::net::Bytes;
use peniko::ImageData;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

/// Canvases of the pictures of a view that move, in bytes. A player holds up to four canvases.
/// Pictures beyond that show their first frame.
const CANVASES_BYTES_MAX: u64 = 3 * CANVAS_BYTES_MAX;
/// Files of them, in bytes.
const FILES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The moving pictures of a view.
#[derive(Default)]
pub(crate) struct Moving {
    pictures: HashMap<Rc<str>, Picture>,
    /// The addresses of the pictures by the number of their pixels, as Blitz has them.
    addresses: HashMap<u64, Rc<str>>,
}

struct Picture {
    file: Bytes,
    state: State,
    /// Whether it is of the document that is going to be replaced.
    is_old: bool,
    /// Whether it was seen in what was painted last.
    is_seen: bool,
}

enum State {
    /// Not seen so far.
    Waiting,
    Playing(Box<Player>, u64),
    /// It shows its first frame: it has no other, or is too large.
    Still,
}

impl Picture {
    fn player(&self) -> Option<&Player> {
        match &self.state {
            State::Playing(player, _) => Some(player),
            _ => None,
        }
    }
}

impl Moving {
    /// A file that may be a moving picture has come from `url`.
    pub(crate) fn add(&mut self, url: String, file: Bytes) {
        let known = self.pictures.get_mut(url.as_str());
        if let Some(picture) = known.filter(|picture| picture.file == file) {
            picture.is_old = false;
            return;
        }
        self.pictures.remove(url.as_str());
        let files: usize = self.pictures.values().map(|p| p.file.len()).sum();
        if files.saturating_add(file.len()) <= FILES_BYTES_MAX {
            let picture = Picture {
                file,
                state: State::Waiting,
                is_old: false,
                is_seen: false,
            };
            self.pictures.insert(url.into(), picture);
        }
    }

    /// From now on, pictures that are added are of another document.
    pub(crate) fn outdate(&mut self) {
        for picture in self.pictures.values_mut() {
            picture.is_old = true;
        }
    }

    /// Another document is shown.
    pub(crate) fn take_over(&mut self) {
        self.addresses.clear();
        self.pictures.retain(|_, picture| !picture.is_old);
    }

    /// Finds out which pixels of the document, and of its frames, are of which picture.
    pub(crate) fn find(&mut self, document: &BaseDocument) {
        if self.pictures.is_empty() {
            return;
        }
        for (_, node) in document.tree().iter() {
            self.find_in(document, node);
        }
        for frame in document.sub_document_node_ids() {
            let node = document.get_node(frame);
            if let Some(inside) = node.and_then(|node| node.subdoc()) {
                self.find(&inside.inner());
            }
        }
    }

    fn find_in(&mut self, document: &BaseDocument, node: &Node) {
        let Some(element) = node.element_data() else {
            return;
        };
        if let Some(image) = element.raster_image_data()
            && !self.addresses.contains_key(&image.data.id())
            && let Some(source) = element.attr(local_name!("src"))
            && let Ok(url) = document.base_url().join(source)
        {
            self.learn(image.data.id(), url.as_str());
        }
        let layers = element.background_images.iter();
        for layer in layers.chain(&element.mask_images).flatten() {
            if let BlitzImage::Raster(image) = &layer.image
                && !self.addresses.contains_key(&image.data.id())
            {
                self.learn(image.data.id(), layer.url.as_str());
            }
        }
    }

    fn learn(&mut self, pixels: u64, url: &str) {
        if let Some((url, _)) = self.pictures.get_key_value(url) {
            self.addresses.insert(pixels, url.clone());
        }
    }

    /// The frame to be shown for pixels of the first one.
    pub(crate) fn frame(&self, first: &ImageData) -> Option<&ImageData> {
        let url = self.addresses.get(&first.data.id())?;
        let frame = self.pictures.get(url)?.player()?.frame();
        ((frame.width, frame.height) == (first.width, first.height)).then_some(frame)
    }

    /// These pixels were painted and can be seen: pictures among them begin to move, or go on.
    pub(crate) fn saw(&mut self, pixels: impl Iterator<Item = u64>, now: Instant) {
        if self.pictures.is_empty() {
            return;
        }
        let seen: HashSet<u64> = pixels.collect();
        let is_seen = |(id, _): &(&u64, &Rc<str>)| seen.contains(id);
        let urls = self.addresses.iter().filter(is_seen).map(|(_, url)| url);
        let urls: HashSet<Rc<str>> = urls.cloned().collect();
        let mut canvases = self.canvases();
        for (url, picture) in &mut self.pictures {
            let frame = picture.player().map(|player| player.frame().data.id());
            picture.is_seen = urls.contains(url) || frame.is_some_and(|id| seen.contains(&id));
            if picture.is_seen && matches!(picture.state, State::Waiting) {
                picture.state = started(&picture.file, &mut canvases, now);
            }
        }
    }

    /// Whether the picture of that address begins to move when it is seen.
    #[cfg(test)]
    pub(crate) fn starts(&mut self, url: &str) -> bool {
        const PIXELS: u64 = u64::MAX;
        self.learn(PIXELS, url);
        self.saw(std::iter::once(PIXELS), Instant::now());
        let picture = self.pictures.get(url);
        picture.is_some_and(|picture| picture.player().is_some())
    }

    fn canvases(&self) -> u64 {
        let of = |picture: &Picture| match &picture.state {
            State::Playing(_, bytes) => *bytes,
            _ => 0,
        };
        self.pictures.values().map(of).sum()
    }

    /// When the next frame of a picture that is seen is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        let seen = self.pictures.values().filter(|picture| picture.is_seen);
        seen.filter_map(|picture| picture.player()?.due()).min()
    }

    /// Shows the frames that are due of pictures that are seen. Returns whether there are any.
    pub(crate) fn advance(&mut self, now: Instant) -> bool {
        let mut has_moved = false;
        for picture in self.pictures.values_mut().filter(|p| p.is_seen) {
            if let State::Playing(player, _) = &mut picture.state {
                has_moved |= player.advance(now);
            }
        }
        has_moved
    }
}

fn started(file: &Bytes, canvases: &mut u64, now: Instant) -> State {
    let fits = |bytes: &u64| {
        *bytes <= CANVAS_BYTES_MAX && canvases.saturating_add(*bytes) <= CANVASES_BYTES_MAX
    };
    let Some(bytes) = canvas_bytes(file).filter(fits) else {
        return State::Still;
    };
    match Player::start(file, now) {
        Some(player) => {
            *canvases += bytes;
            State::Playing(Box::new(player), bytes)
        }
        None => State::Still,
    }
}
