//! Cuts a source file into words and signs, without comments, texts and test code.

/// The tokens of a file: words, `::`, and every other sign alone. A text or a character is `""`.
pub fn tokens(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let (length, token) = next(rest);
        tokens.extend(token);
        at += length;
    }
    tokens
}

/// The length of what comes next, and its token if it is one.
fn next(rest: &[char]) -> (usize, Option<String>) {
    let text = Some("\"\"".to_owned());
    match rest {
        ['/', '/', ..] => (line(rest), None),
        ['/', '*', ..] => (block_comment(rest), None),
        ['"', ..] => (1 + quoted(&rest[1..], '"'), text),
        ['b' | 'c', '"', ..] => (2 + quoted(&rest[2..], '"'), text),
        ['r', '"' | '#', ..] if raw(&rest[1..]).is_some() => {
            (1 + raw(&rest[1..]).unwrap_or(0), text)
        }
        ['b' | 'c', 'r', '"' | '#', ..] if raw(&rest[2..]).is_some() => {
            (2 + raw(&rest[2..]).unwrap_or(0), text)
        }
        ['\'', '\\', ..] => (1 + quoted(&rest[1..], '\''), text),
        ['\'', _, '\'', ..] => (3, text),
        // A lifetime: the word after it is none of ours.
        ['\'', ..] => (1 + word(&rest[1..]), None),
        [':', ':', ..] => (2, Some("::".to_owned())),
        [first, ..] if is_word(*first) => {
            let length = word(rest);
            (length, Some(rest[..length].iter().collect()))
        }
        [first, ..] if first.is_whitespace() => (1, None),
        [first, ..] => (1, Some(first.to_string())),
        [] => (0, None),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn word(rest: &[char]) -> usize {
    let end = rest.iter().position(|character| !is_word(*character));
    end.unwrap_or(rest.len())
}

fn line(rest: &[char]) -> usize {
    let end = rest.iter().position(|character| *character == '\n');
    end.unwrap_or(rest.len())
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Up to and with the closing quote.
fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            found if found == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The rest of a raw text, from its first `#` or quote.
fn raw(rest: &[char]) -> Option<usize> {
    let hashes = rest.iter().take_while(|found| **found == '#').count();
    if rest.get(hashes) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.extend(std::iter::repeat_n('#', hashes));
    let start = hashes + 1;
    let found = rest[start..].windows(end.len()).position(|it| it == end);
    Some(found.map_or(rest.len(), |found| start + found + end.len()))
}

/// The tokens without what is compiled for tests alone.
pub fn without_tests(tokens: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at = item_end(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[String]) -> bool {
    let words: Vec<&str> = tokens.iter().take(7).map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["#", "[", "cfg", "(", "test", ")", ..] | ["#", "[", "cfg", "(", "all", "(", "test"]
    )
}

/// Where the item ends that begins with an attribute at `start`: with its `;`, or with the brace
/// that closes its first one.
fn item_end(tokens: &[String], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.as_str(), ";" | "}") {
            // `use a::{b};` ends with its `;`.
            let is_use = tokens.get(at + 1).is_some_and(|next| next == ";");
            return at + 1 + usize::from(is_use);
        }
    }
    tokens.len()
}

#[test]
fn texts_comments_and_lifetimes_are_no_words() {
    let source = r####"
        //! use crate::a;
        /* use crate::b; /* nested */ crate::c */
        fn f<'a>(x: &'a str) -> char { let y = "crate::d \" \\"; r#"crate::e " "#; '"' }
        const Q: char = '\''; const B: &[u8] = b"crate::g";
        use crate::h;
    "####;
    let words = tokens(source);
    assert_eq!(words.iter().filter(|word| *word == "crate").count(), 1);
    assert!(!words.contains(&"a".to_owned()), "{words:?}");
    assert!(words.ends_with(&["crate", "::", "h", ";"].map(str::to_owned)));
}

#[test]
fn test_modules_and_test_imports_are_left_out() {
    let source =
        "use a::b;\n#[cfg(test)]\nuse c::{d, e};\n#[cfg(test)]\nmod tests { fn f() { {} } }
        #[cfg(all(test, unix))] fn g(x: [u8; 3]) { h(); } mod i;";
    let words = without_tests(&tokens(source)).join(" ");
    assert_eq!(words, "use a :: b ; mod i ;");
}
