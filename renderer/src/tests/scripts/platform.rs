//! Claims about the Web platform beyond the tree that is shown.

use super::Scripted;

const PAGE: &str = "<!DOCTYPE html><body><div id=x class='a b'><p id=p>one<b id=b>two</b></p>\
    <button id=k>k</button></div>";

fn say(code: &str) -> String {
    Scripted::new(PAGE).say(code)
}

#[test]
fn the_document_type_is_a_node() {
    assert_eq!(
        say(
            "const t = document.doctype; return [t.name, t.nodeType, document.firstChild === t, \
             document.compatMode, t.nextSibling === document.documentElement].join()"
        ),
        "html,10,true,CSS1Compat,true"
    );
    assert_eq!(
        Scripted::new("<p>x").say("return document.compatMode + document.doctype"),
        "BackCompatnull"
    );
}

#[test]
fn there_are_documents_that_are_not_shown() {
    assert_eq!(
        say(
            "const d = document.implementation.createHTMLDocument('t'), e = \
             d.createElement('DIV'); \
             d.body.append(e, 'x'); const before = [e.ownerDocument === d, e.isConnected, \
             d.title]; \
             const p = document.getElementById('p'); d.body.append(p); \
             before.push(p.ownerDocument === d, d.querySelector('b').textContent); \
             document.body.append(e); before.push(e.ownerDocument === document, e.tagName); \
             const x = document.implementation.createDocument(null, 'Root'); \
             return before.concat(x.documentElement.tagName, x.createElement('Div').localName, \
             x.contentType, x.defaultView).join()"
        ),
        "true,true,t,true,two,true,DIV,Root,Div,application/xml,"
    );
}

#[test]
fn markup_is_parsed_into_documents() {
    assert_eq!(
        say(
            "const h = new DOMParser().parseFromString('<title>t</title><p>x<script>self.ran = 1<\
             /script>', 'text/html'); \
             const x = new DOMParser().parseFromString('<a xmlns=\"u\" xmlns:b=\"v\"><b:c d=\"&lt;1\
             \"/><![CDATA[<]]></a>', 'text/xml'); \
             const bad = new DOMParser().parseFromString('<a><b></a>', 'text/xml'); \
             return [h.title, h.body.firstChild.localName, typeof ran, \
             x.documentElement.namespaceURI, \
             x.documentElement.firstChild.namespaceURI, \
             x.documentElement.firstChild.getAttribute('d'), \
             x.documentElement.lastChild.nodeType, new XMLSerializer().serializeToString(x), \
             bad.documentElement.localName].join(' ')"
        ),
        "t p undefined u v <1 4 <a xmlns=\"u\" xmlns:b=\"v\"><b:c d=\"&lt;1\"/><![CDATA[<]]></a> \
         parsererror"
    );
}

#[test]
fn attributes_are_nodes_with_namespaces() {
    assert_eq!(
        say(
            "const x = document.getElementById('x'); x.setAttributeNS('u:v', 'q:r', 1); \
             const a = x.getAttributeNode('class'), r = x.getAttributeNodeNS('u:v', 'r'); \
             x.removeAttribute('class'); x.setAttribute('class', 'c'); \
             return [a.value, a.ownerElement, a !== x.getAttributeNode('class'), r.name, r.prefix, \
             r.nodeType, r.ownerElement === x, x.attributes['q:r'] === r, x.attributes.length, \
             x.hasAttributeNS('u:v', 'r'), x.hasAttribute('r')].join()"
        ),
        "a b,,true,q:r,q,2,true,true,3,true,false"
    );
}

#[test]
fn ranges_follow_the_tree() {
    assert_eq!(
        say(
            "const p = document.getElementById('p'), r = document.createRange(); \
             r.setStart(p.firstChild, 1); r.setEnd(p.lastChild.firstChild, 2); \
             const out = [r.toString(), r.commonAncestorContainer === p]; \
             p.firstChild.insertData(0, '__'); out.push(r.startOffset); \
             const f = r.extractContents(); out.push(f.textContent, p.innerHTML, r.collapsed); \
             p.remove(); out.push(r.startContainer === p, r.startOffset); \
             const s = getSelection(); s.selectAllChildren(document.body); \
             out.push(s.rangeCount, s.toString().trim()); return out.join('|')"
        ),
        "netw|true|3|netw|__o<b id=\"b\">o</b>|true|false|0|1|k"
    );
}

#[test]
fn observers_hear_what_a_change_was() {
    let mut page = Scripted::new(PAGE);
    let said = page.say(
        "new MutationObserver((all) => console.log(all.map((r) => [r.type, r.target.id, \
         r.addedNodes.length, r.removedNodes.length, r.attributeName, \
         r.oldValue].join()).join(' '))) \
         .observe(document.getElementById('x'), { childList: true, attributes: true, subtree: \
         true, \
         attributeOldValue: true, characterDataOldValue: true }); \
         const p = document.getElementById('p'); p.textContent = 'new'; p.firstChild.data = 'q'; \
         p.title = 't'; p.replaceWith(p, 'x'); p.remove(); p.lang = 'after it went'",
    );
    assert_eq!(
        said.lines().last(),
        Some(
            "childList,p,1,2,, characterData,,0,0,,new attributes,p,0,0,title, childList,x,0,1,, \
         childList,x,2,0,, childList,x,0,1,, attributes,p,0,0,lang,"
        )
    );
}

#[test]
fn elements_are_what_their_names_were_defined_as() {
    let mut page = Scripted::new("<body><x-a n=1>t</x-a>");
    assert_eq!(
        page.say(
            "const seen = []; class A extends HTMLElement { static observedAttributes = ['n']; \
             constructor() { super(); this.made = true; seen.push('made'); } \
             connectedCallback() { seen.push('in'); } disconnectedCallback() { seen.push('out'); } \
             attributeChangedCallback(k, o, v) { seen.push(k + o + v); } } \
             customElements.define('x-a', A); const a = document.querySelector('x-a'); \
             a.setAttribute('n', 2); a.remove(); const b = new A; b.innerHTML = '<x-a></x-a>'; \
             document.body.append(b); const d = document.createElement('x-a'); \
             try { new HTMLElement } catch (e) { seen.push(e.name) } \
             return [a instanceof A, a.made, b.firstChild instanceof A, d.made, \
             customElements.get('x-a') === A].join() + ' ' + seen.join(' ')"
        ),
        "true,true,true,true,true made nnull1 in n12 out made in made in made TypeError"
    );
}

#[test]
fn rules_of_style_sheets_can_be_changed() {
    let mut page = Scripted::new(
        "<style id=s>p { width: 10px } @media all { b { color: red } }</style><p id=p>",
    );
    assert_eq!(
        page.say(
            "const s = document.styleSheets[0], r = s.cssRules[0]; const out = [s.ownerNode.id, \
             s.cssRules.length, r.selectorText, r.style.width, \
             s.cssRules[1].cssRules[0].selectorText]; \
             r.style.width = '20px'; out.push(getComputedStyle(p).width); \
             s.insertRule('p { height: 7px }', 0); out.push(s.cssRules[1] === r, \
             getComputedStyle(p)\
             .height, r.cssText); s.deleteRule(1); out.push(r.parentStyleSheet); \
             s.disabled = true; out.push(getComputedStyle(p).height); return out.join('|')"
        ),
        "s|2|p|10px|b|20px|true|7px|p { width: 20px; }||0px"
    );
}

#[test]
fn data_is_copied_as_what_it_is() {
    assert_eq!(
        say(
            "const o = { d: new Date(5), m: new Map([[1, new Set([2])]]), a: [1, , 3], r: /x/gi, \
             e: new RangeError('m'), b: new Uint8Array([1, 2]) }; o.self = o; const c = \
             structuredClone(o); return [c.self === c, c.d.getTime(), [...c.m.get(1)], c.a.length, \
             1 in c.a, c.r.flags, c.e instanceof RangeError, c.e.message, c.b[1], c.b !== \
             o.b].join()"
        ),
        "true,5,2,3,false,gi,true,m,2,true"
    );
    let mut page = Scripted::new("<body>");
    page.say(
        "const { port1, port2 } = new MessageChannel; port2.onmessage = (e) => \
         console.log('port', e.data, e.ports.length); port1.postMessage({ a: 1 }.a, [new \
         MessageChannel().port1]); onmessage = (e) => console.log(e.data.x, e.origin === origin); \
         postMessage({ x: 'y' }, '*')",
    );
    let refused = "try { structuredClone(document) } catch (e) { return e.name }";
    assert_eq!(page.say(refused), "DataCloneError");
    page.pass();
    let mut log = page.log();
    log.sort();
    assert_eq!(log, ["port 1 1", "y true"]);
}

#[test]
fn elements_with_ids_are_names_of_the_window() {
    let mut page = Scripted::new("<body><p id=one></p><form name=two></form>");
    assert_eq!(
        page.say(
            "const out = [one.localName, window.two.localName, typeof three]; \
             document.body.insertAdjacentHTML('beforeend', '<i id=three>'); \
             out.push(three.localName); \
             one.remove(); out.push(typeof window.one); self.two = 5; out.push(two); \
             document.body.id = 'document'; out.push(document.nodeType); return out.join()"
        ),
        "p,form,undefined,i,undefined,5,9"
    );
}

#[test]
fn the_text_of_an_element_is_as_it_is_shown() {
    let mut page = Scripted::new(
        "<body><div id=d>a  b<br>c<p>d</p><span style='display:none'>x</span><pre>1\n 2</pre>\
         <script>3</script>e</div>",
    );
    assert_eq!(
        page.say("return JSON.stringify(document.getElementById('d').innerText)"),
        "\"a b\\nc\\n\\nd\\n\\n1\\n 2\\ne\""
    );
    assert_eq!(
        page.say("d.innerText = 'a\\nb'; return d.innerHTML"),
        "a<br>b"
    );
}

#[test]
fn watchers_of_boxes_are_told_after_layout() {
    let mut page = Scripted::new("<body><div id=d style='width:50px;height:20px'></div>");
    page.say(
        "new ResizeObserver((all) => console.log(all[0].contentRect.width)).observe(d); \
         new IntersectionObserver((all) => console.log('seen', all[0].isIntersecting)).observe(d)",
    );
    page.log();
    page.view.with_script(crate::script::Realm::tell_boxes);
    page.pass();
    assert_eq!(page.log(), ["50", "seen true"]);
    page.say("d.style.width = '60px'; d.style.marginTop = '5000px'");
    page.log();
    page.view.with_script(crate::script::Realm::tell_boxes);
    page.pass();
    assert_eq!(page.log(), ["60", "seen false"]);
}

#[test]
fn members_are_as_interfaces_have_them() {
    assert_eq!(
        say(
            "const names = []; for (const k in document.body) names.push(k); const fails = (f) \
             => { \
             try { f(); return 'no' } catch (e) { return e.name } }; \
             return [names.includes('firstChild'), String(document.body), String(document.all[0] \
             .classList), Object.prototype.toString.call(document.childNodes), fails(() => new \
             Node), \
             fails(() => document.createElement()), fails(() => document.createElement('a b')), \
             Object.keys(document.getElementsByTagName('p')).join('+'), \
             'p' in document.getElementsByTagName('p')].join()"
        ),
        "true,[object HTMLBodyElement],,[object NodeList],TypeError,TypeError,\
         InvalidCharacterError,0,true"
    );
}

#[test]
fn chance_and_time_are_as_fine_as_they_may_be() {
    assert_eq!(
        say(
            "const a = crypto.getRandomValues(new Uint32Array(4)), t = performance.now(); \
             performance.mark('m'); performance.measure('n', 'm'); \
             return [a.some((n) => n !== 0), /^[0-9a-f-]{36}$/.test(crypto.randomUUID()), \
             Math.abs(t * 10 - Math.round(t * 10)) < 1e-6, performance.getEntriesByType('measure') \
             .length].join()"
        ),
        "true,true,true,1"
    );
}

#[test]
fn a_page_may_have_names_of_the_window_for_its_own() {
    let mut page = Scripted::new(
        "<script>var parent = { a: 1 }; var screen = 5; origin = 'x'; var top = 7; \
         function event() { return 'e' }</script>",
    );
    assert_eq!(
        page.say(
            "return [parent.a, screen, origin, top === window, event(), self === window].join()"
        ),
        "1,5,x,true,e,true"
    );
}

#[test]
fn observers_hear_of_marks_and_measures_later() {
    let mut page = Scripted::new(PAGE);
    assert_eq!(
        page.say(
            "performance.mark('early'); globalThis.told = []; const tell = (name) => (list, of) => \
               told.push(name + ' ' + list.getEntries().map((at) => at.name) + ' ' \
               + list.getEntriesByType('mark').length + (of instanceof PerformanceObserver)); \
             const all = new PerformanceObserver(tell('all')); \
             all.observe({ entryTypes: ['mark', 'measure', 'longtask'] }); \
             const late = new PerformanceObserver(tell('late')); \
             late.observe({ type: 'mark', buffered: true }); \
             const gone = new PerformanceObserver(tell('gone')); gone.observe({ type: 'mark' }); \
             const taken = new PerformanceObserver(tell('taken')); \
             taken.observe({ entryTypes: ['measure'] }); \
             performance.mark('m'); performance.measure('n', 'm'); gone.disconnect(); \
             const odd = [{}, { entryTypes: ['mark'], type: 'mark' }].map((options) => { \
               try { all.observe(options); } catch (error) { return error.name; } }); \
             try { late.observe({ entryTypes: ['mark'] }); } \
             catch (error) { odd.push(error.name); } \
             new PerformanceObserver(() => {}).observe({ type: 'paint' }); \
             return [PerformanceObserver.supportedEntryTypes, taken.takeRecords().length, odd, \
               told.length].join()"
        ),
        "mark,measure,1,TypeError,TypeError,InvalidModificationError,0"
    );
    page.pass();
    assert_eq!(
        page.say("return told.sort().join('; ')"),
        "all m,n 1true; late early,m 2true"
    );
}
