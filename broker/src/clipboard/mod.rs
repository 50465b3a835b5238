//! The clipboard: the system's, by way of a process of its own, or without a window one in memory.
//!
//! Owns: the text on its way to or from a renderer, and the clipboard process. Trusts: nobody's
//! text; it is bounded and handed on. Never: decides who may have it (the core does), waits for the
//! owner of the clipboard, or parses what a display server sends.

mod helper;
pub(crate) mod process;

use crate::poller::Poller;
use helper::{Answer, Helper};
use protocol::ids::ProcessId;
use protocol::limits::{CLIPBOARD_BYTES_MAX, UNTAKEN_COPIES_MAX};
use shm::{Region, WritableMap};
use std::collections::VecDeque;
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::time::Instant;

/// The answer to a read: how many bytes of text there are, or why none.
pub type Read = (u32, Result<u32, String>);

/// The clipboard.
pub struct Clipboard {
    backend: Backend,
    /// The environment of the clipboard process.
    environment: Vec<CString>,
    /// Regions that renderers were asked to write into, the oldest first.
    copies: VecDeque<(ProcessId, u32, Region)>,
    /// Texts that were read, by request, until they are pasted or dropped.
    texts: VecDeque<(u32, String)>,
    /// Killed processes that are not reaped yet.
    ending: Vec<Child>,
}

enum Backend {
    /// What a browser without a window copies, nobody else sees.
    Memory(String),
    /// The process, while it runs; started when it is first needed.
    System(Option<Helper>),
}

impl Clipboard {
    /// The system's clipboard, which a process with that environment reaches, else one in memory.
    pub fn new(environment: Option<Vec<CString>>) -> Clipboard {
        let backend = match environment {
            Some(_) => Backend::System(None),
            None => Backend::Memory(String::new()),
        };
        Clipboard {
            backend,
            environment: environment.unwrap_or_default(),
            copies: VecDeque::new(),
            texts: VecDeque::new(),
            ending: Vec::new(),
        }
    }

    /// The text of the clipboard in memory.
    pub fn in_memory(&self) -> Option<&str> {
        match &self.backend {
            Backend::Memory(text) => Some(text),
            Backend::System(_) => None,
        }
    }

    /// Descriptors of the clipboard process, which runs from its first use on, and of regions into
    /// which nobody has written.
    pub fn descriptors(&self) -> usize {
        let of_process = usize::from(matches!(self.backend, Backend::System(Some(_))));
        of_process + self.copies.len()
    }

    /// A region for a renderer to write into; returns the renderer's descriptor.
    pub fn begin_copy(&mut self, process: ProcessId, sequence: u32) -> io::Result<OwnedFd> {
        let region = Region::create("bulkhead-copy", CLIPBOARD_BYTES_MAX)?;
        let handle = region.dup()?;
        if self.copies.len() == UNTAKEN_COPIES_MAX {
            self.copies.pop_front();
        }
        self.copies.push_back((process, sequence, region));
        Ok(handle)
    }

    /// The text that a renderer has written; `None` if the region is gone.
    ///
    /// # Errors
    /// It is no text.
    pub fn finish_copy(
        &mut self,
        process: ProcessId,
        sequence: u32,
        bytes: u32,
    ) -> Option<Result<String, std::string::FromUtf8Error>> {
        let is_it = |copy: &(ProcessId, u32, Region)| (copy.0, copy.1) == (process, sequence);
        let at = self.copies.iter().position(is_it)?;
        let (_, _, region) = self.copies.remove(at)?;
        let map = region.dup().map_err(|error| error.to_string());
        let map = map.and_then(|handle| {
            WritableMap::new(handle, CLIPBOARD_BYTES_MAX).map_err(|error| error.to_string())
        });
        match map {
            Ok(map) => {
                let mut text = map.read_all();
                text.truncate(bytes as usize);
                Some(String::from_utf8(text))
            }
            Err(error) => {
                tracing::error!("cannot read a copied text: {error}");
                None
            }
        }
    }

    /// Puts a text on the clipboard.
    pub fn set(&mut self, poller: &Poller, text: String) {
        match &mut self.backend {
            Backend::Memory(kept) => *kept = text,
            Backend::System(helper) => {
                let result = Helper::of(helper, poller, &self.environment)
                    .and_then(|helper| helper.set(&text));
                if let Err(error) = result {
                    tracing::warn!("the clipboard was not set: {error}");
                    end(helper, &mut self.ending, "");
                }
            }
        }
    }

    /// Reads the clipboard; the answer comes at once or from [`Clipboard::receive`].
    pub fn read(&mut self, poller: &Poller, request: u32) -> Option<Read> {
        match &mut self.backend {
            Backend::Memory(text) => {
                let text = text.clone();
                Some(self.keep(request, text))
            }
            Backend::System(helper) => {
                let result = Helper::of(helper, poller, &self.environment)
                    .and_then(|helper| helper.get(request));
                let error = result.err()?;
                end(helper, &mut self.ending, "");
                Some((request, Err(format!("The clipboard was not read: {error}"))))
            }
        }
    }

    fn keep(&mut self, request: u32, text: String) -> Read {
        let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.texts.push_back((request, text));
        (request, Ok(bytes))
    }

    /// The text that was read, once, as a region for a renderer.
    pub fn take_text(&mut self, request: u32) -> Option<String> {
        let at = self.texts.iter().position(|(id, _)| *id == request)?;
        self.texts.remove(at).map(|(_, text)| text)
    }

    /// Reads what the clipboard process says, and gives up on one that has ended.
    pub fn receive(&mut self) -> Vec<Read> {
        let Backend::System(helper) = &mut self.backend else {
            return Vec::new();
        };
        let Some(running) = helper else {
            return Vec::new();
        };
        let (answers, is_open) = running.receive();
        let failed = if is_open {
            Vec::new()
        } else {
            let reason = "The clipboard holds more than can be read, or its display is gone.";
            end(helper, &mut self.ending, reason)
        };
        self.keep_all(answers, failed)
    }

    fn keep_all(&mut self, answers: Vec<Answer>, failed: Vec<Read>) -> Vec<Read> {
        let answers = answers.into_iter().map(|(request, result)| match result {
            Ok(text) => self.keep(request, text),
            Err(reason) => (request, Err(reason)),
        });
        let mut reads: Vec<Read> = answers.collect();
        reads.extend(failed);
        reads
    }

    /// When [`Clipboard::expire`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.backend {
            Backend::System(Some(helper)) => helper.deadline(),
            _ => None,
        }
    }

    /// Ends a clipboard process that has waited too long for the clipboard's owner.
    pub fn expire(&mut self, now: Instant) -> Vec<Read> {
        match &mut self.backend {
            Backend::System(helper)
                if helper
                    .as_ref()
                    .and_then(Helper::deadline)
                    .is_some_and(|at| at <= now) =>
            {
                end(
                    helper,
                    &mut self.ending,
                    "The program that owns the clipboard does not answer.",
                )
            }
            _ => Vec::new(),
        }
    }

    /// Reaps processes that have ended.
    pub fn reap(&mut self) {
        self.ending
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    /// Ends the clipboard process, which first hands its text to a clipboard manager, if one runs.
    pub fn shut_down(self) {
        if let Backend::System(Some(helper)) = self.backend {
            helper.shut_down();
        }
        for mut child in self.ending {
            // It was killed.
            let _ = child.wait();
        }
    }
}

/// Ends the process; whoever waits for it is told that.
fn end(helper: &mut Option<Helper>, ending: &mut Vec<Child>, reason: &str) -> Vec<Read> {
    let Some(ended) = helper.take() else {
        return Vec::new();
    };
    let (waiting, child) = ended.end();
    ending.push(child);
    let failed = waiting
        .into_iter()
        .map(|request| (request, Err(reason.to_owned())));
    failed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: ProcessId = ProcessId(7);

    /// What comes of a copy for which a renderer writes these bytes.
    fn copied(clipboard: &mut Clipboard, sequence: u32, bytes: &[u8]) -> Option<Option<String>> {
        let handle = clipboard.begin_copy(PROCESS, sequence).expect("a region");
        let map = WritableMap::new(handle, CLIPBOARD_BYTES_MAX).expect("it can be mapped");
        map.write(0, bytes);
        let length = u32::try_from(bytes.len()).expect("it fits");
        let result = clipboard.finish_copy(PROCESS, sequence, length)?;
        Some(result.ok())
    }

    #[test]
    fn copy_is_taken_once_and_only_if_it_is_text() {
        let mut clipboard = Clipboard::new(None);
        let text = copied(&mut clipboard, 1, "ein Wört".as_bytes());
        assert_eq!(text, Some(Some("ein Wört".to_owned())));
        assert!(clipboard.finish_copy(PROCESS, 1, 2).is_none());
        assert_eq!(copied(&mut clipboard, 2, b"\xff\xfe"), Some(None));
        let full = vec![b'x'; CLIPBOARD_BYTES_MAX];
        let text = copied(&mut clipboard, 3, &full).flatten();
        assert_eq!(text.map(|text| text.len()), Some(CLIPBOARD_BYTES_MAX));
    }

    #[test]
    fn copies_that_nobody_answers_are_forgotten() {
        let mut clipboard = Clipboard::new(None);
        for sequence in 0..100 {
            clipboard.begin_copy(PROCESS, sequence).expect("a region");
        }
        assert_eq!(clipboard.copies.len(), UNTAKEN_COPIES_MAX);
        assert!(clipboard.finish_copy(PROCESS, 1, 1).is_none());
        assert!(clipboard.finish_copy(PROCESS, 99, 1).is_some());
        assert!(clipboard.finish_copy(ProcessId(8), 98, 1).is_none());
    }

    #[test]
    fn text_that_was_read_is_given_once() {
        let mut clipboard = Clipboard::new(None);
        let poller = Poller::new().expect("epoll");
        clipboard.set(&poller, "words".to_owned());
        assert_eq!(clipboard.read(&poller, 4), Some((4, Ok(5))));
        assert_eq!(clipboard.take_text(4).as_deref(), Some("words"));
        assert_eq!(clipboard.take_text(4), None);
    }
}
