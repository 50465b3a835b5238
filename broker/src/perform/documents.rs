//! Documents: fetches, builds or reads them, and gives them to the renderer that shows them.

use crate::child::children::Children;
use crate::pages;
use crate::state::Broker;
use crate::store::documents::{Documents, document_handle};
use browser_core::{Action, Body, Event, action};
use nix::fcntl::OFlag;
use protocol::document::{BodySource, ResponseHead};
use protocol::error::LoadError;
use protocol::ids::NavigationId;
use protocol::network::ToNetwork;
use protocol::renderer::{CommitDocument, ToRenderer};
use std::io;
use std::os::fd::OwnedFd;
use url::Url;

/// Asks the network process for a document. The body arrives through a pipe, which is kept until
/// the commit.
pub fn fetch(children: &mut Children, documents: &mut Documents, fetch: action::Fetch) {
    let action::Fetch {
        navigation,
        tab,
        context,
        network,
        url,
        initiator,
    } = fetch;
    match nix::unistd::pipe2(OFlag::O_CLOEXEC) {
        Ok((reader, writer)) => {
            documents.hold_pipe(navigation, reader);
            let message = ToNetwork::Navigate {
                navigation,
                tab,
                context,
                url,
                initiator,
            };
            children.send_network(network, message, [writer]);
        }
        Err(error) => {
            let reason = format!("cannot create a pipe: {}", error.desc());
            let result = Err(LoadError::Process { reason });
            children.report(Event::BodyReady { navigation, result });
        }
    }
}

/// Nobody wants that document any more.
pub fn cancel(children: &mut Children, action: &Action) {
    if let Action::CancelFetch {
        navigation,
        network,
    } = *action
    {
        children.send_network(network, ToNetwork::Cancel { navigation }, []);
    }
}

/// Gives a document to the renderer that will show it.
pub fn commit(children: &mut Children, documents: &mut Documents, commit: action::Commit) {
    match source_of(documents, &commit) {
        Ok((body, handle)) => {
            let is_error = matches!(commit.body, Body::Error(_));
            let document = CommitDocument {
                sequence: commit.sequence,
                navigation: commit.navigation,
                url: commit.url,
                status: commit.status,
                refresh: commit.refresh,
                content_type: if is_error {
                    Some("text/html; charset=utf-8".to_owned())
                } else {
                    commit.content_type
                },
                body,
                scroll_y: commit.scroll_y,
                state: commit.state,
                place: commit.place,
                script: commit.script,
            };
            children.send_renderer(commit.process, ToRenderer::Commit(document), handle);
        }
        Err(error) => children.give_up(commit.process, &error),
    }
}

/// The place of the bytes, and the descriptor that carries them.
fn source_of(
    documents: &mut Documents,
    commit: &action::Commit,
) -> io::Result<(BodySource, Option<OwnedFd>)> {
    let (source, handle) = match &commit.body {
        Body::Url => return Ok((BodySource::Url, None)),
        Body::Held => documents.take(commit.navigation)?,
        Body::Error(error) => document_handle(pages::error_page(&commit.url, error).as_bytes())?,
    };
    Ok((source, Some(handle)))
}

impl Broker {
    /// Builds the built-in page with that address; some wait for a helper process.
    pub(crate) fn build_page(&mut self, navigation: NavigationId, url: &str) {
        if let Ok(url) = Url::parse(url)
            && url.host_str() == Some("lab")
        {
            return if pages::is_plumber(&url) {
                self.begin_plumber_page(navigation, &url)
            } else {
                self.build_lab_page(navigation, &url)
            };
        }
        if url.starts_with("about:") {
            // The empty page.
            let page = pages::document(url, String::new());
            return self.body_ready(navigation, url, Ok(page));
        }
        let result = pages::build(self, url);
        self.body_ready(navigation, url, result);
    }

    /// Keeps a document until its commit, and reports it to the core.
    pub(crate) fn body_ready(
        &mut self,
        navigation: NavigationId,
        url: &str,
        result: Result<(ResponseHead, Vec<u8>), LoadError>,
    ) {
        let result = result.and_then(|(head, document)| {
            let held = self.store.documents.hold_document(navigation, &document);
            held.map_err(|error| LoadError::File {
                path: url.to_owned(),
                reason: format!("cannot create the shared memory of the page: {error}"),
            })?;
            Ok(head)
        });
        self.events
            .push_back(Event::BodyReady { navigation, result });
    }
}
