//! A typed channel to a process that may be slow: what does not go at once waits, within bounds.

use ipc::{Endpoint, Message, Receiver, SendError, Sender};
use std::collections::VecDeque;

/// Messages that wait, and bytes; past them nothing more is sent.
const QUEUED_MAX: usize = 8_192;
const QUEUED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The channel is closed, or its reader is too far behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    Closed,
    Behind,
}

/// A channel.
pub struct Channel<S, R> {
    pub receiver: Receiver<R>,
    sender: Sender<S>,
    queue: VecDeque<(S, usize)>,
    queued_bytes: usize,
}

impl<S: Message, R: Message> Channel<S, R> {
    pub fn new(endpoint: Endpoint<S, R>) -> Self {
        let (sender, receiver) = endpoint.split();
        Channel {
            receiver,
            sender,
            queue: VecDeque::new(),
            queued_bytes: 0,
        }
    }

    /// Whether something waits to be sent.
    pub fn has_more(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Sends a message of about so many bytes, now or when there is room.
    pub fn send(&mut self, message: S, bytes: usize) -> Result<(), Lost> {
        let is_full = self.queued_bytes + bytes > QUEUED_BYTES_MAX;
        if is_full || self.queue.len() >= QUEUED_MAX {
            return Err(Lost::Behind);
        }
        self.queued_bytes += bytes;
        self.queue.push_back((message, bytes));
        self.flush()
    }

    /// Sends what there is room for.
    pub fn flush(&mut self) -> Result<(), Lost> {
        while let Some((message, bytes)) = self.queue.pop_front() {
            match self.sender.try_send(message) {
                Ok(()) => self.queued_bytes -= bytes,
                Err(SendError::Full(message, _)) => {
                    self.queue.push_front((message, bytes));
                    return Ok(());
                }
                Err(_) => return Err(Lost::Closed),
            }
        }
        Ok(())
    }
}
