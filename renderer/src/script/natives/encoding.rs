//! Text and bytes.

use crate::script::handles::OrNull;
use crate::script::host::Host;
use crate::script::native::native;
use encoding_rs::Encoding;
use rquickjs::{Ctx, Object, Result, TypedArray};
use std::rc::Rc;

/// The bytes of a text that has one character a byte.
pub(super) fn bytes_of(binary: &str) -> Vec<u8> {
    binary.chars().map(|character| character as u8).collect()
}

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "utf8", host, |ctx: Ctx<'js>, text: String| {
        let _ = &host;
        TypedArray::<u8>::new(ctx, text.into_bytes())
    });
    native!(natives, "encodingName", host, |label: String| {
        let _ = &host;
        let found = Encoding::for_label(label.as_bytes());
        OrNull(found.map(|encoding| encoding.name().to_ascii_lowercase()))
    });
    // Bytes come as a text of one character a byte. `null`: they are no text of that encoding.
    native!(
        natives,
        "decode",
        host,
        |label: String, binary: String, is_fatal: bool, keeps_mark: bool| {
            let _ = &host;
            let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
            let bytes = bytes_of(&binary);
            let (text, has_errors) = match keeps_mark {
                true => encoding.decode_without_bom_handling(&bytes),
                false => encoding.decode_with_bom_removal(&bytes),
            };
            OrNull((!has_errors || !is_fatal).then(|| text.into_owned()))
        }
    );
    Ok(())
}
