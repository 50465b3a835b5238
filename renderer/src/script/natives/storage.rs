//! What the page's origin keeps.

use crate::script::handles::{List, OrName, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::storage::area_of;
use rquickjs::{Object, Result};
use std::rc::Rc;

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "mayStore", host, || {
        protocol::storage::origin_of(&host.url.borrow()).is_some()
    });
    // A long text is searched here faster than by the engine.
    native!(natives, "hasEscape", host, |text: String| {
        let _ = &host;
        text.contains('\u{ffff}')
    });
    native!(natives, "storageLength", host, |area: u32| {
        host.storage.borrow().len(area_of(area)) as u32
    });
    native!(natives, "storageKey", host, |area: u32, at: f64| {
        OrNull(host.storage.borrow_mut().key(area_of(area), at as usize))
    });
    native!(natives, "storageKeys", host, |area: u32| {
        List(host.storage.borrow().keys(area_of(area)))
    });
    native!(natives, "storageGet", host, |area: u32, key: String| {
        OrNull(host.storage.borrow().get(area_of(area), &key))
    });
    native!(
        natives,
        "storageSet",
        host,
        |area: u32, key: String, value: String| {
            OrName(host.storage.borrow_mut().set(area_of(area), key, value))
        }
    );
    native!(natives, "storageRemove", host, |area: u32, key: String| {
        host.storage.borrow_mut().remove(area_of(area), &key);
    });
    native!(natives, "storageClear", host, |area: u32| {
        host.storage.borrow_mut().clear(area_of(area));
    });
    Ok(())
}
