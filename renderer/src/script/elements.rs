//! Elements that scripts make or change, as Blitz can take them: cleaned as the parser cleans them,
//! and with the parts of controls put in once they are in the document.

use crate::document::attributes;
use crate::document::base::URL_ATTRIBUTES;
use crate::document::controls;
use crate::document::elements::{CHOSEN, GIVEN, attribute as attribute_name, element, is, mark};
use crate::document::forms;
use crate::document::lengths;
use crate::script::handles::Refusal;
use crate::script::host::Host;
use crate::script::limits::ATTRIBUTES_MAX;
use crate::script::nodes::{OWN, is_connected, walk};
use crate::script::sheets;
use blitz_dom::node::{Attribute, SpecialElementData};
use blitz_dom::{BaseDocument, ElementData, LocalName, NodeId, QualName, local_name, ns};
use html5ever::Attribute as HtmlAttribute;
use style::invalidation::element::restyle_hints::RestyleHint;
use style::properties::PropertyDeclarationBlock;
use style::servo_arc::Arc;
use style_dom::ElementState;

type Outcome<T> = Result<T, Refusal>;

/// An attribute's name as scripts write it.
pub(crate) fn qualified(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) if !prefix.is_empty() => format!("{}:{}", &**prefix, &*name.local),
        _ => name.local.to_string(),
    }
}

/// Whether scripts write an attribute's name so.
fn is_called(name: &QualName, wanted: &str) -> bool {
    match &name.prefix {
        Some(prefix) if !prefix.is_empty() => qualified(name) == wanted,
        _ => &*name.local == wanted,
    }
}

/// Whether an attribute is the page's own.
pub(crate) fn is_page(attribute: &Attribute) -> bool {
    !attribute.name.local.starts_with(OWN) && !attributes::is_shadow(&attribute.name)
}

/// The page's own attributes of an element.
pub(crate) fn page_attributes(element: &ElementData) -> impl Iterator<Item = &Attribute> {
    element
        .attrs()
        .iter()
        .filter(|attribute| is_page(attribute))
}

/// An attribute of an element, by its qualified name.
pub(crate) fn attribute<'a>(element: &'a ElementData, name: &str) -> Option<&'a str> {
    if name == "value"
        && let Some(given) = element.attr(LocalName::from(GIVEN))
    {
        // What the user chose has taken its place.
        return Some(given);
    }
    let found = page_attributes(element).find(|attribute| is_called(&attribute.name, name));
    found.map(|attribute| &*attribute.value)
}

/// Sets an attribute. A URL that does not resolve is not taken.
pub(crate) fn set_attribute(host: &Host, id: NodeId, name: QualName, value: &str) -> Outcome<()> {
    let guard = host.read();
    let data = element(&guard, id).ok_or(Refusal::STATE)?;
    let known = match name.prefix {
        None => page_attributes(data).find(|known| is_called(&known.name, &name.local)),
        Some(_) => {
            let wanted = qualified(&name);
            page_attributes(data).find(|known| is_called(&known.name, &wanted))
        }
    };
    let name = known.map_or(name, |known| known.name.clone());
    drop(guard);
    put_attribute(host, id, name, value)
}

/// Sets an attribute that is known by its namespace and local name.
pub(crate) fn set_attribute_ns(
    host: &Host,
    id: NodeId,
    name: QualName,
    value: &str,
) -> Outcome<()> {
    let name = {
        let document = host.read();
        let data = element(&document, id).ok_or(Refusal::STATE)?;
        let is_it = |known: &&Attribute| known.name.ns == name.ns && known.name.local == name.local;
        page_attributes(data)
            .find(is_it)
            .map_or(name, |known| known.name.clone())
    };
    put_attribute(host, id, name, value)
}

fn put_attribute(host: &Host, id: NodeId, name: QualName, value: &str) -> Outcome<()> {
    let mut guard = host.write();
    let document = &mut *guard;
    let data = element(document, id).ok_or(Refusal::STATE)?;
    if data.attrs().len() >= ATTRIBUTES_MAX {
        return Err(Refusal::QUOTA);
    }
    host.add_attributes(document, value.len())?;
    note_image(host, document, id, &name);
    let tag = data.name.clone();
    let is_frame = tag.local == local_name!("iframe");
    let loads = is_frame && matches!(&*name.local, "src" | "srcdoc");
    if !is_safe(document, &name, value) || loads && !host.add_frame() {
        clear(document, id, name);
        return Ok(());
    }
    note_handler(host, &name);
    let is_kind = tag.local == local_name!("input") && name.local == local_name!("type");
    if is_kind {
        forget_kind(host, document, id);
    }
    if tag.local == local_name!("link")
        && name.local == local_name!("rel")
        && let Some(data) = data_mut(document, id)
    {
        data.attrs
            .retain(|known| !attributes::is_shadow(&known.name));
    }
    if !attributes::may_tidy(&tag, &name) {
        document.mutate().set_attribute(id, name.clone(), value);
        after_change(host, document, id, &name);
        drop(guard);
        host.touch();
        return Ok(());
    }
    let mut tidied = vec![HtmlAttribute {
        name,
        value: value.into(),
    }];
    attributes::tidy(&tag, &mut tidied);
    for attribute in tidied.into_iter().rev() {
        if attributes::is_shadow(&attribute.name) {
            let shadow = Attribute {
                name: attribute.name,
                value: attribute.value.to_string(),
            };
            if let Some(data) = data_mut(document, id) {
                data.attrs.insert(0, shadow);
            }
            continue;
        }
        let mut mutator = document.mutate();
        mutator.set_attribute(id, attribute.name.clone(), &attribute.value);
        drop(mutator);
        after_change(host, document, id, &attribute.name);
    }
    drop(guard);
    host.touch();
    Ok(())
}

/// Sets the `style` attribute of an element, whose declarations are known.
pub(crate) fn set_style(
    host: &Host,
    id: NodeId,
    style: &str,
    declarations: PropertyDeclarationBlock,
) -> Outcome<()> {
    let name = attribute_name("style");
    // In the document more follows from it.
    if is_connected(&host.read(), id) || lengths::clamped(style).is_some() {
        return set_attribute(host, id, name, style);
    }
    let mut document = host.write();
    let declarations = Arc::new(document.guard().wrap(declarations));
    let data = element(&document, id).ok_or(Refusal::STATE)?;
    if data.attrs().len() >= ATTRIBUTES_MAX {
        return Err(Refusal::QUOTA);
    }
    host.add_attributes(&document, style.len())?;
    let node = document.get_node_mut(id).ok_or(Refusal::STATE)?;
    if let Some(data) = node.element_data_mut() {
        data.attrs.set(name, style);
        data.style_attribute = Some(declarations);
    }
    node.set_restyle_hint(RestyleHint::RESTYLE_STYLE_ATTRIBUTE);
    drop(document);
    host.touch();
    Ok(())
}

/// Takes an attribute away.
pub(crate) fn remove_attribute(host: &Host, id: NodeId, name: &str) {
    take_attribute(host, id, |known| is_called(known, name));
}

/// Takes an attribute away that is known by its namespace and local name.
pub(crate) fn remove_attribute_ns(host: &Host, id: NodeId, space: &str, local: &str) {
    take_attribute(host, id, |known| {
        *known.ns == *space && *known.local == *local
    });
}

fn take_attribute(host: &Host, id: NodeId, is_it: impl Fn(&QualName) -> bool) {
    let mut guard = host.write();
    let document = &mut *guard;
    let Some(data) = element(document, id) else {
        return;
    };
    let known = page_attributes(data).find(|known| is_it(&known.name));
    let Some(name) = known.map(|known| known.name.clone()) else {
        return;
    };
    let is_input = data.name.local == local_name!("input");
    if is_input && name.local == local_name!("type") {
        forget_kind(host, document, id);
    }
    note_image(host, document, id, &name);
    clear(document, id, name.clone());
    after_change(host, document, id, &name);
    drop(guard);
    host.touch();
}

/// An image that showed a file of another origin may show it still when it has another address.
fn note_image(host: &Host, document: &BaseDocument, id: NodeId, name: &QualName) {
    let origins = &mut host.canvases.borrow_mut().origins;
    origins.note(document, id, &name.local, &host.url.borrow());
}

fn data_mut(document: &mut BaseDocument, id: NodeId) -> Option<&mut ElementData> {
    document.get_node_mut(id)?.element_data_mut()
}

/// Whether Blitz can resolve the URL, if it is one.
fn is_safe(document: &BaseDocument, name: &QualName, value: &str) -> bool {
    !URL_ATTRIBUTES.contains(&&*name.local) || document.base_url().join(value).is_ok()
}

/// What stands in markup as attributes, as Blitz can take it.
pub(crate) fn cleaned(
    document: &BaseDocument,
    tag: &QualName,
    mut attributes: Vec<HtmlAttribute>,
) -> Vec<Attribute> {
    attributes.retain(|a| is_safe(document, &a.name, &a.value));
    attributes.truncate(ATTRIBUTES_MAX);
    attributes::tidy(tag, &mut attributes);
    let to_own = |attribute: HtmlAttribute| Attribute {
        name: attribute.name,
        value: attribute.value.to_string(),
    };
    attributes.into_iter().map(to_own).collect()
}

fn clear(document: &mut BaseDocument, id: NodeId, name: QualName) {
    let is_link = is(document, id, &local_name!("link"));
    if is_link && name.local == local_name!("href") && !sheets::has_sheet(document, id) {
        // Blitz takes it for granted that the sheet has come.
        if let Some(data) = data_mut(document, id) {
            data.attrs.remove(&name);
            data.flush_link_state();
        }
        return;
    }
    document.mutate().clear_attribute(id, name);
}

/// An input of another kind has other parts, and other data.
fn forget_kind(host: &Host, document: &mut BaseDocument, id: NodeId) {
    release_parts(host, document, id);
    if let Some(data) = data_mut(document, id) {
        data.attrs
            .retain(|known| !attributes::is_shadow(&known.name));
        if matches!(
            data.special_data,
            SpecialElementData::TextInput(_) | SpecialElementData::CheckboxInput(_)
        ) {
            data.special_data = SpecialElementData::None;
        }
    }
}

/// What follows from an attribute of a control of the document.
fn after_change(host: &Host, document: &mut BaseDocument, id: NodeId, name: &QualName) {
    host.canvases.borrow_mut().note(document, id, &name.local);
    if name.local == local_name!("disabled") && is(document, id, &local_name!("link")) {
        sheets::note_disabled(&host.disabled_links, document, id);
    }
    let Some(data) = element(document, id).filter(|_| is_connected(document, id)) else {
        return;
    };
    match (&*data.name.local, &*name.local) {
        ("input", "type") => {
            controls::complete_one(&mut document.mutate(), id);
            host.has_new_fields.set(true);
        }
        ("input" | "textarea", "placeholder") => host.has_new_fields.set(true),
        ("input", "value") if data.attr(LocalName::from(GIVEN)).is_some() => {
            release_parts(host, document, id);
            controls::complete_one(&mut document.mutate(), id);
        }
        ("input", "checked") => {
            let is_checked = data.has_attr(local_name!("checked"));
            set_checked(document, id, is_checked);
        }
        ("select", "multiple" | "size" | "name" | "disabled" | "form") => {
            choose_again(document, id);
        }
        ("option", "selected") => {
            let is_selected = data.has_attr(local_name!("selected"));
            if let Some(select) = select_of(document, id) {
                set_selected(document, select, id, is_selected);
            }
        }
        _ => {}
    }
}

/// Remembers that an attribute listens to an event.
pub(crate) fn note_handler(host: &Host, name: &QualName) {
    host.note_handler(&name.local);
}

/// The select that an option is in.
pub(crate) fn select_of(document: &BaseDocument, option: NodeId) -> Option<NodeId> {
    let mut at = document.get_node(option)?.parent;
    while let Some(id) = at {
        if is(document, id, &local_name!("select")) {
            return Some(id);
        }
        at = document.get_node(id)?.parent;
    }
    None
}

/// Chooses an option of a select, or chooses it no more.
pub(crate) fn set_selected(
    document: &mut BaseDocument,
    select: NodeId,
    option: NodeId,
    is_selected: bool,
) {
    let is_multiple =
        element(document, select).is_some_and(|e| e.has_attr(local_name!("multiple")));
    let mut chosen = forms::chosen(document, select);
    chosen.retain(|other| *other != option && is_multiple);
    if is_selected {
        chosen.push(option);
    }
    forms::choose(document, select, &chosen);
    if !is_selected {
        choose_again(document, select);
    }
}

/// Ticks a checkbox or radio button, or unticks it.
pub(crate) fn set_checked(document: &mut BaseDocument, id: NodeId, is_checked: bool) {
    let Some(data) = element(document, id) else {
        return;
    };
    if data.checkbox_input_checked().is_none() {
        // Not laid out yet: what it begins with is what the attribute says.
        let name = QualName::new(None, ns!(), local_name!("checked"));
        if let Some(data) = data_mut(document, id) {
            match is_checked {
                true => data.attrs.set(name, ""),
                false => drop(data.attrs.remove(&name)),
            }
        }
    }
    document.snapshot_node_and(id, ElementState::CHECKED, |node| {
        if let Some(data) = node.element_data_mut() {
            data.set_checkbox_input_checked(is_checked);
        }
        node.mark_ancestors_dirty();
    });
    document.shell_provider.request_redraw();
}

/// What is taken out of elements while they are put into the document.
pub(crate) type Stash = Vec<(NodeId, Vec<NodeId>)>;

/// Makes trees ready to be put into the document.
pub(crate) fn before_connection(
    host: &Host,
    document: &mut BaseDocument,
    nodes: &[NodeId],
) -> Stash {
    let (mut styles, mut controls) = (Vec::new(), Vec::new());
    for &node in nodes {
        if is_connected(document, node) {
            continue;
        }
        walk(document, node, |node| {
            let name = node.element_data().map(|element| &element.name.local);
            match name {
                Some(name) if *name == local_name!("style") => styles.push(node.id),
                Some(name) if *name == local_name!("input") => controls.push(node.id),
                Some(name) if *name == local_name!("optgroup") => controls.push(node.id),
                _ => {}
            }
            true
        });
    }
    for control in controls {
        release_parts(host, document, control);
    }
    let mut stash = Vec::new();
    for style in styles {
        if let Some(node) = document.get_node_mut(style) {
            stash.push((style, node.children.drain(..).collect()));
        }
    }
    stash
}

/// Completes what has come into the document.
pub(crate) fn after_connection(
    host: &Host,
    document: &mut BaseDocument,
    nodes: &[NodeId],
    stash: Stash,
) {
    for (style, texts) in stash {
        sheets::put_text(document, style, &texts, None);
    }
    let (mut controls, mut selects) = (Vec::new(), Vec::new());
    for &node in nodes {
        walk(document, node, |node| {
            let Some(data) = node.element_data() else {
                return false;
            };
            match &*data.name.local {
                "input" => controls.push(node.id),
                "textarea" => host.has_new_fields.set(true),
                "optgroup" => controls.push(node.id),
                "select" => selects.push(node.id),
                _ => {}
            }
            true
        });
    }
    for control in controls {
        host.has_new_fields.set(true);
        controls::complete_one(&mut document.mutate(), control);
    }
    for select in selects {
        choose_again(document, select);
    }
}

/// Takes our own parts out of a control. The sweep drops them: an event may be on its way to one of
/// them, and the layout knows them still.
fn release_parts(host: &Host, document: &mut BaseDocument, control: NodeId) {
    let is_input = is(document, control, &local_name!("input"));
    let children = document
        .get_node(control)
        .map(|node| node.children.to_vec());
    for child in children.unwrap_or_default() {
        let is_part = element(document, child).is_some_and(|e| e.name.local.starts_with(OWN));
        if is_input || is_part {
            document.mutate().remove_node(child);
            host.released.borrow_mut().push(child);
        }
    }
}

/// A select keeps its choice; without one it begins anew.
pub(crate) fn choose_again(document: &mut BaseDocument, select: NodeId) {
    controls::complete_select_again(document, select);
}

/// Gives a copy of a control the state that is no attribute.
pub(crate) fn copy_state(document: &mut BaseDocument, from: NodeId, to: NodeId) {
    let state = element(document, from).and_then(|data| {
        let is_box = data.checkbox_input_checked()?;
        Some(is_box)
    });
    if let Some(is_checked) = state {
        set_checked(document, to, is_checked);
    }
    let is_chosen = element(document, from).is_some_and(|e| e.has_attr(LocalName::from(CHOSEN)));
    if is_chosen {
        mark(document, to, CHOSEN, true);
    }
}
