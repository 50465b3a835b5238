//! Claims about modules and import maps.

use super::loading::title_of;

const SCRIPT: &str = "text/javascript";

#[test]
fn modules_import_each_other_and_know_where_they_are() {
    let found = title_of(
        "<script type=module>import { a, b } from '/a.js'; import * as c from './sub/c.js'; \
         document.title = 'end ' + [a, b(), c.name, import.meta.url, \
         import.meta.resolve('./x'), typeof document.currentScript, typeof this]</script>",
        &[
            (
                "/a.js",
                SCRIPT,
                "import { c } from './sub/c.js'; export const a = 'a' + c; export { b } \
              from './b.js'",
            ),
            (
                "/b.js",
                SCRIPT,
                "export function b() { return import.meta.url }",
            ),
            ("/sub/c.js", SCRIPT, "export const c = 'c', name = 'sub'"),
        ],
    );
    assert_eq!(
        found,
        "ac,http://site.test/b.js,sub,http://site.test/page,http://site.test/x,object,undefined"
    );
}

#[test]
fn a_circle_of_modules_ends_and_each_runs_once() {
    let found = title_of(
        "<script>var o = []</script><script type=module>import '/a.js'; import '/b.js'; \
         document.title = 'end ' + o</script>",
        &[
            (
                "/a.js",
                SCRIPT,
                "import { b } from './b.js'; o.push('a' + b()); export const a = 1",
            ),
            (
                "/b.js",
                SCRIPT,
                "import { a } from './a.js'; o.push('b'); export function b() { try { \
              return a } catch (e) { return e.name } }",
            ),
        ],
    );
    assert_eq!(found, "b,aReferenceError");
}

#[test]
fn import_waits_for_what_is_fetched_and_fails_where_that_does() {
    let found = title_of(
        "<script>(async () => { const o = []; for (const name of ['/m.js', '/m.js?2', '/none.js', \
         'bare', '/bad.js', '/deep.js']) { try { const m = await import(name); \
         o.push(m.default ?? m.then) } catch (e) { o.push(e.name) } } const [p, q] = await \
         Promise.all([import('/late.js'), import('/late.js')]); o.push(p === q, p.n, \
         Object.keys(p)); document.title = 'end ' + o })()</script>",
        &[
            ("/m.js", SCRIPT, "export default 'm'"),
            ("/m.js?2", SCRIPT, "export default 'm2'"),
            ("/bad.js", SCRIPT, "export default ;;; ("),
            ("/deep.js", SCRIPT, "export { default } from './m.js'"),
            (
                "/late.js",
                SCRIPT,
                "export const n = await new Promise((r) => setTimeout(r, 5, 7))",
            ),
        ],
    );
    assert_eq!(found, "m,m2,TypeError,TypeError,SyntaxError,m,true,7,n");
}

#[test]
fn imports_that_take_long_are_settled_though_nothing_else_happens() {
    let found = title_of(
        "<script>let n = 0; for (let i = 0; i < 100; i++) import('data:text/javascript,' + \
         'const end = performance.now() + 3; while (performance.now() < end); //' + i)\
         .then(() => { if (++n === 100) document.title = 'end ' + n })</script>",
        &[],
    );
    assert_eq!(found, "100");
}

#[test]
fn an_import_map_names_modules_for_static_and_dynamic_imports() {
    let found = title_of(
        "<script type=importmap>{\"imports\": {\"lib\": \"/lib.js\", \"lib/\": \"/parts/\"}}\
         </script>\
         <script type=module>import lib from 'lib'; import { part } from 'lib/part.js'; \
         const again = await import('lib'); document.title = 'end ' + [lib, part, \
         again.default]</script>",
        &[
            (
                "/lib.js",
                SCRIPT,
                "import { part } from 'lib/part.js'; export default 'lib ' + part",
            ),
            ("/parts/part.js", SCRIPT, "export const part = 'part'"),
        ],
    );
    assert_eq!(found, "lib part,part,lib part");
}

#[test]
fn a_module_may_await_at_its_top_and_be_json() {
    let found = title_of(
        "<script type=module>import data from '/data.json' with { type: 'json' }; import { late } \
         from '/late.js'; document.title = 'end ' + [data.list.length, late]</script>",
        &[
            ("/data.json", "application/json", "{\"list\": [1, 2]}"),
            (
                "/late.js",
                SCRIPT,
                "export const late = await new Promise((r) => setTimeout(r, 5, 1))",
            ),
        ],
    );
    assert_eq!(found, "2,1");
}

#[test]
fn the_prelude_is_no_module_of_the_page() {
    let found = title_of(
        "<script>import('prelude').then(() => 'there', (e) => e.name).then((r) => document.title = \
         'end ' + r)</script>",
        &[],
    );
    assert_eq!(found, "TypeError");
}
