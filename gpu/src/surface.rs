//! One surface: its regions, its producer's channel and credit.
//!
//! Owns: the last good frame and the producer's credit. Trusts: nothing that the producer says or
//! writes; every doorbell is checked against the credit, every header by `shm`. Never: shows a
//! frame that broke a rule, or listens to its producer again.

use crate::clock::Pace;
use crate::rects::Rects;
use ipc::{Endpoint, Receiver, RecvError, SendError, Sender};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::Rect;
use protocol::ids::Generation;
use protocol::misbehaviour::Misbehaviour;
use shm::Consumer;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// The gpu's end of a frames channel.
pub type FramesEndpoint = Endpoint<ToProducer, FromProducer>;

/// What a producer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credit {
    /// It may not publish, and is not to be told that it may.
    None,
    /// It is to be told at that time, if its surface is visible then.
    Owed(Duration),
    /// It may publish one frame.
    Held,
}

/// A frame that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The pixels of the surface to be drawn again; covers skipped frames too.
    pub damage: Rects,
    /// The generation, if this is its first frame.
    pub first_of: Option<Generation>,
}

struct Channel {
    sender: Sender<ToProducer>,
    receiver: Receiver<FromProducer>,
}

/// A surface. Methods that return misbehaviour have cut the producer off.
pub struct ComposedSurface {
    channel: Option<Channel>,
    credit: Credit,
    pace: Pace,
    /// The region whose last frame is shown; the newest region when none has a frame yet.
    shown: Option<Consumer>,
    /// A newer region without a frame.
    next: Option<Consumer>,
    /// The number of the last frame that was taken; 0 is that of none.
    pub frame: u64,
    /// Its producer broke a rule: no frame is taken any more.
    mute: bool,
    /// Its producer has just closed the channel.
    hung_up: bool,
}

impl ComposedSurface {
    /// A surface without a frame.
    pub fn new(channel: FramesEndpoint, region: Option<Consumer>) -> ComposedSurface {
        let (sender, receiver) = channel.split();
        let channel = Some(Channel { sender, receiver });
        ComposedSurface {
            channel,
            credit: Credit::None,
            pace: Pace::default(),
            shown: region,
            next: None,
            frame: 0,
            mute: false,
            hung_up: false,
        }
    }

    /// The last good frame.
    pub fn picture(&self) -> Option<&Consumer> {
        self.shown.as_ref().filter(|region| region.has_frame())
    }

    /// What to wait on; none once the producer is gone or cut off.
    pub fn channel(&self) -> Option<BorrowedFd<'_>> {
        self.channel
            .as_ref()
            .map(|channel| channel.receiver.as_fd())
    }

    /// Its channel and memory, for attack tests.
    pub fn reach(&self) -> Option<child::ReachedSurface<'_>> {
        Some(child::ReachedSurface {
            channel: self.channel(),
            memory: self.shown.as_ref()?.mapped(),
            has_credit: false,
        })
    }

    /// The next region. Until it has a frame, the last one of the present region stays.
    pub fn replace(&mut self, region: Consumer) {
        if self.picture().is_some() {
            self.next = Some(region);
        } else {
            self.shown = Some(region);
        }
    }

    /// One frame a second from now on, or as many as the clock has ticks.
    pub fn set_slow(&mut self, is_slow: bool) {
        self.pace.is_slow = is_slow;
    }

    /// When a credit is due, if one is.
    pub fn credit_due(&self) -> Option<Duration> {
        match (self.credit, &self.channel) {
            (Credit::Owed(due), Some(_)) => Some(due),
            _ => None,
        }
    }

    /// Gives the credit that is owed or, to a surface that has none and comes into view, a new one.
    ///
    /// # Errors
    /// The producer does not read its channel.
    pub fn give_credit(&mut self) -> Result<(), Misbehaviour> {
        if self.credit == Credit::Held {
            return Ok(());
        }
        let Some(channel) = &self.channel else {
            return Ok(());
        };
        match channel.sender.try_send(ToProducer::BeginFrame) {
            Ok(()) => self.credit = Credit::Held,
            // It published frame after frame and read no credit: what it owes is more than an
            // honest producer can.
            Err(SendError::Full(..)) => return Err(self.cut_off(Misbehaviour::Flood)),
            // That it is gone is dealt with where the channel is read.
            Err(_) => self.credit = Credit::None,
        }
        Ok(())
    }

    /// Reads the doorbell. `None` when it did not ring for a new frame.
    ///
    /// # Errors
    /// A doorbell without a credit, or a frame that breaks a rule.
    pub fn read_channel(&mut self, now: Duration) -> Result<Option<Taken>, Misbehaviour> {
        let mut rung = false;
        while let Some(channel) = &self.channel {
            match channel.receiver.try_recv() {
                Ok(None) => break,
                Ok(Some(received)) => {
                    let FromProducer::FrameReady = received.message;
                    if self.credit != Credit::Held {
                        return Err(self.cut_off(Misbehaviour::WrongState));
                    }
                    self.credit = Credit::Owed(self.pace.frame(now));
                    rung = true;
                }
                Err(RecvError::Misbehaved(m)) => return Err(self.cut_off(m)),
                Err(RecvError::Closed) => {
                    self.channel = None;
                    self.hung_up = true;
                }
                Err(RecvError::Failed(error)) => {
                    tracing::error!("a frames channel failed: {error}");
                    self.channel = None;
                }
            }
        }
        if self.channel.is_none() && self.picture().is_none() {
            return self.take_over();
        }
        if rung { self.take() } else { Ok(None) }
    }

    /// Whether the producer has closed its channel since the last call.
    pub fn has_hung_up(&mut self) -> bool {
        std::mem::take(&mut self.hung_up)
    }

    /// The producer is gone and nothing is shown yet: the last frame that it left, which an earlier
    /// gpu process may have shown.
    fn take_over(&mut self) -> Result<Option<Taken>, Misbehaviour> {
        if let Some(taken) = self.take()? {
            return Ok(Some(taken));
        }
        let Some(shown) = self.shown.as_mut().filter(|_| !self.mute) else {
            return Ok(None);
        };
        if !shown.adopt_last() {
            return Ok(None);
        }
        let mut damage = Rects::new();
        damage.add(Rect::from_size(shown.size()));
        Ok(Some(Taken {
            damage,
            first_of: Some(shown.generation()),
        }))
    }

    /// Takes the newest frame, if there is a newer one than the last.
    ///
    /// # Errors
    /// A frame that breaks a rule.
    pub fn take(&mut self) -> Result<Option<Taken>, Misbehaviour> {
        if self.mute {
            return Ok(None);
        }
        if let Some(mut next) = self.next.take() {
            match next.take() {
                Ok(Some(_)) => return Ok(Some(self.show(next))),
                Ok(None) => self.next = Some(next),
                Err(m) => return Err(self.cut_off(m)),
            }
        }
        // The producer may not have heard of the next region yet.
        let Some(shown) = &mut self.shown else {
            return Ok(None);
        };
        let first = !shown.has_frame();
        match shown.take() {
            Ok(None) => Ok(None),
            Ok(Some(info)) => {
                let mut damage = Rects::new();
                if first {
                    damage.add(Rect::from_size(shown.size()));
                } else {
                    info.damage.iter().for_each(|rect| damage.add(rect));
                }
                Ok(Some(Taken {
                    damage,
                    first_of: first.then(|| shown.generation()),
                }))
            }
            Err(m) => Err(self.cut_off(m)),
        }
    }

    fn show(&mut self, region: Consumer) -> Taken {
        let mut damage = Rects::new();
        damage.add(Rect::from_size(region.size()));
        if let Some(old) = self.picture() {
            damage.add(Rect::from_size(old.size()));
        }
        let first_of = Some(region.generation());
        self.shown = Some(region);
        Taken { damage, first_of }
    }

    /// Nothing of this producer is read or taken any more; its last good frame stays.
    fn cut_off(&mut self, misbehaviour: Misbehaviour) -> Misbehaviour {
        self.channel = None;
        self.mute = true;
        misbehaviour
    }
}
