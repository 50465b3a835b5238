//! The inspector of one channel: orders that come, and what sessions are told.

use crate::inspect::contexts::ContextInfo;
use crate::inspect::document::Inspected;
use crate::inspect::fault::{Answer, Fault, text_of};
use crate::inspect::frames::{Found, Told};
use crate::inspect::limits::{COMMAND_BYTES_MAX, COMMANDS_MAX, PENDING_MAX, SESSIONS_MAX};
use crate::inspect::outbox::Outbox;
use crate::inspect::session::Session;
use crate::script::hearer::Teller;
use ipc::{Endpoint, Receiver, RecvError};
use protocol::ids::NavigationId;
use protocol::inspector::{FromInspector, Piece, ToInspector};
use protocol::limits::{INSPECTOR_TEXT_BYTES_MAX, MESSAGES_PER_TURN_MAX};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use url::Url;

/// The renderer's end of the channel.
pub(crate) type InspectorEndpoint = Endpoint<FromInspector, ToInspector>;

/// A command of a session.
pub(crate) struct Command {
    pub(crate) call: u32,
    pub(crate) session: u32,
    pub(crate) method: String,
    pub(crate) params: Map<String, Value>,
    bytes: usize,
}

/// What the devtools process wants.
pub(crate) enum Order {
    Run(Command),
    End(u32),
}

/// A command that has not come in whole.
struct Half {
    call: u32,
    session: u32,
    text: String,
    is_too_long: bool,
}

/// The inspector.
pub(crate) struct Inspector {
    receiver: Receiver<ToInspector>,
    pub(crate) outbox: Rc<Outbox>,
    /// The name of the frame that the document is shown in.
    pub(crate) frame: String,
    half: Option<Half>,
    pub(crate) orders: VecDeque<Order>,
    bytes: usize,
    /// Commands for which the document is not there yet.
    pub(crate) put_off: VecDeque<Command>,
    pub(crate) sessions: BTreeMap<u32, Session>,
    pub(crate) document: Option<Inspected>,
    last_context: u32,
    pub(crate) isolate: String,
    is_broken: bool,
}

impl Inspector {
    pub(crate) fn new(endpoint: InspectorEndpoint) -> Inspector {
        let (sender, receiver) = endpoint.split();
        Inspector {
            receiver,
            outbox: Rc::new(Outbox::new(sender)),
            frame: String::new(),
            half: None,
            orders: VecDeque::new(),
            bytes: 0,
            put_off: VecDeque::new(),
            sessions: BTreeMap::new(),
            document: None,
            last_context: 0,
            isolate: chance().to_string(),
            is_broken: false,
        }
    }

    pub(crate) fn teller(&self) -> Rc<dyn Teller> {
        self.outbox.clone()
    }

    /// Whether the devtools process is gone, or has lost its mind.
    pub(crate) fn is_over(&self) -> bool {
        self.is_broken || self.outbox.is_closed()
    }

    /// Whether there is anything to do now.
    pub(crate) fn has_orders(&self) -> bool {
        !self.orders.is_empty() && !self.outbox.is_full()
    }

    fn is_full(&self) -> bool {
        self.bytes > COMMAND_BYTES_MAX
            || self.orders.len() + self.put_off.len() >= COMMANDS_MAX
            || self.outbox.is_full()
    }

    /// What to wait for: nothing, while enough is there.
    pub(crate) fn source(&self) -> Option<BorrowedFd<'_>> {
        (!self.is_full()).then(|| self.receiver.as_fd())
    }

    /// Takes in what has come. Returns whether there may be more.
    pub(crate) fn receive(&mut self) -> bool {
        self.outbox.flush();
        for _ in 0..MESSAGES_PER_TURN_MAX {
            if self.is_full() || self.is_broken {
                return false;
            }
            match self.receiver.try_recv() {
                Ok(Some(received)) => self.take(received.message),
                Ok(None) => return false,
                Err(error) => {
                    if !matches!(error, RecvError::Closed) {
                        tracing::warn!("the devtools process is not heard any more: {error}");
                    }
                    self.is_broken = true;
                }
            }
        }
        !self.is_broken
    }

    fn take(&mut self, message: ToInspector) {
        match message {
            ToInspector::Begin { frame } => self.frame = frame,
            ToInspector::Command {
                call,
                session,
                piece,
            } => self.take_piece(call, session, piece),
            ToInspector::End { session } => self.orders.push_back(Order::End(session)),
        }
    }

    fn take_piece(&mut self, call: u32, session: u32, piece: Piece) {
        let is_same = |half: &Half| half.call == call && half.session == session;
        let mut half = match self.half.take() {
            Some(half) if is_same(&half) => half,
            _ => Half {
                call,
                session,
                text: String::new(),
                is_too_long: false,
            },
        };
        half.is_too_long |= half.text.len() + piece.text.len() > INSPECTOR_TEXT_BYTES_MAX;
        match half.is_too_long {
            true => half.text.clear(),
            false => half.text.push_str(&piece.text),
        }
        match piece.is_last {
            true => self.take_text(half),
            false => self.half = Some(half),
        }
    }

    fn take_text(&mut self, half: Half) {
        let bytes = half.text.len();
        let fault = match half.is_too_long {
            true => Fault::malformed("Message is too long"),
            false => match read(&half.text) {
                Ok((method, params)) => {
                    self.bytes += bytes;
                    return self.orders.push_back(Order::Run(Command {
                        call: half.call,
                        session: half.session,
                        method,
                        params,
                        bytes,
                    }));
                }
                Err(fault) => fault,
            },
        };
        self.answer(half.call, Err(fault));
    }

    /// The next order.
    pub(crate) fn next(&mut self) -> Option<Order> {
        if self.outbox.is_full() {
            return None;
        }
        self.orders.pop_front()
    }

    /// A command has been done.
    pub(crate) fn forget(&mut self, command: &Command) {
        self.bytes = self.bytes.saturating_sub(command.bytes);
    }

    pub(crate) fn answer(&self, call: u32, answer: Answer) {
        let mut text = text_of(answer);
        if text.len() > INSPECTOR_TEXT_BYTES_MAX {
            text = text_of(Err(Fault::server("Object is too large")));
        }
        self.outbox.answer_now(call, &text);
    }

    /// A script may answer a call later. Returns false if too many wait.
    pub(crate) fn await_answer(&self, call: u32, session: u32) -> bool {
        let mut pending = self.outbox.pending.borrow_mut();
        let has_room = pending.len() < PENDING_MAX;
        if has_room {
            pending.insert(call, session);
        }
        has_room
    }

    /// No call that waits is answered by a script any more.
    pub(crate) fn fail_pending(&self, reason: &str) {
        let pending = std::mem::take(&mut *self.outbox.pending.borrow_mut());
        for call in pending.into_keys() {
            self.answer(call, Err(Fault::server(reason)));
        }
    }

    /// A session, which is made when it is first named.
    pub(crate) fn session(&mut self, session: u32) -> Result<&mut Session, Fault> {
        if self.sessions.len() >= SESSIONS_MAX && !self.sessions.contains_key(&session) {
            return Err(Fault::server("Too many sessions"));
        }
        Ok(self.sessions.entry(session).or_default())
    }

    /// A session is over.
    pub(crate) fn end(&mut self, session: u32) {
        self.sessions.remove(&session);
        let mut bindings = self.outbox.bindings.borrow_mut();
        for sessions in bindings.values_mut() {
            sessions.remove(&session);
        }
        bindings.retain(|_, sessions| !sessions.is_empty());
        let mut pending = self.outbox.pending.borrow_mut();
        pending.retain(|_, of| *of != session);
    }

    /// Tells the sessions that want to hear it.
    pub(crate) fn tell(&self, wants: impl Fn(&Session) -> bool, method: &str, params: &Value) {
        let mut text = None;
        for (session, _) in self.sessions.iter().filter(|(_, session)| wants(session)) {
            let text = text.get_or_insert_with(|| event(method, params));
            self.outbox.tell(*session, text);
        }
    }

    /// Tells one session.
    pub(crate) fn tell_one(&self, session: u32, method: &str, params: &Value) {
        self.outbox.tell(session, &event(method, params));
    }

    pub(crate) fn tell_lifecycle(&self, name: &str) {
        let params = self.lifecycle(name);
        self.tell(
            |session| session.hears_lifecycle,
            "Page.lifecycleEvent",
            &params,
        );
    }

    pub(crate) fn lifecycle(&self, name: &str) -> Value {
        let loader = self.document.as_ref().map(Inspected::loader);
        json!({
            "frameId": self.frame,
            "loaderId": loader.unwrap_or_default(),
            "name": name,
            "timestamp": now_s(),
        })
    }

    /// Another document is there.
    pub(crate) fn committed(&mut self, navigation: NavigationId, url: Url, mime: String) {
        self.fail_pending("Execution context was destroyed.");
        self.outbox.navigation.set(navigation);
        let mut document = Inspected {
            navigation,
            url,
            mime,
            contexts: vec![self.new_context("")],
            backends: Default::default(),
            frames: Default::default(),
            progress: Default::default(),
            has_begun: false,
            is_bound: true,
            run_now: Vec::new(),
        };
        let scripts = self.sessions.values().flat_map(|session| &session.scripts);
        let mut worlds: Vec<String> = Vec::new();
        for script in scripts.filter(|script| !script.world.is_empty()) {
            if !worlds.contains(&script.world) {
                worlds.push(script.world.clone());
            }
        }
        for world in worlds {
            let context = self.new_context(&world);
            document.contexts.push(context);
        }
        self.document = Some(document);
        for session in self.sessions.values_mut() {
            session.dom.forget();
            session.scripts_known = session.scripts_known.map(|_| 0);
        }
        self.tell_commit();
    }

    fn tell_commit(&self) {
        let Some(document) = &self.document else {
            return;
        };
        let hears_page = |session: &Session| session.hears_page;
        let hears_runtime = |session: &Session| session.hears_runtime;
        let frame = json!({ "frameId": self.frame });
        self.tell(hears_page, "Page.frameStartedLoading", &frame);
        let nothing = json!({});
        self.tell(hears_runtime, "Runtime.executionContextsCleared", &nothing);
        self.tell_lifecycle("init");
        let navigated = json!({ "frame": document.frame(&self.frame), "type": "Navigation" });
        self.tell(hears_page, "Page.frameNavigated", &navigated);
        let hears_dom = |session: &Session| session.dom.is_enabled;
        self.tell(hears_dom, "DOM.documentUpdated", &nothing);
        for context in &document.contexts {
            self.tell_context(context);
        }
    }

    pub(crate) fn tell_context(&self, context: &ContextInfo) {
        if let Some(document) = &self.document {
            let described = document.described(context, &self.frame);
            let hears = |session: &Session| session.hears_runtime;
            self.tell(hears, "Runtime.executionContextCreated", &described);
        }
    }

    pub(crate) fn new_context(&mut self, name: &str) -> ContextInfo {
        context_after(&mut self.last_context, name)
    }

    /// What has become of the frames within the page.
    pub(crate) fn compare_frames(&mut self, found: Vec<Found>) {
        let Some(document) = &mut self.document else {
            return;
        };
        let worlds = document.worlds();
        let last = &mut self.last_context;
        let told = document.frames.update(
            found,
            (&self.frame, &document.url),
            &worlds,
            |world| context_after(last, world),
            || format!("{:016X}{:016X}", chance(), chance()),
        );
        for told in told {
            match told {
                Told::Page(method, params) => self.tell(|it| it.hears_page, method, &params),
                Told::Runtime(method, params) => self.tell(|it| it.hears_runtime, method, &params),
            }
        }
    }

    /// Whether any session wants something done before a document's first script.
    pub(crate) fn wants_to_be_first(&self) -> bool {
        self.sessions.values().any(Session::wants_to_be_first)
    }

    /// What pages are to call the browser, if a session wants another name; the last one counts.
    pub(crate) fn user_agent(&self) -> Option<String> {
        let mut sessions = self.sessions.values().rev();
        sessions.find_map(|it| it.user_agent.clone())
    }

    /// Whether any session hears of the console.
    pub(crate) fn is_listening(&self) -> bool {
        self.sessions.values().any(|session| session.hears_runtime)
    }
}

fn context_after(last: &mut u32, name: &str) -> ContextInfo {
    *last += 1;
    ContextInfo {
        id: *last,
        name: name.to_owned(),
        unique: format!("{}.{}", chance(), chance()),
        is_made: false,
    }
}

fn read(text: &str) -> Result<(String, Map<String, Value>), Fault> {
    let read = serde_json::from_str(text);
    let Ok(Value::Object(mut message)) = read else {
        return Err(Fault::malformed("Message must be a valid JSON"));
    };
    let Some(Value::String(method)) = message.remove("method") else {
        return Err(Fault::malformed(
            "Message must have string 'method' property",
        ));
    };
    match message.remove("params") {
        Some(Value::Object(params)) => Ok((method, params)),
        None | Some(Value::Null) => Ok((method, Map::new())),
        Some(_) => Err(Fault::malformed(
            "Message may have object 'params' property",
        )),
    }
}

fn event(method: &str, params: &Value) -> String {
    json!({ "method": method, "params": params }).to_string()
}

/// Seconds by the clock that never goes back.
pub(crate) fn now_s() -> f64 {
    (flight::now_ns() / 1_000) as f64 / 1e6
}

/// A number that nobody can guess.
fn chance() -> i64 {
    let mut bytes = [0; 8];
    // Without chance they only can be guessed.
    let _ = getrandom::fill(&mut bytes);
    i64::from_ne_bytes(bytes) >> 1
}
