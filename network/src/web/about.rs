//! What a request says of the page that makes it.
//!
//! Source: Referrer Policy; the Fetch standard, "Origin header"; Fetch Metadata Request Headers.

use crate::web::origin::{Initiator, is_trustworthy, origin_of};
use protocol::web::{Destination, Mode, ReferrerPolicy};
use url::Url;

/// A longer address is cut down to its origin.
const REFERRER_BYTES_MAX: usize = 4096;

/// The `Referer` header.
pub fn referrer(from: &Url, to: &Url, policy: ReferrerPolicy) -> Option<String> {
    let origin = || format!("{}/", origin_of(from));
    let whole = || match from.as_str() {
        long if long.len() > REFERRER_BYTES_MAX => origin(),
        short => short.to_owned(),
    };
    let is_same_origin = from.origin() == to.origin();
    let is_downgrade = is_trustworthy(from) && !is_trustworthy(to);
    match policy {
        ReferrerPolicy::None => None,
        ReferrerPolicy::Origin => Some(origin()),
        ReferrerPolicy::SameOrigin => is_same_origin.then(whole),
        ReferrerPolicy::StrictOrigin => (!is_downgrade).then(origin),
        ReferrerPolicy::StrictOriginWhenCrossOrigin => match (is_same_origin, is_downgrade) {
            (true, _) => Some(whole()),
            (false, true) => None,
            (false, false) => Some(origin()),
        },
    }
}

/// How far a request has gone from the page: the farthest of its redirects counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distance {
    /// The page's origin.
    SameOrigin,
    /// The page's site.
    SameSite,
    /// Elsewhere.
    CrossSite,
}

impl Distance {
    /// How far it is there.
    pub fn to(initiator: &Initiator, url: &Url) -> Distance {
        match (initiator.is_same_origin(url), initiator.is_same_site(url)) {
            (true, _) => Distance::SameOrigin,
            (false, true) => Distance::SameSite,
            (false, false) => Distance::CrossSite,
        }
    }

    /// The value of `Sec-Fetch-Site`.
    pub fn name(self) -> &'static str {
        match self {
            Distance::SameOrigin => "same-origin",
            Distance::SameSite => "same-site",
            Distance::CrossSite => "cross-site",
        }
    }
}

/// The value of `Sec-Fetch-Mode`.
pub fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Cors => "cors",
        Mode::NoCors => "no-cors",
        Mode::SameOrigin => "same-origin",
    }
}

/// The value of `Sec-Fetch-Dest`; none where it is not known what the resource is for.
pub fn destination_name(destination: Destination) -> Option<&'static str> {
    match destination {
        Destination::Empty => Some("empty"),
        Destination::Font => Some("font"),
        Destination::Image => Some("image"),
        Destination::Other => None,
        Destination::Script => Some("script"),
        Destination::Style => Some("style"),
    }
}

/// What the page would like to get.
pub fn accept(destination: Destination) -> &'static str {
    match destination {
        Destination::Image => "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
        Destination::Style => "text/css,*/*;q=0.1",
        Destination::Empty | Destination::Font | Destination::Other | Destination::Script => "*/*",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::site::Site;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("test URL")
    }

    #[test]
    fn other_origins_learn_no_address_and_open_lines_nothing() {
        use ReferrerPolicy as Policy;
        let page = "https://a.example/secret?q";
        let (own, other, open) = (
            "https://a.example/x",
            "https://b.example/",
            "http://b.example/",
        );
        let (whole, origin) = (Some(page), Some("https://a.example/"));
        for (policy, to, expected) in [
            (Policy::StrictOriginWhenCrossOrigin, own, whole),
            (Policy::StrictOriginWhenCrossOrigin, other, origin),
            (Policy::StrictOriginWhenCrossOrigin, open, None),
            (
                Policy::StrictOriginWhenCrossOrigin,
                "http://127.0.0.1:1/",
                origin,
            ),
            (Policy::None, own, None),
            (Policy::Origin, open, origin),
            (Policy::SameOrigin, own, whole),
            (Policy::SameOrigin, other, None),
            (Policy::StrictOrigin, own, origin),
            (Policy::StrictOrigin, open, None),
        ] {
            let sent = referrer(&url(page), &url(to), policy);
            assert_eq!(sent.as_deref(), expected, "{policy:?} {to}");
        }
        let long = format!("https://a.example/{}", "x".repeat(5_000));
        let sent = referrer(&url(&long), &url(own), Policy::StrictOriginWhenCrossOrigin);
        assert_eq!(sent.as_deref(), origin, "a long address is cut down");
    }

    #[test]
    fn distances_grow() {
        let page = url("https://a.example.org/");
        let page = Initiator::new(page.as_str(), &Site::of(&page, 0)).expect("its own site");
        for (to, distance) in [
            ("https://a.example.org/x", Distance::SameOrigin),
            ("https://b.example.org/", Distance::SameSite),
            ("http://a.example.org/", Distance::CrossSite),
            ("https://example.com/", Distance::CrossSite),
        ] {
            assert_eq!(Distance::to(&page, &url(to)), distance, "{to}");
        }
        assert!(Distance::SameOrigin < Distance::SameSite);
        assert!(Distance::SameSite < Distance::CrossSite);
    }
}
