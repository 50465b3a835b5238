//! The clipboard process as the broker sees it: started, asked, and ended when it is silent.
//!
//! Trusts: its messages no more than a child's: their sizes are checked. Never: blocks on it.

use crate::poller::{Poller, Source};
use ipc::{Endpoint, Receiver, RecvError, Sender};
use nix::sys::socket::{Shutdown, shutdown};
use protocol::clipboard::{FromClipboard, ToClipboard};
use protocol::limits::{CLIPBOARD_BYTES_MAX, CLIPBOARD_MS_MAX};
use shm::{Region, WritableMap};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the process may take to hand its text on when the browser ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// The text for a request, or why there is none.
pub type Answer = (u32, Result<String, String>);

/// The running process.
pub struct Helper {
    child: Child,
    sender: Sender<ToClipboard>,
    receiver: Receiver<FromClipboard>,
    /// What it was asked for, the oldest first, and since when.
    waiting: Vec<Waiting>,
}

struct Waiting {
    request: u32,
    region: Region,
    until: Instant,
}

impl Helper {
    /// The running process, started with that environment if there is none.
    pub fn of<'a>(
        helper: &'a mut Option<Helper>,
        poller: &Poller,
        environment: &[CString],
    ) -> io::Result<&'a mut Helper> {
        let running = match helper.take() {
            Some(running) => running,
            None => Helper::start(poller, environment)?,
        };
        Ok(helper.insert(running))
    }

    fn start(poller: &Poller, environment: &[CString]) -> io::Result<Helper> {
        let (ours, theirs) = Endpoint::<ToClipboard, FromClipboard>::pair()?;
        let mut command = Command::new("/proc/self/exe");
        command
            .arg(super::process::ARGUMENT)
            .env_clear()
            // Ctrl+C in the terminal must reach the broker alone.
            .process_group(0)
            .stdin(Stdio::from(theirs.into_fd()))
            .stdout(Stdio::null());
        for variable in environment {
            let bytes = variable.as_bytes();
            if let Some(at) = bytes.iter().position(|byte| *byte == b'=') {
                let (name, value) = (&bytes[..at], &bytes[at + 1..]);
                command.env(OsStr::from_bytes(name), OsStr::from_bytes(value));
            }
        }
        let child = command.spawn()?;
        let (sender, receiver) = ours.split();
        let helper = Helper {
            child,
            sender,
            receiver,
            waiting: Vec::new(),
        };
        poller.add(&helper.sender, Source::Clipboard)?;
        Ok(helper)
    }

    /// Has it own the clipboard with that text.
    pub fn set(&mut self, text: &str) -> io::Result<()> {
        let bytes = u32::try_from(text.len()).map_err(io::Error::other)?;
        let region = Region::create_filled("bulkhead-clipboard", text.as_bytes())?;
        self.send(ToClipboard::Set { bytes }, region.read_only()?)
    }

    /// Asks it for the clipboard's text.
    pub fn get(&mut self, request: u32) -> io::Result<()> {
        let region = Region::create("bulkhead-clipboard", CLIPBOARD_BYTES_MAX)?;
        self.send(ToClipboard::Get { request }, region.dup()?)?;
        self.waiting.push(Waiting {
            request,
            region,
            until: Instant::now() + Duration::from_millis(CLIPBOARD_MS_MAX),
        });
        Ok(())
    }

    fn send(&self, message: ToClipboard, handle: OwnedFd) -> io::Result<()> {
        let sent = self.sender.try_send_with(message, vec![handle]);
        sent.map_err(|_| io::Error::other("the clipboard process does not listen"))
    }

    /// What it says; `false` once it has ended or broken the protocol.
    pub fn receive(&mut self) -> (Vec<Answer>, bool) {
        let mut answers = Vec::new();
        loop {
            match self.receiver.try_recv() {
                Ok(Some(received)) => answers.extend(self.answer(received.message)),
                Ok(None) => return (answers, true),
                Err(RecvError::Closed) => return (answers, false),
                Err(error) => {
                    tracing::warn!("the clipboard process: {error}");
                    return (answers, false);
                }
            }
        }
    }

    fn answer(&mut self, message: FromClipboard) -> Option<Answer> {
        let request = match message {
            FromClipboard::Text { request, .. } | FromClipboard::Failed { request, .. } => request,
        };
        let is_it = |waiting: &Waiting| waiting.request == request;
        let at = self.waiting.iter().position(is_it)?;
        let waiting = self.waiting.remove(at);
        let result = match message {
            FromClipboard::Text { bytes, .. } => text_of(&waiting.region, bytes as usize),
            FromClipboard::Failed { reason, .. } => Err(reason),
        };
        Some((request, result))
    }

    /// Until when the oldest question must be answered.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.iter().map(|waiting| waiting.until).min()
    }

    /// Kills it. Returns the requests that it has not answered, and the process to be reaped.
    pub fn end(mut self) -> (Vec<u32>, Child) {
        let waiting = self.waiting.iter().map(|waiting| waiting.request).collect();
        // It may have ended by itself.
        let _ = self.child.kill();
        (waiting, self.child)
    }

    /// Lets it end by itself for a moment, then kills it.
    pub fn shut_down(self) {
        if shutdown(self.sender.as_fd().as_raw_fd(), Shutdown::Write).is_ok() {
            let read = ipc::poll::Interest::Read;
            // Whether it ended or not, the next step is the same.
            let _ = ipc::poll::wait_one(self.receiver.as_fd(), read, Some(FAREWELL));
        }
        let (_, mut child) = self.end();
        // It was killed.
        let _ = child.wait();
    }
}

fn text_of(region: &Region, bytes: usize) -> Result<String, String> {
    let map = region.dup().map_err(|error| error.to_string())?;
    let map = WritableMap::new(map, CLIPBOARD_BYTES_MAX).map_err(|error| error.to_string())?;
    let mut text = map.read_all();
    text.truncate(bytes);
    String::from_utf8(text).map_err(|_| "The clipboard holds no text.".to_owned())
}
