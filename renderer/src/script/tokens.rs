//! An attribute as a set of words.
//!
//! Source: the DOM standard, "Interface DOMTokenList".

/// What becomes of the words of an attribute.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing is to be set.
    None { is_in: bool },
    /// The attribute is to say this.
    To { words: String, is_in: bool },
}

/// Whether a word can be in a list.
pub(crate) fn is_token(word: &str) -> bool {
    !word.is_empty() && !word.bytes().any(|byte| byte.is_ascii_whitespace())
}

/// `DOMTokenList.toggle`: the other way round without `wanted`, else as wanted. `present`: what the
/// attribute says, if there is one.
pub(crate) fn toggled(present: Option<&str>, token: &str, wanted: Option<bool>) -> Change {
    let text = present.unwrap_or_default();
    let is_in = text.split_ascii_whitespace().any(|word| word == token);
    let is_wanted = wanted.unwrap_or(!is_in);
    match is_wanted == is_in {
        true => Change::None { is_in },
        false => changed(present, token, is_wanted),
    }
}

/// `DOMTokenList.add` and `remove` of one token: the attribute is set though nothing changes.
pub(crate) fn changed(present: Option<&str>, token: &str, is_wanted: bool) -> Change {
    let mut words: Vec<&str> = Vec::new();
    for word in present.unwrap_or_default().split_ascii_whitespace() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match is_wanted {
        true if !words.contains(&token) => words.push(token),
        true => {}
        false => words.retain(|word| *word != token),
    }
    match words.is_empty() && present.is_none() {
        true => Change::None { is_in: is_wanted },
        false => Change::To {
            words: words.join(" "),
            is_in: is_wanted,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(words: &str, is_in: bool) -> Change {
        Change::To {
            words: words.to_owned(),
            is_in,
        }
    }

    #[test]
    fn a_token_is_toggled_as_it_is_wanted() {
        assert_eq!(toggled(None, "a", None), to("a", true));
        assert_eq!(toggled(Some("a"), "a", None), to("", false));
        assert_eq!(toggled(Some(" b  a\tb "), "a", None), to("b", false));
        assert_eq!(toggled(Some("b b"), "a", Some(true)), to("b a", true));
        assert_eq!(
            toggled(Some("a a"), "a", Some(true)),
            Change::None { is_in: true }
        );
        assert_eq!(
            toggled(Some("b b"), "a", Some(false)),
            Change::None { is_in: false }
        );
    }

    #[test]
    fn adding_and_removing_write_the_words_anew() {
        assert_eq!(changed(Some(" a  a b"), "a", true), to("a b", true));
        assert_eq!(changed(Some(" b "), "a", false), to("b", false));
        assert_eq!(changed(Some(""), "a", false), to("", false));
        assert_eq!(changed(None, "a", false), Change::None { is_in: false });
        assert_eq!(changed(None, "a", true), to("a", true));
    }

    #[test]
    fn a_token_has_no_white_space() {
        assert!(is_token("a-b") && is_token("\u{a0}"));
        for word in ["", " ", "a b", "a\n", "\x0cb"] {
            assert!(!is_token(word), "{word:?}");
        }
    }
}
