//! The inspector's turn: commands are done as tasks of the document's realm, and what has become of
//! the document is told.
//!
//! Never: does anything while there is no inspector.

use crate::inspect::debugger::OF_SOURCES;
use crate::inspect::document::{Inspected, Progress};
use crate::inspect::dom_commands::{Work, changes_for};
use crate::inspect::fault::{Answer, Fault, Params};
use crate::inspect::inspector::now_s;
use crate::inspect::kinds::{OF_VALUES, needs_realm};
use crate::inspect::session::Session;
use crate::inspect::{Command, Inspector, Order, debugger, page_commands};
use crate::page::Page;
use crate::runtime::{LoopError, ToBroker};
use crate::script::Realm;
use crate::script::inspected::World;
use crate::script::stage::Stage;
use ipc::{Endpoint, Handles};
use serde_json::{Value, json};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How long commands are done before the rest of the process has its turn.
const SLICE: Duration = Duration::from_millis(100);

/// What a command comes to.
enum Done {
    Answered(Answer),
    /// JSON, as the inspector's program has it.
    Written(String),
    /// A promise answers it.
    Later,
}

impl Page {
    /// A new channel to the devtools process; what an older one has asked for is forgotten.
    pub(crate) fn take_inspector(&mut self, handles: &mut Handles) -> Result<(), LoopError> {
        let endpoint = Endpoint::take(handles)?;
        self.leave_inspector();
        self.inspector = Some(Box::new(Inspector::new(endpoint)));
        self.tell_inspector_of_commit();
        Ok(())
    }

    fn leave_inspector(&mut self) {
        if let Some(inspector) = self.inspector.take() {
            inspector.outbox.close();
            let sessions: Vec<u32> = inspector.sessions.keys().copied().collect();
            self.view
                .with_script(|realm| realm.end_inspection(sessions.into_iter()));
            self.emulate_media();
        }
    }

    /// What stands for all documents is heard before one comes: the devtools process has written it
    /// before the broker sends the commit.
    pub(crate) fn hear_what_stands(&mut self) {
        let Some(inspector) = &mut self.inspector else {
            return;
        };
        while inspector.receive() {}
        for order in std::mem::take(&mut inspector.orders) {
            match order {
                Order::Run(command) if !needs_realm(&command.method) => {
                    let answer = self.do_without_document(&command);
                    self.answer(&command, Done::Answered(answer));
                }
                other => {
                    if let Some(inspector) = &mut self.inspector {
                        inspector.orders.push_back(other);
                    }
                }
            }
        }
    }

    /// Another document is there.
    pub(crate) fn tell_inspector_of_commit(&mut self) {
        if let (Some(inspector), Some(load)) = (&mut self.inspector, &self.load) {
            inspector.committed(load.navigation, load.url.clone(), load.mime());
        }
    }

    pub(crate) fn inspector_source(&self) -> Option<BorrowedFd<'_>> {
        self.inspector
            .as_ref()
            .and_then(|inspector| inspector.source())
    }

    pub(crate) fn inspector_outlet(&self) -> Option<BorrowedFd<'_>> {
        let inspector = self.inspector.as_ref();
        inspector.and_then(|inspector| inspector.outbox.blocked())
    }

    pub(crate) fn inspector_deadline(&self) -> Option<Instant> {
        let inspector = self.inspector.as_ref()?;
        let now = inspector.has_orders().then(Instant::now);
        let document = inspector.document.as_ref();
        let quiet = document.and_then(|document| document.progress.due());
        now.into_iter().chain(quiet).min()
    }

    /// Whether the document is to have a realm although it has no scripts.
    pub(crate) fn is_inspected_first(&self) -> bool {
        let inspector = self.inspector.as_ref();
        inspector.is_some_and(|inspector| inspector.wants_to_be_first())
    }

    /// Does what the devtools process wants, for a while.
    pub(crate) fn serve_inspector(&mut self, control: &ToBroker) {
        let Some(inspector) = &self.inspector else {
            return;
        };
        if inspector.is_over() {
            return self.leave_inspector();
        }
        if !inspector.put_off.is_empty() && !matches!(self.inspected_realm(control), Ok(None)) {
            let waiting = self
                .inspector
                .as_mut()
                .map(|it| std::mem::take(&mut it.put_off));
            for command in waiting.unwrap_or_default() {
                self.do_command(command, control);
            }
        }
        let end = Instant::now() + SLICE;
        while let Some(order) = self.inspector.as_mut().and_then(|it| it.next()) {
            match order {
                Order::Run(command) => self.do_command(command, control),
                Order::End(session) => self.end_session(session),
            }
            if Instant::now() > end {
                break;
            }
        }
    }

    fn end_session(&mut self, session: u32) {
        if let Some(inspector) = &mut self.inspector {
            inspector.end(session);
        }
        self.emulate_media();
        self.name_browser();
        self.view.with_script(|realm| realm.end_session(session));
    }

    /// The realm, which is made if there is none. `Ok(None)`: not yet.
    fn inspected_realm(&mut self, control: &ToBroker) -> Result<Option<&'static Realm>, Fault> {
        let is_begun = self
            .load
            .as_ref()
            .is_some_and(|load| load.is_parsed || load.arrival.stream().is_some());
        if self.view.script.is_none() && !self.scripts.may_run && self.load.is_some() {
            return Err(Fault::server(
                "Scripts are switched off, so that the document cannot be inspected",
            ));
        }
        if !is_begun {
            return Ok(None);
        }
        Ok(self.realm(control))
    }

    fn do_command(&mut self, command: Command, control: &ToBroker) {
        let done = match needs_realm(&command.method) {
            false => Done::Answered(self.do_without_document(&command)),
            true => match self.inspected_realm(control) {
                Ok(Some(realm)) => self.do_in_document(&command, realm),
                Ok(None) => {
                    if let Some(inspector) = &mut self.inspector {
                        inspector.put_off.push_back(command);
                    }
                    return;
                }
                Err(fault) => Done::Answered(Err(fault)),
            },
        };
        self.tell_changes_of_nodes();
        self.answer(&command, done);
    }

    fn answer(&mut self, command: &Command, done: Done) {
        let Some(inspector) = &mut self.inspector else {
            return;
        };
        inspector.forget(command);
        match done {
            Done::Answered(answer) => inspector.answer(command.call, answer),
            Done::Written(text) => inspector.outbox.answer_now(command.call, &text),
            Done::Later => {}
        }
    }

    fn do_without_document(&mut self, command: &Command) -> Answer {
        let Some(inspector) = &mut self.inspector else {
            return Err(Fault::internal());
        };
        inspector.session(command.session)?;
        let params = Params(&command.params);
        let answer = page_commands::run(inspector, command.session, &command.method, &params);
        self.emulate_media();
        self.name_browser();
        // Only where there is a realm already; else it is equipped when it is made.
        if let Some(realm) = self.view.script {
            self.equip_realm(realm);
        }
        answer.unwrap_or_else(|| Err(Fault::unknown(&command.method)))
    }

    /// Has the page call the browser what clients want.
    fn name_browser(&self) {
        if let (Some(realm), Some(inspector)) = (self.view.script, &self.inspector) {
            realm.host.user_agent.replace(inspector.user_agent());
        }
    }

    fn do_in_document(&mut self, command: &Command, realm: &'static Realm) -> Done {
        let session = command.session;
        if let Some(inspector) = &mut self.inspector
            && let Err(fault) = inspector.session(session)
        {
            return Done::Answered(Err(fault));
        }
        // What needs no script is answered where they have been ended, too.
        let is_begun = self.begin_inspection();
        if !is_begun && OF_VALUES.contains(&&*command.method) {
            return Done::Answered(Err(match realm.host.is_stopped.get() {
                true => Fault::server("Execution was terminated"),
                false => Fault::internal(),
            }));
        }
        self.equip_realm(realm);
        if let Err(fault) = self.check_frame(command) {
            return Done::Answered(Err(fault));
        }
        match &*command.method {
            "Runtime.getHeapUsage" => {
                let (used, total) = realm.memory();
                Done::Answered(Ok(json!({
                    "usedSize": used, "totalSize": total,
                    "embedderHeapUsedSize": 0, "backingStorageSize": 0,
                })))
            }
            method if OF_SOURCES.contains(&method) => {
                let params = Params(&command.params);
                Done::Answered(debugger::run(&realm.host.sources, method, &params))
            }
            method if OF_VALUES.contains(&method) => self.do_with_values(command),
            _ => Done::Answered(self.do_with_nodes(command)),
        }
    }

    fn do_with_values(&mut self, command: &Command) -> Done {
        let Some(inspector) = &mut self.inspector else {
            return Done::Later;
        };
        let (session, call) = (command.session, command.call);
        if !inspector.await_answer(call, session) {
            let fault = Fault::server("Too many calls wait for their promise");
            return Done::Answered(Err(fault));
        }
        let params = serde_json::to_string(&command.params).unwrap_or_default();
        let ran = self
            .view
            .with_script(|realm| realm.run_command(session, call, &command.method, &params));
        let done = match ran {
            Some(Ok(text)) if text.is_empty() => return Done::Later,
            Some(Ok(text)) => Done::Written(text),
            Some(Err(reason)) => Done::Answered(Err(reason.into())),
            None => Done::Answered(Err(Fault::internal())),
        };
        if let Some(inspector) = &self.inspector {
            inspector.outbox.pending.borrow_mut().remove(&call);
        }
        done
    }

    fn do_with_nodes(&mut self, command: &Command) -> Answer {
        let Page {
            view, inspector, ..
        } = self;
        let Some(inspector) = inspector.as_deref_mut() else {
            return Err(Fault::internal());
        };
        let Some(document) = &mut inspector.document else {
            return Err(Fault::internal());
        };
        let Some(session) = inspector.sessions.get_mut(&command.session) else {
            return Err(Fault::internal());
        };
        let frame = &inspector.frame;
        let done = view.with_script(|realm| {
            let mut work = Work {
                realm,
                document,
                session,
                number: command.session,
                frame,
                told: Vec::new(),
            };
            let answer = work.run(&command.method, &Params(&command.params));
            (answer, work.told)
        });
        let Some((answer, told)) = done else {
            return Err(Fault::internal());
        };
        for (method, params) in told {
            inspector.tell_one(command.session, method, &params);
        }
        answer.unwrap_or_else(|| Err(Fault::unknown(&command.method)))
    }

    /// What has become of the nodes that sessions know.
    fn tell_changes_of_nodes(&mut self) {
        self.tell_frames();
        let Page {
            view, inspector, ..
        } = self;
        let Some(inspector) = inspector.as_deref_mut() else {
            return;
        };
        if let Some(realm) = view.script {
            inspector.tell_scripts(&realm.host.sources);
        }
        let Some(document) = &mut inspector.document else {
            return;
        };
        let mut told: Vec<(u32, &str, Value)> = Vec::new();
        for (number, session) in &mut inspector.sessions {
            if !session.dom.is_enabled || session.dom.version.is_none() {
                continue;
            }
            let frame = &inspector.frame;
            let found = view.with_script(|realm| changes_for(realm, document, session, frame));
            let found = found.into_iter().flatten();
            told.extend(found.map(|(method, params)| (*number, method, params)));
        }
        for (session, method, params) in told {
            inspector.tell_one(session, method, &params);
        }
    }

    /// The document has got its realm: what sessions want done first is done before any script.
    pub(crate) fn begin_realm(&mut self, realm: &'static Realm) {
        let Some(inspector) = &self.inspector else {
            return;
        };
        realm.host.sources.keep();
        if self.scripts.stage == Stage::Over {
            // Its page was there before.
            realm.host.ready_state.set("complete");
            self.scripts.is_interactive = true;
            self.scripts.is_content_told = true;
        }
        realm.host.user_agent.replace(inspector.user_agent());
        let wants = inspector.wants_to_be_first();
        if !wants && !inspector.is_listening() {
            return;
        }
        if !self.begin_inspection() {
            return;
        }
        self.equip_realm(realm);
        let Some(inspector) = &mut self.inspector else {
            return;
        };
        let Some(document) = &mut inspector.document else {
            return;
        };
        if std::mem::replace(&mut document.has_begun, true) {
            return;
        }
        let mut first: Vec<(u32, String)> = Vec::new();
        for script in inspector.sessions.values().flat_map(|it| &it.scripts) {
            let is_its = |name: &str| name == script.world;
            let context = match script.world.is_empty() {
                true => document.contexts.first(),
                false => document.contexts.iter().skip(1).find(|it| is_its(&it.name)),
            };
            if let Some(context) = context {
                first.push((context.id, script.source.clone()));
            }
        }
        for (context, source) in first {
            self.view
                .with_script(|realm| realm.run_first(context, &source));
        }
    }

    /// Makes the inspector's program hear and answer for this inspector.
    fn begin_inspection(&mut self) -> bool {
        let Some(inspector) = &self.inspector else {
            return false;
        };
        let (teller, isolate) = (inspector.teller(), inspector.isolate.clone());
        let begun = self
            .view
            .with_script(|realm| realm.inspect(&teller, &isolate));
        begun.unwrap_or(false)
    }

    /// Gives the realm the worlds and functions that sessions want there, and says who listens.
    fn equip_realm(&mut self, realm: &'static Realm) {
        let Page {
            view, inspector, ..
        } = self;
        let Some(inspector) = inspector.as_deref_mut() else {
            return;
        };
        let wants = inspector.wants_to_be_first() || inspector.is_listening();
        if !realm.is_inspected() && !wants {
            return;
        }
        let (teller, isolate) = (inspector.teller(), inspector.isolate.clone());
        if view.with_script(|realm| realm.inspect(&teller, &isolate)) != Some(true) {
            return;
        }
        let Some(document) = &mut inspector.document else {
            return;
        };
        let must_bind = !std::mem::replace(&mut document.is_bound, true);
        let mut bind: Vec<(u32, String)> = Vec::new();
        for at in 0..document.contexts.len() {
            let context = &mut document.contexts[at];
            let is_new = !std::mem::replace(&mut context.is_made, true);
            if is_new {
                let world = World {
                    id: context.id,
                    name: &context.name,
                    unique: &context.unique,
                    is_default: at == 0,
                };
                view.with_script(|realm| realm.add_world(&world));
            }
            if is_new || must_bind {
                bind.extend(bindings_of(
                    inspector.sessions.values(),
                    context.id,
                    &context.name,
                ));
            }
        }
        for (context, name) in bind {
            view.with_script(|realm| realm.bind(context, &name));
        }
        for (session, state) in &inspector.sessions {
            view.with_script(|realm| realm.set_listening(*session, state.hears_runtime));
        }
        for (context, source) in std::mem::take(&mut document.run_now) {
            view.with_script(|realm| realm.run_first(context, &source));
        }
    }

    /// Tells how far the document is, and what has become of it.
    pub(crate) fn tell_inspector(&mut self) {
        if self.inspector.is_none() {
            return;
        }
        self.tell_changes_of_nodes();
        let realm = self.view.script;
        let is_parsed = self.load.as_ref().is_some_and(|load| load.is_parsed);
        let is_painted = self.load.as_ref().is_some_and(|load| load.is_painted);
        let is_over = self.scripts.stage == Stage::Over;
        let has_content = is_parsed && (is_over || self.scripts.is_content_told);
        let is_loaded = has_content
            && match realm {
                Some(realm) => realm.host.ready_state.get() == "complete",
                None => is_over && self.is_idle() && !self.view.is_unsettled(),
            };
        let reopened = realm.map_or(0, |realm| realm.host.reopened.get());
        let loading = self.fetcher.under_way();
        let url = match (realm, &self.load) {
            (Some(realm), _) => Some(realm.host.url.borrow().clone()),
            (None, Some(load)) => Some(load.url.clone()),
            (None, None) => None,
        };
        let Some(inspector) = &mut self.inspector else {
            return;
        };
        if realm.is_some_and(|realm| realm.host.is_stopped.get()) {
            inspector.fail_pending("Execution was terminated");
        }
        let Some(document) = &mut inspector.document else {
            return;
        };
        let navigation = self.load.as_ref().map(|load| load.navigation);
        if navigation != Some(document.navigation) {
            return;
        }
        let moved = url.filter(|url| *url != document.url);
        let moved = moved.map(|url| within(document, url, &inspector.frame));
        let progress = &mut document.progress;
        let is_anew = progress.reopened != reopened;
        if is_anew {
            *progress = Progress::anew(reopened);
        }
        let content = has_content && !std::mem::replace(&mut progress.has_content, has_content);
        let loaded = is_loaded && !std::mem::replace(&mut progress.is_loaded, is_loaded);
        let painted = is_painted && !std::mem::replace(&mut progress.is_painted, is_painted);
        let quiet = progress.quiet(loading, Instant::now());
        if let Some(params) = moved {
            let hears = |session: &Session| session.hears_page;
            inspector.tell(hears, "Page.navigatedWithinDocument", &params);
        }
        if is_anew {
            inspector.tell_lifecycle("init");
        }
        tell_progress(inspector, content, loaded, painted, &quiet);
    }
}

fn tell_progress(
    inspector: &Inspector,
    content: bool,
    loaded: bool,
    painted: bool,
    quiet: &[&str],
) {
    let hears_page = |session: &Session| session.hears_page;
    let now = json!({ "timestamp": now_s() });
    if content {
        inspector.tell(hears_page, "Page.domContentEventFired", &now);
        inspector.tell_lifecycle("DOMContentLoaded");
    }
    if loaded {
        inspector.tell(hears_page, "Page.loadEventFired", &now);
        inspector.tell_lifecycle("load");
        let frame = json!({ "frameId": inspector.frame });
        inspector.tell(hears_page, "Page.frameStoppedLoading", &frame);
    }
    if painted {
        inspector.tell_lifecycle("firstPaint");
        inspector.tell_lifecycle("firstContentfulPaint");
    }
    for name in quiet {
        inspector.tell_lifecycle(name);
    }
}

/// The document is at another address.
fn within(document: &mut Inspected, url: url::Url, frame: &str) -> Value {
    let bare = |url: &url::Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    let is_fragment = bare(&url) == bare(&document.url);
    document.url = url;
    json!({
        "frameId": frame,
        "url": document.url.as_str(),
        "navigationType": if is_fragment { "fragment" } else { "historyApi" },
    })
}

/// The functions that sessions want in a world.
fn bindings_of<'a>(
    sessions: impl Iterator<Item = &'a Session>,
    context: u32,
    name: &str,
) -> Vec<(u32, String)> {
    let all = sessions.flat_map(|session| &session.bindings);
    let here = all.filter(|(_, world)| world.as_deref().is_none_or(|world| world == name));
    here.map(|(binding, _)| (context, binding.clone()))
        .collect()
}
