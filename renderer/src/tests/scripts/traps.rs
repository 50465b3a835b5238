//! One test for each thing that would end the process, or worse, if nobody looked after it.

use super::Scripted;

const PAGE: &str = "<!DOCTYPE html><body><div id=x><p id=p>one<b id=b>two</b></p>\
    <button id=k>k</button></div>";

fn say(code: &str) -> String {
    Scripted::new(PAGE).say(code)
}

#[test]
fn nothing_is_null_and_not_undefined() {
    assert_eq!(
        say(
            "return [document.body.firstChild.previousSibling, document.getElementById('no'), \
             document.querySelector('no'), document.body.getAttribute('no'), document.parentNode] \
             .map(String).join()"
        ),
        "null,null,null,null,null"
    );
}

#[test]
fn a_circle_is_refused() {
    assert_eq!(
        say(
            "const x = document.getElementById('x'), p = document.getElementById('p'), o = []; \
             const t = document.createElement('template'), f = document.createDocumentFragment(); \
             for (const g of [() => x.append(x), () => p.append(x), () => \
             p.firstChild.appendChild(x), \
             () => document.body.append(document), () => x.insertBefore(p, p), () => x.before(x), \
             () => x.insertBefore(document.createElement('i'), document.body), \
             () => document.append(document.createElement('html')), () => document.append('x'), \
             () => t.content.append(t), () => f.append(f), () => \
             x.append(document.documentElement)]) \
             try { g(); o.push('ok'); } catch (e) { o.push(e.name.slice(0, 9)); } return o.join(' \
             ')"
        ),
        "Hierarchy Hierarchy Hierarchy Hierarchy ok ok NotFoundE Hierarchy Hierarchy Hierarchy \
         Hierarchy Hierarchy"
    );
}

#[test]
fn depth_is_bounded_in_trees_outside_the_document_too() {
    let depth = "let c = document.createElement('div'), n = 0; try { for (;;) { \
        const o = document.createElement('div'); o.append(c); c = o; n++; } } catch (e) { \
        return n < 600 && e.name }";
    assert_eq!(say(depth), "HierarchyRequestError");
    assert_eq!(
        say(
            "document.getElementById('x').innerHTML = '<div>'.repeat(100000); \
             return document.querySelectorAll('div').length < 600"
        ),
        "true"
    );
    assert_eq!(
        say(
            "let q = document.createElement('template'), n = 0; try { for (;; n++) { \
             const c = document.createElement('template'); c.content.append(q); q = c } } \
             catch (e) { q.cloneNode(true); try { document.body.append(q) } catch { n++ } return \
             n < 600 && e.name }"
        ),
        "HierarchyRequestError"
    );
}

#[test]
fn nodes_and_text_are_bounded() {
    assert_eq!(
        say("const x = document.getElementById('x'); try { for (;;) \
            x.append(document.createElement('i')) } \
             catch (e) { return e.name }"),
        "QuotaExceededError"
    );
    assert_eq!(
        say(
            "const t = 'x'.repeat(1 << 22); let n = 0; try { for (;; n++) \
             document.createElement('i').title = t } catch (e) { return e.name + (n < 10) }"
        ),
        "QuotaExceededErrortrue"
    );
    assert_eq!(
        say(
            "const x = document.getElementById('x'); try { for (;;) x.append(x.cloneNode(true)) } \
             catch (e) { return e.name }"
        ),
        "QuotaExceededError"
    );
    assert_eq!(
        say(
            "try { document.body.innerHTML = '<b>x</b>'.repeat(200000) } catch (e) { return \
            e.name }"
        ),
        "QuotaExceededError"
    );
}

#[test]
fn a_url_that_does_not_resolve_never_reaches_blitz() {
    let mut page = Scripted::new(PAGE);
    assert_eq!(
        page.say(
            "for (const u of ['http://[', 'http://a b', '//', 'javascript:1', '\\ud800', \
            'http://\\0']) \
             for (const [t, a] of [['img', 'src'], ['a', 'href'], ['link', 'href'], ['form', \
             'action'], \
             ['button', 'formaction'], ['iframe', 'src'], ['object', 'data'], ['base', 'href'], \
             ['input', 'src'], ['script', 'src']]) { const e = document.createElement(t); \
             if (t === 'link') e.rel = 'stylesheet'; e.setAttribute(a, u); \
             document.body.append(e); \
             e.setAttribute(a, u); e.removeAttribute(a); e.setAttribute(a, u); e.click(); \
             e.remove(); \
             document.body.insertAdjacentHTML('beforeend', `<${t} ${a}=\"${u}\" \
             rel=stylesheet>`); } \
             document.body.style.backgroundImage = 'url(\"http://[\")'; return 'alive'"
        ),
        "alive"
    );
}

#[test]
fn an_anchor_without_a_parent_is_no_place() {
    assert_eq!(
        say(
            "const a = document.createElement('a'); a.before('x'); a.after('x'); \
            a.replaceWith('x'); \
             a.remove(); try { document.body.insertBefore(document.createElement('i'), a) } \
             catch (e) { return e.name }"
        ),
        "NotFoundError"
    );
}

#[test]
fn a_link_loses_its_address_before_its_sheet_is_there() {
    assert_eq!(
        say(
            "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '/s.css'; \
             document.body.append(l); l.removeAttribute('href'); l.remove(); l.href = '/t.css'; \
             document.body.append(l); return l.href"
        ),
        "http://site.test/t.css"
    );
}

#[test]
fn a_label_that_is_its_own_control_comes_to_an_end() {
    assert_eq!(
        say(
            "document.body.innerHTML = '<label id=l for=l>x<input type=range></label>'; \
             const l = document.getElementById('l'), i = l.firstElementChild; let n = 0; \
             i.onclick = () => { if (n++ < 5000) l.click() }; l.click(); i.click(); return 'alive'"
        ),
        "alive"
    );
}

#[test]
fn a_style_whose_text_comes_in_pieces_is_read_in_whole() {
    assert_eq!(
        say(
            "const s = document.createElement('style'); s.append('#x { wid', 'th: 33px }'); \
             const before = document.getElementById('x').offsetWidth !== 33; \
             document.head.append(s); \
             const now = document.getElementById('x').offsetWidth; s.firstChild.data = '#x { \
             max-wid'; \
             s.lastChild.data = 'th: 22px }'; const then = \
             document.getElementById('x').offsetWidth; \
             s.remove(); return [before, now, then, document.getElementById('x').offsetWidth > \
             33].join()"
        ),
        "true,33,22,true"
    );
    assert_eq!(
        say(
            "const s = document.createElement('style'); s.textContent = '@import \"\"; #x { \
            width: 9e30px }'; \
             document.head.append(s); document.body.offsetWidth; s.cloneNode(true).remove(); \
             return 'alive'"
        ),
        "alive"
    );
}

#[test]
fn a_body_that_its_own_click_empties_is_alive() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 }</style><button id=k \
        style='width:100px;height:50px'>k</button><script>\
         document.body.onclick = () => { document.body.innerHTML = ''; document.body.textContent \
         = 'x'; };\
         </script>",
    );
    for _ in 0..5 {
        page.click(10.0, 10.0);
    }
    assert_eq!(page.say("return document.body.innerHTML"), "x");
}

#[test]
fn a_handle_cannot_be_forged() {
    assert_eq!(
        say(
            "const out = []; for (const f of [() => Object.create(Node.prototype).nodeType, () => \
            new Node(), \
             () => new Element(), () => new HTMLElement(), () => \
             Node.prototype.appendChild.call(window, document.body), \
             () => new Proxy(document.body, {}).nodeType, () => document.body.appendChild(new \
             Proxy(document.body, {})), \
             () => document.body.appendChild({}), () => document.body.appendChild(5), \
             () => Event.prototype.preventDefault.call({}), () => \
             document.createElement(Symbol()), \
             () => document.createElement(''), () => document.createElement('a b'), \
             () => document.body.setAttribute('\\0 <>', 'x'), () => new NodeList(), \
             () => document.body.childNodes.item.call([])]) try { f(); out.push('!') } catch (e) \
             { out.push(e.name[0]) } \
             return out.join('')"
        ),
        "TTTTTTTTTTTIIITT"
    );
}

#[test]
fn what_a_page_replaces_the_prelude_does_not_use() {
    assert_eq!(
        say(
            "Map.prototype.get = () => ({}); WeakRef.prototype.deref = () => document.body; \
             Map.prototype.set = () => { throw 1 }; Array.prototype.push = () => { throw 2 }; \
             Array.prototype[Symbol.iterator] = function* () { yield 1e300; yield NaN }; \
             Function.prototype.apply = Function.prototype.call = () => { throw 3 }; \
             Object.defineProperty(Array.prototype, '0', { set(v) { leaked = typeof v }, get() { \
             return 5 } }); \
             Object.defineProperty(Node, Symbol.hasInstance, { value: () => true }); \
             window.leaked = 'no'; \
             let e1 = ''; try { document.body.appendChild({}) } catch (e) { e1 = e.name } \
             document.body.append('hi'); document.querySelectorAll('*').length; let n = 0; \
             document.getElementById('k').onclick = () => { n++ }; \
             document.getElementById('k').click(); \
             return e1 + leaked + n + document.body.lastChild.data"
        ),
        "TypeErrorno1hi"
    );
}

#[test]
fn what_is_shared_between_threads_is_not_there() {
    assert_eq!(
        say("return typeof SharedArrayBuffer + typeof Atomics"),
        "undefinedundefined"
    );
}

#[test]
fn a_picture_that_is_to_be_a_table_is_laid_out() {
    let tags = ["img", "canvas", "iframe", "video", "embed"];
    for tag in tags {
        let mut page = Scripted::new(&format!(
            "<div style='display:grid'><{tag} style='display:table'></{tag}></div>\
             <p>a<{tag} id=b></{tag}></p>"
        ));
        let said = page.say(
            "const b = document.getElementById('b'); const all = [];
             for (const display of ['table', 'block', 'inline-table', 'grid', 'table']) {
               b.style.display = display; all.push(b.getBoundingClientRect().width >= 0); }
             return all.join()",
        );
        assert_eq!(said, "true,true,true,true,true", "{tag}");
    }
}

#[test]
fn a_picture_with_rows_in_it_is_no_table() {
    for tag in ["img", "canvas", "iframe", "video", "embed", "svg"] {
        let mut page = Scripted::new(&format!("<p>a<{tag} id=b></{tag}></p>"));
        let said = page.say(
            "const b = document.getElementById('b'); b.append(document.createElement('tr'));
             return b.getBoundingClientRect().width >= 0",
        );
        assert_eq!(said, "true", "{tag}");
    }
}

#[test]
fn a_picture_is_no_table_while_something_moves() {
    let mut page = Scripted::new(
        "<style>@keyframes k { to { opacity: 0.5 } } * { animation: k 9s infinite }</style>\
         <p>x<div style='display: grid'><canvas id=a style='display: table'>y</canvas></div>\
         <video id=b>z</video><p id=c>end",
    );
    page.settle();
    let said = page.say(
        "const at = (id) => document.getElementById(id);
         at('b').style.display = 'inline-table'; const c = at('c').getBoundingClientRect();
         at('b').style.display = 'none'; const gone = at('b').getBoundingClientRect().width;
         return [gone, c.width > 0, at('b').attributes.length].join()",
    );
    assert_eq!(said, "0,true,2");
    page.settle();
}

#[test]
fn a_state_that_changes_as_a_style_sheet_comes_is_no_trap() {
    let mut page = Scripted::new(
        "<style>:focus { color: red } :checked + b { color: red }</style><input id=a class=x>\
         <input type=checkbox id=c><b>b</b>",
    );
    let said = page.say(
        "document.getElementById('a').focus(); document.getElementById('c').checked = true;
         const s = document.createElement('style'); s.textContent = '.x { color: blue } [id] { \
         margin: 1px } [type=checkbox] { margin: 2px }'; document.head.append(s);
         return document.getElementById('c').getBoundingClientRect().width > 0",
    );
    assert_eq!(said, "true");
}

#[test]
fn what_stood_in_a_line_may_become_the_root() {
    for display in [
        "inline",
        "inline-block",
        "contents",
        "inline-table",
        "table-cell",
    ] {
        let mut page = Scripted::new(&format!(
            "<p>a<b id=b style='display: {display}'>b<i>i</i></b></p>"
        ));
        let said = page.say(
            "const b = document.getElementById('b'); b.getBoundingClientRect();
             document.documentElement.replaceWith(b); b.getBoundingClientRect();
             b.append('c', document.createElement('p'), 'd');
             return b.getBoundingClientRect().width",
        );
        assert_eq!(said, "400", "{display}");
    }
}

#[test]
fn an_element_moves_into_what_stood_beside_it() {
    // Layout has put the words and `y` into a block of its own, which stays until the next layout.
    let mut page = Scripted::new("<!DOCTYPE html><div id=x>words<i id=y></i><p>block</p></div>");
    assert_eq!(
        page.say(
            "const x = document.getElementById('x'), y = document.getElementById('y'); \
             x.offsetWidth; x.replaceWith(y); y.append(x); return x.offsetWidth > 0"
        ),
        "true"
    );
}

#[test]
fn blocks_that_layout_makes_show_nothing_twice() {
    let nested = "words<div>".repeat(30);
    let page = Scripted::new(&format!("<!DOCTYPE html>{nested}"));
    let shown = crate::document::shown::nodes(page.document());
    let once: std::collections::HashSet<_> = shown.iter().collect();
    assert_eq!(once.len(), shown.len());
}
