//! What a session wants of the frames of its page, and how far it has come with them.
//!
//! Never: counts on a client to acknowledge what it was sent.

use crate::command::Params;
use crate::picture::Format;
use crate::reply::Failure;

/// Frames that a client may have without an acknowledgement, as in Chromium.
const IN_FLIGHT_MAX: u32 = 2;

/// The screencast of one session.
#[derive(Debug, Default)]
pub struct Screencast {
    /// None: it has none at the moment.
    pub wanted: Option<Wanted>,
    /// How often it was started; tells the frames of one from those of another.
    pub number: u32,
    /// The number of the last frame that it has seen; 0 is that of none.
    pub after: u64,
    /// Frames that it has seen.
    seen: u32,
    /// Frames sent and not acknowledged.
    in_flight: u32,
}

/// What a session wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    pub format: Format,
    /// Pixels of a frame at most.
    pub max: (u32, u32),
    /// One frame in so many is sent.
    every: u32,
}

impl Wanted {
    /// What `Page.startScreencast` asks for.
    pub fn parse(params: &Params) -> Result<Wanted, Failure> {
        let side = |name: &str| {
            let side = params.optional_count(name)?;
            // Zero is no bound, as in Chromium.
            Ok(side.filter(|side| *side > 0).unwrap_or(u32::MAX))
        };
        Ok(Wanted {
            format: Format::parse(params)?,
            max: (side("maxWidth")?, side("maxHeight")?),
            every: params.optional_count("everyNthFrame")?.unwrap_or(1).max(1),
        })
    }
}

impl Screencast {
    pub fn start(&mut self, wanted: Wanted) {
        *self = Screencast {
            wanted: Some(wanted),
            number: self.number + 1,
            ..Screencast::default()
        };
    }

    pub fn stop(&mut self) {
        self.wanted = None;
    }

    /// Whether it would be sent a frame.
    pub fn is_ready(&self) -> bool {
        self.wanted.is_some() && self.in_flight < IN_FLIGHT_MAX
    }

    /// A client has dealt with a frame of the screencast of that number.
    pub fn acknowledge(&mut self, number: u32) {
        if number == self.number {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
    }

    /// There is a frame of that number. Returns what is to be sent of it, if it is its turn.
    pub fn take(&mut self, frame: u64) -> Option<Wanted> {
        let wanted = self.wanted.filter(|_| self.is_ready())?;
        if frame == self.after {
            return None;
        }
        self.after = frame;
        let is_its_turn = self.seen.is_multiple_of(wanted.every);
        self.seen = self.seen.wrapping_add(1);
        self.in_flight += u32::from(is_its_turn);
        is_its_turn.then_some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn started(params: Value) -> Screencast {
        let params = Params(params.as_object().expect("an object").clone());
        let mut screencast = Screencast::default();
        screencast.start(Wanted::parse(&params).expect("a screencast"));
        screencast
    }

    #[test]
    fn two_frames_are_in_flight_and_no_more() {
        let mut screencast = started(json!({}));
        assert!(screencast.take(1).is_some() && screencast.take(2).is_some());
        assert!(!screencast.is_ready() && screencast.take(3).is_none());
        screencast.acknowledge(7);
        assert!(!screencast.is_ready(), "of another screencast");
        screencast.acknowledge(1);
        assert!(screencast.is_ready() && screencast.take(2).is_none());
        assert!(screencast.take(4).is_some() && !screencast.is_ready());
        for _ in 0..9 {
            screencast.acknowledge(1);
        }
        assert!(screencast.take(5).is_some() && screencast.take(6).is_some());
        assert!(!screencast.is_ready(), "needless ones do not count");
    }

    #[test]
    fn one_in_so_many_is_sent() {
        let mut screencast = started(json!({"everyNthFrame": 3, "maxWidth": 0, "maxHeight": 9}));
        let sent = (1..=4).map(|frame| screencast.take(frame).is_some());
        assert_eq!(sent.collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(screencast.wanted.expect("it is on").max, (u32::MAX, 9));
    }
}
