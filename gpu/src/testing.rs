//! A producer as a test plays it: real regions, a real channel.

use crate::surface::FramesEndpoint;
use ipc::{Endpoint, Receiver, Sender};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use protocol::limits::PIXEL_BYTES;
use shm::{Consumer, Producer, SurfaceRegions};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// How long a test waits for what must come before it fails.
pub const WATCHDOG: Duration = Duration::from_secs(30);

/// The producer's ends.
pub struct FakeProducer {
    pub sender: Sender<FromProducer>,
    pub receiver: Receiver<ToProducer>,
    pub producer: Producer,
}

/// The gpu's ends: what comes beside `CreateSurface`.
pub struct GpuEnds {
    pub channel: FramesEndpoint,
    pub pixels: OwnedFd,
    pub latch: OwnedFd,
}

impl FakeProducer {
    pub fn new(size: Size, generation: Generation) -> (FakeProducer, GpuEnds) {
        let (near, channel) = Endpoint::<FromProducer, ToProducer>::pair().expect("channel");
        let (sender, receiver) = near.split();
        let (producer, pixels, latch) = regions(size, generation);
        (
            FakeProducer {
                sender,
                receiver,
                producer,
            },
            GpuEnds {
                channel,
                pixels,
                latch,
            },
        )
    }

    /// Paints the whole next frame in one colour, with an inverted rectangle.
    pub fn paint(&mut self, colour: [u8; 3], mark: Rect) {
        let width = self.producer.size().width as usize;
        for (at, pixel) in self
            .producer
            .back()
            .chunks_exact_mut(PIXEL_BYTES)
            .enumerate()
        {
            let marked = mark.contains((at % width) as u32, (at / width) as u32);
            for (channel, &level) in pixel.iter_mut().zip(&colour) {
                *channel = if marked { !level } else { level };
            }
            pixel[3] = 255;
        }
    }

    /// Publishes what was painted and rings.
    pub fn publish(&mut self, damage: &[Rect]) {
        self.producer.publish(damage);
        self.ring();
    }

    pub fn ring(&self) {
        self.sender
            .try_send(FromProducer::FrameReady)
            .expect("the gpu is there");
    }

    /// Paints and publishes a frame of one colour.
    pub fn frame(&mut self, colour: [u8; 3]) {
        self.paint(colour, Rect::new(0, 0, 0, 0));
        let all = Rect::from_size(self.producer.size());
        self.publish(&[all]);
    }

    /// Whether a credit has come; takes it.
    pub fn takes_credit(&self) -> bool {
        self.receiver
            .try_recv()
            .expect("the gpu is there")
            .is_some()
    }

    /// New regions for the producer; the gpu's ends of them come back.
    pub fn replace(&mut self, size: Size, generation: Generation) -> (OwnedFd, OwnedFd) {
        let (producer, pixels, latch) = regions(size, generation);
        self.producer = producer;
        (pixels, latch)
    }
}

impl GpuEnds {
    pub fn open(self, size: Size, generation: Generation) -> (FramesEndpoint, Consumer) {
        let region = Consumer::new(self.pixels, self.latch, size, generation).expect("regions");
        (self.channel, region)
    }
}

fn regions(size: Size, generation: Generation) -> (Producer, OwnedFd, OwnedFd) {
    let made = SurfaceRegions::create(size).expect("regions");
    let (pixels, latch) = (
        made.pixels.dup().expect("dup"),
        made.latch.dup().expect("dup"),
    );
    let producer = Producer::new(pixels, latch, size, generation).expect("producer");
    (
        producer,
        made.pixels.read_only().expect("read-only"),
        made.latch.dup().expect("dup"),
    )
}
