//! Darkens and hatches a surface that is not live. No pixel of a stale surface stays as its
//! producer painted it.

use protocol::gpu::Effect;

/// Pixels from one hatch line to the next, along a row.
const HATCH_PERIOD: u32 = 16;
/// Width of a hatch line, along a row.
const HATCH_WIDTH: u32 = 2;

/// Applies `effect` to pixels (0RGB) that stand in a row from window pixel `x`, `y` on.
pub fn apply(effect: Effect, x: u32, y: u32, row: &mut [u32]) {
    if effect == Effect::None {
        return;
    }
    for (offset, pixel) in (0_u32..).zip(row) {
        *pixel = stale(*pixel, is_hatch(x + offset, y));
    }
}

/// Whether a hatch line goes through that pixel of the window.
fn is_hatch(x: u32, y: u32) -> bool {
    x.wrapping_add(y) % HATCH_PERIOD < HATCH_WIDTH
}

/// 55 % of every channel; on a hatch line half of that and a grey: lighter than what is beside it
/// by at least 26 steps, on black and on white.
fn stale(pixel: u32, hatch: bool) -> u32 {
    let channel = |shift: u32| {
        let dark = ((pixel >> shift) & 0xff) * 141 / 256;
        if hatch { dark / 2 + 96 } else { dark }
    };
    (channel(16) << 16) | (channel(8) << 8) | channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_surface_differs_from_a_live_one_whatever_its_colour() {
        for level in 0..=255_u32 {
            let live = level << 16 | level << 8 | level;
            let mut row = [live; HATCH_PERIOD as usize];
            apply(Effect::Stale, 0, 0, &mut row);
            let level_of = |pixel: u32| (pixel & 0xff).cast_signed();
            let (hatch, plain) = (row[0], row[HATCH_WIDTH as usize]);
            assert!(
                level_of(hatch) - level_of(plain) >= 26,
                "no hatch on {level}"
            );
            assert!(
                level_of(plain) <= level.cast_signed() * 56 / 100,
                "{level} is not darker"
            );
        }
    }

    #[test]
    fn hatch_lines_go_on_from_row_to_row() {
        let mut rows = [[0xff_ffff_u32; 32]; 2];
        apply(Effect::Stale, 100, 7, &mut rows[0]);
        apply(Effect::Stale, 99, 8, &mut rows[1]);
        assert_eq!(rows[0], rows[1]);
    }

    #[test]
    fn no_effect_leaves_every_pixel() {
        let mut row = [0x12_3456; 5];
        apply(Effect::None, 0, 0, &mut row);
        assert_eq!(row, [0x12_3456; 5]);
    }
}
