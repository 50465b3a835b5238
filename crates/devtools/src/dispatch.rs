//! Hands each command and each message of the broker to whoever sees to it.

use crate::command::{self, Command};
use crate::domains;
use crate::domains::page::{self, Head};
use crate::domains::screencast;
use crate::hub::{CallKind, Hub, Output};
use crate::methods::{self, How};
use crate::reply::{self, Failure};
use crate::session::{ClientId, SessionKey, Target};
use crate::tab::Asker;
use protocol::devtools::{Answer, ToDevtools};
use serde_json::{Value, json};

impl Hub {
    /// A client has sent a text.
    pub fn take_text(&mut self, client: ClientId, text: &str) {
        let command = match command::parse(text) {
            Ok(command) => command,
            Err(malformed) => {
                let answer = reply::answer(malformed.id, None, Err(malformed.failure));
                return self.push(Output::Send(client, answer));
            }
        };
        let Some(root) = self.clients.get(&client).copied() else {
            return;
        };
        let key = match &command.session {
            None => Some(root),
            Some(name) => self.by_name.get(name).copied(),
        };
        let is_its =
            |key: &SessionKey| self.sessions.get(key).is_some_and(|it| it.client == client);
        let Some(key) = key.filter(is_its) else {
            let failure = Failure::with_code(-32001, "Session with given id not found.");
            let answer = reply::answer(Some(command.id), None, Err(failure));
            return self.push(Output::Send(client, answer));
        };
        self.take_command(key, command);
    }

    /// A client has sent a text to a nested session.
    pub fn take_nested(&mut self, key: SessionKey, text: &str) {
        let answer = match command::parse(text) {
            Ok(command) if command.session.is_none() => return self.take_command(key, command),
            Ok(command) => {
                let failure = Failure::with_code(-32001, "Session with given id not found.");
                reply::answer(Some(command.id), None, Err(failure))
            }
            Err(malformed) => reply::answer(malformed.id, None, Err(malformed.failure)),
        };
        self.send(key, answer);
    }

    fn take_command(&mut self, key: SessionKey, command: Command) {
        let asker = Asker {
            session: key,
            id: command.id,
        };
        match self.run(asker, command) {
            Ok(None) => {}
            Ok(Some(result)) => self.answer(asker, Ok(result)),
            Err(failure) => self.answer(asker, Err(failure)),
        }
    }

    /// The answer to a command, unless it comes later.
    fn run(&mut self, asker: Asker, command: Command) -> Result<Option<Value>, Failure> {
        let Some(session) = self.sessions.get_mut(&asker.session) else {
            return Ok(None);
        };
        let target = session.target;
        let method = methods::find(&command.method).filter(|it| it.is_for(target));
        let method = method.ok_or_else(|| Failure::no_method(&command.method))?;
        match method.how {
            How::Accept => Ok(Some(json!({}))),
            How::Own => domains::run(self, asker, target, &command),
            How::Document | How::Standing => {
                let Target::Page(tab) = target else {
                    return Err(Failure::no_method(&command.method));
                };
                self.ask(tab, asker, command.method, command.params)?;
                Ok(None)
            }
        }
    }

    /// The broker says something. With a picture, its pixels come along; with a text, its bytes.
    pub fn take_broker(&mut self, message: ToDevtools, pixels: Option<Vec<u8>>) {
        match message {
            ToDevtools::Opened { tab, context, url } => self.tab_opened(tab, context, url),
            ToDevtools::Context { context } => self.context_opened(context, None),
            ToDevtools::Closed { tab } => self.tab_closed(tab),
            ToDevtools::Shown { tab } => screencast::shown(self, tab),
            ToDevtools::Began {
                tab,
                navigation,
                url,
                call,
                is_reload,
            } => page::began(self, tab, navigation, (&url, is_reload), call),
            ToDevtools::Ended { tab, navigation } => page::ended(self, tab, navigation),
            ToDevtools::Committed {
                tab,
                navigation,
                url,
                error,
                status,
                content_type,
                title,
            } => {
                let head = Head {
                    url,
                    error,
                    status,
                    content_type,
                    title,
                };
                page::committed(self, tab, navigation, head);
            }
            ToDevtools::Within {
                tab,
                url,
                by_script,
            } => page::within(self, tab, url, by_script),
            ToDevtools::Titled { tab, title } => {
                if let Some(tab) = self.tabs.get_mut(&tab) {
                    tab.title = title;
                }
                self.tell_tab_changed(tab);
            }
            ToDevtools::Traffic => self.traffic_opened(),
            ToDevtools::Inspector { tab } => self.inspector_opened(tab),
            ToDevtools::Crashed {
                tab,
                cause: _,
                ending,
            } => self.tab_crashed(tab, ending),
            ToDevtools::Answer { call, answer } => self.take_answer(call, answer, pixels),
            ToDevtools::Dialog {
                tab,
                kind,
                text,
                default_text,
            } => page::dialog_opened(self, tab, kind, &text, &default_text),
            ToDevtools::DialogClosed {
                tab,
                is_accepted,
                text,
            } => page::dialog_closed(self, tab, is_accepted, &text),
            ToDevtools::Chaos(news) => domains::bulkhead::chaos_fault(self, &news),
            ToDevtools::Passed { messages, dropped } => {
                domains::bulkhead::passed(self, &messages, dropped);
            }
            ToDevtools::Inject(_) | ToDevtools::Told => {}
        }
    }

    fn take_answer(&mut self, number: u32, answer: Answer, pixels: Option<Vec<u8>>) {
        // Of a call that a death has ended.
        let Some(mut call) = self.calls.remove(&number) else {
            return;
        };
        if let (
            CallKind::Processes { rows, .. },
            Answer::Processes {
                rows: more,
                is_last: false,
            },
        ) = (&mut call.kind, &answer)
        {
            rows.extend(more.iter().cloned());
            self.calls.insert(number, call);
            return;
        }
        if let (CallKind::Frame { after }, Some(tab)) = (&call.kind, call.tab) {
            return screencast::take_answer(self, tab, *after, &answer, pixels);
        }
        if let (CallKind::Input, Some(tab)) = (&call.kind, call.tab) {
            self.input_taken(tab);
        }
        let outcome = domains::outcome(self, &mut call, answer, pixels);
        self.settle(call.for_, outcome);
    }
}
