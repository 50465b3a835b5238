//! Attributes.

use crate::document::elements::element;
use crate::script::elements::{
    attribute, page_attributes, qualified, remove_attribute, remove_attribute_ns, set_attribute,
    set_attribute_ns,
};
use crate::script::handles::{Handle, List, OrName, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use blitz_dom::{ElementData, LocalName, Namespace, QualName};
use rquickjs::{Object, Result};
use std::rc::Rc;

/// Namespace, prefix, local name and value of each attribute of an element.
fn list(element: &ElementData) -> Vec<String> {
    let mut all = Vec::new();
    for attribute in page_attributes(element) {
        let prefix = attribute.name.prefix.as_deref().unwrap_or_default();
        let local = attribute.name.local.to_string();
        all.extend([attribute.name.ns.to_string(), prefix.to_owned(), local]);
        all.push(attribute.value.clone());
    }
    all
}

/// Attributes by their namespace and local name. An empty namespace is none.
fn by_namespace(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "attributeList", host, |node: Handle| {
        let document = host.read();
        List(element(&document, node.0).map_or_else(Vec::new, list))
    });
    native!(
        natives,
        "attributeNS",
        host,
        |node: Handle, space: String, local: String| {
            let document = host.read();
            let element = element(&document, node.0);
            let mut all = element.into_iter().flat_map(page_attributes);
            let found = all.find(|a| *a.name.ns == *space && *a.name.local == *local);
            OrNull(found.map(|attribute| attribute.value.clone()))
        }
    );
    native!(
        natives,
        "setAttributeNS",
        host,
        |node: Handle, space: String, prefix: Option<String>, local: String, value: String| {
            let name = QualName::new(
                prefix.map(Into::into),
                Namespace::from(space),
                LocalName::from(local),
            );
            OrName(set_attribute_ns(&host, node.0, name, &value))
        }
    );
    native!(
        natives,
        "removeAttributeNS",
        host,
        |node: Handle, space: String, local: String| {
            remove_attribute_ns(&host, node.0, &space, &local);
        }
    );
    Ok(())
}

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
    by_namespace(natives, host)?;
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
