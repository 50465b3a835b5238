//! Reads the rings of all processes while somebody looks, for the page of the channels and for the
//! trace.
//!
//! Never: reads a ring while nobody looks.

use crate::pages::ipc;
use crate::rings::ends::process_of;
use crate::state::Broker;
use crate::store::crash_files;
use crate::timeline::events::Who;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Traces that pages have asked for are kept in the session's folder, which is in memory: so many.
const TRACE_FILES_MAX: usize = 4;
/// Most bytes of one of them.
const TRACE_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

impl Broker {
    /// Reads them, if it is time, and tells those who look.
    pub(crate) fn tap_rings(&mut self) {
        let is_told = self.keep_devtools_looks();
        let is_watched = is_told || self.glass.is_watched("ipc");
        if !is_watched && !self.timeline.is_on() {
            if self.children.rings.is_tapped() {
                self.children.rings.stop_tap();
                self.timeline.rest();
            }
            return;
        }
        if !self.children.rings.is_tapped() {
            self.children.rings.start_tap();
        }
        let now = Instant::now();
        if self.timeline.is_due(now) {
            self.read_rings(false);
            self.timeline.has_read(now);
        }
    }

    /// One reading. `is_last`: no other one will follow.
    pub(crate) fn read_rings(&mut self, is_last: bool) {
        let batch = self.children.rings.tap(is_last);
        if self.glass.is_watched("ipc")
            && let Some(event) = ipc::messages(self, &batch)
        {
            self.glass.tell(&self.poller, "ipc", &event.to_string());
        }
        self.tell_devtools_of(&batch);
        self.told_messages += batch.arrows.len() as u64 + batch.unmatched.len() as u64;
        let (core, rings) = (&self.core, &self.children.rings);
        self.timeline.add(&batch, |source| {
            let (role, pid) = match rings.writer(source) {
                Some((role, pid)) => (role.name(), pid),
                None => ("broker", std::process::id() as i32),
            };
            let info = process_of(source).and_then(|process| core.process(process));
            let site = info.and_then(|info| info.site);
            let site = site.map_or_else(String::new, |site| format!(" {site}"));
            Who {
                pid,
                label: format!("{role} {pid}{site}"),
            }
        });
        self.tell_trace();
    }

    /// Tells those who look at the trace what they do not know of it.
    pub(crate) fn tell_trace(&mut self) {
        let news = |known| self.timeline.news(known);
        self.glass.tell_each(&self.poller, "trace", news);
    }

    /// Begins a trace in the session's folder, where a page asked for it.
    pub(crate) fn begin_trace(&mut self) -> Result<(), String> {
        let folder = folder().map_err(|error| format!("no trace can be written: {error}"))?;
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        let ms = since_epoch.map_or(0, |elapsed| elapsed.as_millis());
        let path = folder.join(format!("trace-{ms:015}.json"));
        let started = self.timeline.start(&path, Some(TRACE_FILE_BYTES_MAX));
        started.map_err(|error| error.to_string())?;
        drop_oldest(&folder);
        self.trace_has_changed();
        Ok(())
    }

    /// Ends the trace, where a page asked for it.
    pub(crate) fn end_trace(&mut self) -> Result<(), String> {
        if !self.timeline.is_on() {
            return Err("no trace is being written".to_owned());
        }
        if self.timeline.is_in_memory() {
            return Err("the trace is one of a client of devtools, which ends it".to_owned());
        }
        self.close_trace();
        self.trace_has_changed();
        Ok(())
    }

    /// Both pages say whether a trace is being written.
    pub(crate) fn trace_has_changed(&mut self) {
        for page in ["ipc", "trace"] {
            self.glass.has_changed(page);
        }
    }

    /// Ends the trace, if there is one, with all that has been written down until now.
    pub(crate) fn close_trace(&mut self) {
        if self.timeline.is_on() {
            self.read_rings(true);
            self.timeline.stop();
        }
    }
}

/// The folder of the session's traces, made if it is not there.
fn folder() -> io::Result<PathBuf> {
    let folder = crash_files::session_folder()?.join("traces");
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(&folder)?;
    Ok(folder)
}

/// Keeps the newest traces of a folder, by their names.
fn drop_oldest(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    all.sort();
    for oldest in &all[..all.len().saturating_sub(TRACE_FILES_MAX)] {
        let _ = fs::remove_file(oldest);
    }
}
