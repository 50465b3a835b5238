//! `Emulation`: the size and the scale of a page, and whether it runs scripts.

use crate::command::Command;
use crate::domains::network;
use crate::domains::page::tab_of;
use crate::hub::{CallKind, Hub};
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asker, For};
use protocol::appearance::Percent;
use protocol::devtools::Wish;
use protocol::geometry::Size;
use protocol::ids::TabId;
use serde_json::{Value, json};

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let tab = tab_of(target)?;
    let (size, scale) = match command.method.as_str() {
        "Emulation.setDeviceMetricsOverride" => {
            let params = &command.params;
            let (width, height) = (params.count("width")?, params.count("height")?);
            let factor = params.number("deviceScaleFactor")?;
            params.needed_flag("mobile")?;
            let size = Size::new(width, height);
            // Zero stands for what the window has.
            let size = match width == 0 || height == 0 {
                true => None,
                false if size.is_valid_surface() => Some(size),
                false => return Err(Failure::params("Width and height values must be smaller")),
            };
            (size, scale_of(factor)?)
        }
        "Emulation.clearDeviceMetricsOverride" => (None, None),
        "Emulation.setScriptExecutionDisabled" => {
            let is_off = command.params.needed_flag("value")?;
            if let Some(session) = hub.sessions.get_mut(&asker.session) {
                session.stops_scripts = is_off;
            }
            let is_asked = stop_scripts(hub, tab, For::Session(asker))?;
            return Ok((!is_asked).then(|| json!({})));
        }
        // As the command of that name there.
        "Emulation.setUserAgentOverride" => return network::run(hub, asker, target, command),
        other => return Err(Failure::no_method(other)),
    };
    let wish = Wish::Resize { tab, size, scale };
    hub.call(For::Session(asker), Some(tab), CallKind::Plain, wish)?;
    Ok(None)
}

/// The next documents of a page run no scripts while any session wants it so. Returns whether the
/// broker is asked for a change.
///
/// # Errors
/// The broker cannot be asked; it is when this is wanted next.
pub fn stop_scripts(hub: &mut Hub, id: TabId, for_: For) -> Result<bool, Failure> {
    let mut sessions = hub.sessions.values();
    let is_off = sessions.any(|it| it.target == Target::Page(id) && it.stops_scripts);
    let is_so = |hub: &Hub| {
        hub.tabs
            .get(&id)
            .is_none_or(|tab| tab.scripts_off == is_off)
    };
    if is_so(hub) {
        return Ok(false);
    }
    let wish = Wish::Scripts(id, !is_off);
    hub.call(for_, Some(id), CallKind::Plain, wish)?;
    if let Some(tab) = hub.tabs.get_mut(&id) {
        tab.scripts_off = is_off;
    }
    Ok(true)
}

/// Zero stands for what the display has.
fn scale_of(factor: f64) -> Result<Option<Percent>, Failure> {
    if factor == 0.0 {
        return Ok(None);
    }
    let percent = (factor * 100.0).round();
    let is_number = (0.0..=f64::from(u16::MAX)).contains(&percent);
    let scale = is_number.then_some(Percent(percent as u16));
    let scale = scale.filter(|scale| scale.is_valid_scale());
    let wrong = || Failure::params("deviceScaleFactor must be from 0.5 to 4");
    Ok(Some(scale.ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_that_no_display_has_is_refused() {
        assert_eq!(scale_of(0.0), Ok(None));
        assert_eq!(scale_of(2.0), Ok(Some(Percent(200))));
        for odd in [-1.0, 0.1, 9.0, 1.0e300, f64::NAN, f64::INFINITY] {
            assert!(scale_of(odd).is_err(), "{odd}");
        }
    }
}
