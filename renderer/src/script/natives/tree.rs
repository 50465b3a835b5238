//! The tree: what stands where, and moving it.

use crate::document::elements::element;
use crate::script::handles::{Bare, Handle, List, OrName, OrNull, Refusal, handles};
use crate::script::host::Host;
use crate::script::kinds::Special;
use crate::script::native::native;
use crate::script::nodes::{self, children, is_connected, root_of};
use crate::script::special;
use crate::script::tree;
use blitz_dom::{BaseDocument, NodeId, local_name, ns};
use rquickjs::{Ctx, IntoJs, Object, Result, Value};
use std::cmp::Ordering;
use std::rc::Rc;

/// The name by which the prelude finds an element's class; of SVG with a `+` before.
fn class_name(document: &BaseDocument, id: NodeId) -> String {
    let Some(element) = element(document, id) else {
        return String::new();
    };
    match () {
        () if element.name.ns == ns!(html) => element.name.local.to_string(),
        () if element.name.ns == ns!(svg) => format!("+{}", element.name.local),
        () => "?".to_owned(),
    }
}

/// Where the tree of a node ends: `None` in the document.
fn detached_root(document: &BaseDocument, id: NodeId) -> Option<NodeId> {
    (!is_connected(document, id)).then(|| root_of(document, id))
}

/// `Node.compareDocumentPosition`.
fn compare(document: &BaseDocument, one: NodeId, other: NodeId) -> u32 {
    if one == other {
        return 0;
    }
    let (ours, theirs) = (nodes::path(document, one), nodes::path(document, other));
    if ours.is_empty() || theirs.is_empty() || ours.last() != theirs.last() {
        return 1 | 32 | if one.as_u64() < other.as_u64() { 4 } else { 2 };
    }
    if theirs.contains(&one) {
        return 16 | 4;
    }
    if ours.contains(&other) {
        return 8 | 2;
    }
    let mut pairs = ours.iter().rev().zip(theirs.iter().rev());
    let Some((ours, theirs)) = pairs.find(|(ours, theirs)| ours != theirs) else {
        return 0;
    };
    let parent = document.get_node(*ours).and_then(|node| node.parent);
    let parent = parent.and_then(|id| document.get_node(id));
    let place = |id: &NodeId| parent.and_then(|parent| parent.index_of_child(*id));
    match place(ours).cmp(&place(theirs)) {
        Ordering::Less => 4,
        _ => 2,
    }
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    look(natives, host)?;
    walk(natives, host)?;
    wrappers(natives, host)?;
    change(natives, host)?;
    kinds(natives, host)
}

fn look(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "root", host, || Handle(host.read().root_node().id));
    native!(natives, "type", host, |node: Handle| tree::kind(
        &host,
        &host.read(),
        node.0
    ));
    native!(natives, "className", host, |node: Handle| class_name(
        &host.read(),
        node.0
    ));
    native!(natives, "localName", host, |node: Handle| {
        element(&host.read(), node.0)
            .map(|e| e.name.local.to_string())
            .unwrap_or_default()
    });
    native!(natives, "prefix", host, |node: Handle| {
        let document = host.read();
        let prefix = element(&document, node.0).and_then(|e| e.name.prefix.as_ref());
        OrNull(prefix.map(|prefix| prefix.to_string()))
    });
    native!(natives, "namespace", host, |node: Handle| {
        let document = host.read();
        let namespace = element(&document, node.0).map(|e| e.name.ns.to_string());
        OrNull(namespace.filter(|namespace| !namespace.is_empty()))
    });
    native!(natives, "isHtml", host, |node: Handle| {
        element(&host.read(), node.0).is_some_and(|e| e.name.ns == ns!(html))
    });
    native!(natives, "compare", host, |one: Handle, other: Handle| {
        compare(&host.read(), one.0, other.0)
    });
    native!(natives, "version", host, || host.version.get());
    Ok(())
}

fn walk(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "parent", host, |node: Handle| OrNull(
        nodes::parent(&host, node.0).map(Handle)
    ));
    native!(natives, "first", host, |node: Handle| OrNull(
        nodes::first(&host, node.0).map(Handle)
    ));
    native!(natives, "last", host, |node: Handle| OrNull(
        nodes::last(&host, node.0).map(Handle)
    ));
    native!(natives, "sibling", host, |node: Handle, step: i32| {
        OrNull(nodes::sibling(&host, node.0, step.signum() as isize).map(Handle))
    });
    native!(natives, "children", host, |node: Handle| handles(children(
        &host.read(),
        node.0
    )));
    native!(natives, "childElements", host, |node: Handle| {
        let document = host.read();
        let mut all = children(&document, node.0);
        all.retain(|child| element(&document, *child).is_some());
        handles(all)
    });
    native!(natives, "path", host, |node: Handle| handles(nodes::path(
        &host.read(),
        node.0
    )));
    native!(natives, "rootOf", host, |node: Handle| Handle(root_of(
        &host.read(),
        node.0
    )));
    native!(natives, "isConnected", host, |node: Handle| is_connected(
        &host.read(),
        node.0
    ));
    native!(natives, "documentElement", host, || {
        OrNull(host.read().try_root_element().map(|node| Handle(node.id)))
    });
    Ok(())
}

fn wrappers(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "listening", host, |node: Handle| {
        host.listening.borrow_mut().insert(node.0);
    });
    // A node and all that it stands in; of those at which nobody listens -1 less the handle.
    native!(natives, "route", host, |node: Handle| {
        let listening = host.listening.borrow();
        let path = nodes::path(&host.read(), node.0).into_iter();
        let step = |id: NodeId| Step(Handle(id), listening.contains(&id));
        Bare(path.map(step).collect())
    });
    // A node that no script knows is done with.
    native!(natives, "release", host, |node: Handle| {
        host.released.borrow_mut().push(node.0);
    });
    native!(natives, "detachedRoot", host, |node: Handle| {
        OrNull(detached_root(&host.read(), node.0).map(Handle))
    });
    // The nodes of some trees that have wrappers, each after where its tree ends.
    native!(natives, "wrappedIn", host, |trees: Vec<Handle>| {
        let document = host.read();
        let shown = document.root_node().id;
        let mut found = Vec::new();
        for tree in trees {
            let root = detached_root(&document, tree.0).unwrap_or(shown);
            nodes::walk(&document, tree.0, |node| {
                if host.is_wrapped(node.id) {
                    found.extend([Handle(root), Handle(node.id)]);
                }
                true
            });
        }
        Bare(found)
    });
    Ok(())
}

/// A node on the way of an event, and whether anybody may listen there.
struct Step(Handle, bool);

impl<'js> IntoJs<'js> for Step {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let number = self.0.into_js(ctx)?;
        let handle = number.as_number().unwrap_or_default();
        match self.1 {
            true => Ok(number),
            false => Ok(Value::new_number(ctx.clone(), -1.0 - handle)),
        }
    }
}

/// Whether scripts may run, and what has gone.
struct Put(bool, Bare<Handle>);

impl<'js> IntoJs<'js> for Put {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let may_run = Value::new_bool(ctx.clone(), self.0);
        Bare(vec![may_run, self.1.into_js(ctx)?]).into_js(ctx)
    }
}

fn change(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "insert",
        host,
        |parent: Handle, child: Handle, before: Option<Handle>| {
            OrName(tree::insert(
                &host,
                parent.0,
                child.0,
                before.map(|before| before.0),
            ))
        }
    );
    // Whether scripts may run, and what has gone; none where it cannot be done at once.
    native!(
        natives,
        "putAll",
        host,
        |parent: Handle, nodes: Vec<Handle>, replaces: bool| {
            let nodes: Vec<NodeId> = nodes.into_iter().map(|node| node.0).collect();
            let done = tree::put_all(&host, parent.0, &nodes, replaces);
            OrNull(done.map(|(may_run, gone)| Put(may_run, handles(gone))))
        }
    );
    native!(natives, "takeChildren", host, |parent: Handle| handles(
        tree::take_children(&host, parent.0)
    ));
    native!(natives, "remove", host, |node: Handle| tree::remove(
        &host, node.0
    ));
    make(natives, host)?;
    // The scripts of trees that have come into the document and that have not run.
    native!(natives, "scriptsIn", host, |trees: Vec<Handle>| {
        let started = host.started.borrow();
        let document = host.read();
        let mut found = Vec::new();
        for tree in trees {
            if !is_connected(&document, tree.0) {
                continue;
            }
            nodes::walk(&document, tree.0, |node| {
                let is_script = node
                    .element_data()
                    .is_some_and(|element| element.name.local == local_name!("script"));
                if is_script && !started.contains(&node.id) {
                    found.push(Handle(node.id));
                }
                true
            });
        }
        Bare(found)
    });
    Ok(())
}

/// New nodes.
fn make(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "create",
        host,
        |space: String, prefix: Option<String>, name: String| {
            OrName(tree::create(&host, &space, prefix.as_deref(), &name).map(Handle))
        }
    );
    native!(natives, "createFragment", host, || OrName(
        tree::create_fragment(&host).map(Handle)
    ));
    native!(natives, "createText", host, |text: String| {
        OrName(tree::create_text(&host, &text).map(Handle))
    });
    native!(natives, "createComment", host, |text: String| {
        OrName(tree::create_comment(&host, &text).map(Handle))
    });
    native!(natives, "copy", host, |node: Handle, deep: bool| {
        OrName(tree::copy(&host, node.0, deep).map(Handle))
    });
    native!(natives, "contents", host, |node: Handle| {
        OrName(tree::contents(&host, node.0).map(Handle))
    });
    Ok(())
}

/// What may go where, and nodes of kinds that Blitz has not.
fn kinds(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "checkInsertion",
        host,
        |parent: Handle, child: Handle, before: Option<Handle>| {
            let before = before.map(|before| before.0);
            OrName(tree::check_insertion(&host, parent.0, child.0, before).map(drop))
        }
    );
    // Whether a node may take the place of another.
    native!(
        natives,
        "checkReplacement",
        host,
        |parent: Handle, child: Handle, old: Handle| {
            OrName(tree::check_replacement(&host, parent.0, child.0, old.0))
        }
    );
    native!(natives, "createDocument", host, || OrName(
        special::create_document(&host).map(Handle)
    ));
    // A node of a kind that Blitz has not: its `nodeType`, its names, its text.
    native!(
        natives,
        "createSpecial",
        host,
        |kind: u32, first: String, second: String, third: String, text: String| {
            let special = Special::of(kind, [first, second, third]).ok_or(Refusal::STATE);
            let made = special.and_then(|special| special::create(&host, special, &text));
            OrName(made.map(Handle))
        }
    );
    native!(natives, "specialNames", host, |node: Handle| {
        List(special::special(&host, node.0).map_or_else(Vec::new, |special| special.names()))
    });
    Ok(())
}
