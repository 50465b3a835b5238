//! `Target`: browser contexts, which share neither cookies nor storage.

use crate::command::Command;
use crate::contexts::Context;
use crate::hub::{CallKind, Hub};
use crate::reply::{Failure, Outcome};
use crate::session::SessionKey;
use crate::tab::{Asker, For};
use protocol::devtools::Wish;
use protocol::ids::ContextId;
use serde_json::{Value, json};

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let for_ = For::Session(asker);
    match command.method.as_str() {
        "Target.createBrowserContext" => {
            if params
                .optional_text("proxyServer")?
                .is_some_and(|it| !it.is_empty())
            {
                return Err(Failure::server("Proxies are not supported"));
            }
            let ends_with_devtools = params.flag("disposeOnDetach")?;
            let kind = CallKind::OpenContext(ends_with_devtools.then_some(asker.session));
            let wish = Wish::OpenContext { ends_with_devtools };
            hub.call(for_, None, kind, wish)?;
            Ok(None)
        }
        "Target.disposeBrowserContext" => {
            let name = params.text("browserContextId")?;
            let context = hub.context_named(name);
            // The user's own is none that a client could close.
            let context = context.filter(|it| *it != ContextId::DEFAULT);
            let context = context.ok_or_else(|| missing(name))?;
            let wish = Wish::CloseContext(context);
            hub.call(for_, None, CallKind::CloseContext(context), wish)?;
            Ok(None)
        }
        "Target.getBrowserContexts" => {
            let others = hub.contexts.iter();
            let others = others.filter(|(context, _)| **context != ContextId::DEFAULT);
            let others: Vec<&str> = others.map(|(_, it)| it.name.as_str()).collect();
            Ok(Some(json!({
                "browserContextIds": others,
                "defaultBrowserContextId": hub.name_of_context(ContextId::DEFAULT),
            })))
        }
        other => Err(Failure::no_method(other)),
    }
}

impl Hub {
    pub fn context_named(&self, name: &str) -> Option<ContextId> {
        let mut all = self.contexts.iter();
        let found = all.find(|(_, it)| it.name == name);
        found.map(|(context, _)| *context)
    }

    /// The name of a context; nothing for one that is closed.
    pub fn name_of_context(&self, context: ContextId) -> &str {
        let context = self.contexts.get(&context);
        context.map_or("", |it| it.name.as_str())
    }

    /// A context is there. It is closed at once if nobody is left who wants it.
    pub fn context_opened(&mut self, context: ContextId, ends_with: Option<SessionKey>) {
        self.contexts.insert(context, Context::new(ends_with));
        if let Some(session) = ends_with
            && !self.sessions.contains_key(&session)
        {
            self.close_contexts_of(session);
        }
    }

    /// Closes the contexts that a session wanted for itself.
    pub fn close_contexts_of(&mut self, session: SessionKey) {
        let its = self.contexts.iter();
        let its = its.filter(|(_, it)| it.ends_with == Some(session));
        for context in its.map(|(context, _)| *context).collect::<Vec<_>>() {
            let (kind, wish) = (CallKind::CloseContext(context), Wish::CloseContext(context));
            if let Err(failure) = self.call(For::Nobody, None, kind, wish) {
                tracing::warn!("{context} stays: {}", failure.message);
            }
        }
    }
}

/// The context that a command names, if it names one.
pub fn named(hub: &Hub, command: &Command) -> Result<Option<ContextId>, Failure> {
    let name = command.params.optional_text("browserContextId")?;
    name.map(|name| hub.context_named(name).ok_or_else(|| missing(name)))
        .transpose()
}

fn missing(name: &str) -> Failure {
    Failure::server(format!("Failed to find browser context with id {name}"))
}

/// A context that was asked for is there.
pub fn opened(hub: &mut Hub, context: ContextId, ends_with: Option<SessionKey>) -> Outcome {
    hub.context_opened(context, ends_with);
    Ok(json!({"browserContextId": hub.name_of_context(context)}))
}
