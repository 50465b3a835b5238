//! What the tap of the rings keeps from round to round.

use flight::{Joiner, Read, Record, Source};
use protocol::ids::Role;
use std::collections::BTreeMap;

/// What is kept from round to round.
#[derive(Default)]
pub struct Tap {
    pub(super) joiner: Joiner,
    pub(super) who: BTreeMap<Source, (Role, i32)>,
    /// The last time on each thread of each process.
    pub(super) threads: BTreeMap<(Source, u8), u64>,
    /// What the dead wrote last.
    pub(super) of_dead: Vec<(Source, Read)>,
    /// What came after the end of the round in which it was read.
    pub(super) held: Vec<(Source, Record)>,
    /// Records of the dead that there was no place for.
    pub(super) lost: u64,
}
