//! Opens files for `file:` URLs.
//!
//! Trusts: the core, which passes on only URLs from the user, never from a web page. Never: blocks
//! on a pipe or device; interprets the bytes.

use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::limits::DOCUMENT_BYTES_MAX;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use url::Url;

/// Reads the complete file of that URL.
///
/// # Errors
/// Why the file cannot be shown, with its path.
pub fn read(url: &str) -> Result<(ResponseHead, Vec<u8>), LoadError> {
    let parsed = Url::parse(url).map_err(|e| LoadError::InvalidUrl {
        reason: e.to_string(),
    })?;
    let path = parsed.to_file_path().map_err(|()| LoadError::InvalidUrl {
        reason: "the URL names no file".to_owned(),
    })?;
    let failed = |reason: String| LoadError::File {
        path: path.display().to_string(),
        reason,
    };
    let file = open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(DOCUMENT_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| failed(e.to_string()))?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(LoadError::BodyTooLarge {
            limit: DOCUMENT_BYTES_MAX as u64,
        });
    }
    let head = ResponseHead {
        final_url: url.to_owned(),
        status: 200,
        content_type: content_type(&path).map(str::to_owned),
        refresh: None,
        content_length: Some(bytes.len() as u64),
        redirects: 0,
    };
    Ok((head, bytes))
}

fn open(path: &Path) -> Result<File, String> {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|e| e.to_string())?;
    let metadata = file.metadata().map_err(|e| e.to_string())?;
    if metadata.is_dir() {
        return Err("this is a directory, not a file".to_owned());
    }
    if !metadata.is_file() {
        return Err("this is not a regular file".to_owned());
    }
    Ok(file)
}

fn content_type(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "html" | "htm" => "text/html",
        "xhtml" | "xht" => "application/xhtml+xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        _ => "text/plain",
    })
}
