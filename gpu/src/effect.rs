//! Darkens and hatches a surface that is not live. No pixel of a stale surface stays as its
//! producer painted it.

use protocol::gpu::Effect;

/// Pixels from one hatch line to the next, along a row.
const HATCH_PERIOD: usize = 16;
/// Width of a hatch line, along a row.
const HATCH_WIDTH: usize = 2;

/// Applies `effect` to pixels (0RGB) that stand in a row from window pixel `x`, `y` on.
pub fn apply(effect: Effect, x: u32, y: u32, row: &mut [u32]) {
    if effect == Effect::None {
        return;
    }
    let lines = hatch_lines(x, y);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as it has just said.
        #[allow(unsafe_code, reason = "a call of code for newer processors")]
        unsafe {
            make_stale_avx2(&lines, row);
        }
        return;
    }
    make_stale(&lines, row);
}

/// For one period of the hatch, from that pixel of the window on: all ones on a line, else zero.
fn hatch_lines(x: u32, y: u32) -> [u32; HATCH_PERIOD] {
    let phase = x.wrapping_add(y) as usize % HATCH_PERIOD;
    std::array::from_fn(|at| {
        if (phase + at) % HATCH_PERIOD < HATCH_WIDTH {
            u32::MAX
        } else {
            0
        }
    })
}

/// The same code for processors with AVX2: what the compiler makes of it takes half the time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn make_stale_avx2(lines: &[u32; HATCH_PERIOD], row: &mut [u32]) {
    make_stale(lines, row);
}

/// Without a branch, so that the compiler makes vector instructions of it.
#[inline(always)]
fn make_stale(lines: &[u32; HATCH_PERIOD], row: &mut [u32]) {
    let mut periods = row.chunks_exact_mut(HATCH_PERIOD);
    for period in &mut periods {
        for (pixel, &line) in period.iter_mut().zip(lines) {
            *pixel = stale(*pixel, line);
        }
    }
    for (pixel, &line) in periods.into_remainder().iter_mut().zip(lines) {
        *pixel = stale(*pixel, line);
    }
}

/// 55 % (141/256) of every channel; on a hatch line half of that and a grey: lighter than what is
/// beside it by at least 26 steps, on black and on white. Red and blue are calculated together:
/// their products stay within 16 bits.
#[inline(always)]
fn stale(pixel: u32, line: u32) -> u32 {
    let red_blue = (((pixel & 0xff_00ff) * 141) >> 8) & 0xff_00ff;
    let green = (((pixel & 0x00_ff00) * 141) >> 8) & 0x00_ff00;
    let dark = red_blue | green;
    let hatched = ((dark >> 1) & 0x7f_7f7f) + 0x60_6060;
    (dark & !line) | (hatched & line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_surface_differs_from_a_live_one_whatever_its_colour() {
        for level in 0..=255_u32 {
            let live = level << 16 | level << 8 | level;
            let mut row = [live; HATCH_PERIOD];
            apply(Effect::Stale, 0, 0, &mut row);
            let level_of = |pixel: u32| (pixel & 0xff).cast_signed();
            let (hatch, plain) = (row[0], row[HATCH_WIDTH]);
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

    /// Each channel by itself, as the effect is described.
    fn stale_by_channel(pixel: u32, is_hatch: bool) -> u32 {
        let channel = |shift: u32| {
            let dark = ((pixel >> shift) & 0xff) * 141 / 256;
            if is_hatch { dark / 2 + 96 } else { dark }
        };
        (channel(16) << 16) | (channel(8) << 8) | channel(0)
    }

    /// Every level of every channel, at every phase of the hatch and at lengths with and without a
    /// rest, in both forms.
    #[test]
    fn all_forms_give_the_bits_of_the_plain_formula() {
        let pixels: Vec<u32> = (0..=255)
            .cycle()
            .take(256 * 5 + 13)
            .map(|at: u8| u32::from_be_bytes([at, at.wrapping_mul(7), at.wrapping_mul(3), at]))
            .collect();
        for phase in 0..HATCH_PERIOD as u32 {
            for length in [0, 1, 15, 16, 17, pixels.len()] {
                let (x, y) = (u32::MAX - 5, phase);
                let wanted: Vec<u32> = (0_u32..)
                    .zip(&pixels[..length])
                    .map(|(at, &pixel)| {
                        let place = x.wrapping_add(y).wrapping_add(at);
                        stale_by_channel(pixel, place % 16 < 2)
                    })
                    .collect();
                let mut applied = pixels[..length].to_vec();
                apply(Effect::Stale, x, y, &mut applied);
                assert!(applied == wanted, "phase {phase}, {length} pixels");
                let mut portable = pixels[..length].to_vec();
                make_stale(&hatch_lines(x, y), &mut portable);
                assert!(
                    portable == wanted,
                    "phase {phase}, {length} pixels, portable"
                );
            }
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
