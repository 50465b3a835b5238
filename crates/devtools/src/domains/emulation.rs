//! `Emulation`: the size of a page.

use crate::command::Command;
use crate::domains::page::tab_of;
use crate::hub::{CallKind, Hub};
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asker, For};
use protocol::devtools::Wish;
use protocol::geometry::Size;
use serde_json::Value;

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let tab = tab_of(target)?;
    let size = match command.method.as_str() {
        "Emulation.setDeviceMetricsOverride" => {
            let params = &command.params;
            let (width, height) = (params.count("width")?, params.count("height")?);
            params.number("deviceScaleFactor")?;
            params.needed_flag("mobile")?;
            let size = Size::new(width, height);
            match width == 0 || height == 0 {
                // Zero stands for what the window has.
                true => None,
                false if size.is_valid_surface() => Some(size),
                false => return Err(Failure::params("Width and height values must be smaller")),
            }
        }
        "Emulation.clearDeviceMetricsOverride" => None,
        other => return Err(Failure::no_method(other)),
    };
    let wish = Wish::Resize(tab, size);
    hub.call(For::Session(asker), Some(tab), CallKind::Plain, wish)?;
    Ok(None)
}
