//! Objects of the engine that stand for nodes: what natives recognise without asking the prelude.

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::object::Object;
use rquickjs::{Class, Constructor, Ctx, JsLifetime, Result, Value};
use std::rc::Rc;

/// What an object is of its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The wrapper that scripts have.
    Wrapper,
    /// Behind the proxy for the words of that attribute.
    Tokens(Rc<str>),
    /// Behind the proxy for the declarations of its `style` attribute.
    Style,
}

/// An object that stands for a node. No script can make one, or change what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeObject {
    /// The handle.
    pub number: f64,
    /// What the object is of it.
    pub role: Role,
}

impl NodeObject {
    /// An object with that prototype.
    pub fn make<'js>(prototype: Object<'js>, number: f64, role: Role) -> Result<Object<'js>> {
        let made = Class::instance_proto(NodeObject { number, role }, prototype)?;
        Ok(made.into_inner())
    }

    /// The handle of the node that an object stands for in that role.
    pub fn wrapper(value: &Value<'_>) -> Option<f64> {
        let class = value.as_object()?.as_class::<NodeObject>()?;
        let object = class.borrow();
        (object.role == Role::Wrapper).then_some(object.number)
    }

    /// What an object stands for.
    pub fn of(object: &Object<'_>) -> Option<NodeObject> {
        let class = object.as_class::<NodeObject>()?;
        Some(class.borrow().clone())
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
