//! The worlds of a document: contexts of the engine with globals of their own over one tree.

use rquickjs::{Ctx, Exception, Object, Persistent, Result};
use std::cell::RefCell;

/// The worlds of a document, by their numbers.
#[derive(Default)]
pub(crate) struct Worlds(RefCell<Vec<(u32, Persistent<Object<'static>>)>>);

impl Worlds {
    pub(crate) fn add(&self, id: u32, global: Persistent<Object<'static>>) {
        self.0.borrow_mut().push((id, global));
    }

    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// The context of a world.
    pub(crate) fn enter<'js>(&self, ctx: &Ctx<'js>, id: u32) -> Result<Ctx<'js>> {
        let worlds = self.0.borrow();
        let found = worlds.iter().find(|(known, _)| *known == id);
        let global = found.map(|(_, global)| global.clone());
        drop(worlds);
        let global = global.ok_or_else(|| Exception::throw_internal(ctx, "no such world"))?;
        // A value knows the context that it was made in.
        Ok(global.restore(ctx)?.ctx().clone())
    }
}
