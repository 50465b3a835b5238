//! What the service and the loads share: the rules of each tab, and the loads that wait.

use crate::traffic::paused::{Paused, Word};
use crate::wait::{Stop, lock};
use ipc::Sender;
use protocol::ids::TabId;
use protocol::traffic::{FromNetwork, LoadNumber, Rules};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The channel to the devtools process as loads share it.
pub type ToDevtools = Arc<Sender<FromNetwork>>;

/// What is done with requests, shared by the two threads.
#[derive(Default)]
pub struct Traffic {
    /// Whether any tab has rules.
    is_on: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    channel: Option<ToDevtools>,
    rules: HashMap<TabId, Arc<Rules>>,
    paused: HashMap<LoadNumber, Arc<Paused>>,
    /// Loads so far.
    loads: u64,
}

/// What a load needs to tell of itself.
pub struct Ticket {
    pub channel: ToDevtools,
    pub rules: Arc<Rules>,
    pub load: LoadNumber,
}

impl Traffic {
    /// What a load of that tab needs to tell of itself; nothing unless the tab has rules.
    pub fn ticket(&self, tab: TabId) -> Option<Ticket> {
        match self.is_on.load(Ordering::Relaxed) {
            true => lock(&self.state).ticket(tab),
            false => None,
        }
    }

    /// Loads and their words find each other here.
    pub fn pause(&self, load: LoadNumber, stop: Arc<Stop>) -> Arc<Paused> {
        let paused = Arc::new(Paused::new(stop));
        lock(&self.state).paused.insert(load, paused.clone());
        paused
    }

    /// It waits no more.
    pub fn end_pause(&self, load: LoadNumber) {
        lock(&self.state).paused.remove(&load);
    }

    /// What is done with the requests of a tab from now on.
    pub fn set_rules(&self, tab: TabId, rules: Option<Rules>) {
        let mut state = lock(&self.state);
        match rules {
            Some(rules) => state.rules.insert(tab, Arc::new(rules)),
            None => state.rules.remove(&tab),
        };
        self.is_on.store(!state.rules.is_empty(), Ordering::Relaxed);
    }

    /// Nobody looks any more. Returns whom to wake: paused loads go on as if nobody had looked.
    pub fn set_channel(&self, channel: Option<ToDevtools>) -> Vec<Arc<Stop>> {
        let mut state = lock(&self.state);
        state.channel = channel;
        state.rules.clear();
        self.is_on.store(false, Ordering::Relaxed);
        let paused: Vec<Arc<Paused>> = state.paused.drain().map(|(_, paused)| paused).collect();
        drop(state);
        let mut woken = Vec::new();
        for paused in paused {
            paused.say(Word::Go(Box::default()));
            woken.push(paused.stop().clone());
        }
        woken
    }

    /// The load, if it waits.
    pub fn paused(&self, load: LoadNumber) -> Option<Arc<Paused>> {
        lock(&self.state).paused.get(&load).cloned()
    }
}

impl State {
    fn ticket(&mut self, tab: TabId) -> Option<Ticket> {
        let rules = self.rules.get(&tab)?.clone();
        let channel = self.channel.clone()?;
        self.loads += 1;
        Some(Ticket {
            channel,
            rules,
            load: LoadNumber(self.loads),
        })
    }
}
