//! Nodes as the prelude sees them: numbers that resolve to a node, or to nothing.

use ::prelude::SLOT_BITS;
use blitz_dom::NodeId;
use rquickjs::object::Property;
use rquickjs::{Array, Ctx, Exception, FromJs, IntoJs, Result, Value};

/// A node's number. Of an id of Blitz's the lower half is the slot, the upper half an odd version.
pub(crate) fn number_of(id: NodeId) -> Option<f64> {
    let (slot, version) = (id.as_u64() & u64::from(u32::MAX), id.as_u64() >> 32);
    (slot < 1 << SLOT_BITS).then_some((version >> 1 << SLOT_BITS | slot) as f64)
}

/// The id that a number stands for; of any other number, that of no node.
pub(crate) fn id_of(number: f64) -> NodeId {
    let number = number as u64;
    let version = (number >> SLOT_BITS) << 1 | 1;
    NodeId::from_u64(version << 32 | number & ((1 << SLOT_BITS) - 1))
}

/// A node, or what was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle(pub(crate) NodeId);

impl<'js> FromJs<'js> for Handle {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let number = value
            .as_number()
            .ok_or_else(|| Exception::throw_type(ctx, "not a node"))?;
        Ok(Handle(id_of(number)))
    }
}

impl<'js> IntoJs<'js> for Handle {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match number_of(self.0) {
            Some(number) => Ok(Value::new_number(ctx.clone(), number)),
            None => Err(Exception::throw_range(
                ctx,
                "the document has too many nodes",
            )),
        }
    }
}

/// `null` where there is nothing; the engine's own `Option` would be `undefined`.
pub(crate) struct OrNull<T>(pub(crate) Option<T>);

impl<'js, T: IntoJs<'js>> IntoJs<'js> for OrNull<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match self.0 {
            Some(value) => value.into_js(ctx),
            None => Ok(Value::new_null(ctx.clone())),
        }
    }
}

/// An array whose items no setter of the page sees.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'js, T: IntoJs<'js>> IntoJs<'js> for List<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let array = Array::new(ctx.clone())?;
        for (at, item) in self.0.into_iter().enumerate() {
            let item = Property::from(item.into_js(ctx)?);
            let item = item.writable().enumerable().configurable();
            array.as_object().prop(at as u32, item)?;
        }
        Ok(array.into_value())
    }
}

/// An array for the prelude alone: it has no methods. Quicker to make than a [`List`].
pub(crate) struct Bare<T>(pub(crate) Vec<T>);

impl<'js, T: IntoJs<'js>> IntoJs<'js> for Bare<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let array = Array::new(ctx.clone())?;
        // No setter of the page sees the items.
        array.as_object().set_prototype(None)?;
        for (at, item) in self.0.into_iter().enumerate() {
            array.set(at, item)?;
        }
        Ok(array.into_value())
    }
}

/// Handles of nodes.
pub(crate) fn handles(ids: impl IntoIterator<Item = NodeId>) -> Bare<Handle> {
    Bare(ids.into_iter().map(Handle).collect())
}

/// What may fail: its value, which is no text, or the name of a DOMException.
pub(crate) struct OrName<T>(pub(crate) std::result::Result<T, Refusal>);

/// The name of a DOMException.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str);

impl Refusal {
    pub(crate) const HIERARCHY: Refusal = Refusal("HierarchyRequestError");
    pub(crate) const NOT_FOUND: Refusal = Refusal("NotFoundError");
    pub(crate) const QUOTA: Refusal = Refusal("QuotaExceededError");
    pub(crate) const SECURITY: Refusal = Refusal("SecurityError");
    pub(crate) const STATE: Refusal = Refusal("InvalidStateError");
    pub(crate) const SYNTAX: Refusal = Refusal("SyntaxError");
}

impl<'js, T: IntoJs<'js>> IntoJs<'js> for OrName<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match self.0 {
            Ok(value) => value.into_js(ctx),
            Err(Refusal(name)) => name.into_js(ctx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_one_node() {
        for raw in [
            1 << 32,
            1 << 32 | 7,
            0xffff_ffff << 32 | 0xf_ffff,
            5 << 32 | 3,
        ] {
            let id = NodeId::from_u64(raw);
            assert_eq!(number_of(id).map(id_of), Some(id), "{raw:x}");
        }
        assert_eq!(number_of(NodeId::from_u64(1 << 32 | 1 << SLOT_BITS)), None);
        // Whatever a page could make up resolves to nothing, or to a node.
        for odd in [-1.0, f64::NAN, f64::INFINITY, 0.5, 1e300] {
            let _ = id_of(odd);
        }
    }
}
