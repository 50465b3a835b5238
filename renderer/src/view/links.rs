//! Follows links with their targets, where Blitz would load them in place or only scroll; all
//! other clicks are for the form controls.
//!
//! Never: decides where a link leads; it is collected for the page, which asks the broker.

use crate::document::activation::{Activation, labeled};
use crate::document::aim::Aim;
use crate::document::forms;
use crate::document::frames;
use crate::document::image_map;
use crate::document::parse::{FrameMaker, FrameText};
use crate::document::target;
use crate::view::blitz_events::{BlitzEvents, Navigation};
use blitz_dom::{BaseDocument, DocGuard, DocGuardMut, Document, EventDriver, EventHandler};
use blitz_dom::{NodeId, local_name};
use blitz_traits::events::{DomEvent, DomEventData, EventState, UiEvent};
use blitz_traits::navigation::{NavigationOptions, NavigationProvider};
use std::sync::Arc;
use url::Url;

/// Sees the clicks of one document before Blitz does.
pub(crate) struct Links<'a> {
    events: &'a BlitzEvents,
    /// The document, if it is one in a frame.
    frame: Option<usize>,
    /// Where the pointer is, if Blitz was told another place.
    aim: Option<Aim>,
}

impl<'a> Links<'a> {
    /// Of a document that is in no frame.
    pub(crate) fn of_page(events: &'a BlitzEvents) -> Links<'a> {
        Links {
            events,
            frame: None,
            aim: None,
        }
    }

    /// For an event that was aimed so.
    pub(crate) fn aimed(self, aim: Option<Aim>) -> Links<'a> {
        Links { aim, ..self }
    }

    /// Puts the pointer of an event where it is.
    pub(crate) fn restore(&self, event: &mut DomEvent) {
        if let Some(aim) = self.aim {
            aim.restore(event);
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
        self.restore(event);
        if let DomEventData::Click(click) = &event.data {
            let at = (click.page_x(), click.page_y());
            if self.follow(chain, at, &document.inner()) {
                return state.prevent_default();
            }
        }
        Activation.handle_event(chain, event, document, state);
        if let Some(aim) = self.aim {
            aim.tell(event);
        }
    }
}

impl Links<'_> {
    /// Follows the link that was clicked, or notes the target of the form that a clicked button
    /// may send. Returns whether it was a link that is followed here.
    fn follow(&self, chain: &[NodeId], at: (f32, f32), document: &BaseDocument) -> bool {
        for &id in chain {
            // An area of an image map stands for the image.
            let id = image_map::area_at(document, id, at).unwrap_or(id);
            let Some(element) = document.get_node(id).and_then(|node| node.element_data()) else {
                continue;
            };
            match &*element.name.local {
                "a" | "area" => {
                    let Some(href) = element.attr(local_name!("href")) else {
                        continue;
                    };
                    let Ok(url) = document.base_url().join(href) else {
                        return false;
                    };
                    self.events.add(Navigation {
                        url,
                        is_post: false,
                        is_form: false,
                        target: target_of(document, id),
                        frame: self.frame,
                    });
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

/// The link under a place of a document, as an absolute address: in its frames too.
pub(crate) fn link_under(document: &BaseDocument, at: (f32, f32)) -> Option<Url> {
    let hovered = document.get_hover_node_id()?;
    if let Some(at) = frames::inside(document, hovered, at) {
        return link_under(&document.subdoc(hovered)?.inner(), at);
    }
    let mut next = Some(hovered);
    while let Some(id) = next {
        let id = image_map::area_at(document, id, at).unwrap_or(id);
        let node = document.get_node(id)?;
        let link = node
            .element_data()
            .filter(|element| matches!(&*element.name.local, "a" | "area"));
        if let Some(href) = link.and_then(|link| link.attr(local_name!("href"))) {
            return document.base_url().join(href).ok();
        }
        next = node.parent;
    }
    None
}

/// The document of a frame. Where its links and forms lead is decided with the page around.
pub(crate) struct Framed {
    document: BaseDocument,
    events: Arc<BlitzEvents>,
    /// `None` for a notice of ours, which is no frame's page.
    frame: Option<usize>,
}

impl Framed {
    /// Makes documents frames of a page with these events.
    pub(crate) fn maker(events: Arc<BlitzEvents>) -> FrameMaker {
        Box::new(move |mut document, text| {
            let frame = match text {
                FrameText::Notice => None,
                FrameText::Page(fragment) => {
                    let frame = document.id();
                    document.set_navigation_provider(Arc::new(FrameForms {
                        events: events.clone(),
                        frame,
                    }));
                    if let Some(fragment) = fragment {
                        target::show(&mut document, Some(&fragment));
                        events.add_frame_anchor(frame, fragment);
                    }
                    Some(frame)
                }
            };
            Box::new(Framed {
                document,
                events: events.clone(),
                frame,
            })
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

    fn handle_ui_event(&mut self, mut event: UiEvent) {
        if let UiEvent::KeyDown(key) = &event
            && key.key == keyboard_types::Key::Named(keyboard_types::NamedKey::Enter)
            && let Some(focus) = self.document.get_focussed_node_id()
        {
            self.events
                .set_form_target(form_target(&self.document, focus));
        }
        let links = Links {
            events: &self.events,
            frame: self.frame,
            aim: Aim::take(&self.document, &mut event),
        };
        EventDriver::new(&mut self.document, links).handle_ui_event(event);
    }
}

/// Hears of the forms that a document in a frame sends.
struct FrameForms {
    events: Arc<BlitzEvents>,
    frame: usize,
}

impl NavigationProvider for FrameForms {
    fn navigate_to(&self, options: NavigationOptions) {
        self.events.add_form(options, Some(self.frame));
    }
}
