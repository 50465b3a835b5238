//! What the network process tells of the loads of tabs, and what clients want done with them.
//!
//! Owns: the loads that are known, and answers that wait for the network process. Trusts: the
//! network process on loads. Never: keeps a paused load for a session that is gone, or more of
//! bodies than their bound.

pub mod cookies;
pub mod load;
mod logging;
mod rules;
pub mod state;
mod telling;
pub mod values;
pub mod wants;

use crate::hub::{Hub, Output};
use crate::traffic::load::{Load, Pause};
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use protocol::traffic::{Change, FromNetwork, Kind, LoadNumber, ToNetwork};

/// Loads that are known; past them the oldest are forgotten.
const LOADS_MAX: usize = 2_000;
/// Bytes of bodies that are kept for clients that ask for them.
const BODIES_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Hub {
    /// There is a new network process.
    pub fn traffic_opened(&mut self) {
        self.traffic_closed();
        self.traffic.is_open = true;
    }

    /// The network process is gone, and with it all that was under way there.
    pub fn traffic_closed(&mut self) {
        self.traffic.is_open = false;
        for (asker, answer) in std::mem::take(&mut self.traffic.waiting).into_values() {
            self.answer(asker, Ok(answer));
        }
        self.fail_cookie_calls();
        let open: Vec<LoadNumber> = self.traffic.loads.keys().copied().collect();
        for number in open {
            let load = self.traffic.loads.get(&number);
            if load.is_some_and(|load| load.has_begun && !load.is_over) {
                self.load_failed(number, &LoadError::NetworkProcessDied);
            }
        }
        // The next process counts from the beginning.
        self.traffic.loads.clear();
        self.traffic.bodies_bytes = 0;
    }

    /// The network process says something.
    pub fn take_traffic(&mut self, message: FromNetwork) {
        let number = match &message {
            FromNetwork::Ruled { sequence } => {
                if let Some((asker, answer)) = self.traffic.waiting.remove(sequence) {
                    self.answer(asker, Ok(answer));
                }
                return;
            }
            FromNetwork::Cookies { .. } | FromNetwork::Done { .. } => {
                return self.take_cookies(message);
            }
            FromNetwork::Request {
                load,
                tab,
                navigation,
                kind,
                ..
            } => {
                self.note_load(*load, *tab, (*navigation, *kind));
                *load
            }
            FromNetwork::RequestBody { load, .. }
            | FromNetwork::RequestHeaders { load, .. }
            | FromNetwork::Response { load, .. }
            | FromNetwork::Body { load, .. }
            | FromNetwork::Taken { load, .. }
            | FromNetwork::End { load, .. }
            | FromNetwork::Failed { load, .. } => *load,
        };
        let pauses = is_pause(&message);
        match self.traffic.loads.get_mut(&number) {
            Some(load) => load.hold(message),
            // It has been forgotten.
            None if pauses => return self.let_go(number),
            None => return,
        }
        self.release(number);
    }

    fn note_load(&mut self, number: LoadNumber, tab: TabId, what: (NavigationId, Kind)) {
        if self.traffic.loads.contains_key(&number) || !self.tabs.contains_key(&tab) {
            return;
        }
        if self.traffic.loads.len() >= LOADS_MAX {
            let loads = &self.traffic.loads;
            let over = loads.iter().find(|(_, load)| load.is_over);
            let oldest = over
                .or_else(|| loads.iter().next())
                .map(|(number, _)| *number);
            oldest.into_iter().for_each(|it| self.forget_load(it));
        }
        self.traffic.loads.insert(number, Load::new(tab, what));
    }

    fn forget_load(&mut self, number: LoadNumber) {
        if let Some(load) = self.traffic.loads.remove(&number) {
            self.traffic.bodies_bytes = self.traffic.bodies_bytes.saturating_sub(load.body.len());
            if load.pause.is_some() || load.held.iter().any(is_pause) {
                self.let_go(number);
            }
        }
    }

    /// A paused load goes on as it is.
    fn let_go(&mut self, load: LoadNumber) {
        let change = Change::default();
        self.push(Output::Traffic(ToNetwork::Go { load, change }));
    }

    /// Tells of what has waited for the document that it belongs to.
    pub fn release_loads(&mut self, tab: TabId) {
        let loads = self.traffic.loads.iter();
        let its = loads.filter(|(_, load)| load.tab == tab && !load.held.is_empty());
        for number in its.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.release(number);
        }
    }

    fn release(&mut self, number: LoadNumber) {
        while let Some(message) = self.next_of(number) {
            self.tell_of(number, message);
        }
    }

    fn next_of(&mut self, number: LoadNumber) -> Option<FromNetwork> {
        let load = self.traffic.loads.get_mut(&number)?;
        let tab = self.tabs.get(&load.tab)?;
        let shown = tab.document.as_ref().map(|it| it.navigation);
        let is_shown = shown.is_some_and(|shown| shown >= load.navigation);
        let is_begun = tab.begun >= Some(load.navigation);
        let is_ready = match load.kind {
            Kind::Resource(_) => is_shown,
            Kind::Document => {
                let is_of_body = load.has_response && load.pause.is_none();
                // Its end is told of after the document.
                match is_of_body && tab.pending == Some(load.navigation) {
                    true => matches!(load.held.front(), Some(FromNetwork::Request { .. })),
                    false => is_begun,
                }
            }
        };
        match is_ready {
            true => load.held.pop_front(),
            false => None,
        }
    }

    fn tell_of(&mut self, number: LoadNumber, message: FromNetwork) {
        match message {
            FromNetwork::Request {
                url,
                method,
                body_bytes,
                ..
            } => {
                if let Some(load) = self.traffic.loads.get_mut(&number) {
                    load.begin_hop(url, method, body_bytes);
                }
            }
            FromNetwork::RequestBody { bytes, .. } => {
                if let Some(load) = self.traffic.loads.get_mut(&number) {
                    load.add_to_request(&bytes);
                }
            }
            FromNetwork::RequestHeaders {
                headers, is_paused, ..
            } => self.request_told(number, headers, is_paused),
            FromNetwork::Response {
                head,
                address,
                times,
                is_paused,
                ..
            } => self.response_told(number, head, (address, times), is_paused),
            FromNetwork::Body { bytes, .. } => self.body_told(number, &bytes),
            FromNetwork::Taken { is_whole, .. } => self.body_taken(number, is_whole),
            FromNetwork::End { bytes, .. } => self.load_ended(number, bytes),
            FromNetwork::Failed { error, .. } => self.load_failed(number, &error),
            FromNetwork::Ruled { .. } | FromNetwork::Cookies { .. } | FromNetwork::Done { .. } => {}
        }
    }

    /// Gives a body room; the oldest go.
    fn keep_body(&mut self, number: LoadNumber, bytes: &[u8]) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        let kept = load.keep(bytes);
        self.traffic.bodies_bytes += kept;
        while self.traffic.bodies_bytes > BODIES_BYTES_MAX {
            let mut loads = self.traffic.loads.iter_mut();
            let oldest = loads.find(|(its, load)| **its != number && !load.body.is_empty());
            let Some((_, load)) = oldest else { return };
            self.traffic.bodies_bytes -= load.drop_body();
        }
    }

    /// Another document is shown: what was loaded for those before it is not asked for any more.
    pub fn forget_loads(&mut self, tab: TabId, before: Option<NavigationId>) {
        let is_old = |load: &Load| {
            load.tab == tab && before.is_none_or(|before| load.is_over && load.navigation < before)
        };
        let loads = self.traffic.loads.iter();
        let old = loads.filter(|(_, load)| is_old(load)).map(|(it, _)| *it);
        for number in old.collect::<Vec<_>>() {
            self.forget_load(number);
        }
    }

    /// The load that waits for that word of a client.
    pub fn paused(&self, name: &str) -> Option<(LoadNumber, &Pause)> {
        let mut loads = self.traffic.loads.iter();
        loads.find_map(|(number, load)| {
            let pause = load.pause.as_ref().filter(|pause| pause.name == name)?;
            Some((*number, pause))
        })
    }

    /// The load of that name.
    pub fn load_named(&self, tab: TabId, name: &str) -> Option<&Load> {
        let mut loads = self.traffic.loads.values();
        loads.find(|load| load.tab == tab && load.has_begun && load.name == name)
    }
}

fn is_pause(message: &FromNetwork) -> bool {
    matches!(
        message,
        FromNetwork::RequestHeaders {
            is_paused: true,
            ..
        } | FromNetwork::Response {
            is_paused: true,
            ..
        }
    )
}
