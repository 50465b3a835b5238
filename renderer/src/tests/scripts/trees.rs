//! Random operations on a few nodes: wrappers stay the same objects, and the tree is whole.

use super::Scripted;
use proptest::prelude::*;

const SETUP: &str = "<body><div id=root></div><script>
const root = document.getElementById('root'), nodes = [];
for (let i = 0; i < 20; i++) {
  const n = i % 5 === 4 ? document.createTextNode('t' + i) : document.createElement(i % 7 === 6 ? \
  'template' : 'div');
  n.mark = i;
  nodes.push(n);
}
function step(op, a, b) {
  const x = nodes[a], y = nodes[b];
  try {
    switch (op) {
      case 0: x.appendChild(y); break;
      case 1: root.appendChild(x); break;
      case 2: x.remove(); break;
      case 3: x.parentNode && x.parentNode.insertBefore(y, x); break;
      case 4: x.parentNode && x.parentNode.replaceChild(y, x); break;
      case 5: x.textContent = 'new'; break;
      case 6: x.cloneNode(true); break;
      case 7: x.content && x.content.append(y); break;
      case 8: x.innerHTML = '<p>a<b>b</b></p>'; break;
      case 9: x.normalize(); break;
      case 10: y.after && y.after(x); break;
      case 11: root.innerHTML = ''; break;
    }
  } catch (e) { if (e.name !== 'HierarchyRequestError') throw e; }
}
function check() {
  const bad = [];
  nodes.forEach((n, i) => {
    if (n.mark !== i) bad.push('mark ' + i);
    const p = n.parentNode;
    if (p) {
      if (Array.prototype.indexOf.call([...p.childNodes], n) < 0) bad.push('parent ' + i);
      if (n.nextSibling && n.nextSibling.previousSibling !== n) bad.push('sibling ' + i);
    }
    if (n.isConnected !== document.contains(n)) bad.push('connected ' + i);
    for (const c of n.childNodes) if (c.parentNode !== n) bad.push('child ' + i);
  });
  return bad.join() || 'whole';
}
</script>";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn wrappers_and_links_hold_through_any_changes(
        steps in prop::collection::vec((0..12u8, 0..20u8, 0..20u8, 0..8u8), 1..60),
    ) {
        let mut page = Scripted::new(SETUP);
        for (op, a, b, then) in steps {
            page.say(&format!("step({op}, {a}, {b})"));
            if then == 0 {
                page.gc();
            }
            prop_assert_eq!(page.say("return check()"), "whole");
        }
    }
}

#[test]
fn what_nobody_holds_is_dropped_and_what_is_held_stays() {
    let mut page = Scripted::new("<body><script>var held = [];</script>");
    let before = page.document().tree().len();
    page.say(
        "for (let i = 0; i < 2000; i++) { const d = document.createElement('div'); \
         d.innerHTML = '<p><b>x</b></p>'; if (i % 100 === 0) held.push(d.firstChild.firstChild); } \
         const c = document.createElement('section'), inner = document.createElement('em'); \
         inner.expando = 42; inner.onclick = () => { window.heard = true; }; c.append(inner); \
         window.c = c;",
    );
    page.gc();
    let after = page.document().tree().len();
    assert!(
        after - before < 20 * 4 + 20,
        "{before} nodes have become {after}"
    );
    assert_eq!(
        page.say(
            "document.body.append(c); c.firstChild.click(); return held.length + \
            held[3].textContent + \
             held[3].parentNode.parentNode.tagName + c.firstChild.expando + heard"
        ),
        "20xDIV42true"
    );
    page.say("held = null; c.remove(); c = null;");
    page.gc();
    page.gc();
    assert_eq!(page.document().tree().len(), before, "all is gone");
}

#[test]
fn the_contents_of_a_template_live_as_long_as_it_does() {
    let mut page = Scripted::new("<body><template id=t><p>x</p></template>");
    page.say("document.getElementById('t').content.firstChild.textContent = 'y'");
    page.gc();
    page.gc();
    assert_eq!(
        page.say("return document.getElementById('t').innerHTML"),
        "<p>y</p>"
    );
}
