//! Follows links with their targets, where Blitz would load them in place or only scroll; all
//! other clicks are for the form controls.
//!
//! Never: decides where a link leads; it is collected for the page, which asks the broker.

use crate::document::activation::{Activation, labeled};
use crate::document::forms;
use crate::view::blitz_events::{BlitzEvents, Navigation};
use blitz_dom::{BaseDocument, DocGuard, DocGuardMut, Document, EventDriver, EventHandler};
use blitz_dom::{NodeId, local_name};
use blitz_traits::events::{DomEvent, DomEventData, EventState, UiEvent};
use std::sync::Arc;
use url::Url;

/// Sees the clicks of one document before Blitz does.
pub(crate) struct Links<'a> {
    events: &'a BlitzEvents,
    /// Whether it is the document of a frame, in which most links stay.
    is_frame: bool,
}

impl<'a> Links<'a> {
    /// Of a document that is in no frame.
    pub(crate) fn of_page(events: &'a BlitzEvents) -> Links<'a> {
        Links {
            events,
            is_frame: false,
        }
    }
}

impl EventHandler for Links<'_> {
    fn handle_event(
        &mut self,
        chain: &[NodeId],
        event: &mut DomEvent,
        document: &mut dyn Document,
        state: &mut EventState,
    ) {
        if matches!(event.data, DomEventData::Click(_)) && self.follow(chain, &document.inner()) {
            return state.prevent_default();
        }
        Activation.handle_event(chain, event, document, state);
    }
}

impl Links<'_> {
    /// Follows the link that was clicked, or notes the target of the form that a clicked button
    /// may send. Returns whether it was a link that is followed here.
    fn follow(&self, chain: &[NodeId], document: &BaseDocument) -> bool {
        for &id in chain {
            let Some(element) = document.get_node(id).and_then(|node| node.element_data()) else {
                continue;
            };
            match &*element.name.local {
                "a" | "area" => {
                    let Some(href) = element.attr(local_name!("href")) else {
                        continue;
                    };
                    let target = target_of(document, id);
                    let url = document.base_url().join(href).ok();
                    let Some(url) = url.filter(|_| !self.is_frame || leaves(&target)) else {
                        return false;
                    };
                    self.events.follow(url, target);
                    return true;
                }
                "button" | "input" | "label" => {
                    let control = match &*element.name.local {
                        "label" => labeled(document, id),
                        _ => Some(id),
                    };
                    if let Some(control) = control {
                        self.events.set_form_target(form_target(document, control));
                    }
                    return false;
                }
                "summary" | "select" | "textarea" => return false,
                _ => {}
            }
        }
        false
    }
}

/// Whether a link in a frame leads out of it.
fn leaves(target: &str) -> bool {
    !target.is_empty() && !target.eq_ignore_ascii_case("_self")
}

/// The `target` of a link or form, or else that of the document.
fn target_of(document: &BaseDocument, id: NodeId) -> String {
    let attribute = |id: NodeId| {
        let element = document.get_node(id)?.element_data()?;
        Some(element.attr(local_name!("target"))?.to_owned())
    };
    let of_base = || {
        let base = document.query_selector("base[target]").ok().flatten();
        base.and_then(attribute)
    };
    attribute(id).or_else(of_base).unwrap_or_default()
}

/// The target of the form that a control sends: its own, or the form's.
pub(crate) fn form_target(document: &BaseDocument, control: NodeId) -> String {
    let element = |id: NodeId| document.get_node(id)?.element_data();
    if let Some(own) = element(control).and_then(|e| e.attr(local_name!("formtarget"))) {
        return own.to_owned();
    }
    target_of(document, forms::owner(document, control).unwrap_or(control))
}

/// What a link or a form asks for, once its target is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The document that it stands in.
    Here,
    /// A tab of that name; without a name always a new one.
    Tab(String),
}

/// The place that a `target` means in a document that is in no frame.
///
/// Source: the HTML standard, "The rules for choosing a navigable".
pub(crate) fn place(target: &str) -> Place {
    let is = |keyword: &str| target.eq_ignore_ascii_case(keyword);
    if target.is_empty() || is("_self") || is("_parent") || is("_top") {
        Place::Here
    } else if is("_blank") {
        Place::Tab(String::new())
    } else {
        Place::Tab(target.to_owned())
    }
}

/// The document of a frame. Links out of it reach the page around.
pub(crate) struct Framed {
    document: BaseDocument,
    events: Arc<BlitzEvents>,
}

impl Framed {
    /// Makes documents frames of a page with these events.
    pub(crate) fn maker(
        events: Arc<BlitzEvents>,
    ) -> Box<dyn Fn(BaseDocument) -> Box<dyn Document>> {
        Box::new(move |document| {
            let events = events.clone();
            Box::new(Framed { document, events })
        })
    }
}

impl Document for Framed {
    fn inner(&self) -> DocGuard<'_> {
        DocGuard::Ref(&self.document)
    }

    fn inner_mut(&mut self) -> DocGuardMut<'_> {
        DocGuardMut::Ref(&mut self.document)
    }

    fn handle_ui_event(&mut self, event: UiEvent) {
        let links = Links {
            events: &self.events,
            is_frame: true,
        };
        EventDriver::new(&mut self.document, links).handle_ui_event(event);
    }
}

impl BlitzEvents {
    fn follow(&self, url: Url, target: String) {
        self.add(Navigation {
            url,
            is_post: false,
            target,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_blank_leave_the_tab() {
        for target in ["", "_self", "_TOP", "_parent"] {
            assert_eq!(place(target), Place::Here, "{target}");
        }
        assert_eq!(place("_Blank"), Place::Tab(String::new()));
        assert_eq!(place("help"), Place::Tab("help".to_owned()));
    }
}
