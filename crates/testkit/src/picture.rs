//! Reads the pictures of the window that the browser wrote.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// An image of the window.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    rgba: Vec<u8>,
}

impl Picture {
    /// Reads a PNG, ours or another program's.
    pub fn read(path: &Path) -> Picture {
        let file = BufReader::new(File::open(path).expect("the picture is there"));
        let mut decoder = png::Decoder::new(file);
        let as_rgba = png::Transformations::normalize_to_color8() | png::Transformations::ALPHA;
        decoder.set_transformations(as_rgba);
        let mut reader = decoder.read_info().expect("it is a PNG");
        let mut rgba = vec![0; reader.output_buffer_size().expect("it has a size")];
        let info = reader.next_frame(&mut rgba).expect("it is whole");
        assert_eq!(info.color_type, png::ColorType::Rgba);
        Picture {
            width: info.width,
            height: info.height,
            rgba,
        }
    }

    /// The colour there.
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        assert!(x < self.width && y < self.height, "({x}, {y}) is outside");
        let at = (y as usize * self.width as usize + x as usize) * 4;
        self.rgba[at..at + 3].try_into().expect("three bytes")
    }

    /// How many pixels of the rectangle have a colour for which `is_it` holds.
    pub fn count(
        &self,
        x: std::ops::Range<u32>,
        y: std::ops::Range<u32>,
        is_it: impl Fn([u8; 3]) -> bool,
    ) -> usize {
        y.flat_map(|y| x.clone().map(move |x| (x, y)))
            .filter(|&(x, y)| is_it(self.pixel(x, y)))
            .count()
    }

    /// How bright the rectangle is on average, from 0 to 255.
    pub fn brightness(&self, x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> u64 {
        let pixels = u64::from(x.end - x.start) * u64::from(y.end - y.start);
        let sum: u64 = y
            .flat_map(|y| x.clone().map(move |x| (x, y)))
            .map(|(x, y)| self.pixel(x, y).into_iter().map(u64::from).sum::<u64>() / 3)
            .sum();
        sum / pixels.max(1)
    }
}
