//! What the page's origin keeps, on its way from and to the broker.
//!
//! Trusts: the broker. Never: says more at once than the broker takes from a child.

use crate::page::Page;
use crate::runtime::{LoopError, ToBroker};
use crate::script::Realm;
use crate::script::storage::{Heard, Storage};
use ipc::Handles;
use protocol::ids::NavigationId;
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::FromRenderer;
use protocol::storage::{self, StorageNews, StorageSnapshot};
use std::time::{Duration, Instant};

/// Messages that are sent before a pause.
const MESSAGES_AT_ONCE: usize = 256;
/// How long that pause is: so a page never comes near the limit for a flood.
const PAUSE: Duration = Duration::from_millis(25);
/// Most changes that a page hears of when all that is kept comes at once.
const HEARD_MAX: usize = 1_000;

impl Page {
    /// All that the origin of a document keeps.
    pub(crate) fn take_storage(
        &mut self,
        snapshot: StorageSnapshot,
        handles: &mut Handles,
    ) -> Result<(), LoopError> {
        let bytes = shm::map_read_only(handles.region()?, snapshot.bytes as usize)?;
        let (local, session) = storage::from_bytes(&bytes).ok_or(Misbehaviour::BadEncoding)?;
        if snapshot.is_news {
            self.storing.taken.push(snapshot.navigation);
        }
        if !self.has_scripts_of(snapshot.navigation) {
            let storage = Storage::new(local, session);
            self.storing.waiting = Some((snapshot.navigation, storage));
            return Ok(());
        }
        self.view.with_script(|realm| {
            let all = [local, session];
            let heard = realm.host.storage.borrow_mut().take_all(all, snapshot.seen);
            tell(realm, heard.into_iter().take(HEARD_MAX));
        });
        Ok(())
    }

    /// A change by another document.
    pub(crate) fn take_storage_news(&mut self, news: StorageNews) {
        self.storing.taken.push(news.navigation);
        if self.has_scripts_of(news.navigation) {
            self.view.with_script(|realm| {
                let heard = realm.host.storage.borrow_mut().take_news(news);
                tell(realm, heard.into_iter());
            });
        }
    }

    pub(crate) fn has_scripts_of(&self, navigation: NavigationId) -> bool {
        let load = self.load.as_ref();
        self.view.script.is_some() && load.is_some_and(|load| load.navigation == navigation)
    }

    /// Tells the broker what the page has changed.
    pub(crate) fn say_stored(&mut self, control: &ToBroker) {
        for navigation in self.storing.taken.drain(..) {
            control.say(FromRenderer::StorageTaken { navigation });
        }
        let (Some(realm), Some(load)) = (self.view.script, &self.load) else {
            return;
        };
        let is_paused = self.storing.pause.is_some_and(|end| Instant::now() < end);
        if is_paused {
            return;
        }
        self.storing.pause = None;
        let mut storage = realm.host.storage.borrow_mut();
        for _ in 0..MESSAGES_AT_ONCE {
            let Some((area, change)) = storage.next_change() else {
                return;
            };
            control.say(FromRenderer::Stored {
                navigation: load.navigation,
                area,
                change,
            });
        }
        self.storing.pause = Some(Instant::now() + PAUSE);
    }

    /// When to say more.
    pub(crate) fn storing_deadline(&self) -> Option<Instant> {
        let realm = self.view.script?;
        let has_changes = realm.host.storage.borrow().has_changes();
        has_changes.then(|| self.storing.pause.unwrap_or_else(Instant::now))
    }
}

fn tell(realm: &Realm, heard: impl Iterator<Item = Heard>) {
    if realm.listens("storage") {
        heard.for_each(|heard| realm.tell_stored(heard));
    }
}
