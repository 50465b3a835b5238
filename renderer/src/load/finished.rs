//! Files that have come: as they are for scripts, as Blitz can take them for itself, and as many
//! pictures as a document has room for.

use crate::document::stylesheet;
use crate::document::svg_text;
use crate::pictures::pixels;
use blitz_traits::net::{Bytes, Url};
use data_url::DataUrl;
use protocol::limits::PICTURE_PIXELS_MAX;

/// A resource that has come.
#[derive(Default)]
pub(crate) struct Finished {
    pub(crate) bytes: Bytes,
    content_type: Option<String>,
    /// What Blitz is given, once it has asked.
    prepared: Option<Bytes>,
}

impl Finished {
    pub(crate) fn new(bytes: Bytes, content_type: Option<String>) -> Finished {
        Finished {
            bytes,
            content_type,
            prepared: None,
        }
    }

    /// A script gets the file as it is: what would make a style sheet safe would break it.
    pub(crate) fn bytes_for(&mut self, url: &str, is_script: bool) -> Bytes {
        if is_script {
            return self.bytes.clone();
        }
        let prepare = || {
            // Blitz resolves the URLs of a style sheet against the one it asked for.
            stylesheet::prepared(&self.bytes, self.content_type.as_deref(), url)
                .or_else(|| svg_text::outlined(&self.bytes).map(Bytes::from))
                .unwrap_or_else(|| self.bytes.clone())
        };
        self.prepared.get_or_insert_with(prepare).clone()
    }
}

/// Whether the document may have the file too; a picture has to fit beside the others, because
/// Blitz keeps the pixels of all.
pub(crate) fn has_room(taken: &mut u64, file: &[u8]) -> bool {
    let all = taken.saturating_add(pixels(file).unwrap_or(0));
    let has_room = all <= PICTURE_PIXELS_MAX;
    if has_room {
        *taken = all;
    }
    has_room
}

/// The file that stands in a `data:` URL.
pub(crate) fn decode_data_url(url: &Url) -> Finished {
    let Ok(data) = DataUrl::process(url.as_str()) else {
        return Finished::default();
    };
    let (bytes, _) = data.decode_to_vec().unwrap_or_default();
    let content_type = data.mime_type().to_string();
    Finished::new(Bytes::from(bytes), Some(content_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a PNG file of that size.
    fn picture(width: u32, height: u32) -> Vec<u8> {
        let (width, height) = (width.to_be_bytes(), height.to_be_bytes());
        let head = [&b"IHDR"[..], &width, &height, &[8, 2, 0, 0, 0]].concat();
        let sum = check_sum(&head).to_be_bytes();
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\x0d",
            &head[..],
            &sum,
            b"\0\0\0\0IDAT\0\0\0\0",
        ]
        .concat()
    }

    /// Source: PNG Specification (Third Edition), "CRC algorithm".
    fn check_sum(bytes: &[u8]) -> u32 {
        let step = |sum: u32| match sum & 1 {
            1 => 0xedb8_8320 ^ sum >> 1,
            _ => sum >> 1,
        };
        let add = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum));
        !bytes.iter().fold(!0, add)
    }

    #[test]
    fn a_document_has_room_for_so_many_pixels_and_all_other_files() {
        let (large, small) = (picture(10_000, 10_000), picture(100, 100));
        let mut taken = 0;
        assert!(has_room(&mut taken, &large));
        assert_eq!(taken, 100_000_000);
        assert!(!has_room(&mut taken, &large), "there is one already");
        assert!(has_room(&mut taken, &small), "a small one still fits");
        assert!(has_room(&mut taken, b"body { color: red }"));
    }
}
