//! Frames and contexts as the protocol describes them.

use serde_json::{Value, json};
use url::Url;

/// A context of the document's scripts.
pub(crate) struct ContextInfo {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) unique: String,
    /// Whether the engine has it.
    pub(crate) is_made: bool,
}

/// A frame as the protocol describes it.
pub(crate) fn frame_of(frame: &str, loader: &str, url: &Url, mime: &str) -> Value {
    let mut bare = url.clone();
    bare.set_fragment(None);
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let context = match url.scheme() {
        "https" => "Secure",
        "http" if is_local => "SecureLocalhost",
        _ => "InsecureScheme",
    };
    let mut said = json!({
        "id": frame,
        "loaderId": loader,
        "url": bare.as_str(),
        "domainAndRegistry": "",
        "securityOrigin": origin_of(url),
        "securityOriginDetails": { "isLocalhost": is_local },
        "mimeType": mime,
        "adFrameStatus": { "adFrameType": "none" },
        "secureContextType": context,
        "crossOriginIsolatedContextType": "NotIsolated",
        "gatedAPIFeatures": [],
    });
    if let Some(fragment) = url.fragment() {
        said["urlFragment"] = format!("#{fragment}").into();
    }
    said
}

/// A context of the document at `url` as the protocol describes it.
pub(crate) fn described_in(
    context: &ContextInfo,
    url: &Url,
    frame: &str,
    is_default: bool,
) -> Value {
    json!({ "context": {
        "id": context.id,
        "origin": origin_of(url),
        "name": context.name,
        "uniqueId": context.unique,
        "auxData": {
            "isDefault": is_default,
            "type": if is_default { "default" } else { "isolated" },
            "frameId": frame,
        },
    } })
}

fn origin_of(url: &Url) -> String {
    match url.origin() {
        url::Origin::Opaque(_) => "://".to_owned(),
        origin => origin.ascii_serialization(),
    }
}
