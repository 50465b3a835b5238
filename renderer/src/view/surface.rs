//! One surface: its frames channel, its shared pixels, and the painter that fills them.
//!
//! Owns: the write side of the surface. Trusts: the gpu process only to give credits. Never:
//! publishes without a credit, or a frame that is not painted in full.

use crate::paint::replay::replay;
use crate::paint::{DisplayList, Plan, plan};
use crate::view::view::View;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use child::ReachedSurface;
use ipc::{Endpoint, Receiver, RecvError, Sender};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::{Rect, Size};
use protocol::ids::SurfaceId;
use protocol::limits::{MESSAGES_PER_TURN_MAX, PIXEL_BYTES};
use protocol::surface::SurfacePart;
use shm::{Damage, Producer};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

pub(crate) type FramesEndpoint = Endpoint<FromProducer, ToProducer>;

/// A drawing with more commands is not kept: comparing it would cost more than painting.
const KEPT_ITEMS_MAX: usize = 100_000;

/// A surface that this process paints.
pub(crate) struct PaintedSurface {
    pub(crate) id: SurfaceId,
    pub(crate) part: SurfacePart,
    producer: Producer,
    painter: VelloCpuImageRenderer,
    /// The size that the painter is set to.
    painted: Size,
    /// The drawing of the frame published last.
    shown: Option<DisplayList>,
    /// Pixels of a part on their way into the frame.
    scratch: Vec<u8>,
    /// Gone when the gpu process is gone; a new one comes with the next region.
    channel: Option<(Sender<FromProducer>, Receiver<ToProducer>)>,
    /// Whether one frame may be published.
    credit: bool,
}

impl PaintedSurface {
    pub(crate) fn new(
        id: SurfaceId,
        part: SurfacePart,
        producer: Producer,
        channel: FramesEndpoint,
    ) -> PaintedSurface {
        let size = producer.size();
        PaintedSurface {
            id,
            part,
            producer,
            painter: VelloCpuImageRenderer::new(size.width, size.height),
            painted: size,
            shown: None,
            scratch: Vec::new(),
            channel: Some(channel.split()),
            credit: false,
        }
    }

    pub(crate) fn size(&self) -> Size {
        self.producer.size()
    }

    /// The next regions; with a channel, the gpu process is a new one and owes a credit.
    pub(crate) fn replace(&mut self, producer: Producer, channel: Option<FramesEndpoint>) {
        self.producer = producer;
        self.shown = None;
        if let Some(channel) = channel {
            self.channel = Some(channel.split());
            self.credit = false;
        }
    }

    /// The descriptor on which credits come.
    pub(crate) fn credits(&self) -> Option<BorrowedFd<'_>> {
        self.channel.as_ref().map(|(_, receiver)| receiver.as_fd())
    }

    /// Takes the credits that have come, at most a turn's worth: a gpu process that sends without
    /// end must not keep this one from the broker.
    pub(crate) fn receive(&mut self) {
        let Some((_, receiver)) = &self.channel else {
            return;
        };
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match receiver.try_recv() {
                Ok(Some(received)) => match received.message {
                    ToProducer::BeginFrame => self.credit = true,
                },
                Ok(None) => return,
                Err(error) => {
                    if !matches!(error, RecvError::Closed) {
                        tracing::warn!(surface = %self.id, %error, "frames channel lost");
                    }
                    self.channel = None;
                    self.credit = false;
                    return;
                }
            }
        }
    }

    /// Whether a frame may be published now.
    pub(crate) fn has_credit(&self) -> bool {
        self.credit
    }

    /// Its channel and memory, for attack tests.
    pub(crate) fn reach(&self) -> ReachedSurface<'_> {
        ReachedSurface {
            channel: self.credits(),
            memory: self.producer.mapped(),
            has_credit: self.credit,
        }
    }

    /// Brings the frame up to date with the view, and publishes it unless it looks the same.
    pub(crate) fn paint(&mut self, view: &mut View) {
        let _span = flight::span(flight::Step::Paint, self.id.0);
        let (drawing, plan) = self.draw(view);
        view.moving.saw(drawing.images(), Instant::now());
        // The credit that follows a frame is the clock of an animation, which would stop without.
        let is_clock = view.is_animating() || view.wants_frame();
        if plan != Plan::Nothing || is_clock {
            let damage = self.carry_out(&plan, &drawing);
            if !damage.is_empty() || is_clock {
                self.publish(&damage);
            }
        }
        let is_small = drawing.items().len() <= KEPT_ITEMS_MAX;
        self.shown = is_small.then_some(drawing);
    }

    /// Draws the view, and says what makes the frame published last into that drawing.
    fn draw(&self, view: &mut View) -> (DisplayList, Plan) {
        let mut drawing = DisplayList::new(self.size());
        view.paint(&mut drawing, self.size());
        let plan = match &self.shown {
            Some(shown) => plan(shown, &drawing),
            None => Plan::Whole,
        };
        (drawing, plan)
    }

    /// What the next [`PaintedSurface::paint`] would do.
    #[cfg(test)]
    pub(crate) fn plan(&self, view: &mut View) -> Plan {
        self.draw(view).1
    }

    /// Makes the next frame; returns what differs from the last one.
    fn carry_out(&mut self, plan: &Plan, drawing: &DisplayList) -> Damage {
        match plan {
            Plan::Nothing => {
                self.producer.restore(None);
                Damage::none()
            }
            Plan::Parts(shift, rects) => {
                self.producer.restore(*shift);
                for &rect in rects {
                    self.paint_part(drawing, rect);
                }
                let mut damage = self.producer.changes_in(rects);
                if let Some(shift) = shift {
                    damage.add(shift.area);
                }
                damage
            }
            Plan::Whole => {
                self.paint_part(drawing, Rect::from_size(self.size()));
                self.producer.changes()
            }
        }
    }

    fn paint_part(&mut self, drawing: &DisplayList, part: Rect) {
        let size = part.size();
        if size == self.painted {
            self.painter.reset();
        } else {
            self.painter.resize(size.width, size.height);
            self.painted = size;
        }
        let width = self.size().width as usize;
        let back = self.producer.back();
        let bytes = |pixels: usize| pixels * PIXEL_BYTES;
        let draw = |scene: &mut _| replay(drawing, part, scene);
        if part.width as usize == width {
            let start = bytes(part.y as usize * width);
            let end = bytes(part.bottom() as usize * width);
            return self.painter.render(draw, &mut back[start..end]);
        }
        let row = bytes(part.width as usize);
        self.scratch.resize(row * part.height as usize, 0);
        self.painter.render(draw, &mut self.scratch);
        let targets = back.chunks_exact_mut(bytes(width)).skip(part.y as usize);
        for (target, source) in targets.zip(self.scratch.chunks_exact(row)) {
            let left = bytes(part.x as usize);
            target[left..left + row].copy_from_slice(source);
        }
    }

    fn publish(&mut self, damage: &Damage) {
        let sequence = self.producer.publish(damage.as_slice());
        let pixels = |rect: &Rect| u64::from(rect.width) * u64::from(rect.height);
        let pixels = damage.as_slice().iter().map(pixels).sum();
        let generation = self.producer.generation().0;
        flight::frame_published(self.id.0, generation, sequence as u32, pixels);
        self.credit = false;
        if let Some((sender, _)) = &self.channel {
            // A gpu process that is gone is noticed when its end of the channel is read.
            let _ = sender.send(FromProducer::FrameReady);
        }
    }
}
