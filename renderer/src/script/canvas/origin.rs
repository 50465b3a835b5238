//! Whose pixels a canvas shows: those of another origin's image must not be read.
//!
//! This is the Web's rule for scripts. A renderer that is taken over has the pixels anyway.

use crate::document::elements::element;
use crate::document::responses::Responses;
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name};
use std::collections::HashSet;
use url::{Origin, Url};

/// What is known of images.
#[derive(Default)]
pub(crate) struct Origins {
    /// Where files came from, after redirects.
    pub(crate) responses: Option<Responses>,
    /// Images that may show a file of another origin, whatever their address says now.
    foreign: HashSet<NodeId>,
}

impl Origins {
    /// The address of an image is about to be changed: what it shows stays for a while.
    pub(crate) fn note(
        &mut self,
        document: &BaseDocument,
        id: NodeId,
        name: &LocalName,
        page: &Url,
    ) {
        let is_image =
            element(document, id).is_some_and(|data| data.name.local == local_name!("img"));
        let is_address = *name == local_name!("src") || *name == local_name!("srcset");
        if is_image && is_address && !self.is_own(document, id, page) {
            self.foreign.insert(id);
        }
    }

    /// Whether all that an image may show is the page's own.
    pub(crate) fn is_own(&self, document: &BaseDocument, id: NodeId, page: &Url) -> bool {
        if self.foreign.contains(&id) {
            return false;
        }
        let Some(data) = element(document, id) else {
            return false;
        };
        let has_set = data.attr(local_name!("srcset")).is_some();
        let url = data.attr(local_name!("src")).unwrap_or("");
        if url.trim().is_empty() && !has_set {
            return true;
        }
        let Ok(url) = document.base_url().join(url.trim()) else {
            return false;
        };
        !has_set && self.is_own_file(&url, &page.origin())
    }

    fn is_own_file(&self, url: &Url, page: &Origin) -> bool {
        match url.scheme() {
            "data" => true,
            "http" | "https" if url.origin() == *page => {
                let responses = self.responses.as_ref();
                let answer = responses.and_then(|all| all.get(url.as_str()));
                let from = answer.and_then(|answer| Url::parse(&answer.final_url).ok());
                from.is_some_and(|from| from.origin() == *page)
            }
            _ => false,
        }
    }

    pub(crate) fn sweep(&mut self, document: &BaseDocument) {
        self.foreign.retain(|id| document.get_node(*id).is_some());
    }
}
