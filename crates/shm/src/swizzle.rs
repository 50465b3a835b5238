//! Converts pixels from the producer's form (bytes R, G, B, A) to the presenter's (`0x00RRGGBB`)
//! while it copies them out of shared memory.
//!
//! Trusts: its caller for the bounds. Never: reads a pixel twice, so a producer that writes
//! meanwhile spoils only pixels.

/// Converts `out.len()` pixels from `source` on.
///
/// # Safety
/// `source` is readable for `out.len() * 4` bytes. Other processes may write there meanwhile.
pub(crate) unsafe fn rgba_to_xrgb(source: *const u8, out: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        let wide = out.len() / PIXELS_PER_STEP * PIXELS_PER_STEP;
        let (head, tail) = out.split_at_mut(wide);
        // SAFETY: AVX2 is there, and `source` is readable for `head` and then `tail`.
        unsafe {
            avx2(source, head);
            scalar(source.add(wide * 4), tail);
        }
        return;
    }
    // SAFETY: the caller's promise.
    unsafe { scalar(source, out) }
}

/// # Safety
/// As [`rgba_to_xrgb`].
unsafe fn scalar(source: *const u8, out: &mut [u32]) {
    for (at, pixel) in out.iter_mut().enumerate() {
        // SAFETY: inside the readable range. A whole pixel is read at once, at any alignment:
        // volatile reads want alignment, so it is read as an array of bytes.
        let [r, g, b, _] = unsafe { source.add(at * 4).cast::<[u8; 4]>().read_volatile() };
        *pixel = u32::from_be_bytes([0, r, g, b]);
    }
}

#[cfg(target_arch = "x86_64")]
const PIXELS_PER_STEP: usize = 16;

/// # Safety
/// As [`rgba_to_xrgb`]; `out.len()` is a multiple of [`PIXELS_PER_STEP`] and the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2(source: *const u8, out: &mut [u32]) {
    const NONE: u8 = 0x80;
    #[repr(C, align(32))]
    struct Shuffle([u8; 32]);
    /// Byte n of the result is byte `SHUFFLE[n]` of the source, in each half on its own.
    static SHUFFLE: Shuffle = Shuffle([
        2, 1, 0, NONE, 6, 5, 4, NONE, 10, 9, 8, NONE, 14, 13, 12, NONE, //
        2, 1, 0, NONE, 6, 5, 4, NONE, 10, 9, 8, NONE, 14, 13, 12, NONE,
    ]);
    let steps = out.len() / PIXELS_PER_STEP;
    if steps == 0 {
        return;
    }
    // SAFETY: each step reads 64 bytes of the source and writes as many of `out`, `steps` times;
    // both are that long. Assembly, because it is opaque to the compiler: ordinary loads from
    // memory that another process writes would be undefined.
    unsafe {
        std::arch::asm!(
            "vmovdqa {mask}, ymmword ptr [{shuffle}]",
            "2:",
            "vmovdqu {a}, ymmword ptr [{source}]",
            "vmovdqu {b}, ymmword ptr [{source} + 32]",
            "vpshufb {a}, {a}, {mask}",
            "vpshufb {b}, {b}, {mask}",
            "vmovdqu ymmword ptr [{target}], {a}",
            "vmovdqu ymmword ptr [{target} + 32], {b}",
            "add {source}, 64",
            "add {target}, 64",
            "dec {steps}",
            "jnz 2b",
            shuffle = in(reg) &raw const SHUFFLE,
            source = inout(reg) source => _,
            target = inout(reg) out.as_mut_ptr() => _,
            steps = inout(reg) steps => _,
            mask = out(ymm_reg) _,
            a = out(ymm_reg) _,
            b = out(ymm_reg) _,
            options(nostack),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn red_stands_high_and_alpha_is_dropped() {
        let mut out = [0; 1];
        // SAFETY: four readable bytes.
        unsafe { rgba_to_xrgb([0x11, 0x22, 0x33, 0x44].as_ptr(), &mut out) };
        assert_eq!(out, [0x0011_2233]);
    }

    proptest! {
        #[test]
        fn the_fast_way_gives_the_same_bits_at_any_length_and_alignment(
            bytes in prop::collection::vec(any::<u8>(), 0..700), skip in 0usize..8,
        ) {
            let source = bytes.get(skip..).unwrap_or(&[]);
            let (mut fast, mut slow) = (vec![7; source.len() / 4], vec![9; source.len() / 4]);
            // SAFETY: both outputs have as many pixels as `source` has whole ones.
            unsafe {
                rgba_to_xrgb(source.as_ptr(), &mut fast);
                scalar(source.as_ptr(), &mut slow);
            }
            prop_assert_eq!(fast, slow);
        }
    }
}
