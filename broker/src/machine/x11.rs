//! The X server of the user's session, for the X11 filter: its name, and the user's authority.
//!
//! Trusts: the user's environment and files. Never: talks to the server; the filter does.

use nix::unistd::gethostname;
use protocol::bootstrap::X11FilterConfig;
use protocol::limits::X11_AUTHORITY_BYTES_MAX;
use std::net::IpAddr;
use x11rb_protocol::parse_display::{ParsedDisplay, parse_display};
use x11rb_protocol::xauth::{Family, get_auth};

/// What the filter needs for the server of that name, which stands in `DISPLAY`.
pub fn filter_config(display: &str) -> X11FilterConfig {
    let display = plain(display);
    let (authority_name, authority_data) = authority(&display).unwrap_or_default();
    X11FilterConfig {
        display,
        authority_name,
        authority_data,
    }
}

/// Without the word `unix`, which the library takes for the beginning of a path.
fn plain(display: &str) -> String {
    match display.strip_prefix("unix:") {
        Some(number) if !number.starts_with('/') => format!(":{number}"),
        _ => display.to_owned(),
    }
}

/// The scheme and the secret, from the file that `XAUTHORITY` names or the one in the home folder.
/// The gpu process could not find them: entries name the host, which has another name in there.
fn authority(display: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let parsed = parse_display(Some(display)).ok()?;
    let (family, address) = address(&parsed);
    let found = get_auth(family, &address, parsed.display);
    let found = found.inspect_err(|error| tracing::debug!("no X authority: {error}"));
    let (name, data) = found.ok()??;
    let is_bounded = [&name, &data]
        .iter()
        .all(|it| it.len() <= X11_AUTHORITY_BYTES_MAX);
    is_bounded.then_some((name, data))
}

/// Under which address the file lists the server. A forwarded display has this host's.
fn address(display: &ParsedDisplay) -> (Family, Vec<u8>) {
    match display.host.parse() {
        Ok(IpAddr::V4(address)) if !address.is_loopback() => {
            (Family::INTERNET, address.octets().to_vec())
        }
        Ok(IpAddr::V6(address)) if !address.is_loopback() => {
            (Family::INTERNET6, address.octets().to_vec())
        }
        _ => {
            let host = gethostname().unwrap_or_default();
            (Family::LOCAL, host.into_encoded_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_on_this_host_is_listed_under_its_name() {
        let host = gethostname().expect("a name").into_encoded_bytes();
        for name in [":0", "unix:3.1", "localhost:10.0", "127.0.0.1:10"] {
            let parsed = parse_display(Some(&plain(name))).expect("a display's name");
            assert_eq!(address(&parsed), (Family::LOCAL, host.clone()), "{name}");
        }
        let parsed = parse_display(Some("192.0.2.7:0")).expect("a display's name");
        assert_eq!(address(&parsed), (Family::INTERNET, vec![192, 0, 2, 7]));
    }

    #[test]
    fn a_name_that_is_none_has_no_authority() {
        for name in ["", "nonsense", ":", ":99999999999"] {
            assert_eq!(filter_config(name).authority_name, b"", "{name}");
        }
    }
}
