//! Declared and computed style.

use crate::document::elements::element;
use crate::script::elements::{attribute, set_style};
use crate::script::handles::{Handle, OrName, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::natives::layout::settle;
use crate::script::nodes::is_connected;
use blitz_dom::{NodeId, css_property_is_supported};
use rquickjs::{Object, Result};
use std::rc::Rc;
use style::context::QuirksMode;
use style::properties::declaration_block::{
    AppendableValue, append_serialization, parse_one_declaration_into, parse_style_attribute,
};
use style::properties::{
    Importance, PropertyDeclaration, PropertyDeclarationBlock, PropertyDeclarationId, PropertyId,
    ShorthandId, SourcePropertyDeclaration,
};
use style::stylesheets::{CssRuleType, Origin, UrlExtraData};
use style_traits::ParsingMode;

/// Fewer declarations than `all` stands for.
const FEW: usize = 32;
/// How many names of properties are remembered.
const NAMES_MAX: usize = 1_000;

/// The property that a name of scripts stands for: `backgroundColor`, `webkitMask`.
pub(super) fn property(host: &Host, key: &str) -> Option<PropertyId> {
    if let Some(known) = host.css_names.borrow().get(key) {
        return known.clone();
    }
    let name = property_name(key);
    let found = match css_property_is_supported(&name) {
        true => PropertyId::parse_enabled_for_all_content(&name).ok(),
        false => None,
    };
    let mut names = host.css_names.borrow_mut();
    if names.len() < NAMES_MAX && key.len() < 100 {
        names.insert(key.to_owned(), found.clone());
    }
    found
}

fn property_name(key: &str) -> String {
    if key == "cssFloat" {
        return "float".to_owned();
    }
    let mut name = String::with_capacity(key.len() + 4);
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    if name.starts_with("webkit-") || name.starts_with("moz-") {
        name.insert(0, '-');
    }
    name
}

/// Declares a property in the `style` attribute of an element, or takes it away. What is no value
/// of it changes nothing.
pub(super) fn set_property(
    host: &Host,
    id: NodeId,
    property: PropertyId,
    value: &str,
    is_important: bool,
) -> std::result::Result<(), Refusal> {
    let old = declared(host, id);
    let Some(block) = with_property(host, id, &old, property, (value, is_important)) else {
        return Ok(());
    };
    let new = written(&block);
    match new == old {
        true => Ok(()),
        false => set_style(host, id, &new, block),
    }
}

/// Declarations as text. Stylo looks for each shorthand that a property belongs to, `all` with its
/// hundreds among them; here only those are looked for that a few declarations can make up.
fn written(block: &PropertyDeclarationBlock) -> String {
    let mut text = String::new();
    let is_whole = |shorthand: ShorthandId| {
        let mut parts = shorthand.longhands();
        shorthand != ShorthandId::All
            && parts.all(|part| block.contains(PropertyDeclarationId::Longhand(part)))
    };
    let is_in_shorthand = |declaration: &PropertyDeclaration| match declaration.id() {
        PropertyDeclarationId::Longhand(longhand) => longhand.shorthands().any(is_whole),
        PropertyDeclarationId::Custom(_) => false,
    };
    if block.len() > FEW || block.declarations().iter().any(is_in_shorthand) {
        // Writing to a text does not fail.
        let _ = block.to_css(&mut text);
        return text;
    }
    let mut is_first = true;
    for (declaration, importance) in block.declaration_importance_iter() {
        let value = AppendableValue::Declaration(declaration);
        let name = declaration.id();
        let _ = append_serialization(&mut text, &name, value, importance, &mut is_first);
    }
    text
}

/// What an element declares, with a property changed; `None`: that is no value of it.
fn with_property(
    host: &Host,
    id: NodeId,
    old: &str,
    property: PropertyId,
    (value, is_important): (&str, bool),
) -> Option<PropertyDeclarationBlock> {
    let document = host.read();
    let read = document.guard().read();
    let url = UrlExtraData::from(document.base_url().clone());
    let known = element(&document, id).and_then(|data| data.style_attribute.as_ref());
    let mut block = match known {
        Some(known) => known.read_with(&read).clone(),
        None if old.is_empty() => PropertyDeclarationBlock::new(),
        None => parse_style_attribute(old, &url, None, QuirksMode::NoQuirks, CssRuleType::Style),
    };
    if value.trim().is_empty() {
        if let Some(first) = block.first_declaration_to_remove(&property) {
            block.remove_property(&property, first);
        }
        return Some(block);
    }
    let mut parsed = SourcePropertyDeclaration::default();
    parse_one_declaration_into(
        &mut parsed,
        property,
        value,
        Origin::Author,
        &url,
        None,
        ParsingMode::DEFAULT,
        QuirksMode::NoQuirks,
        CssRuleType::Style,
    )
    .ok()?;
    let importance = match is_important {
        true => Importance::Important,
        false => Importance::Normal,
    };
    block.extend(parsed.drain(), importance);
    Some(block)
}

/// The `style` attribute of an element.
fn declared(host: &Host, id: NodeId) -> String {
    let document = host.read();
    let style = element(&document, id).and_then(|element| attribute(element, "style"));
    style.unwrap_or_default().to_owned()
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
            OrName(match PropertyId::parse_enabled_for_all_content(&property) {
                Ok(property) => set_property(&host, node.0, property, &value, is_important),
                Err(()) => Ok(()),
            })
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
