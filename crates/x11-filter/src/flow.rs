//! The bytes of one direction: received, checked, and not yet sent; and the descriptors among them.
//!
//! Owns: the descriptors. Never: has more bytes than [`FLOW_BYTES_MAX`], or sends what was not
//! passed.

use std::collections::VecDeque;
use std::ops::Range;
use std::os::fd::OwnedFd;

/// Most bytes of one direction that wait here.
pub const FLOW_BYTES_MAX: usize = 256 * 1024;
/// Most descriptors that wait for their request.
pub const FLOW_DESCRIPTORS_MAX: usize = 8;

/// One direction.
#[derive(Debug, Default)]
pub struct Flow {
    bytes: Vec<u8>,
    /// Before it, all is sent.
    sent: usize,
    /// Before it, all may be sent.
    passed: usize,
    /// Received, and of no request so far.
    loose: VecDeque<OwnedFd>,
    /// Each to be sent together with that byte.
    attached: VecDeque<(usize, OwnedFd)>,
}

impl Flow {
    /// How many bytes can be received.
    pub fn room(&self) -> usize {
        FLOW_BYTES_MAX.saturating_sub(self.bytes.len() - self.sent)
    }

    /// Takes in what was received. Answers false if more descriptors wait than may.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        descriptors: impl IntoIterator<Item = OwnedFd>,
    ) -> bool {
        self.forget_sent();
        self.bytes.extend_from_slice(bytes);
        self.loose.extend(descriptors);
        self.loose.len() <= FLOW_DESCRIPTORS_MAX
    }

    /// The bytes that have not been passed.
    pub fn unchecked(&self) -> &[u8] {
        &self.bytes[self.passed..]
    }

    /// The same, to be changed.
    pub fn unchecked_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.passed..]
    }

    /// The next `count` of them may be sent, or all if there are fewer.
    pub fn pass(&mut self, count: usize) {
        self.passed = self.bytes.len().min(self.passed.saturating_add(count));
    }

    /// Puts `bytes` in the place of the next `count` unchecked ones.
    pub fn replace(&mut self, count: usize, bytes: &[u8]) {
        let end = self.bytes.len().min(self.passed + count);
        self.bytes.splice(self.passed..end, bytes.iter().copied());
    }

    /// The next loose descriptor will be sent with the next unchecked byte. Answers false if there
    /// is none.
    pub fn attach(&mut self) -> bool {
        let next = self.loose.pop_front();
        let place = self.passed;
        let found = next.is_some();
        self.attached
            .extend(next.map(|descriptor| (place, descriptor)));
        found
    }

    /// Closes the loose descriptors.
    pub fn drop_loose(&mut self) {
        self.loose.clear();
    }

    /// Whether something waits to be sent.
    pub fn is_waiting(&self) -> bool {
        self.sent < self.passed
    }

    /// What to send next in one piece: bytes, and the descriptor that goes with the first of them.
    pub fn next_piece(&self) -> (&[u8], Option<&OwnedFd>) {
        let Range { start, end } = self.piece();
        let descriptor = self.attached.front().filter(|(at, _)| *at == start);
        (
            &self.bytes[start..end],
            descriptor.map(|(_, descriptor)| descriptor),
        )
    }

    /// So many bytes of that piece were sent, with the descriptor.
    pub fn sent(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        if self
            .attached
            .front()
            .is_some_and(|(at, _)| *at == self.sent)
        {
            self.attached.pop_front();
        }
        self.sent = self.passed.min(self.sent + count);
    }

    /// Up to the next byte that has a descriptor of its own.
    fn piece(&self) -> Range<usize> {
        let mut places = self.attached.iter().map(|(at, _)| *at);
        let next = places.find(|at| *at > self.sent);
        self.sent..next.unwrap_or(self.passed).min(self.passed)
    }

    /// Gives the room of what was sent free.
    fn forget_sent(&mut self) {
        let gone = self.sent;
        if gone == 0 {
            return;
        }
        self.bytes.drain(..gone);
        self.sent = 0;
        self.passed -= gone;
        self.attached.iter_mut().for_each(|(at, _)| *at -= gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> OwnedFd {
        std::fs::File::open("/dev/null").expect("/dev/null").into()
    }

    #[test]
    fn only_what_was_passed_is_sent() {
        let mut flow = Flow::default();
        assert!(flow.receive(b"abcdef", []));
        assert!(!flow.is_waiting());
        flow.pass(4);
        assert_eq!(flow.next_piece().0, b"abcd");
        flow.sent(3);
        assert_eq!(flow.next_piece().0, b"d");
        assert_eq!(flow.unchecked(), b"ef");
        flow.pass(100);
        assert!(flow.receive(b"gh", []));
        assert_eq!(flow.next_piece().0, b"def");
        assert_eq!(flow.unchecked(), b"gh");
        assert_eq!(flow.room(), FLOW_BYTES_MAX - 5);
    }

    #[test]
    fn a_descriptor_goes_with_the_first_byte_of_its_request() {
        let mut flow = Flow::default();
        assert!(flow.receive(b"aaaabbbbcccc", [descriptor(), descriptor()]));
        flow.pass(4);
        assert!(flow.attach());
        flow.pass(4);
        assert!(flow.attach());
        flow.pass(4);
        assert!(!flow.attach());
        for (bytes, has_descriptor) in [(b"aaaa", false), (b"bbbb", true), (b"cccc", true)] {
            let (piece, with) = flow.next_piece();
            assert_eq!((piece, with.is_some()), (&bytes[..], has_descriptor));
            flow.sent(1);
            let (piece, with) = flow.next_piece();
            assert_eq!((piece, with.is_some()), (&bytes[1..], false));
            flow.sent(3);
        }
        assert!(!flow.is_waiting());
    }

    #[test]
    fn descriptors_do_not_pile_up() {
        let mut flow = Flow::default();
        assert!(flow.receive(b"", (0..FLOW_DESCRIPTORS_MAX).map(|_| descriptor())));
        assert!(!flow.receive(b"", [descriptor()]));
    }
}
