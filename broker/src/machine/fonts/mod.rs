//! The fonts for all renderers, in one read-only region: three bundled families, so that text shows
//! on a machine without fonts, then fonts of the machine, chosen by the scripts they are for.
//!
//! Owns: the region. Trusts: no font; [`face`] reads some numbers of it, and renderers the rest.

mod blocks;
mod choice;
mod face;

use choice::{Candidate, Chosen};
use face::{Charmap, Face};

use protocol::bootstrap::{FontEntry, FontFamily};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// How many files are looked at, at most.
const FILES_SEEN_MAX: usize = 4096;
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

/// Fonts that are being copied into their region by a thread, while the first processes start.
pub enum LoadingFonts {
    /// Nobody has needed them yet.
    Loading(JoinHandle<io::Result<Fonts>>),
    /// They are there.
    Loaded(Fonts),
    /// They could not be loaded, which was said once.
    Failed,
}

impl LoadingFonts {
    /// Starts the thread.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start() -> io::Result<LoadingFonts> {
        let thread = std::thread::Builder::new().name("fonts".to_owned());
        Ok(LoadingFonts::Loading(thread.spawn(Fonts::load)?))
    }

    /// The fonts, after waiting for them if need be.
    ///
    /// # Errors
    /// The region could not be made.
    pub fn get(&mut self) -> io::Result<&Fonts> {
        *self = match std::mem::replace(self, LoadingFonts::Failed) {
            LoadingFonts::Loading(thread) => {
                let loaded = thread.join();
                LoadingFonts::Loaded(loaded.map_err(|_| io::Error::other("its thread panicked"))??)
            }
            other => other,
        };
        match self {
            LoadingFonts::Loaded(fonts) => Ok(fonts),
            _ => Err(io::Error::other("it has failed before")),
        }
    }
}

/// The region and its contents.
pub struct Fonts {
    region: shm::Region,
    entries: Vec<FontEntry>,
}

impl Fonts {
    /// Copies all fonts into a sealed region.
    pub fn load() -> io::Result<Fonts> {
        let mut entries = Vec::new();
        let region = shm::Region::create_from("bulkhead-fonts", |region| {
            for chosen in choice::choose(candidates(), has(&RefCell::default())) {
                tracing::debug!(path = %chosen.candidate.path.display(), "font for all renderers");
                entries.extend(copy(&chosen, region)?);
            }
            for (family, bytes) in BUNDLED {
                let offset = align(region)?;
                region.write_all(bytes)?;
                entries.push(FontEntry {
                    family,
                    offset,
                    bytes: bytes.len() as u64,
                    blocks: [0; 4],
                });
            }
            Ok(())
        })?;
        Ok(Fonts { region, entries })
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

/// Appends a font's file to the region. `None`: it has changed since it was looked at, or cannot be
/// read.
fn copy(chosen: &Chosen, region: &mut File) -> io::Result<Option<FontEntry>> {
    let candidate = &chosen.candidate;
    let Ok(file) = File::open(&candidate.path) else {
        return Ok(None);
    };
    let offset = align(region)?;
    let copied = io::copy(&mut file.take(candidate.bytes), region)?;
    Ok((copied == candidate.bytes).then_some(FontEntry {
        family: candidate.family(),
        offset,
        bytes: copied,
        blocks: chosen.blocks.0,
    }))
}

/// Tables of a font are aligned within its file; this keeps them aligned in the region. Returns the
/// place of the next byte.
fn align(region: &mut File) -> io::Result<u64> {
    let end = region.seek(SeekFrom::End(0))?;
    let aligned = end.next_multiple_of(16);
    region.set_len(aligned)?;
    region.seek(SeekFrom::Start(aligned))
}

/// Answers whether a font has characters, and keeps what it has read in `charmaps`.
fn has(charmaps: &RefCell<Charmaps>) -> impl Fn(&Candidate, &str) -> bool + '_ {
    |candidate, text| {
        let mut charmaps = charmaps.borrow_mut();
        if !charmaps.contains_key(&candidate.path) {
            let file = File::open(&candidate.path).ok();
            let read = file.and_then(|mut file| candidate.face.charmap(&mut file));
            charmaps.insert(candidate.path.clone(), read);
        }
        let charmap = charmaps.get(&candidate.path).and_then(Option::as_ref);
        charmap.is_some_and(|charmap| charmap.has(text))
    }
}

type Charmaps = HashMap<PathBuf, Option<Charmap>>;

/// The font files of this machine that are not bundled.
fn candidates() -> Vec<Candidate> {
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
    if paths.len() > FILES_SEEN_MAX {
        let (found, seen) = (paths.len(), FILES_SEEN_MAX);
        tracing::warn!("{found} font files are installed; only the first {seen} are looked at");
        paths.truncate(FILES_SEEN_MAX);
    }
    paths.into_iter().filter_map(candidate).collect()
}

fn candidate(path: PathBuf) -> Option<Candidate> {
    let mut file = File::open(&path).ok()?;
    let metadata = file.metadata().ok()?;
    let bytes = metadata.len();
    if !metadata.is_file() || bytes > choice::BYTES_MAX {
        return None;
    }
    let face = Face::read(&mut file)?;
    Some(Candidate { path, bytes, face })
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
        .is_some_and(|ending| ["ttf", "otf", "ttc", "otc"].contains(&ending));
    let is_bundled = path
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("Liberation"));
    has_ending && !is_bundled
}
