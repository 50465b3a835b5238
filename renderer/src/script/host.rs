//! What the natives of one realm share: the document, lent for a task, and what the task leaves to
//! be done afterwards.
//!
//! Never: stays borrowed across a call into the engine.

use crate::document::growth::Growth;
use crate::document::stream::Stream;
use crate::load::link::Link;
use crate::script::address::Address;
use crate::script::canvas::Canvases;
use crate::script::console::Console;
use crate::script::event_stream::EventParser;
use crate::script::handles::{Refusal, number_of};
use crate::script::kinds::Special;
use crate::script::limits::{
    ATTRIBUTE_BYTES_MAX, NAMES_MAX, NAVIGATIONS_MAX, NODES_MAX, TASK_MAX, TEXT_BYTES_MAX,
};
use crate::script::modules::{Import, Modules};
use crate::script::outside::Outside;
use crate::script::requests::Requests;
use crate::script::sources::Sources;
use crate::script::storage::Storage;
use crate::script::streams::WantedStreams;
use crate::script::timers::Timers;
use ::prelude::{Lists, Styles, Wrappers};
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, DocGuard, DocGuardMut, Document, LocalName, NodeId, QualName};
use protocol::dialog::{DialogAnswer, DialogKind};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};
use url::Url;

/// What the engine does not do itself: what follows a link, or sends a form.
pub(crate) trait Defaults {
    /// Does what a click on `target` does by itself.
    fn click(&self, document: &mut dyn Document, target: NodeId);
    /// Sends a form, as if that button was pressed.
    fn submit(&self, document: &mut BaseDocument, form: NodeId, button: Option<NodeId>);
    /// The page wants to go elsewhere.
    fn navigate(&self, document: &BaseDocument, url: Url);
}

/// The state of one realm.
pub(crate) struct Host {
    document: RefCell<Option<BaseDocument>>,
    pub(crate) defaults: Box<dyn Defaults>,
    /// The address of the document.
    pub(crate) url: RefCell<Url>,
    pub(crate) address: Address,
    pub(crate) outside: Outside,
    pub(crate) epoch: Instant,
    /// How long a task may run.
    pub(crate) task_max: Cell<Duration>,
    /// The scripts so far, if somebody inspects the document.
    pub(crate) sources: Sources,
    /// Until when the present task may run.
    pub(crate) deadline: Cell<Option<Instant>>,
    /// Whether a task ran too long; none runs any more.
    pub(crate) is_stopped: Cell<bool>,
    /// Whether the document has changed since the view was told.
    pub(crate) has_changed: Cell<bool>,
    /// Whether there is more in the document than the prelude was told of.
    pub(crate) is_grown: Cell<bool>,
    /// Whether a node was refused since garbage was last collected.
    pub(crate) is_full: Cell<bool>,
    /// Whether layout has to be done before anything is measured.
    pub(crate) is_unsettled: Cell<bool>,
    /// Ids and names that have come into the document, for properties of the window.
    pub(crate) new_names: RefCell<Vec<String>>,
    /// Whether there may be more of them in the tree.
    pub(crate) has_unnoted_names: Cell<bool>,
    /// Whether a script watches boxes, and whether they may have moved since it was told.
    pub(crate) watches_boxes: Cell<bool>,
    pub(crate) boxes_moved: Cell<bool>,
    /// Whether fields have come or gone.
    pub(crate) has_new_fields: Cell<bool>,
    /// Whether the page scrolled by itself.
    pub(crate) has_scrolled: Cell<bool>,
    /// Counts changes of the tree, for live collections.
    pub(crate) version: Cell<u32>,
    /// The wrappers of nodes.
    pub(crate) wrappers: Rc<Wrappers>,
    /// The class of lists that are read by index.
    pub(crate) lists: Lists,
    /// The class of declarations of style.
    pub(crate) styles: Styles,
    /// Nodes whose wrapper is gone, and those taken out of the tree: the sweep looks at them.
    pub(crate) released: RefCell<Vec<NodeId>>,
    /// The types of events that anybody listens to.
    pub(crate) listened: RefCell<HashSet<String>>,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) wants_frame: Cell<bool>,
    pub(crate) requests: RefCell<Requests>,
    /// What has come of streams of events, by their number.
    pub(crate) event_parsers: RefCell<HashMap<u32, EventParser>>,
    /// Those that come from the browser itself.
    pub(crate) streams: RefCell<WantedStreams>,
    /// The channel to the network process, where there are the document's cookies.
    pub(crate) link: RefCell<Option<Rc<Link>>>,
    pub(crate) console: RefCell<Console>,
    /// Scripts that have run, or never will.
    pub(crate) started: RefCell<HashSet<NodeId>>,
    /// Scripts that a script has put into the document.
    pub(crate) injected: RefCell<Vec<NodeId>>,
    pub(crate) current_script: Cell<Option<NodeId>>,
    /// Scripts in what scripts have written, which do not run at once.
    pub(crate) found: RefCell<Vec<NodeId>>,
    /// The parser, while it stands at a script that it runs.
    pub(crate) parser: RefCell<Option<Rc<Stream>>>,
    /// How deep the present script stands in what scripts have written.
    pub(crate) writes: Cell<usize>,
    /// The document's modules.
    pub(crate) modules: RefCell<Rc<Modules>>,
    pub(crate) imports: RefCell<Vec<Import>>,
    /// What the parser still works on: the sweep spares it.
    pub(crate) parsed: RefCell<HashSet<NodeId>>,
    /// Of what is in a template: the template.
    pub(crate) templates: RefCell<HashMap<NodeId, NodeId>>,
    /// What nodes stand for that Blitz has no kind for.
    pub(crate) specials: RefCell<HashMap<NodeId, Special>>,
    pub(crate) ready_state: Cell<&'static str>,
    /// How often scripts have made another document of it.
    pub(crate) reopened: Cell<u32>,
    pub(crate) is_hidden: Cell<bool>,
    /// What the page is to call the browser, in place of its own name.
    pub(crate) user_agent: RefCell<Option<String>>,
    /// How many nodes there may be.
    pub(crate) nodes_max: Cell<usize>,
    /// What the origin keeps.
    pub(crate) storage: RefCell<Storage>,
    pub(crate) canvases: RefCell<Canvases>,
    /// How many presses the present event of the pointer follows.
    pub(crate) presses: Cell<u32>,
    /// Links that scripts have disabled: their sheets may come later.
    pub(crate) disabled_links: RefCell<HashSet<NodeId>>,
    /// Whether scripts hear of each change of an attribute.
    pub(crate) tells_changes: Cell<bool>,
    /// Nodes at which anybody listens, or did.
    pub(crate) listening: RefCell<HashSet<NodeId>>,
    /// The types of events for which elements have had handlers as attributes.
    pub(crate) inlined: RefCell<HashSet<String>>,
    navigations: Cell<usize>,
    text_bytes: Cell<usize>,
    attribute_bytes: Cell<usize>,
    rule_bytes: Cell<usize>,
    frames: Cell<usize>,
    /// The parent whose children were looked at last, and where.
    pub(crate) place: Cell<Option<(NodeId, usize)>>,
}

impl Host {
    pub(crate) fn new(url: Url, defaults: Box<dyn Defaults>) -> Host {
        Host {
            document: RefCell::new(None),
            defaults,
            url: RefCell::new(url),
            address: Address::default(),
            outside: Outside::new(),
            epoch: Instant::now(),
            task_max: Cell::new(TASK_MAX),
            sources: Sources::default(),
            deadline: Cell::new(None),
            is_stopped: Cell::new(false),
            has_changed: Cell::new(false),
            is_grown: Cell::new(true),
            is_full: Cell::new(false),
            is_unsettled: Cell::new(false),
            new_names: RefCell::default(),
            has_unnoted_names: Cell::new(true),
            watches_boxes: Cell::new(false),
            boxes_moved: Cell::new(false),
            has_new_fields: Cell::new(false),
            has_scrolled: Cell::new(false),
            version: Cell::new(0),
            wrappers: Rc::default(),
            lists: Lists::default(),
            styles: Styles::default(),
            released: RefCell::default(),
            listened: RefCell::default(),
            timers: RefCell::default(),
            wants_frame: Cell::new(false),
            requests: RefCell::default(),
            event_parsers: RefCell::default(),
            streams: RefCell::default(),
            link: RefCell::default(),
            console: RefCell::default(),
            started: RefCell::default(),
            injected: RefCell::default(),
            current_script: Cell::new(None),
            found: RefCell::default(),
            parser: RefCell::default(),
            writes: Cell::new(0),
            modules: RefCell::default(),
            imports: RefCell::default(),
            parsed: RefCell::default(),
            templates: RefCell::default(),
            specials: RefCell::default(),
            ready_state: Cell::new("loading"),
            reopened: Cell::new(0),
            is_hidden: Cell::new(false),
            user_agent: RefCell::default(),
            nodes_max: Cell::new(NODES_MAX),
            storage: RefCell::default(),
            canvases: RefCell::default(),
            presses: Cell::new(0),
            disabled_links: RefCell::default(),
            tells_changes: Cell::new(false),
            listening: RefCell::default(),
            inlined: RefCell::default(),
            navigations: Cell::new(0),
            text_bytes: Cell::new(0),
            attribute_bytes: Cell::new(0),
            rule_bytes: Cell::new(0),
            frames: Cell::new(0),
            place: Cell::new(None),
        }
    }

    /// What the page is to call the browser, in place of its own name.
    pub(crate) fn user_agent(&self) -> Option<String> {
        self.user_agent.borrow().clone()
    }

    /// Takes the document for a task.
    pub(crate) fn lend(&self, document: BaseDocument) {
        *self.document.borrow_mut() = Some(document);
        self.navigations.set(0);
    }

    /// The document, when the task is over.
    pub(crate) fn give_back(&self) -> Option<BaseDocument> {
        self.document.borrow_mut().take()
    }

    pub(crate) fn has_document(&self) -> bool {
        self.document.borrow().is_some()
    }

    /// Lends the document to its parser within a task; `None` if it is not there.
    pub(crate) fn with_parser<T>(&self, stream: &Stream, work: impl FnOnce() -> T) -> Option<T> {
        let mut document = self.give_back();
        let done = stream.lend(&mut document, work);
        *self.document.borrow_mut() = document;
        self.touch();
        done
    }

    /// The document to read.
    pub(crate) fn read(&self) -> Ref<'_, BaseDocument> {
        Ref::map(self.document.borrow(), |document| {
            document.as_ref().expect("scripts run in tasks only")
        })
    }

    /// The document to change.
    pub(crate) fn write(&self) -> RefMut<'_, BaseDocument> {
        RefMut::map(self.document.borrow_mut(), |document| {
            document.as_mut().expect("scripts run in tasks only")
        })
    }

    /// The document has changed: collections, layout and picture are out of date.
    pub(crate) fn touch(&self) {
        self.has_changed.set(true);
        self.is_unsettled.set(true);
        self.boxes_moved.set(true);
        self.version.set(self.version.get().wrapping_add(1));
    }

    /// Takes over what the parser noted of what it has added.
    pub(crate) fn note_growth(&self, growth: Growth) {
        for name in growth.handlers {
            self.note_handler(&name);
        }
        match growth.names {
            Some(names) => names.into_iter().for_each(|name| self.note_as_name(name)),
            None => self.has_unnoted_names.set(true),
        }
        self.is_grown.set(true);
    }

    /// The parser has added to the document. When that is laid out is not the scripts' to say.
    pub(crate) fn has_grown(&self, growth: Growth) {
        self.note_growth(growth);
        self.is_unsettled.set(true);
        self.version.set(self.version.get().wrapping_add(1));
        self.place.set(None);
    }

    /// Remembers that an attribute of that name listens to an event.
    pub(crate) fn note_handler(&self, name: &LocalName) {
        if let Some(kind) = name.strip_prefix("on")
            && !self.inlined.borrow().contains(kind)
        {
            self.inlined.borrow_mut().insert(kind.to_owned());
            self.listened.borrow_mut().insert(kind.to_owned());
        }
    }

    /// Refuses what would make too many nodes.
    pub(crate) fn check_nodes(&self, document: &BaseDocument, more: usize) -> Result<(), Refusal> {
        match document.tree().len() + more > self.nodes_max.get() {
            true => {
                self.is_full.set(true);
                Err(Refusal::QUOTA)
            }
            false => Ok(()),
        }
    }

    /// Counts text that comes into the document, and refuses what would be too much.
    pub(crate) fn add_text(&self, document: &BaseDocument, bytes: usize) -> Result<(), Refusal> {
        count(&self.text_bytes, bytes, TEXT_BYTES_MAX, || {
            sum(document, text_bytes)
        })
    }

    /// Likewise for attributes.
    pub(crate) fn add_attributes(
        &self,
        document: &BaseDocument,
        bytes: usize,
    ) -> Result<(), Refusal> {
        count(&self.attribute_bytes, bytes, ATTRIBUTE_BYTES_MAX, || {
            sum(document, attribute_bytes)
        })
    }

    /// Likewise for the rules of style sheets.
    pub(crate) fn add_rules(
        &self,
        bytes: usize,
        bound: usize,
        present: impl FnOnce() -> usize,
    ) -> Result<(), Refusal> {
        count(&self.rule_bytes, bytes, bound, present)
    }

    /// Whether scripts may hold a node.
    pub(crate) fn is_wrapped(&self, id: NodeId) -> bool {
        number_of(id).is_some_and(|number| self.wrappers.has(number))
    }

    /// The template that a fragment is in.
    pub(crate) fn template_of(&self, fragment: NodeId) -> Option<NodeId> {
        self.templates.borrow().get(&fragment).copied()
    }

    /// Whether one more frame may be made.
    pub(crate) fn add_frame(&self) -> bool {
        self.frames.set(self.frames.get() + 1);
        self.frames.get() <= protocol::limits::DOCUMENT_FRAMES_MAX
    }

    /// Asks for another document, unless that was asked for too often in one task.
    pub(crate) fn navigate(&self, url: Url) {
        if self.navigations.get() < NAVIGATIONS_MAX {
            self.navigations.set(self.navigations.get() + 1);
            self.defaults.navigate(&self.read(), url);
        }
    }

    /// Whether the present task has run too long, or the user wants it to end: then no script of
    /// the document runs any more.
    pub(crate) fn must_stop(&self) -> bool {
        let now = Instant::now();
        let is_late = self.deadline.get().is_some_and(|deadline| now > deadline);
        if is_late || self.outside.wants_stop(now) {
            self.is_stopped.set(true);
        }
        self.is_stopped.get()
    }

    /// Remembers that an element may be known by a name.
    pub(crate) fn note_name(&self, name: &QualName, value: &str) {
        if matches!(&*name.local, "id" | "name") {
            self.note_as_name(value.to_owned());
        }
    }

    fn note_as_name(&self, name: String) {
        let mut names = self.new_names.borrow_mut();
        if names.len() < NAMES_MAX {
            names.push(name);
        }
    }

    /// A script's way to say that something is wrong.
    pub(crate) fn log(&self, level: &str, text: &str) {
        self.log_from(level, text, "", 0);
    }

    /// Likewise, with the engine's account of where it comes from.
    pub(crate) fn log_from(&self, level: &str, text: &str, stack: &str, groups: u8) {
        let line = self.console.borrow_mut().line(level, text, stack, groups);
        self.outside.write(line);
    }

    /// Asks the user. The time that this takes is not the script's.
    pub(crate) fn ask(&self, kind: DialogKind, text: &str, default_text: &str) -> DialogAnswer {
        let before = Instant::now();
        let answer = self.outside.ask(kind, text, default_text);
        let deadline = self.deadline.get();
        self.deadline.set(deadline.map(|at| at + before.elapsed()));
        answer
    }

    /// Milliseconds since the realm was made, no finer than other browsers tell.
    pub(crate) fn now_ms(&self) -> f64 {
        (self.epoch.elapsed().as_secs_f64() * 1e4).floor() / 10.0
    }
}

/// Adds to a counter of what came; what has gone since is found where it seems to be too much.
fn count(
    counter: &Cell<usize>,
    more: usize,
    bound: usize,
    present: impl FnOnce() -> usize,
) -> Result<(), Refusal> {
    let mut all = counter.get().saturating_add(more);
    if all > bound {
        all = present().saturating_add(more);
    }
    if all > bound {
        return Err(Refusal::QUOTA);
    }
    counter.set(all);
    Ok(())
}

/// The sum over all nodes of a document, with those in no tree.
fn sum(document: &BaseDocument, of: fn(&NodeData) -> usize) -> usize {
    document.tree().iter().map(|(_, node)| of(&node.data)).sum()
}

/// How much text a node has.
pub(crate) fn text_bytes(data: &NodeData) -> usize {
    match data {
        NodeData::Text(text) => text.content.len(),
        NodeData::Comment { contents } => contents.len(),
        _ => 0,
    }
}

/// How much an element's attributes are.
pub(crate) fn attribute_bytes(data: &NodeData) -> usize {
    match data {
        NodeData::Element(element) => element.attrs().iter().map(|a| a.value.len()).sum(),
        _ => 0,
    }
}

/// The document while it is lent, for Blitz's event driver.
pub(crate) struct Lent(pub(crate) Rc<Host>);

impl Document for Lent {
    fn inner(&self) -> DocGuard<'_> {
        DocGuard::RefCell(self.0.read())
    }

    fn inner_mut(&mut self) -> DocGuardMut<'_> {
        DocGuardMut::RefCell(self.0.write())
    }
}
