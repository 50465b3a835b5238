//! The fonts of the machine for all renderers, in one read-only region, chosen by the scripts they
//! are for. Renderers have three families themselves, so that text shows on a machine without fonts.
//!
//! Owns: the region. Trusts: no font; [`face`] reads some numbers of it, and renderers the rest.

mod blocks;
mod choice;
mod face;

use choice::{Candidate, Chosen};
use face::{Charmap, Face};

use nix::fcntl::OFlag;
use protocol::bootstrap::{FontEntry, ToChild};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// How many files are looked at, at most.
const FILES_SEEN_MAX: usize = 4096;
/// The depth of the search below a font folder.
const DEPTH_MAX: usize = 4;

/// Fonts that are being copied into their region by a thread, while the first processes start.
pub struct LoadingFonts {
    state: State,
    /// Readable, because closed, once the thread has ended.
    ended: OwnedFd,
}

enum State {
    Loading(JoinHandle<io::Result<Fonts>>),
    Loaded(Fonts),
}

impl LoadingFonts {
    /// Starts the thread.
    ///
    /// # Errors
    /// There is no thread or pipe to be had.
    pub fn start() -> io::Result<LoadingFonts> {
        let (ended, until_end) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        let thread = std::thread::Builder::new().name("fonts".to_owned());
        let thread = thread.spawn(move || {
            let fonts = Fonts::load();
            drop(until_end);
            fonts
        })?;
        Ok(LoadingFonts {
            state: State::Loading(thread),
            ended,
        })
    }

    /// Becomes readable when the thread has done its work.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.ended.as_fd()
    }

    /// Takes what the thread has read. Waits for it.
    pub fn finish(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Loaded(Fonts::none()));
        let loaded = match state {
            State::Loaded(fonts) => Ok(fonts),
            State::Loading(thread) => {
                let joined = thread.join();
                joined.unwrap_or_else(|_| Err(io::Error::other("its thread panicked")))
            }
        };
        self.state = State::Loaded(loaded.unwrap_or_else(|error| {
            tracing::error!("cannot read the fonts of this machine: {error}");
            Fonts::none()
        }));
    }

    /// The fonts, once they are taken.
    pub fn get(&self) -> Option<&Fonts> {
        match &self.state {
            State::Loaded(fonts) => Some(fonts),
            State::Loading(_) => None,
        }
    }
}

/// The region and its contents.
pub struct Fonts {
    /// Absent if there are none.
    region: Option<shm::Region>,
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
            Ok(())
        })?;
        Ok(Fonts {
            region: (!entries.is_empty()).then_some(region),
            entries,
        })
    }

    fn none() -> Fonts {
        Fonts {
            region: None,
            entries: Vec::new(),
        }
    }

    /// The message for a child, with a read-only descriptor of the region.
    ///
    /// # Errors
    /// There are no more descriptors.
    pub fn message(&self) -> io::Result<(ToChild, Option<OwnedFd>)> {
        let region = self.region.as_ref().map(shm::Region::read_only);
        let fonts = self.entries.clone();
        Ok((ToChild::Fonts { fonts }, region.transpose()?))
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
