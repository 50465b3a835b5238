//! What a child knows of what there is to attack. The description comes along with the word to go,
//! from the side that made it: `fixture.rs`.

use std::os::fd::{AsRawFd, OwnedFd};

/// The child's view. Everything is empty or zero where the test said nothing.
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

    /// A number of the description.
    pub fn number(&self, name: &str) -> i64 {
        self.word(name).parse().unwrap_or(0)
    }

    /// A folder of the test's user alone.
    pub fn path(&self, name: &str) -> String {
        format!("{}/{name}\0", self.word("folder"))
    }

    /// What names of this attack end with.
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

/// The POSIX message queue that one attack makes.
pub fn new_queue(unique: &str) -> String {
    format!("bulkhead-new-{unique}\0")
}

/// How a child ends whose attack succeeded, where it cannot say so.
pub const SUCCESS_STATUS: i32 = 77;
/// `struct mq_attr`: one message of eight bytes.
pub static QUEUE_ATTRIBUTES: [i64; 8] = [0, 1, 8, 0, 0, 0, 0, 0];
pub const KEY_NAME: &std::ffi::CStr = c"bulkhead-test";
