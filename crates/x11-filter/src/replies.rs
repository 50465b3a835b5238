//! What the server says, as far as the filter must know it: the client's range of ids, the root
//! windows, the numbers of extensions and atoms.
//!
//! Trusts: the server, as any client must; but no length of it leads beyond a buffer. Never:
//! changes or holds back a byte.

use std::collections::VecDeque;
use thiserror::Error;

/// What the server has told.
#[derive(Debug)]
pub struct Replies {
    expected: Expected,
    head: Vec<u8>,
    /// Replies to look for, in the order of their requests.
    watched: VecDeque<(u64, Watch)>,
    /// The ids that the client may give away; none before the connection is set up.
    pub ids: Option<Ids>,
    /// Most bytes of one request.
    pub request_bytes_max: usize,
    /// Whether the long form of a length is understood.
    pub has_big_requests: bool,
    /// The first byte of an extension's requests.
    pub extensions: Vec<(&'static str, u8)>,
    /// Numbers of atoms by name.
    pub atoms: Vec<(String, u32)>,
}

/// The ids of a connection.
#[derive(Debug)]
pub struct Ids {
    base: u32,
    mask: u32,
    roots: Vec<u32>,
}

/// A reply to look for.
#[derive(Debug)]
pub enum Watch {
    /// The number of an atom.
    Atom(String),
    /// The long form of a length.
    BigRequests,
    /// The first byte of an extension's requests.
    Extension(&'static str),
}

/// The server does not speak the protocol.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the X server's answer to the first message is no such answer")]
pub struct ServerFault;

#[derive(Debug)]
enum Expected {
    /// The first bytes of the answer to the setup.
    SetupHead,
    /// All of it.
    Setup,
    /// The first 32 bytes of a reply, an event or an error.
    Head,
    /// So many bytes that say nothing to us.
    Body(u64),
}

impl Ids {
    /// Whether the client may have made that id.
    pub fn is_own(&self, id: u32) -> bool {
        id & !self.mask == self.base && id != 0
    }

    /// Whether it is the root window of a screen.
    pub fn is_root(&self, id: u32) -> bool {
        self.roots.contains(&id)
    }
}

impl Replies {
    /// Before the first byte.
    pub fn new(atoms: Vec<(String, u32)>) -> Replies {
        Replies {
            expected: Expected::SetupHead,
            head: Vec::new(),
            watched: VecDeque::new(),
            ids: None,
            request_bytes_max: 0,
            has_big_requests: false,
            extensions: Vec::new(),
            atoms,
        }
    }

    /// Looks for the reply to the request with that number. Answers false if too many are missing.
    pub fn watch(&mut self, request: u64, watch: Watch) -> bool {
        self.watched.push_back((request, watch));
        self.watched.len() <= WATCHED_MAX
    }

    /// Takes in what the server sent.
    ///
    /// # Errors
    /// The server does not speak the protocol.
    pub fn read(&mut self, mut bytes: &[u8]) -> Result<(), ServerFault> {
        while !bytes.is_empty() {
            let wanted = match self.expected {
                Expected::Body(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &bytes[count..];
                    let left = left - count as u64;
                    self.expected = if left == 0 {
                        Expected::Head
                    } else {
                        Expected::Body(left)
                    };
                    continue;
                }
                Expected::SetupHead => SETUP_HEAD_BYTES,
                Expected::Setup => SETUP_HEAD_BYTES + 4 * usize::from(short(&self.head, 6)),
                Expected::Head => HEAD_BYTES,
            };
            let count = bytes.len().min(wanted - self.head.len());
            self.head.extend_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            if self.head.len() == wanted {
                self.complete()?;
            }
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), ServerFault> {
        self.expected = match self.expected {
            Expected::SetupHead => Expected::Setup,
            Expected::Setup => {
                let setup = std::mem::take(&mut self.head);
                self.set_up(&setup)?;
                Expected::Head
            }
            Expected::Head | Expected::Body(_) => {
                let head = std::mem::take(&mut self.head);
                let left = self.packet(&head);
                self.head = head;
                self.head.clear();
                if left == 0 {
                    Expected::Head
                } else {
                    Expected::Body(left)
                }
            }
        };
        if matches!(self.expected, Expected::Setup) && short(&self.head, 6) == 0 {
            let setup = std::mem::take(&mut self.head);
            self.set_up(&setup)?;
            self.expected = Expected::Head;
        }
        Ok(())
    }

    /// The answer to the client's first message. A refusal is for the client to read.
    fn set_up(&mut self, setup: &[u8]) -> Result<(), ServerFault> {
        if setup.first() != Some(&SETUP_SUCCESS) {
            return Ok(());
        }
        let roots = roots(setup).ok_or(ServerFault)?;
        let (base, mask) = (long(setup, 12), long(setup, 16));
        if mask == 0 || base & mask != 0 || roots.iter().any(|root| root & !mask == base) {
            return Err(ServerFault);
        }
        self.request_bytes_max = 4 * usize::from(short(setup, 26));
        self.ids = Some(Ids { base, mask, roots });
        Ok(())
    }

    /// A reply, an event or an error. Returns how many bytes follow.
    fn packet(&mut self, head: &[u8]) -> u64 {
        let kind = head.first().copied().unwrap_or(0);
        if matches!(kind, ERROR | REPLY) {
            self.answered(short(head, 2), (kind == REPLY).then_some(head));
        }
        match kind {
            REPLY | GENERIC_EVENT => 4 * u64::from(long(head, 4)),
            _ => 0,
        }
    }

    fn answered(&mut self, number: u16, reply: Option<&[u8]>) {
        while let Some((request, _)) = self.watched.front() {
            // The server sends the low half of the number.
            #[allow(clippy::cast_possible_truncation, reason = "the low half")]
            let ahead = (*request as u16).wrapping_sub(number);
            if ahead != 0 && ahead < u16::MAX / 2 {
                return;
            }
            let watch = self.watched.pop_front().map(|(_, watch)| watch);
            if ahead == 0 {
                if let (Some(watch), Some(reply)) = (watch, reply) {
                    self.learn(watch, reply);
                }
                return;
            }
        }
    }

    fn learn(&mut self, watch: Watch, reply: &[u8]) {
        match watch {
            Watch::Atom(name) => self.atoms.push((name, long(reply, 8))),
            Watch::BigRequests => {
                let words = usize::try_from(long(reply, 8)).unwrap_or(0);
                self.request_bytes_max = self.request_bytes_max.max(words.saturating_mul(4));
                self.has_big_requests = true;
            }
            Watch::Extension(name) => {
                if reply[8] != 0 && !self.extensions.iter().any(|(known, _)| *known == name) {
                    self.extensions.push((name, reply[9]));
                }
            }
        }
    }
}

/// The root windows in the answer to the setup; none where it is cut or points beyond itself.
fn roots(setup: &[u8]) -> Option<Vec<u32>> {
    let vendor_bytes = usize::from(short(setup.get(..32)?, 24));
    let (screens, formats) = (setup[28], usize::from(setup[29]));
    let mut at = 40 + vendor_bytes.next_multiple_of(4) + 8 * formats;
    let mut roots = Vec::new();
    for _ in 0..screens {
        let screen = setup.get(at..at + 40)?;
        roots.push(long(screen, 0));
        at += 40;
        for _ in 0..screen[39] {
            let depth = setup.get(at..at + 8)?;
            at += 8 + 24 * usize::from(short(depth, 2));
        }
    }
    (!roots.is_empty() && at <= setup.len()).then_some(roots)
}

/// The number in two bytes there, in this machine's order, which the client asked for; 0 beyond the
/// end.
pub fn short(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..at + 2) {
        Some(&[a, b]) => u16::from_ne_bytes([a, b]),
        _ => 0,
    }
}

/// The same in four bytes.
pub fn long(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(&[a, b, c, d]) => u32::from_ne_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// Most replies that are looked for at a time.
const WATCHED_MAX: usize = 128;
const SETUP_HEAD_BYTES: usize = 8;
const SETUP_SUCCESS: u8 = 1;
const HEAD_BYTES: usize = 32;
const ERROR: u8 = 0;
const REPLY: u8 = 1;
const GENERIC_EVENT: u8 = 35;
