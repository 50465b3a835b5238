//! Attributes.

use crate::document::elements::element;
use crate::script::elements::{
    attribute, page_attributes, qualified, remove_attribute, set_attribute,
};
use crate::script::handles::{Handle, List, OrName, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use blitz_dom::{LocalName, Namespace, QualName};
use rquickjs::{Object, Result};
use std::rc::Rc;

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "attribute", host, |node: Handle, name: String| {
        let document = host.read();
        let value = element(&document, node.0).and_then(|element| attribute(element, &name));
        OrNull(value.map(str::to_owned))
    });
    native!(natives, "attributeNames", host, |node: Handle| {
        let document = host.read();
        let element = element(&document, node.0);
        let names = element.into_iter().flat_map(page_attributes);
        List(names.map(|attribute| qualified(&attribute.name)).collect())
    });
    native!(
        natives,
        "attributeNamespace",
        host,
        |node: Handle, name: String| {
            let document = host.read();
            let element = element(&document, node.0);
            let mut all = element.into_iter().flat_map(page_attributes);
            let found = all.find(|attribute| qualified(&attribute.name) == name);
            let space = found.map(|attribute| attribute.name.ns.to_string());
            OrNull(space.filter(|space| !space.is_empty()))
        }
    );
    native!(
        natives,
        "setAttribute",
        host,
        |node: Handle, space: String, prefix: Option<String>, name: String, value: String| {
            let name = QualName::new(
                prefix.map(Into::into),
                Namespace::from(space),
                LocalName::from(name),
            );
            OrName(set_attribute(&host, node.0, name, &value))
        }
    );
    native!(
        natives,
        "removeAttribute",
        host,
        |node: Handle, name: String| {
            remove_attribute(&host, node.0, &name);
        }
    );
    Ok(())
}
