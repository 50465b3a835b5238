//! What a client of devtools wants of the cookies.

use crate::cookies::{By, Jar};
use protocol::limits::{TRAFFIC_COOKIES_BYTES_MAX, TRAFFIC_COOKIES_MAX};
use protocol::site::Site;
use protocol::traffic::{Cookie, CookieWish, FromNetwork};
use std::time::SystemTime;
use url::Url;

/// Does it, in the cookies of a context that is open. Returns the answers.
pub fn grant(jar: Option<&Jar>, call: u32, wish: CookieWish) -> Vec<FromNetwork> {
    let Some(jar) = jar else {
        return match wish {
            CookieWish::Get { .. } => pieces(call, Vec::new()),
            _ => vec![FromNetwork::Done {
                call,
                is_done: false,
            }],
        };
    };
    let now = SystemTime::now();
    let place = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some((Site::of(&url, 0), url))
    };
    let is_done = match wish {
        CookieWish::Get { url: None } => return pieces(call, jar.all(now)),
        CookieWish::Get { url: Some(url) } => {
            let cookies = place(&url).map(|(site, url)| jar.list(&site, &url, now));
            return pieces(call, cookies.unwrap_or_default());
        }
        CookieWish::Set {
            url,
            text,
            for_host,
        } => place(&url).is_some_and(|(site, url)| match for_host {
            true => jar.give(&url, &text, now),
            false => jar.set(&site, &url, &text, By::OwnSite, now),
        }),
        CookieWish::Delete {
            name,
            url,
            domain,
            path,
        } => {
            let host = match &url {
                Some(url) => Url::parse(url)
                    .ok()
                    .and_then(|url| Some(url.host_str()?.to_owned())),
                None => domain.map(|it| it.trim_start_matches('.').to_owned()),
            };
            jar.remove(|cookie| {
                let domain = cookie.domain.trim_start_matches('.');
                let is_of = |host: &String| {
                    host == domain || url.is_some() && host.ends_with(&format!(".{domain}"))
                };
                cookie.name == name
                    && host.as_ref().is_none_or(is_of)
                    && path.as_ref().is_none_or(|path| *path == cookie.path)
            });
            true
        }
        CookieWish::Clear => {
            jar.remove(|_| true);
            true
        }
    };
    vec![FromNetwork::Done { call, is_done }]
}

/// As many messages as it takes.
fn pieces(call: u32, cookies: Vec<Cookie>) -> Vec<FromNetwork> {
    let mut all = vec![Vec::new()];
    let mut bytes = 0;
    for cookie in cookies {
        bytes += cookie.bytes();
        let is_full = |piece: &Vec<Cookie>| {
            piece.len() >= TRAFFIC_COOKIES_MAX || bytes > TRAFFIC_COOKIES_BYTES_MAX
        };
        if all.last().is_some_and(is_full) {
            bytes = cookie.bytes();
            all.push(Vec::new());
        }
        if let Some(piece) = all.last_mut() {
            piece.push(cookie);
        }
    }
    let last = all.len() - 1;
    let piece = |(at, cookies)| FromNetwork::Cookies {
        call,
        cookies,
        is_last: at == last,
    };
    all.into_iter().enumerate().map(piece).collect()
}
