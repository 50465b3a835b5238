//! What attributes say about looks and Blitz leaves out, as rules of the user-agent style.
//!
//! Source: the HTML standard, "Rendering", "presentational hints".

use blitz_dom::{LocalName, QualName};
use cssparser::serialize_string;
use html5ever::Attribute;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// So many different rules a document may need.
const RULES_MAX: usize = 2_000;
/// The widest border, gap or rule, in pixels.
const PIXELS_MAX: u32 = 10_000;
/// The longest text field, in characters.
const CHARACTERS_MAX: u32 = 10_000;

/// The rules that one document's attributes stand for.
#[derive(Default)]
pub(crate) struct Hints(RefCell<BTreeSet<String>>);

impl Hints {
    pub(crate) fn sheet(&self) -> String {
        self.0.borrow().iter().map(String::as_str).collect()
    }

    /// How many rules there are; they only become more.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Takes what the attributes of one element say.
    pub(crate) fn take(&self, name: &QualName, attributes: &[Attribute]) {
        let tag = &*name.local;
        if !matches!(
            tag,
            "input" | "textarea" | "select" | "table" | "hr" | "font" | "body"
        ) {
            return;
        }
        for attribute in attributes.iter().filter(|a| a.name.ns.is_empty()) {
            let value = &*attribute.value;
            let element = Named {
                tag,
                attribute: &attribute.name.local,
                value,
            };
            match (tag, &*attribute.name.local) {
                ("input", "size") => self.text_field(&element, attributes),
                ("textarea", "cols") => {
                    let columns = integer(value, CHARACTERS_MAX).unwrap_or(20);
                    self.add(&element, "", &format!("width:calc({columns}*.6em + 17px)"));
                }
                ("select", "size") => {
                    let rows = integer(value, 1_000).unwrap_or(1).max(1);
                    let height = format!("height:{}px", rows * 17 + 2);
                    self.add(&element, "[-bulkhead-list]", &height);
                }
                ("table", "border") => self.table_border(&element),
                ("table", "cellpadding") => {
                    if let Some(length) = length(value) {
                        self.cells(&element, &format!("padding:{length}"));
                    }
                }
                ("table", "cellspacing") => {
                    if let Some(pixels) = integer(value, PIXELS_MAX) {
                        self.add(&element, "", &format!("border-spacing:{pixels}px"));
                    }
                }
                ("hr", "size") => {
                    let height = integer(value, PIXELS_MAX).unwrap_or(2).saturating_sub(2);
                    self.add(&element, "", &format!("height:{height}px"));
                }
                _ => self.text(&element),
            }
        }
    }

    fn text(&self, element: &Named<'_>) {
        let value = element.value;
        match (element.tag, &**element.attribute) {
            ("hr", "color") => {
                if let Some(color) = color(value) {
                    let both = format!("border-color:{color};background-color:{color}");
                    self.add(element, "", &both);
                }
            }
            ("font", "color") | ("body", "text") => {
                if let Some(color) = color(value) {
                    self.add(element, "", &format!("color:{color}"));
                }
            }
            ("body", "link") => {
                if let Some(color) = color(value) {
                    self.add(element, " a[href]", &format!("color:{color}"));
                }
            }
            ("font", "size") => {
                if let Some(size) = font_size(value) {
                    self.add(element, "", &format!("font-size:{size}"));
                }
            }
            ("font", "face") => {
                let families = value.split(',').map(|family| quoted(family.trim()));
                let families = families.collect::<Vec<_>>().join(",");
                self.add(element, "", &format!("font-family:{families}"));
            }
            _ => {}
        }
    }

    fn text_field(&self, element: &Named<'_>, attributes: &[Attribute]) {
        let kind = attributes
            .iter()
            .find(|a| a.name.ns.is_empty() && &*a.name.local == "type");
        let kind = kind.map(|kind| &*kind.value);
        let Some(size) = integer(element.value, CHARACTERS_MAX).filter(|size| *size > 0) else {
            return;
        };
        let lower = kind.unwrap_or("text").to_ascii_lowercase();
        if matches!(&*lower, "text" | "password" | "email" | "tel" | "url") {
            let of_kind = match kind {
                Some(kind) => format!("[type={}]", quoted(kind)),
                None => ":not([type])".to_owned(),
            };
            self.add(element, &of_kind, &format!("width:calc({size}*.6em + 9px)"));
        }
    }

    /// `border=` without a number, or with none that can be read, is a border of one pixel.
    fn table_border(&self, element: &Named<'_>) {
        let width = integer(element.value, PIXELS_MAX).unwrap_or(1);
        if width > 0 {
            self.add(element, "", &format!("border:{width}px outset #808080"));
            self.cells(element, "border:1px inset #808080");
        }
    }

    fn cells(&self, table: &Named<'_>, declarations: &str) {
        self.add(table, ">*>tr>:is(td,th)", declarations);
        self.add(table, ">tr>:is(td,th)", declarations);
    }

    /// Adds a rule for the elements with that attribute, or for what `rest` says is near them.
    fn add(&self, element: &Named<'_>, rest: &str, declarations: &str) {
        let mut rules = self.0.borrow_mut();
        if rules.len() < RULES_MAX {
            let value = quoted(element.value);
            let (tag, attribute) = (element.tag, element.attribute);
            rules.insert(format!(
                "{tag}[{attribute}={value}]{rest}{{{declarations}}}"
            ));
        }
    }
}

struct Named<'a> {
    tag: &'a str,
    attribute: &'a LocalName,
    value: &'a str,
}

/// The number at the start, as HTML reads integers that are not negative, and at most `max`.
pub(crate) fn integer(text: &str, max: u32) -> Option<u32> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    Some(text[..digits].parse().unwrap_or(u32::MAX).min(max))
}

fn length(text: &str) -> Option<String> {
    let number = integer(text, PIXELS_MAX)?;
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    let unit = if rest.starts_with('%') { "%" } else { "px" };
    Some(format!("{number}{unit}"))
}

/// A colour by name or number, if Stylo may read it.
fn color(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix('#').unwrap_or(text);
    let is_hex = matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let is_name =
        !text.is_empty() && text.len() <= 24 && text.bytes().all(|b| b.is_ascii_alphabetic());
    match (is_hex, is_name) {
        (true, _) => Some(format!("#{digits}")),
        (_, true) => Some(text.to_owned()),
        _ => None,
    }
}

/// `<font size>`: from 1 to 7, or so many steps from 3.
fn font_size(text: &str) -> Option<&'static str> {
    const SIZES: [&str; 7] = [
        "x-small", "small", "medium", "large", "x-large", "xx-large", "48px",
    ];
    let text = text.trim();
    let size = match text.as_bytes().first()? {
        b'+' => 3 + integer(&text[1..], 7)?,
        b'-' => 3u32.saturating_sub(integer(&text[1..], 7)?),
        _ => integer(text, 7)?,
    };
    Some(SIZES[size.clamp(1, 7) as usize - 1])
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    // Writing to a string does not fail.
    let _ = serialize_string(text, &mut quoted);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use html5ever::ns;

    fn rules(tag: &str, attribute: &str, value: &str) -> String {
        let hints = Hints::default();
        let name = QualName::new(None, ns!(html), tag.into());
        let attribute = Attribute {
            name: QualName::new(None, ns!(), attribute.into()),
            value: value.into(),
        };
        hints.take(&name, &[attribute]);
        hints.sheet()
    }

    #[test]
    fn a_size_of_a_million_is_clamped() {
        assert_eq!(
            rules("input", "size", "1000000"),
            "input[size=\"1000000\"]:not([type]){width:calc(10000*.6em + 9px)}"
        );
        assert!(rules("table", "border", "99999999999999").contains("border:10000px"));
    }

    #[test]
    fn a_value_cannot_leave_its_rule() {
        let rule = rules("font", "face", "a\"} * { color: red } b, c");
        assert!(
            rule.contains("font-family:\"a\\\"} * { color: red } b\",\"c\""),
            "{rule}"
        );
        assert_eq!(rules("font", "color", "red} *{"), "");
        assert_eq!(rules("input", "size", "0"), "");
    }

    #[test]
    fn a_border_is_one_pixel_unless_it_says_otherwise() {
        assert!(rules("table", "border", "").contains("border:1px outset"));
        assert!(rules("table", "border", "5").contains("border:5px outset"));
        assert_eq!(rules("table", "border", "0"), "");
    }
}
