//! Tells when the desktop may have become light or dark: the kernel reports changes of the files in
//! which desktops keep it. Nothing wakes while they stay as they are.
//!
//! Trusts: the user's own files, as far as one of two answers goes.

use crate::machine::color_scheme;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use protocol::appearance::ColorScheme;
use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

/// The folders below that of all settings which have files of interest.
const FOLDERS: [&str; 3] = ["dconf", "gtk-3.0", "gtk-4.0"];
/// The files: dconf's database, KDE's and GTK's settings. Programs write a new one and rename it.
const FILES: [&str; 3] = ["user", "kdeglobals", "settings.ini"];
/// Reads in one turn; what is left is read in the next.
const READS_PER_TURN_MAX: usize = 16;

/// Watches the folders of the desktop's settings.
pub struct DesktopWatch {
    inotify: Inotify,
    folder: PathBuf,
}

impl DesktopWatch {
    /// Watches; none where there is nothing to watch or the kernel refuses.
    pub fn start() -> Option<DesktopWatch> {
        DesktopWatch::of(color_scheme::files()?)
    }

    fn of(folder: PathBuf) -> Option<DesktopWatch> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).ok()?;
        let watch = DesktopWatch { inotify, folder };
        watch.watch_folders().then_some(watch)
    }

    /// What the desktop says now, if one of the files has changed since the last call.
    pub fn changed(&self) -> Option<ColorScheme> {
        self.has_changed().then(color_scheme::of_desktop)
    }

    fn has_changed(&self) -> bool {
        let mut has_changed = false;
        for _ in 0..READS_PER_TURN_MAX {
            let Ok(events) = self.inotify.read_events() else {
                break;
            };
            for event in events {
                let name = event.name.unwrap_or_default();
                let is = |names: &[&str]| names.iter().any(|it| OsStr::new(it) == name);
                if is(&FOLDERS) {
                    self.watch_folders();
                }
                let is_overflow = event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW);
                has_changed |= is_overflow || is(&FOLDERS) || is(&FILES);
            }
        }
        has_changed
    }

    /// Watches those folders that are there; a folder that is watched already stays so. Says
    /// whether there is any.
    fn watch_folders(&self) -> bool {
        let flags = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVED_FROM
            | AddWatchFlags::IN_MOVED_TO
            | AddWatchFlags::IN_ONLYDIR;
        let below = FOLDERS.iter().map(|name| self.folder.join(name));
        let folders = below.chain([self.folder.clone()]);
        let watched = folders.filter(|path| self.inotify.add_watch(path, flags).is_ok());
        watched.count() > 0
    }
}

impl AsFd for DesktopWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_change_of_the_settings_is_noticed_and_no_other() {
        let home = tempfile::tempdir().expect("a scratch folder");
        let folder = home.path().join("config");
        assert!(DesktopWatch::of(folder.clone()).is_none(), "no folder");
        fs::create_dir(&folder).expect("made");
        let watch = DesktopWatch::of(folder.clone()).expect("inotify");
        assert!(!watch.has_changed());
        fs::write(folder.join("other"), "x").expect("written");
        assert!(!watch.has_changed(), "another program's file");
        fs::write(folder.join("kdeglobals"), "x").expect("written");
        assert!(watch.has_changed(), "written in place");
        assert!(!watch.has_changed(), "said once");
        fs::create_dir(folder.join("dconf")).expect("made");
        assert!(watch.has_changed(), "a new folder may have files already");
        let new = folder.join("dconf/user.new");
        fs::write(&new, "x").expect("written");
        assert!(!watch.has_changed(), "not yet the database");
        fs::rename(&new, folder.join("dconf/user")).expect("renamed");
        assert!(watch.has_changed(), "put in place");
        fs::remove_file(folder.join("dconf/user")).expect("removed");
        assert!(watch.has_changed(), "taken away");
    }
}
