//! The built-in pages: templates filled with what the broker knows at this moment.
//!
//! Trusts: the templates, which escape every value. Never: links to a break-it address.

mod attack;
mod book;
mod console;
mod crashes;
mod error;
mod frames;
pub(crate) mod ipc;
pub(crate) mod lab;
pub(crate) mod live;
mod net;
pub(crate) mod plumber;
pub(crate) mod sandbox;
mod template;

pub(crate) use crashes::detailed;
pub use error::error_page;

use crate::snapshot::{self, Channel, ProcessRow};
use crate::state::Broker;
use crate::tour::stop::Stop;
use crate::tour::stops::ALL;
use askama::Template;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use template::render;
use url::Url;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    here: &'static str,
    version: &'static str,
    demo_url: &'a str,
}

#[derive(Template)]
#[template(path = "processes.html")]
struct Processes {
    here: &'static str,
    rows: Vec<ProcessRow>,
}

#[derive(Template)]
#[template(path = "ipc.html")]
struct Channels {
    here: &'static str,
    rows: Vec<Channel>,
}

#[derive(Template)]
#[template(path = "trace.html")]
struct Trace {
    here: &'static str,
}

#[derive(Template)]
#[template(path = "tour.html")]
struct Tour {
    here: &'static str,
    stops: &'static [Stop],
}

/// The page of that `bulkhead:` URL.
///
/// # Errors
/// There is no page of that name.
pub fn build(browser: &Broker, url: &str) -> Result<(ResponseHead, Vec<u8>), LoadError> {
    let name = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let html = match name.as_str() {
        "welcome" => render(&Welcome {
            here: "welcome",
            version: env!("CARGO_PKG_VERSION"),
            demo_url: browser.demo_url.as_deref().unwrap_or("bulkhead://lab"),
        }),
        "processes" => render(&Processes {
            here: "processes",
            rows: snapshot::processes(browser),
        }),
        "sandbox" => sandbox::build(browser),
        "ipc" => render(&Channels {
            here: "ipc",
            rows: snapshot::channels(browser),
        }),
        "frames" => frames::build(browser),
        "net" => net::build(browser),
        "attack" => attack::build(browser),
        "crashes" => crashes::build(&browser.store.deaths),
        "console" => console::build(browser, url),
        "tour" => render(&Tour {
            here: "tour",
            stops: &ALL,
        }),
        "trace" => render(&Trace { here: "trace" }),
        "book" => book::build(path_of(url).as_str())?,
        _ => return Err(LoadError::NoSuchPage { name }),
    };
    Ok(document(url, html))
}

/// The path of a URL, without slashes around it.
fn path_of(url: &str) -> String {
    let path = Url::parse(url).map(|url| url.path().trim_matches('/').to_owned());
    path.unwrap_or_default()
}

/// A built-in page as a document, with its head.
pub fn document(url: &str, html: String) -> (ResponseHead, Vec<u8>) {
    let head = ResponseHead {
        final_url: url.to_owned(),
        status: 200,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        refresh: None,
        content_length: Some(html.len() as u64),
        redirects: 0,
    };
    (head, html.into_bytes())
}

/// Whether this is the Plumber's page, which needs a helper's answer.
pub fn is_plumber(url: &Url) -> bool {
    url.host_str() == Some("lab") && url.path().trim_matches('/') == "plumber"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::deaths::Deaths;

    fn process(role: &str, site: &str) -> ProcessRow {
        ProcessRow {
            pid: 7,
            role: role.to_owned(),
            tab: "1".to_owned(),
            site: site.to_owned(),
            tier: "A".to_owned(),
            state: "running".to_owned(),
            pss_and_private: Some((3 * 1024 * 1024, 0)),
        }
    }

    #[test]
    fn a_page_shows_its_rows_and_marks_its_own_link() {
        let page = render(&Processes {
            here: "processes",
            rows: vec![process("renderer", "http://<i>.example")],
        });
        for part in [
            "<td class=\"num\">7</td><td>renderer</td>",
            "http://&#60;i&#62;.example",
            "3.0 MiB",
            "<a class=\"here\" href=\"bulkhead://processes\">processes</a>",
            "<a href=\"bulkhead://tour\">tour</a>",
        ] {
            assert!(page.contains(part), "no {part} in {page}");
        }
    }

    #[test]
    fn no_placeholder_is_left_in_any_page() {
        let rows = || vec![process("network", ""), process("renderer", "http://a.b")];
        for page in [
            render(&Welcome {
                here: "welcome",
                version: "1",
                demo_url: "http://x/",
            }),
            render(&Processes {
                here: "processes",
                rows: rows(),
            }),
            render(&Channels {
                here: "ipc",
                rows: Vec::new(),
            }),
            frames::page(Vec::new()),
            net::page(rows()),
            crashes::build(&Deaths::default()),
            render(&Tour {
                here: "tour",
                stops: &ALL,
            }),
            render(&Trace { here: "trace" }),
        ] {
            assert!(page.contains("--ink:"), "no style sheet in {page}");
            assert!(page.ends_with("</html>"), "{page}");
            for mark in ["{{", "{%", "%}"] {
                assert!(!page.contains(mark), "{mark} in {page}");
            }
        }
    }

    #[test]
    fn no_built_in_page_links_to_a_break_it_address() {
        let faults = [
            "crash\"",
            "panic",
            "abort",
            "kill",
            "hang",
            "memory",
            "bad-message",
        ];
        for page in [
            include_str!("../../../assets/pages/crashes.html"),
            include_str!("../../../assets/pages/welcome.html"),
            include_str!("../../../assets/pages/tour.html"),
        ] {
            for fault in faults {
                assert!(
                    !page.contains(&format!("href=\"bulkhead://{fault}")),
                    "{fault}"
                );
            }
        }
    }
}
