//! What a resource is for, and how it is asked for accordingly. Blitz does not say, so it is taken
//! from the name; our own requests say it in headers that never leave this process.

use blitz_traits::net::http::HeaderValue;
use blitz_traits::net::{Request, Url};
use protocol::fetch::{Destination, FetchOptions};
use protocol::web::{Credentials, Mode};

const DESTINATION: &str = "sec-fetch-dest";
const MODE: &str = "sec-fetch-mode";

/// How one resource is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct How {
    pub(crate) destination: Destination,
    pub(crate) options: FetchOptions,
}

/// The request of a script.
pub(crate) fn script_request(url: Url) -> Request {
    let mut request = Request::get(url);
    let value = HeaderValue::from_static("script");
    request.headers.insert(DESTINATION, value);
    request
}

/// The request of a module: another origin has to allow it.
pub(crate) fn module_request(url: Url) -> Request {
    let mut request = script_request(url);
    request
        .headers
        .insert(MODE, HeaderValue::from_static("cors"));
    request
}

impl How {
    /// What a request says of itself, or else its address.
    pub(crate) fn of(request: &Request) -> How {
        let destination = match request.headers.get(DESTINATION) {
            Some(_) => Destination::Script,
            None => destination_of(request.url.path()),
        };
        let needs_leave = destination == Destination::Font || request.headers.contains_key(MODE);
        let options = match needs_leave {
            // Nobody embeds the fonts and modules of others without their leave.
            true => FetchOptions {
                mode: Mode::Cors,
                credentials: Credentials::SameOrigin,
                ..FetchOptions::default()
            },
            false => FetchOptions::default(),
        };
        How {
            destination,
            options,
        }
    }

    /// An image.
    pub(crate) fn image() -> How {
        How {
            destination: Destination::Image,
            options: FetchOptions::default(),
        }
    }
}

/// What a resource is for, as far as its name tells.
fn destination_of(path: &str) -> Destination {
    let ending = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "css" => Destination::Style,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "svg" => Destination::Image,
        "woff" | "woff2" | "ttf" | "otf" => Destination::Font,
        _ => Destination::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_say_what_they_are_and_fonts_ask_for_leave() {
        let url = |text: &str| Url::parse(text).expect("test URL");
        let script = How::of(&script_request(url("https://site.test/a.css")));
        assert_eq!(script.destination, Destination::Script);
        assert_eq!(script.options.mode, Mode::NoCors);
        let module = How::of(&module_request(url("https://site.test/a.js")));
        assert_eq!(module.destination, Destination::Script);
        assert_eq!(module.options.mode, Mode::Cors);
        let font = How::of(&Request::get(url("https://site.test/a.WOFF2?v=1.css")));
        assert_eq!(font.destination, Destination::Font);
        assert_eq!(font.options.mode, Mode::Cors);
        let other = How::of(&Request::get(url("https://site.test/css?family=a.woff")));
        assert_eq!(other.destination, Destination::Other);
        assert_eq!(other.options, FetchOptions::default());
    }
}
