//! What a peer can do wrong. One variant per violation; the sender is killed and the record and the
//! tab's card name the variant. The peer's fault is never mixed with our own failure.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A violation of the protocol by the process at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Misbehaviour {
    /// The bytes do not decode: truncated, unknown variant, invalid UTF-8, trailing bytes.
    BadEncoding,
    /// A descriptor beside a message is of another kind than the message calls for.
    BadHandle,
    /// It closed a channel that it needs as long as it lives.
    ClosedChannel,
    /// Damage of a frame lies outside the frame, or there is too much of it.
    DamageOutOfRange,
    /// More messages than a child may send in that time.
    Flood,
    /// An identifier that this child was never given.
    ForeignId,
    /// A frame's base is newer than anything the consumer has seen.
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
    /// Fewer descriptors than the message calls for, or truncated control data.
    MissingHandle,
    /// A string or list longer than its limit.
    Oversized,
    /// A packet larger than any message may be.
    OversizedPacket,
    /// A shared region is not sealed as it must be, or has another size than it must have.
    RegionNotSealed,
    /// A frame or message of a generation that was never granted.
    StaleGeneration,
    /// Descriptors beyond those that the message calls for.
    SurplusHandle,
    /// A number outside its range.
    ValueOutOfRange,
    /// A message that is not legal in this state.
    WrongState,
}

impl Misbehaviour {
    /// Every variant, in alphabetical order.
    pub const ALL: [Misbehaviour; 20] = [
        Misbehaviour::BadEncoding,
        Misbehaviour::BadHandle,
        Misbehaviour::ClosedChannel,
        Misbehaviour::DamageOutOfRange,
        Misbehaviour::Flood,
        Misbehaviour::ForeignId,
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
