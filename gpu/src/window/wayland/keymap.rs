//! What the keys mean: the compositor's keymap, and the sequences of dead keys and Compose.
//!
//! Owns: the layout. Trusts: nothing about the keymap's text; its size is bounded, and the library
//! bounds its own work. Never: opens a file once the process is sealed; the sequences are read
//! before, and the keymap comes as a descriptor.
//!
//! Source: wl_keyboard.keymap, and the X Keyboard Extension's text format by way of kbvm.
#![allow(unsafe_code, reason = "maps the keymap that the compositor hands over")]

use crate::window::event::RawKey;
use crate::window::keys::base_keysym;
use kbvm::lookup::LookupTable;
use kbvm::xkb::Context;
use kbvm::xkb::compose::{ComposeTable, FeedResult, State};
use kbvm::xkb::diagnostic::Diagnostic;
use kbvm::{GroupIndex, Keycode, Keysym, ModifierMask};
use memmap2::MmapOptions;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use thiserror::Error;

/// The largest keymap; real ones have 70 KB.
const KEYMAP_BYTES_MAX: u32 = 4 << 20;

/// The locale whose sequences are taken; those of other UTF-8 locales are the same, but for a few.
const LOCALE: &str = "en_US.UTF-8";

/// Why a keymap cannot be used.
#[derive(Debug, Error)]
pub enum KeymapError {
    /// It is empty, or too large.
    #[error("it has {0} bytes")]
    Size(u32),
    /// The descriptor holds less than was said.
    #[error("its file has only {0} bytes")]
    Short(i64),
    /// The system refuses the descriptor.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The text is none of a keymap.
    #[error("{0}")]
    Text(String),
}

/// The layout of the keyboard.
pub struct Layout {
    table: LookupTable,
}

/// A key that was pressed.
pub struct Meaning {
    /// What it means and types.
    pub key: RawKey,
    /// Whether it repeats when it is held.
    pub repeats: bool,
}

impl Layout {
    /// The layout in a compositor's file.
    ///
    /// # Errors
    /// The file or its text cannot be used.
    pub fn read(file: &OwnedFd, bytes: u32) -> Result<Layout, KeymapError> {
        if bytes == 0 || bytes > KEYMAP_BYTES_MAX {
            return Err(KeymapError::Size(bytes));
        }
        let found = file_bytes(file)?;
        if found < i64::from(bytes) {
            return Err(KeymapError::Short(found));
        }
        let mut options = MmapOptions::new();
        options.len(bytes as usize);
        // SAFETY: the file is as large as was said. That nobody changes it meanwhile is the
        // compositor's promise, which made it for all its clients; the text is copied at once.
        let text = unsafe { options.map_copy_read_only(file.as_raw_fd())? }.to_vec();
        Layout::parse(&text)
    }

    /// The layout of a keymap in text form, which may end with zero bytes.
    ///
    /// # Errors
    /// It is no keymap.
    pub fn parse(text: &[u8]) -> Result<Layout, KeymapError> {
        let end = text
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(text.len());
        let mut builder = Context::builder();
        // A compositor's keymap is complete: no files.
        builder.clear();
        let context = builder.build();
        let mut faults: Vec<Diagnostic> = Vec::new();
        let keymap = context.keymap_from_bytes(&mut faults, None, &text[..end]);
        let keymap = keymap.map_err(|fault| KeymapError::Text(fault.to_string()))?;
        Ok(Layout {
            table: keymap.to_builder().build_lookup_table(),
        })
    }

    /// What a key (by the kernel's number) means with these modifiers in that group.
    pub fn press(&self, code: u32, modifiers: u32, group: u32) -> Meaning {
        let keycode = Keycode::from_evdev(code);
        let look_up = |group, modifiers| {
            let found = self
                .table
                .lookup(GroupIndex(group), ModifierMask(modifiers), keycode);
            found.with_ctrl_fallback(false).with_ctrl_transform(false)
        };
        let first = |group| {
            let mut found = look_up(group, 0).into_iter();
            found.next().map_or(0, |props| props.keysym().0)
        };
        let found = look_up(group, modifiers);
        let repeats = found.repeats();
        let keysyms: Vec<_> = found.into_iter().collect();
        let text = keysyms.iter().filter_map(|props| props.char()).collect();
        Meaning {
            key: RawKey {
                down: true,
                keycode: number(code),
                keysym: keysyms.first().map_or(0, |props| props.keysym().0),
                base: base_keysym(group, first),
                text,
                state: state(modifiers),
            },
            repeats,
        }
    }
}

/// The number that X11 gives to the key; 0 for one that has none.
pub fn number(code: u32) -> u8 {
    u8::try_from(code.saturating_add(8)).unwrap_or(0)
}

/// The modifiers as X11 has them: the first eight are the same.
pub fn state(modifiers: u32) -> u32 {
    modifiers & 0xff
}

/// Puts dead keys and sequences of the Compose key together.
pub struct Composer {
    sequences: Option<(ComposeTable, State)>,
}

impl Composer {
    /// With the user's own sequences, else those of the system. Reads files.
    pub fn load() -> Composer {
        let context = Context::builder().build();
        let mut builder = context.compose_table_builder();
        builder.locale(LOCALE);
        let mut faults: Vec<Diagnostic> = Vec::new();
        let table = builder.build(&mut faults);
        if table.is_none() {
            tracing::debug!("no sequences for dead keys are installed");
        }
        Composer {
            sequences: table.map(|table| {
                let state = table.create_state();
                (table, state)
            }),
        }
    }

    /// Forgets what was begun.
    pub fn reset(&mut self) {
        if let Some((table, state)) = &mut self.sequences {
            *state = table.create_state();
        }
    }

    /// Takes a press; gives what is to be told of it, if anything.
    pub fn feed(&mut self, pressed: RawKey) -> Option<RawKey> {
        let Some((table, state)) = &mut self.sequences else {
            return Some(pressed);
        };
        match table.feed(state, Keysym(pressed.keysym)) {
            None => Some(pressed),
            Some(FeedResult::Pending | FeedResult::Aborted) => None,
            Some(FeedResult::Composed { string, keysym }) => {
                let of_keysym = || keysym.and_then(Keysym::char).map(String::from);
                Some(RawKey {
                    down: true,
                    text: string.map(str::to_owned).or_else(of_keysym)?,
                    state: pressed.state,
                    ..RawKey::default()
                })
            }
        }
    }
}

/// The size of a file. glibc's fstat calls newfstatat, which the sandbox refuses.
fn file_bytes(file: &OwnedFd) -> io::Result<i64> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the descriptor is open and the buffer is as big as the call writes.
    let answer = unsafe { libc::syscall(libc::SYS_fstat, file.as_raw_fd(), status.as_mut_ptr()) };
    if answer != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so it has filled the buffer.
    Ok(unsafe { status.assume_init() }.st_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kbvm::xkb::diagnostic::WriteToStderr;
    use kbvm::xkb::rmlvo::Group;
    use shm::Region;

    const SHIFT: u32 = 1;
    const LEVEL3: u32 = 0x80;

    /// A layout of the system's, as a compositor would send it; none if they are not installed.
    fn installed(layout: &str) -> Option<Layout> {
        let context = Context::builder().build();
        let group = Group {
            layout,
            variant: "",
        };
        let keymap = context.keymap_from_names(WriteToStderr, None, None, Some(&[group]), None);
        let text = format!("{}\n\0", keymap.format());
        if !std::path::Path::new("/usr/share/X11/xkb/symbols/de").exists() {
            println!("SKIP: xkb-data is not installed");
            return None;
        }
        Some(Layout::parse(text.as_bytes()).expect("a keymap"))
    }

    fn typed(layout: &Layout, code: u32, modifiers: u32) -> String {
        layout.press(code, modifiers, 0).key.text
    }

    #[test]
    fn a_german_keyboard_types_umlauts_and_what_altgr_gives() {
        let Some(german) = installed("de") else {
            return;
        };
        assert_eq!(typed(&german, 39, 0), "ö");
        assert_eq!(typed(&german, 39, SHIFT), "Ö");
        assert_eq!(typed(&german, 21, 0), "z");
        assert_eq!(typed(&german, 16, LEVEL3), "@");
        assert_eq!(typed(&german, 18, LEVEL3), "€");
    }

    #[test]
    fn a_russian_keyboard_types_cyrillic_and_keeps_its_shortcuts_if_it_has_a_latin_layout() {
        let Some(russian) = installed("ru") else {
            return;
        };
        let key = russian.press(20, 0, 0).key;
        assert_eq!(key.text, "е");
    }

    #[test]
    fn dead_keys_compose_and_what_does_not_fit_is_dropped() {
        let (Some(german), mut composer) = (installed("de"), Composer::load()) else {
            return;
        };
        if composer.sequences.is_none() {
            println!("SKIP: libx11-data is not installed");
            return;
        }
        let mut press = |code, modifiers| {
            let told = composer.feed(german.press(code, modifiers, 0).key);
            told.map(|key| key.text)
        };
        // The dead acute, then e.
        assert_eq!(press(13, 0), None);
        assert_eq!(press(18, 0), Some("é".to_owned()));
        // The dead circumflex, then a key that has none.
        assert_eq!(press(41, 0), None);
        assert_eq!(press(16, 0), None);
        assert_eq!(press(16, 0), Some("q".to_owned()));
    }

    #[test]
    fn a_broken_keymap_is_refused() {
        for text in [
            "",
            "xkb_keymap {",
            "xkb_keymap { xkb_keycodes { <a> = 99999999; }; };",
        ] {
            let _ = Layout::parse(text.as_bytes());
        }
        assert!(Layout::parse(b"").is_err());
        assert!(Layout::parse(b"xkb_keymap { xkb_symbols { include \"us\" };").is_err());
        assert!(Layout::parse(&[0xff; 4096]).is_err());
        assert!(Layout::parse("(".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn a_keymap_that_is_shorter_than_was_said_is_refused() {
        let region = Region::create("keymap", 4096).expect("a region");
        let file = region.dup().expect("dup");
        let refused = |bytes| Layout::read(&file, bytes).err().map(|e| e.to_string());
        assert_eq!(
            refused(4097).as_deref(),
            Some("its file has only 4096 bytes")
        );
        assert_eq!(refused(0).as_deref(), Some("it has 0 bytes"));
        assert_eq!(
            refused(u32::MAX).as_deref(),
            Some("it has 4294967295 bytes")
        );
        assert!(refused(4096).is_some());
    }
}
