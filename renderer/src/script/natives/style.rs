//! Declared and computed style.

use crate::document::elements::element;
use crate::script::elements::{attribute, set_style};
use crate::script::handles::{Handle, OrName, Refusal, id_of};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::natives::layout::settle;
use crate::script::nodes::is_connected;
use ::prelude::Properties;
use blitz_dom::{BaseDocument, ElementData, NodeId, css_property_is_supported};
use rquickjs::{Ctx, Function, Object, Result};
use std::cell::RefCell;
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
use style_traits::{ParsingMode, ToCss};

/// Fewer declarations than `all` stands for.
const FEW: usize = 32;
/// The properties that scripts have named, each by its place here, and what elements declare.
struct Declared {
    host: Rc<Host>,
    found: RefCell<Vec<PropertyId>>,
}

impl Properties for Declared {
    fn find(&self, name: &str) -> Option<u16> {
        let name = property_name(name);
        if !css_property_is_supported(&name) {
            return None;
        }
        let property = PropertyId::parse_enabled_for_all_content(&name).ok()?;
        let mut found = self.found.borrow_mut();
        let known = found.iter().position(|known| *known == property);
        let at = known.unwrap_or_else(|| {
            found.push(property);
            found.len() - 1
        });
        u16::try_from(at).ok()
    }

    fn name(&self, property: u16) -> String {
        let found = self.found.borrow();
        let property = found.get(usize::from(property));
        property.map_or_else(String::new, ToCss::to_css_string)
    }

    fn get(&self, number: f64, property: u16) -> Option<String> {
        let found = self.found.borrow();
        let property = found.get(usize::from(property))?;
        let document = self.host.read();
        let data = element(&document, id_of(number))?;
        Some(declared_value(&document, data, property))
    }

    fn set(&self, number: f64, property: u16, value: &str) -> bool {
        if self.host.tells_changes.get() {
            return false;
        }
        let property = self.found.borrow().get(usize::from(property)).cloned();
        property.is_some_and(|property| {
            set_property(&self.host, id_of(number), property, value, false).is_ok()
        })
    }
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

/// What an element declares of a property; an empty text if nothing.
fn declared_value(document: &BaseDocument, data: &ElementData, property: &PropertyId) -> String {
    let mut value = String::new();
    match (&data.style_attribute, attribute(data, "style")) {
        (Some(declared), _) => {
            let read = document.guard().read();
            let declared = declared.read_with(&read);
            // Writing to a text does not fail.
            let _ = declared.property_value_to_css(property, &mut value);
            value
        }
        (None, Some(style)) if !style.is_empty() => {
            document.style_attr_get_property(style, &property.to_css_string())
        }
        _ => value,
    }
}

/// Declares a property in the `style` attribute of an element, or takes it away. What is no value
/// of it changes nothing.
fn set_property(
    host: &Host,
    id: NodeId,
    property: PropertyId,
    value: &str,
    is_important: bool,
) -> std::result::Result<(), Refusal> {
    let changed = {
        let document = host.read();
        let data = element(&document, id).ok_or(Refusal::STATE)?;
        let old = attribute(data, "style").unwrap_or_default();
        let block = with_property(&document, data, old, property, (value, is_important));
        let changed = block.map(|block| (written(&block), block));
        changed.filter(|(new, _)| new != old)
    };
    match changed {
        Some((new, block)) => set_style(host, id, &new, block),
        None => Ok(()),
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
    document: &BaseDocument,
    data: &ElementData,
    old: &str,
    property: PropertyId,
    (value, is_important): (&str, bool),
) -> Option<PropertyDeclarationBlock> {
    let url = UrlExtraData::from(document.base_url().clone());
    let mut block = match &data.style_attribute {
        Some(known) => known.read_with(&document.guard().read()).clone(),
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

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
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
            let document = host.read();
            let data = element(&document, node.0);
            let property = PropertyId::parse_enabled_for_all_content(&property).ok();
            let value = data.zip(property);
            value.map_or_else(String::new, |(data, property)| {
                declared_value(&document, data, &property)
            })
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
    add_objects(natives, host)
}

/// Objects of a class of the engine's own (decision 0059), whose properties are read and set here.
fn add_objects<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    let of = host.clone();
    let begin = move |proto: Object<'js>, names, get, set| {
        let properties = Declared {
            host: of.clone(),
            found: RefCell::default(),
        };
        of.styles
            .begin(Box::new(properties), proto, [names, get, set])
    };
    let ctx = natives.ctx();
    natives.set("styleBegin", Function::new(ctx.clone(), begin)?)?;
    let of = host.clone();
    // For the attribute of an element, or for other declarations.
    let make = move |ctx: Ctx<'js>, number: Option<f64>| of.styles.make(&ctx, number);
    natives.set("styleObject", Function::new(ctx.clone(), make)?)
}
