//! What the prelude is made of: functions of one object that no page ever sees. Each looks its
//! nodes up first; one that is gone is nothing.

mod asking;
mod attributes;
mod canvas;
mod cssom;
mod encoding;
mod event_source;
mod fetch;
mod focus;
mod forms;
pub(crate) mod layout;
mod lists;
mod members;
mod page;
mod quick;
pub(crate) mod selectors;
mod storage;
mod style;
mod text;
mod tree;
mod url;
mod wrappers;

use crate::script::host::Host;
use rquickjs::{Ctx, Object, Result};
use std::rc::Rc;

/// All functions.
pub(crate) fn all<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    type Add = for<'js> fn(&Object<'js>, &Rc<Host>) -> Result<()>;
    let groups: [Add; 21] = [
        asking::add,
        attributes::add,
        canvas::add,
        cssom::add,
        encoding::add,
        event_source::add,
        fetch::add,
        focus::add,
        forms::add,
        layout::add,
        lists::add,
        members::add,
        page::add,
        quick::add,
        selectors::add,
        storage::add,
        style::add,
        text::add,
        tree::add,
        url::add,
        wrappers::add,
    ];
    for add in groups {
        add(&natives, host)?;
    }
    Ok(natives)
}
