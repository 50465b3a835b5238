//! The routes of the site, as one pure function from a request to a response.
//!
//! Trusts: no client; numbers in paths are bounded. Never: keeps state between requests.

use crate::answers::{Response, error, other_origin, redirect, script};
use crate::attacks;
use crate::html::{escape, page};
use crate::pages;
use crate::steal;
use crate::stream::Stream;
use flate2::{Compression, write::GzEncoder};
use httpd::{Body, HTML, Handler, Method, Request};
use std::io::Write;

/// The site as a handler of the server.
pub struct Site;

impl Handler for Site {
    type Stream = Stream;

    fn respond(&self, request: &Request) -> Response {
        respond(request)
    }

    fn refuse(&self, status: u16, why: &str) -> Response {
        error(status, why)
    }
}

/// The response to a request.
pub fn respond(request: &Request) -> Response {
    if request.method == Method::Other {
        let mut response = error(405, "This site answers GET and HEAD.");
        response.headers.push(("Allow", "GET, HEAD".into()));
        return response;
    }
    match request.path.as_str() {
        "/" => Response::html(200, include_str!("../site/index.html")),
        "/animated" => Response::html(200, include_str!("../site/animated.html")),
        "/article" => Response::html(200, include_str!("../site/article.html")),
        "/attack.js" => script(include_str!("../site/attack.js")),
        "/break" => Response::html(200, break_it()),
        "/colors" => Response::html(200, include_str!("../site/colors.html")),
        "/cut" => cut(),
        "/echo" => echo(request.query.as_deref().unwrap_or("")),
        "/endless" => Response::stream(Stream::Endless { sent: 0 }),
        "/form" => Response::html(200, include_str!("../site/form.html")),
        "/gzip" => gzip(request),
        "/huge" => Response::stream(Stream::Huge { sent: 0 }),
        "/latin1" => Response::ok("text/html; charset=iso-8859-1", pages::latin1()),
        "/long" => Response::html(200, pages::long()),
        "/nul" => Response::ok(HTML, pages::NUL),
        "/other-site" => other_site(request),
        "/redirect-loop" => redirect("/redirect-loop".to_owned()),
        "/slow" => Response::stream(Stream::Slow { sent: 0 }),
        "/style.css" => Response::ok(
            "text/css; charset=utf-8",
            include_bytes!("../site/style.css").as_slice(),
        ),
        path => image(path)
            .or_else(|| numbered(path))
            .or_else(|| attack(path))
            .or_else(|| steal::respond(request))
            .unwrap_or_else(|| not_found(path)),
    }
}

fn image(path: &str) -> Option<Response> {
    let (content_type, bytes): (_, &'static [u8]) = match path.strip_prefix("/img/")? {
        "breakwater.webp" => ("image/webp", include_bytes!("../site/img/breakwater.webp")),
        "dusk.jpg" => ("image/jpeg", include_bytes!("../site/img/dusk.jpg")),
        "flooding.png" => ("image/png", include_bytes!("../site/img/flooding.png")),
        "hull.svg" => ("image/svg+xml", include_bytes!("../site/img/hull.svg")),
        "lighthouse.gif" => ("image/gif", include_bytes!("../site/img/lighthouse.gif")),
        _ => return None,
    };
    Some(Response::ok(content_type, bytes))
}

fn attack(path: &str) -> Option<Response> {
    let page = attacks::attack(path.strip_prefix("/attack/")?)?;
    Some(Response::html(200, page))
}

/// `/redirect/N` and `/status/NNN`.
fn numbered(path: &str) -> Option<Response> {
    if let Some(number) = path.strip_prefix("/redirect/") {
        let hops = number
            .parse::<u32>()
            .ok()
            .filter(|hops| *hops <= REDIRECTS_MAX)?;
        return Some(match hops {
            0 => Response::html(
                200,
                page("Arrived", "<h1>Arrived</h1>\n<p>No more redirects.</p>"),
            ),
            hops => redirect(format!("/redirect/{}", hops - 1)),
        });
    }
    let status = path.strip_prefix("/status/")?.parse::<u16>().ok()?;
    match status {
        204 | 304 => Some(Response {
            status,
            headers: Vec::new(),
            body: Body::None,
        }),
        200..=599 => Some(error(status, "This page always answers with this status.")),
        _ => None,
    }
}

fn not_found(path: &str) -> Response {
    error(404, &format!("There is no page {path} on this site."))
}

fn echo(query: &str) -> Response {
    let fields = form_urlencoded::parse(query.as_bytes());
    let mut rows = String::new();
    for (name, value) in fields.take(ECHOED_FIELDS_MAX) {
        rows.push_str(&format!(
            "<tr><td>{}</td><td>{}</td></tr>\n",
            escape(&name),
            escape(&value)
        ));
    }
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"2\">nothing</td></tr>\n");
    }
    let body = format!(
        "<h1>The server received</h1>\n<table>\n<thead>\
         <tr><th>Field</th><th>Value</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n\
         <p><a href=\"/form\">Back to the form</a></p>"
    );
    Response::html(200, page("Echo", &body))
}

fn cut() -> Response {
    let html = page(
        "Cut short",
        "<h1>Cut short</h1>\n<p>The rest of this page was promised and",
    );
    let promised = html.len() + CUT_MISSING_BYTES;
    Response {
        body: Body::Cut {
            bytes: html.into_bytes().into(),
            promised,
        },
        ..Response::html(200, "")
    }
}

fn gzip(request: &Request) -> Response {
    let html = page(
        "Compressed",
        "<h1>Compressed</h1>\n<p>This page is sent as gzip to clients that accept it.</p>",
    );
    let vary = ("Vary", "Accept-Encoding".into());
    if !request.accepts_gzip {
        let mut response = Response::html(200, html);
        response.headers.push(vary);
        return response;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder
        .write_all(html.as_bytes())
        .and_then(|()| encoder.finish());
    let mut response = Response::ok(HTML, compressed.expect("writing into memory cannot fail"));
    response
        .headers
        .extend([vary, ("Content-Encoding", "gzip".into())]);
    response
}

fn other_site(request: &Request) -> Response {
    match other_origin(request) {
        Some(origin) => redirect(format!("{origin}/article")),
        None => error(404, "This page exists only under 127.0.0.1 and localhost."),
    }
}

/// The table of what can be broken, with the hostile pages.
fn break_it() -> String {
    include_str!("../site/break.html").replace("<!-- attacks -->", &attacks::rows())
}

/// Most redirects in a row that `/redirect/N` makes.
const REDIRECTS_MAX: u32 = 100;
/// Most fields that `/echo` shows.
const ECHOED_FIELDS_MAX: usize = 200;
/// Promised bytes of `/cut` that are never sent.
const CUT_MISSING_BYTES: usize = 10_000;

#[cfg(test)]
mod tests;
