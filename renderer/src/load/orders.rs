//! What the fetcher does for scripts, and for whom all of its fetches are.

use crate::load::fetcher::Fetcher;
use crate::load::kinds::How;
use crate::load::link::Link;
use crate::load::scripted::{Answer, Order};
use blitz_traits::net::{Bytes, Url};
use protocol::fetch::{Destination, ToNetwork};
use protocol::ids::NavigationId;
use protocol::limits::{REQUEST_BODY_CHUNK_BYTES_MAX, URL_BYTES_MAX};
use protocol::site::Site;
use std::collections::HashMap;
use std::rc::Rc;

impl Fetcher {
    pub(super) fn send_order(&mut self, order: Order) {
        if self.document.is_none() {
            return self.scripted.fail(order.id);
        }
        let request = self.next_request();
        self.scripted.begin(request, order.id, order.is_stream);
        let how = How {
            destination: Destination::Empty,
            options: order.options,
        };
        self.ask(request, order.url, how);
        let body = order.body.unwrap_or_default();
        for piece in body.chunks(REQUEST_BODY_CHUNK_BYTES_MAX) {
            let bytes = piece.to_vec();
            self.say(ToNetwork::Body { request, bytes });
        }
    }

    /// Which document the fetches are for from now on.
    pub(crate) fn set_document(&mut self, navigation: NavigationId, url: &Url) {
        let is_own = self.site.as_ref() == Some(&Site::of(url, 0));
        let fits = url.as_str().len() <= URL_BYTES_MAX;
        self.document = (is_own && fits).then(|| (navigation, url.as_str().to_owned()));
        self.say_document();
    }

    pub(super) fn say_document(&mut self) {
        if let Some((navigation, url)) = self.document.clone() {
            self.say(ToNetwork::Document { navigation, url });
        }
    }

    /// Takes what scripts want fetched.
    pub(crate) fn take_orders(&mut self, orders: Vec<Order>, aborted: Vec<u32>) {
        for order in orders {
            match self.channel {
                Some(_) => self.scripted.add(order),
                None => self.scripted.fail(order.id),
            }
        }
        for id in aborted {
            if let Some(request) = self.scripted.abort(id) {
                self.say(ToNetwork::Cancel { request });
            }
        }
        self.send_queued();
    }

    /// The next answer for the scripts.
    pub(crate) fn take_script_answer(&mut self) -> Option<Answer> {
        self.scripted.take_answer()
    }

    /// Why fetches failed, for the console.
    pub(crate) fn take_complaints(&mut self) -> Vec<String> {
        self.scripted.take_complaints()
    }

    /// Whether scripts have something to hear, or may have.
    pub(crate) fn has_script_answers(&self) -> bool {
        let has_backlog = self.channel.as_ref().is_some_and(|link| link.has_backlog());
        has_backlog || self.scripted.has_answers()
    }

    /// The channel, for scripts that ask for their cookies.
    pub(crate) fn link(&self) -> Option<Rc<Link>> {
        self.channel.clone().filter(|_| self.document.is_some())
    }

    /// Sets what the page has put under addresses of its own.
    pub(crate) fn set_blobs(&mut self, blobs: HashMap<String, Bytes>) {
        self.failed.retain(|url| !blobs.contains_key(url));
        self.blobs = blobs;
    }

    /// Fails the fetches of scripts.
    pub(super) fn stop_scripted(&mut self) {
        for request in self.scripted.requests() {
            self.say(ToNetwork::Cancel { request });
        }
        self.scripted.lose_channel();
        self.scripted.fail_waiting();
    }
}
