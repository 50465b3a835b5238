//! One moving picture: decodes a frame when it is due, and holds only that one and the next.

use crate::pictures::sniff::{gif_plays, is_moving_webp};
use blitz_traits::net::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::LoopCount;
use image::{AnimationDecoder, Frame, Frames, ImageDecoder, Limits};
use peniko::{Blob, ImageAlphaType, ImageData, ImageFormat};
use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The largest canvas of a picture that moves, in bytes; a larger one shows its first frame.
pub(crate) const CANVAS_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// What a decoder may allocate beside the frames that it gives away.
const DECODER_BYTES_MAX: u64 = 3 * CANVAS_BYTES_MAX;
/// A frame that is to be shown for no longer than this is shown for [`DELAY_INSTEAD`], as in other
/// browsers.
const DELAY_TOO_SHORT: Duration = Duration::from_millis(10);
const DELAY_INSTEAD: Duration = Duration::from_millis(100);

/// A moving picture.
pub(crate) struct Player {
    file: Bytes,
    frames: Frames<'static>,
    /// How often the frames are played after this time; endlessly without a number.
    plays_left: Option<u32>,
    /// Frames of this time so far.
    played: u32,
    now: ImageData,
    next: Option<Next>,
}

/// The frame that follows.
struct Next {
    frame: ImageData,
    /// When it is due.
    at: Instant,
    /// How long it is to be shown.
    delay: Duration,
}

/// Bytes of the canvas of the picture in the file, if it can be read.
pub(crate) fn canvas_bytes(file: &Bytes) -> Option<u64> {
    let reader = image::ImageReader::new(Cursor::new(file.clone()));
    let reader = reader.with_guessed_format().ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height) * 4)
}

impl Player {
    /// Shows the first frame of the picture from now on; nothing if there is but one.
    pub(crate) fn start(file: &Bytes, now: Instant) -> Option<Player> {
        let (mut frames, plays) = open(file)?;
        let (first, delay) = image_of(frames.next()?.ok()?)?;
        let mut player = Player {
            file: file.clone(),
            frames,
            plays_left: plays.map(|plays| plays.saturating_sub(1)),
            played: 1,
            now: first,
            next: None,
        };
        player.decode_next(now + delay);
        player.next.is_some().then_some(player)
    }

    /// The frame that is shown.
    pub(crate) fn frame(&self) -> &ImageData {
        &self.now
    }

    /// When the next frame is due; nothing once the last one is shown.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.next.as_ref().map(|next| next.at)
    }

    /// Shows the next frame if it is due. Returns whether it was. A picture that was not seen for
    /// a while goes on where it stopped.
    pub(crate) fn advance(&mut self, now: Instant) -> bool {
        let Some(next) = self.next.take_if(|next| next.at <= now) else {
            return false;
        };
        self.now = next.frame;
        self.decode_next((next.at + next.delay).max(now));
        true
    }

    fn decode_next(&mut self, at: Instant) {
        self.next = self
            .next_image()
            .map(|(frame, delay)| Next { frame, at, delay });
    }

    /// The frame after the one decoded last: the first one again at the end, or at the place where
    /// the file is cut off or broken.
    fn next_image(&mut self) -> Option<(ImageData, Duration)> {
        if let Some(Ok(frame)) = self.frames.next()
            && let Some(image) = self.checked(frame)
        {
            self.played += 1;
            return Some(image);
        }
        if self.played < 2 || self.plays_left == Some(0) {
            return None;
        }
        self.plays_left = self.plays_left.map(|left| left - 1);
        self.played = 1;
        self.frames = open(&self.file)?.0;
        let first = self.frames.next()?.ok()?;
        self.checked(first)
    }

    /// The frame as an image, if it is as large as the others.
    fn checked(&self, frame: Frame) -> Option<(ImageData, Duration)> {
        let (width, height) = (self.now.width, self.now.height);
        image_of(frame).filter(|(image, _)| (image.width, image.height) == (width, height))
    }
}

fn image_of(frame: Frame) -> Option<(ImageData, Duration)> {
    let delay = Duration::from(frame.delay());
    let delay = if delay <= DELAY_TOO_SHORT {
        DELAY_INSTEAD
    } else {
        delay
    };
    let pixels = frame.into_buffer();
    let (width, height) = pixels.dimensions();
    let image = ImageData {
        data: Blob::new(Arc::new(pixels.into_raw())),
        format: ImageFormat::Rgba8,
        alpha_type: ImageAlphaType::Alpha,
        width,
        height,
    };
    (width > 0 && height > 0).then_some((image, delay))
}

/// The frames of the file, and how often they are to be played.
fn open(file: &Bytes) -> Option<(Frames<'static>, Option<u32>)> {
    let reader = Cursor::new(file.clone());
    if file.starts_with(b"GIF8") {
        let mut decoder = GifDecoder::new(reader).ok()?;
        decoder.set_limits(limits()).ok()?;
        return Some((decoder.into_frames(), gif_plays(file)));
    }
    if is_moving_webp(file) {
        let decoder = WebPDecoder::new(reader).ok()?;
        let plays = plays(decoder.loop_count());
        return Some((decoder.into_frames(), plays));
    }
    let decoder = PngDecoder::with_limits(reader, limits())
        .ok()?
        .apng()
        .ok()?;
    let plays = plays(decoder.loop_count());
    Some((decoder.into_frames(), plays))
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    limits
}

fn plays(count: LoopCount) -> Option<u32> {
    match count {
        LoopCount::Infinite => None,
        LoopCount::Finite(plays) => Some(plays.get()),
    }
}
