//! Messages for a child that reads too slowly. The queue is bounded, so that the broker notices a
//! child that stops reading.
//!
//! Owns: the queue before a channel. Never: blocks; grows beyond its limits.

use browser_core::Waiting;
use ipc::{SendError, Sender};
use protocol::Message;
use protocol::limits::{QUEUED_BYTES_MAX, QUEUED_MESSAGES_MAX};
use std::collections::VecDeque;
use std::mem::discriminant;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The sending half of a channel and the messages that wait for it.
pub struct Outbox<T> {
    sender: Sender<T>,
    queue: VecDeque<(T, Vec<OwnedFd>, usize)>,
    queued_bytes: usize,
    is_refused: bool,
    /// What may wait.
    messages_max: usize,
    bytes_max: usize,
}

/// The child does not read: its queue is full.
#[derive(Debug, PartialEq, Eq)]
pub struct QueueFull(pub Waiting);

impl<T: Message> Outbox<T> {
    /// An empty queue for that channel.
    pub fn new(sender: Sender<T>) -> Outbox<T> {
        Outbox {
            sender,
            queue: VecDeque::new(),
            queued_bytes: 0,
            is_refused: false,
            messages_max: QUEUED_MESSAGES_MAX,
            bytes_max: QUEUED_BYTES_MAX,
        }
    }

    /// Lets so many messages wait, and so many more bytes.
    pub fn widen(&mut self, messages_max: usize) {
        self.bytes_max = QUEUED_BYTES_MAX / QUEUED_MESSAGES_MAX * messages_max;
        self.messages_max = messages_max;
    }

    /// Sends a message, or queues it if the channel does not accept it now.
    ///
    /// # Errors
    /// The queue is full. A closed channel is not an error: the operating system reports the end of
    /// the child.
    pub fn send(&mut self, message: T, handles: Vec<OwnedFd>) -> Result<(), QueueFull> {
        if self.queue.is_empty() {
            match self.sender.try_send_with(message, handles) {
                Err(SendError::Full(message, handles)) => self.enqueue(message, handles),
                result => {
                    report(&result);
                    Ok(())
                }
            }
        } else {
            self.enqueue(message, handles)
        }
    }

    /// Like [`Outbox::send`], for a message that replaces earlier ones of its kind: those that
    /// still wait are dropped, so that updates cannot fill the queue of a slow child.
    ///
    /// # Errors
    /// See [`Outbox::send`].
    pub fn send_latest(&mut self, message: T) -> Result<(), QueueFull> {
        let kind = discriminant(&message);
        let queued_bytes = &mut self.queued_bytes;
        self.queue.retain(|(queued, _, bytes)| {
            let is_kept = discriminant(queued) != kind;
            *queued_bytes -= if is_kept { 0 } else { *bytes };
            is_kept
        });
        self.send(message, Vec::new())
    }

    fn enqueue(&mut self, message: T, handles: Vec<OwnedFd>) -> Result<(), QueueFull> {
        let bytes = ipc::codec::encode(&message).map_or(0, |bytes| bytes.len());
        if self.queue.len() >= self.messages_max || self.queued_bytes + bytes > self.bytes_max {
            return Err(QueueFull(Waiting {
                messages: self.queue.len(),
                bytes: self.queued_bytes,
            }));
        }
        self.queued_bytes += bytes;
        self.queue.push_back((message, handles, bytes));
        Ok(())
    }

    /// Sends as many messages as the channel accepts. Call it when the channel is writable.
    pub fn flush(&mut self) {
        self.is_refused = !self.queue.is_empty();
        while let Some((message, handles, bytes)) = self.queue.pop_front() {
            match self.sender.try_send_with(message, handles) {
                Err(SendError::Full(message, handles)) => {
                    self.queue.push_front((message, handles, bytes));
                    return;
                }
                result => {
                    self.is_refused = false;
                    self.queued_bytes -= bytes;
                    report(&result);
                }
            }
        }
    }

    /// Whether a message waits until the channel is writable.
    pub fn is_waiting(&self) -> bool {
        !self.queue.is_empty() && !self.is_refused
    }

    /// Whether the system refused a message although the channel was writable: too many descriptors
    /// are in flight. The system does not report when there are fewer.
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }
}

impl<T> AsFd for Outbox<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sender.as_fd()
    }
}

fn report<T>(result: &Result<(), SendError<T>>) {
    match result {
        Ok(()) | Err(SendError::Closed(_) | SendError::Full(..)) => {}
        Err(SendError::TooLarge(_)) => tracing::error!("a message was too large to send"),
        Err(SendError::WrongHandles(_)) => tracing::error!("a message had the wrong handles"),
        Err(SendError::Failed(_, error)) => tracing::warn!("a message was not sent: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipc::{Endpoint, Receiver};
    use protocol::gpu::{FromGpu, ToGpu};
    use protocol::input::Cursor;

    fn channel() -> (Outbox<ToGpu>, Receiver<ToGpu>) {
        let (ours, theirs) = Endpoint::<ToGpu, FromGpu>::pair().expect("pair");
        (Outbox::new(ours.split().0), theirs.split().1)
    }

    fn title(n: usize) -> ToGpu {
        let title = format!("{n} {}", "x".repeat(900));
        ToGpu::SetTitle { title }
    }

    #[test]
    fn a_child_that_does_not_read_is_found_out() {
        let (mut out, _receiver) = channel();
        let full = (0..100_000).find_map(|n| out.send(title(n), Vec::new()).err());
        let QueueFull(waiting) = full.expect("there is a limit");
        assert_eq!(waiting.messages, QUEUED_MESSAGES_MAX);
        assert!(waiting.bytes > 900 * waiting.messages, "{waiting:?}");
    }

    #[test]
    fn what_is_refused_is_not_tried_again_at_once() {
        let (mut out, receiver) = channel();
        (0..100_000).find_map(|n| out.send(title(n), Vec::new()).err());
        // As if epoll had reported the channel writable.
        out.flush();
        assert!(out.is_refused() && !out.is_waiting());
        receiver.try_recv().expect("open").expect("a message");
        out.flush();
        assert!(!out.is_refused() && out.is_waiting());
    }

    #[test]
    fn news_replace_older_news_and_nothing_else() {
        let (mut out, receiver) = channel();
        let cursor = ToGpu::SetCursor {
            cursor: Cursor::Text,
        };
        let last = 100_000;
        for n in 0..=last {
            if n == last / 2 {
                out.send(cursor.clone(), Vec::new()).expect("room");
            }
            out.send_latest(title(n)).expect("room");
        }
        let mut received = Vec::new();
        while out.is_waiting() {
            while let Some(message) = receiver.try_recv().expect("open") {
                received.push(message.message);
            }
            out.flush();
        }
        while let Some(message) = receiver.try_recv().expect("open") {
            received.push(message.message);
        }
        assert_eq!(received.last(), Some(&title(last)));
        assert!(received.contains(&cursor));
        assert!(received.len() < 5_000, "{}", received.len());
        assert_eq!(out.queued_bytes, 0);
    }
}
