//! The channel between the producer of one surface and the gpu process. It carries no pixels: they
//! stand in the surface's shared region, and one word of it hands a frame over.

use crate::misbehaviour::Misbehaviour;
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// Producer to gpu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromProducer {
    /// A frame has been published: the doorbell. Legal only after a [`ToProducer::BeginFrame`] that
    /// has not been answered yet. The receiver learns from it *that* there is a frame, never
    /// *what* it is: that stands in the region and is checked there.
    FrameReady,
}

/// Gpu to producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToProducer {
    /// A credit: the producer may publish one frame, now or whenever it next has something new. A
    /// hidden surface gets none. A producer holds at most one; a second one is the same as one.
    BeginFrame,
}

impl Message for FromProducer {
    const MAX_BYTES: usize = 16;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(())
    }
}

impl Message for ToProducer {
    const MAX_BYTES: usize = 16;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(())
    }
}
