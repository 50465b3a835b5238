//! The control channel between the broker and the network process.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::document::ResponseHead;
use crate::error::LoadError;
use crate::fault::Fault;
use crate::ids::{ContextId, NavigationId, ProcessId, TabId};
use crate::limits::URL_BYTES_MAX;
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::request::RequestNews;
use crate::traffic::Rules;
use crate::{HandleKind, Message, site::Site};
use serde::{Deserialize, Serialize};

/// Broker to network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToNetwork {
    /// Fetch a document, following redirects. Carries the write end of a pipe; the head is answered
    /// as soon as it is known, the body then goes into the pipe while it arrives.
    Navigate {
        navigation: NavigationId,
        /// The tab that it is for.
        tab: TabId,
        /// The context of the tab.
        context: ContextId,
        /// An absolute http or https URL.
        url: String,
        /// The site of the page that asked for it, if one did: some cookies do not go with links of
        /// other sites.
        initiator: Option<Site>,
    },
    /// Stop working for this navigation; nothing more need be said of it.
    Cancel { navigation: NavigationId },
    /// A renderer's fetch channel: everything that comes on it is for a document of this site.
    OpenFetch {
        /// The renderer.
        process: ProcessId,
        /// The tab whose documents it shows.
        tab: TabId,
        /// The context of the tab.
        context: ContextId,
        /// The site it is locked to.
        site: Site,
    },
    /// A further context, without cookies. Nothing names one that is not open; the default one
    /// always is.
    OpenContext { context: ContextId },
    /// Forget a context, whose tabs are closed.
    CloseContext { context: ContextId },
    /// What is done with the requests of a tab from now on.
    Requests {
        tab: TabId,
        /// Comes back by [`crate::traffic::FromNetwork::Ruled`].
        sequence: u32,
        rules: Option<Rules>,
    },
    /// The devtools process's end of [`crate::traffic`] has its other end here. It takes the place
    /// of one before it.
    OpenTraffic {
        /// The devtools process.
        process: ProcessId,
    },
    /// Injects a fault (`bulkhead://net-crash` and its like).
    Inject(Fault),
    /// Answered with `Done` once everything before it is taken in.
    Ping {
        /// Comes back in the answer.
        sequence: u32,
    },
    /// Somebody looks at requests from now on: tell of those that begin; or nobody does any more.
    Watch { is_on: bool },
}

/// Network to broker. For each navigation: `Failed`, or `Head` and then `BodyEnd`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromNetwork {
    /// The final head. The broker checks that the navigation is this process's, still wanted, and
    /// that the URL is http or https.
    Head {
        navigation: NavigationId,
        head: ResponseHead,
    },
    /// The fetch failed.
    Failed {
        navigation: NavigationId,
        /// Why.
        error: LoadError,
    },
    /// The body is in the pipe, whole or not.
    BodyEnd {
        navigation: NavigationId,
        /// Bytes of the decoded body that went into the pipe.
        bytes: u64,
        /// Why it is not whole.
        error: Option<LoadError>,
    },
    /// Answers `Ping`.
    Done {
        /// Its number.
        sequence: u32,
    },
    /// A renderer broke the protocol of its fetch channel, or the devtools process that of its own.
    ClientMisbehaved {
        /// Which one, as `OpenFetch` or `OpenTraffic` named it.
        process: ProcessId,
        misbehaviour: Misbehaviour,
    },
    /// News of a request, while somebody looks.
    Request(RequestNews),
}

impl Message for ToNetwork {
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        match self {
            ToNetwork::Navigate { .. } => vec![HandleKind::PipeWriter],
            ToNetwork::OpenFetch { .. } | ToNetwork::OpenTraffic { .. } => {
                vec![HandleKind::Channel]
            }
            ToNetwork::Cancel { .. }
            | ToNetwork::OpenContext { .. }
            | ToNetwork::CloseContext { .. }
            | ToNetwork::Requests { .. }
            | ToNetwork::Inject(_)
            | ToNetwork::Ping { .. }
            | ToNetwork::Watch { .. } => Vec::new(),
        }
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToNetwork::Navigate { url, initiator, .. } => {
                check_text(url, URL_BYTES_MAX)?;
                initiator.as_ref().map_or(Ok(()), Site::check)
            }
            ToNetwork::OpenFetch { site, .. } => site.check(),
            ToNetwork::Inject(action) => action.check(),
            ToNetwork::Requests { rules, .. } => rules.as_ref().map_or(Ok(()), Rules::check),
            ToNetwork::OpenTraffic { .. }
            | ToNetwork::OpenContext { .. }
            | ToNetwork::CloseContext { .. }
            | ToNetwork::Cancel { .. }
            | ToNetwork::Ping { .. }
            | ToNetwork::Watch { .. } => Ok(()),
        }
    }
}

impl Message for FromNetwork {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromNetwork::Head { head, .. } => head.check(),
            FromNetwork::Failed { error, .. } => error.check(),
            FromNetwork::BodyEnd { error, .. } => error.as_ref().map_or(Ok(()), LoadError::check),
            FromNetwork::Request(news) => news.check(),
            FromNetwork::Done { .. } | FromNetwork::ClientMisbehaved { .. } => Ok(()),
        }
    }
}
