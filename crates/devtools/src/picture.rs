//! Pictures of pages: cut, scaled and encoded as a client wants them.

use crate::command::Params;
use crate::reply::Failure;
use data_encoding::BASE64;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, ImageEncoder, RgbaImage};
use protocol::geometry::Size;
use serde_json::Value;

/// How a picture is to be encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    Jpeg { quality: u8 },
    Png,
}

/// A picture that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Job {
    pub format: Format,
    /// The part of the document; none: what is in view.
    pub clip: Option<Clip>,
    /// Whether what is not in view counts too.
    pub is_beyond: bool,
    /// Where the document's corner lies in the picture, in CSS pixels.
    pub offset: (f64, f64),
    /// CSS pixels that the picture is wide, once that is known.
    pub css_width: Option<f64>,
}

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub scale: f64,
}

impl Format {
    /// The `format` and `quality` of a command.
    pub fn parse(params: &Params) -> Result<Format, Failure> {
        let quality = params.optional_count("quality")?.unwrap_or(80);
        match params.optional_text("format")?.unwrap_or("png") {
            "png" => Ok(Format::Png),
            "jpeg" => Ok(Format::Jpeg {
                quality: u8::try_from(quality.clamp(1, 100)).unwrap_or(100),
            }),
            other => Err(Failure::server(format!("Pictures cannot be {other}"))),
        }
    }
}

impl Job {
    /// What `Page.captureScreenshot` asks for.
    pub fn parse(params: &Params) -> Result<Job, Failure> {
        let clip = params.object("clip")?;
        Ok(Job {
            format: Format::parse(params)?,
            clip: clip.as_ref().map(Clip::parse).transpose()?,
            is_beyond: params.flag("captureBeyondViewport")?,
            offset: (0.0, 0.0),
            css_width: None,
        })
    }

    /// Whether it has to be known first how large the page is.
    pub fn needs_metrics(&self) -> bool {
        self.clip.is_some() || self.is_beyond
    }

    /// The size that the page has to have for it, if not its own. `metrics` is what
    /// `Page.getLayoutMetrics` says, in CSS pixels.
    pub fn place(&mut self, metrics: &Value) -> Option<Size> {
        let number = |part: &str, name: &str| metrics[part][name].as_f64().unwrap_or(0.0);
        let view = (
            number("cssLayoutViewport", "clientWidth"),
            number("cssLayoutViewport", "clientHeight"),
        );
        let content = (
            number("cssContentSize", "width"),
            number("cssContentSize", "height"),
        );
        let wanted = match &self.clip {
            Some(clip) => (clip.x + clip.width, clip.y + clip.height),
            None => content,
        };
        let is_larger = wanted.0 > view.0 || wanted.1 > view.1;
        if self.is_beyond && is_larger {
            let side = |wanted: f64, view: f64| wanted.max(view).ceil().clamp(1.0, 1.0e5) as u32;
            let size = Size::new(side(wanted.0, view.0), side(wanted.1, view.1));
            self.css_width = Some(f64::from(size.width));
            return Some(size.clamped_to_surface());
        }
        self.css_width = Some(view.0).filter(|width| *width > 0.0);
        self.offset = (
            number("cssVisualViewport", "pageX"),
            number("cssVisualViewport", "pageY"),
        );
        None
    }
}

impl Clip {
    fn parse(params: &Params) -> Result<Clip, Failure> {
        let number = |name: &str| {
            let number = params.number(name)?;
            match number.is_finite() && number.abs() < 1.0e6 {
                true => Ok(number),
                false => Err(Failure::params(format!(
                    "Failed to deserialize params.clip.{name}"
                ))),
            }
        };
        let clip = Clip {
            x: number("x")?,
            y: number("y")?,
            width: number("width")?,
            height: number("height")?,
            scale: params.optional_number("scale")?.unwrap_or(1.0),
        };
        match clip.width > 0.0 && clip.height > 0.0 && (0.01..=4.0).contains(&clip.scale) {
            true => Ok(clip),
            false => Err(Failure::server("Cannot take screenshot with 0 width.")),
        }
    }
}

/// The picture as base64.
pub fn encode(job: &Job, size: Size, rgba: Vec<u8>) -> Result<String, Failure> {
    let mut picture = whole(size, rgba)?;
    if let Some(clip) = &job.clip {
        let css_width = job.css_width.unwrap_or(f64::from(size.width));
        let ratio = f64::from(size.width) / css_width;
        picture = cut(&picture, clip, job.offset, ratio);
    }
    encoded(job.format, picture)
}

/// The picture as base64, in pixels at most `max`.
pub fn encode_small(
    format: Format,
    max: (u32, u32),
    size: Size,
    rgba: Vec<u8>,
) -> Result<String, Failure> {
    let mut picture = whole(size, rgba)?;
    let ratio = |most: u32, length: u32| f64::from(most) / f64::from(length);
    let ratio = ratio(max.0, size.width).min(ratio(max.1, size.height));
    if ratio < 1.0 {
        let side = |length: u32| (f64::from(length) * ratio).round().max(1.0) as u32;
        let (width, height) = (side(size.width), side(size.height));
        picture = imageops::resize(&picture, width, height, FilterType::Triangle);
    }
    encoded(format, picture)
}

fn failed() -> Failure {
    Failure::server("Unable to capture screenshot")
}

fn whole(size: Size, rgba: Vec<u8>) -> Result<RgbaImage, Failure> {
    RgbaImage::from_raw(size.width, size.height, rgba).ok_or_else(failed)
}

fn encoded(format: Format, picture: RgbaImage) -> Result<String, Failure> {
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    match format {
        Format::Png => {
            let mut encoder = png::Encoder::new(&mut bytes, width, height);
            encoder.set_color(png::ColorType::Rgba);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.set_compression(png::Compression::Fast);
            let written = encoder.write_header().and_then(|mut writer| {
                writer.write_image_data(picture.as_raw())?;
                writer.finish()
            });
            written.map_err(|_| failed())?;
        }
        Format::Jpeg { quality } => {
            let rgb = image::DynamicImage::ImageRgba8(picture).into_rgb8();
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            let written = encoder.write_image(&rgb, width, height, ExtendedColorType::Rgb8);
            written.map_err(|_| failed())?;
        }
    }
    Ok(BASE64.encode(&bytes))
}

/// What is outside of the picture is white, as in Chromium. `ratio`: pixels for one of CSS.
fn cut(picture: &RgbaImage, clip: &Clip, offset: (f64, f64), ratio: f64) -> RgbaImage {
    let most = f64::from(u16::MAX);
    let side = |length: f64| length.round().clamp(1.0, most) as u32;
    let (width, height) = (side(clip.width * ratio), side(clip.height * ratio));
    let white = image::Rgba([255; 4]);
    let mut part = RgbaImage::from_pixel(width.min(8192), height.min(8192), white);
    let x = ((offset.0 - clip.x) * ratio).round() as i64;
    let y = ((offset.1 - clip.y) * ratio).round() as i64;
    imageops::replace(&mut part, picture, x, y);
    if (clip.scale - 1.0).abs() > f64::EPSILON {
        let (width, height) = (
            side(clip.width * ratio * clip.scale),
            side(clip.height * ratio * clip.scale),
        );
        let (width, height) = (width.min(8192), height.min(8192));
        part = imageops::resize(&part, width, height, FilterType::Triangle);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(value: Value) -> Result<Job, Failure> {
        Job::parse(&Params(value.as_object().expect("an object").clone()))
    }

    #[test]
    fn a_picture_is_cut_where_the_client_wants_it() {
        let size = Size::new(4, 2);
        let mut rgba = vec![0; 32];
        rgba[3 * 4..4 * 4].copy_from_slice(&[9, 8, 7, 255]);
        let clip = json!({"clip": {"x": 3, "y": 0, "width": 1, "height": 1, "scale": 1}});
        let job = job(clip).expect("a picture");
        let text = encode(&job, size, rgba).expect("encoded");
        let bytes = BASE64.decode(text.as_bytes()).expect("base64");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a PNG");
        let mut pixels = [0; 4];
        reader.next_frame(&mut pixels).expect("pixels");
        assert_eq!(pixels, [9, 8, 7, 255]);
    }

    #[test]
    fn what_is_beyond_the_view_needs_a_larger_page() {
        let metrics = json!({
            "cssLayoutViewport": {"clientWidth": 800, "clientHeight": 600},
            "cssVisualViewport": {"pageX": 0, "pageY": 50},
            "cssContentSize": {"width": 800, "height": 2000},
        });
        let mut whole = job(json!({"captureBeyondViewport": true})).expect("a picture");
        assert_eq!(whole.place(&metrics), Some(Size::new(800, 2000)));
        let clip = json!({"x": 0, "y": 60, "width": 10, "height": 10});
        let mut seen = job(json!({"clip": clip})).expect("a picture");
        assert_eq!(seen.place(&metrics), None);
        assert_eq!(seen.offset, (0.0, 50.0));
        let endless = json!({"x": 0, "y": 0, "width": 9.0e5, "height": 9.0e5});
        let mut endless =
            job(json!({"clip": endless, "captureBeyondViewport": true})).expect("a picture");
        assert!(endless.place(&metrics).is_some_and(Size::is_valid_surface));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for odd in [
            json!({"format": "bmp"}),
            json!({"clip": {"x": 0, "y": 0, "width": 0, "height": 5}}),
            json!({"clip": {"x": 0, "y": 0, "width": 5}}),
            json!({"clip": 5}),
        ] {
            assert!(job(odd.clone()).is_err(), "{odd}");
        }
    }
}
