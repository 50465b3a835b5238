//! When the scripts of a page run: where the parser comes to them, in order once it has ended, and
//! then whenever something is due.

use crate::document::growth::Growth;
use crate::document::stream::Stream;
use crate::page::Page;
use crate::runtime::ToBroker;
use crate::script::Realm;
use crate::script::elements::{note_handler, page_attributes};
use crate::script::loader::{Code, Loader, Means, Ready};
use crate::script::scripts::{Place, Turn, script_of};
use crate::script::stage::{Scripts, Stage};
use crate::script::streams::Streams;
use crate::view::scripted::PageDefaults;
use blitz_dom::{BaseDocument, NodeId, local_name};
use protocol::renderer::FromRenderer;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How often those who watch boxes are told of what they did to boxes themselves.
const BOXES_ROUNDS_MAX: usize = 8;
/// How long scripts run on before the rest of the process has its turn.
const SLICE: Duration = Duration::from_millis(100);

impl Page {
    /// Runs what can be run, and lays out what that has changed.
    pub(crate) fn run_scripts(&mut self, control: &ToBroker) {
        self.begin_scripts(control);
        let Some(realm) = self.view.script else {
            return self.say_stored(control);
        };
        self.view.with_script(Realm::tell_growth);
        self.tell_interactive(realm);
        self.run_ready(realm);
        self.tell_resources(realm);
        self.serve_requests(realm);
        self.serve_streams(realm);
        // Before the timers: one that changes the page all the time would put this off for ever.
        self.advance(realm);
        self.view.with_script(Realm::run_timers);
        let overdue = realm.host.console.borrow_mut().overdue();
        realm.host.outside.write(overdue);
        self.tell_view(realm);
        if realm.host.is_stopped.get() && !self.scripts.has_told_stop {
            self.scripts.has_told_stop = true;
            self.incomplete.push(realm.host.outside.stop_reason());
            if let Some(navigation) = self.load.as_ref().map(|load| load.navigation) {
                control.say(FromRenderer::ScriptStopped { navigation });
            }
        }
        self.say_stored(control);
        self.say_navigations(false, control);
        self.send_requests(realm);
        self.settle_scripts();
        // Nothing else may wake this process once all is there.
        self.tell_resources(realm);
        self.advance(realm);
        self.settle_scripts();
        self.tell_boxes(realm);
        self.sweep(realm);
    }

    /// Tells those who watch boxes. What that changes is told again, so many times.
    fn tell_boxes(&mut self, realm: &'static Realm) {
        for _ in 0..BOXES_ROUNDS_MAX {
            let host = &realm.host;
            let are_seen = !host.is_stopped.get() && !host.is_hidden.get();
            if !are_seen || !host.watches_boxes.get() || !host.boxes_moved.get() {
                return;
            }
            self.view.with_script(Realm::tell_boxes);
            self.settle_scripts();
        }
    }

    fn settle_scripts(&mut self) {
        if let Some(realm) = self.view.script.filter(|_| self.view.is_unsettled()) {
            realm.host.boxes_moved.set(true);
        }
        if self.view.is_unsettled() && self.view.settle(&mut self.fetcher) {
            self.shown = self.load.as_ref().map(|load| load.navigation);
        }
    }

    /// Drops what nobody holds, the parser least of all.
    fn sweep(&mut self, realm: &Realm) {
        if !realm.host.released.borrow().is_empty() {
            let stream = self.load.as_ref().and_then(|load| load.arrival.stream());
            let held = stream.map(|stream| stream.held()).unwrap_or_default();
            realm.host.parsed.replace(held);
        }
        self.view.sweep();
    }

    /// When there is something to run even if nothing happens.
    pub(crate) fn script_deadline(&self) -> Option<Instant> {
        let scripts = &self.scripts;
        let is_unblocked = scripts.loader.is_blocking_there(&scripts.modules)
            && self
                .view
                .arriving()
                .is_some_and(|document| !document.has_pending_critical_resources());
        let blocked = is_unblocked.then(Instant::now);
        let due = self.view.script.and_then(|realm| {
            let has_any = scripts.has_rest
                || scripts.are_ready()
                || self.fetcher.has_script_answers()
                || self.streams.has_words();
            let now = has_any.then(Instant::now);
            realm.due().into_iter().chain(now).min()
        });
        let storing = self.storing_deadline();
        due.into_iter().chain(blocked).chain(storing).min()
    }

    /// The parser has come to a script: it goes on when that has run, if it has to wait for it.
    pub(crate) fn meet(&mut self, node: NodeId, control: &ToBroker) {
        if !self.scripts.may_run {
            return;
        }
        if let Some(load) = &self.load {
            self.scripts.charset = load.arrival.encoding();
        }
        let realm = self.view.script;
        let is_started = realm.is_some_and(|realm| !realm.host.started.borrow_mut().insert(node));
        if !is_started && self.add_script(node, true) == Some(Turn::AtOnce) {
            self.set_blocked(true);
            self.unblock(control);
        }
    }

    /// Takes a script that stands in the document. Returns its turn, if there is anything to run.
    fn add_script(&mut self, node: NodeId, by_parser: bool) -> Option<Turn> {
        let net = self.view.net();
        let document = self.view.arriving()?;
        let is_there = document.get_node(node)?.flags.is_in_document();
        let script = script_of(document, node);
        if script.is_none() || !is_there {
            return None;
        }
        let Scripts {
            loader,
            modules,
            charset,
            ..
        } = &mut self.scripts;
        if script.is_map {
            let base = document.base_url();
            let added = match &script.place {
                Place::Text(text) => modules.add_map(text, base),
                _ => Err("it has an address".to_owned()),
            };
            if let Err(reason) = added {
                let line = format!("the import map is not used: {reason}");
                match self.view.script {
                    Some(realm) => realm.host.log("error", &line),
                    None => tracing::warn!(target: "script", "{line}"),
                }
            }
            return None;
        }
        let responses = self.fetcher.responses();
        let means = Means {
            net: &*net,
            responses: &responses,
            modules,
            charset,
        };
        loader.add(document, node, script, by_parser, &means)
    }

    fn set_blocked(&mut self, is_blocked: bool) {
        if let Some(load) = &mut self.load {
            load.is_blocked = is_blocked;
        }
    }

    /// Runs the script that the parser waits for, if it and the style sheets before it are there.
    pub(crate) fn unblock(&mut self, control: &ToBroker) {
        if !self.scripts.loader.is_blocking() {
            return;
        }
        self.fetcher.pump();
        let is_there = self.scripts.loader.is_blocking_there(&self.scripts.modules);
        if !is_there || self.view.waits_for_sheets() {
            return;
        }
        let realm = self.realm(control);
        if realm.is_none() && self.scripts.may_run {
            return;
        }
        self.set_blocked(false);
        let ready = self.take_ready(|loader, means| loader.take_blocking(means));
        let stream = self.load.as_ref().and_then(|load| load.arrival.stream());
        if let (Some(realm), Some(ready)) = (realm, ready) {
            self.tell_growth();
            self.view.with_script(Realm::tell_growth);
            self.run_one(ready, stream);
            self.take_found(realm);
        }
    }

    fn take_ready(
        &mut self,
        take: impl FnOnce(&mut Loader, &Means<'_>) -> Option<Ready>,
    ) -> Option<Ready> {
        let net = self.view.net();
        let responses = self.fetcher.responses();
        let scripts = &mut self.scripts;
        let means = Means {
            net: &*net,
            responses: &responses,
            modules: &scripts.modules,
            charset: scripts.charset,
        };
        take(&mut scripts.loader, &means)
    }

    /// The parser has added to the document: what scripts know of it is out of date.
    pub(crate) fn tell_growth(&mut self) {
        let stream = self.load.as_ref().and_then(|load| load.arrival.stream());
        if let Some(stream) = stream {
            self.tell_of(stream.take_growth());
        }
    }

    /// Likewise, with what the parser noted.
    pub(crate) fn tell_of(&mut self, growth: Growth) {
        if let Some(realm) = self.view.script {
            realm.host.has_grown(growth);
        }
    }

    /// The document's realm, which is made when it is first asked for. `None`: a style sheet has to
    /// come first, or there is no memory.
    pub(crate) fn realm(&mut self, control: &ToBroker) -> Option<&'static Realm> {
        if self.view.script.is_some() || !self.scripts.may_run {
            return self.view.script;
        }
        let load = self.load.as_mut()?;
        if let Some(stream) = load.arrival.stream()
            && !self.view.take_over_for_script(&stream, &mut self.fetcher)
        {
            return None;
        }
        if self.view.has_next() {
            return None;
        }
        load.arrival.has_run_scripts = true;
        self.shown = Some(load.navigation);
        control.say(FromRenderer::Scripted {
            navigation: load.navigation,
        });
        let defaults = Box::new(PageDefaults(self.view.events.clone()));
        let realm = Realm::new(load.url.clone(), defaults, &mut self.view.document);
        let (Some(realm), Some(document)) = (realm, &self.view.document) else {
            self.scripts.may_run = false;
            self.incomplete
                .push("There is no memory for the page\u{2019}s scripts.".to_owned());
            return None;
        };
        realm.host.link.replace(self.fetcher.link());
        realm.host.modules.replace(self.scripts.modules.clone());
        realm.host.outside.connect(control, load.navigation);
        realm
            .host
            .address
            .go(self.scripts.place, self.scripts.state.take());
        self.view.equip(realm);
        *realm.host.storage.borrow_mut() = self.storing.take_for(load.navigation);
        note_what_is_there(realm, document);
        self.view.script = Some(realm);
        self.scripts.scroll = self.view.scroll();
        self.scripts.size = Some(self.view.size());
        self.begin_realm(realm);
        Some(realm)
    }

    /// Makes the realm if there is anything to run now.
    fn begin_scripts(&mut self, control: &ToBroker) {
        if self.view.script.is_some() || self.scripts.stage == Stage::Over {
            return;
        }
        let is_parsed = self.scripts.stage == Stage::Loading;
        if is_parsed {
            let Some(load) = &self.load else { return };
            if self.shown != Some(load.navigation) || self.view.has_next() {
                return;
            }
            let document = self.view.document.as_ref();
            let has_any = !self.scripts.loader.is_empty()
                || document.is_some_and(has_scripts)
                || self.is_inspected_first();
            if !self.scripts.may_run || !has_any {
                self.scripts.stage = Stage::Over;
                return;
            }
        }
        let is_wanted = is_parsed || self.scripts.are_ready();
        let has_none = is_wanted && self.realm(control).is_none();
        if has_none && is_parsed {
            self.scripts.stage = Stage::Over;
        }
    }

    fn run_ready(&mut self, realm: &'static Realm) {
        let end = Instant::now() + SLICE;
        self.scripts.has_rest = false;
        loop {
            self.take_found(realm);
            let is_parsed = self.scripts.stage != Stage::Parsing;
            let ready = self.take_ready(|loader, means| loader.next(is_parsed, means));
            match ready {
                Some(ready) => self.run_one(ready, None),
                None if self.view.with_script(Realm::settle_import) == Some(true) => {}
                None => return,
            }
            if Instant::now() > end {
                self.scripts.has_rest = true;
                return;
            }
        }
    }

    /// Takes the scripts that scripts have put into the document or written, and asks for the
    /// modules that they want.
    fn take_found(&mut self, realm: &'static Realm) {
        for node in realm.host.found.take() {
            self.add_script(node, true);
        }
        for node in realm.host.injected.take() {
            self.add_script(node, false);
        }
        let net = self.view.net();
        if let Some(document) = &self.view.document {
            let responses = self.fetcher.responses();
            self.scripts.modules.advance(&*net, document, &responses);
        }
        // What is asked for may be what the page has made itself.
        self.send_requests(realm);
        self.fetcher.pump();
    }

    /// Sends what scripts want fetched.
    fn send_requests(&mut self, realm: &'static Realm) {
        let mut requests = realm.host.requests.borrow_mut();
        if let Some(blobs) = requests.take_blobs() {
            self.fetcher.set_blobs(blobs);
        }
        let (orders, aborted) = (requests.take_orders(), requests.take_aborted());
        drop(requests);
        if !orders.is_empty() || !aborted.is_empty() {
            self.fetcher.take_orders(orders, aborted);
        }
    }

    /// Tells the scripts what has come of that, for a while.
    fn serve_requests(&mut self, realm: &'static Realm) {
        realm.host.link.replace(self.fetcher.link());
        self.send_requests(realm);
        for complaint in self.fetcher.take_complaints() {
            realm.host.log("error", &complaint);
        }
        let end = Instant::now() + SLICE;
        while self.view.document.is_some()
            && let Some(answer) = self.fetcher.take_script_answer()
        {
            self.view.with_script(|realm| realm.answer(answer));
            if Instant::now() > end {
                break;
            }
        }
    }

    /// Tells a built-in page what has come from the browser, for a while.
    fn serve_streams(&mut self, realm: &'static Realm) {
        let end = Instant::now() + SLICE;
        while self.view.document.is_some()
            && Instant::now() <= end
            && let Some(word) = self.streams.take()
        {
            self.view.with_script(|realm| realm.tell_word(word));
        }
        self.streams.keep(&realm.host.streams.borrow());
    }

    /// Runs a script; at a parser, it may write there.
    fn run_one(&mut self, ready: Ready, parser: Option<Rc<Stream>>) {
        self.view.with_script(|realm| {
            let host = &realm.host;
            let node = Some(ready.node).filter(|node| host.read().get_node(*node).is_some());
            let run = |realm: &Realm| match &ready.code {
                Code::Classic(text) => realm.run(node, text, &ready.name),
                Code::Module => realm.run_module(&ready.name),
                Code::Failed(reason) => {
                    let line = format!("{}: the script does not run: {reason}", ready.name);
                    realm.host.log("error", &line);
                }
            };
            match parser {
                Some(stream) => realm.run_at_parser(&stream, run),
                None => run(realm),
            }
            if ready.is_fetched
                && let Some(node) = node
            {
                let kind = match ready.code {
                    Code::Failed(_) => "error",
                    Code::Classic(_) | Code::Module => "load",
                };
                realm.fire_at(node, kind);
            }
        });
    }

    /// Tells the page that it is parsed; then come the scripts that wait for that.
    fn tell_interactive(&mut self, realm: &'static Realm) {
        let is_parsed = self.scripts.stage != Stage::Parsing;
        if is_parsed && !std::mem::replace(&mut self.scripts.is_interactive, true) {
            self.view.with_script(|realm| {
                realm.host.ready_state.set("interactive");
                realm.fire("readystatechange");
            });
            self.take_found(realm);
        }
    }

    /// Tells the page how far it is.
    fn advance(&mut self, realm: &'static Realm) {
        if self.scripts.stage != Stage::Loading {
            return;
        }
        if !self.scripts.loader.is_interactive() {
            return;
        }
        if !std::mem::replace(&mut self.scripts.is_content_told, true) {
            self.view
                .with_script(|realm| realm.fire("DOMContentLoaded"));
            self.take_found(realm);
        }
        let host = &realm.host;
        let has_more = !host.injected.borrow().is_empty() || !host.imports.borrow().is_empty();
        let is_whole = self.scripts.loader.is_empty() && !has_more && self.fetcher.is_idle();
        if is_whole && !self.view.has_next() && !self.view.is_unsettled() {
            self.scripts.stage = Stage::Over;
            self.view.with_script(|realm| {
                realm.host.ready_state.set("complete");
                realm.fire("readystatechange");
                realm.fire("load");
                realm.fire("pageshow");
            });
        }
    }

    /// Tells the page that it was scrolled, or has another size.
    fn tell_view(&mut self, realm: &'static Realm) {
        let (scroll, size) = (self.view.scroll(), Some(self.view.size()));
        if scroll != self.scripts.scroll || size != self.scripts.size {
            realm.host.boxes_moved.set(true);
        }
        if scroll != std::mem::replace(&mut self.scripts.scroll, scroll) && realm.listens("scroll")
        {
            self.view.with_script(|realm| realm.fire("scroll"));
        }
        if size != std::mem::replace(&mut self.scripts.size, size) && realm.listens("resize") {
            self.view.with_script(|realm| realm.fire("resize"));
        }
    }

    /// Another document comes: the scripts of this one run no more. Their realm stays, unused; the
    /// kernel gives a process that has run scripts no other document, unless both crossed.
    pub(crate) fn leave_scripts(&mut self) {
        self.view.may_run_scripts = self.scripts.may_run;
        self.streams = Streams::default();
        if let Some(realm) = self.view.script.take() {
            realm.host.is_stopped.set(true);
        }
    }

    /// Whether the page does not want to be left.
    pub(crate) fn stays(&mut self) -> bool {
        let stays = self.view.with_script(Realm::stays);
        stays.unwrap_or(false)
    }

    /// The user wants no script of the document to run any more.
    pub(crate) fn stop_scripts(&mut self) {
        self.scripts.may_run = false;
        if let Some(realm) = self.view.script {
            realm.host.outside.stop();
            realm.host.is_stopped.set(true);
        }
    }

    /// Nobody sees the page.
    pub(crate) fn hide_scripts(&mut self) {
        let is_seen = self
            .view
            .script
            .is_some_and(|realm| !realm.host.is_hidden.get());
        if is_seen {
            self.view.with_script(|realm| realm.set_hidden(true));
        }
    }
}

/// Whether there is anything in a document that a script engine would run.
fn has_scripts(document: &BaseDocument) -> bool {
    let mut has_any = false;
    document.visit(|id, node| {
        let Some(element) = node.element_data().filter(|_| !has_any) else {
            return;
        };
        has_any = match element.name.local == local_name!("script") {
            true => !script_of(document, id).is_none(),
            false => page_attributes(element).any(|attribute| {
                attribute.name.local.starts_with("on")
                    || attribute.name.local == local_name!("href") && is_script(&attribute.value)
            }),
        };
    });
    has_any
}

fn is_script(url: &str) -> bool {
    const SCHEME: &str = "javascript:";
    let url = url.trim_start();
    url.get(..SCHEME.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

/// Remembers the handlers in the markup, and which scripts are the parser's.
fn note_what_is_there(realm: &Realm, document: &BaseDocument) {
    let mut scripts: Vec<NodeId> = Vec::new();
    document.visit(|id, node| {
        let Some(element) = node.element_data() else {
            return;
        };
        for attribute in page_attributes(element) {
            note_handler(&realm.host, &attribute.name);
        }
        if element.name.local == local_name!("script") {
            scripts.push(id);
        }
    });
    realm.host.started.borrow_mut().extend(scripts);
}
