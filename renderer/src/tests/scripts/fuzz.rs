//! Random programs of the Web's operations over a small tree, each followed by a layout and a
//! paint. What Blitz cannot take must be refused by the natives: a panic here loses a user's tab.
//!
//! `BULKHEAD_FUZZ_PROGRAMS` and `BULKHEAD_FUZZ_SEED` make it longer, and another one. When a page
//! is lost, the shortest part of its life that ends in the same way is printed.

use super::{Scripted, on_stack};
use crate::paint::DisplayList;
use crate::script::Realm;
use protocol::geometry::Size;
use protocol::input::Key;

/// Programs that one page lives through. Each page leaves a realm behind.
const PROGRAMS_PER_PAGE: u64 = 60;
const STATEMENTS: u64 = 25;

const PAGE: &str = "<!DOCTYPE html><style>.a{color:red}.b{display:flex}.c{float:left}\
    .d{position:absolute}.e::before{content:'x'}</style><div id=a class=a><p id=b>one<b>two</b>\
    three</p><ul id=c><li>x<li class=b>y</ul></div><form id=d><label for=e>l</label><input id=e>\
    <input type=checkbox id=f><select id=g><option>1<option>2</select><textarea id=h>t</textarea>\
    <button id=i>b</button></form><table id=j><tr><td>1<td>2</table><svg id=k width=20 height=20>\
    <rect width=9 height=9 /></svg><img id=l><canvas id=m></canvas><template id=n><i>t</i>\
    </template><details id=o><summary>s</summary>d</details><iframe id=p srcdoc='<p>f'></iframe>\
    <a id=q href='#a'>link</a>";

const BEGIN: &str = "globalThis.N = [...document.querySelectorAll('*'), document,
    document.createElement('div'), document.createTextNode('t'),
    document.createDocumentFragment()];";

/// What a program is made of. `#` is a node, `@` a word of the list after its letter.
const FORMS: &[&str] = &[
    "#.appendChild(#)",
    "#.insertBefore(#, #)",
    "#.insertBefore(#, #.firstChild)",
    "#.removeChild(#.firstChild)",
    "#.remove()",
    "#.replaceWith(#)",
    "#.replaceChildren(#, '@v')",
    "#.replaceChild(#, #.lastChild)",
    "#.append(#, '@v')",
    "#.before(#)",
    "N.push(#.cloneNode(true))",
    "N.push(#.cloneNode(false))",
    "N.push(document.createElement('@t'))",
    "N.push(document.createElementNS('http://www.w3.org/2000/svg', '@t'))",
    "N.push(document.createTextNode('@v'))",
    "N.push(document.createComment('@v'))",
    "N.push(document.createDocumentFragment())",
    "N.push(#.firstChild, #.parentNode)",
    "#.innerHTML = '@h'",
    "#.outerHTML = '@h'",
    "#.insertAdjacentHTML('@w', '@h')",
    "#.textContent = '@v'",
    "#.data = '@v'",
    "#.nodeValue = '@v'",
    "#.splitText(1)",
    "#.normalize()",
    "#.setAttribute('@a', '@v')",
    "#.setAttribute('@a', '@h')",
    "#.removeAttribute('@a')",
    "#.toggleAttribute('@a')",
    "#.style.cssText = '@s'",
    "#.style.display = '@d'",
    "#.className = '@c'",
    "#.classList.toggle('@c')",
    "#.id = '@c'",
    "#.hidden = true",
    "#.value = '@v'",
    "#.checked = true",
    "#.selectedIndex = 1",
    "#.type = '@k'",
    "#.disabled = true",
    "#.focus()",
    "#.blur()",
    "#.click()",
    "#.select()",
    "#.reset()",
    "#.submit()",
    "#.getBoundingClientRect()",
    "#.offsetTop + #.scrollHeight",
    "getComputedStyle(#).height",
    "#.scrollTop = 30",
    "#.scrollIntoView()",
    "scrollTo(0, 50)",
    "document.querySelectorAll('@q').length",
    "#.closest('@q')",
    "#.matches('@q')",
    "#.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))",
    "#.addEventListener('click', () => { try { #.remove() } catch { } })",
    "#.addEventListener('focus', () => { try { #.innerHTML = '@h' } catch { } })",
    "#.insertRow()",
    "#.deleteRow(0)",
    "#.content.append(#)",
    "#.open = true",
    "#.href = '@v'",
    "#.src = '@v'",
    "document.title = '@v'",
    "document.body.append(#)",
    "document.documentElement.append(#)",
    "document.adoptNode(#)",
    "#.width = 7",
    "#.getContext('2d').fillRect(1, 1, 5, 5)",
    "#.getContext('2d').drawImage(#, 1, 1)",
    "#.getContext('2d').fillText('@v', 5, 5)",
    "localStorage['@c'] = '@v'",
    "N.splice(0, 3)",
    "N.splice(0, N.length, ...document.querySelectorAll('*'))",
    "setTimeout(() => { try { #.append(#) } catch { } }, 1)",
];

fn list(letter: char) -> &'static [&'static str] {
    match letter {
        'v' => &[
            "",
            "x",
            "text of some length",
            "-1",
            "1e9",
            "http://[",
            "<b>",
            "\\u05e9\\u05dc",
            "#a",
        ],
        't' => &[
            "div", "p", "span", "li", "table", "tr", "td", "col", "caption", "input", "select",
            "option", "optgroup", "textarea", "button", "form", "label", "img", "canvas", "svg",
            "a", "style", "link", "script", "template", "iframe", "details", "summary", "br", "hr",
            "ol", "body", "html", "title", "base", "map", "area", "fieldset", "legend", "x-own",
        ],
        'h' => &[
            "",
            "<p>a<p>b",
            "<table><tr><td>c</table>",
            "<li>x",
            "<td>y",
            "<svg><g><text>z</text></g></svg>",
            "<input type=range><label>l<input></label>",
            "<select multiple><option>o</select>",
            "<style>*{float:right}</style>",
            "<ol start=5><li>i</ol>",
            "<canvas></canvas><img src=x>",
            "<iframe srcdoc=q></iframe>",
            "<textarea>t",
            "<details><summary>s</details>",
            "<a href=//x>y</a>",
            "<div style=\"display:grid\"><i>1</i><i>2</i></div>",
            "<template><b>t</b></template>",
        ],
        'a' => &[
            "id", "class", "style", "type", "value", "href", "src", "srcdoc", "for", "name",
            "colspan", "rowspan", "width", "height", "hidden", "dir", "open", "checked",
            "multiple", "size", "rows", "cols", "start", "media", "rel", "onclick", "tabindex",
            "disabled", "span", "usemap", "target",
        ],
        'w' => &["beforebegin", "afterbegin", "beforeend", "afterend"],
        's' => &[
            "",
            "display:grid",
            "float:left;width:9px",
            "position:fixed;top:1e9px",
            "width:1e30px",
            "font-size:0",
            "columns:3",
            "overflow:scroll;height:5px",
            "transform:scale(0)",
            "content:counter(x)",
            "display:contents",
            "display:table-cell",
            "writing-mode:vertical-rl",
            "line-height:-1",
            "background:url(x)",
            "transition:all 1s;color:red",
            "margin:-9999px",
        ],
        'd' => &[
            "none",
            "block",
            "inline",
            "inline-block",
            "flex",
            "grid",
            "table",
            "table-row",
            "list-item",
            "contents",
            "flow-root",
            "inline-flex",
            "",
        ],
        'c' => &["a", "b", "c", "d", "e", "q"],
        'k' => &[
            "text", "checkbox", "radio", "range", "color", "file", "submit", "hidden", "date",
            "number",
        ],
        'q' => &[
            "*",
            "div > p",
            ":not(.a)",
            "li:nth-child(2n)",
            "::before",
            "[type]",
            ":has(b)",
            "a, b",
            "(",
            ":checked",
        ],
        _ => &["@"],
    }
}

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound.max(1)
    }

    fn statement(&mut self) -> String {
        let form = FORMS[self.below(FORMS.len())];
        let (mut text, mut rest) = (String::new(), form.chars());
        while let Some(next) = rest.next() {
            match next {
                '#' => text += &format!("N[{} % N.length]", self.below(1000)),
                '@' => {
                    let words = list(rest.next().unwrap_or('@'));
                    text += words[self.below(words.len())];
                }
                other => text.push(other),
            }
        }
        format!("try {{ {text} }} catch {{ }}\n")
    }
}

/// A part of what a page lives through. Each `After` ends a program of the statements before it.
#[derive(Clone)]
enum Step {
    Statement(String),
    After(Act),
}

/// What a user, or time, does after a program.
#[derive(Clone, Copy, Debug)]
enum Act {
    Click(f32, f32),
    Type,
    Collect,
    Timers,
    Nothing,
}

fn life(random: &mut Random, programs: u64) -> Vec<Step> {
    let mut life = Vec::new();
    for _ in 0..programs {
        life.extend((0..STATEMENTS).map(|_| Step::Statement(random.statement())));
        let at = (random.below(400) as f32, random.below(300) as f32);
        life.push(Step::After(match random.below(6) {
            0 => Act::Click(at.0, at.1),
            1 => Act::Type,
            2 => Act::Collect,
            3 => Act::Timers,
            _ => Act::Nothing,
        }));
    }
    life
}

fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// One program, and what may come after it.
fn run_program(page: &mut Scripted, program: &str, act: Act) {
    if page.realm.host.is_stopped.get() {
        return;
    }
    let size = Size::new(400, 300);
    page.view
        .with_script(|realm| realm.run(None, program, "fuzz"));
    page.settle();
    let mut drawing = DisplayList::new(size);
    page.view.paint(&mut drawing, size);
    match act {
        Act::Click(x, y) => page.click(x, y),
        Act::Type => {
            page.type_text("ab");
            page.key(Key::Enter);
        }
        Act::Collect => page.gc(),
        Act::Timers => {
            page.view.with_script(Realm::run_timers);
        }
        Act::Nothing => {}
    }
    page.settle();
}

/// What the page died of, if it did.
fn death(life: &[Step]) -> Option<String> {
    let life = life.to_vec();
    let lived = std::panic::catch_unwind(|| {
        on_stack(move || {
            let mut page = Scripted::new(PAGE);
            page.view
                .with_script(|realm| realm.run(None, BEGIN, "fuzz"));
            let mut program = String::new();
            for step in &life {
                match step {
                    Step::Statement(text) => program += text,
                    Step::After(act) => run_program(&mut page, &std::mem::take(&mut program), *act),
                }
            }
            run_program(&mut page, &program, Act::Nothing);
        });
    });
    let panic = lived.err()?;
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .or_else(|| Some(String::new()))
}

/// As little of a life as ends in the same way.
fn shortest(mut life: Vec<Step>, end: &str) -> Vec<Step> {
    let mut size = life.len();
    while size > 0 {
        let mut at = 0;
        while at < life.len() {
            let mut rest = life.clone();
            rest.drain(at..(at + size).min(life.len()));
            if death(&rest).as_deref() == Some(end) {
                life = rest;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    life
}

#[test]
fn random_programs_lose_no_page() {
    let programs = number("BULKHEAD_FUZZ_PROGRAMS", 120);
    let seed = number("BULKHEAD_FUZZ_SEED", 1);
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..programs.div_ceil(PROGRAMS_PER_PAGE) {
        let life = life(&mut random, PROGRAMS_PER_PAGE);
        let Some(end) = death(&life) else { continue };
        let lines = shortest(life, &end).into_iter().map(|step| match step {
            Step::Statement(text) => text,
            Step::After(act) => format!("{act:?}\n"),
        });
        panic!("{end}, after this:\n{}", lines.collect::<String>());
    }
}
