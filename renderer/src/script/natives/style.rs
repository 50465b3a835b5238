//! Declared and computed style.

use crate::document::elements::element;
use crate::script::elements::{attribute, set_attribute};
use crate::script::handles::{Handle, OrName, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::natives::layout::settle;
use crate::script::nodes::is_connected;
use blitz_dom::{NodeId, QualName, css_property_is_supported, local_name, ns};
use rquickjs::{Object, Result};
use std::rc::Rc;

/// The `style` attribute of an element.
fn declared(host: &Host, id: NodeId) -> String {
    let document = host.read();
    let style = element(&document, id).and_then(|element| attribute(element, "style"));
    style.unwrap_or_default().to_owned()
}

fn set(host: &Host, id: NodeId, style: &str) -> std::result::Result<(), Refusal> {
    let name = QualName::new(None, ns!(), local_name!("style"));
    set_attribute(host, id, name, style)
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "computedStyle",
        host,
        |node: Handle, property: String| {
            settle(&host);
            let document = host.read();
            let is_styled = element(&document, node.0).is_some() && is_connected(&document, node.0);
            match is_styled {
                true => document.resolved_style_value(node.0, &property),
                false => String::new(),
            }
        }
    );
    native!(
        natives,
        "styleGet",
        host,
        |node: Handle, property: String| {
            let style = declared(&host, node.0);
            match style.is_empty() {
                true => style,
                false => host.read().style_attr_get_property(&style, &property),
            }
        }
    );
    native!(natives, "styleText", host, |node: Handle| {
        let style = declared(&host, node.0);
        host.read().style_attr_serialize(&style)
    });
    native!(
        natives,
        "styleSet",
        host,
        |node: Handle, property: String, value: String, is_important: bool| {
            let old = declared(&host, node.0);
            let new = host
                .read()
                .style_attr_set_property(&old, &property, &value, is_important);
            let outcome = match new.filter(|new| *new != old) {
                Some(new) => set(&host, node.0, &new),
                None => Ok(()),
            };
            OrName(outcome)
        }
    );
    native!(
        natives,
        "cssSupports",
        host,
        |property: String, value: String| {
            host.read().css_declaration_is_valid(&property, &value)
        }
    );
    native!(natives, "cssCondition", host, |condition: String| {
        let is_short = condition.len() < 10_000 && condition.matches('(').count() < 64;
        is_short && host.read().css_supports_condition(&condition)
    });
    native!(natives, "cssKnows", host, |property: String| {
        let _ = &host;
        css_property_is_supported(&property)
    });
    Ok(())
}
