//! The built-in pages: templates filled with what the broker knows at this moment.
//!
//! Owns: the templates and the escaping. Trusts: its own templates; every value put into one is
//! escaped. Never: links to a break-it address.

pub(crate) mod lab;
pub(crate) mod plumber;
pub(crate) mod sandbox;

use crate::snapshot;
use crate::state::Broker;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use std::fmt::Write;
use url::Url;

macro_rules! template {
    ($name:literal) => {
        include_str!(concat!("../../../assets/pages/", $name))
    };
}

/// Those that are linked from every page, in this order.
const PAGES: [&str; 9] = [
    "welcome",
    "processes",
    "sandbox",
    "ipc",
    "frames",
    "net",
    "crashes",
    "lab",
    "tour",
];
const STYLE: &str = template!("style.css");

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
        "welcome" => fill(
            template!("welcome.html"),
            &[
                ("version", env!("CARGO_PKG_VERSION")),
                (
                    "demo_url",
                    browser.demo_url.as_deref().unwrap_or("bulkhead://lab"),
                ),
            ],
            "",
        ),
        "processes" => fill(template!("processes.html"), &[], &process_rows(browser)),
        "sandbox" => {
            let tier = browser.launcher.support().tier().to_string();
            let (class, verdict) = sandbox::verdict(browser);
            let values = [
                ("tier", tier.as_str()),
                ("verdict", verdict),
                ("verdict_class", class),
            ];
            let rows = sandbox::panels(browser);
            fill(template!("sandbox.html"), &values, &rows)
        }
        "ipc" => fill(template!("ipc.html"), &[], &channel_rows(browser)),
        "frames" => fill(template!("frames.html"), &[], &surface_rows(browser)),
        "net" => fill(template!("net.html"), &[], &network_rows(browser)),
        "crashes" => fill(template!("crashes.html"), &[], &crash_rows(browser)),
        "tour" => fill(template!("tour.html"), &[], ""),
        _ => return Err(LoadError::NoSuchPage { name }),
    };
    Ok(document(url, html))
}

/// A page that is there, with its head.
pub fn document(url: &str, html: String) -> (ResponseHead, Vec<u8>) {
    let head = ResponseHead {
        final_url: url.to_owned(),
        status: 200,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        content_length: Some(html.len() as u64),
        redirects: 0,
    };
    (head, html.into_bytes())
}

/// Whether it is the Plumber's page, which needs a helper's answer.
pub fn is_plumber(url: &Url) -> bool {
    url.host_str() == Some("lab") && url.path().trim_matches('/') == "plumber"
}

/// The page that is shown in place of one that could not be had.
pub fn error_page(url: &str, error: &LoadError) -> String {
    let explanation = error.to_string();
    let values = [
        ("code", error.code()),
        ("explanation", explanation.as_str()),
        ("url", url),
        ("advice", advice(error)),
    ];
    fill(template!("error.html"), &values, "")
}

/// What a person can do about it.
fn advice(error: &LoadError) -> &'static str {
    match error {
        LoadError::HostNotFound { .. } => "Check the spelling of the name.",
        LoadError::Resolver { .. } => {
            "Check the name servers in /etc/resolv.conf and the network connection."
        }
        LoadError::ConnectionRefused { .. } => "Check the port, and whether the server is running.",
        LoadError::ConnectionReset { .. }
        | LoadError::TimedOut { .. }
        | LoadError::BodyCutShort { .. }
        | LoadError::Transport { .. } => "Try again; if it stays so, the server has a problem.",
        LoadError::Tls { .. } => {
            "Nothing was sent to the server. If it has a certificate of your own authority, start \
             Bulkhead with --ca-file."
        }
        LoadError::RedirectLoop
        | LoadError::TooManyRedirects { .. }
        | LoadError::InvalidResponse { .. }
        | LoadError::BodyTooLarge { .. } => "This is for the owner of the server to mend.",
        LoadError::File { .. } => "Check the path and its permissions.",
        LoadError::InvalidUrl { .. }
        | LoadError::UnsupportedScheme { .. }
        | LoadError::NoSuchPage { .. } => "Type another address.",
        LoadError::UnsupportedContent { .. } => "Another program has to open this.",
        LoadError::Refused { .. } => "Type it into the address bar yourself if you mean it.",
        LoadError::NetworkProcessDied | LoadError::Offline | LoadError::Process { .. } => {
            "Reload the page to try again."
        }
        LoadError::Cancelled => "Reload the page to load it.",
    }
}

/// Replaces `{{{rows}}}` by HTML, `{{style}}` by the style sheet, `{{nav page}}` by the links with
/// that page's marked, and `{{name}}` by escaped text.
pub(crate) fn fill(template: &str, values: &[(&str, &str)], rows: &str) -> String {
    let mut page = String::with_capacity(template.len() + STYLE.len() + rows.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        page.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("{{{rows}}}") {
            page.push_str(rows);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{{style}}") {
            page.push_str(STYLE);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{{nav ") {
            let (here, after) = after.split_once("}}").unwrap_or((after, ""));
            page.push_str(&nav(here));
            rest = after;
        } else {
            let end = rest.find("}}").map_or(rest.len(), |end| end + 2);
            let name = rest[..end].trim_matches(['{', '}']);
            let value = values.iter().find(|(key, _)| *key == name);
            page.push_str(&escape(value.map_or("", |(_, value)| value)));
            rest = &rest[end..];
        }
    }
    page.push_str(rest);
    page
}

/// The links at the top of every page.
fn nav(here: &str) -> String {
    let links = PAGES.map(|page| {
        let class = if page == here { " class=\"here\"" } else { "" };
        format!("<a{class} href=\"bulkhead://{page}\">{page}</a>")
    });
    format!(
        "<header><nav><b>Bulkhead</b> {}</nav></header>",
        links.join(" ")
    )
}

/// Text made safe as HTML text and as an attribute's value.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// One table row of escaped cells, each with a class.
pub fn row(cells: &[(&str, String)]) -> String {
    let mut html = String::from("<tr>");
    for (class, text) in cells {
        // Writing to a string cannot fail.
        let _ = write!(html, "<td class=\"{class}\">{}</td>", escape(text));
    }
    html + "</tr>\n"
}

fn or_none(rows: String, columns: usize) -> String {
    if rows.is_empty() {
        format!("<tr><td colspan=\"{columns}\">none</td></tr>")
    } else {
        rows
    }
}

fn process_rows(browser: &Broker) -> String {
    snapshot::processes(browser)
        .iter()
        .map(|process| {
            row(&[
                ("num", process.pid.to_string()),
                ("", process.role.clone()),
                ("num", process.tab.clone()),
                ("mono", process.site.clone()),
                ("", process.tier.clone()),
                ("num", process.memory()),
                ("", process.state.clone()),
            ])
        })
        .collect()
}

fn channel_rows(browser: &Broker) -> String {
    let mut rows = String::new();
    for process in snapshot::processes(browser) {
        let name = format!("{} {}", process.role, process.pid);
        let about = |text: &str| ("", text.to_owned());
        rows += &row(&[about("broker"), about(&name), about("control"), about("")]);
        if process.role == "shell" {
            rows += &row(&[about(&name), about("broker"), about("commands"), about("")]);
        }
        if process.site.starts_with("http") {
            let site = ("mono", process.site.clone());
            rows += &row(&[about(&name), about("network"), about("fetch"), site]);
        }
        if matches!(process.role.as_str(), "renderer" | "shell") {
            rows += &row(&[about(&name), about("gpu"), about("frames"), about("")]);
        }
    }
    or_none(rows, 4)
}

fn surface_rows(browser: &Broker) -> String {
    let rows = snapshot::surfaces(browser)
        .iter()
        .map(|surface| {
            row(&[
                ("mono", surface.id.clone()),
                ("", surface.part.clone()),
                ("", surface.producer.clone()),
                ("num", surface.size.to_string()),
                ("num", surface.generation.to_string()),
                ("num", snapshot::mebibytes(surface.bytes)),
            ])
        })
        .collect();
    or_none(rows, 6)
}

fn network_rows(browser: &Broker) -> String {
    let processes = snapshot::processes(browser);
    let rows = processes
        .iter()
        .filter(|process| process.role == "network" || process.site.starts_with("http"))
        .map(|process| {
            let serves = if process.role == "network" {
                "all navigations and fetches"
            } else {
                "the fetches of its document"
            };
            row(&[
                ("", format!("{} {}", process.role, process.pid)),
                ("", serves.to_owned()),
                ("mono", process.site.clone()),
                ("", process.state.clone()),
            ])
        })
        .collect();
    or_none(rows, 4)
}

fn crash_rows(browser: &Broker) -> String {
    let rows = browser
        .store
        .deaths
        .iter()
        .map(|death| {
            row(&[
                ("num", format!("{:.1} s", death.at_ms as f64 / 1000.0)),
                ("", death.role.clone()),
                ("num", death.pid.to_string()),
                ("num", death.tab.clone()),
                ("bad", death.cause.clone()),
            ])
        })
        .collect();
    or_none(rows, 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_pages_escape_what_a_url_smuggles_in() {
        let page = error_page(
            "http://x/<script>\"'",
            &LoadError::HostNotFound {
                host: "<b>x</b>".to_owned(),
            },
        );
        assert!(
            !page.contains("<script>") && !page.contains("<b>x"),
            "{page}"
        );
        assert!(
            page.contains("HOST_NOT_FOUND") && page.contains("&lt;b&gt;x"),
            "{page}"
        );
    }

    #[test]
    fn no_placeholder_is_left_and_values_are_not_filled_again() {
        let page = fill(
            "a{{x}}b{{{rows}}}c{{unknown}}d",
            &[("x", "{{{rows}}}")],
            "R",
        );
        assert_eq!(page, "a{{{rows}}}bRcd");
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
            template!("crashes.html"),
            template!("welcome.html"),
            template!("tour.html"),
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
