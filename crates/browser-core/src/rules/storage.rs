//! `localStorage` and `sessionStorage`: what a document changes, and who else hears of it.
//!
//! Trusts: no renderer on its origin, which follows from the address that was committed in it.
//! Never: lets one document's changes fill the queue to another.

use crate::action::{Action, StorageTold};
use crate::state::core::Core;
use crate::state::storage::{Owner, StorageUse, Unfinished};
use protocol::ids::{NavigationId, ProcessId, TabId};
use protocol::limits::{STORAGE_TOLD_BYTES_MAX, STORAGE_UNFINISHED_BYTES_MAX, TEXT_BYTES_MAX};
use protocol::misbehaviour::Misbehaviour;
use protocol::storage::{self, StorageArea, StorageChange, StorageNews, StorageSnapshot};
use url::Url;

/// A change that is there in whole.
enum Whole {
    Set(String, String),
    Remove(String),
    Clear,
    /// A value for which there is no room.
    Refused,
}

impl Core {
    /// A document is about to be committed: it gets what its origin keeps, if it may run scripts.
    pub(crate) fn begin_storage(
        &mut self,
        tab: TabId,
        process: ProcessId,
        navigation: NavigationId,
        url: &str,
        script: bool,
    ) {
        let origin = Url::parse(url)
            .ok()
            .and_then(|url| storage::origin_of(&url));
        let origin = origin.filter(|_| script);
        let context = self.context_of(tab);
        let used = origin.map(|origin| StorageUse::new(navigation, (tab, context), origin));
        if let Some(used) = &used {
            self.storage.touch(&used.owner(StorageArea::Local));
            self.storage.touch(&used.owner(StorageArea::Session));
        }
        if let Some(process) = self.processes.living_mut(process) {
            process.storage = used;
        }
        self.send_storage(process, false);
    }

    /// Sends all that a document's origin keeps; the first time only if there is anything.
    fn send_storage(&mut self, id: ProcessId, is_news: bool) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        let Some(used) = &mut process.storage else {
            return;
        };
        let local = used.owner(StorageArea::Local);
        let session = used.owner(StorageArea::Session);
        let bytes = self.storage.bytes_of(&local, &session);
        let bytes = match (bytes, is_news) {
            (Some(bytes), _) => bytes,
            (None, true) => storage::to_bytes(&Default::default(), &Default::default()),
            (None, false) => return,
        };
        if is_news {
            used.untaken += 1;
        }
        let snapshot = StorageSnapshot {
            navigation: used.navigation,
            bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            seen: used.seen,
            is_news,
        };
        self.emit(Action::Storage {
            process: id,
            told: StorageTold::All(snapshot, bytes),
        });
    }

    /// A document says that it has changed what its origin keeps.
    pub(crate) fn on_stored(
        &mut self,
        id: ProcessId,
        navigation: NavigationId,
        area: StorageArea,
        change: StorageChange,
    ) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        if !process.navigations.is_last(navigation) {
            return;
        }
        if process.storage.is_none() {
            // Its origin keeps nothing, or it may run no scripts.
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        match self.put_together(id, area, change) {
            Ok(Some(change)) => self.store(id, area, change),
            Ok(None) => {}
            Err(misbehaviour) => self.on_misbehaved(id, misbehaviour),
        }
    }

    /// Waits for the rest of a value that comes in pieces.
    fn put_together(
        &mut self,
        id: ProcessId,
        area: StorageArea,
        change: StorageChange,
    ) -> Result<Option<Whole>, Misbehaviour> {
        let waiting = self.unfinished_bytes();
        let process = self.processes.living_mut(id);
        let used = process.and_then(|process| process.storage.as_mut());
        let used = used.ok_or(Misbehaviour::WrongState)?;
        let begun = match (change, used.unfinished.take()) {
            (StorageChange::Remove { key }, None) => return Ok(Some(Whole::Remove(key))),
            (StorageChange::Clear, None) => return Ok(Some(Whole::Clear)),
            (
                StorageChange::Set {
                    key,
                    value,
                    bytes_left,
                },
                None,
            ) => {
                let bytes_left = bytes_left as usize;
                let has_room = waiting + value.len() + bytes_left <= STORAGE_UNFINISHED_BYTES_MAX;
                Unfinished {
                    area,
                    key,
                    value: (bytes_left == 0 || has_room).then_some(value),
                    bytes_left,
                }
            }
            (StorageChange::More { value }, Some(mut begun)) => {
                if !begun.add(area, &value) {
                    return Err(Misbehaviour::ValueOutOfRange);
                }
                begun
            }
            _ => return Err(Misbehaviour::WrongState),
        };
        if begun.bytes_left > 0 {
            used.unfinished = Some(begun);
            return Ok(None);
        }
        Ok(Some(match begun.value {
            Some(value) => Whole::Set(begun.key, value),
            None => Whole::Refused,
        }))
    }

    /// What renderers have begun to send and not ended.
    fn unfinished_bytes(&self) -> usize {
        let uses = self.processes.values().filter_map(|p| p.storage.as_ref());
        let unfinished = uses.filter_map(|used| used.unfinished.as_ref());
        unfinished.map(Unfinished::bytes).sum()
    }

    /// Keeps a change, and tells other documents of the origin.
    fn store(&mut self, id: ProcessId, area: StorageArea, change: Whole) {
        let process = self.processes.living_mut(id);
        let Some(used) = process.and_then(|process| process.storage.as_mut()) else {
            return;
        };
        used.seen = used.seen.wrapping_add(1);
        let (owner, tab) = (used.owner(area), used.tab);
        if self.tabs.find(tab).is_none() {
            return;
        }
        let (key, value) = match change {
            Whole::Set(key, value) => {
                if !self.storage.set(&owner, key.clone(), value.clone()) {
                    return self.outdate_storage(id);
                }
                (Some(key), Some(value))
            }
            Whole::Remove(key) => {
                self.storage.remove(&owner, &key);
                (Some(key), None)
            }
            Whole::Clear => {
                self.storage.clear(&owner);
                (None, None)
            }
            Whole::Refused => return self.outdate_storage(id),
        };
        if area == StorageArea::Local {
            self.tell_stored(id, &owner, &key, &value);
        }
    }

    fn tell_stored(
        &mut self,
        by: ProcessId,
        owner: &Owner,
        key: &Option<String>,
        value: &Option<String>,
    ) {
        let is_short = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or("");
            text.len() <= STORAGE_TOLD_BYTES_MAX
        };
        let is_told = is_short(key) && is_short(value);
        let tab = self.processes.get(by).and_then(|process| process.tab);
        let url = tab.and_then(|tab| self.tabs.find(tab)).map(|tab| tab.url());
        let url = url.filter(|url| url.len() <= TEXT_BYTES_MAX).unwrap_or("");
        let url = url.to_owned();
        for id in self.processes.ids() {
            let Some(process) = self.processes.living_mut(id).filter(|p| p.id != by) else {
                continue;
            };
            let has_script = process.scripts.have_run;
            let used = process.storage.as_mut();
            let Some(used) = used.filter(|used| used.owner(StorageArea::Local) == *owner) else {
                continue;
            };
            if !is_told || !has_script || !used.may_be_told() {
                self.outdate_storage(id);
                continue;
            }
            used.untaken += 1;
            let news = StorageNews {
                navigation: used.navigation,
                key: key.clone(),
                value: value.clone(),
                url: url.clone(),
                seen: used.seen,
            };
            self.emit(Action::Storage {
                process: id,
                told: StorageTold::News(news),
            });
        }
    }

    /// What the document has is no longer what is kept: it gets the whole of it.
    fn outdate_storage(&mut self, id: ProcessId) {
        let process = self.processes.living_mut(id);
        if let Some(used) = process.and_then(|process| process.storage.as_mut()) {
            used.is_outdated = true;
            self.renew_storage(id);
        }
    }

    /// Sends the whole of it, once all before has been taken and there is a script to see it.
    pub(crate) fn renew_storage(&mut self, id: ProcessId) {
        let process = self.processes.living_mut(id);
        let Some(process) = process.filter(|process| process.scripts.have_run) else {
            return;
        };
        if let Some(used) = &mut process.storage
            && used.is_outdated
            && used.untaken == 0
        {
            used.is_outdated = false;
            self.send_storage(id, true);
        }
    }

    /// A document has taken a change by another one.
    pub(crate) fn on_storage_taken(&mut self, id: ProcessId, navigation: NavigationId) {
        let process = self.processes.living_mut(id);
        let used = process.and_then(|process| process.storage.as_mut());
        let Some(used) = used.filter(|used| used.navigation == navigation) else {
            return;
        };
        if used.untaken == 0 {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        used.untaken -= 1;
        self.renew_storage(id);
    }
}
