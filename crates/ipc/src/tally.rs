//! What the flight recorder is told of one direction of a channel. Owns: the count of its messages.
//! Never: changes what is sent or received.

use crate::catalogue;
use flight::{Began, Name};
use protocol::Message;
use std::sync::atomic::{AtomicU32, Ordering};

/// One direction of one end of a channel.
#[derive(Debug)]
pub(crate) struct Tally {
    edge: u32,
    /// Of messages so far.
    count: AtomicU32,
}

impl Tally {
    pub fn new(edge: u32) -> Tally {
        Tally {
            edge,
            count: AtomicU32::new(0),
        }
    }

    /// A packet was sent, begun at that time. Where several threads send on one channel at once,
    /// two neighbours may be counted in the other order.
    #[inline]
    pub fn sent<T: Message>(&self, began: Began, bytes: &[u8], handles: usize) {
        if flight::ENABLED {
            let at = (self.edge, self.count.fetch_add(1, Ordering::Relaxed));
            flight::sent(began, name_of::<T>(bytes), at, bytes.len(), handles);
        }
    }

    /// A packet was received, whatever it is worth, at that time.
    #[inline]
    pub fn received<T: Message>(&self, came: Began, bytes: &[u8], handles: usize) {
        if flight::ENABLED {
            let at = (self.edge, self.count.fetch_add(1, Ordering::Relaxed));
            flight::received(came, name_of::<T>(bytes), at, bytes.len(), handles);
        }
    }
}

/// The number of a message: of its type, and the first byte, which is the number of its variant.
#[inline]
fn name_of<T: Message>(bytes: &[u8]) -> Name {
    let variant = bytes.first().copied().unwrap_or(0);
    Name::message(catalogue::number_of::<T>(), variant)
}
