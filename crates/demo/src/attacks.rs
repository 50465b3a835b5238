//! The pages that do their worst: what each tries, what should be seen, and its script.

use crate::html::{escape, page};
use std::fmt::Write;

/// A hostile page.
pub struct Attack {
    /// Its address below `/attack/`; with `?again` it starts by itself.
    pub name: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// What it does.
    pub tries: &'static str,
    /// What users should see.
    pub seen: &'static str,
    script: &'static str,
}

macro_rules! attacks {
    ($($name:literal, $title:literal, $tries:literal, $seen:literal;)*) => {
        &[$(Attack {
            name: $name,
            title: $title,
            tries: $tries,
            seen: $seen,
            script: include_str!(concat!("../site/attacks/", $name, ".js")),
        },)*]
    };
}

/// The page of that attack.
pub fn attack(name: &str) -> Option<String> {
    let attack = ATTACKS.iter().find(|attack| attack.name == name)?;
    let Attack {
        title,
        tries,
        seen,
        script,
        ..
    } = attack;
    let body = format!(
        "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n<p><button id=\"start\">Start</button> \
         <span id=\"state\" class=\"score\">not started</span></p>\n\
         <p><b>What you should see:</b> {}</p>\n<pre><code>{}</code></pre>\n\
         <p class=\"note\"><a href=\"/break\">Back to all of them</a></p>\n\
         <script>\nconst attack = async (say, show) => {{\n{script}\n}};\n</script>\n\
         <script src=\"/attack.js\"></script>",
        escape(title),
        escape(tries),
        escape(seen),
        escape(script.trim_end()),
    );
    Some(page(title, &body))
}

/// The rows of the table of all attacks.
pub fn rows() -> String {
    let mut rows = String::new();
    for attack in ATTACKS {
        // Writing into memory cannot fail.
        let _ = writeln!(
            rows,
            "<tr><td><a class=\"button\" href=\"/attack/{}\" target=\"_blank\">{}</a></td>\
             <td>{}</td><td>{}</td></tr>",
            attack.name,
            escape(attack.title),
            escape(attack.tries),
            escape(attack.seen)
        );
    }
    rows
}

/// The names of all attacks.
pub fn names() -> impl Iterator<Item = &'static str> {
    ATTACKS.iter().map(|attack| attack.name)
}

/// All of them.
pub const ATTACKS: &[Attack] = attacks! {
    "loop", "Endless loop", "It loops and never comes back.",
        "After three seconds a mark on its tab; after fifteen a card that offers to end it. Other \
         tabs go on. After thirty seconds the browser ends the script by itself, and the page \
         stays.";
    "regex", "Regular expression", "One test that would take longer than the universe has existed.",
        "The same as for the loop: the engine can be stopped within it.";
    "native", "One endless call", "It stays within the engine, where no script can be stopped.",
        "The mark and the card. Only killing the tab ends it.";
    "layout", "Endless layout", "It moves the page and asks where things are, for ever.",
        "The same as for the loop.";
    "memory", "Memory", "It takes memory until there is none.",
        "It is refused at 384 MB, and the page stays.";
    "nodes", "Elements", "It makes elements until there is no room.",
        "It is refused when the page has as many as a page may have.";
    "recursion", "Recursion", "A function that calls itself.",
        "It is refused when its part of the stack is used up.";
    "timers", "A million timers", "It sets a million timers.",
        "It is refused after 10,000.";
    "messages", "Flood of messages", "It posts messages to itself, and an answer to each.",
        "It is refused after 1,000 that wait; the answers go on while the page stays usable.";
    "requests", "Flood of requests", "It asks its server for 5,000 things at once.",
        "They are answered one after the other, or refused; other tabs load as before.";
    "pictures", "Flood of pictures", "It shows four thousand different pictures.",
        "The first of them are shown, the others are not: a page has room for so many pixels.";
    "titles", "Flood of titles", "It sets the title without pause, each ten thousand letters long.",
        "The tab shows some of them, cut short. The strip stays calm.";
    "navigations", "Flood of navigations", "It goes from page to page, a thousand times on each.",
        "One page after the other; too many in a short time are refused. The strip works as ever.";
    "history", "Flood of history", "It pushes a hundred thousand entries.",
        "The way back stays short, or the entries are refused.";
    "console", "Flood of the console", "It writes 200,000 long lines to the console.",
        "A few a second are kept, the rest is counted.";
    "write", "Endless document", "It writes into its own page for ever.",
        "It is refused, or nothing happens once the page has loaded.";
    "popups", "Popups", "It opens fifty windows at one click.",
        "At most one new tab.";
    "dialogs", "Dialogs without end", "It shows a thousand alerts.",
        "At most one at a time, on this tab alone; they can be muted. Other tabs do not wait.";
    "leaving", "No way out", "It asks you not to leave, again and again.",
        "The tab closes all the same, at most after one question of the browser.";
    "pointer", "Grabbed pointer", "It takes every click, key and turn of the wheel.",
        "The page is useless. The strip, its tabs and its keys work as ever.";
    "bar", "False address bar", "It paints an address bar with the name of a bank.",
        "The picture lies below the line; the true address stands above it.";
    "clipboard", "Clipboard", "It tries to read what you copied last.",
        "It reads nothing: only pasting gives a page the clipboard.";
    "storage", "Flood of storage", "It fills its storage.",
        "It is refused at the limit of its origin.";
};
