//! Asks a compositor what it offers, before a process is started for a window on it.
//!
//! Trusts: nothing about the answer; its length and the time it takes are bounded.
//!
//! Source: the wire format, <https://wayland.freedesktop.org/docs/html/ch04.html>.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long a compositor may take to say what it offers.
const ANSWER_MAX: Duration = Duration::from_secs(1);
/// Bytes of the answer; compositors say about 3,000.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Bytes of one message.
const MESSAGE_BYTES_MAX: usize = 4096;
const HEAD_BYTES: usize = 8;

const DISPLAY_OBJECT: u32 = 1;
const REGISTRY_OBJECT: u32 = 2;
const CALLBACK_OBJECT: u32 = 3;
/// `wl_display.sync` and `wl_display.get_registry`.
const SYNC: u32 = 0;
const GET_REGISTRY: u32 = 1;
/// `wl_registry.global`.
const GLOBAL: u32 = 0;

/// The kind of a global and its version.
pub type Global = (String, u32);

/// The first thing that the window needs and that is not offered.
pub fn lacking(offered: &[Global]) -> Option<String> {
    let has = |(name, least): (&str, u32)| {
        let is_it = |global: &Global| global.0 == name && global.1 >= least;
        offered.iter().any(is_it)
    };
    let lacks = gpu::NEEDED_GLOBALS.into_iter().find(|&needed| !has(needed));
    lacks.map(|(name, least)| format!("{name} of version {least} or later"))
}

/// What the compositor at the other end offers.
///
/// # Errors
/// It is no compositor, or does not say all in time.
pub fn offered(mut stream: UnixStream) -> Result<Vec<Global>> {
    let until = Instant::now() + ANSWER_MAX;
    stream.set_write_timeout(Some(ANSWER_MAX))?;
    let request = |what: u32, object: u32| [DISPLAY_OBJECT, 12 << 16 | what, object];
    let questions = [
        request(GET_REGISTRY, REGISTRY_OBJECT),
        request(SYNC, CALLBACK_OBJECT),
    ];
    let words = questions.as_flattened().iter();
    stream.write_all(
        &words
            .flat_map(|word| word.to_ne_bytes())
            .collect::<Vec<u8>>(),
    )?;
    let mut answer = Answer::default();
    let mut bytes = [0; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => answer.take(&bytes[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Err(ErrorKind::TimedOut.into());
            }
            Err(error) => return Err(error),
        }
        if answer.is_complete {
            return Ok(answer.offered);
        }
    }
}

#[derive(Default)]
struct Answer {
    /// What was read and is no whole message yet.
    rest: Vec<u8>,
    bytes: usize,
    offered: Vec<Global>,
    is_complete: bool,
}

impl Answer {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len();
        if self.bytes > ANSWER_BYTES_MAX {
            return Err(nonsense("it offers without end"));
        }
        self.rest.extend(bytes);
        while let (false, Some(message)) = (self.is_complete, self.next_message()?) {
            self.hear(&message)?;
        }
        Ok(())
    }

    fn next_message(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(head) = word(&self.rest, 4) else {
            return Ok(None);
        };
        let length = (head >> 16) as usize;
        if !(HEAD_BYTES..=MESSAGE_BYTES_MAX).contains(&length) || !length.is_multiple_of(4) {
            return Err(nonsense("it is no compositor"));
        }
        let is_whole = self.rest.len() >= length;
        Ok(is_whole.then(|| self.rest.drain(..length).collect()))
    }

    fn hear(&mut self, message: &[u8]) -> Result<()> {
        let event = word(message, 4).map(|head| head & 0xffff);
        match (word(message, 0), event) {
            (Some(CALLBACK_OBJECT), _) => self.is_complete = true,
            (Some(REGISTRY_OBJECT), Some(GLOBAL)) => {
                let global = global(&message[HEAD_BYTES..]);
                self.offered
                    .push(global.ok_or_else(|| nonsense("it is no compositor"))?);
            }
            // `wl_display.delete_id` and `wl_registry.global_remove`.
            (Some(DISPLAY_OBJECT | REGISTRY_OBJECT), Some(1)) => {}
            _ => return Err(nonsense("it is no compositor")),
        }
        Ok(())
    }
}

/// Number, kind (its length with a zero byte, padded to whole words) and version of a global.
fn global(arguments: &[u8]) -> Option<Global> {
    let length = word(arguments, 4)? as usize;
    let name = arguments.get(8..8_usize.checked_add(length.checked_sub(1)?)?)?;
    let version = word(arguments, 8 + length.next_multiple_of(4))?;
    Some((String::from_utf8(name.to_vec()).ok()?, version))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_ne_bytes(four.try_into().ok()?))
}

fn nonsense(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::wayland::{Registry, message};

    /// What is made of a server that answers so and hangs up.
    fn made_of(answer: &[u8]) -> Result<Vec<Global>> {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        theirs.write_all(answer).expect("written");
        theirs
            .shutdown(std::net::Shutdown::Write)
            .expect("half closed");
        offered(ours)
    }

    #[test]
    fn what_a_compositor_offers_is_read_whole() {
        let all = [("wl_compositor", 6), ("wl_shm", 1), ("xdg_wm_base", 5)];
        let offered = made_of(&Registry(&all).answer()).expect("an answer");
        assert_eq!(offered.len(), 3);
        assert_eq!(offered[2], ("xdg_wm_base".to_owned(), 5));
        assert_eq!(lacking(&offered), None);
    }

    #[test]
    fn what_the_window_needs_and_is_not_offered_has_a_name() {
        let lacks = |all: &[(&str, u32)]| {
            lacking(&made_of(&Registry(all).answer()).expect("an answer"))
                .expect("not all is there")
        };
        let bare = [("wl_compositor", 6), ("wl_shm", 1)];
        assert!(lacks(&bare).contains("xdg_wm_base"));
        assert!(lacks(&[("wl_compositor", 3)]).contains("wl_compositor of version 4"));
        assert!(lacks(&[]).contains("wl_compositor"));
    }

    #[test]
    fn only_the_answer_of_a_compositor_counts() {
        let whole = Registry(&[("wl_compositor", 6)]).answer();
        for cut in 0..whole.len() {
            assert!(made_of(&whole[..cut]).is_err(), "{cut}");
        }
        // An error of the display, what is no Wayland, and a name that is longer than its message.
        assert!(made_of(&message(1, 0, &[1, 0, 0])).is_err());
        assert!(made_of(b"HTTP/1.1 400 Bad Request\r\n\r\n").is_err());
        for length in [0, 1000, u32::MAX] {
            assert!(
                made_of(&message(2, 0, &[1, length, 0])).is_err(),
                "{length}"
            );
        }
        let endless = message(2, 0, &[1, 2, 0, 1]).repeat(ANSWER_BYTES_MAX / 16);
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        std::thread::spawn(move || while theirs.write_all(&endless).is_ok() {});
        assert!(offered(ours).is_err());
    }
}
