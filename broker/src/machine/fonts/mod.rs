//! The fonts for all renderers, in one read-only region: three bundled families, so that text shows
//! on a machine without fonts, then fonts of the system, within limits.
//!
//! Owns: the region. Never: parses a font; renderers do.

use protocol::bootstrap::{FontEntry, FontFamily};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Most font files of the system in the region, and most bytes of all of them.
const SYSTEM_FILES_MAX: usize = 48;
const SYSTEM_BYTES_MAX: usize = 24 * 1024 * 1024;
/// The depth of the search below a font folder.
const DEPTH_MAX: usize = 4;

macro_rules! bundled {
    ($family:expr, $name:literal) => {
        (
            $family,
            include_bytes!(concat!("../../../../assets/fonts/", $name)).as_slice(),
        )
    };
}

const BUNDLED: [(FontFamily, &[u8]); 12] = [
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

/// The region and its contents.
pub struct Fonts {
    region: shm::Region,
    entries: Vec<FontEntry>,
}

impl Fonts {
    /// Copies all fonts into a sealed region.
    pub fn load() -> io::Result<Fonts> {
        let system = system_fonts();
        let mut bytes = Vec::new();
        let mut entries = Vec::new();
        let files = BUNDLED.iter().map(|(family, file)| (*family, *file)).chain(
            system
                .iter()
                .map(|file| (FontFamily::System, file.as_slice())),
        );
        for (family, file) in files {
            entries.push(FontEntry {
                family,
                offset: bytes.len() as u64,
                bytes: file.len() as u64,
            });
            bytes.extend_from_slice(file);
            // Tables of a font are aligned within its file; keep them aligned in the region.
            bytes.resize(bytes.len().next_multiple_of(16), 0);
        }
        Ok(Fonts {
            region: shm::Region::create_filled("bulkhead-fonts", &bytes)?,
            entries,
        })
    }

    /// The place of each font in the region.
    pub fn entries(&self) -> &[FontEntry] {
        &self.entries
    }

    /// A read-only descriptor of the region for one child.
    pub fn region(&self) -> io::Result<OwnedFd> {
        self.region.read_only()
    }
}

fn system_fonts() -> Vec<Vec<u8>> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let mut folders = vec![
        PathBuf::from("/usr/share/fonts"),
        "/usr/local/share/fonts".into(),
    ];
    folders.extend(home.iter().map(|home| home.join(".local/share/fonts")));
    folders.extend(home.iter().map(|home| home.join(".fonts")));
    let mut paths = Vec::new();
    for folder in folders {
        collect(&folder, DEPTH_MAX, &mut paths);
    }
    let mut fonts = Vec::new();
    let mut total = 0;
    for path in paths {
        let Some(file) = read_font(&path, SYSTEM_BYTES_MAX - total) else {
            continue;
        };
        total += file.len();
        fonts.push(file);
        if fonts.len() == SYSTEM_FILES_MAX {
            break;
        }
    }
    fonts
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, paths);
            }
        } else if is_font(&path) {
            paths.push(path);
        }
    }
}

fn is_font(path: &Path) -> bool {
    let has_ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ["ttf", "otf", "ttc"].contains(&ending));
    let is_bundled = path
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("Liberation"));
    has_ending && !is_bundled
}

fn read_font(path: &Path, bytes_max: usize) -> Option<Vec<u8>> {
    let file = std::fs::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() == 0 || metadata.len() > bytes_max as u64 {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(bytes_max as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
