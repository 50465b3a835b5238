//! What an attacking child knows about its targets. `fixture.rs` writes the description and sends
//! it with the word to start.

use std::os::fd::{AsRawFd, OwnedFd};

/// The targets as the child sees them. Everything is empty or zero unless the test set it.
#[derive(Default)]
pub struct Target {
    words: Vec<String>,
    /// One end of a stream socket, then a terminal.
    pub fds: Vec<OwnedFd>,
}

impl Target {
    pub fn new(text: &str, fds: Vec<OwnedFd>) -> Target {
        let words = text.split(' ').map(str::to_owned).collect();
        Target { words, fds }
    }

    fn word(&self, name: &str) -> &str {
        let values = self.words.iter().filter_map(|word| word.split_once('='));
        let mut named = values.filter(|(known, _)| *known == name);
        named.next().map_or("", |(_, value)| value)
    }

    /// One number of the description.
    pub fn number(&self, name: &str) -> i64 {
        self.word(name).parse().unwrap_or(0)
    }

    /// A path in a folder that only the user of the test may read.
    pub fn path(&self, name: &str) -> String {
        format!("{}/{name}\0", self.word("folder"))
    }

    /// The suffix of the names that this attack uses.
    pub fn unique(&self) -> &str {
        self.word("unique")
    }

    /// A loopback address that no other attack uses.
    pub fn own_address(&self) -> [u8; 4] {
        address(self.unique())
    }

    /// The POSIX message queue of the test.
    pub fn queue(&self) -> &str {
        self.word("queue")
    }

    pub fn fd(&self, index: usize) -> i64 {
        i64::from(self.fds.get(index).map_or(-1, AsRawFd::as_raw_fd))
    }
}

pub fn address(unique: &str) -> [u8; 4] {
    let mut numbers = unique
        .split('-')
        .filter_map(|part| part.parse::<u32>().ok());
    let (process, number) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let [_, _, c, d] = number.to_be_bytes();
    [127, 1 + (process % 250) as u8, c, d.max(1)]
}

/// The POSIX message queue that one attack creates.
pub fn new_queue(unique: &str) -> String {
    format!("bulkhead-new-{unique}\0")
}

/// Exit status of a child whose attack succeeded and that cannot say so.
pub const SUCCESS_STATUS: i32 = 77;
/// `struct mq_attr`: one message of eight bytes.
pub static QUEUE_ATTRIBUTES: [i64; 8] = [0, 1, 8, 0, 0, 0, 0, 0];
pub const KEY_NAME: &std::ffi::CStr = c"bulkhead-test";
