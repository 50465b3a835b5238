//! The realm of one document: the engine, its global object, and the tasks that run in it.
//!
//! It is made at the document's first script and ends with the process: taking the engine down
//! while it still holds anything of ours would abort. So it is leaked, and never used for a second
//! document.

use crate::document::stream::Stream;
use crate::load::scripted::Answer;
use crate::script::address::rebase;
use crate::script::events::{self, Outcome};
use crate::script::handles::{Handle, List, OrNull, handles};
use crate::script::host::{Defaults, Host, Lent};
use crate::script::imports;
use crate::script::inspected::Inspected;
use crate::script::limits::{FIRST_GC_BYTES, HEAP_BYTES_MAX, STACK_BYTES_MAX, TIMERS_SLICE};
use crate::script::names;
use crate::script::natives;
use crate::script::nodes::focused;
use crate::script::scripts;
use crate::script::special;
use crate::script::storage::Heard;
use crate::script::streams::Word;
use crate::script::sweep;
use blitz_dom::{BaseDocument, NodeId};
use blitz_traits::events::DomEvent;
use rquickjs::function::IntoArgs;
use rquickjs::{
    CatchResultExt, Context, Ctx, FromJs, Function, Object, Persistent, Runtime, TypedArray,
};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Instant;
use url::Url;

/// A function of the prelude.
pub(super) type Entry = Persistent<Function<'static>>;

/// What the prelude gives the host to call. Whatever they return is the page's word.
pub(super) struct Entries {
    dispatch: Entry,
    window: Entry,
    leave: Entry,
    element: Entry,
    timer: Entry,
    frames: Entry,
    boxes: Entry,
    grown: Entry,
    focus: Entry,
    watch: Entry,
    changes: Entry,
    rejections: Entry,
    submit: Entry,
    within: Entry,
    answer: Entry,
    streamed: Entry,
    acted: Entry,
    storage: Entry,
    pub(super) inspected: Entry,
}

/// The scripts' world.
pub(crate) struct Realm {
    pub(super) runtime: Runtime,
    pub(super) context: Context,
    pub(crate) host: Rc<Host>,
    pub(super) entries: Entries,
    /// The inspector, once it has looked.
    pub(super) inspected: OnceCell<Box<Inspected>>,
    has_rejections: Rc<Cell<bool>>,
}

impl Realm {
    /// A realm for the document, which lives as long as the process. `None`: there is no memory.
    pub(crate) fn new(
        url: Url,
        defaults: Box<dyn Defaults>,
        document: &mut Option<BaseDocument>,
    ) -> Option<&'static Realm> {
        let host = Rc::new(Host::new(url, defaults));
        let mut lent = document.take()?;
        special::adopt_doctype(&host, &mut lent);
        host.lend(lent);
        let realm = Realm::make(&host);
        *document = host.give_back();
        match realm {
            Ok(realm) => Some(Box::leak(Box::new(realm))),
            Err(error) => {
                tracing::error!("no realm: {error}");
                None
            }
        }
    }

    fn make(host: &Rc<Host>) -> Result<Realm, String> {
        let text = |error: rquickjs::Error| error.to_string();
        let runtime = Runtime::new().map_err(text)?;
        // Should anything fail from here on, the engine must not be taken down.
        std::mem::forget(runtime.clone());
        imports::connect(&runtime, host);
        runtime.set_memory_limit(HEAP_BYTES_MAX);
        runtime.set_gc_threshold(FIRST_GC_BYTES);
        runtime.set_max_stack_size(STACK_BYTES_MAX);
        let stops = host.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || stops.must_stop())));
        let context = Context::full(&runtime).map_err(text)?;
        std::mem::forget(context.clone());
        let has_rejections = Rc::new(Cell::new(false));
        let (entries, rejected) = context.with(|ctx| {
            let made = entries(&ctx, host).catch(&ctx);
            made.map_err(|error| error.to_string())
        })?;
        let flag = has_rejections.clone();
        runtime.set_host_promise_rejection_tracker(Some(Box::new(
            move |ctx, promise, reason, is_handled| {
                flag.set(true);
                let tell = rejected.clone().restore(&ctx);
                // Nothing can be done about an exception here.
                let _ = tell
                    .and_then(|tell| tell.call::<_, ()>((promise, reason, is_handled)))
                    .catch(&ctx);
            },
        )));
        Ok(Realm {
            runtime,
            context,
            host: host.clone(),
            entries,
            inspected: OnceCell::new(),
            has_rejections,
        })
    }

    /// One task: JavaScript under a deadline, and the microtasks under the same.
    pub(super) fn task<T>(
        &self,
        run: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<T>,
    ) -> Option<T> {
        if self.host.is_stopped.get() || !self.host.has_document() {
            return None;
        }
        self.host
            .deadline
            .set(Some(Instant::now() + self.host.task_max.get()));
        let done = self.context.with(|ctx| {
            let done = match run(&ctx).catch(&ctx) {
                Ok(done) => Some(done),
                Err(error) => {
                    scripts::report(&self.host, &ctx, error);
                    None
                }
            };
            self.finish(&ctx);
            done
        });
        self.host.deadline.set(None);
        done
    }

    /// The microtasks, and what was rejected and not caught by then.
    fn finish(&self, ctx: &Ctx<'_>) {
        loop {
            while !self.host.is_stopped.get() && ctx.execute_pending_job() {}
            if self.host.is_stopped.get() || !self.has_rejections.replace(false) {
                return;
            }
            let told = self.entries.rejections.clone().restore(ctx);
            let told = told.and_then(|tell| tell.call::<_, ()>(()));
            if told.catch(ctx).is_err() {
                return;
            }
        }
    }

    fn call<A, T>(&self, entry: &Entry, arguments: A) -> Option<T>
    where
        A: for<'js> IntoArgs<'js>,
        T: for<'js> FromJs<'js>,
    {
        self.task(|ctx| entry.clone().restore(ctx)?.call::<_, T>(arguments))
    }

    /// Runs a script of the document.
    pub(crate) fn run(&self, node: Option<NodeId>, text: &str, name: &str) {
        self.task(|ctx| {
            scripts::run(&self.host, ctx, node, text, name);
            Ok(())
        });
    }

    /// Runs a script at which the parser stands: it may write into the document there.
    pub(crate) fn run_at_parser(&self, stream: &Rc<Stream>, work: impl FnOnce(&Realm)) {
        // What it writes comes before what others have written.
        let after = stream.take_written();
        *self.host.parser.borrow_mut() = Some(stream.clone());
        work(self);
        *self.host.parser.borrow_mut() = None;
        stream.put_off(&after);
    }

    /// Runs the module of that name, which is there with all that it imports.
    pub(crate) fn run_module(&self, name: &str) {
        self.task(|ctx| {
            imports::run(&self.host, ctx, name);
            Ok(())
        });
    }

    /// Settles an `import()` whose module has come. Returns whether there was one.
    pub(crate) fn settle_import(&self) -> bool {
        let Some((import, graph)) = imports::next(&self.host) else {
            return false;
        };
        self.task(|ctx| imports::settle(ctx, import, graph));
        true
    }

    /// What the parser has added gets its names, and becomes what scripts have defined it to be.
    pub(crate) fn tell_growth(&self) {
        if self.host.is_grown.take() {
            names::find(&self.host);
            self.call::<_, ()>(&self.entries.grown, ());
        }
    }

    /// Tells the window, or the document, of an event that nobody can prevent.
    pub(crate) fn fire(&self, kind: &str) {
        self.call::<_, ()>(&self.entries.window, (kind,));
    }

    /// Asks the page whether it does not want to be left.
    pub(crate) fn stays(&self) -> bool {
        let stays: Option<bool> = self.call(&self.entries.leave, ());
        stays.unwrap_or(false)
    }

    /// Tells an element of an event that does not bubble.
    pub(crate) fn fire_at(&self, node: NodeId, kind: &str) {
        self.call::<_, ()>(&self.entries.element, (kind, Handle(node)));
    }

    /// Whether anybody listens to events of that type.
    pub(crate) fn listens(&self, kind: &str) -> bool {
        self.host.listened.borrow().contains(kind)
    }

    /// Tells the page of what the user does. Blitz's event driver, or whoever else has the document
    /// lent, goes on with the outcome.
    pub(crate) fn dispatch(&self, event: &DomEvent) -> Outcome {
        let kind = event.name();
        // What a click or Enter does is decided by the page's controls, whoever listens.
        let is_decisive = kind == "click" || kind == "keydown";
        if !self.listens(kind) && !is_decisive {
            return Outcome::default();
        }
        let Some(target) = events::target(&self.host.read(), event.target) else {
            return Outcome::default();
        };
        let presses = self.host.presses.get();
        let (numbers, texts) = events::details(&event.data, presses);
        let arguments = (kind, Handle(target), List(numbers), List(texts));
        let bits: Option<i32> = self.call(&self.entries.dispatch, arguments);
        Outcome::of(bits.unwrap_or_default())
    }

    /// Tells the page what came of a fetch.
    pub(crate) fn answer(&self, answer: Answer) {
        match answer {
            Answer::Head {
                id,
                kind,
                url,
                status,
                is_redirected,
                headers,
            } => {
                let headers = headers.into_iter();
                let headers = headers.flat_map(|header| [header.name, header.value]);
                let texts: Vec<String> =
                    [kind.to_owned(), url].into_iter().chain(headers).collect();
                let arguments = (id, "head", List(texts), status, is_redirected);
                self.call::<_, ()>(&self.entries.answer, arguments);
            }
            Answer::Piece { id, bytes } => {
                self.tell_bytes(&self.entries.answer, id, "piece", bytes);
            }
            Answer::End { id, bytes } => {
                self.host.requests.borrow_mut().end(id);
                if !self.tell_bytes(&self.entries.answer, id, "end", bytes) {
                    self.call::<_, ()>(&self.entries.answer, (id, "failed"));
                }
            }
            Answer::Failed { id } => {
                self.host.requests.borrow_mut().end(id);
                self.call::<_, ()>(&self.entries.answer, (id, "failed"));
            }
        }
    }

    /// Hands the page bytes. Returns false if there is no memory for them.
    fn tell_bytes(&self, entry: &Entry, id: u32, what: &str, bytes: Vec<u8>) -> bool {
        // Copied, so that the engine counts them.
        let told = self.task(|ctx| {
            let bytes = TypedArray::<u8>::new_copy(ctx.clone(), bytes)?;
            entry.clone().restore(ctx)?.call::<_, ()>((id, what, bytes))
        });
        told.is_some()
    }

    /// Tells a built-in page what has come from the browser.
    pub(crate) fn tell_word(&self, word: Word) {
        let streamed = &self.entries.streamed;
        match word {
            Word::Open(stream) => drop(self.call::<_, ()>(streamed, (stream, "open"))),
            Word::Bytes(stream, bytes) => drop(self.tell_bytes(streamed, stream, "bytes", bytes)),
            Word::End(stream) => drop(self.call::<_, ()>(streamed, (stream, "end"))),
            Word::Acted(request, refusal) => {
                self.call::<_, ()>(&self.entries.acted, (request, OrNull(refusal)));
            }
        }
    }

    /// Runs the timers that are due, for a while.
    pub(crate) fn run_timers(&self) {
        let end = Instant::now() + TIMERS_SLICE;
        loop {
            let now = Instant::now();
            let due = self.host.timers.borrow_mut().take_due(now);
            let Some(id) = due else { break };
            self.call::<_, ()>(&self.entries.timer, (id,));
            if Instant::now() > end || self.host.is_stopped.get() {
                break;
            }
        }
        self.host.timers.borrow_mut().rest(Instant::now());
    }

    /// When there is something to do even if nothing happens: the next timer, or a word on what
    /// the console left out.
    pub(crate) fn due(&self) -> Option<Instant> {
        match self.host.is_stopped.get() {
            true => None,
            false => {
                let timers = self.host.timers.borrow().next();
                let console = self.host.console.borrow().due();
                timers.into_iter().chain(console).min()
            }
        }
    }

    /// Whether the page waits for a frame.
    pub(crate) fn wants_frame(&self) -> bool {
        self.host.wants_frame.get() && !self.host.is_stopped.get()
    }

    /// Runs what waits for a frame.
    pub(crate) fn run_frames(&self) {
        if self.host.wants_frame.replace(false) {
            let now = self.host.now_ms();
            self.call::<_, ()>(&self.entries.frames, (now,));
        }
    }

    /// Tells those who watch boxes, if any may have moved. Only when the page is laid out.
    pub(crate) fn tell_boxes(&self) {
        if self.host.boxes_moved.get() && self.host.watches_boxes.get() {
            self.host.boxes_moved.set(false);
            self.call::<_, ()>(&self.entries.boxes, ());
        }
    }

    /// Remembers what controls hold before the user does something to them.
    pub(crate) fn watch(&self, nodes: &[NodeId]) {
        let nodes = handles(nodes.iter().copied());
        self.call::<_, ()>(&self.entries.watch, (nodes,));
    }

    /// Tells the page what has changed since: the focus, and what controls hold. With `is_done` a
    /// change is no part of a longer one.
    pub(crate) fn tell_changes(&self, is_done: bool) {
        let focus = {
            let document = self.host.read();
            let focus = focused(&document);
            focus.and_then(|focus| events::target(&document, focus))
        };
        let focus = OrNull(focus.map(Handle));
        self.call::<_, ()>(&self.entries.focus, (focus,));
        self.call::<_, ()>(&self.entries.changes, (is_done,));
    }

    /// Enter in a field of a form without a button. Returns whether the page was asked.
    pub(crate) fn submit_from(&self, field: NodeId) {
        self.call::<_, ()>(&self.entries.submit, (Handle(field),));
    }

    /// The document is at another address, or entry of the history.
    pub(crate) fn went_within(&self, old: &Url, url: &Url) {
        *self.host.url.borrow_mut() = url.clone();
        rebase(&mut self.host.write(), old, url);
        let arguments = (old.as_str(), url.as_str());
        self.call::<_, ()>(&self.entries.within, arguments);
    }

    /// What a script makes of it, as a text.
    #[cfg(test)]
    pub(crate) fn text_of(&self, code: &str) -> String {
        let text = self.task(|ctx| ctx.eval::<rquickjs::Coerced<String>, _>(code));
        text.map(|text| text.0).unwrap_or_default()
    }

    /// Another document has changed what the origin keeps.
    pub(crate) fn tell_stored(&self, heard: Heard) {
        let area = heard.area as u32;
        let (key, old, new) = (OrNull(heard.key), OrNull(heard.old), OrNull(heard.new));
        let arguments = (area, key, old, new, heard.url);
        self.call::<_, ()>(&self.entries.storage, arguments);
    }

    /// Collects garbage.
    #[cfg(test)]
    pub(crate) fn run_gc(&self) {
        self.runtime.run_gc();
    }

    /// Drops nodes that nobody can reach. Only after a layout, and never during an event.
    pub(crate) fn sweep(&self) -> usize {
        match self.host.has_document() {
            true => {
                if self.host.is_full.take() {
                    // What holds its nodes may be garbage that the engine has not looked for yet.
                    self.runtime.run_gc();
                    // The ends of wrappers are told by jobs.
                    self.task(|_| Ok(()));
                }
                let dropped = sweep::sweep(&self.host);
                if dropped > 0 {
                    let document = self.host.read();
                    self.host.canvases.borrow_mut().sweep(&document);
                }
                dropped
            }
            false => 0,
        }
    }

    /// Whether anybody sees the page.
    pub(crate) fn set_hidden(&self, is_hidden: bool) {
        self.host.is_hidden.set(is_hidden);
        let now = Instant::now();
        self.host.timers.borrow_mut().set_hidden(is_hidden, now);
        if self.listens("visibilitychange") {
            self.fire("visibilitychange");
        }
    }

    /// The document, as Blitz's event driver takes it.
    pub(crate) fn lent(&self) -> Lent {
        Lent(self.host.clone())
    }
}

/// Runs the prelude; returns its functions, and the one that hears of rejected promises.
fn entries<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> rquickjs::Result<(Entries, Entry)> {
    let natives = natives::all(ctx, host)?;
    let made: Object<'js> = prelude::load(ctx)?.call((natives, ctx.globals()))?;
    let entry = |name: &str| {
        let function: Function<'js> = made.get(name)?;
        Ok::<_, rquickjs::Error>(Persistent::save(ctx, function))
    };
    let entries = Entries {
        dispatch: entry("dispatch")?,
        window: entry("window")?,
        leave: entry("leave")?,
        element: entry("element")?,
        timer: entry("timer")?,
        frames: entry("frames")?,
        boxes: entry("boxes")?,
        grown: entry("grown")?,
        focus: entry("focus")?,
        watch: entry("watch")?,
        changes: entry("changes")?,
        rejections: entry("rejections")?,
        submit: entry("submit")?,
        within: entry("within")?,
        answer: entry("answer")?,
        streamed: entry("streamed")?,
        acted: entry("acted")?,
        storage: entry("storage")?,
        inspected: entry("inspected")?,
    };
    Ok((entries, entry("rejected")?))
}
