//! The fonts that are part of the program, so that text shows on a machine without fonts. All
//! processes share the memory of its file.

use protocol::bootstrap::FontFamily;

macro_rules! bundled {
    ($family:expr, $name:literal) => {
        (
            $family,
            include_bytes!(concat!("../../../assets/fonts/", $name)).as_slice(),
        )
    };
}

/// What each is for, and its file.
pub(super) const BUNDLED: [(FontFamily, &[u8]); 12] = [
    bundled!(FontFamily::SansSerif, "LiberationSans-Regular.ttf"),
    bundled!(FontFamily::SansSerif, "LiberationSans-Bold.ttf"),
    bundled!(FontFamily::SansSerif, "LiberationSans-Italic.ttf"),
    bundled!(FontFamily::SansSerif, "LiberationSans-BoldItalic.ttf"),
    bundled!(FontFamily::Serif, "LiberationSerif-Regular.ttf"),
    bundled!(FontFamily::Serif, "LiberationSerif-Bold.ttf"),
    bundled!(FontFamily::Serif, "LiberationSerif-Italic.ttf"),
    bundled!(FontFamily::Serif, "LiberationSerif-BoldItalic.ttf"),
    bundled!(FontFamily::Monospace, "LiberationMono-Regular.ttf"),
    bundled!(FontFamily::Monospace, "LiberationMono-Bold.ttf"),
    bundled!(FontFamily::Monospace, "LiberationMono-Italic.ttf"),
    bundled!(FontFamily::Monospace, "LiberationMono-BoldItalic.ttf"),
];
