//! Pictures that move: which of them are on show, and which frame of each it is time for.
//!
//! Owns: the decoders and frames of moving pictures. Trusts: no file: canvases, files and the time
//! between frames are bounded. Never: works for a picture that is not seen.

mod moving;
pub(crate) mod player;
mod sniff;

pub(crate) use moving::Moving;
pub(crate) use sniff::{may_move, pixels};
