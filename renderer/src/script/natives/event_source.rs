//! Streams of events, and what built-in pages want done. Only a page of the browser's own reaches
//! the broker by these; the broker checks that again.

use crate::script::handles::{List, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::natives::encoding::bytes_of;
use protocol::act::{Act, ActKind};
use protocol::renderer::FromRenderer;
use rquickjs::{Object, Result};
use std::rc::Rc;
use url::Url;

/// Whether that is the document's own address, with that path.
fn is_own(host: &Host, url: &str, path: &str) -> bool {
    let own = host.url.borrow();
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    own.scheme() == "bulkhead"
        && url.scheme() == own.scheme()
        && url.host() == own.host()
        && url.path() == path
}

/// The kind of act of that name, on what has that number.
fn act(name: &str, of: f64) -> Option<Act> {
    let (_, kind) = ActKind::NAMES
        .into_iter()
        .find(|(known, _)| *known == name)?;
    let is_number = of >= 0.0 && of <= f64::from(u32::MAX) && of.fract() == 0.0;
    is_number.then_some(Act {
        kind,
        of: of as u32,
    })
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "openStream", host, |url: String, stream: u32| {
        let may_open = is_own(&host, &url, "/stream") && host.streams.borrow_mut().begin(stream);
        if may_open {
            host.outside
                .say(|navigation| FromRenderer::OpenStream { navigation, stream });
        }
        may_open
    });
    native!(natives, "closeStream", host, |stream: u32| host
        .streams
        .borrow_mut()
        .close(stream));
    native!(
        natives,
        "parseEvents",
        host,
        |stream: u32, bytes: String| {
            let mut parsers = host.event_parsers.borrow_mut();
            let parser = parsers.entry(stream).or_default();
            let events = parser.push(&bytes_of(&bytes)).ok();
            let wait = parser.take_retry_ms().map(|ms| ms.to_string());
            OrNull(events.map(|events| {
                let parts = events.into_iter();
                let parts = parts.flat_map(|event| [event.kind, event.data, event.id]);
                List(
                    std::iter::once(wait.unwrap_or_default())
                        .chain(parts)
                        .collect(),
                )
            }))
        }
    );
    native!(natives, "forgetEvents", host, |stream: u32| {
        host.event_parsers.borrow_mut().remove(&stream);
    });
    native!(
        natives,
        "act",
        host,
        |url: String, request: u32, name: String, of: f64| {
            let act = act(&name, of).filter(|_| is_own(&host, &url, "/action"));
            if let Some(act) = act {
                host.outside.say(|navigation| FromRenderer::Act {
                    navigation,
                    request,
                    act,
                });
            }
            act.is_some()
        }
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_has_a_known_name_and_a_whole_number() {
        let kill = Act {
            kind: ActKind::Kill,
            of: 7,
        };
        assert_eq!(act("kill", 7.0), Some(kill));
        for odd in [-1.0, 0.5, f64::NAN, f64::INFINITY, 1e10] {
            assert_eq!(act("kill", odd), None, "{odd}");
        }
        assert_eq!(act("Kill", 7.0), None);
    }
}
