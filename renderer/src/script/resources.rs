//! What elements know of their resources: which have been told, and pictures that are loaded for
//! scripts alone.

use crate::script::arrivals::Arrival;
use crate::script::host::Host;
use blitz_dom::{BaseDocument, NodeId};
use std::collections::HashMap;
use url::Url;

/// So many pictures outside the document are not worth a search for those that are gone.
const OUTSIDE_MIN: usize = 64;

/// What is known of the resources of elements.
#[derive(Default)]
pub(crate) struct Resources {
    /// The addresses of which elements have been told, as they name them.
    pub(crate) told: HashMap<NodeId, String>,
    /// Pictures outside the document, which Blitz does not load.
    outside: HashMap<NodeId, Outside>,
    /// When there are more of them than this, those whose elements are gone are dropped.
    outside_max: usize,
    /// How much had been answered and changed when they were looked at last.
    pub(crate) seen: (usize, u32),
}

/// A picture outside the document.
struct Outside {
    /// Its address as its element names it.
    given: String,
    arrival: Arrival,
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
    /// Whether the element waits for a picture outside the document of that name. Quick, for there
    /// can be very many of them.
    pub(crate) fn is_awaited_outside(&self, id: NodeId, given: &str) -> bool {
        let outside = self.outside.get(&id);
        outside.is_some_and(|it| it.given == given && !it.arrival.is_there())
    }

    /// A picture outside the document is loaded if a script holds it.
    pub(crate) fn fate_outside(
        &mut self,
        host: &Host,
        document: &BaseDocument,
        (id, given): (NodeId, &str),
        url: &str,
        ask: impl FnOnce(Url) -> Arrival,
    ) -> Fate {
        let known = self.outside.get(&id).map(|it| &it.arrival);
        if let Some(arrival) = known.filter(|it| it.url.as_str() == url) {
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
            if self.outside.len() >= self.outside_max {
                self.outside
                    .retain(|id, _| document.get_node(*id).is_some());
                self.outside_max = OUTSIDE_MIN.max(2 * self.outside.len());
            }
            let (given, arrival) = (given.to_owned(), ask(url));
            self.outside.insert(id, Outside { given, arrival });
        }
        Fate::Waiting
    }
}
