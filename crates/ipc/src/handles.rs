//! Descriptors that travel beside a message. Owns: them, until they are taken. Trusts: nothing that a
//! message says of them. Never: hands out one of another kind, hands one out twice, or leaks one:
//! what is not taken is closed.

use crate::kind::check_kind;
use protocol::HandleKind;
use protocol::misbehaviour::Misbehaviour;
use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};

/// The descriptors of one received message, already checked for number and kind, to be taken in
/// order, each once. What is not taken is closed when this is dropped.
#[derive(Debug, Default)]
pub struct Handles {
    left: VecDeque<(HandleKind, OwnedFd)>,
}

impl Handles {
    /// No descriptors.
    pub fn none() -> Handles {
        Handles::default()
    }

    /// These descriptors, if they are exactly of these kinds in this order. Otherwise all are
    /// closed.
    pub fn check(kinds: &[HandleKind], fds: Vec<OwnedFd>) -> Result<Handles, Misbehaviour> {
        if fds.len() < kinds.len() {
            return Err(Misbehaviour::MissingHandle);
        }
        if fds.len() > kinds.len() {
            return Err(Misbehaviour::SurplusHandle);
        }
        for (kind, fd) in kinds.iter().zip(&fds) {
            check_kind(*kind, fd.as_fd())?;
        }
        Ok(Handles {
            left: kinds.iter().copied().zip(fds).collect(),
        })
    }

    /// How many have not been taken yet.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether all have been taken.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The next one: a listening TCP socket.
    pub fn listener(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::Listener)
    }

    /// The next one: the read end of a pipe.
    pub fn pipe_reader(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::PipeReader)
    }

    /// The next one: the write end of a pipe.
    pub fn pipe_writer(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::PipeWriter)
    }

    /// The next one: a memory region, sealed against shrinking, growing and further sealing. Its
    /// size is for the one who maps it to check.
    pub fn region(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::Region)
    }

    /// The next one: the listener of a seccomp filter.
    pub fn seccomp_listener(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::SeccompListener)
    }

    pub(crate) fn take(&mut self, wanted: HandleKind) -> Result<OwnedFd, Misbehaviour> {
        match self.left.pop_front() {
            Some((kind, fd)) if kind == wanted => Ok(fd),
            Some(_) => Err(Misbehaviour::BadHandle),
            None => Err(Misbehaviour::MissingHandle),
        }
    }
}
