//! What elements know of their resources: which have been told, and pictures that are loaded for
//! scripts alone.

use crate::script::arrivals::Arrival;
use crate::script::host::Host;
use blitz_dom::{BaseDocument, NodeId};
use std::collections::HashMap;
use url::Url;

/// What is known of the resources of elements.
#[derive(Default)]
pub(crate) struct Resources {
    /// The addresses of which elements have been told, as they name them.
    pub(crate) told: HashMap<NodeId, String>,
    /// Pictures outside the document, which Blitz does not load.
    outside: HashMap<NodeId, Arrival>,
    /// How much had been answered and changed when they were looked at last.
    pub(crate) seen: (usize, u32),
}

/// What became of a resource.
pub(crate) enum Fate {
    Loaded,
    Failed,
    Waiting,
    /// Blitz does not load it.
    Unasked,
}

impl Resources {
    /// A picture outside the document is loaded if a script holds it.
    pub(crate) fn fate_outside(
        &mut self,
        host: &Host,
        document: &BaseDocument,
        id: NodeId,
        url: &str,
        ask: impl FnOnce(Url) -> Arrival,
    ) -> Fate {
        if let Some(arrival) = self.outside.get(&id).filter(|it| it.url.as_str() == url) {
            return match arrival.is_there() {
                false => Fate::Waiting,
                true => match arrival.is_picture() {
                    true => Fate::Loaded,
                    false => Fate::Failed,
                },
            };
        }
        if host.is_wrapped(id)
            && let Ok(url) = document.base_url().join(url)
        {
            self.outside
                .retain(|id, _| document.get_node(*id).is_some());
            self.outside.insert(id, ask(url));
        }
        Fate::Waiting
    }
}
