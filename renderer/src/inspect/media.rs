//! `Emulation.setEmulatedMedia`: how sessions want the document to believe that it is shown.

use crate::document::media::Emulated;
use crate::inspect::fault::{Fault, Params};
use blitz_dom::MediaType;
use protocol::appearance::ColorScheme;
use serde_json::Value;

/// What the command asks for. It takes the place of what its session asked for before.
pub(crate) fn parse(params: &Params<'_>) -> Result<Emulated, Fault> {
    let media = match params.text("media")?.unwrap_or_default() {
        "" => None,
        "print" => Some(MediaType::print()),
        "screen" => Some(MediaType::screen()),
        other => return Err(no_value("The medium", other)),
    };
    let mut color_scheme = None;
    for feature in params.list("features")?.map_or(&[][..], |all| all) {
        let part = |name: &str| feature.get(name).and_then(Value::as_str);
        let (Some(name), Some(value)) = (part("name"), part("value")) else {
            return Err(Fault::param(
                "features",
                "BINDINGS: name and value expected",
            ));
        };
        match (name, value) {
            ("prefers-color-scheme", "dark") => color_scheme = Some(ColorScheme::Dark),
            ("prefers-color-scheme", "light") => color_scheme = Some(ColorScheme::Light),
            // So it is.
            (_, "" | "no-preference" | "none") => {}
            // The engine knows no other preference.
            (name, value) => return Err(no_value(name, value)),
        }
    }
    Ok(Emulated {
        media,
        color_scheme,
    })
}

fn no_value(what: &str, value: &str) -> Fault {
    let value = value.chars().take(100).collect::<String>();
    let what = what.chars().take(100).collect::<String>();
    Fault::server(format!("{what} cannot be {value:?} here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(params: &Value) -> Result<Emulated, Fault> {
        parse(&Params(params.as_object().expect("an object")))
    }

    #[test]
    fn media_and_features_are_taken_or_refused() {
        let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"},
            {"name": "forced-colors", "value": "none"},
            {"name": "prefers-reduced-motion", "value": "no-preference"}]});
        let dark = wanted(&dark).expect("dark");
        assert_eq!(dark.color_scheme, Some(ColorScheme::Dark));
        let print = wanted(&json!({"media": "print"})).expect("print");
        assert_eq!(print.media, Some(MediaType::print()));
        assert_eq!(wanted(&json!({})).expect("nothing"), Emulated::default());
        for odd in [
            json!({"media": "braille"}),
            json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}),
            json!({"features": [{"name": "prefers-color-scheme", "value": "blue"}]}),
            json!({"features": [7]}),
        ] {
            assert!(wanted(&odd).is_err(), "{odd}");
        }
    }
}
