//! Addresses, by the same rules as everywhere else.

use crate::script::handles::{List, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use rquickjs::{Object, Result};
use std::rc::Rc;
use url::{Url, quirks};

/// The parts of an address, in the order that the prelude knows.
fn parts(url: &Url) -> List<String> {
    let parts = [
        quirks::href(url),
        &quirks::origin(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
    ];
    List(parts.map(str::to_owned).to_vec())
}

/// The address with one part changed; unchanged where that part cannot be so.
fn with_part(href: &str, part: &str, value: &str) -> Option<Url> {
    let mut url = Url::parse(href).ok()?;
    let _ = match part {
        "protocol" => quirks::set_protocol(&mut url, value),
        "username" => quirks::set_username(&mut url, value),
        "password" => quirks::set_password(&mut url, value),
        "host" => quirks::set_host(&mut url, value),
        "hostname" => quirks::set_hostname(&mut url, value),
        "port" => quirks::set_port(&mut url, value),
        "pathname" => {
            quirks::set_pathname(&mut url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, value);
            Ok(())
        }
        "hash" => {
            quirks::set_hash(&mut url, value);
            Ok(())
        }
        _ => Ok(()),
    };
    Some(url)
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "parseUrl",
        host,
        |text: String, base: Option<String>| {
            let _ = &host;
            let url = match base {
                Some(base) => Url::parse(&base).and_then(|base| base.join(&text)),
                None => Url::parse(&text),
            };
            OrNull(url.ok().map(|url| parts(&url)))
        }
    );
    native!(
        natives,
        "urlWith",
        host,
        |href: String, part: String, value: String| {
            let _ = &host;
            OrNull(with_part(&href, &part, &value).map(|url| parts(&url)))
        }
    );
    native!(natives, "resolve", host, |text: String| {
        OrNull(host.read().base_url().join(&text).ok().map(String::from))
    });
    native!(natives, "baseUrl", host, || host
        .read()
        .base_url()
        .to_string());
    native!(natives, "formDecode", host, |text: String| {
        let _ = &host;
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        let pairs = pairs.map(|(name, value)| List(vec![name.into_owned(), value.into_owned()]));
        List(pairs.collect())
    });
    native!(natives, "formEncode", host, |pairs: Vec<Vec<String>>| {
        let _ = &host;
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for pair in &pairs {
            if let [name, value] = pair.as_slice() {
                out.append_pair(name, value);
            }
        }
        out.finish()
    });
    Ok(())
}
