//! The frames of a page as places that links lead to: found by name, and loaded into.
//!
//! Trusts: nothing in the documents. Never: lets a frame with `sandbox` lead anything but itself
//! and its own frames, unless its page allows it.
//!
//! Source: the HTML standard, "The rules for choosing a navigable" and "Sandboxing".

use crate::document::aim;
use crate::document::elements::{attribute, element, has};
use crate::document::target;
use blitz_dom::{BaseDocument, NodeId, local_name};
use url::{Position, Url};

/// The way to a frame's document: the element of each frame, from the outermost one.
pub(crate) type FramePath = Vec<NodeId>;

/// What a link or a form asks for, once its target is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The page itself.
    Page,
    /// A frame of the page.
    Frame(FramePath),
    /// A tab of that name; without a name always a new one.
    Tab(String),
    /// Its `sandbox` keeps the frame from going there.
    Refused,
}

/// A document of a page: its own, or that of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    path: FramePath,
    /// A frame may have another document by now.
    id: usize,
}

impl Spot {
    /// Looks at the document; `None` if it is gone.
    pub(crate) fn read<T>(
        &self,
        page: &BaseDocument,
        look: impl FnOnce(&BaseDocument) -> T,
    ) -> Option<T> {
        let look = |document: &BaseDocument| (document.id() == self.id).then(|| look(document));
        read(page, &self.path, look).flatten()
    }

    /// Changes the document; `None` if it is gone.
    pub(crate) fn change<T>(
        &self,
        page: &mut BaseDocument,
        work: impl FnOnce(&mut BaseDocument) -> T,
    ) -> Option<T> {
        let work = |document: &mut BaseDocument| (document.id() == self.id).then(|| work(document));
        change(page, &self.path, work).flatten()
    }

    pub(crate) fn is_in_frame(&self) -> bool {
        !self.path.is_empty()
    }

    /// A place of the page, as a place of the document.
    pub(crate) fn inside(&self, page: &BaseDocument, at: (f32, f32)) -> Option<(f32, f32)> {
        let mut at = at;
        for depth in 0..self.path.len() {
            let around = &self.path[..depth];
            at = read(page, around, |document| {
                inside(document, self.path[depth], at)
            })??;
        }
        Some(at)
    }

    /// Gives the keyboard to the frames around the document.
    pub(crate) fn focus_frames(&self, page: &mut BaseDocument) {
        for depth in 0..self.path.len() {
            change(page, &self.path[..depth], |document| {
                document.set_focus_to(self.path[depth]);
            });
        }
    }
}

/// What lies at a place of the page, and in which document.
pub(crate) fn hit(page: &BaseDocument, at: (f32, f32)) -> Option<(Spot, NodeId)> {
    let mut path = Vec::new();
    let mut at = at;
    loop {
        let (id, node) = read(page, &path, |document| {
            let node = aim::hit(document, at)?;
            Some((document.id(), node))
        })??;
        match read(page, &path, |document| inside(document, node, at))? {
            Some(next) => {
                path.push(node);
                at = next;
            }
            None => return Some((Spot { path, id }, node)),
        }
    }
}

/// The document that has the keyboard.
pub(crate) fn focused(page: &BaseDocument) -> Spot {
    let mut path = Vec::new();
    let frame = |document: &BaseDocument| {
        let focus = document.get_focussed_node_id()?;
        document.subdoc(focus).map(|_| focus)
    };
    while let Some(next) = read(page, &path, frame).flatten() {
        path.push(next);
    }
    let id = read(page, &path, BaseDocument::id).unwrap_or_default();
    Spot { path, id }
}

/// A place of a document, as a place of the document in that frame; `None` if it has none.
pub(crate) fn inside(
    document: &BaseDocument,
    frame: NodeId,
    (x, y): (f32, f32),
) -> Option<(f32, f32)> {
    let inside = document.subdoc(frame)?.inner();
    let corner = document.get_node(frame)?.absolute_position(0.0, 0.0);
    let scroll = inside.viewport_scroll();
    let x = x - corner.x + scroll.x as f32;
    Some((x, y - corner.y + scroll.y as f32))
}

/// One frame of a page.
#[derive(Debug)]
struct Frame {
    path: FramePath,
    name: String,
    /// The id of its document, if it has one.
    document: Option<usize>,
}

/// The document at the end of a path; `None` if it is no longer there.
pub(crate) fn read<T>(
    document: &BaseDocument,
    path: &[NodeId],
    read: impl FnOnce(&BaseDocument) -> T,
) -> Option<T> {
    let Some((first, rest)) = path.split_first() else {
        return Some(read(document));
    };
    document.get_node(*first)?;
    self::read(&document.subdoc(*first)?.inner(), rest, read)
}

/// The same, to be changed.
pub(crate) fn change<T>(
    document: &mut BaseDocument,
    path: &[NodeId],
    change: impl FnOnce(&mut BaseDocument) -> T,
) -> Option<T> {
    let Some((first, rest)) = path.split_first() else {
        return Some(change(document));
    };
    document.get_node(*first)?;
    self::change(&mut document.subdoc_mut(*first)?.inner_mut(), rest, change)
}

/// The way to the document with that id, if it is in a frame of the page.
pub(crate) fn path_of(page: &BaseDocument, id: usize) -> Option<FramePath> {
    let mut all = Vec::new();
    collect(page, &[], &mut all);
    let found = all.into_iter().find(|frame| frame.document == Some(id));
    found.map(|frame| frame.path)
}

/// The place that a `target` means in the document `from`, which is in a frame, or in the page.
pub(crate) fn place(page: &BaseDocument, from: Option<usize>, target: &str) -> Place {
    let mut all = Vec::new();
    collect(page, &[], &mut all);
    let own = match from {
        None => Vec::new(),
        Some(id) => match all.iter().find(|frame| frame.document == Some(id)) {
            Some(frame) => frame.path.clone(),
            // The frame has moved on, or is gone.
            None => return Place::Refused,
        },
    };
    let frame = |path: &[NodeId]| match path {
        [] => Place::Page,
        path => Place::Frame(path.to_vec()),
    };
    let is = |keyword: &str| target.eq_ignore_ascii_case(keyword);
    let place = if target.is_empty() || is("_self") {
        frame(&own)
    } else if is("_parent") {
        frame(own.split_last().map_or(&[], |(_, around)| around))
    } else if is("_top") {
        Place::Page
    } else if is("_blank") {
        Place::Tab(String::new())
    } else {
        let has_name = |frame: &&Frame| frame.name == target;
        let inside = |frame: &&Frame| frame.path.starts_with(&own);
        let near = all.iter().filter(inside).find(has_name);
        match near.or_else(|| all.iter().find(has_name)) {
            Some(found) => Place::Frame(found.path.clone()),
            None => Place::Tab(target.to_owned()),
        }
    };
    let is_allowed = match &place {
        Place::Frame(path) => path.starts_with(&own) || sandbox(page, &own).is_none(),
        Place::Page => {
            own.is_empty()
                || allows(page, &own, "allow-top-navigation")
                || allows(page, &own, "allow-top-navigation-by-user-activation")
        }
        Place::Tab(_) => allows(page, &own, "allow-popups"),
        Place::Refused => false,
    };
    if is_allowed { place } else { Place::Refused }
}

/// Whether the document in a frame may send forms.
pub(crate) fn may_send_forms(page: &BaseDocument, from: Option<usize>) -> bool {
    let path = from.and_then(|id| path_of(page, id));
    path.is_none_or(|path| allows(page, &path, "allow-forms"))
}

/// Leads a frame to an address: to a place of its document, or to another document.
pub(crate) fn go(page: &mut BaseDocument, path: &[NodeId], url: &Url) {
    let Some((frame, around)) = path.split_last() else {
        return;
    };
    let is_within = read(page, path, |inside| {
        let own = &inside.base_url()[..Position::AfterQuery];
        url.fragment().is_some() && own == &url[..Position::AfterQuery]
    });
    if is_within == Some(true) {
        let fragment = url.fragment().unwrap_or_default();
        change(page, path, |inside| {
            target::show(inside, Some(fragment));
            inside.scroll_to_fragment(fragment);
        });
        return;
    }
    change(page, around, |document| {
        load(document, *frame, url.as_str())
    });
}

/// Loads an address into a frame of that document.
pub(crate) fn load(document: &mut BaseDocument, frame: NodeId, url: &str) {
    let has_text = has(document, frame, "srcdoc");
    let mut mutator = document.mutate();
    if has_text {
        mutator.clear_attribute(frame, attribute("srcdoc"));
    }
    mutator.set_attribute(frame, attribute("src"), url);
}

/// All frames, as they stand in the page.
fn collect(document: &BaseDocument, around: &[NodeId], all: &mut Vec<Frame>) {
    let mut frames = Vec::new();
    document.visit(|id, node| {
        let element = node.element_data();
        let frame = element.filter(|element| element.name.local == local_name!("iframe"));
        if let Some(frame) = frame {
            let name = frame.attr(local_name!("name")).unwrap_or_default();
            frames.push((id, name.to_owned()));
        }
    });
    for (id, name) in frames {
        let path = [around, &[id]].concat();
        let inside = document.subdoc(id).map(|inside| inside.inner());
        all.push(Frame {
            path: path.clone(),
            name,
            document: inside.as_ref().map(|inside| inside.id()),
        });
        if let Some(inside) = inside {
            collect(&inside, &path, all);
        }
    }
}

/// Whether every `sandbox` around the document at the end of `path` allows that.
fn allows(page: &BaseDocument, path: &[NodeId], what: &str) -> bool {
    sandbox(page, path).is_none_or(|sandboxes| {
        let is_named = |sandbox: &String| {
            let mut words = sandbox.split_ascii_whitespace();
            words.any(|word| word.eq_ignore_ascii_case(what))
        };
        sandboxes.iter().all(is_named)
    })
}

/// The `sandbox` attributes around the document at the end of `path`; `None` if there are none.
fn sandbox(page: &BaseDocument, path: &[NodeId]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for depth in 0..path.len() {
        let of = |document: &BaseDocument| {
            let frame = element(document, path[depth])?;
            frame.attr(local_name!("sandbox")).map(str::to_owned)
        };
        found.extend(read(page, &path[..depth], of).flatten());
    }
    (!found.is_empty()).then_some(found)
}
