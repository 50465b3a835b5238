//! Lets a page's scripts hear of what the user does, and takes back what they did to the document.

use crate::document::aim::Aim;
use crate::document::elements::element;
use crate::document::frames::Spot;
use crate::document::{forms, steps};
use crate::script::Realm;
use crate::script::host::{Defaults, Lent};
use crate::script::nodes::focused;
use crate::script::sweep::forget_gone_boxes;
use crate::view::blitz_events::{BlitzEvents, Navigation};
use crate::view::keys;
use crate::view::links::{Links, form_target};
use crate::view::popup::Popup;
use crate::view::view::View;
use blitz_dom::{BaseDocument, Document, EventDriver, EventHandler, NodeId};
use blitz_traits::events::{
    BlitzPointerEvent, DomEvent, DomEventData, EventState, KeyState, UiEvent,
};
use protocol::input::{InputEvent, Key, Modifiers};
use std::sync::Arc;
use url::Url;

/// What follows from a click, and where the page wants to go, is collected as for any page.
pub(crate) struct PageDefaults(pub(crate) Arc<BlitzEvents>);

impl Defaults for PageDefaults {
    fn click(&self, document: &mut dyn Document, target: NodeId) {
        let click = {
            let document = document.inner();
            let node = document.get_node(target);
            node.map(|node| node.synthetic_click_event_data(keyboard_types::Modifiers::empty()))
        };
        if let Some(click) = click {
            let mut driver = EventDriver::new(document, Links::of_page(&self.0));
            driver.handle_dom_event(DomEvent::new(target, DomEventData::Click(click)));
        }
    }

    fn submit(&self, document: &mut BaseDocument, form: NodeId, button: Option<NodeId>) {
        let from = button.unwrap_or(form);
        self.0.set_form_target(form_target(document, from));
        match button {
            Some(button) => forms::submit(document, button),
            None => steps::without_bad_input(document, |document| {
                document.submit_form(form, form);
            }),
        }
    }

    fn navigate(&self, _document: &BaseDocument, url: Url) {
        self.0.add(Navigation {
            url,
            is_post: false,
            is_form: false,
            target: String::new(),
            frame: None,
        });
    }
}

/// Tells the page's scripts of an event before anything else sees it.
struct Scripted<'a> {
    realm: &'static Realm,
    links: Links<'a>,
    seen: &'a mut Seen,
}

/// What came of an event of the user's.
#[derive(Default)]
struct Seen {
    /// The page prevented a press.
    is_refused: bool,
    /// What was clicked.
    click: Option<(NodeId, BlitzPointerEvent)>,
}

impl EventHandler for Scripted<'_> {
    fn handle_event(
        &mut self,
        chain: &[NodeId],
        event: &mut DomEvent,
        document: &mut dyn Document,
        state: &mut EventState,
    ) {
        self.links.restore(event);
        if let DomEventData::Click(click) = &event.data {
            self.seen.click = Some((event.target, click.clone()));
        }
        if is_told_by_blitz(&event.data) {
            let outcome = self.realm.dispatch(event);
            if outcome.is_stopped {
                state.stop_propagation();
            }
            if outcome.is_prevented {
                let is_press = matches!(
                    event.data,
                    DomEventData::PointerDown(_) | DomEventData::MouseDown(_)
                );
                self.seen.is_refused |= is_press;
                return state.prevent_default();
            }
        }
        self.links.handle_event(chain, event, document, state);
    }
}

/// Keys are told before they do anything here, and changes are found by comparison. Blitz knows of
/// no second click where the page prevents the first, or does what it does by itself.
fn is_told_by_blitz(data: &DomEventData) -> bool {
    !matches!(
        data,
        DomEventData::DoubleClick(_)
            | DomEventData::KeyDown(_)
            | DomEventData::KeyPress(_)
            | DomEventData::Input(_)
            | DomEventData::Ime(_)
            | DomEventData::Focus(_)
            | DomEventData::Blur(_)
            | DomEventData::FocusIn(_)
            | DomEventData::FocusOut(_)
            | DomEventData::Scroll(_)
            | DomEventData::AppleStandardKeybinding(_)
    )
}

impl View {
    /// Runs a task of the page's scripts, if it has any.
    pub(crate) fn with_script<T>(&mut self, task: impl FnOnce(&'static Realm) -> T) -> Option<T> {
        let realm = self.script?;
        realm.host.lend(self.document.take()?);
        let done = task(realm);
        self.document = realm.host.give_back();
        self.take_script_changes(realm);
        Some(done)
    }

    fn take_script_changes(&mut self, realm: &Realm) {
        if realm.host.has_scrolled.take() {
            self.set_anchor(None);
            self.has_scrolled();
        }
        if realm.host.has_new_fields.take() {
            self.controls.placeholders = None;
        }
        self.take_drawings(realm);
        if realm.host.has_changed.take() {
            self.forget_gone();
            self.outdate_find();
            self.has_news();
        }
    }

    /// A canvas with another size is shown at once, for the layout; others when they are painted.
    fn take_drawings(&mut self, realm: &Realm) {
        let mut canvases = realm.host.canvases.borrow_mut();
        let has_changed = canvases.has_changed;
        if canvases.has_resized
            && let Some(document) = &mut self.document
        {
            canvases.show(document);
        }
        if has_changed {
            self.request_paint();
        }
    }

    /// Forgets what is going on with nodes that a script has taken away.
    fn forget_gone(&mut self) {
        let Some(document) = &self.document else {
            return;
        };
        let popup = self.controls.popup.as_ref();
        let is_broken =
            |(spot, popup): &(Spot, Popup)| !spot.is_in_frame() && !popup.is_whole(document);
        if popup.is_some_and(is_broken)
            && let Some((_, popup)) = self.controls.popup.take()
            && let Some(document) = &mut self.document
        {
            popup.abandon(document);
        }
    }

    /// Sends an event to Blitz by way of the page's scripts.
    pub(crate) fn send_scripted(&mut self, event: UiEvent, aim: Option<Aim>) {
        let is_move = matches!(event, UiEvent::PointerMove(_) | UiEvent::Wheel(_));
        if let Some(document) = self.document.as_ref().filter(|_| !is_move) {
            forget_gone_boxes(document);
        }
        let presses = self.selection.presses();
        let click = self.drive(aim, presses, |driver| driver.handle_ui_event(event));
        if let Some((target, click)) = click.filter(|_| presses == 2) {
            let event = DomEvent::new(target, DomEventData::DoubleClick(click));
            self.with_script(|realm| realm.dispatch(&event));
            if self.is_unsettled() {
                self.lay_out();
            }
        }
    }

    /// A click that no pointer made.
    pub(crate) fn click_scripted(&mut self, event: DomEvent) {
        self.drive(None, 0, |driver| driver.handle_dom_event(event));
    }

    /// Returns what was clicked, if anything was.
    fn drive(
        &mut self,
        aim: Option<Aim>,
        presses: u32,
        send: impl FnOnce(&mut EventDriver<'_, Scripted<'_>>),
    ) -> Option<(NodeId, BlitzPointerEvent)> {
        let events = self.events.clone();
        let mut seen = Seen::default();
        self.with_script(|realm| {
            realm.host.presses.set(presses);
            let mut lent: Lent = realm.lent();
            let handler = Scripted {
                realm,
                links: Links::of_page(&events).aimed(aim),
                seen: &mut seen,
            };
            send(&mut EventDriver::new(&mut lent, handler));
        });
        self.pointer.is_refused = seen.is_refused;
        // What the user did goes on with the document as it is now.
        if self.is_unsettled() {
            self.lay_out();
        }
        seen.click
    }

    /// Before an input does anything: scripts hear of a key, and what controls hold is remembered.
    /// Returns whether the page wants nothing else to be done.
    pub(crate) fn tell_before(&mut self, event: &InputEvent) -> bool {
        if self.script.is_none() {
            return false;
        }
        if !is_idle_move(event, self.controls.dragged.is_some()) {
            self.watch_controls();
        }
        match *event {
            InputEvent::KeyDown {
                key,
                modifiers,
                repeat,
            } => self.tell_key(key, modifiers, repeat),
            _ => false,
        }
    }

    fn tell_key(&mut self, key: Key, modifiers: Modifiers, repeat: bool) -> bool {
        let document = self.document.as_ref();
        let target = document.and_then(|document| {
            let body = || document.find_body_node().map(|body| body.id);
            let focus = focused(document);
            focus
                .filter(|focus| element(document, *focus).is_some())
                .or_else(body)
        });
        let Some(target) = target else { return false };
        let event = keys::event(key, modifiers, repeat, KeyState::Pressed);
        let is_text = matches!(key, Key::Character(_) | Key::Enter)
            && !modifiers.ctrl
            && !modifiers.alt
            && !modifiers.meta;
        let told = self.with_script(|realm| {
            let down = DomEvent::new(target, DomEventData::KeyDown(event.clone()));
            let mut is_prevented = realm.dispatch(&down).is_prevented;
            if is_text && !is_prevented {
                let press = DomEvent::new(target, DomEventData::KeyPress(event));
                is_prevented = realm.dispatch(&press).is_prevented;
            }
            is_prevented
        });
        if self.is_unsettled() {
            self.lay_out();
        }
        told.unwrap_or(false)
    }

    /// Remembers what the controls hold that the user may change.
    pub(crate) fn watch_controls(&mut self) {
        if self.script.is_none() {
            return;
        }
        let document = self.document.as_ref();
        let nodes = document.map(|document| {
            let near = [
                document.get_focussed_node_id(),
                document.get_hover_node_id(),
            ];
            let mut nodes: Vec<NodeId> = near.into_iter().flatten().collect();
            let parents = nodes.iter().filter_map(|id| document.get_node(*id)?.parent);
            let parents: Vec<NodeId> = parents.collect();
            nodes.extend(parents);
            nodes.retain(|id| element(document, *id).is_some());
            nodes.sort_by_key(|id| id.as_u64());
            nodes.dedup();
            nodes
        });
        if let Some(nodes) = nodes {
            self.with_script(|realm| realm.watch(&nodes));
        }
    }

    /// After an input: scripts hear of what it has changed.
    pub(crate) fn tell_after(&mut self, event: &InputEvent) {
        if self.script.is_none() || is_idle_move(event, self.controls.dragged.is_some()) {
            return;
        }
        let is_done = !matches!(event, InputEvent::PointerMove { .. });
        self.tell_changes(is_done);
    }

    pub(crate) fn tell_changes(&mut self, is_done: bool) {
        if self.script.is_none() {
            return;
        }
        self.with_script(|realm| realm.tell_changes(is_done));
        if self.is_unsettled() {
            self.lay_out();
        }
    }

    /// Whether the page waits for a frame.
    pub(crate) fn wants_frame(&self) -> bool {
        self.script.is_some_and(Realm::wants_frame)
    }

    /// A frame may be painted: what waits for one runs.
    pub(crate) fn run_frames(&mut self) {
        let is_hidden = self.script.is_some_and(|realm| realm.host.is_hidden.get());
        if is_hidden {
            self.with_script(|realm| realm.set_hidden(false));
        }
        if self.wants_frame() {
            self.with_script(Realm::run_frames);
            self.request_paint();
        }
    }

    /// Drops nodes that no script can reach, if nothing that was laid out knows them any more.
    pub(crate) fn sweep(&mut self) {
        let document = self.document.as_ref();
        let is_laid_out = !self.is_unsettled()
            && !self.is_outdated()
            && document.is_some_and(|document| !document.has_pending_critical_resources());
        if is_laid_out {
            self.with_script(Realm::sweep);
        }
    }
}

/// Whether it is a move of the pointer that can change no control.
fn is_idle_move(event: &InputEvent, is_dragging: bool) -> bool {
    let is_move = matches!(
        event,
        InputEvent::PointerMove { .. } | InputEvent::Wheel { .. }
    );
    is_move && !is_dragging
}
