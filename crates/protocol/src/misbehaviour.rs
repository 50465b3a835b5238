//! Violations of the protocol by a peer. The sender is killed, and the record and the tab's card
//! name the variant. A failure of our own is never reported as misbehaviour.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A violation of the protocol by the process at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Misbehaviour {
    /// The bytes do not decode: truncated, unknown variant, invalid UTF-8, trailing bytes.
    BadEncoding,
    /// A descriptor beside a message has the wrong kind.
    BadHandle,
    /// The peer closed a channel that it needs for the rest of its life.
    ClosedChannel,
    /// The damage of a frame lies outside the frame, or has too many parts.
    DamageOutOfRange,
    /// More messages per second than a child may send.
    Flood,
    /// A request with a method, header or body that no page can make.
    ForbiddenRequest,
    /// An identifier that this child never received.
    ForeignId,
    /// A document outside of the site that this child is locked to.
    ForeignOrigin,
    /// The base of a frame is newer than any frame that the consumer has seen.
    FrameBaseAhead,
    /// A frame's pixel format is unknown.
    FrameFormat,
    /// A frame's size, stride or slot does not fit its region.
    FrameGeometry,
    /// A frame's sequence number does not rise.
    FrameSequence,
    /// The latch names a slot that does not exist or that the consumer itself owns.
    FrameSlot,
    /// A child answered the handshake out of order or with another build's protocol.
    Handshake,
    /// Fewer descriptors than the message needs, or truncated control data.
    MissingHandle,
    /// A string or list longer than its limit.
    Oversized,
    /// A packet larger than the largest message.
    OversizedPacket,
    /// A shared region lacks a seal, or has the wrong size.
    RegionNotSealed,
    /// A frame or message of a generation that was never granted.
    StaleGeneration,
    /// More descriptors than the message needs.
    SurplusHandle,
    /// A number outside its range.
    ValueOutOfRange,
    /// A message that is not legal in this state.
    WrongState,
}

impl Misbehaviour {
    /// Every variant, in alphabetical order.
    pub const ALL: [Misbehaviour; 22] = [
        Misbehaviour::BadEncoding,
        Misbehaviour::BadHandle,
        Misbehaviour::ClosedChannel,
        Misbehaviour::DamageOutOfRange,
        Misbehaviour::Flood,
        Misbehaviour::ForbiddenRequest,
        Misbehaviour::ForeignId,
        Misbehaviour::ForeignOrigin,
        Misbehaviour::FrameBaseAhead,
        Misbehaviour::FrameFormat,
        Misbehaviour::FrameGeometry,
        Misbehaviour::FrameSequence,
        Misbehaviour::FrameSlot,
        Misbehaviour::Handshake,
        Misbehaviour::MissingHandle,
        Misbehaviour::Oversized,
        Misbehaviour::OversizedPacket,
        Misbehaviour::RegionNotSealed,
        Misbehaviour::StaleGeneration,
        Misbehaviour::SurplusHandle,
        Misbehaviour::ValueOutOfRange,
        Misbehaviour::WrongState,
    ];
}

impl fmt::Display for Misbehaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Misbehaviour {}

/// `Oversized` unless `text` has at most `bytes_max` bytes.
pub fn check_text(text: &str, bytes_max: usize) -> Result<(), Misbehaviour> {
    if text.len() > bytes_max {
        return Err(Misbehaviour::Oversized);
    }
    Ok(())
}
