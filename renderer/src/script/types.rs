//! The types of scripts.

/// Source: the HTML standard, "JavaScript MIME type".
pub(crate) fn is_javascript(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let subtype = essence.split_once('/').map(|(_, subtype)| subtype);
    subtype.is_some_and(|subtype| {
        matches!(
            subtype,
            "javascript"
                | "x-javascript"
                | "ecmascript"
                | "x-ecmascript"
                | "jscript"
                | "livescript"
        ) || subtype.starts_with("javascript1.")
    })
}

/// Whether a classic script of that type is not run, whatever is in it.
pub(crate) fn is_never_script(mime: &str) -> bool {
    let starts = ["image/", "audio/", "video/"];
    mime == "text/csv" || starts.iter().any(|start| mime.starts_with(start))
}
