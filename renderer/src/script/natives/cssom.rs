//! Style sheets as objects: the rules of a sheet, by the element that owns it and the way to them.

use crate::document::stylesheet;
use crate::script::handles::{Handle, List, OrName, OrNull, Refusal, handles};
use crate::script::host::Host;
use crate::script::limits::{RULES_BYTES_MAX, SELECTOR_BYTES_MAX, SELECTOR_DEPTH_MAX};
use crate::script::native::native;
use crate::script::nodes::walk;
use crate::script::sheets::is_disabled_link;
use blitz_dom::{BaseDocument, NodeId};
use rquickjs::{Object, Result};
use std::rc::Rc;

type Outcome<T> = std::result::Result<T, Refusal>;

/// Levels of rules within rules, and of brackets: their parser recurses.
fn check(host: &Host, text: &str) -> Outcome<()> {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > SELECTOR_DEPTH_MAX {
            return Err(Refusal::SYNTAX);
        }
    }
    if host.must_stop() || text.len() > SELECTOR_BYTES_MAX {
        return Err(Refusal::QUOTA);
    }
    let present = || {
        let document = host.read();
        owners(&document)
            .into_iter()
            .map(|owner| bytes(&document, owner))
            .sum()
    };
    host.add_rules(text.len(), RULES_BYTES_MAX, present)
}

/// How much text the rules of a sheet are.
fn bytes(document: &BaseDocument, owner: NodeId) -> usize {
    let count = document.stylesheet_rule_count(owner, &[]).unwrap_or(0);
    let rules = (0..count).filter_map(|at| document.stylesheet_rule_info(owner, &[at]));
    rules.map(|rule| rule.css_text.len()).sum()
}

/// The elements with a sheet, in order.
fn owners(document: &BaseDocument) -> Vec<NodeId> {
    let mut found = Vec::new();
    walk(document, document.root_node().id, |node| {
        if document.node_has_stylesheet(node.id) && !is_disabled_link(document, node.id) {
            found.push(node.id);
        }
        true
    });
    found
}

fn safe(host: &Host, text: &str) -> String {
    let document = host.read();
    stylesheet::safe(text, document.base_url()).unwrap_or_else(|| text.to_owned())
}

/// A change of a sheet's rules; the page is laid out anew after it.
fn change<T>(
    host: &Host,
    text: &str,
    change: impl FnOnce(&mut BaseDocument, &str) -> std::result::Result<T, blitz_dom::CssomError>,
) -> Outcome<T> {
    check(host, text)?;
    let text = safe(host, text);
    let done = change(&mut host.write(), &text);
    host.touch();
    done.map_err(|error| Refusal(error.dom_exception_name()))
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "sheets", host, || handles(owners(&host.read())));
    native!(natives, "hasSheet", host, |owner: Handle| {
        let document = host.read();
        document.node_has_stylesheet(owner.0) && !is_disabled_link(&document, owner.0)
    });
    native!(natives, "sheetDisabled", host, |owner: Handle| {
        host.read().stylesheet_disabled(owner.0)
    });
    native!(
        natives,
        "setSheetDisabled",
        host,
        |owner: Handle, is_disabled: bool| {
            host.write().set_stylesheet_disabled(owner.0, is_disabled);
            host.touch();
        }
    );
    rules(natives, host)?;
    declarations(natives, host)
}

fn rules(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "ruleCount",
        host,
        |owner: Handle, path: Vec<usize>| {
            let count = host.read().stylesheet_rule_count(owner.0, &path);
            OrNull(count.map(|count| count as u32))
        }
    );
    // Interface, type, text, whether it has rules, whether it has declarations; then what it
    // further has, by name.
    native!(
        natives,
        "ruleInfo",
        host,
        |owner: Handle, path: Vec<usize>| {
            let info = host.read().stylesheet_rule_info(owner.0, &path);
            OrNull(info.map(|info| {
                let flag = |is: bool| if is { "1" } else { "" }.to_owned();
                let mut all = vec![
                    info.interface.to_owned(),
                    info.rule_type.to_string(),
                    info.css_text,
                    flag(info.has_child_rules),
                    flag(info.has_style),
                ];
                for (name, value) in info.attributes {
                    all.extend([name.to_owned(), value]);
                }
                List(all)
            }))
        }
    );
    native!(
        natives,
        "ruleInsert",
        host,
        |owner: Handle, path: Vec<usize>, text: String, at: usize| {
            let done = change(&host, &text, |document, text| {
                document.stylesheet_insert_rule(owner.0, &path, text, at)
            });
            OrName(done.map(|at| at as u32))
        }
    );
    native!(
        natives,
        "ruleDelete",
        host,
        |owner: Handle, path: Vec<usize>, at: usize| {
            OrName(change(&host, "", |document, _| {
                document.stylesheet_delete_rule(owner.0, &path, at)
            }))
        }
    );
    native!(
        natives,
        "ruleSelector",
        host,
        |owner: Handle, path: Vec<usize>, text: String| {
            OrName(change(&host, &text, |document, text| {
                document.stylesheet_rule_set_selector_text(owner.0, &path, text)
            }))
        }
    );
    Ok(())
}

/// `CSSRule.style`.
fn declarations(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "ruleStyleText",
        host,
        |owner: Handle, path: Vec<usize>| {
            OrNull(host.read().stylesheet_rule_style_css_text(owner.0, &path))
        }
    );
    native!(
        natives,
        "ruleStyleGet",
        host,
        |owner: Handle, path: Vec<usize>, property: String| {
            let document = host.read();
            let found = document.stylesheet_rule_style_get_property(owner.0, &path, &property);
            OrNull(found.map(|(value, is_important)| {
                let priority = if is_important { "important" } else { "" };
                List(vec![value, priority.to_owned()])
            }))
        }
    );
    native!(
        natives,
        "ruleStyleSet",
        host,
        |owner: Handle, path: Vec<usize>, property: String, value: String, is_important: bool| {
            OrName(change(&host, &value, |document, value| {
                match value.is_empty() {
                    true => document
                        .stylesheet_rule_style_remove_property(owner.0, &path, &property)
                        .map(drop),
                    false => document.stylesheet_rule_style_set_property(
                        owner.0,
                        &path,
                        &property,
                        value,
                        is_important,
                    ),
                }
            }))
        }
    );
    native!(
        natives,
        "ruleStyleSetText",
        host,
        |owner: Handle, path: Vec<usize>, text: String| {
            OrName(change(&host, &text, |document, text| {
                document.stylesheet_rule_style_set_css_text(owner.0, &path, text)
            }))
        }
    );
    Ok(())
}
