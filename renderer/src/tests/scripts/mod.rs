//! Claims about scripts, against a realm and its document without the loop around.

mod asking;
mod canvas;
mod dom;
mod events;
mod fetches;
mod fuzz;
mod hostile;
mod loading;
mod modules;
mod pages;
mod platform;
mod quick;
mod storage;
mod taken_apart;
mod traps;
mod trees;
mod wpt;
mod xpath;

use super::harness::bundled_fonts;
use crate::document::markup::Markup;
use crate::document::stream::{PIECE_BYTES, Step, Stream};
use crate::load::fetcher::Fetcher;
use crate::script::Realm;
use crate::script::scripts::{Place, script_of};
use crate::view::View;
use crate::view::scripted::PageDefaults;
use blitz_dom::{BaseDocument, NodeId};
use protocol::geometry::Size;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use url::Url;

/// What the main thread of the real process has.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Runs a test on a stack like that of the real process.
fn on_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(test);
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

const URL: &str = "http://site.test/page";

thread_local! {
    /// How long a task may run, of pages that would run for ever.
    static HURRY: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// The realm of the document that is shown.
fn realm(view: &mut View) -> &'static Realm {
    if let Some(realm) = view.script {
        return realm;
    }
    let url = Url::parse(URL).expect("a URL");
    let defaults = Box::new(PageDefaults(view.events.clone()));
    let realm = Realm::new(url, defaults, &mut view.document).expect("memory");
    if let Some(task_max) = HURRY.get() {
        realm.host.task_max.set(task_max);
    }
    view.equip(realm);
    view.script = Some(realm);
    realm
}

/// Runs a script that the parser has come to, if its text stands in it.
fn run(view: &mut View, fetcher: &mut Fetcher, stream: &Rc<Stream>, node: NodeId) {
    assert!(view.take_over_for_script(stream, fetcher));
    let realm = realm(view);
    realm.host.has_grown(stream.take_growth());
    view.with_script(Realm::tell_growth);
    let document = view.document.as_ref().expect("not lent");
    let is_there = document
        .get_node(node)
        .is_some_and(|node| node.flags.is_in_document());
    let script = script_of(document, node);
    let is_new = realm.host.started.borrow_mut().insert(node);
    if let Place::Text(text) = script.place
        && is_there
        && is_new
    {
        view.with_script(|realm| {
            realm.run_at_parser(stream, |realm| realm.run(Some(node), &text, "test"));
        });
    }
}

/// A document with scripts that have run.
struct Scripted {
    view: View,
    fetcher: Fetcher,
    realm: &'static Realm,
}

impl Scripted {
    fn new(html: &str) -> Scripted {
        let mut fetcher = Fetcher::default();
        let mut view = View::new(bundled_fonts(), &fetcher);
        view.set_size(Size::new(400, 300));
        view.may_run_scripts = true;
        let stream = Rc::new(view.open(Markup::Html, URL));
        let mut rest = html;
        while !rest.is_empty() && !stream.is_spent() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE_BYTES));
            stream.push(piece);
            rest = after;
            loop {
                match view.grow(&stream, || stream.step()) {
                    Some(Step::Script(node)) => run(&mut view, &mut fetcher, &stream, node),
                    Some(Step::Encoding(_)) => {}
                    Some(Step::Fed) | None => break,
                }
            }
        }
        view.grow(&stream, || stream.end());
        view.complete(&stream);
        view.settle(&mut fetcher);
        let realm = realm(&mut view);
        realm.host.has_grown(stream.take_growth());
        view.with_script(Realm::tell_growth);
        let mut page = Scripted {
            view,
            fetcher,
            realm,
        };
        page.settle();
        page
    }

    fn document(&self) -> &BaseDocument {
        self.view.document.as_ref().expect("not lent")
    }

    /// Lays out, and drops what nobody holds.
    fn settle(&mut self) {
        self.view.settle(&mut self.fetcher);
        self.view.sweep();
    }

    /// Runs code; what it logs is what it says.
    fn say(&mut self, code: &str) -> String {
        *self.realm.host.console.borrow_mut() = Default::default();
        let code = format!("console.log((() => {{ {code} }})())");
        self.view
            .with_script(|realm| realm.run(None, &code, "test"));
        self.settle();
        self.log().join("\n")
    }

    /// The lines of the console since the last time.
    fn log(&mut self) -> Vec<String> {
        let lines = std::mem::take(&mut self.realm.host.console.borrow_mut().kept);
        let bare = |line: String| {
            line.strip_prefix("log: ")
                .map_or(line.clone(), str::to_owned)
        };
        lines.into_iter().map(bare).collect()
    }

    /// Runs the timers that are due, until none is for a while.
    fn pass(&mut self) {
        for _ in 0..200 {
            self.view.with_script(Realm::run_timers);
            self.settle();
            match self.realm.due() {
                Some(due) => {
                    let now = std::time::Instant::now();
                    let rest = due.saturating_duration_since(now);
                    if rest.as_millis() > 200 {
                        break;
                    }
                    #[allow(clippy::disallowed_methods, reason = "a timer is due by the clock")]
                    std::thread::sleep(rest);
                }
                None => break,
            }
        }
    }

    fn gc(&mut self) {
        self.realm.run_gc();
        // Finalisers are jobs.
        self.view.with_script(|realm| realm.run(None, "0", "test"));
        self.settle();
    }

    fn input(&mut self, event: InputEvent) {
        self.view.settle(&mut self.fetcher);
        self.view.input(event);
        self.settle();
    }

    fn click(&mut self, x: f32, y: f32) {
        let modifiers = Modifiers::default();
        let button = Button::Left;
        self.input(InputEvent::PointerMove { x, y, modifiers });
        self.input(InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        });
        self.input(InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        });
    }

    fn key(&mut self, key: Key) {
        let modifiers = Modifiers::default();
        self.input(InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        });
        self.input(InputEvent::KeyUp { key, modifiers });
    }

    fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.key(Key::Character(character));
        }
    }
}
