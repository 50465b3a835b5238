//! All cookies, by the site that is shown.

use crate::cookies::parse::{self, Kept, Same};
use crate::wait::lock;
use crate::web::origin::is_trustworthy;
use protocol::limits::COOKIES_BYTES_MAX;
use protocol::site::Site;
use protocol::traffic::Cookie;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::SystemTime;
use url::Url;

/// Most cookies of one site; the one that was used longest ago goes.
const PER_SITE_MAX: usize = 200;
/// Most sites with cookies; the one that got one longest ago loses its own.
const SITES_MAX: usize = 1_000;
/// Most cookies that a client of devtools gives to hosts.
const GIVEN_MAX: usize = 1_000;
/// Most cookies that a client of devtools is told at once.
const LISTED_MAX: usize = 10_000;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A script of a document: it sees no `HttpOnly` cookie.
    Script,
    /// A request that the site itself makes, or the user.
    OwnSite,
    /// A request to another site than the one that is shown.
    OtherSite,
    /// A navigation that another site asked for.
    Link,
}

impl By {
    fn may_have(self, cookie: &Kept) -> bool {
        match self {
            By::Script => !cookie.is_http_only,
            By::OwnSite => true,
            By::OtherSite => cookie.same == Same::None,
            By::Link => cookie.same != Same::Strict,
        }
    }

    fn may_set(self, cookie: &Kept) -> bool {
        match self {
            By::Script => !cookie.is_http_only,
            By::OwnSite | By::Link => true,
            By::OtherSite => cookie.same == Same::None,
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    cookie: Kept,
    made: u64,
    used: u64,
}

#[derive(Debug, Default)]
struct Cookies {
    entries: Vec<Entry>,
    changed: u64,
}

#[derive(Debug, Default)]
struct State {
    sites: HashMap<Site, Cookies>,
    /// Those that a client of devtools gave to a host, whatever the scheme and the port. Each site
    /// of the host begins with them.
    given: Vec<(String, Kept)>,
    /// Counts what happens, for the order of things.
    turn: u64,
}

/// All cookies.
#[derive(Debug, Default)]
pub struct Jar(Mutex<State>);

impl Jar {
    /// Keeps a cookie that came from `url` while `site` was shown, if it may be kept. One whose
    /// time is over takes its predecessor away.
    /// Returns whether it was kept, or took another away.
    pub fn set(&self, site: &Site, url: &Url, text: &str, by: By, now: SystemTime) -> bool {
        let Some(cookie) = parse::parse(text, url, now).filter(|cookie| by.may_set(cookie)) else {
            return false;
        };
        lock(&self.0).set(site, url, cookie, by, now)
    }

    /// Likewise, for all sites of the host, of any scheme and port: those that have cookies, and
    /// those that begin later. Only for a client of devtools.
    pub fn give(&self, url: &Url, text: &str, now: SystemTime) -> bool {
        let Some(cookie) = parse::parse(text, url, now) else {
            return false;
        };
        let mut state = lock(&self.0);
        let host = Site::of(url, 0).host().to_owned();
        let sites = state.sites.keys().filter(|site| site.host() == host);
        for site in sites.cloned().collect::<Vec<_>>() {
            state.set(&site, url, cookie.clone(), By::OwnSite, now);
        }
        state.given.retain(|(_, old)| !is_same(&cookie, old));
        if cookie.until.is_none_or(|until| until > now) {
            if state.given.len() >= GIVEN_MAX {
                state.given.remove(0);
            }
            state.given.push((host, cookie));
        }
        true
    }

    /// All cookies that are alive, for a client of devtools.
    pub fn all(&self, now: SystemTime) -> Vec<Cookie> {
        let state = lock(&self.0);
        let entries = state.sites.values().flat_map(|cookies| &cookies.entries);
        let is_begun = |host: &str| state.sites.keys().any(|site| site.host() == host);
        let given = state.given.iter().filter(|(host, _)| !is_begun(host));
        let cookies = entries.map(|entry| &entry.cookie);
        let cookies = cookies.chain(given.map(|(_, cookie)| cookie));
        let alive = cookies.filter(|cookie| cookie.is_alive(now));
        alive.take(LISTED_MAX).map(shown).collect()
    }

    /// Those that go with a request of the site itself to `url`, likewise.
    pub fn list(&self, site: &Site, url: &Url, now: SystemTime) -> Vec<Cookie> {
        let mut state = lock(&self.0);
        let entries = state.of(site).map_or(&[][..], |its| &its.entries);
        let cookies = entries.iter().map(|entry| &entry.cookie);
        let sent = cookies.filter(|cookie| cookie.is_alive(now) && cookie.is_for(url));
        sent.map(shown).collect()
    }

    /// Drops the cookies that are meant.
    pub fn remove(&self, is_meant: impl Fn(&Cookie) -> bool) {
        let mut state = lock(&self.0);
        state.given.retain(|(_, cookie)| !is_meant(&shown(cookie)));
        for cookies in state.sites.values_mut() {
            let is_kept = |entry: &Entry| !is_meant(&shown(&entry.cookie));
            cookies.entries.retain(is_kept);
        }
    }

    /// The cookies for a request to `url` while `site` is shown, as a header has them; empty if
    /// there are none.
    pub fn get(&self, site: &Site, url: &Url, by: By, now: SystemTime) -> String {
        let mut state = lock(&self.0);
        state.turn += 1;
        let turn = state.turn;
        let Some(cookies) = state.of(site) else {
            return String::new();
        };
        let mut found: Vec<&mut Entry> = cookies
            .entries
            .iter_mut()
            .filter(|entry| {
                let cookie = &entry.cookie;
                cookie.is_alive(now) && cookie.is_for(url) && by.may_have(cookie)
            })
            .collect();
        found.sort_by_key(|entry| (std::cmp::Reverse(entry.cookie.path.len()), entry.made));
        let mut text = String::new();
        for entry in found {
            let Kept { name, value, .. } = &entry.cookie;
            if text.len() + name.len() + value.len() + 3 > COOKIES_BYTES_MAX {
                continue;
            }
            if !text.is_empty() {
                text.push_str("; ");
            }
            if !name.is_empty() {
                text.push_str(name);
                text.push('=');
            }
            text.push_str(value);
            entry.used = turn;
        }
        text
    }
}

impl State {
    /// The cookies of a site, if it has any.
    fn of(&mut self, site: &Site) -> Option<&mut Cookies> {
        let has_own = self.sites.contains_key(site);
        let is_given = || self.given.iter().any(|(host, _)| site.host() == host);
        (has_own || is_given()).then(|| self.begin(site))
    }

    /// The cookies of a site, which begins with those that were given to its host.
    fn begin(&mut self, site: &Site) -> &mut Cookies {
        self.make_room(site);
        let (turn, given) = (self.turn, &self.given);
        self.sites.entry(site.clone()).or_insert_with(|| {
            let its = given.iter().filter(|(host, _)| site.host() == host);
            let entry = |(_, cookie): &(String, Kept)| Entry {
                cookie: cookie.clone(),
                made: turn,
                used: turn,
            };
            Cookies {
                entries: its.take(PER_SITE_MAX).map(entry).collect(),
                changed: turn,
            }
        })
    }

    fn set(&mut self, site: &Site, url: &Url, cookie: Kept, by: By, now: SystemTime) -> bool {
        self.turn += 1;
        let turn = self.turn;
        let cookies = self.begin(site);
        cookies.changed = turn;
        let is_blocked = cookies.entries.iter().any(|entry| {
            let old = &entry.cookie;
            let hides = old.is_secure && !is_trustworthy(url) && overlays(&cookie, old);
            hides || by == By::Script && old.is_http_only && is_same(&cookie, old)
        });
        if is_blocked {
            return false;
        }
        let old = cookies
            .entries
            .iter()
            .position(|old| is_same(&cookie, &old.cookie));
        let made = old.map(|at| cookies.entries.remove(at).made);
        if cookie.until.is_some_and(|until| until <= now) {
            return true;
        }
        cookies.entries.retain(|entry| entry.cookie.is_alive(now));
        if cookies.entries.len() >= PER_SITE_MAX {
            let oldest = (0..cookies.entries.len()).min_by_key(|at| cookies.entries[*at].used);
            oldest.map(|at| cookies.entries.swap_remove(at));
        }
        cookies.entries.push(Entry {
            cookie,
            made: made.unwrap_or(turn),
            used: turn,
        });
        true
    }

    fn make_room(&mut self, site: &Site) {
        if self.sites.len() < SITES_MAX || self.sites.contains_key(site) {
            return;
        }
        let oldest = self.sites.iter().min_by_key(|(_, cookies)| cookies.changed);
        if let Some(oldest) = oldest.map(|(site, _)| site.clone()) {
            self.sites.remove(&oldest);
        }
    }
}

impl Kept {
    fn is_alive(&self, now: SystemTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        let is_host =
            host == self.domain || !self.is_host_only && parse::is_subdomain(host, &self.domain);
        is_host && is_within(url.path(), &self.path) && (!self.is_secure || is_trustworthy(url))
    }
}

/// A cookie as a client of devtools sees it.
fn shown(cookie: &Kept) -> Cookie {
    let since_1970 = |until: SystemTime| until.duration_since(SystemTime::UNIX_EPOCH).ok();
    Cookie {
        name: cookie.name.clone(),
        value: cookie.value.clone(),
        domain: match cookie.is_host_only {
            true => cookie.domain.clone(),
            false => format!(".{}", cookie.domain),
        },
        path: cookie.path.clone(),
        expires_s: cookie.until.and_then(since_1970).map(|it| it.as_secs()),
        is_http_only: cookie.is_http_only,
        is_secure: cookie.is_secure,
        same_site: Some(match cookie.same {
            Same::None => "None".to_owned(),
            Same::Lax => "Lax".to_owned(),
            Same::Strict => "Strict".to_owned(),
        }),
    }
}

/// Whether one cookie takes the place of another.
fn is_same(one: &Kept, other: &Kept) -> bool {
    one.name == other.name
        && one.domain == other.domain
        && one.path == other.path
        && one.is_host_only == other.is_host_only
}

/// Whether a server would take one for the other.
fn overlays(new: &Kept, old: &Kept) -> bool {
    new.name == old.name
        && (new.domain == old.domain
            || parse::is_subdomain(&new.domain, &old.domain)
            || parse::is_subdomain(&old.domain, &new.domain))
        && is_within(&new.path, &old.path)
}

/// Whether a path lies in a folder.
fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("test URL")
    }

    fn site(text: &str) -> Site {
        Site::of(&url(text), 0)
    }

    const HOME: &str = "https://www.example.org/a/b";

    fn jar(cookies: &[&str]) -> Jar {
        let jar = Jar::default();
        for cookie in cookies {
            jar.set(&site(HOME), &url(HOME), cookie, By::OwnSite, NOW);
        }
        jar
    }

    fn at(jar: &Jar, at: &str, by: By) -> String {
        jar.get(&site(HOME), &url(at), by, NOW)
    }

    #[test]
    fn a_cookie_goes_where_it_is_for() {
        let jar = jar(&[
            "own=1",
            "all=2; Domain=example.org; Path=/",
            "deep=3; Path=/a/b",
        ]);
        for (to, expected) in [
            (HOME, "deep=3; own=1; all=2"),
            ("https://www.example.org/a", "own=1; all=2"),
            ("https://www.example.org/ab", "all=2"),
            ("https://example.org/a/", "all=2"),
            ("https://x.example.org/a/", "all=2"),
            ("https://badexample.org/a/", ""),
            ("https://example.com/a/", ""),
        ] {
            assert_eq!(at(&jar, to, By::OwnSite), expected, "{to}");
        }
    }

    #[test]
    fn another_site_that_is_shown_has_cookies_of_its_own() {
        let jar = jar(&["a=1; SameSite=None; Secure"]);
        for other in ["https://evil.example/", "http://www.example.org/"] {
            let given = jar.get(&site(other), &url(HOME), By::OtherSite, NOW);
            assert_eq!(given, "", "{other}");
            jar.set(
                &site(other),
                &url(HOME),
                "a=2; SameSite=None; Secure",
                By::OtherSite,
                NOW,
            );
        }
        assert_eq!(at(&jar, HOME, By::OwnSite), "a=1");
        let framed = jar.get(
            &site("https://evil.example/"),
            &url(HOME),
            By::OtherSite,
            NOW,
        );
        assert_eq!(framed, "a=2");
    }

    #[test]
    fn what_is_given_to_a_host_is_had_by_all_its_sites_and_by_no_other() {
        let jar = Jar::default();
        let here = "http://127.0.0.1:8000/";
        let had = |jar: &Jar, at: &str| jar.get(&site(at), &url(at), By::OwnSite, NOW);
        jar.set(&site(here), &url(here), "old=1", By::OwnSite, NOW);
        assert!(jar.give(&url("http://127.0.0.1/"), "in=2; Path=/", NOW));
        assert!(jar.give(&url("http://example.org/"), "a=3; Domain=.example.org", NOW));
        assert_eq!(jar.all(NOW).len(), 3);
        assert_eq!(had(&jar, here), "old=1; in=2");
        for begins in ["http://127.0.0.1:9000/", "https://127.0.0.1/"] {
            assert_eq!(had(&jar, begins), "in=2");
        }
        assert_eq!(had(&jar, "https://www.example.org:444/"), "a=3");
        assert_eq!(had(&jar, "http://127.0.0.2:8000/"), "");
        // From then on each site has its own.
        jar.set(&site(here), &url(here), "in=4; Path=/", By::OwnSite, NOW);
        assert_eq!(had(&jar, here), "old=1; in=4");
        assert_eq!(had(&jar, "http://127.0.0.1:9000/"), "in=2");
        jar.remove(|cookie| cookie.name == "in");
        assert_eq!(had(&jar, "http://127.0.0.1:9000/"), "");
        assert_eq!(had(&jar, "http://127.0.0.1:7000/"), "");
        let over = "in=5; Path=/; Max-Age=0";
        assert!(jar.give(&url("http://127.0.0.1/"), over, NOW));
        assert_eq!(had(&jar, "http://127.0.0.1:6000/"), "");
        assert!(!jar.give(&url("http://127.0.0.1/"), "x=1; Domain=b.example", NOW));
    }

    #[test]
    fn scripts_and_strangers_see_and_set_less() {
        let jar = jar(&[
            "secret=1; HttpOnly",
            "strict=2; SameSite=Strict",
            "lax=3",
            "open=4; SameSite=None; Secure",
        ]);
        for (by, expected) in [
            (By::OwnSite, "secret=1; strict=2; lax=3; open=4"),
            (By::Script, "strict=2; lax=3; open=4"),
            (By::Link, "secret=1; lax=3; open=4"),
            (By::OtherSite, "open=4"),
        ] {
            assert_eq!(at(&jar, HOME, by), expected, "{by:?}");
        }
        for text in [
            "secret=9",
            "new=9; HttpOnly",
            "secret=9; HttpOnly",
            "secret=9; Max-Age=0",
        ] {
            jar.set(&site(HOME), &url(HOME), text, By::Script, NOW);
        }
        jar.set(&site(HOME), &url(HOME), "lax=9", By::OtherSite, NOW);
        assert_eq!(
            at(&jar, HOME, By::OwnSite),
            "secret=1; strict=2; lax=3; open=4"
        );
        jar.set(&site(HOME), &url(HOME), "lax=5", By::Script, NOW);
        assert_eq!(at(&jar, HOME, By::Script), "strict=2; lax=5; open=4");
    }

    #[test]
    fn an_open_line_neither_reads_nor_hides_a_safe_cookie() {
        let jar = jar(&["a=1; Secure; Path=/"]);
        let open = "http://www.example.org/";
        assert_eq!(at(&jar, open, By::OwnSite), "");
        jar.set(&site(HOME), &url(open), "a=2; Path=/x", By::OwnSite, NOW);
        jar.set(&site(HOME), &url(open), "a=2; Path=/", By::OwnSite, NOW);
        assert_eq!(at(&jar, "https://www.example.org/x", By::OwnSite), "a=1");
    }

    #[test]
    fn a_cookie_ends() {
        let jar = jar(&["a=1; Max-Age=10", "b=2"]);
        let later = NOW + Duration::from_secs(10);
        assert_eq!(jar.get(&site(HOME), &url(HOME), By::OwnSite, later), "b=2");
        jar.set(&site(HOME), &url(HOME), "b=; Max-Age=0", By::OwnSite, NOW);
        assert_eq!(at(&jar, HOME, By::OwnSite), "a=1");
    }

    #[test]
    fn cookies_are_bounded() {
        let jar = Jar::default();
        let value = "x".repeat(3_000);
        for number in 0..2 * PER_SITE_MAX {
            let text = format!("a{number}={value}");
            jar.set(&site(HOME), &url(HOME), &text, By::OwnSite, NOW);
        }
        assert_eq!(lock(&jar.0).sites[&site(HOME)].entries.len(), PER_SITE_MAX);
        let all = at(&jar, HOME, By::OwnSite);
        assert!(all.len() <= COOKIES_BYTES_MAX && all.len() > COOKIES_BYTES_MAX / 2);
        for number in 0..2 * SITES_MAX {
            let other = format!("https://a{number}.example/");
            jar.set(&site(&other), &url(&other), "a=1", By::OwnSite, NOW);
        }
        assert_eq!(lock(&jar.0).sites.len(), SITES_MAX);
    }
}
