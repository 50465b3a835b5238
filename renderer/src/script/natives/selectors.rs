//! Finding elements. A selector is bounded before its parser, which recurses, sees it.

use crate::document::elements::element;
use crate::script::elements::{attribute, qualified};
use crate::script::handles::{Bare, Handle, OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::limits::{SELECTOR_BYTES_MAX, SELECTOR_DEPTH_MAX};
use crate::script::native::native;
use crate::script::nodes::{OWN, is_own, path, walk};
use blitz_dom::{BaseDocument, ElementData, LocalName, NodeId, local_name, ns};
use rquickjs::{Object, Result};
use std::rc::Rc;

pub(crate) type Outcome<T> = std::result::Result<T, Refusal>;

/// Refuses selectors that nobody writes.
fn check(host: &Host, selector: &str) -> Outcome<()> {
    if host.must_stop() {
        return Err(Refusal::QUOTA);
    }
    let mut depth = 0_usize;
    for byte in selector.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > SELECTOR_DEPTH_MAX {
            return Err(Refusal::SYNTAX);
        }
    }
    match selector.len() > SELECTOR_BYTES_MAX {
        true => Err(Refusal::SYNTAX),
        false => Ok(()),
    }
}

/// Whether a node, or what it is in, is one of our own parts.
fn is_inside_own(document: &BaseDocument, id: NodeId) -> bool {
    let mut around = path(document, id).into_iter();
    around.any(|id| {
        document
            .get_node(id)
            .is_some_and(|node| is_own(document, node))
    })
}

/// A selector that is one name alone: of elements, or of a class.
enum Simple<'a> {
    Tag(&'a str),
    Class(&'a str),
}

impl Simple<'_> {
    fn of(selector: &str) -> Option<Simple<'_>> {
        let name = selector.strip_prefix('.').unwrap_or(selector);
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_plain = name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
            && name.bytes().all(is_part);
        match is_plain {
            true if name.len() < selector.len() => Some(Simple::Class(name)),
            true => Some(Simple::Tag(name)),
            false => None,
        }
    }

    /// All elements below `scope` that it matches, in order.
    fn all(&self, document: &BaseDocument, scope: NodeId) -> Vec<Handle> {
        match self {
            Simple::Tag(name) => {
                let name = LocalName::from(*name);
                all(document, scope, |element| element.name.local == name)
            }
            Simple::Class(name) => all(document, scope, |element| {
                let classes = element.attr(local_name!("class")).unwrap_or_default();
                classes.split_ascii_whitespace().any(|class| class == *name)
            }),
        }
    }
}

pub(crate) fn query_all(host: &Host, scope: NodeId, selector: &str) -> Outcome<Vec<Handle>> {
    check(host, selector)?;
    let document = host.read();
    if document.get_node(scope).is_none() {
        return Ok(Vec::new());
    }
    if let Some(simple) = Simple::of(selector) {
        return Ok(simple.all(&document, scope));
    }
    let found = document.query_selector_all_in(scope, selector);
    let found = found.map_err(|_| Refusal::SYNTAX)?;
    let is_page = |id: &NodeId| !is_inside_own(&document, *id);
    Ok(found.into_iter().filter(is_page).map(Handle).collect())
}

pub(crate) fn query(host: &Host, scope: NodeId, selector: &str) -> Outcome<Option<Handle>> {
    check(host, selector)?;
    let first = {
        let document = host.read();
        if document.get_node(scope).is_none() {
            return Ok(None);
        }
        let found = document.query_selector_in(scope, selector);
        let found = found.map_err(|_| Refusal::SYNTAX)?;
        let Some(found) = found else { return Ok(None) };
        (!is_inside_own(&document, found)).then_some(Handle(found))
    };
    match first {
        Some(first) => Ok(Some(first)),
        None => Ok(query_all(host, scope, selector)?.first().copied()),
    }
}

/// The elements below `root` that `wanted` says yes to, in order.
fn all(
    document: &BaseDocument,
    root: NodeId,
    wanted: impl Fn(&ElementData) -> bool,
) -> Vec<Handle> {
    let mut found = Vec::new();
    walk(document, root, |node| {
        let Some(element) = node.element_data() else {
            return true;
        };
        // What is in such a field is our own, as are fields in a `select`.
        let is_field = element.name.local == local_name!("input");
        if node.id != root {
            if element.name.local.starts_with(OWN) || is_field && is_own(document, node) {
                return false;
            }
            if wanted(element) {
                found.push(Handle(node.id));
            }
        }
        !is_field
    });
    found
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "byId", host, |root: Handle, id: String| {
        let document = host.read();
        if root.0 == document.root_node().id {
            return OrNull(document.get_element_by_id(&id).map(Handle));
        }
        let has_id = |element: &ElementData| attribute(element, "id") == Some(&*id);
        OrNull(all(&document, root.0, has_id).first().copied())
    });
    native!(natives, "query", host, |scope: Handle, selector: String| {
        OrName(query(&host, scope.0, &selector).map(OrNull))
    });
    native!(
        natives,
        "queryAll",
        host,
        |scope: Handle, selector: String| {
            OrName(query_all(&host, scope.0, &selector).map(Bare))
        }
    );
    native!(
        natives,
        "matches",
        host,
        |node: Handle, selector: String| {
            let document = host.read();
            OrName(
                check(&host, &selector).and_then(|()| match element(&document, node.0) {
                    Some(_) => {
                        let matches = document.matches_selector(node.0, &selector);
                        matches.map_err(|_| Refusal::SYNTAX)
                    }
                    None => Ok(false),
                }),
            )
        }
    );
    native!(
        natives,
        "closest",
        host,
        |node: Handle, selector: String| {
            let document = host.read();
            OrName(
                check(&host, &selector).and_then(|()| match element(&document, node.0) {
                    Some(_) => {
                        let found = document.closest(node.0, &selector);
                        let found = found.map_err(|_| Refusal::SYNTAX)?;
                        Ok(OrNull(found.map(Handle)))
                    }
                    None => Ok(OrNull(None)),
                }),
            )
        }
    );
    lists(natives, host)
}

/// What live lists ask for.
fn lists(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "byTag",
        host,
        |root: Handle, name: String, lowers: bool| {
            let lower = name.to_ascii_lowercase();
            let is = |element: &ElementData, name: &str| match element.name.prefix {
                Some(_) => qualified(&element.name) == name,
                None => *element.name.local == *name,
            };
            Bare(all(&host.read(), root.0, |element| match () {
                () if name == "*" => true,
                () if lowers && element.name.ns == ns!(html) => is(element, &lower),
                () => is(element, &name),
            }))
        }
    );
    // `*` is any namespace, and any name; an empty namespace is none.
    native!(
        natives,
        "byTagNS",
        host,
        |root: Handle, space: String, name: String| {
            Bare(all(&host.read(), root.0, |element| {
                (space == "*" || *element.name.ns == *space)
                    && (name == "*" || *element.name.local == *name)
            }))
        }
    );
    native!(natives, "byClass", host, |root: Handle, names: String| {
        let wanted: Vec<&str> = names.split_ascii_whitespace().collect();
        Bare(all(&host.read(), root.0, |element| {
            let classes = attribute(element, "class").unwrap_or_default();
            let has = |name: &&str| classes.split_ascii_whitespace().any(|class| class == *name);
            !wanted.is_empty() && wanted.iter().all(has)
        }))
    });
    native!(natives, "byName", host, |root: Handle, name: String| {
        let has_name = |element: &ElementData| {
            element.name.ns == ns!(html) && attribute(element, "name") == Some(&*name)
        };
        Bare(all(&host.read(), root.0, has_name))
    });
    Ok(())
}
