//! What scripts want fetched, until the loop sends it; and what they want shown under an address
//! of their own (`blob:`).

use crate::load::scripted::Order;
use crate::script::handles::Refusal;
use crate::script::limits::{BLOB_BYTES_MAX, BLOBS_MAX, FETCH_BODY_BYTES_MAX, FETCHES_WAITING_MAX};
use blitz_traits::net::Bytes;
use std::collections::HashMap;

/// What the scripts of a page want of the network.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    orders: Vec<Order>,
    aborted: Vec<u32>,
    /// Fetches that have been asked for and not ended, with the bytes that they send.
    open: HashMap<u32, usize>,
    blobs: HashMap<String, Bytes>,
    /// Whether `blobs` has changed.
    has_new_blobs: bool,
}

impl Requests {
    /// Asks for a resource.
    pub(crate) fn add(&mut self, order: Order) -> Result<(), Refusal> {
        let bytes = order.body.as_ref().map_or(0, Vec::len);
        let waiting: usize = self.open.values().sum();
        if self.open.len() >= FETCHES_WAITING_MAX || waiting + bytes > FETCH_BODY_BYTES_MAX {
            return Err(Refusal::QUOTA);
        }
        self.open.insert(order.id, bytes);
        self.orders.push(order);
        Ok(())
    }

    /// Wants it no more.
    pub(crate) fn abort(&mut self, id: u32) {
        if self.open.remove(&id).is_some() {
            self.orders.retain(|order| order.id != id);
            self.aborted.push(id);
        }
    }

    /// It has ended.
    pub(crate) fn end(&mut self, id: u32) {
        self.open.remove(&id);
    }

    pub(crate) fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    pub(crate) fn take_aborted(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.aborted)
    }

    /// Puts bytes under an address.
    pub(crate) fn add_blob(&mut self, url: String, bytes: Vec<u8>) -> Result<(), Refusal> {
        let held: usize = self.blobs.values().map(Bytes::len).sum();
        if self.blobs.len() >= BLOBS_MAX || held + bytes.len() > BLOB_BYTES_MAX {
            return Err(Refusal::QUOTA);
        }
        self.blobs.insert(url, Bytes::from(bytes));
        self.has_new_blobs = true;
        Ok(())
    }

    /// Takes the address back.
    pub(crate) fn remove_blob(&mut self, url: &str) {
        self.has_new_blobs |= self.blobs.remove(url).is_some();
    }

    /// All bytes under addresses, if they have changed.
    pub(crate) fn take_blobs(&mut self) -> Option<HashMap<String, Bytes>> {
        std::mem::take(&mut self.has_new_blobs).then(|| self.blobs.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::fetch::FetchOptions;

    fn order(id: u32, bytes: usize) -> Order {
        Order {
            id,
            url: "http://site.test/".to_owned(),
            options: FetchOptions::default(),
            body: Some(vec![0; bytes]),
            is_stream: false,
        }
    }

    #[test]
    fn no_more_waits_than_there_is_room_for() {
        let mut requests = Requests::default();
        assert!(requests.add(order(1, FETCH_BODY_BYTES_MAX)).is_ok());
        assert!(requests.add(order(2, 1)).is_err(), "too many bytes");
        requests.abort(1);
        assert!(requests.take_orders().is_empty());
        assert_eq!(requests.take_aborted(), [1]);
        for id in 0..FETCHES_WAITING_MAX as u32 {
            assert!(requests.add(order(id, 0)).is_ok());
        }
        assert!(requests.add(order(9_999, 0)).is_err(), "too many");
        requests.end(0);
        assert!(requests.add(order(9_999, 0)).is_ok());
    }

    #[test]
    fn blobs_are_bounded() {
        let mut requests = Requests::default();
        assert!(
            requests
                .add_blob("blob:a".to_owned(), vec![0; BLOB_BYTES_MAX])
                .is_ok()
        );
        assert!(requests.add_blob("blob:b".to_owned(), vec![0]).is_err());
        requests.remove_blob("blob:a");
        assert!(requests.take_blobs().is_some_and(|blobs| blobs.is_empty()));
        assert!(requests.take_blobs().is_none());
        for number in 0..BLOBS_MAX {
            assert!(requests.add_blob(number.to_string(), Vec::new()).is_ok());
        }
        assert!(
            requests
                .add_blob("one more".to_owned(), Vec::new())
                .is_err()
        );
    }
}
