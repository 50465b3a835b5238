//! The shared memory of all surfaces.
//!
//! Owns: both regions of each surface, so that a new gpu process can get the last frame of a dead
//! renderer. Never: keeps a region mapped.

use ipc::Endpoint;
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::Size;
use protocol::ids::SurfaceId;
use shm::{Glance, SurfaceRegions};
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;

/// The regions of all surfaces.
#[derive(Default)]
pub struct Surfaces {
    regions: HashMap<SurfaceId, SurfaceRegions>,
}

/// The descriptors for the two ends of a surface.
pub struct Ends {
    /// For the producer: pixels to write, latch.
    pub producer: Vec<OwnedFd>,
    /// For the gpu process: pixels to read, latch.
    pub consumer: Vec<OwnedFd>,
}

impl Surfaces {
    /// Creates regions of that size, which replace the old ones.
    pub fn renew(&mut self, surface: SurfaceId, size: Size) -> io::Result<Ends> {
        let regions = SurfaceRegions::create(size)?;
        let ends = Ends {
            producer: writable(&regions)?,
            consumer: readable(&regions)?,
        };
        self.regions.insert(surface, regions);
        Ok(ends)
    }

    /// The current regions, for a new consumer.
    pub fn last(&self, surface: SurfaceId) -> io::Result<Vec<OwnedFd>> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "no such surface");
        readable(self.regions.get(&surface).ok_or_else(missing)?)
    }

    /// What they hold at this moment; none if they cannot be looked at.
    pub fn glance(&self, surface: SurfaceId, size: Size) -> Option<Glance> {
        let regions = self.regions.get(&surface)?;
        let (pixels, latch) = (
            regions.pixels.read_only().ok()?,
            regions.latch.read_only().ok()?,
        );
        shm::glance(pixels, latch, size).ok()
    }

    /// The size of both regions together.
    pub fn bytes(&self, surface: SurfaceId) -> usize {
        self.regions.get(&surface).map_or(0, SurfaceRegions::bytes)
    }

    /// Frees both regions.
    pub fn remove(&mut self, surface: SurfaceId) {
        self.regions.remove(&surface);
    }
}

/// Opens a frames channel; returns the producer's and the consumer's end.
pub fn frames_channel() -> io::Result<(OwnedFd, OwnedFd)> {
    let (producer, consumer) = Endpoint::<FromProducer, ToProducer>::pair()?;
    Ok((producer.into_fd(), consumer.into_fd()))
}

fn writable(regions: &SurfaceRegions) -> io::Result<Vec<OwnedFd>> {
    Ok(vec![regions.pixels.dup()?, regions.latch.dup()?])
}

fn readable(regions: &SurfaceRegions) -> io::Result<Vec<OwnedFd>> {
    Ok(vec![regions.pixels.read_only()?, regions.latch.dup()?])
}
