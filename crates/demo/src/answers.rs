//! What every part of the site answers with.

use crate::html::{escape, page};
use crate::stream::Stream;
use httpd::{Request, reason};

/// A response of the site.
pub type Response = httpd::Response<Stream>;

/// A page that names what went wrong.
pub fn error(status: u16, detail: &str) -> Response {
    let title = format!("{status} {}", reason(status));
    let body = format!("<h1>{title}</h1>\n<p>{}</p>", escape(detail));
    Response::html(status, page(&title, &body))
}

/// To another address.
pub fn redirect(location: String) -> Response {
    let mut response = error(302, &format!("The page is at {location}."));
    response.headers.push(("Location", location.into()));
    response
}

/// This server under its other name, which a browser treats as another site.
pub fn other_origin(request: &Request) -> Option<String> {
    let (name, port) = match request.host.split_once(':') {
        Some((name, port)) => (name, port.parse::<u16>().ok()),
        None => (request.host.as_str(), None),
    };
    let other = match name {
        "127.0.0.1" => "localhost",
        "localhost" => "127.0.0.1",
        _ => return None,
    };
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("http://{other}{port}"))
}

/// A script of the site.
pub fn script(text: &'static str) -> Response {
    Response::ok("text/javascript; charset=utf-8", text.as_bytes())
}
