//! The order in which a document's scripts run, and what each waits for.
//!
//! Source: the HTML standard, "The end" and "Prepare the script element".

use crate::document::responses::Responses;
use crate::script::arrivals::Arrival;
use crate::script::modules::{Graph, Modules};
use crate::script::scripts::{Place, Script, Turn};
use crate::script::types::is_never_script;
use blitz_dom::{BaseDocument, NodeId};
use blitz_traits::net::NetProvider;
use std::collections::VecDeque;

enum Source {
    Text(String),
    Fetched { arrival: Arrival, charset: String },
    Module { name: String, is_inline: bool },
}

struct Waiting {
    node: NodeId,
    source: Source,
}

impl Waiting {
    fn is_there(&self, modules: &Modules) -> bool {
        match &self.source {
            Source::Text(_) => true,
            Source::Fetched { arrival, .. } => arrival.is_there(),
            Source::Module { name, .. } => modules.graph(name) != Graph::Waiting,
        }
    }
}

/// What a script is, once it is there.
#[derive(Debug)]
pub(crate) enum Code {
    Classic(String),
    /// The module of that name.
    Module,
    /// It cannot run, and why.
    Failed(String),
}

/// A script that can run, or never will.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) node: NodeId,
    pub(crate) code: Code,
    pub(crate) name: String,
    /// Whether it was fetched: its element hears of that.
    pub(crate) is_fetched: bool,
}

/// The scripts of a document that have not run.
#[derive(Default)]
pub(crate) struct Loader {
    /// The one that the parser waits for.
    blocking: Option<Waiting>,
    deferred: VecDeque<Waiting>,
    whenever: Vec<Waiting>,
}

/// What scripts are loaded with.
pub(crate) struct Means<'a> {
    pub(crate) net: &'a dyn NetProvider,
    pub(crate) responses: &'a Responses,
    pub(crate) modules: &'a Modules,
    /// The encoding of the document.
    pub(crate) charset: &'a str,
}

impl Loader {
    /// A script of the document, which stands in it. Returns its turn; `None` if there is nothing
    /// to run. `by_parser`: it may hold the parser up, and keeps its place in the order.
    pub(crate) fn add(
        &mut self,
        document: &BaseDocument,
        node: NodeId,
        script: Script,
        by_parser: bool,
        means: &Means<'_>,
    ) -> Option<Turn> {
        let turn = script.turn(by_parser);
        let source = match script.place {
            Place::None | Place::Nowhere => return None,
            Place::Text(text) if script.is_module => {
                let name = means.modules.add_inline(document.base_url(), &text);
                let is_inline = true;
                Source::Module { name, is_inline }
            }
            Place::Text(text) => Source::Text(text),
            Place::At(url) if script.is_module => {
                means.modules.want(&url);
                let (name, is_inline) = (url.into(), false);
                Source::Module { name, is_inline }
            }
            Place::At(url) => Source::Fetched {
                arrival: Arrival::of_script(means.net, document.id(), url),
                charset: script.charset.unwrap_or_else(|| means.charset.to_owned()),
            },
        };
        means.modules.advance(means.net, document, means.responses);
        let waiting = Waiting { node, source };
        match turn {
            Turn::AtOnce => self.blocking = Some(waiting),
            Turn::Deferred => self.deferred.push_back(waiting),
            Turn::Whenever => self.whenever.push(waiting),
        }
        Some(turn)
    }

    /// Whether the parser waits for a script.
    pub(crate) fn is_blocking(&self) -> bool {
        self.blocking.is_some()
    }

    /// Whether that one can run, as far as it is concerned.
    pub(crate) fn is_blocking_there(&self, modules: &Modules) -> bool {
        let blocking = self.blocking.as_ref();
        blocking.is_some_and(|blocking| blocking.is_there(modules))
    }

    /// The script that the parser waits for.
    pub(crate) fn take_blocking(&mut self, means: &Means<'_>) -> Option<Ready> {
        let waiting = self.blocking.take()?;
        Some(ready(waiting, means))
    }

    /// Whether there is one that can run beside the parser. With `is_parsed`, or instead of it.
    pub(crate) fn is_ready(&self, is_parsed: bool, modules: &Modules) -> bool {
        let first = self.deferred.front().filter(|_| is_parsed);
        let mut all = self.whenever.iter().chain(first);
        all.any(|waiting| waiting.is_there(modules))
    }

    /// The next script that can run.
    pub(crate) fn next(&mut self, is_parsed: bool, means: &Means<'_>) -> Option<Ready> {
        let is_there = |waiting: &Waiting| waiting.is_there(means.modules);
        if let Some(at) = self.whenever.iter().position(is_there) {
            return Some(ready(self.whenever.remove(at), means));
        }
        if !is_parsed {
            return None;
        }
        let first = self.deferred.pop_front_if(|first| is_there(first))?;
        Some(ready(first, means))
    }

    /// Whether all scripts have run that the document waits for before it is interactive.
    pub(crate) fn is_interactive(&self) -> bool {
        self.blocking.is_none() && self.deferred.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.is_interactive() && self.whenever.is_empty()
    }
}

fn ready(waiting: Waiting, means: &Means<'_>) -> Ready {
    let node = waiting.node;
    let (code, name, is_fetched) = match waiting.source {
        Source::Text(text) => (Code::Classic(text), "inline script".to_owned(), false),
        Source::Fetched { arrival, charset } => {
            let code = match arrival.take(means.responses, &charset) {
                Some(arrived) if is_never_script(&arrived.mime) => {
                    Code::Failed(format!("its type {} is none of a script", arrived.mime))
                }
                Some(arrived) => Code::Classic(arrived.text),
                None => Code::Failed("it could not be loaded".to_owned()),
            };
            (code, arrival.url.into(), true)
        }
        Source::Module { name, is_inline } => {
            let code = match means.modules.graph(&name) {
                Graph::Failed(reason) => Code::Failed(reason),
                Graph::Waiting | Graph::Ready => Code::Module,
            };
            (code, name, !is_inline)
        }
    };
    Ready {
        node,
        code,
        name,
        is_fetched,
    }
}
