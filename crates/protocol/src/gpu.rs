//! The control channel between the broker and the gpu process.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::appearance::Percent;
use crate::fault::Fault;
use crate::geometry::{Rect, Size};
use crate::ids::{Generation, SurfaceId};
use crate::input::{Cursor, InputEvent};
use crate::limits::{SCENE_ITEMS_MAX, TEXT_BYTES_MAX, TITLE_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// How a surface is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// As it is.
    None,
    /// Darkened and hatched: the last frame of a producer that is dead, never to be taken for a
    /// live one.
    Stale,
}

/// A surface and its place in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneItem {
    pub surface: SurfaceId,
    /// Where; the surface's top left corner is at the rectangle's, what sticks out is not drawn,
    /// and what the surface does not fill shows the background.
    pub rect: Rect,
    pub effect: Effect,
}

/// What the window shows. Surfaces in it are visible; all others are hidden and get no credit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// From bottom to top.
    pub items: Vec<SceneItem>,
}

/// Broker to gpu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToGpu {
    /// A surface. Comes with its frames channel, its first pixel region (read-only) and the region
    /// of its latch.
    CreateSurface {
        surface: SurfaceId,
        /// The region's generation.
        generation: Generation,
        size: Size,
    },
    /// The next regions of a surface, pixels and latch. The last frame of the old one is shown
    /// until one comes.
    ReplaceRegion {
        surface: SurfaceId,
        /// The region's generation; higher than any before.
        generation: Generation,
        size: Size,
    },
    /// The surface is gone, with its pixels.
    DropSurface { surface: SurfaceId },
    /// What the window shows from now on.
    SetScene(Scene),
    /// The window's title.
    SetTitle {
        /// At most `TITLE_BYTES_MAX` bytes.
        title: String,
    },
    /// The pointer's shape.
    SetCursor {
        /// The shape.
        cursor: Cursor,
    },
    /// Take the newest frame of every visible surface, compose, and write the window's pixels
    /// (RGBA, rows without padding) into the region that comes along; answered with `Captured`.
    Capture {
        /// Comes back in the answer.
        request: u32,
        /// What the region holds; a window of another size is cut or padded with the background.
        size: Size,
        /// This surface alone, from its corner; none: the whole window.
        surface: Option<SurfaceId>,
    },
    /// Injects a fault (`bulkhead://gpu-crash`).
    Inject(Fault),
    /// Answered with `Done` once everything before it is taken in.
    Ping {
        /// Comes back in the answer.
        sequence: u32,
    },
    /// Give each surface one frame a second, so that users can follow; or as many as ever.
    SetPace { is_slow: bool },
    /// Answered with `Painted` once the last frame that was taken of that surface is not this one.
    Watch {
        surface: SurfaceId,
        /// The number of a frame; 0 is that of none.
        frame: u64,
    },
}

/// Gpu to broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromGpu {
    /// The window (or the headless target) stands. First message.
    Ready {
        size: Size,
        /// The scale of its display.
        scale: Percent,
        /// How it presents: `headless`, `wayland`, `mit-shm` or `put-image`.
        presenter: String,
    },
    /// The window has another size, or its display another scale.
    Resized {
        size: Size,
        /// The scale of its display.
        scale: Percent,
    },
    /// Input, in window pixels.
    Input { event: InputEvent },
    /// The user closed the window.
    CloseRequested,
    /// The display server is gone, or whoever stands before it.
    DisplayLost,
    /// The first frame of this generation has been taken.
    FirstFrame {
        /// Of which surface.
        surface: SurfaceId,
        /// Of which generation.
        generation: Generation,
    },
    /// A producer broke the rules of its frames, or hung up (`ClosedChannel`), which it also does
    /// when it dies.
    ProducerMisbehaved {
        /// Of which surface.
        surface: SurfaceId,
        misbehaviour: Misbehaviour,
    },
    /// The region of a `Capture` is filled, or cannot be.
    Captured {
        /// Which one.
        request: u32,
        /// Of one surface alone: the number of its last frame; 0: it has none.
        frame: u64,
        /// Why it cannot be.
        error: Option<String>,
    },
    /// A frame has been taken that was watched for.
    Painted {
        surface: SurfaceId,
        /// Its number among the frames of all surfaces.
        frame: u64,
    },
    /// Answers `Ping`.
    Done {
        /// Its number.
        sequence: u32,
    },
}

impl Message for ToGpu {
    const MAX_HANDLES: usize = 3;
    fn handles(&self) -> Vec<HandleKind> {
        match self {
            ToGpu::CreateSurface { .. } => {
                vec![HandleKind::Channel, HandleKind::Region, HandleKind::Region]
            }
            ToGpu::ReplaceRegion { .. } => vec![HandleKind::Region, HandleKind::Region],
            ToGpu::Capture { .. } => vec![HandleKind::Region],
            ToGpu::DropSurface { .. }
            | ToGpu::SetScene(_)
            | ToGpu::SetTitle { .. }
            | ToGpu::SetCursor { .. }
            | ToGpu::Inject(_)
            | ToGpu::Ping { .. }
            | ToGpu::SetPace { .. }
            | ToGpu::Watch { .. } => Vec::new(),
        }
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToGpu::CreateSurface { size, .. }
            | ToGpu::ReplaceRegion { size, .. }
            | ToGpu::Capture { size, .. } => check_size(*size),
            ToGpu::SetScene(scene) if scene.items.len() > SCENE_ITEMS_MAX => {
                Err(Misbehaviour::Oversized)
            }
            ToGpu::SetTitle { title } => check_text(title, TITLE_BYTES_MAX),
            ToGpu::Inject(action) => action.check(),
            ToGpu::SetScene(_)
            | ToGpu::DropSurface { .. }
            | ToGpu::SetCursor { .. }
            | ToGpu::Ping { .. }
            | ToGpu::SetPace { .. }
            | ToGpu::Watch { .. } => Ok(()),
        }
    }
}

impl Message for FromGpu {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromGpu::Ready {
                size,
                scale,
                presenter,
            } => {
                check_text(presenter, TEXT_BYTES_MAX)?;
                check_window(*size, *scale)
            }
            FromGpu::Resized { size, scale } => check_window(*size, *scale),
            FromGpu::Input { event } => event.check(),
            FromGpu::CloseRequested
            | FromGpu::DisplayLost
            | FromGpu::FirstFrame { .. }
            | FromGpu::Done { .. }
            | FromGpu::Painted { .. }
            | FromGpu::ProducerMisbehaved { .. } => Ok(()),
            FromGpu::Captured { error, .. } => error
                .as_deref()
                .map_or(Ok(()), |error| check_text(error, TEXT_BYTES_MAX)),
        }
    }
}

fn check_window(size: Size, scale: Percent) -> Result<(), Misbehaviour> {
    if !scale.is_valid_scale() {
        return Err(Misbehaviour::ValueOutOfRange);
    }
    check_size(size)
}

fn check_size(size: Size) -> Result<(), Misbehaviour> {
    if size.is_valid_surface() {
        Ok(())
    } else {
        Err(Misbehaviour::ValueOutOfRange)
    }
}
