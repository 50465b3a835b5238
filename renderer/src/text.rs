//! Carries text between a surface and the regions in which the broker asks for it or brings it.
//!
//! Trusts: the broker, which asks on the user's action only. Never: writes more than the region
//! holds.

use crate::view::View;
use ipc::{Handles, Misbehaviour};
use protocol::clipboard::Edit;
use protocol::limits::CLIPBOARD_BYTES_MAX;
use shm::{ShmError, WritableMap};
use thiserror::Error;

/// Why an edit could not be done.
#[derive(Debug, Error)]
pub(crate) enum TextError {
    #[error("the broker sent an illegal message: {0}")]
    Broker(#[from] Misbehaviour),
    #[error("the region of a text cannot be mapped: {0}")]
    Region(#[from] ShmError),
}

/// Does `edit` to what the view shows. Of a copy or cut, returns how many bytes of text are
/// selected; they stand in the region if it has room for them.
pub(crate) fn edit(
    view: &mut View,
    edit: Edit,
    handles: &mut Handles,
) -> Result<Option<u32>, TextError> {
    match edit {
        Edit::SelectAll => view.select_all(),
        Edit::Paste { bytes } => {
            let text = shm::map_read_only(handles.region()?, bytes as usize)?;
            view.paste(&String::from_utf8_lossy(&text));
        }
        Edit::Copy | Edit::Cut => {
            let region = WritableMap::new(handles.region()?, CLIPBOARD_BYTES_MAX)?;
            let text = view.selected_text().unwrap_or_default();
            if text.len() <= CLIPBOARD_BYTES_MAX {
                region.write(0, text.as_bytes());
                if edit == Edit::Cut && !text.is_empty() {
                    view.delete_selection();
                }
            }
            return Ok(Some(u32::try_from(text.len()).unwrap_or(u32::MAX)));
        }
    }
    Ok(None)
}
