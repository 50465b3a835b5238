//! What controls hold.

use crate::document::activation::labeled;
use crate::document::attributes::input_kind;
use crate::document::elements::{element, is};
use crate::document::{forms, parts, text_fields};
use crate::script::elements::{attribute, select_of, set_attribute, set_checked, set_selected};
use crate::script::handles::{Handle, List, OrName, OrNull, Refusal, handles};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::nodes::is_connected;
use blitz_dom::{BaseDocument, NodeId, QualName, local_name, ns};
use rquickjs::{Object, Result};
use std::rc::Rc;

/// What an input or text area holds.
fn value(document: &BaseDocument, id: NodeId) -> String {
    let Some(data) = element(document, id) else {
        return String::new();
    };
    if let Some(input) = data.text_input_data() {
        return input.editor.text().to_string();
    }
    if data.name.local == local_name!("textarea") {
        return text_fields::given_text(document, id);
    }
    let own = match &*input_kind(data) {
        // The user's choice stands in the attribute itself.
        "range" | "color" => data.attr(local_name!("value")),
        _ => attribute(data, "value"),
    };
    match own {
        Some(own) => own.to_owned(),
        None if matches!(&*input_kind(data), "checkbox" | "radio") => "on".to_owned(),
        None => String::new(),
    }
}

/// Returns whether it could be done here: the text of an area that is not laid out is its content.
fn set_value(host: &Host, id: NodeId, text: &str) -> std::result::Result<bool, Refusal> {
    let mut guard = host.write();
    let document = &mut *guard;
    let data = element(document, id).ok_or(Refusal::STATE)?;
    host.add_text(document, text.len())?;
    let kind = input_kind(data);
    if data.text_input_data().is_some() {
        let line;
        let text = match data.name.local == local_name!("input") {
            true => {
                line = text.replace(['\n', '\r'], "");
                &line
            }
            false => text,
        };
        document.with_text_input(id, |mut driver| driver.clear_compose());
        text_fields::set_text(document, id, text);
        drop(guard);
        host.touch();
        return Ok(true);
    }
    if data.name.local == local_name!("textarea") {
        return Ok(false);
    }
    match &*kind {
        "range" if is_connected(document, id) => {
            if let Ok(number) = text.trim().parse::<f64>()
                && number.is_finite()
            {
                parts::set_range(&mut document.mutate(), id, number);
            }
        }
        "color" if is_connected(document, id) => {
            parts::set_color(&mut document.mutate(), id, text);
        }
        _ => {
            drop(guard);
            let name = QualName::new(None, ns!(), local_name!("value"));
            return set_attribute(host, id, name, text).map(|()| true);
        }
    }
    drop(guard);
    host.touch();
    Ok(true)
}

fn check(host: &Host, id: NodeId, is_checked: bool) {
    let mut document = host.write();
    let Some(data) = element(&document, id) else {
        return;
    };
    let is_radio = input_kind(data) == "radio";
    set_checked(&mut document, id, is_checked);
    if is_radio && is_checked && is_connected(&document, id) {
        for other in forms::radio_group(&document, id) {
            if other != id {
                set_checked(&mut document, other, false);
            }
        }
    }
    drop(document);
    host.touch();
}

/// Where the selection of a text field begins and ends, in UTF-16 units.
fn selection(document: &BaseDocument, id: NodeId) -> Option<Vec<u32>> {
    let input = element(document, id)?.text_input_data()?;
    let text = input.editor.text().to_string();
    let range = input.editor.raw_selection().text_range();
    let units = |end: usize| {
        let end = text.floor_char_boundary(end);
        text[..end].encode_utf16().count() as u32
    };
    Some(vec![units(range.start), units(range.end)])
}

fn select(host: &Host, id: NodeId, start: f64, end: f64) {
    let mut document = host.write();
    let text = element(&document, id)
        .and_then(|data| Some(data.text_input_data()?.editor.text().to_string()));
    let Some(text) = text else { return };
    let byte = |units: f64| {
        let mut left = units.max(0.0) as usize;
        for (at, character) in text.char_indices() {
            if left == 0 {
                return at;
            }
            left = left.saturating_sub(character.len_utf16());
        }
        text.len()
    };
    let (start, end) = (byte(start), byte(end));
    document.with_text_input(id, |mut driver| {
        driver.clear_compose();
        driver.select_byte_range(start.min(end), end);
    });
    drop(document);
    host.touch();
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "value", host, |node: Handle| value(
        &host.read(),
        node.0
    ));
    native!(natives, "setValue", host, |node: Handle, text: String| {
        OrName(set_value(&host, node.0, &text))
    });
    native!(natives, "checked", host, |node: Handle| {
        let document = host.read();
        element(&document, node.0).is_some_and(|data| {
            let has_attribute = || data.has_attr(local_name!("checked"));
            data.checkbox_input_checked().unwrap_or_else(has_attribute)
        })
    });
    native!(
        natives,
        "setChecked",
        host,
        |node: Handle, is_checked: bool| {
            check(&host, node.0, is_checked);
        }
    );
    native!(natives, "selection", host, |node: Handle| OrNull(
        selection(&host.read(), node.0).map(List)
    ));
    native!(
        natives,
        "select",
        host,
        |node: Handle, start: f64, end: f64| {
            select(&host, node.0, start, end);
        }
    );
    owners(natives, host)?;
    choices(natives, host)
}

fn choices(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "options", host, |node: Handle| {
        let options = forms::options(&host.read(), node.0);
        handles(options)
    });
    native!(natives, "chosen", host, |node: Handle| {
        let document = host.read();
        let chosen = match is_connected(&document, node.0) {
            true => forms::chosen(&document, node.0),
            false => forms::initially_chosen(&document, node.0, false),
        };
        handles(chosen)
    });
    native!(
        natives,
        "choose",
        host,
        |node: Handle, chosen: Vec<Handle>| {
            let mut document = host.write();
            if is(&document, node.0, &local_name!("select")) {
                let options = forms::options(&document, node.0);
                let mut chosen: Vec<NodeId> = chosen.into_iter().map(|option| option.0).collect();
                chosen.retain(|option| options.contains(option));
                forms::choose(&mut document, node.0, &chosen);
            }
            drop(document);
            host.touch();
        }
    );
    native!(natives, "selectOf", host, |node: Handle| {
        OrNull(select_of(&host.read(), node.0).map(Handle))
    });
    native!(
        natives,
        "setSelected",
        host,
        |select: Handle, option: Handle, is_selected: bool| {
            let mut document = host.write();
            let is_its = select_of(&document, option.0) == Some(select.0);
            if is_its {
                set_selected(&mut document, select.0, option.0, is_selected);
            }
            drop(document);
            host.touch();
        }
    );
    Ok(())
}

fn owners(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "formOf", host, |node: Handle| {
        OrNull(forms::owner(&host.read(), node.0).map(Handle))
    });
    native!(natives, "labeled", host, |node: Handle| {
        let document = host.read();
        let is_label = is(&document, node.0, &local_name!("label"));
        OrNull(
            is_label
                .then(|| labeled(&document, node.0))
                .flatten()
                .map(Handle),
        )
    });
    native!(
        natives,
        "submit",
        host,
        |form: Handle, button: Option<Handle>| {
            let mut document = host.write();
            if is(&document, form.0, &local_name!("form")) && is_connected(&document, form.0) {
                let button = button.map(|button| button.0);
                let button = button.filter(|button| element(&document, *button).is_some());
                host.defaults.submit(&mut document, form.0, button);
            }
        }
    );
    native!(natives, "reset", host, |form: Handle| {
        let mut document = host.write();
        if is(&document, form.0, &local_name!("form")) {
            forms::reset_form(&mut document, form.0);
        }
        drop(document);
        host.touch();
    });
    Ok(())
}
