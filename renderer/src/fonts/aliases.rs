//! Other names of families: a page that asks for a well-known font gets one of the same widths.
//!
//! Source: fontconfig's `30-metric-aliases.conf`.

/// A family, and the other names under which it is found.
const ALIASES: [(&str, &[&str]); 10] = [
    ("Liberation Sans", &["Arial", "Helvetica", "Arimo"]),
    ("Liberation Serif", &["Times New Roman", "Times", "Tinos"]),
    ("Liberation Mono", &["Courier New", "Courier", "Cousine"]),
    ("Carlito", &["Calibri"]),
    ("Caladea", &["Cambria"]),
    ("Gelasio", &["Georgia"]),
    ("P052", &["Palatino", "Palatino Linotype", "Book Antiqua"]),
    ("C059", &["Century Schoolbook", "New Century Schoolbook"]),
    ("URW Gothic", &["Avant Garde", "ITC Avant Garde Gothic"]),
    ("URW Bookman", &["Bookman", "Bookman Old Style"]),
];

/// The names under which a family is also registered.
pub(crate) fn aliases(family: &str) -> &'static [&'static str] {
    let found = ALIASES.iter().find(|(known, _)| *known == family);
    found.map_or(&[], |(_, aliases)| aliases)
}

/// The family that has this other name.
pub(crate) fn family_behind(alias: &str) -> Option<&'static str> {
    let is_it = |aliases: &[&str]| aliases.iter().any(|name| name.eq_ignore_ascii_case(alias));
    let found = ALIASES.iter().find(|(_, aliases)| is_it(aliases));
    found.map(|(family, _)| *family)
}
