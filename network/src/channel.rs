//! Sending to a process that may be slow: the broker, or a renderer.
//!
//! Trusts: no receiver to read. Never: drops a message that the receiver still wants.

use crate::wait;
use ipc::{Message, SendError, Sender};
use std::os::fd::AsFd;

/// The message was not sent: the peer has closed the channel, or the load was cancelled.
#[derive(Debug)]
pub struct Undelivered;

/// Sends `message`; waits while the channel is full. For loads only.
pub fn send<T: Message>(sender: &Sender<T>, message: T) -> Result<(), Undelivered> {
    let mut message = message;
    loop {
        if wait::is_stopped() {
            return Err(Undelivered);
        }
        message = match sender.try_send(message) {
            Ok(()) => {
                wait::give_way();
                return Ok(());
            }
            Err(SendError::Full(message, _)) => message,
            Err(SendError::Closed(_)) => return Err(Undelivered),
            Err(error) => {
                tracing::error!("cannot send an answer: {error}");
                return Err(Undelivered);
            }
        };
        wait::until_room(sender.as_fd()).map_err(|_| Undelivered)?;
    }
}
