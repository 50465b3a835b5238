//! The window's content: all surfaces, the scene, and the pixels that must be drawn again.
//!
//! Owns: surfaces by id, visibility, credits, damage. Trusts: the broker for ids, sizes and scenes;
//! producers for nothing. Never: touches a window, reads a clock, or waits. Notices to the broker
//! are queued for [`Screen::take_notices`].

use crate::compositor::{Canvas, Compositor, Pictures, cover_of};
use crate::rects::Rects;
use crate::surface::{ComposedSurface, FramesEndpoint, Taken};
use protocol::geometry::{Rect, Size};
use protocol::gpu::{Effect, FromGpu, Scene, SceneItem};
use protocol::ids::SurfaceId;
use protocol::misbehaviour::Misbehaviour;
use shm::Consumer;
use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// All surfaces and the scene.
pub struct Screen {
    surfaces: Surfaces,
    scene: Scene,
    size: Size,
    dirty: Rects,
    compositor: Compositor,
    notices: Vec<FromGpu>,
    /// Frames taken so far.
    frames: u64,
    /// Whose next frame the broker waits for, and after which one.
    watched: Vec<(SurfaceId, u64)>,
    /// Whether each surface has one frame a second.
    is_slow: bool,
}

#[derive(Default)]
struct Surfaces(BTreeMap<SurfaceId, ComposedSurface>);

impl Screen {
    /// An empty window of that size, all of it to be drawn.
    pub fn new(size: Size) -> Screen {
        let mut screen = Screen {
            surfaces: Surfaces::default(),
            scene: Scene::default(),
            size,
            dirty: Rects::new(),
            compositor: Compositor::default(),
            notices: Vec::new(),
            frames: 0,
            watched: Vec::new(),
            is_slow: false,
        };
        screen.mark_all();
        screen
    }

    /// The window's size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Resizes the window; all of it is drawn again.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
        self.mark_all();
    }

    /// A new surface. Without a region (it could not be mapped) it has no frame, ever.
    pub fn create(&mut self, id: SurfaceId, channel: FramesEndpoint, region: Option<Consumer>) {
        if self.surfaces.0.contains_key(&id) {
            tracing::error!(%id, "a surface is created twice");
            return;
        }
        let mut surface = ComposedSurface::new(channel, region);
        surface.set_slow(self.is_slow);
        self.surfaces.0.insert(id, surface);
        if self.is_visible(id) {
            self.give_credit(id);
        }
    }

    /// The next region of a surface. A frame may stand in it already: its doorbell can have come
    /// before this message, on the other channel.
    pub fn replace(&mut self, id: SurfaceId, region: Consumer) {
        let Some(surface) = self.surfaces.0.get_mut(&id) else {
            tracing::error!(%id, "a region for a surface that does not exist");
            return;
        };
        surface.replace(region);
        let outcome = surface.take();
        self.note(id, outcome);
    }

    /// Shows one frame a second of each surface from now on, or as many as ever.
    pub fn set_slow(&mut self, is_slow: bool) {
        self.is_slow = is_slow;
        for surface in self.surfaces.0.values_mut() {
            surface.set_slow(is_slow);
        }
    }

    /// Drops the surface and its pixels.
    pub fn drop_surface(&mut self, id: SurfaceId) {
        if self.surfaces.0.contains_key(&id) {
            self.mark(id, None);
            self.surfaces.0.remove(&id);
            self.watched.retain(|(watched, _)| *watched != id);
        }
    }

    /// Sets what the window shows. A surface that comes into view without a credit gets one.
    pub fn set_scene(&mut self, scene: Scene) {
        if scene == self.scene {
            return;
        }
        self.scene = scene;
        self.mark_all();
        for index in 0..self.scene.items.len() {
            self.give_credit_if_none_due(self.scene.items[index].surface);
        }
    }

    /// What to wait on, with the surface to give to [`Screen::read_channel`].
    pub fn channels(&self) -> impl Iterator<Item = (SurfaceId, BorrowedFd<'_>)> {
        self.surfaces
            .0
            .iter()
            .filter_map(|(&id, surface)| Some((id, surface.channel()?)))
    }

    /// The surfaces' channels and memory, for attack tests.
    pub fn reach(&self) -> Vec<child::ReachedSurface<'_>> {
        self.surfaces
            .0
            .values()
            .filter_map(ComposedSurface::reach)
            .collect()
    }

    /// A producer has rung, or is gone. That it is gone the broker knows already, unless it has
    /// hung up and lives on.
    pub fn read_channel(&mut self, id: SurfaceId, now: Duration) {
        if let Some(surface) = self.surfaces.0.get_mut(&id) {
            let outcome = surface.read_channel(now);
            let has_hung_up = surface.has_hung_up();
            self.note(id, outcome);
            if has_hung_up {
                self.report(id, Misbehaviour::ClosedChannel);
            }
        }
    }

    /// When [`Screen::tick`] has something to do; none: not before something else happens.
    pub fn deadline(&self) -> Option<Duration> {
        let visible = self
            .scene
            .items
            .iter()
            .filter_map(|item| self.surfaces.0.get(&item.surface));
        visible.filter_map(ComposedSurface::credit_due).min()
    }

    /// Gives the visible surfaces the credits that are due.
    pub fn tick(&mut self, now: Duration) {
        for index in 0..self.scene.items.len() {
            let id = self.scene.items[index].surface;
            let due = self
                .surfaces
                .0
                .get(&id)
                .and_then(ComposedSurface::credit_due);
            if due.is_some_and(|due| due <= now) {
                self.give_credit(id);
            }
        }
    }

    /// Takes the newest frame of every visible surface, rung for or not.
    pub fn take_newest(&mut self) {
        for index in 0..self.scene.items.len() {
            let id = self.scene.items[index].surface;
            if let Some(surface) = self.surfaces.0.get_mut(&id) {
                let outcome = surface.take();
                self.note(id, outcome);
            }
        }
    }

    /// Marks window pixels to be drawn again.
    pub fn mark_rect(&mut self, rect: Rect) {
        self.dirty.add(rect.intersect(Rect::from_size(self.size)));
    }

    /// Returns and clears the window pixels that must be drawn again.
    pub fn take_dirty(&mut self) -> Rects {
        std::mem::take(&mut self.dirty)
    }

    /// Draws those pixels of the canvas that are in `damage`.
    pub fn compose(&mut self, damage: &[Rect], canvas: &mut Canvas<'_>) {
        let _span = flight::span(flight::Step::Compose, 0);
        let clip = Rect::from_size(self.size);
        self.compositor
            .compose(&self.scene, &self.surfaces, damage, clip, canvas);
    }

    /// Draws one surface, from the corner of the canvas.
    pub fn compose_alone(&mut self, surface: SurfaceId, canvas: &mut Canvas<'_>) {
        let rect = Rect::from_size(canvas.size);
        let scene = Scene {
            items: vec![SceneItem {
                surface,
                rect,
                effect: Effect::None,
            }],
        };
        self.compositor
            .compose(&scene, &self.surfaces, &[rect], rect, canvas);
    }

    /// Tells the broker when the last frame of that surface is another one.
    pub fn watch(&mut self, id: SurfaceId, frame: u64) {
        if !self.watched.contains(&(id, frame)) {
            self.watched.push((id, frame));
        }
        self.tell_watcher(id);
    }

    /// The number of a surface's last frame; 0 is that of none.
    pub fn frame_of(&self, id: SurfaceId) -> u64 {
        self.surfaces.0.get(&id).map_or(0, |surface| surface.frame)
    }

    /// Tells the broker of a frame that it waits for.
    fn tell_watcher(&mut self, id: SurfaceId) {
        let frame = self.frame_of(id);
        let is_due = |(watched, after): &mut (SurfaceId, u64)| *watched == id && *after != frame;
        let due = self.watched.extract_if(.., is_due);
        let count = due.count();
        if count > 0 {
            self.notify(FromGpu::Painted { surface: id, frame });
        }
    }

    /// Queues a notice to the broker.
    pub fn notify(&mut self, notice: FromGpu) {
        self.notices.push(notice);
    }

    /// The queued notices to the broker, in order.
    pub fn take_notices(&mut self) -> std::vec::Drain<'_, FromGpu> {
        self.notices.drain(..)
    }

    fn is_visible(&self, id: SurfaceId) -> bool {
        self.scene.items.iter().any(|item| item.surface == id)
    }

    fn give_credit_if_none_due(&mut self, id: SurfaceId) {
        if self
            .surfaces
            .0
            .get(&id)
            .is_some_and(|surface| surface.credit_due().is_none())
        {
            self.give_credit(id);
        }
    }

    fn give_credit(&mut self, id: SurfaceId) {
        if let Some(surface) = self.surfaces.0.get_mut(&id)
            && let Err(misbehaviour) = surface.give_credit()
        {
            self.report(id, misbehaviour);
        }
    }

    /// Tells the flight recorder.
    fn record(&self, id: SurfaceId, taken: &Taken) {
        let surface = self.surfaces.0.get(&id);
        if let Some(picture) = surface.and_then(ComposedSurface::picture) {
            let pixels = |rect: &Rect| u64::from(rect.width) * u64::from(rect.height);
            let pixels = taken.damage.as_slice().iter().map(pixels).sum();
            let (generation, sequence) = (picture.generation().0, picture.sequence() as u32);
            flight::frame_taken(id.0, generation, sequence, pixels);
        }
    }

    fn note(&mut self, id: SurfaceId, outcome: Result<Option<Taken>, Misbehaviour>) {
        match outcome {
            Ok(None) => {}
            Ok(Some(taken)) => {
                self.record(id, &taken);
                self.frames += 1;
                if let Some(surface) = self.surfaces.0.get_mut(&id) {
                    surface.frame = self.frames;
                }
                self.tell_watcher(id);
                self.mark(id, Some(&taken.damage));
                if let Some(generation) = taken.first_of {
                    self.notices.push(FromGpu::FirstFrame {
                        surface: id,
                        generation,
                    });
                }
            }
            Err(misbehaviour) => self.report(id, misbehaviour),
        }
    }

    fn report(&mut self, surface: SurfaceId, misbehaviour: Misbehaviour) {
        if misbehaviour != Misbehaviour::ClosedChannel {
            tracing::warn!(%surface, %misbehaviour, "a producer misbehaved");
        }
        self.notices.push(FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour,
        });
    }

    fn mark_all(&mut self) {
        self.dirty.clear();
        self.dirty.add(Rect::from_size(self.size));
    }

    /// Marks where the surface's pixels can be seen: those in `damage` (pixels of the surface), or
    /// all of them.
    fn mark(&mut self, id: SurfaceId, damage: Option<&Rects>) {
        let window = Rect::from_size(self.size);
        for (index, item) in self.scene.items.iter().enumerate() {
            if item.surface != id {
                continue;
            }
            let cover = [cover_of(item, &self.surfaces)];
            let placed = damage
                .map_or(&cover[..], Rects::as_slice)
                .iter()
                .map(|&rect| {
                    let rect = if damage.is_some() {
                        placed_in(item, rect)
                    } else {
                        rect
                    };
                    rect.intersect(window)
                });
            for rect in placed.filter(|rect| !rect.is_empty()) {
                let add = |part| self.dirty.add(part);
                self.compositor
                    .visible_parts(&self.scene, &self.surfaces, index, rect, add);
            }
        }
    }
}

/// Pixels of a surface, as pixels of the window, within the item's rectangle.
fn placed_in(item: &SceneItem, rect: Rect) -> Rect {
    let x = item.rect.x.saturating_add(rect.x);
    let y = item.rect.y.saturating_add(rect.y);
    Rect { x, y, ..rect }.intersect(item.rect)
}

impl Pictures for Surfaces {
    fn size_of(&self, surface: SurfaceId) -> Option<Size> {
        Some(self.0.get(&surface)?.picture()?.size())
    }

    fn read_row(&self, surface: SurfaceId, y: u32, x: u32, out: &mut [u32]) {
        if let Some(picture) = self.0.get(&surface).and_then(ComposedSurface::picture) {
            picture.read_row_xrgb(y, x, out);
        }
    }
}

#[cfg(test)]
mod tests;
