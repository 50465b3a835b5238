//! Bodies of requests, as they come in pieces over a renderer's channel.
//!
//! Owns: the one body that a channel is sending, and the room for all of them. Trusts: no renderer
//! to keep its promise of a length. Never: holds more bytes than promised, or more for all channels
//! together than there is room for.

use crate::fetch::Fetch;
use protocol::ids::RequestId;
use protocol::misbehaviour::Misbehaviour;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most bytes of bodies that wait or are being sent, of all renderers together.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// The room for all bodies.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<AtomicUsize>);

/// A part of the room, given back when it is dropped.
#[derive(Debug)]
pub struct Taken {
    room: Room,
    bytes: usize,
}

impl Room {
    /// Takes room for a body, if there is so much.
    pub fn take(&self, bytes: usize) -> Option<Taken> {
        let add = |used: usize| used.checked_add(bytes).filter(|used| *used <= BYTES_MAX);
        let took = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, add)
            .is_ok();
        took.then(|| Taken {
            room: self.clone(),
            bytes,
        })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.0.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// A whole body.
#[derive(Debug)]
pub struct Upload {
    /// What is sent.
    pub bytes: Vec<u8>,
    _taken: Taken,
}

struct Coming {
    request: RequestId,
    promised: usize,
    received: usize,
    /// None if there was no room: then its pieces are dropped.
    fetch: Option<(Fetch, Upload)>,
}

/// What a channel is sending.
#[derive(Default)]
pub struct Uploads(Option<Coming>);

impl Uploads {
    /// Whether more of a body has to come before anything else.
    pub fn is_waiting(&self) -> bool {
        self.0.is_some()
    }

    /// A fetch whose body comes next. Without a fetch, that body is dropped.
    pub fn expect(&mut self, request: RequestId, promised: usize, fetch: Option<(Fetch, Taken)>) {
        let fetch = fetch.map(|(fetch, taken)| {
            let upload = Upload {
                bytes: Vec::new(),
                _taken: taken,
            };
            (fetch, upload)
        });
        self.0 = Some(Coming {
            request,
            promised,
            received: 0,
            fetch,
        });
    }

    /// The next piece. Returns the fetch once its body is whole.
    pub fn add(&mut self, request: RequestId, bytes: &[u8]) -> Result<Option<Fetch>, Misbehaviour> {
        let coming = self.0.as_mut().filter(|coming| coming.request == request);
        let coming = coming.ok_or(Misbehaviour::WrongState)?;
        coming.received += bytes.len();
        if coming.received > coming.promised {
            return Err(Misbehaviour::WrongState);
        }
        if let Some((_, upload)) = &mut coming.fetch {
            upload.bytes.extend_from_slice(bytes);
        }
        if coming.received < coming.promised {
            return Ok(None);
        }
        let fetch = self.0.take().and_then(|coming| coming.fetch);
        Ok(fetch.map(|(fetch, upload)| fetch.with_body(upload)))
    }

    /// The fetch is cancelled: no more of its body comes.
    pub fn cancel(&mut self, request: RequestId) {
        self.0.take_if(|coming| coming.request == request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back() {
        let room = Room::default();
        let most = room.take(BYTES_MAX).expect("all of it");
        assert!(room.take(1).is_none());
        drop(most);
        assert!(room.take(1).is_some());
        assert!(room.take(usize::MAX).is_none());
    }

    #[test]
    fn no_more_comes_than_was_promised_and_for_no_other_fetch() {
        let mut uploads = Uploads::default();
        assert!(
            uploads.add(RequestId(1), b"x").is_err(),
            "nothing was promised"
        );
        uploads.expect(RequestId(1), 3, None);
        assert!(
            uploads
                .add(RequestId(1), b"ab")
                .is_ok_and(|whole| whole.is_none())
        );
        assert!(uploads.add(RequestId(2), b"c").is_err());
        assert!(uploads.is_waiting());
        assert!(uploads.add(RequestId(1), b"cd").is_err());
        uploads.cancel(RequestId(2));
        assert!(uploads.is_waiting());
        uploads.cancel(RequestId(1));
        assert!(!uploads.is_waiting());
    }
}
