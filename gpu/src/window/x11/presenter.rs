//! Presents composed pixels in minifb's window: in memory that the X server reads, or else through
//! the connection. It draws what has changed. While the server reads the last picture, the next one
//! stays dirty, and the process does something else.
//!
//! Owns: the picture. Trusts: the X server to read it only, and to say when it has done so. Never:
//! touches the picture while the server reads it, or makes memory to share once the process is
//! sealed.
#![allow(unsafe_code, reason = "maps the memory file")]

use super::format::Format;
use super::link::{Fence, Link, Segment};
use super::strips::strips;
use crate::compositor::{BACKGROUND, Canvas};
use crate::rects::Rects;
use crate::screen::Screen;
use crate::window::error::PresentError;
use memmap2::{MmapMut, MmapOptions};
use protocol::geometry::{Rect, Size};
use protocol::limits::{PIXEL_BYTES, SURFACE_BYTES_MAX};
use shm::Region;
use std::os::fd::AsRawFd;
use x11rb::errors::{ReplyError, ReplyOrIdError};

/// How pictures get to the window.
pub struct Presenter {
    picture: Picture,
    format: Format,
    size: Size,
    /// What the picture holds is of no use: all of it must be drawn.
    is_stale: bool,
    /// Behind the picture that the server may be reading.
    fence: Option<Fence>,
    /// Something was to be shown and is not.
    is_waiting: bool,
    link: Link,
}

/// The pixels that were drawn last, which lack only what is drawn next.
enum Picture {
    /// The server reads them where they are.
    Shared { bytes: MmapMut, segment: Segment },
    /// They are sent, in strips.
    Own { pixels: Vec<u32>, strip: Vec<u32> },
}

impl Presenter {
    /// In shared memory if the server takes it, which is as large as the largest window: once the
    /// process is sealed, there will be no other. The window is empty then.
    ///
    /// # Errors
    /// The display refused.
    pub fn new(link: Link, format: Format, size: Size) -> Result<Presenter, PresentError> {
        let picture = Picture::shared(&link).unwrap_or_else(|error| {
            tracing::warn!("no memory to share with the X server: {error}");
            Picture::own(size)
        });
        let mut presenter = Presenter {
            picture,
            format,
            size,
            is_stale: true,
            fence: None,
            is_waiting: false,
            link,
        };
        let whole = Rect::from_size(size);
        let pixels = presenter.picture.pixels(size);
        pixels.fill(BACKGROUND);
        format.convert(pixels, size, whole);
        presenter.send(&[whole])?;
        Ok(presenter)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self.picture {
            Picture::Shared { .. } => "mit-shm",
            Picture::Own { .. } => "put-image",
        }
    }

    /// The window has another size. All of it must be drawn again.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
        self.is_stale = true;
        if let Picture::Own { .. } = self.picture {
            self.picture = Picture::own(size);
        }
    }

    /// Draws and shows what is dirty on the screen, if anything is and the server has read the last
    /// picture.
    ///
    /// # Errors
    /// The display refused; the dirty pixels stay dirty.
    pub fn present(&mut self, screen: &mut Screen) -> Result<(), PresentError> {
        let dirty = screen.take_dirty();
        if dirty.is_empty() && !self.is_waiting {
            return Ok(());
        }
        let outcome = self.show(screen, &dirty);
        self.is_waiting = matches!(outcome, Ok(false));
        if !matches!(outcome, Ok(true)) {
            let rects = dirty.as_slice().iter();
            rects.for_each(|&rect| screen.mark_rect(rect));
        }
        outcome.map(drop)
    }

    /// Whether [`Presenter::present`] has something to do that it could not do before.
    pub fn is_due(&mut self) -> bool {
        if let Err(error) = self.settle() {
            tracing::error!("presenting failed: {error}");
        }
        self.is_waiting && self.fence.is_none()
    }

    /// Answers false if it must wait.
    fn show(&mut self, screen: &mut Screen, dirty: &Rects) -> Result<bool, PresentError> {
        let size = self.size;
        if screen.size() != size {
            return Err(PresentError::BufferSize);
        }
        self.settle()?;
        if self.fence.is_some() {
            return Ok(false);
        }
        let mut damage = *dirty;
        if self.is_stale {
            damage.add(Rect::from_size(size));
        }
        let pixels = self.picture.pixels(size);
        if self.format.is_plain() {
            screen.compose(damage.as_slice(), &mut Canvas { pixels, size });
        } else {
            // One after the other: they may overlap, and none may be converted twice.
            for &rect in damage.as_slice() {
                screen.compose(&[rect], &mut Canvas { pixels, size });
                self.format.convert(pixels, size, rect);
            }
        }
        self.send(damage.as_slice())?;
        self.is_stale = false;
        Ok(true)
    }

    /// Looks whether the server has read the last picture.
    fn settle(&mut self) -> Result<(), PresentError> {
        let is_answered = |fence: &mut Fence| self.link.is_answered(fence);
        match self.fence.take_if(is_answered) {
            Some(fence) => self.learn(fence),
            None => Ok(()),
        }
    }

    /// How the last picture fared. Where the server no longer takes shared memory, all is drawn
    /// again, through the connection.
    fn learn(&mut self, fence: Fence) -> Result<(), PresentError> {
        match (self.link.outcome(fence), &self.picture) {
            (Ok(()), _) => Ok(()),
            (Err(ReplyError::ConnectionError(error)), _) => Err(error.into()),
            (Err(ReplyError::X11Error(error)), &Picture::Shared { segment, .. }) => {
                tracing::warn!("the X server refused shared memory: {error:?}");
                self.link.detach(segment)?;
                self.picture = Picture::own(self.size);
                self.is_stale = true;
                self.is_waiting = true;
                Ok(())
            }
            (Err(ReplyError::X11Error(error)), Picture::Own { .. }) => {
                self.is_stale = true;
                Err(PresentError::Refused(format!("{:?}", error.error_kind)))
            }
        }
    }

    /// Has these parts of the picture shown.
    fn send(&mut self, parts: &[Rect]) -> Result<(), PresentError> {
        let mut sent = None;
        let mut note = |number| {
            let first = sent
                .as_ref()
                .map_or(number, |range: &RangeOfRequests| *range.start());
            sent = Some(first..=number);
        };
        match &mut self.picture {
            Picture::Shared { segment, .. } => {
                for &part in parts {
                    note(self.link.put_shared(*segment, self.size, part)?);
                }
            }
            Picture::Own { pixels, strip } => {
                let bytes_max = self.link.request_bytes_max().saturating_sub(REQUEST_BYTES);
                let pixels_max = bytes_max.min(STRIP_BYTES_MAX) / PIXEL_BYTES;
                for rect in parts
                    .iter()
                    .flat_map(|&part| strips(part, pixels_max as u32))
                {
                    copy(pixels, self.size, rect, strip);
                    note(self.link.put(rect, strip)?);
                }
            }
        }
        self.fence = Some(self.link.fence(sent)?);
        Ok(())
    }
}

type RangeOfRequests = std::ops::RangeInclusive<u64>;

impl Picture {
    fn shared(link: &Link) -> Result<Picture, ReplyOrIdError> {
        let failed = |error| ReplyOrIdError::from(x11rb::errors::ConnectionError::IoError(error));
        let region = Region::create("bulkhead-window", SURFACE_BYTES_MAX).map_err(failed)?;
        // The server need not write. Where there is no /proc, its word must do.
        let readable = region.read_only().or_else(|_| region.dup());
        let segment = link.attach(readable.map_err(failed)?)?;
        let mut options = MmapOptions::new();
        let memory = options.len(SURFACE_BYTES_MAX);
        // SAFETY: the file has this very size, and its seals keep it. Only the server can map it
        // too: for reading, as it was asked to.
        let bytes = unsafe { memory.map_mut(region.fd().as_raw_fd()) }.map_err(failed)?;
        Ok(Picture::Shared { bytes, segment })
    }

    fn own(size: Size) -> Picture {
        Picture::Own {
            pixels: vec![BACKGROUND; size.width as usize * size.height as usize],
            strip: Vec::new(),
        }
    }

    /// The pixels of a picture of that size.
    fn pixels(&mut self, size: Size) -> &mut [u32] {
        let count = size.width as usize * size.height as usize;
        match self {
            Picture::Shared { bytes, .. } => {
                bytemuck::cast_slice_mut(&mut bytes[..count * PIXEL_BYTES])
            }
            Picture::Own { pixels, .. } => &mut pixels[..count],
        }
    }
}

/// The pixels of `rect`, one row after the other.
fn copy(pixels: &[u32], size: Size, rect: Rect, out: &mut Vec<u32>) {
    out.clear();
    for y in rect.y..rect.bottom() {
        let start = y as usize * size.width as usize + rect.x as usize;
        out.extend_from_slice(&pixels[start..start + rect.width as usize]);
    }
}

/// Most bytes of one strip, however much the server takes: it serves others between two requests.
const STRIP_BYTES_MAX: usize = 128 * 1024;
/// Bytes of a request beside its pixels, with the long form of its length.
const REQUEST_BYTES: usize = 28;
