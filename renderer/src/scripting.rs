//! When the scripts of a page run: once its document is parsed, in order, and then whenever
//! something is due.

use crate::page::Page;
use crate::runtime::ToBroker;
use crate::script::Realm;
use crate::script::elements::{note_handler, page_attributes};
use crate::script::limits::TASK_MAX;
use crate::script::loader::{Loader, Ready};
use crate::script::scripts::{Script, script_of};
use crate::script::stage::Stage;
use crate::view::scripted::PageDefaults;
use blitz_dom::{BaseDocument, NodeId, local_name};
use protocol::renderer::FromRenderer;
use std::time::{Duration, Instant};

/// How often those who watch boxes are told of what they did to boxes themselves.
const BOXES_ROUNDS_MAX: usize = 8;
/// How long scripts run on before the rest of the process has its turn.
const SLICE: Duration = Duration::from_millis(100);

impl Page {
    /// Runs what can be run, and lays out what that has changed.
    pub(crate) fn run_scripts(&mut self, control: &ToBroker) {
        if matches!(self.scripts.stage, Stage::Before) {
            self.begin_scripts(control);
        }
        let Some(realm) = self.view.script else {
            return;
        };
        self.run_ready(realm);
        // Before the timers: one that changes the page all the time would put this off for ever.
        self.advance(realm);
        self.view.with_script(Realm::run_timers);
        self.tell_view(realm);
        if realm.host.is_stopped.get() && !self.scripts.has_told_stop {
            self.scripts.has_told_stop = true;
            self.incomplete.push(format!(
                "A script of the page ran for more than {} seconds and was stopped.",
                TASK_MAX.as_secs()
            ));
        }
        self.say_navigations(false, control);
        self.settle_scripts();
        // Nothing else may wake this process once all is there.
        self.advance(realm);
        self.settle_scripts();
        self.tell_boxes(realm);
        self.view.sweep();
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

    /// When there is something to run even if nothing happens.
    pub(crate) fn script_deadline(&self) -> Option<Instant> {
        let realm = self.view.script?;
        let now = self.scripts.are_ready().then(Instant::now);
        realm.due().into_iter().chain(now).min()
    }

    /// The document is there in whole: it gets a realm, if there is anything to run.
    fn begin_scripts(&mut self, control: &ToBroker) {
        let Some(load) = &self.load else { return };
        if !load.is_parsed || self.shown != Some(load.navigation) || self.view.has_next() {
            return;
        }
        self.scripts.stage = Stage::Over(Loader::default());
        let has_any = self.view.document.as_ref().is_some_and(has_scripts);
        if !self.scripts.may_run || !has_any {
            return;
        }
        control.say(FromRenderer::Scripted {
            navigation: load.navigation,
        });
        let defaults = Box::new(PageDefaults(self.view.events.clone()));
        let realm = Realm::new(load.url.clone(), defaults, &mut self.view.document);
        let (Some(realm), Some(document)) = (realm, &self.view.document) else {
            self.incomplete
                .push("There is no memory for the page\u{2019}s scripts.".to_owned());
            return;
        };
        note_what_is_there(realm, document);
        let loader = Loader::of(document, &*self.view.net());
        self.view.script = Some(realm);
        self.scripts.stage = Stage::Loading(loader);
        self.scripts.scroll = self.view.scroll();
        self.scripts.size = Some(self.view.size());
    }

    fn run_ready(&mut self, realm: &'static Realm) {
        let end = Instant::now() + SLICE;
        loop {
            let net = self.view.net();
            let (Stage::Loading(loader) | Stage::Over(loader)) = &mut self.scripts.stage else {
                return;
            };
            if let Some(document) = &self.view.document {
                for node in std::mem::take(&mut *realm.host.injected.borrow_mut()) {
                    loader.add(document, &*net, node);
                }
            }
            let Some(ready) = loader.next() else { return };
            self.run_one(ready);
            if Instant::now() > end {
                return;
            }
        }
    }

    fn run_one(&mut self, ready: Ready) {
        self.view.with_script(|realm| {
            if let Some(text) = &ready.text {
                realm.run(Some(ready.node), text, &ready.name);
            } else {
                let name = &ready.name;
                realm
                    .host
                    .log("error", &format!("{name}: the script could not be had"));
            }
            if ready.is_fetched {
                let kind = match ready.text {
                    Some(_) => "load",
                    None => "error",
                };
                realm.fire_at(ready.node, kind);
            }
        });
    }

    /// Tells the page how far it is.
    fn advance(&mut self, realm: &'static Realm) {
        let Stage::Loading(loader) = &mut self.scripts.stage else {
            return;
        };
        if loader.is_interactive() && !self.scripts.is_interactive {
            self.scripts.is_interactive = true;
            self.view.with_script(|realm| {
                realm.host.ready_state.set("interactive");
                realm.fire("readystatechange");
                realm.fire("DOMContentLoaded");
            });
            return self.advance(realm);
        }
        let injected = !realm.host.injected.borrow().is_empty();
        let is_whole = loader.is_empty() && !injected && self.fetcher.is_idle();
        if is_whole && !self.view.has_next() && !self.view.is_unsettled() {
            self.scripts.stage = Stage::Over(Loader::default());
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
        if let Some(realm) = self.view.script.take() {
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
            true => !matches!(script_of(document, id), Script::None),
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
