//! XPath, as pages use it.

use super::{Scripted, on_stack};

const PAGE: &str = "<ul id=list class='a b'><li id=one hx-on:click=1>One</li><li id=two \
     data-n=2>Two <b>bold</b></li><li id=three>3</li></ul><p id=after>after</p><script>\
     const ids = (path, at = document) => { const found = document.evaluate(path, at, null, \
     XPathResult.ORDERED_NODE_SNAPSHOT_TYPE), out = []; for (let i = 0; i < found.snapshotLength; \
     i++) out.push(found.snapshotItem(i).id || found.snapshotItem(i).nodeName); return out + ''; };\
     const value = (path, type) => { const found = document.evaluate(path, document, null, type);\
     return found[['numberValue', 'stringValue', 'booleanValue'][type - 1]]; };</script>";

#[test]
fn paths_find_nodes_in_the_order_of_the_document() {
    let mut page = Scripted::new(PAGE);
    for (path, found) in [
        ("//li", "one,two,three"),
        ("//LI[2]", "two"),
        ("/html/body/ul/li[last()]", "three"),
        ("//li[position() < 3][@id != 'one']", "two"),
        ("//b/ancestor::*", "HTML,BODY,list,two"),
        ("//b/ancestor::*[1]", "two"),
        ("//li[@id='two']/preceding-sibling::li | //p", "one,after"),
        ("//li[@id='one']/following::*", "two,B,three,after,SCRIPT"),
        ("//p/preceding::li[1]", "three"),
        ("id('three one')", "one,three"),
        ("//*[contains(concat(' ', @class, ' '), ' b ')]", "list"),
        ("(//li)[2]/..", "list"),
        ("//li[b]", "two"),
        ("//li[not(b) and string-length(.) = 3]", "one"),
        ("//text()[normalize-space(.) = 'bold']/parent::node()", "B"),
        (".//*[@*[starts-with(name(), 'hx-on:')]]", "one"),
        ("//nothing", ""),
    ] {
        let code = format!("return ids({path:?})");
        assert_eq!(page.say(&code), found, "{path}");
    }
    assert_eq!(
        page.say("return ids('.//b', document.getElementById('two'))"),
        "B"
    );
    assert_eq!(
        page.say(
            "const all = new XPathEvaluator().createExpression('//@id').evaluate(document); let \
             n = [], it; while ((it = all.iterateNext())) n.push(it.value); return n.join()"
        ),
        "list,one,two,three,after"
    );
}

#[test]
fn values_are_computed() {
    let mut page = Scripted::new(PAGE);
    for (path, kind, value) in [
        ("1 + 2 * 3 - 4 div 2", 1, "5"),
        ("count(//li)", 1, "3"),
        ("7 mod 4 = 3 or false()", 3, "true"),
        ("sum(//li[3]) + //li/@data-n", 1, "5"),
        ("substring('12345', 1.5, 2.6)", 2, "234"),
        ("translate('bar', 'abc', 'AB')", 2, "BAr"),
        ("substring-after('a=b', '=')", 2, "b"),
        ("string(//li[2])", 2, "Two bold"),
        ("round(-1.5) = -1", 3, "true"),
        ("local-name(//b)", 2, "b"),
        ("//li = 'One'", 3, "true"),
        ("number('x') = number('x')", 3, "false"),
    ] {
        let code = format!("return String(value({path:?}, {kind}))");
        assert_eq!(page.say(&code), value, "{path}");
    }
}

#[test]
fn hostile_expressions_are_errors() {
    on_stack(|| {
        let mut page = Scripted::new(PAGE);
        let code = "let out = []; for (const path of ['', '//', 'a[', ')', '1 +', 'x:y', '$v', \
             'nope()', \"'open\", '\\u0000', '('.repeat(5e3), '-'.repeat(2e4), \
             '//a['.repeat(3e3)]) { try { document.evaluate(path, document, () => null, 0); \
             out.push('none') } catch (e) { out.push(e.name) } } \
             return out.filter((it) => !/Error/.test(it)).length";
        assert_eq!(page.say(code), "0");
        assert_eq!(
            page.say(
                "Array.prototype.push = Set.prototype.has = () => { throw 1 }; \
                 Object.defineProperty(Object.prototype, 'owner', { get() { return 1 }, \
                 configurable: true }); return ids.length + document.evaluate('count(//li)', \
                 document, null, 1).numberValue"
            ),
            "4"
        );
    });
}
