//! Captures the whole window for the broker (screenshots, tests). Everything is composed again.
//!
//! Trusts: the broker, which made the region. Never: depends on what was presented last.

use crate::compositor::Canvas;
use crate::screen::Screen;
use protocol::geometry::{Rect, Size};
use protocol::ids::SurfaceId;
use protocol::limits::PIXEL_BYTES;
use shm::{ShmError, WritableMap};
use std::os::fd::OwnedFd;

/// Writes the window's pixels, or those of one surface, with the newest frames, into the region:
/// RGBA, rows without padding,
/// cut or padded with the background to `size`.
///
/// # Errors
/// The region is not what the broker said it is.
pub fn capture(
    screen: &mut Screen,
    region: OwnedFd,
    size: Size,
    surface: Option<SurfaceId>,
) -> Result<(), ShmError> {
    let bytes = size.frame_bytes().unwrap_or(usize::MAX);
    let map = WritableMap::new(region, bytes)?;
    screen.take_newest();
    let row_size = Size::new(size.width, 1);
    let mut pixels = vec![0; bytes / PIXEL_BYTES];
    let mut canvas = Canvas {
        pixels: &mut pixels,
        size,
    };
    match surface {
        Some(surface) => screen.compose_alone(surface, &mut canvas),
        None => screen.compose(&[Rect::from_size(size)], &mut canvas),
    }
    let mut row = Vec::with_capacity(row_size.frame_bytes().unwrap_or(0));
    for (y, line) in pixels.chunks_exact(size.width as usize).enumerate() {
        row.clear();
        row.extend(line.iter().flat_map(|&pixel| rgba(pixel)));
        map.write(y * row.len(), &row);
    }
    Ok(())
}

fn rgba(pixel: u32) -> [u8; PIXEL_BYTES] {
    let [_, red, green, blue] = pixel.to_be_bytes();
    [red, green, blue, 255]
}
