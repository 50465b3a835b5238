//! Objects of the engine that stand for nodes: what natives recognise without asking the prelude.

use crate::wrappers::{Registered, Wrappers};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::object::Object;
use rquickjs::{Class, Constructor, Ctx, JsLifetime, Result, Value};
use std::rc::Rc;

/// The wrapper of a node. No script can make one, or change what it stands for.
pub struct NodeObject {
    number: f64,
    /// Tells the table when the engine frees it.
    _registered: Registered,
}

impl NodeObject {
    /// The wrapper of a node; made with that prototype if there is none.
    ///
    /// # Errors
    ///
    /// The engine has no memory left, or is not the one of the wrappers made before.
    pub fn wrap<'js>(
        table: &Rc<Wrappers>,
        prototype: Object<'js>,
        number: f64,
    ) -> Result<Object<'js>> {
        let ctx = prototype.ctx().clone();
        if let Some(present) = table.get(&ctx, number) {
            return Ok(present);
        }
        // The engine may free others meanwhile, so that nothing is borrowed here.
        let object = NodeObject {
            number,
            _registered: table.register(&ctx, number)?,
        };
        let made = Class::instance_proto(object, prototype)?.into_inner();
        table.put(number, &made);
        Ok(made)
    }

    /// The handle of the node whose wrapper a value is.
    pub fn wrapper(value: &Value<'_>) -> Option<f64> {
        let object = value.as_object()?.as_class::<NodeObject>()?.borrow();
        Some(object.number)
    }
}

impl<'js> Trace<'js> for NodeObject {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

// SAFETY: It holds no value of the engine.
unsafe impl<'js> JsLifetime<'js> for NodeObject {
    type Changed<'to> = NodeObject;
}

impl<'js> JsClass<'js> for NodeObject {
    const NAME: &'static str = "Node";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}
