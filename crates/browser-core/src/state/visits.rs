//! The addresses that were visited in this session, for the list under the address bar. They end
//! with the session and are told to nobody but the shell.

use std::collections::VecDeque;

/// Most addresses that are remembered.
const VISITS_MAX: usize = 500;
/// Longer addresses are not remembered: nobody types them.
const VISIT_BYTES_MAX: usize = 2 * 1024;

/// One address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) url: String,
    pub(crate) title: String,
}

/// What a text can be completed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Completion {
    /// What stands behind the text.
    pub(crate) rest: String,
    /// Where both together are to lead.
    pub(crate) url: String,
}

/// The addresses, the newest first, each once.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    newest_first: VecDeque<Visit>,
}

impl Visits {
    /// An address was committed.
    pub(crate) fn add(&mut self, url: &str) {
        if url.len() > VISIT_BYTES_MAX {
            return;
        }
        let known = self.newest_first.iter().position(|visit| visit.url == url);
        let visit = known.and_then(|at| self.newest_first.remove(at));
        let visit = visit.unwrap_or_else(|| Visit {
            url: url.to_owned(),
            title: String::new(),
        });
        self.newest_first.push_front(visit);
        self.newest_first.truncate(VISITS_MAX);
    }

    /// The page at that address has this title.
    pub(crate) fn name(&mut self, url: &str, title: &str) {
        if let Some(visit) = self.newest_first.iter_mut().find(|visit| visit.url == url) {
            title.clone_into(&mut visit.title);
        }
    }

    /// At most `max` addresses whose URL or title has every word of `text`: first those of which
    /// it is the beginning, then the newest.
    pub(crate) fn matching(&self, text: &str, max: usize) -> Vec<Visit> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        let has_all = |visit: &&Visit| {
            let (url, title) = (visit.url.to_lowercase(), visit.title.to_lowercase());
            words
                .iter()
                .all(|word| url.contains(word) || title.contains(word))
        };
        let begins = |visit: &&Visit| bare(&visit.url).starts_with(bare(&text));
        let found = self.newest_first.iter().filter(has_all);
        let (mut first, rest): (Vec<&Visit>, Vec<&Visit>) = found.partition(begins);
        first.extend(rest);
        first.into_iter().take(max).cloned().collect()
    }

    /// The addresses that begin with `text`, the newest first: their hosts as long as the text has
    /// no whole one. `https:` and `http:` may be left out. A text that is an address of them
    /// stays as it is.
    pub(crate) fn completions(&self, text: &str) -> impl Iterator<Item = Completion> {
        let is_whole = self.newest_first.iter().any(|visit| {
            let bare = visit.url.split_once("://").map(|(_, bare)| bare);
            [Some(visit.url.as_str()), bare].contains(&Some(text))
        });
        self.newest_first
            .iter()
            .filter(move |_| !is_whole)
            .filter_map(|visit| completion(&visit.url, text))
    }

    pub(crate) fn len(&self) -> usize {
        self.newest_first.len()
    }
}

fn completion(url: &str, text: &str) -> Option<Completion> {
    let (scheme, behind) = url.split_once(':')?;
    let is_web = matches!(scheme, "http" | "https");
    let form = match behind.strip_prefix("//") {
        Some(bare) if is_web && !text.contains(':') => bare,
        // A port may stand behind a host.
        Some(bare) if is_web && starts(bare, text) => bare,
        _ => url,
    };
    if text.is_empty() || scheme == "data" || !starts(form, text) {
        return None;
    }
    let before_host = match form.len() == url.len() {
        true => scheme.len() + 3,
        false => 0,
    };
    let host = form.get(before_host..).and_then(|rest| rest.find('/'));
    let has_host = is_web || scheme == "bulkhead";
    let host = host.filter(|_| has_host).map(|end| before_host + end);
    let (rest, url) = match host {
        Some(end) if text.len() <= end => {
            let behind_host = url.len() - (form.len() - end);
            let slash = if is_web { "/" } else { "" };
            let url = [&url[..behind_host], slash].concat();
            (&form[text.len()..end], url)
        }
        _ => (&form[text.len()..], url.to_owned()),
    };
    (!rest.is_empty()).then(|| Completion {
        rest: rest.to_owned(),
        url,
    })
}

/// Whether an address starts with a text; capital letters are the same as small ones.
fn starts(address: &str, text: &str) -> bool {
    let start = address.get(..text.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(text))
}

/// An address without what users leave out.
fn bare(url: &str) -> &str {
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    url.strip_prefix("www.").unwrap_or(url)
}

/// Bound of [`Visits::len`], for the invariants.
pub(crate) const REMEMBERED_MAX: usize = VISITS_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(visits: &Visits, text: &str) -> Vec<String> {
        let found = visits.matching(text, 8);
        found.into_iter().map(|visit| visit.url).collect()
    }

    #[test]
    fn what_begins_with_the_text_comes_first_and_then_the_newest() {
        let mut visits = Visits::default();
        for url in [
            "https://docs.test/",
            "https://other.test/docs",
            "https://x.test/",
        ] {
            visits.add(url);
        }
        visits.name("https://x.test/", "The Docs of X");
        let expected = [
            "https://docs.test/",
            "https://x.test/",
            "https://other.test/docs",
        ];
        assert_eq!(urls(&visits, "docs"), expected);
        assert_eq!(urls(&visits, "DOCS of"), ["https://x.test/"]);
        assert!(urls(&visits, " ").is_empty() && urls(&visits, "absent").is_empty());
    }

    #[test]
    fn a_visited_address_stays_as_it_was_typed() {
        let mut visits = Visits::default();
        visits.add("http://docs.test/");
        visits.add("http://docs.test/next");
        for text in ["http://docs.test/", "docs.test/"] {
            assert_eq!(visits.completions(text).next(), None, "{text}");
        }
        assert!(visits.completions("http://docs.test/n").next().is_some());
    }

    #[test]
    fn a_text_is_completed_to_a_host_and_then_to_an_address() {
        let mut visits = Visits::default();
        for url in [
            "bulkhead://welcome",
            "bulkhead://lab/plumber",
            "data:text/html,x",
            "https://docs.test/a/b",
            "http://127.0.0.1:8080/x",
        ] {
            visits.add(url);
        }
        let first = |text: &str| {
            let found = visits.completions(text).next();
            found.map(|found| (found.rest, found.url))
        };
        let some = |rest: &str, url: &str| Some((rest.to_owned(), url.to_owned()));
        assert_eq!(first("Do"), some("cs.test", "https://docs.test/"));
        assert_eq!(first("docs.test"), None);
        assert_eq!(first("docs.test/a"), some("/b", "https://docs.test/a/b"));
        assert_eq!(first("https://d"), some("ocs.test", "https://docs.test/"));
        assert_eq!(first("127.0.0.1:8"), some("080", "http://127.0.0.1:8080/"));
        assert_eq!(first("bulk"), some("head://lab", "bulkhead://lab"));
        assert_eq!(first("bulkhead://w"), some("elcome", "bulkhead://welcome"));
        let plumber = some("plumber", "bulkhead://lab/plumber");
        assert_eq!(first("bulkhead://lab/"), plumber);
        for text in [
            "",
            "ocs",
            "h",
            "bulkhead://lab",
            "data:",
            "docs.test/a/b",
            "docs.test/a/b/c",
            "d\u{e9}",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }

    #[test]
    fn each_address_is_remembered_once_and_their_number_is_bounded() {
        let mut visits = Visits::default();
        for n in 0..2 * VISITS_MAX {
            visits.add(&format!("https://{n}.test/"));
            visits.add("https://again.test/");
        }
        visits.add(&format!(
            "https://long.test/{}",
            "a".repeat(VISIT_BYTES_MAX)
        ));
        assert_eq!(visits.len(), VISITS_MAX);
        assert_eq!(urls(&visits, "again"), ["https://again.test/"]);
        assert!(urls(&visits, "long").is_empty());
    }
}
