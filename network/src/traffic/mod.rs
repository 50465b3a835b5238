//! What clients of devtools see of requests, and do with them.
//!
//! Owns: the rules of each tab, the channel to the devtools process, and the words that paused
//! loads wait for. Trusts: the devtools process to be what a user with the control pipe may be.
//! Never: keeps a load waiting for a devtools process that is gone, or costs a load of a tab
//! without rules more than a look at a flag.

mod change;
mod cookies;
mod paused;
pub mod shared;
pub mod watched;

use crate::contexts::Contexts;
use crate::traffic::paused::Word;
use crate::traffic::shared::{ToDevtools, Traffic};
use crate::wait::Stop;
use ipc::{Endpoint, Receiver, RecvError, SendError};
use protocol::ids::{ProcessId, TabId};
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::traffic::{FromNetwork, Rules, ToNetwork};
use std::collections::VecDeque;
use std::sync::Arc;

/// Answers to the devtools process that wait because it does not read; past them it is cut off.
const UNSENT_MAX: usize = 4_096;

/// The service's end: what it reads from the devtools process, and the answers that wait. Nobody is
/// connected at first.
#[derive(Default)]
pub struct Desk {
    /// What loads share.
    pub traffic: Arc<Traffic>,
    open: Option<Open>,
}

struct Open {
    devtools: ProcessId,
    channel: ToDevtools,
    receiver: Receiver<ToNetwork>,
    unsent: VecDeque<FromNetwork>,
}

/// What a turn at the devtools process has come to.
#[derive(Default)]
pub struct Turn {
    /// Loads to wake.
    pub woken: Vec<Arc<Stop>>,
    /// It broke the protocol: that process, in that way.
    pub broken: Option<(ProcessId, Misbehaviour)>,
}

impl Desk {
    /// A devtools process. What there was before it ends.
    pub fn open(
        &mut self,
        devtools: ProcessId,
        endpoint: Endpoint<FromNetwork, ToNetwork>,
    ) -> Turn {
        let (sender, receiver) = endpoint.split();
        let channel = Arc::new(sender);
        self.open = Some(Open {
            devtools,
            channel: channel.clone(),
            receiver,
            unsent: VecDeque::new(),
        });
        Turn {
            woken: self.traffic.set_channel(Some(channel)),
            broken: None,
        }
    }

    /// What is done with the requests of a tab from now on.
    pub fn set_rules(&mut self, tab: TabId, sequence: u32, rules: Option<Rules>) {
        self.traffic.set_rules(tab, rules);
        self.answer(FromNetwork::Ruled { sequence });
    }

    /// What to read from, and whether something waits to be sent there.
    pub fn source(&self) -> Option<(&Receiver<ToNetwork>, bool)> {
        let open = self.open.as_ref()?;
        Some((&open.receiver, !open.unsent.is_empty()))
    }

    fn close(&mut self, how: Option<Misbehaviour>) -> Turn {
        let open = self.open.take();
        Turn {
            woken: self.traffic.set_channel(None),
            broken: open.zip(how).map(|(open, how)| (open.devtools, how)),
        }
    }

    fn answer(&mut self, message: FromNetwork) {
        if let Some(open) = &mut self.open {
            open.unsent.push_back(message);
            open.flush();
        }
    }

    /// A turn at its channel.
    pub fn serve(&mut self, contexts: &Contexts) -> Turn {
        let mut turn = Turn::default();
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let Some(open) = &mut self.open else {
                return turn;
            };
            open.flush();
            let ended = match open.receiver.try_recv() {
                Ok(Some(received)) => {
                    turn.woken.extend(self.take(contexts, received.message));
                    let is_behind = |open: &Open| open.unsent.len() > UNSENT_MAX;
                    match self.open.as_ref().is_some_and(is_behind) {
                        true => Some(Misbehaviour::Flood),
                        false => continue,
                    }
                }
                Ok(None) => return turn,
                Err(RecvError::Closed) => None,
                Err(RecvError::Misbehaved(how)) => Some(how),
                Err(RecvError::Failed(error)) => {
                    tracing::error!("channel to the devtools process: {error}");
                    None
                }
            };
            let closed = self.close(ended);
            turn.woken.extend(closed.woken);
            turn.broken = closed.broken;
            return turn;
        }
        turn
    }

    /// Returns the load to wake.
    fn take(&mut self, contexts: &Contexts, message: ToNetwork) -> Option<Arc<Stop>> {
        let (load, word) = match message {
            ToNetwork::Body { load, bytes } => {
                self.traffic.paused(load)?.add(&bytes);
                return None;
            }
            ToNetwork::Go { load, change } => (load, Word::Go(Box::new(change))),
            ToNetwork::Answer { load, head } => (load, Word::Answer(head)),
            ToNetwork::Fail { load } => (load, Word::Fail),
            ToNetwork::TakeBody { load } => (load, Word::TakeBody),
            ToNetwork::Cookies {
                call,
                context,
                wish,
            } => {
                for answer in cookies::grant(contexts.jar(context), call, wish) {
                    self.answer(answer);
                }
                return None;
            }
        };
        let paused = self.traffic.paused(load)?;
        paused.say(word);
        Some(paused.stop().clone())
    }
}

impl Open {
    /// Sends what there is room for. A channel that is closed is noticed when it is read.
    fn flush(&mut self) {
        while let Some(message) = self.unsent.pop_front() {
            match self.channel.try_send(message) {
                Ok(()) => {}
                Err(SendError::Full(message, _)) => return self.unsent.push_front(message),
                Err(_) => return self.unsent.clear(),
            }
        }
    }
}
