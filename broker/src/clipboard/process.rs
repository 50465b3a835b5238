//! The clipboard process: speaks with the display server and with the clipboard's owner, so that
//! the broker need not parse what they say.
//!
//! Trusts: the broker. Never: reads the clipboard unasked; has a file, a page, or more memory than
//! a few texts need. A clipboard of a gigabyte ends this process and nothing else.

use arboard::Clipboard;
use ipc::{Endpoint, Handles, Sender};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use protocol::clipboard::{FromClipboard, ToClipboard};
use protocol::limits::{CLIPBOARD_BYTES_MAX, TEXT_BYTES_MAX};
use shm::WritableMap;
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;

/// The only argument of the process.
pub const ARGUMENT: &str = "--type=clipboard";

/// Bytes of memory that it may have for data.
const DATA_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Descriptors that it may have.
const DESCRIPTORS_MAX: u64 = 64;

/// Answers the broker until that closes the channel.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::output::terminal::complain!("bulkhead: the clipboard process: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    for (resource, most) in [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_DATA, DATA_BYTES_MAX),
        (Resource::RLIMIT_NOFILE, DESCRIPTORS_MAX),
    ] {
        setrlimit(resource, most, most)?;
    }
    // Also while the owner of the clipboard keeps it waiting.
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    nix::sys::prctl::set_no_new_privs()?;
    nix::sys::prctl::set_dumpable(false)?;
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    let channel = Endpoint::<FromClipboard, ToClipboard>::from_fd(channel);
    let (sender, receiver) = channel.map_err(io::Error::other)?.split();
    // Kept: who owns the clipboard must answer for it.
    let mut clipboard = None;
    while let Ok(mut received) = receiver.recv() {
        match received.message {
            ToClipboard::Set { bytes } => {
                if let Err(reason) = set(&mut clipboard, &mut received.handles, bytes) {
                    crate::output::terminal::complain!(
                        "bulkhead: the clipboard was not set: {reason}"
                    );
                }
            }
            ToClipboard::Get { request } => {
                let answer = match get(&mut clipboard, &mut received.handles) {
                    Ok(bytes) => FromClipboard::Text { request, bytes },
                    Err(reason) => FromClipboard::Failed {
                        request,
                        reason: cut(reason),
                    },
                };
                say(&sender, answer)?;
            }
        }
    }
    Ok(())
}

fn say(sender: &Sender<FromClipboard>, message: FromClipboard) -> io::Result<()> {
    sender
        .send(message)
        .map_err(|_| io::Error::other("the broker does not listen"))
}

/// The connection to the display server, made if there is none.
fn connected(clipboard: &mut Option<Clipboard>) -> Result<&mut Clipboard, String> {
    let connection = match clipboard.take() {
        Some(connection) => connection,
        None => Clipboard::new()
            .map_err(|error| format!("There is no clipboard here: {}", words(error)))?,
    };
    Ok(clipboard.insert(connection))
}

fn set(clipboard: &mut Option<Clipboard>, handles: &mut Handles, bytes: u32) -> Result<(), String> {
    let region = handles.region().map_err(|error| error.to_string())?;
    let text = shm::map_read_only(region, bytes as usize).map_err(|error| error.to_string())?;
    let text = std::str::from_utf8(&text).map_err(|error| error.to_string())?;
    let result = connected(clipboard)?.set_text(text);
    result.map_err(|error| {
        *clipboard = None;
        words(error)
    })
}

fn get(clipboard: &mut Option<Clipboard>, handles: &mut Handles) -> Result<u32, String> {
    let region = handles.region().map_err(|error| error.to_string())?;
    let text = match connected(clipboard)?.get_text() {
        Ok(text) => text,
        Err(arboard::Error::ContentNotAvailable) => return Ok(0),
        Err(error) => {
            *clipboard = None;
            return Err(format!("The clipboard was not read: {}", words(error)));
        }
    };
    if text.len() > CLIPBOARD_BYTES_MAX {
        return Err(format!(
            "The clipboard holds {} bytes of text; at most {CLIPBOARD_BYTES_MAX} can be pasted.",
            text.len()
        ));
    }
    let map = WritableMap::new(region, CLIPBOARD_BYTES_MAX).map_err(|error| error.to_string())?;
    map.write(0, text.as_bytes());
    u32::try_from(text.len()).map_err(|error| error.to_string())
}

/// The reason without the words around it.
fn words(error: arboard::Error) -> String {
    match error {
        arboard::Error::Unknown { description } => description,
        other => other.to_string(),
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    text
}
