//! What a view paints on.

use anyrender::PaintScene;

/// What [`View::paint`](crate::view::View::paint) draws on.
pub(crate) trait Canvas: PaintScene {}
impl<T: PaintScene> Canvas for T {}
