//! Hands renderers what the origins of their documents keep.
//!
//! Never: looks at it.

use crate::child::children::Children;
use browser_core::action::StorageTold;
use protocol::ids::ProcessId;
use protocol::renderer::ToRenderer;

/// Sends a change, or all of it in a region.
pub fn tell(children: &mut Children, process: ProcessId, told: StorageTold) {
    let (snapshot, bytes) = match told {
        StorageTold::All(snapshot, bytes) => (snapshot, bytes),
        StorageTold::News(news) => {
            return children.send_renderer(process, ToRenderer::StorageNews(news), []);
        }
    };
    let region = shm::Region::create_filled("bulkhead-storage", &bytes);
    match region.and_then(|region| region.read_only()) {
        Ok(region) => children.send_renderer(process, ToRenderer::Storage(snapshot), [region]),
        Err(error) => children.give_up(process, &error),
    }
}
