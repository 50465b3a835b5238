//! Claims about what scripts can do to the tree.

use super::Scripted;

const PAGE: &str = "<!DOCTYPE html><body><div id=x class='a b'><p id=p>one<b id=b>two</b></p>\
    <button id=k>k</button></div>";

fn say(code: &str) -> String {
    Scripted::new(PAGE).say(code)
}

#[test]
fn nodes_are_found_and_are_always_the_same_object() {
    assert_eq!(
        say(
            "const p = document.getElementById('p'), b = document.querySelector('#b'); \
             return [p.firstChild.data, b.parentNode === p, b.tagName, p.children.length, \
                     p.lastChild === b, document.querySelectorAll('p, b').length, \
                     b.closest('div').id, b.matches('p > b'), document.body.nodeName, \
                     p instanceof HTMLParagraphElement, p.ownerDocument === document].join()"
        ),
        "one,true,B,1,true,2,x,true,BODY,true,true"
    );
}

#[test]
fn markup_goes_in_and_comes_out() {
    assert_eq!(
        say("const p = document.getElementById('p'); \
             p.innerHTML = '<i title=\"a&quot;\">&lt;x&gt;</i><br>&amp;&nbsp;<!--c-->'; \
             return p.outerHTML"),
        "<p id=\"p\"><i title=\"a&quot;\">&lt;x&gt;</i><br>&amp;&nbsp;<!--c--></p>"
    );
    assert_eq!(
        say(
            "const t = document.createElement('template'); t.innerHTML = '<td>x'; \
             return t.content.firstChild.tagName + t.innerHTML + t.childNodes.length"
        ),
        "TD<td>x</td>0"
    );
    assert_eq!(
        say(
            "const r = document.createElement('table').appendChild(document.createElement('tr')); \
             r.innerHTML = '<td>1<td>2'; return r.cells.length + r.innerHTML"
        ),
        "2<td>1</td><td>2</td>"
    );
    assert_eq!(
        say(
            "const x = document.getElementById('x'); x.insertAdjacentHTML('afterbegin', \
            '<u>u</u>'); \
             x.insertAdjacentHTML('beforeend', 'end'); x.insertAdjacentHTML('beforebegin', \
             '<hr>'); \
             return document.body.innerHTML"
        ),
        "<hr><div id=\"x\" class=\"a b\"><u>u</u><p id=\"p\">one<b id=\"b\">two</b></p>\
         <button id=\"k\">k</button>end</div>"
    );
}

#[test]
fn nodes_move_and_are_copied() {
    assert_eq!(
        say(
            "const p = document.getElementById('p'), x = document.getElementById('x'); \
             x.append('z', p); x.prepend(document.createElement('i')); \
             p.replaceChildren('only'); p.before('!'); p.after(document.createComment('c')); \
             const c = x.cloneNode(true); c.id = 'copy'; \
             return x.innerHTML + '|' + c.childNodes.length + x.cloneNode(false).outerHTML"
        ),
        "<i></i><button id=\"k\">k</button>z!<p id=\"p\">only</p><!--c-->|6\
         <div id=\"x\" class=\"a b\"></div>"
    );
    assert_eq!(
        say(
            "const f = document.createDocumentFragment(); f.append(document.createElement('a'), \
            'b'); \
             document.body.append(f); return f.childNodes.length + ' ' + \
             document.body.lastChild.data + document.body.lastElementChild.tagName"
        ),
        "0 bA"
    );
}

#[test]
fn classes_styles_and_data_are_attributes() {
    assert_eq!(
        say(
            "const x = document.getElementById('x'); x.classList.add('c', 'a'); \
             x.classList.remove('b'); const on = x.classList.toggle('d'); \
             x.classList.replace('a', 'e'); x.dataset.fooBar = 1; x.style.backgroundColor = 'red'; \
             x.style.setProperty('--v', ' 3'); x.style.width = 'nonsense'; \
             return [x.className, on, x.getAttribute('data-foo-bar'), 'fooBar' in x.dataset, \
                     x.getAttribute('style'), x.style.backgroundColor, Object.keys(x.dataset), \
                     x.classList.length, x.classList[0], [...x.classList].join('+')].join('|')"
        ),
        "e c d|true|1|true|background-color: red; --v: 3;|red|fooBar|3|e|e+c+d"
    );
    assert_eq!(
        say(
            "const x = document.getElementById('x'); x.setAttribute('HIDDEN', ''); \
             x.toggleAttribute('lang'); const names = x.getAttributeNames().join(); x.hidden = \
             false; \
             x.removeAttribute('id'); return names + ' ' + x.attributes.length + ' ' + \
             x.attributes[0].name + x.attributes.class.value"
        ),
        "id,class,hidden,lang 2 classa b"
    );
}

#[test]
fn live_lists_follow_the_tree() {
    assert_eq!(
        say(
            "const divs = document.getElementsByTagName('div'), x = divs[0], kids = x.childNodes; \
             const all = document.querySelectorAll('div'), before = divs.length + ' ' + \
             kids.length; \
             x.append(document.createElement('div')); \
             return [before, divs.length, kids.length, all.length, kids[2].tagName, \
                     divs.item(9), [...kids].length, divs.namedItem('x') === x, divs.x === x, \
                     document.getElementsByClassName('b a')[0] === x].join()"
        ),
        "1 2,2,3,1,DIV,,3,true,true,true"
    );
}

#[test]
fn the_looks_of_an_element_can_be_asked() {
    assert_eq!(
        say("const x = document.getElementById('x'); x.style.cssText = \
             'width: 120px; height: 30px; margin: 5px; padding: 2px; border: 1px solid'; \
             const r = x.getBoundingClientRect(); x.style.position = 'absolute'; \
             x.style.left = '40px'; \
             return [r.width, r.height, x.offsetWidth, x.clientWidth, x.offsetLeft, \
                     getComputedStyle(x).position, getComputedStyle(x).getPropertyValue('width'), \
                     innerWidth, document.documentElement.clientHeight].join()"),
        "126,36,126,124,45,absolute,120px,400,300"
    );
}

#[test]
fn controls_hold_what_scripts_put_in() {
    let page = "<form id=f><input id=t name=a value=one><input id=c type=checkbox>\
        <input type=radio name=r id=r1 checked><input type=radio name=r id=r2>\
        <select id=s><option value=1>eins<option selected>zwei</select>\
        <textarea id=a>text</textarea><button id=go>go</button></form>";
    let mut page = Scripted::new(page);
    assert_eq!(
        page.say(
            "const $ = (id) => document.getElementById(id); const out = [$('t').value, \
            $('c').checked, \
             $('s').value, $('s').selectedIndex, $('s').options.length, $('a').value]; \
             $('t').value = 'new'; $('c').checked = true; $('r2').checked = true; \
             $('s').selectedIndex = 0; $('a').value = 'other'; \
             out.push($('t').value, $('t').defaultValue, $('c').checked, $('r1').checked, \
             $('s').value, \
             $('a').value, $('f').elements.length, $('f').elements.t === $('t'), $('t').form.id, \
             $('s').innerHTML, $('s').children.length); $('f').reset(); \
             out.push($('t').value, $('c').checked, $('s').value, $('a').value); return \
             out.join('|')"
        ),
        "one|false|zwei|1|2|text|new|one|true|false|1|other|7|true|f|\
         <option value=\"1\">eins</option><option selected=\"\">zwei</option>|2|\
         one|false|zwei|text"
    );
}

#[test]
fn controls_that_scripts_make_work() {
    let mut page = Scripted::new("<body>");
    assert_eq!(
        page.say(
            "document.body.innerHTML = '<select id=s><option>a<option>b</select><input type=range \
            id=r \
             min=0 max=10 value=3><input id=i><input type=submit id=u>'; \
             const $ = (id) => document.getElementById(id); $('r').value = 7; $('i').value = 'v'; \
             document.body.offsetWidth; $('i').value += 'w'; $('s').value = 'b'; \
             const o = document.createElement('option'); o.text = 'c'; $('s').add(o); \
             return [$('s').value, $('r').value, $('i').value, $('r').childNodes.length, \
                     $('u').childNodes.length, $('s').length, $('s').childNodes.length, \
                     document.querySelectorAll('body *').length, \
                     $('r').getAttribute('value')].join()"
        ),
        "b,7,vw,0,0,3,3,7,3"
    );
}

#[test]
fn changes_are_observed() {
    let said = Scripted::new(PAGE).say(
        "const x = document.getElementById('x'); new MutationObserver((records) => { \
         for (const r of records) console.log(r.type, r.target.nodeName, r.attributeName, \
         r.oldValue, \
         r.addedNodes.length, r.removedNodes.length); }).observe(x, { childList: true, \
         attributes: true, characterData: true, subtree: true, attributeOldValue: true }); \
         x.id = 'y'; x.append('t'); x.firstChild.firstChild.data = 'new'; x.lastChild.remove();",
    );
    assert_eq!(
        said,
        "undefined\nattributes DIV id x 0 0\nchildList DIV null null 1 0\n\
         characterData #text null null 0 0\nchildList DIV null null 0 1"
    );
}

#[test]
fn addresses_and_encodings_work() {
    assert_eq!(
        say(
            "const u = new URL('../a?x=1&y=ä#h', 'http://h.test:81/b/c/d'); \
            u.searchParams.append('z', ' '); \
             u.hash = ''; u.port = '80'; const p = new URLSearchParams({ a: '1', b: '&' }); \
             return [u.href, u.origin, p.toString(), p.get('b'), new URL('http://x').pathname, \
                     URL.canParse('http://['), location.href, location.pathname].join(' ')"
        ),
        "http://h.test/b/a?x=1&y=%C3%A4&z=+ http://h.test a=1&b=%26 & / false \
         http://site.test/page /page"
    );
    assert_eq!(
        say("const b = new TextEncoder().encode('aä€'); \
             return b.length + new TextDecoder().decode(b) + new \
             TextDecoder('latin1').decode(b.subarray(1, 3))"),
        "6aä€Ã¤"
    );
}

#[test]
fn documents_are_walked() {
    assert_eq!(
        say(
            "const w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), out = []; \
             while (w.nextNode()) out.push(w.currentNode.data); \
             const i = document.createNodeIterator(document.body, 1), tags = []; let e; \
             while ((e = i.nextNode())) tags.push(e.tagName); return out + ' ' + tags"
        ),
        "one,two,k BODY,DIV,P,B,BUTTON"
    );
}

#[test]
fn a_title_can_be_set() {
    let mut page = Scripted::new("<body>");
    assert_eq!(
        page.say("document.title = ' a  b '; return document.title"),
        "a b"
    );
    assert_eq!(page.view.title(), "a b");
}

#[test]
fn what_is_for_browsers_without_scripts_is_not_shown() {
    let mut page = Scripted::new(
        "<style>.bar > * { display: block }</style><div class=bar><noscript id=n><iframe \
         src=/x></iframe></noscript></div>",
    );
    assert_eq!(
        page.say(
            "const m = document.createElement('noscript'); m.textContent = 'x'; \
             document.body.append(m); return [document.getElementById('n'), m].map((it) => \
             getComputedStyle(it).display + it.offsetHeight).join()"
        ),
        "none0,none0"
    );
}

#[test]
fn a_sheet_is_out_of_use_while_its_link_is_disabled() {
    let mut page = Scripted::new(
        "<link rel=stylesheet id=l href='data:text/css,p { color: rgb(255, 0, 0) }'><p id=p>p</p>\
         <script>const l = document.getElementById('l'), p = document.getElementById('p');\
         const now = () => [getComputedStyle(p).color, document.styleSheets.length, \
           l.disabled, l.hasAttribute('disabled'), l.sheet === null].join()</script>",
    );
    assert_eq!(
        page.say(
            "const out = [now()]; l.disabled = true; out.push(now()); l.disabled = false; \
             out.push(now()); return out.join(' | ')"
        ),
        "rgb(255, 0, 0),1,false,false,false | rgb(0, 0, 0),0,true,true,true | \
         rgb(255, 0, 0),1,false,false,false"
    );
    // One that comes when its link is disabled already.
    page.say(
        "globalThis.late = document.createElement('link'); late.rel = 'stylesheet'; \
         late.href = 'data:text/css,p { color: rgb(0, 0, 255) }'; late.disabled = true; \
         document.head.append(late)",
    );
    page.settle();
    let red = page.say("return getComputedStyle(p).color");
    let blue = page.say("late.removeAttribute('disabled'); return getComputedStyle(p).color");
    assert_eq!((&*red, &*blue), ("rgb(255, 0, 0)", "rgb(0, 0, 255)"));
}

#[test]
fn a_sheet_that_waits_is_used_once_its_link_is_enabled() {
    let mut page = Scripted::new(
        "<link rel='Alternate Stylesheet' id=a title=other href='data:text/css,p { color: \
         rgb(0, 0, 255) }'><link rel=stylesheet disabled id=d href='data:text/css,p { margin: \
         7px }'><p id=p>p</p><script>const $ = (id) => document.getElementById(id);\
         const now = () => { const { color, marginTop } = getComputedStyle($('p')); \
           return [color, marginTop, $('a').rel, $('d').rel].join(); }</script>",
    );
    let rest = "Alternate Stylesheet,stylesheet";
    assert_eq!(
        page.say("return now()"),
        format!("rgb(0, 0, 0),16px,{rest}")
    );
    page.say("$('d').disabled = false; $('a').disabled = true; $('a').disabled = false");
    page.settle();
    assert_eq!(
        page.say("return now()"),
        format!("rgb(0, 0, 255),7px,{rest}")
    );
    assert_eq!(
        page.say("return document.querySelector('link[rel=stylesheet]').id"),
        "d"
    );
}

#[test]
fn markup_of_what_is_not_escaped_comes_out_as_it_was() {
    let mut page = Scripted::new(
        "<style id=s>p { &:hover { color: red } left: 1e30px } a > b::after { content: '&lt;' }\
         </style><noscript id=n><&></noscript><svg id=g xlink:href='#a'></svg>",
    );
    let said = page.say(
        "const at = (id) => document.getElementById(id); const br = document.createElement('br');
         br.append('in'); const x = document.createElement('i');
         x.setAttributeNS('http://www.w3.org/XML/1998/namespace', 'q:lang', 'de');
         return [at('s').textContent, at('s').innerHTML === at('s').textContent,
                 at('n').outerHTML, at('g').outerHTML, br.innerHTML, x.outerHTML].join('|')",
    );
    assert_eq!(
        said,
        "p { &:hover { color: red } left: 1e30px } a > b::after { content: '&lt;' }|true|\
         <noscript id=\"n\"><&></noscript>|<svg id=\"g\" xlink:href=\"#a\"></svg>||\
         <i xml:lang=\"de\"></i>"
    );
}
