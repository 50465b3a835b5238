//! One surface: its frames channel, its shared pixels, and the painter that fills them.
//!
//! Owns: the write side of the surface. Trusts: the gpu process only to give credits. Never:
//! publishes without a credit, or a frame that is not painted in full.

use crate::view::view::View;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use child::ReachedSurface;
use ipc::{Endpoint, Receiver, RecvError, Sender};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::Size;
use protocol::ids::SurfaceId;
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::surface::SurfacePart;
use shm::{Damage, Producer};
use std::os::fd::{AsFd, BorrowedFd};

pub(crate) type FramesEndpoint = Endpoint<FromProducer, ToProducer>;

/// A surface that this process paints.
pub(crate) struct PaintedSurface {
    pub(crate) id: SurfaceId,
    pub(crate) part: SurfacePart,
    producer: Producer,
    painter: VelloCpuImageRenderer,
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
            channel: Some(channel.split()),
            credit: false,
        }
    }

    pub(crate) fn size(&self) -> Size {
        self.producer.size()
    }

    /// The next regions; with a channel, the gpu process is a new one and owes a credit.
    pub(crate) fn replace(&mut self, producer: Producer, channel: Option<FramesEndpoint>) {
        let size = producer.size();
        if size != self.size() {
            self.painter.resize(size.width, size.height);
        }
        self.producer = producer;
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

    /// Paints the whole view, and publishes it unless the last frame shows the same already.
    pub(crate) fn paint(&mut self, view: &mut View) {
        let size = self.size();
        self.painter.reset();
        let painted = |scene: &mut _| view.paint(scene, size);
        self.painter.render(painted, self.producer.back());
        let damage = self.producer.changes();
        // The credit that follows a frame is the clock of an animation, which would stop without.
        if !damage.is_empty() || view.is_animating() {
            self.publish(&damage);
        }
    }

    fn publish(&mut self, damage: &Damage) {
        self.producer.publish(damage.as_slice());
        self.credit = false;
        if let Some((sender, _)) = &self.channel {
            // A gpu process that is gone is noticed when its end of the channel is read.
            let _ = sender.send(FromProducer::FrameReady);
        }
    }
}
