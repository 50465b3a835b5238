//! Descriptors that travel beside a message. Owns: them, until they are taken. Trusts: nothing that
//! a message says of them. Never: hands out one of another kind, hands one out twice, or leaks one:
//! what is not taken is closed.

use crate::kind::check_kind;
use protocol::HandleKind;
use protocol::misbehaviour::Misbehaviour;
use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};

/// The descriptors of one received message, already checked for number and kind. Each is taken
/// once, in order; dropping this closes those that were not taken.
#[derive(Debug, Default)]
pub struct Handles {
    left: VecDeque<(HandleKind, OwnedFd)>,
}

impl Handles {
    /// No descriptors.
    pub fn none() -> Handles {
        Handles::default()
    }

    /// Accepts these descriptors if they are exactly of these kinds in this order. Otherwise all
    /// are closed.
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

    /// How many are left to take.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether all have been taken.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes the next one: a pipe or a connected Unix stream socket.
    pub fn byte_stream(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::ByteStream)
    }

    /// Takes the next one: a connected Unix stream socket.
    pub fn unix_stream(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::UnixStream)
    }

    /// Takes the next one: a listening TCP socket.
    pub fn listener(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::Listener)
    }

    /// Takes the next one: the read end of a pipe.
    pub fn pipe_reader(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::PipeReader)
    }

    /// Takes the next one: the write end of a pipe.
    pub fn pipe_writer(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::PipeWriter)
    }

    /// Takes the next one: a memory region, sealed against shrinking, growing and further sealing.
    /// The caller who maps it must check its size.
    pub fn region(&mut self) -> Result<OwnedFd, Misbehaviour> {
        self.take(HandleKind::Region)
    }

    /// Takes the last one: a memory region, as [`Handles::region`] does.
    pub fn last_region(&mut self) -> Result<OwnedFd, Misbehaviour> {
        let is_region = |(kind, _): &mut (HandleKind, OwnedFd)| *kind == HandleKind::Region;
        let last = self.left.pop_back_if(is_region);
        last.map(|(_, fd)| fd).ok_or(Misbehaviour::MissingHandle)
    }

    /// Takes the next one: the listener of a seccomp filter.
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
