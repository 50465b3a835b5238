//! Which font is asked for a script's characters, after the fonts that the page names.
//!
//! Source: the OpenType specification, `ulUnicodeRange`; the languages are those that fontique
//! keeps apart from their script's own.

use parley::fontique::Script;

/// The block of `ulUnicodeRange` that a font for the script has.
pub(super) fn block_of(script: Script) -> Option<usize> {
    let block = match &script.to_bytes() {
        b"Grek" => 7,
        b"Copt" => 8,
        b"Cyrl" => 9,
        b"Armn" => 10,
        b"Hebr" => 11,
        b"Vaii" => 12,
        b"Arab" => 13,
        b"Nkoo" => 14,
        b"Deva" => 15,
        b"Beng" => 16,
        b"Guru" => 17,
        b"Gujr" => 18,
        b"Orya" => 19,
        b"Taml" => 20,
        b"Telu" => 21,
        b"Knda" => 22,
        b"Mlym" => 23,
        b"Thai" => 24,
        b"Laoo" => 25,
        b"Geor" => 26,
        b"Bali" => 27,
        b"Hira" => 49,
        b"Kana" => 50,
        b"Bopo" => 51,
        b"Hang" => 56,
        b"Hani" => 59,
        b"Tibt" => 70,
        b"Syrc" => 71,
        b"Thaa" => 72,
        b"Sinh" => 73,
        b"Mymr" => 74,
        b"Ethi" => 75,
        b"Cher" => 76,
        b"Cans" => 77,
        b"Ogam" => 78,
        b"Runr" => 79,
        b"Khmr" => 80,
        b"Mong" => 81,
        b"Brai" => 82,
        b"Yiii" => 83,
        b"Goth" => 86,
        b"Tfng" => 97,
        _ => return None,
    };
    Some(block)
}

/// Whether the fonts for the script are to be asked in an order of its own. For any other one
/// fontique asks in the order of Han, which has all fonts: a list for each script would take a
/// kilobyte a script and document.
pub(super) fn has_own_order(script: Script) -> bool {
    // Z is for what belongs to no script: symbols, marks, emoji.
    let bytes = script.to_bytes();
    block_of(script).is_some() || bytes == *b"Latn" || bytes[0] == b'Z'
}

/// The word in the name of a font that has the forms of characters that the script, or the script
/// in that language, wants.
pub(super) fn region_of(script: Script, language: Option<&str>) -> Option<&'static str> {
    match (&script.to_bytes(), language) {
        (b"Hani", Some("ja")) | (b"Hira" | b"Kana", _) => Some("JP"),
        (b"Hani", Some("ko")) | (b"Hang", _) => Some("KR"),
        (b"Hani", Some("zh-HK" | "zh-MO")) => Some("HK"),
        (b"Hani", Some("zh-TW")) | (b"Bopo", _) => Some("TC"),
        (b"Hani", _) => Some("SC"),
        _ => None,
    }
}

/// The languages of a script that have fallback fonts of their own in fontique.
pub(super) fn languages_of(script: Script) -> &'static [&'static str] {
    match &script.to_bytes() {
        b"Arab" => &[
            "ar-IR", "fa", "ks", "ku-IQ", "ku-IR", "la", "ota", "pa-PK", "ps-AF", "ps-PK", "sd",
            "ug", "ur",
        ],
        b"Beng" => &["as", "mni"],
        b"Deva" => &[
            "bh", "bho", "brx", "doi", "hne", "kok", "mai", "mr", "bne", "sa", "sat",
        ],
        b"Ethi" => &["am", "byn", "sid", "ti-ER", "ti-ET", "tig", "wal"],
        b"Hani" => &["ja", "ko", "zh-HK", "zh-TW", "zh-MO", "zh-SG"],
        b"Hebr" => &["yi"],
        b"Tibt" => &["dz"],
        _ => &[],
    }
}
