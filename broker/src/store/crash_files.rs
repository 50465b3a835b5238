//! Crash records as files, for `bulkhead crashes`: in the user's folder for this session
//! (`XDG_RUNTIME_DIR`), which is in memory and gone when the user has left.
//!
//! Owns: the folder, and the thread that writes. Never: makes the broker wait for a disk, keeps
//! more than its bounds, or writes where other users could.

use crate::output::terminal::FINISH_MAX;
use crate::thread;
use nix::unistd::geteuid;
use protocol::limits::{CRASH_FILE_BYTES_MAX, CRASH_FILES_MAX};
use serde_json::Value;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

/// Records that wait to be written; more are dropped.
const WAITING_MAX: usize = 8;

/// The thread that writes, once there is something to write.
#[derive(Default)]
pub struct CrashFiles {
    writer: Option<Writer>,
    has_failed: bool,
}

struct Writer {
    records: SyncSender<String>,
    /// Closed once everything has been written.
    ended: Receiver<()>,
}

impl CrashFiles {
    /// Writes a record, soon.
    pub fn write(&mut self, record: &Value) {
        if self.has_failed {
            return;
        }
        if self.writer.is_none() {
            match start() {
                Ok(writer) => self.writer = Some(writer),
                Err(error) => {
                    self.has_failed = true;
                    return tracing::info!("crash records are not written: {error}");
                }
            }
        }
        let text = record.to_string();
        if text.len() > CRASH_FILE_BYTES_MAX {
            return tracing::warn!("a crash record of {} bytes is not written", text.len());
        }
        if let Some(writer) = &self.writer
            && writer.records.try_send(text).is_err()
        {
            tracing::warn!("a crash record is not written: others are still waiting");
        }
    }
}

impl Drop for CrashFiles {
    fn drop(&mut self) {
        if let Some(Writer { records, ended }) = self.writer.take() {
            drop(records);
            let _ = ended.recv_timeout(FINISH_MAX);
        }
    }
}

fn start() -> io::Result<Writer> {
    let folder = folder()?;
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(&folder)?;
    let (records, waiting) = sync_channel::<String>(WAITING_MAX);
    let (end, ended) = sync_channel::<()>(0);
    thread::spawn("crash records", move || {
        let _end = end;
        let mut number = 0;
        for record in waiting {
            number += 1;
            if let Err(error) = keep(&folder, &record, number) {
                tracing::warn!(
                    "{}: a crash record is not written: {error}",
                    folder.display()
                );
            }
        }
    })?;
    Ok(Writer { records, ended })
}

/// The folder of the records.
///
/// # Errors
/// The session has no folder that is the user's alone.
pub fn folder() -> io::Result<PathBuf> {
    Ok(session_folder()?.join("crashes"))
}

/// The browser's folder for this session of the user.
///
/// # Errors
/// The session has no folder that is the user's alone.
pub fn session_folder() -> io::Result<PathBuf> {
    let unusable = |why| io::Error::new(io::ErrorKind::NotFound, why);
    let variable = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
    let path = PathBuf::from(variable.ok_or_else(|| unusable("XDG_RUNTIME_DIR is not set"))?);
    let found = fs::metadata(&path)?;
    if !path.is_absolute() || found.uid() != geteuid().as_raw() || found.mode() & 0o077 != 0 {
        return Err(unusable("XDG_RUNTIME_DIR is no folder of this user alone"));
    }
    Ok(path.join("bulkhead"))
}

fn keep(folder: &Path, record: &str, number: u32) -> io::Result<()> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since_epoch.map_or(0, |elapsed| elapsed.as_millis());
    let name = format!("{ms:015}-{}-{number}.json", std::process::id());
    // A reader never finds half of one.
    let unfinished = folder.join(format!(".{name}"));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(record.as_bytes()))
        .and_then(|()| fs::rename(&unfinished, folder.join(name)));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    let names = names(folder)?;
    for oldest in &names[..names.len().saturating_sub(CRASH_FILES_MAX)] {
        let _ = fs::remove_file(folder.join(oldest));
    }
    written
}

/// The names of the files, oldest first.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".json") && !name.starts_with('.'))
        .collect();
    names.sort();
    Ok(names)
}

/// All records in that folder, newest first, and how many files are none.
pub fn read(folder: &Path) -> io::Result<(Vec<Value>, usize)> {
    let names = match names(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        names => names?,
    };
    let newest = names.iter().rev().take(CRASH_FILES_MAX);
    let read: Vec<_> = newest.map(|name| read_one(&folder.join(name))).collect();
    let files = read.len();
    let records: Vec<Value> = read.into_iter().flatten().collect();
    let unreadable = files - records.len();
    Ok((records, unreadable))
}

fn read_one(path: &Path) -> Option<Value> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(CRASH_FILE_BYTES_MAX as u64)
        .read_to_string(&mut text)
        .ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_newest_records_are_kept_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let count = CRASH_FILES_MAX as u32 + 10;
        for number in 0..count {
            let name = format!("{number:015}-1-1.json");
            fs::write(folder.path().join(name), json!({ "n": number }).to_string()).expect("room");
        }
        keep(folder.path(), "{\"n\":999}", 1).expect("room");
        fs::write(folder.path().join("999999999999999-0-0.json"), "{").expect("room");
        let (records, unreadable) = read(folder.path()).expect("it is there");
        assert_eq!((records.len(), unreadable), (CRASH_FILES_MAX - 1, 1));
        assert_eq!(records[0]["n"], 999);
        assert_eq!(records[1]["n"], count - 1);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_records() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = read(&folder.path().join("crashes")).expect("none");
        assert_eq!(read, (Vec::new(), 0));
    }
}
