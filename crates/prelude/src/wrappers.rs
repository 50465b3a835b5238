//! The wrappers of a realm's nodes: at most one a node, found by the node's number. The table does
//! not keep them alive; it learns from the engine when one is gone.

use rquickjs::{Ctx, Error, Object, Result, Value, qjs};
use std::cell::{Cell, RefCell};
use std::ptr::{NonNull, null_mut};
use std::rc::Rc;

/// Bits of a node's number that say which slot of the tree it has; the others say how often that
/// slot was used before.
pub const SLOT_BITS: u32 = 20;

/// A wrapper that the table knows. The number is NaN where there is none.
#[derive(Clone, Copy)]
struct Entry {
    number: f64,
    object: qjs::JSValue,
    /// The node that is already among those whose wrapper has gone.
    told: f64,
}

const NONE: Entry = Entry {
    number: f64::NAN,
    object: qjs::JS_UNDEFINED,
    told: f64::NAN,
};

/// The table. It belongs to one runtime.
pub struct Wrappers {
    entries: RefCell<Vec<Entry>>,
    gone: RefCell<Vec<f64>>,
    runtime: Cell<*mut qjs::JSRuntime>,
}

impl Default for Wrappers {
    fn default() -> Wrappers {
        Wrappers {
            entries: RefCell::default(),
            gone: RefCell::default(),
            runtime: Cell::new(null_mut()),
        }
    }
}

fn slot(number: f64) -> usize {
    (number as u64 & ((1 << SLOT_BITS) - 1)) as usize
}

impl Wrappers {
    /// What a wrapper holds while it lives. Nothing is in the table before [`Wrappers::put`].
    ///
    /// # Errors
    ///
    /// The runtime is not the one of the wrappers made before.
    pub(crate) fn register(self: &Rc<Self>, ctx: &Ctx<'_>, number: f64) -> Result<Registered> {
        let runtime = runtime_of(ctx);
        if self.runtime.get().is_null() {
            self.runtime.set(runtime);
        }
        if self.runtime.get() != runtime {
            return Err(Error::UnrelatedRuntime);
        }
        let table = self.clone();
        Ok(Registered { table, number })
    }

    /// Puts a wrapper into the table, which holds what was registered for that node.
    pub(crate) fn put(&self, number: f64, wrapper: &Object<'_>) {
        let mut entries = self.entries.borrow_mut();
        let at = slot(number);
        if entries.len() <= at {
            entries.resize(at + 1, NONE);
        }
        let entry = &mut entries[at];
        (entry.number, entry.object) = (number, wrapper.as_raw());
    }

    /// The wrapper of a node, if there is one.
    pub fn get<'js>(&self, ctx: &Ctx<'js>, number: f64) -> Option<Object<'js>> {
        let entry = self.entry(number)?;
        if self.runtime.get() != runtime_of(ctx) {
            return None;
        }
        // SAFETY: The value is an object of this runtime that has not been freed: its data is
        // dropped when it is, which takes the entry out. Nothing runs between the two that asks.
        // What is given to `from_raw` is a reference of its own.
        let value = unsafe {
            let value = qjs::JS_DupValue(ctx.as_raw().as_ptr(), entry.object);
            Value::from_raw(ctx.clone(), value)
        };
        value.into_object()
    }

    /// Whether a node has a wrapper.
    pub fn has(&self, number: f64) -> bool {
        self.entry(number).is_some()
    }

    /// The nodes whose wrapper has gone since the last call. Some may have another by now.
    pub fn take_gone(&self) -> Vec<f64> {
        let gone = self.gone.take();
        let mut entries = self.entries.borrow_mut();
        for number in &gone {
            if let Some(entry) = entries.get_mut(slot(*number)) {
                entry.told = f64::NAN;
            }
        }
        gone
    }

    fn entry(&self, number: f64) -> Option<Entry> {
        let entries = self.entries.borrow();
        let entry = entries.get(slot(number)).copied();
        entry.filter(|entry| entry.number == number)
    }
}

fn runtime_of(ctx: &Ctx<'_>) -> *mut qjs::JSRuntime {
    let ctx: NonNull<qjs::JSContext> = ctx.as_raw();
    // SAFETY: The context is alive, and nothing is changed.
    unsafe { qjs::JS_GetRuntime(ctx.as_ptr()) }
}

/// A wrapper's place in the table, which it leaves when the engine drops it.
pub struct Registered {
    table: Rc<Wrappers>,
    number: f64,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut entries = self.table.entries.borrow_mut();
        let Some(entry) = entries.get_mut(slot(self.number)) else {
            return;
        };
        if entry.number == self.number {
            (entry.number, entry.object) = (f64::NAN, qjs::JS_UNDEFINED);
        }
        // A script may make and lose one again and again before anybody takes the list.
        if entry.told != self.number {
            entry.told = self.number;
            self.table.gone.borrow_mut().push(self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::NodeObject;
    use rquickjs::{Context, Runtime};

    fn with(test: impl FnOnce(&Ctx<'_>, &Rc<Wrappers>)) {
        let runtime = Runtime::new().expect("a runtime");
        let context = Context::full(&runtime).expect("a context");
        let table = Rc::new(Wrappers::default());
        context.with(|ctx| test(&ctx, &table));
    }

    fn prototype<'js>(ctx: &Ctx<'js>) -> Object<'js> {
        Object::new(ctx.clone()).expect("memory")
    }

    #[test]
    fn a_node_has_one_wrapper_while_anybody_holds_it() {
        with(|ctx, table| {
            let made = NodeObject::wrap(table, prototype(ctx), 7.0).expect("memory");
            let again = NodeObject::wrap(table, prototype(ctx), 7.0).expect("memory");
            assert_eq!(made.as_value(), again.as_value());
            assert_eq!(
                table.get(ctx, 7.0).map(Object::into_value),
                Some(made.clone().into_value())
            );
            // The same slot, used again.
            assert!(!table.has(7.0 + f64::from(1 << SLOT_BITS)));
            drop((made, again));
            assert!(!table.has(7.0));
            drop(NodeObject::wrap(table, prototype(ctx), 7.0));
            assert_eq!(table.take_gone(), [7.0], "said once");
            drop(NodeObject::wrap(table, prototype(ctx), 7.0));
            assert_eq!(table.take_gone(), [7.0], "and once more");
        });
    }

    #[test]
    fn wrappers_in_a_circle_go_when_garbage_is_collected() {
        with(|ctx, table| {
            let one = NodeObject::wrap(table, prototype(ctx), 1.0).expect("memory");
            let other = NodeObject::wrap(table, prototype(ctx), 2.0).expect("memory");
            one.set("other", other.clone()).expect("memory");
            other.set("one", one.clone()).expect("memory");
            drop((one, other));
            ctx.run_gc();
            assert!(!table.has(1.0) && !table.has(2.0));
            let mut gone = table.take_gone();
            gone.sort_by(f64::total_cmp);
            assert_eq!(gone, [1.0, 2.0]);
        });
    }

    #[test]
    fn another_runtime_gets_nothing_of_it() {
        with(|ctx, table| {
            let made = NodeObject::wrap(table, prototype(ctx), 1.0).expect("memory");
            with(|other, _| {
                assert!(table.get(other, 1.0).is_none());
                assert!(NodeObject::wrap(table, prototype(other), 2.0).is_err());
            });
            drop(made);
        });
    }

    #[test]
    fn odd_numbers_are_no_nodes() {
        with(|ctx, table| {
            for odd in [f64::NAN, f64::INFINITY, -1.0, 0.5, 1e300] {
                assert!(table.get(ctx, odd).is_none(), "{odd}");
            }
        });
    }
}
