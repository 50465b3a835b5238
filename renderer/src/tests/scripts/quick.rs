//! Claims about methods that natives do whole where nothing is unusual: no page can tell.

use super::Scripted;

const PAGE: &str =
    "<!DOCTYPE html><body><div id=x class='a b'><p id=p>one<b id=b>two</b></p></div>";

fn say(code: &str) -> String {
    Scripted::new(PAGE).say(code)
}

#[test]
fn attributes_are_set_with_what_values_turn_into() {
    assert_eq!(
        say("const x = document.createElement('div'), told = []; \
             const set = (...values) => { \
               try { x.setAttribute(...values); } catch (error) { told.push(error.name); } }; \
             set('data-n', 7); set('Data-Up', 1.5); set('u', undefined); set('half', '\\ud800'); \
             set('object', { toString() { told.push('asked'); return 'own'; } }); \
             set('only'); set('a b', 1); set('symbol', Symbol()); \
             return x.outerHTML + told.join() + [x.getAttribute('DATA-N'), x.getAttribute('no'), \
               x.hasAttribute('u'), x.hasAttribute('no')].join()"),
        "<div data-n=\"7\" data-up=\"1.5\" u=\"undefined\" half=\"\u{fffd}\" object=\"own\"></div>\
         asked,TypeError,InvalidCharacterError,TypeError7,,true,false"
    );
}

#[test]
fn methods_look_like_any_other_and_are_for_their_own_objects() {
    assert_eq!(
        say(
            "const x = document.getElementById('x'), { setAttribute } = x, told = []; \
             const { toggle } = x.classList; \
             const tell = (run) => { try { run(); told.push('ran'); } catch (e) { \
               told.push(e.name); } }; \
             tell(() => setAttribute.call({}, 'a', 'b')); \
             tell(() => setAttribute.call(undefined, 'a', 'b')); \
             tell(() => setAttribute.call(document, 'a', 'b')); \
             tell(() => setAttribute.call(Object.create(x), 'a', 'b')); \
             tell(() => new setAttribute('a', 'b')); \
             tell(() => toggle.call(new Proxy(x.classList, {}), 'a')); \
             tell(() => toggle.call(x, 'a')); \
             tell(() => { Object.create(x.style).left = '1px'; }); \
             return [setAttribute.name, setAttribute.length, toggle.length, \
               /native code/.test(setAttribute), Object.keys(Element.prototype) \
                 .includes('setAttribute'), x.getAttributeNames()].join() + told.join()"
        ),
        "setAttribute,2,2,true,true,id,class\
         TypeError,TypeError,InvalidStateError,TypeError,TypeError,TypeError,TypeError,TypeError"
    );
}

#[test]
fn tokens_change_the_same_way_whether_or_not_anybody_hears_of_it() {
    let work = "const x = document.createElement('i'), told = []; \
        x.className = ' a  b a '; \
        if (hears) new MutationObserver(() => {}).observe(x, { attributes: true }); \
        const c = x.classList, tell = (value) => told.push(value + ':' + x.className); \
        tell(c.toggle('c')); tell(c.toggle('a')); tell(c.toggle('a', false)); \
        tell(c.toggle('b', true)); tell(c.toggle('d', 1)); tell(c.toggle('e', undefined)); \
        tell(c.add('e')); tell(c.add('f', 'g')); tell(c.remove('e')); tell(c.remove('no')); \
        tell(c.contains('b')); tell(c.contains('')); tell(c.toggle(5)); \
        for (const bad of ['', 'a b', '\\t']) { \
          try { c.toggle(bad); } catch (error) { told.push(error.name); } } \
        const y = document.createElement('i'); \
        tell(y.classList.remove('a')); told.push(y.hasAttribute('class')); \
        return told.join()";
    let quiet = say(&format!("const hears = false; {work}"));
    assert_eq!(quiet, say(&format!("const hears = true; {work}")));
    assert_eq!(
        quiet,
        "true:a b c,false:b c,false:b c,true:b c,true:b c d,true:b c d e,undefined:b c d e,\
         undefined:b c d e f g,undefined:b c d f g,undefined:b c d f g,true:b c d f g,\
         false:b c d f g,true:b c d f g 5,SyntaxError,InvalidCharacterError,\
         InvalidCharacterError,undefined:b c d f g 5,false"
    );
}

#[test]
fn styles_are_set_the_same_way_in_and_outside_the_document() {
    let work = "const x = inside ? document.getElementById('p') : document.createElement('p'); \
        const told = [], s = x.style, tell = () => told.push(x.getAttribute('style')); \
        s.left = '3px'; tell(); s.left = 'nonsense'; tell(); s.marginTop = 0; tell(); \
        s.marginRight = s.marginBottom = s.marginLeft = '0'; tell(); s.left = ''; tell(); \
        s.cssFloat = 'left'; tell(); s.webkitTransform = 'none'; s.opacity = 0.5; \
        s.width = null; s.setProperty('--own', ' x '); tell(); s.unknown = 'kept'; \
        x.setAttribute('style', 'top: 1px; nonsense'); s.top = '2px'; tell(); \
        told.push(s.unknown, s.top, s.cssText); return told.join('|')";
    let outside = say(&format!("const inside = false; {work}"));
    assert_eq!(outside, say(&format!("const inside = true; {work}")));
    assert_eq!(
        outside,
        "left: 3px;|left: 3px;|left: 3px; margin-top: 0px;|left: 3px; margin: 0px;|margin: 0px;|\
         margin: 0px; float: left;|margin: 0px; float: left; transform: none; opacity: 0.5; \
         --own: x;|top: 2px;|kept|2px|top: 2px;"
    );
}

#[test]
fn what_a_page_puts_in_the_way_of_a_style_is_found() {
    assert_eq!(
        say(
            "let asked = 0; Object.defineProperty(CSSStyleDeclaration.prototype, 'left', { \
               set() { asked++; }, configurable: true }); \
             const { style } = document.getElementById('p'); style.left = '1px'; \
             delete CSSStyleDeclaration.prototype.left; style.left = '2px'; style.top = '3px'; \
             const { name } = Object.getOwnPropertyDescriptor( \
               CSSStyleDeclaration.prototype, 'top').set; \
             return [asked, style.left, style.cssText, name, Object.keys(style)].join()"
        ),
        "1,2px,top: 3px;,set top,left,0"
    );
}

#[test]
fn declarations_of_all_kinds_have_the_same_properties() {
    assert_eq!(
        say(
            "document.head.innerHTML = '<style>p { color: red; margin: 1px }</style>'; \
             const p = document.getElementById('p'); \
             const { style } = document.styleSheets[0].cssRules[0]; \
             const computed = getComputedStyle(p), told = []; style.color = 'blue'; \
             p.style['margin-top'] = '7px'; p.style.WebkitUserSelect = 'none'; \
             try { computed.color = 'red'; } catch (error) { told.push(error.name); } \
             const own = (of) => Object.hasOwn(of, 'color') + ':' + ('color' in of); \
             return [style.color, computed.color, computed.marginTop, style.length, \
               style[4], own(style), own(computed), own(p.style), p.style.length, p.style[0], \
               computed.length > 50, computed[0], [...p.style].length, told].join('|')"
        ),
        "blue|rgb(0, 0, 255)|7px|2||false:true|false:true|false:true|2|margin-top|true|\
         align-content|2|NoModificationAllowedError"
    );
}

#[test]
fn several_nodes_are_put_in_at_once_as_they_are_one_by_one() {
    let work = "const told = [], tell = () => told.push(document.body.innerHTML); \
        const body = document.body, make = (name) => document.createElement(name); \
        if (hears) new MutationObserver(() => {}).observe(document, { childList: true, \
          subtree: true }); \
        const [a, b, c] = ['i', 'u', 's'].map(make); a.append(b, make('q')); \
        body.append(a, b, c); tell(); body.append(c, a, c); tell(); \
        body.replaceChildren(b, make('s')); tell(); body.replaceChildren(b, b); tell(); \
        const x = make('div'); x.append('one', a); x.append(a, x.firstChild); \
        try { a.append(b, x); } catch (error) { told.push(error.name); } \
        try { a.replaceChildren(b, document); } catch (error) { told.push(error.name); } \
        told.push(x.outerHTML, b.parentNode === null); body.replaceChildren(x, b); tell(); \
        globalThis.ran = 0; const script = make('script'); script.textContent = 'ran++'; \
        body.append(make('i'), script); body.replaceChildren(script, make('i')); \
        const fragment = document.createDocumentFragment(); fragment.append(make('a'), make('b')); \
        body.append(fragment, make('u')); tell(); told.push(ran, fragment.childNodes.length); \
        body.replaceChildren(); tell(); told.push(x.isConnected, a.parentNode === x); \
        try { document.append(make('a'), make('b')); } catch (error) { told.push(error.name); } \
        return told.join('|')";
    let quiet = say(&format!("const hears = false; {work}"));
    assert_eq!(quiet, say(&format!("const hears = true; {work}")));
    assert!(
        quiet.starts_with("<div id=\"x\"") && quiet.ends_with("HierarchyRequestError"),
        "{quiet}"
    );
}

#[test]
fn what_is_put_in_at_once_keeps_its_wrappers() {
    assert_eq!(
        say("const list = document.createElement('ul'), all = []; \
             for (let n = 0; n < 50; n++) { const item = document.createElement('li'); \
               item.mine = n; item.append(document.createElement('b')); \
               item.firstChild.mine = n; all.push(item); } \
             const kept = (nodes) => [...nodes].every((at, n) => at.mine === n \
               && at.firstChild.mine === n); \
             list.append(...all); const first = kept(list.children); \
             document.body.replaceChildren(...all); const second = kept(document.body.children); \
             document.body.replaceChildren(); list.replaceChildren(...all); \
             return [first, second, kept(list.children), list.children.length].join()"),
        "true,true,true,50"
    );
}

#[test]
fn who_begins_to_listen_while_an_event_is_on_its_way_hears_of_it() {
    assert_eq!(
        say(
            "const x = document.getElementById('x'), p = document.getElementById('p'); \
             const b = document.getElementById('b'), told = []; globalThis.told = told; \
             b.addEventListener('tick', (event) => { \
               p.addEventListener('tick', () => told.push('p')); \
               x.setAttribute('ontick', 'told.push(1)'); x.onclick = null; \
               told.push(event.composedPath().map((at) => at.nodeName || 'window').join()); \
             }); \
             x.valueOf = p.valueOf = b.valueOf = () => { told.push('asked'); return -1; }; \
             b.dispatchEvent(new Event('tick', { bubbles: true })); \
             b.dispatchEvent(new Event('tick')); return told.join(' ')"
        ),
        "B,P,DIV,BODY,HTML,#document,window p 1 B,P,DIV,BODY,HTML,#document,window"
    );
    assert_eq!(
        say(
            "const x = document.getElementById('x'), b = document.getElementById('b'); \
             globalThis.told = []; \
             b.addEventListener('click', () => x.setAttribute('onclick', 'told.push(this.id)')); \
             b.click(); return told.join()"
        ),
        "x"
    );
}

#[test]
fn listeners_come_and_go_while_they_run() {
    assert_eq!(
        say("const target = new EventTarget(), told = []; \
             const second = () => told.push('second'), late = () => told.push('late'); \
             target.addEventListener('tick', () => { told.push('first'); \
               target.removeEventListener('tick', second, true); \
               target.addEventListener('tick', late); }, { once: true }); \
             target.addEventListener('tick', second, true); \
             target.dispatchEvent(new Event('tick')); told.push('-'); \
             target.dispatchEvent(new Event('tick')); return told.join()"),
        "second,first,-,late"
    );
}

#[test]
fn simple_selectors_find_what_others_find() {
    assert_eq!(
        say(
            "document.body.innerHTML = '<select><option class=a>1</select><input type=number>' \
               + '<svg><a class=\"b a\"></a><title class=A></title></svg><a class=\" a\">x</a>'; \
             const same = (simple, other) => { \
               const one = document.querySelectorAll(simple), \
                     two = document.querySelectorAll(other); \
               return one.length + ':' + [...one].every((node, at) => node === two[at]); }; \
             return [same('a', 'a:not(x)'), same('.a', '.a:not(x)'), \
               same('input', 'input:not(x)'), \
               same('title', 'title:not(x)'), same('option', 'option:not(x)'), \
               same('no', 'no:not(x)')].join()"
        ),
        "2:true,3:true,1:true,1:true,1:true,0:true"
    );
}

#[test]
fn a_static_list_has_its_nodes_as_properties_of_its_own() {
    assert_eq!(
        say("const list = document.querySelectorAll('p, b'); \
             Object.defineProperty(Array.prototype, 0, \
               { set() { throw 1; }, configurable: true }); \
             const again = document.querySelectorAll('p, b'), \
               { writable, enumerable, configurable } \
               = Object.getOwnPropertyDescriptor(again, 0); delete Array.prototype[0]; \
             return [again.length, again[1] === list[1], Object.keys(again), writable, \
               enumerable, configurable, [...again].length, again.item(1).id, again[2]].join()"),
        "2,true,0,1,false,true,true,2,b,"
    );
}
