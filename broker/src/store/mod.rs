//! What the broker keeps, and for whom.

pub(crate) mod deaths;
pub(crate) mod documents;
pub(crate) mod pictures;
pub(crate) mod surfaces;

use deaths::Deaths;
use documents::Documents;
use pictures::Pictures;
use surfaces::Surfaces;

/// All that the broker keeps for others.
#[derive(Default)]
pub struct Store {
    pub(crate) deaths: Deaths,
    pub(crate) documents: Documents,
    pub(crate) pictures: Pictures,
    pub(crate) surfaces: Surfaces,
}
