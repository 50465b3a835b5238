//! The vault, which has a password, and the thief's page, which lies on another site.

use crate::answers::{Response, other_origin, redirect, script};
use crate::html::escape;
use httpd::Request;

/// The answer to an address of the two.
pub fn respond(request: &Request) -> Option<Response> {
    Some(match request.path.as_str() {
        "/steal" => Response::html(200, include_str!("../site/steal/steal.html")),
        "/steal/steal.js" => script(include_str!("../site/steal/steal.js")),
        "/steal/vault.js" => script(include_str!("../site/steal/vault.js")),
        "/steal/to-vault" => redirect(format!("{}/vault", other_origin(request)?)),
        "/steal/redirect" => redirect(format!("{}/vault/account.json", other_origin(request)?)),
        "/vault" => Response::html(200, include_str!("../site/steal/vault.html")),
        path => account(request, path.strip_prefix("/vault/account")?)?,
    })
}

/// The account as a careless site hands it out, in many forms. Who is signed in is told by the
/// cookie, whose value is the password.
fn account(request: &Request, form: &str) -> Option<Response> {
    let password = cookie(request, "vault").unwrap_or_default();
    let text = escape(&password);
    let json = serde_json::Value::from(password.as_str());
    let (kind, body) = match form {
        "" => (
            "text/html; charset=utf-8",
            format!("<!DOCTYPE html><title>Account</title><p>password: {text}</p>"),
        ),
        ".json" => ("application/json", format!("{{\"password\": {json}}}")),
        ".js" => (
            "text/javascript; charset=utf-8",
            format!("window.accountPassword = {json};"),
        ),
        ".css" => (
            "text/css; charset=utf-8",
            format!(":root {{ --password: {json}; }}"),
        ),
        ".svg" => (
            "image/svg+xml",
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"20\">\
                 <rect width=\"100\" height=\"20\" fill=\"#eee\"/>\
                 <text y=\"15\">{text}</text></svg>"
            ),
        ),
        _ => return None,
    };
    Some(Response::ok(kind, body.into_bytes()))
}

/// The value of the cookie of that name, which a script has encoded like a part of an address.
fn cookie(request: &Request, name: &str) -> Option<String> {
    let pairs = request.cookies.split(';');
    let mut fields = pairs.flat_map(|pair| form_urlencoded::parse(pair.trim().as_bytes()));
    fields
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
