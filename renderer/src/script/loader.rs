//! The order in which a document's scripts run, and the bytes of those that are fetched.
//!
//! Source: the HTML standard, "The end" and "Prepare the script element".

use crate::document::charset;
use crate::load::fetcher::{DESTINATION, SCRIPT};
use crate::script::scripts::{Script, script_of};
use blitz_dom::{BaseDocument, NodeId, local_name};
use blitz_traits::net::http::HeaderValue;
use blitz_traits::net::{Bytes, NetHandler, NetProvider, Request};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Where the bytes of a fetch come: those of a failed one are empty.
#[derive(Default)]
struct Slot(Mutex<Option<Bytes>>);

struct Filler(Arc<Slot>);

impl NetHandler for Filler {
    fn bytes(self: Box<Self>, _resolved_url: String, bytes: Bytes) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }
}

enum Source {
    Text(String),
    Fetched(Url, Arc<Slot>),
}

struct Waiting {
    node: NodeId,
    source: Source,
}

impl Waiting {
    fn is_there(&self) -> bool {
        match &self.source {
            Source::Text(_) => true,
            Source::Fetched(_, slot) => is_filled(slot),
        }
    }
}

/// A script that can run.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) node: NodeId,
    /// `None`: it could not be had.
    pub(crate) text: Option<String>,
    pub(crate) name: String,
    /// Whether it was fetched: its element hears of that.
    pub(crate) is_fetched: bool,
}

/// The scripts of a document that have not run.
#[derive(Default)]
pub(crate) struct Loader {
    /// In order, before the document is interactive.
    in_order: VecDeque<Waiting>,
    deferred: VecDeque<Waiting>,
    /// Whenever they are there.
    whenever: Vec<Waiting>,
}

impl Loader {
    /// Takes the scripts of a parsed document, and asks for those that are elsewhere.
    pub(crate) fn of(document: &BaseDocument, net: &dyn NetProvider) -> Loader {
        let mut found = Vec::new();
        document.visit(|id, node| {
            let is_script = node
                .element_data()
                .is_some_and(|element| element.name.local == local_name!("script"));
            if is_script {
                found.push(id);
            }
        });
        let mut loader = Loader::default();
        for id in found {
            match script_of(document, id) {
                Script::None => {}
                Script::Text(text) => loader.in_order.push_back(Waiting {
                    node: id,
                    source: Source::Text(text),
                }),
                Script::At {
                    url,
                    is_async,
                    is_deferred,
                } => {
                    let waiting = fetch(document, net, id, url);
                    match (is_async, is_deferred) {
                        (true, _) => loader.whenever.push(waiting),
                        (false, true) => loader.deferred.push_back(waiting),
                        (false, false) => loader.in_order.push_back(waiting),
                    }
                }
            }
        }
        loader
    }

    /// A script with an address that a script has put into the document.
    pub(crate) fn add(&mut self, document: &BaseDocument, net: &dyn NetProvider, node: NodeId) {
        if let Script::At { url, .. } = script_of(document, node) {
            self.whenever.push(fetch(document, net, node, url));
        }
    }

    /// Whether there is one that can run.
    pub(crate) fn is_ready(&self) -> bool {
        let first = self.in_order.front();
        let ordered = first.or(self.deferred.front());
        self.whenever.iter().chain(ordered).any(Waiting::is_there)
    }

    /// The next script that can run.
    pub(crate) fn next(&mut self) -> Option<Ready> {
        if let Some(at) = self.whenever.iter().position(Waiting::is_there) {
            return Some(ready(self.whenever.remove(at)));
        }
        let line = match self.in_order.is_empty() {
            true => &mut self.deferred,
            false => &mut self.in_order,
        };
        line.pop_front_if(|first| first.is_there()).map(ready)
    }

    /// Whether all scripts have run that the document waits for before it is interactive.
    pub(crate) fn is_interactive(&self) -> bool {
        self.in_order.is_empty() && self.deferred.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.is_interactive() && self.whenever.is_empty()
    }
}

fn fetch(document: &BaseDocument, net: &dyn NetProvider, node: NodeId, url: Url) -> Waiting {
    let slot = Arc::new(Slot::default());
    let mut request = Request::get(url.clone());
    let script = HeaderValue::from_static(SCRIPT);
    request.headers.insert(DESTINATION, script);
    net.fetch(document.id(), request, Box::new(Filler(slot.clone())));
    Waiting {
        node,
        source: Source::Fetched(url, slot),
    }
}

fn is_filled(slot: &Slot) -> bool {
    slot.0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some()
}

fn ready(waiting: Waiting) -> Ready {
    let (text, name, is_fetched) = match waiting.source {
        Source::Text(text) => (Some(text), "inline script".to_owned(), false),
        Source::Fetched(url, slot) => {
            let bytes = slot.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            let bytes = bytes.filter(|bytes| !bytes.is_empty());
            let text = bytes.map(|bytes| charset::decode(&bytes, Some("utf-8")));
            (text, url.into(), true)
        }
    };
    Ready {
        node: waiting.node,
        text,
        name,
        is_fetched,
    }
}
