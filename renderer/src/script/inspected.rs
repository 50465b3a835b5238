//! The inspector's own program: in a context of its own, whose built-in objects no page ever sees.

use crate::script::hearer::Hearer;
use crate::script::inspector_natives;
use crate::script::worlds::Worlds;
use ::prelude::load_inspector;
use rquickjs::{Ctx, Function, Object, Persistent};
use std::rc::Rc;

/// A function of the program.
pub(super) type Entry = Persistent<Function<'static>>;

/// The inspector's program.
pub(crate) struct Inspected {
    pub(super) run: Entry,
    pub(super) listen: Entry,
    pub(super) end: Entry,
    pub(super) world: Entry,
    pub(super) node: Entry,
    pub(super) resolve: Entry,
    pub(super) change: Entry,
    pub(super) start: Entry,
    pub(super) worlds: Rc<Worlds>,
    pub(super) hearer: Hearer,
}

/// A world of a document.
pub(crate) struct World<'a> {
    pub(crate) id: u32,
    pub(crate) name: &'a str,
    pub(crate) unique: &'a str,
    /// Whether it is the one that the page's scripts run in.
    pub(crate) is_default: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The scripts of the document have been ended.
    Stopped,
    /// There is no memory.
    Failed,
}

/// Runs the program. `means`: what the prelude gives it.
pub(super) fn make<'js>(
    ctx: &Ctx<'js>,
    means: Persistent<Object<'static>>,
    worlds: Rc<Worlds>,
    hearer: Hearer,
    isolate: &str,
) -> rquickjs::Result<Inspected> {
    let natives = inspector_natives::all(ctx, &worlds, &hearer, isolate)?;
    let means = means.restore(ctx)?;
    let made: Object<'js> = load_inspector(ctx)?.call((natives, means))?;
    let entry = |name: &str| {
        let function: Function<'js> = made.get(name)?;
        Ok::<_, rquickjs::Error>(Persistent::save(ctx, function))
    };
    Ok(Inspected {
        run: entry("run")?,
        listen: entry("listen")?,
        end: entry("end")?,
        world: entry("world")?,
        node: entry("node")?,
        resolve: entry("resolve")?,
        change: entry("change")?,
        start: entry("start")?,
        worlds,
        hearer,
    })
}
