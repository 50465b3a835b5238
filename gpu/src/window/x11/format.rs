//! How the X server wants the pixels of a window, and pixels made so. Nearly every server takes
//! them as they are composed: 0RGB, in the order of this machine.
//!
//! Never: draws in a format that it does not understand.
//!
//! Source: the X Window System Protocol, version 11, encoding of the connection setup.

use protocol::geometry::{Rect, Size};
use x11rb::protocol::xproto::{ImageOrder, Setup, VisualClass, Visualid};

/// The format of a window's pixels, of 32 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    red: Channel,
    green: Channel,
    blue: Channel,
    /// The bits that are set in every pixel: it is opaque.
    opaque: u32,
    is_swapped: bool,
}

/// Where the bits of one colour are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Channel {
    shift: u32,
    bits: u32,
}

impl Format {
    /// The format of a window of that visual and depth; none where its pixels are no colours, or
    /// not of 32 bits.
    pub fn of(setup: &Setup, visual: Visualid, depth: u8) -> Option<Format> {
        let mut formats = setup.pixmap_formats.iter();
        let pixmaps = formats.find(|format| format.depth == depth)?;
        let depths = setup.roots.iter().flat_map(|root| &root.allowed_depths);
        let mut visuals = depths.flat_map(|depth| &depth.visuals);
        let visual = visuals.find(|known| known.visual_id == visual)?;
        let has_colours = [VisualClass::TRUE_COLOR, VisualClass::DIRECT_COLOR];
        if pixmaps.bits_per_pixel != 32 || !has_colours.contains(&visual.class) {
            return None;
        }
        let masks = [visual.red_mask, visual.green_mask, visual.blue_mask];
        let used = masks.iter().fold(0, |all, mask| all | mask);
        Some(Format {
            red: Channel::of(masks[0])?,
            green: Channel::of(masks[1])?,
            blue: Channel::of(masks[2])?,
            opaque: if depth == 32 { !used } else { 0 },
            is_swapped: setup.image_byte_order != OWN_ORDER,
        })
    }

    /// Whether composed pixels can stay as they are.
    pub fn is_plain(&self) -> bool {
        *self == PLAIN
    }

    /// Makes the composed pixels of `rect` such ones; each of them once.
    pub fn convert(&self, pixels: &mut [u32], size: Size, rect: Rect) {
        let rect = rect.intersect(Rect::from_size(size));
        for y in rect.y..rect.bottom() {
            let start = y as usize * size.width as usize;
            let row = start + rect.x as usize..start + rect.right() as usize;
            pixels[row]
                .iter_mut()
                .for_each(|pixel| *pixel = self.pixel(*pixel));
        }
    }

    fn pixel(&self, composed: u32) -> u32 {
        let pixel = self.red.place(composed >> 16)
            | self.green.place(composed >> 8)
            | self.blue.place(composed)
            | self.opaque;
        if self.is_swapped {
            pixel.swap_bytes()
        } else {
            pixel
        }
    }
}

impl Channel {
    fn of(mask: u32) -> Option<Channel> {
        let (shift, bits) = (mask.trailing_zeros(), mask.count_ones());
        let is_whole = mask.checked_shr(shift) == Some(((1_u64 << bits) - 1) as u32);
        (is_whole && (1..=16).contains(&bits)).then_some(Channel { shift, bits })
    }

    /// The level in the lowest byte, at its place; white stays white.
    fn place(self, level: u32) -> u32 {
        let wide = (level & 0xff) * 0x101;
        (wide >> (16 - self.bits)) << self.shift
    }
}

#[cfg(target_endian = "little")]
const OWN_ORDER: ImageOrder = ImageOrder::LSB_FIRST;
#[cfg(target_endian = "big")]
const OWN_ORDER: ImageOrder = ImageOrder::MSB_FIRST;

const PLAIN: Format = Format {
    red: Channel { shift: 16, bits: 8 },
    green: Channel { shift: 8, bits: 8 },
    blue: Channel { shift: 0, bits: 8 },
    opaque: 0,
    is_swapped: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use x11rb::protocol::xproto;

    const VISUAL: Visualid = 0x21;
    const FOREIGN_ORDER: ImageOrder = ImageOrder::MSB_FIRST;

    fn setup(depth: u8, class: VisualClass, bits_per_pixel: u8, masks: [u32; 3]) -> Setup {
        let visual = xproto::Visualtype {
            visual_id: VISUAL,
            class,
            red_mask: masks[0],
            green_mask: masks[1],
            blue_mask: masks[2],
            ..Default::default()
        };
        let depths = vec![xproto::Depth {
            depth,
            visuals: vec![visual],
        }];
        Setup {
            image_byte_order: OWN_ORDER,
            pixmap_formats: vec![xproto::Format {
                depth,
                bits_per_pixel,
                scanline_pad: 32,
            }],
            roots: vec![xproto::Screen {
                allowed_depths: depths,
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    fn of_colours(depth: u8, masks: [u32; 3]) -> Option<Format> {
        let setup = setup(depth, VisualClass::TRUE_COLOR, 32, masks);
        Format::of(&setup, VISUAL, depth)
    }

    const RGB: [u32; 3] = [0xff_0000, 0xff00, 0xff];

    #[test]
    fn pixels_of_an_ordinary_server_stay_as_they_are() {
        let format = of_colours(24, RGB).expect("a format");
        assert!(format.is_plain());
        assert_eq!(format.pixel(0x12_3456), 0x12_3456);
    }

    #[test]
    fn other_formats_show_the_same_colours() {
        let deep = of_colours(30, [0x3ff0_0000, 0xf_fc00, 0x3ff]).expect("a format");
        assert!(!deep.is_plain());
        assert_eq!(deep.pixel(0xff_ffff), 0x3fff_ffff);
        assert_eq!(deep.pixel(0xff_0080), 0x3ff0_0202);
        let turned = of_colours(24, [0xff, 0xff00, 0xff_0000]).expect("a format");
        assert_eq!(turned.pixel(0x12_3456), 0x56_3412);
        let opaque = of_colours(32, RGB).expect("a format");
        assert_eq!(opaque.pixel(0x12_3456), 0xff12_3456);
        let mut foreign = setup(24, VisualClass::TRUE_COLOR, 32, RGB);
        foreign.image_byte_order = FOREIGN_ORDER;
        let foreign = Format::of(&foreign, VISUAL, 24).expect("a format");
        assert_eq!(foreign.pixel(0x12_3456), 0x5634_1200);
    }

    #[test]
    fn a_format_without_colours_of_32_bits_is_none() {
        let palette = setup(8, VisualClass::PSEUDO_COLOR, 32, RGB);
        assert_eq!(Format::of(&palette, VISUAL, 8), None);
        let packed = setup(24, VisualClass::TRUE_COLOR, 24, RGB);
        assert_eq!(Format::of(&packed, VISUAL, 24), None);
        let setup = setup(24, VisualClass::TRUE_COLOR, 32, RGB);
        assert_eq!(Format::of(&setup, VISUAL + 1, 24), None);
        assert_eq!(Format::of(&setup, VISUAL, 32), None);
        for lie in [[0, 0xff00, 0xff], [0xf0f_0000, 0xff00, 0xff], [!0, 1, 2]] {
            assert_eq!(of_colours(24, lie), None, "{lie:x?}");
        }
    }

    #[test]
    fn the_pixels_of_a_rectangle_alone_are_converted() {
        let size = Size::new(4, 3);
        let opaque = of_colours(32, RGB).expect("a format");
        let mut pixels = [0; 12];
        opaque.convert(&mut pixels, size, Rect::new(1, 1, 9, 1));
        let converted = |at: usize| (5..8).contains(&at);
        for (at, pixel) in pixels.iter().enumerate() {
            assert_eq!(*pixel == 0xff00_0000, converted(at), "{at}");
        }
    }
}
