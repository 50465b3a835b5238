//! Presents composed pixels in the window: through softbuffer on minifb's own window, or through
//! minifb if softbuffer fails.
//!
//! Owns: the presented buffers and the stale pixels of each. Trusts: the display server to return
//! the buffer it was given. Never: presents unchanged pixels, or grows a buffer once the process is
//! sealed.

use super::handles::WindowHandles;
use crate::compositor::{BACKGROUND, Canvas};
use crate::rects::{RECTS_MAX, Rects};
use crate::screen::Screen;
use crate::window::error::PresentError;
use protocol::geometry::{Rect, Size};
use protocol::limits::{SURFACE_HEIGHT_MAX, SURFACE_WIDTH_MAX};
use softbuffer::{Context, Surface};
use std::num::NonZeroU32;

/// How pictures get to the window.
pub enum Presenter {
    /// softbuffer: shared memory where the display has it, and only what has changed.
    Softbuffer(Box<Soft>),
    /// minifb: everything, through the connection.
    Minifb(Vec<u32>),
}

/// softbuffer's side of a window.
pub struct Soft {
    surface: Surface<WindowHandles, WindowHandles>,
    /// What the last pictures changed, the newest first: an older buffer lacks it.
    history: [Rects; HISTORY],
    _context: Context<WindowHandles>,
}

impl Presenter {
    /// softbuffer if it works here, else minifb. With `reserve`, its buffers are made for the
    /// largest window now: once the process is sealed, no memory can be made to share with the
    /// display.
    pub fn new(handles: WindowHandles, size: Size, reserve: bool) -> Presenter {
        match Soft::new(handles, size, reserve) {
            Ok(soft) => Presenter::Softbuffer(Box::new(soft)),
            Err(error) => {
                tracing::warn!("softbuffer cannot present here, minifb will: {error}");
                Presenter::Minifb(blank(size))
            }
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Presenter::Softbuffer(_) => "softbuffer",
            Presenter::Minifb(_) => "minifb",
        }
    }

    /// The window has another size. All of it must be drawn again.
    ///
    /// # Errors
    /// The display refused.
    pub fn resize(&mut self, size: Size) -> Result<(), PresentError> {
        match self {
            Presenter::Softbuffer(soft) => soft.resize(size)?,
            Presenter::Minifb(pixels) => *pixels = blank(size),
        }
        Ok(())
    }

    /// Draws and shows what is dirty on the screen, if anything is.
    ///
    /// # Errors
    /// The display refused; the dirty pixels stay dirty.
    pub fn present(
        &mut self,
        window: &mut minifb::Window,
        screen: &mut Screen,
    ) -> Result<bool, PresentError> {
        let dirty = screen.take_dirty();
        if dirty.is_empty() {
            return Ok(false);
        }
        let outcome = match self {
            Presenter::Softbuffer(soft) => soft.present(screen, &dirty),
            Presenter::Minifb(pixels) => present_whole(pixels, window, screen, &dirty),
        };
        if outcome.is_err() {
            dirty
                .as_slice()
                .iter()
                .for_each(|&rect| screen.mark_rect(rect));
        }
        outcome.map(|()| true)
    }
}

impl Soft {
    fn new(handles: WindowHandles, size: Size, reserve: bool) -> Result<Soft, PresentError> {
        let context = Context::new(handles)?;
        let surface = Surface::new(&context, handles)?;
        let history = [Rects::new(); HISTORY];
        let mut soft = Soft {
            surface,
            history,
            _context: context,
        };
        if reserve {
            soft.resize(Size::new(SURFACE_WIDTH_MAX, SURFACE_HEIGHT_MAX))?;
        }
        soft.resize(size)?;
        let mut buffer = soft.surface.buffer_mut()?;
        buffer.fill(BACKGROUND);
        buffer.present()?;
        Ok(soft)
    }

    fn resize(&mut self, size: Size) -> Result<(), PresentError> {
        let side = |pixels| NonZeroU32::new(pixels).unwrap_or(NonZeroU32::MIN);
        self.surface.resize(side(size.width), side(size.height))?;
        Ok(())
    }

    fn present(&mut self, screen: &mut Screen, dirty: &Rects) -> Result<(), PresentError> {
        let size = screen.size();
        let mut buffer = self.surface.buffer_mut()?;
        if buffer.len() != size.width as usize * size.height as usize {
            return Err(PresentError::BufferSize);
        }
        let mut damage = *dirty;
        match usize::from(buffer.age()) {
            age @ 1..=HISTORY => {
                self.history[..age - 1]
                    .iter()
                    .for_each(|missed| damage.add_all(missed));
            }
            _ => damage.add(Rect::from_size(size)),
        }
        screen.compose(
            damage.as_slice(),
            &mut Canvas {
                pixels: &mut buffer,
                size,
            },
        );
        let mut rects = [SOFT_RECT; RECTS_MAX];
        let mut count = 0;
        for (rect, out) in damage
            .as_slice()
            .iter()
            .filter_map(soft_rect)
            .zip(&mut rects)
        {
            *out = rect;
            count += 1;
        }
        buffer.present_with_damage(&rects[..count])?;
        self.history.rotate_right(1);
        self.history[0] = *dirty;
        Ok(())
    }
}

fn present_whole(
    pixels: &mut [u32],
    window: &mut minifb::Window,
    screen: &mut Screen,
    dirty: &Rects,
) -> Result<(), PresentError> {
    let size = screen.size();
    screen.compose(dirty.as_slice(), &mut Canvas { pixels, size });
    window.update_with_buffer(pixels, size.width as usize, size.height as usize)?;
    Ok(())
}

fn soft_rect(rect: &Rect) -> Option<softbuffer::Rect> {
    Some(softbuffer::Rect {
        x: rect.x,
        y: rect.y,
        width: NonZeroU32::new(rect.width)?,
        height: NonZeroU32::new(rect.height)?,
    })
}

fn blank(size: Size) -> Vec<u32> {
    vec![BACKGROUND; size.width as usize * size.height as usize]
}

/// Buffers that may be in use at once, at most; one that is older is drawn anew.
const HISTORY: usize = 3;

const SOFT_RECT: softbuffer::Rect = softbuffer::Rect {
    x: 0,
    y: 0,
    width: NonZeroU32::MIN,
    height: NonZeroU32::MIN,
};
