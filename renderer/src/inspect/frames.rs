//! The frames within a page as clients know them, found by comparison like everything else.
//!
//! A frame's document is shown and has no scripts. Clients are told of a context for it all the
//! same, because they wait for one: what they want done there is refused at once.
//!
//! Never: knows more frames than its bound.

use crate::document::elements::{element, has};
use crate::document::frames::FramePath;
use crate::inspect::contexts::{ContextInfo, described_in, frame_of};
use crate::inspect::fault::Fault;
use crate::inspect::limits::FRAMES_MAX;
use crate::script::limits::WORLDS_MAX;
use blitz_dom::{BaseDocument, NodeId, local_name};
use protocol::site::Site;
use serde_json::{Value, json};
use url::Url;

const NO_SCRIPTS: &str = "Frames of a page have no scripts here: nothing can be done in one";

/// What a frame is found to be.
pub(crate) struct Found {
    path: FramePath,
    /// The id of its document.
    document: usize,
    url: Url,
    name: String,
}

/// A frame that clients know.
struct Known {
    found: Found,
    id: String,
    loader: String,
    contexts: Vec<ContextInfo>,
}

/// The frames within a page, each after the one that it stands in.
#[derive(Default)]
pub(crate) struct Frames(Vec<Known>);

/// Something to tell.
pub(crate) enum Told {
    /// Those who hear of the page.
    Page(&'static str, Value),
    /// Those who hear of contexts.
    Runtime(&'static str, Value),
}

/// All frames that have a document.
pub(crate) fn find(page: &BaseDocument) -> Vec<Found> {
    let mut all = Vec::new();
    collect(page, &[], &mut all);
    all
}

fn collect(document: &BaseDocument, around: &[NodeId], all: &mut Vec<Found>) {
    let mut elements = document.sub_document_node_ids();
    let is_there = |id: &NodeId| {
        let node = document.get_node(*id);
        node.is_some_and(|node| node.flags.is_in_document())
    };
    elements.retain(is_there);
    elements.sort();
    for id in elements {
        let Some(inside) = document.subdoc(id).map(|inside| inside.inner()) else {
            continue;
        };
        if all.len() >= FRAMES_MAX {
            return;
        }
        let name = element(document, id).and_then(|it| it.attr(local_name!("name")));
        let is_text = has(document, id, "srcdoc");
        let url = match is_text {
            true => Url::parse("about:srcdoc"),
            false => Url::parse(inside.base_url().as_str()),
        };
        let path = [around, &[id]].concat();
        all.push(Found {
            path: path.clone(),
            document: inside.id(),
            url: url.unwrap_or_else(|_| Url::parse("about:blank").expect("a URL")),
            name: name.unwrap_or_default().to_owned(),
        });
        collect(&inside, &path, all);
    }
}

impl Frames {
    /// Takes over what was found, with contexts for these worlds. `context` makes one, `name` a
    /// name that is nobody's.
    pub(crate) fn update(
        &mut self,
        all: Vec<Found>,
        page: (&str, &Url),
        worlds: &[String],
        mut context: impl FnMut(&str) -> ContextInfo,
        mut name: impl FnMut() -> String,
    ) -> Vec<Told> {
        let mut told = Vec::new();
        let is_left = |known: &Known| all.iter().any(|found| found.path == known.found.path);
        // What stands in another goes first.
        for gone in self.0.iter().rev().filter(|known| !is_left(known)) {
            told.extend(gone.contexts.iter().map(destroyed));
            let params = json!({ "frameId": gone.id, "reason": "remove" });
            told.push(Told::Page("Page.frameDetached", params));
        }
        self.0.retain(is_left);
        for found in all {
            let at = self.0.iter().position(|it| it.found.path == found.path);
            let at = match at {
                Some(at) => {
                    let known = &mut self.0[at];
                    let is_same = known.found.document == found.document;
                    known.found = found;
                    if is_same {
                        continue;
                    }
                    told.extend(known.contexts.drain(..).map(|it| destroyed(&it)));
                    at
                }
                None => {
                    let id = name();
                    let parent = self.parent_of(&found.path, page.0);
                    let params = json!({ "frameId": id, "parentFrameId": parent });
                    told.push(Told::Page("Page.frameAttached", params));
                    self.0.push(Known {
                        found,
                        id,
                        loader: String::new(),
                        contexts: Vec::new(),
                    });
                    self.0.len() - 1
                }
            };
            let known = &mut self.0[at];
            known.loader = name();
            known.contexts = worlds.iter().map(|world| context(world)).collect();
            let known = &self.0[at];
            let frame = self.described(known, page);
            let params = json!({ "frame": frame, "type": "Navigation" });
            told.push(Told::Page("Page.frameNavigated", params));
            let params = json!({ "frameId": known.id });
            told.push(Told::Page("Page.frameStoppedLoading", params));
            told.extend(known.contexts.iter().map(|it| created(known, it)));
        }
        told
    }

    /// The frame, or the page, that a frame stands in.
    fn parent_of(&self, path: &[NodeId], page: &str) -> String {
        let around = path.split_last().map_or(path, |(_, around)| around);
        let parent = self.0.iter().find(|known| known.found.path == around);
        parent.map_or(page, |parent| &parent.id).to_owned()
    }

    fn described(&self, known: &Known, (page, page_url): (&str, &Url)) -> Value {
        let url = &known.found.url;
        let mut said = frame_of(&known.id, &known.loader, url, "text/html");
        said["parentId"] = self.parent_of(&known.found.path, page).into();
        said["name"] = known.found.name.as_str().into();
        let is_of_the_web = matches!(url.scheme(), "http" | "https");
        if is_of_the_web && Site::of(url, 0) != Site::of(page_url, 0) {
            // What stands there is a text that says so.
            said["unreachableUrl"] = url.as_str().into();
        }
        said
    }

    /// What `Page.getFrameTree` says of those that stand in the document at the end of `path`.
    pub(crate) fn tree(&self, path: &[NodeId], page: (&str, &Url)) -> Vec<Value> {
        let is_in = |known: &&Known| known.found.path.split_last().is_some_and(|it| it.1 == path);
        let below = self.0.iter().filter(is_in).map(|known| {
            let mut tree = json!({ "frame": self.described(known, page) });
            let inside = self.tree(&known.found.path, page);
            if !inside.is_empty() {
                tree["childFrames"] = inside.into();
            }
            tree
        });
        below.collect()
    }

    /// The contexts of all of them as the protocol describes them.
    pub(crate) fn contexts(&self) -> Vec<Value> {
        let all = self.0.iter();
        let all = all.flat_map(|known| {
            let contexts = known.contexts.iter();
            contexts.map(|context| described_context(known, context))
        });
        all.collect()
    }

    /// The name of the frame that an element of the page is.
    pub(crate) fn id_of(&self, element: NodeId) -> Option<&str> {
        let known = self.0.iter().find(|known| known.found.path == [element]);
        known.map(|known| known.id.as_str())
    }

    /// The element of the page that is the frame of that name.
    pub(crate) fn owner_of(&self, id: &str) -> Result<NodeId, Fault> {
        let known = self.0.iter().find(|known| known.id == id);
        match known.map(|known| known.found.path.as_slice()) {
            Some([element]) => Ok(*element),
            Some(_) => Err(Fault::server("The frame stands in another frame")),
            None => Err(Fault::server("Frame with the given id was not found.")),
        }
    }

    /// Whether a command may be about these contexts; of frames, none may.
    pub(crate) fn check(&self, id: Option<i32>, unique: Option<&str>) -> Result<(), Fault> {
        let is_it = |it: &ContextInfo| {
            id.is_some_and(|id| u32::try_from(id) == Ok(it.id)) || unique == Some(&it.unique)
        };
        let mut contexts = self.0.iter().flat_map(|known| &known.contexts);
        match contexts.any(is_it) {
            true => Err(Fault::server(NO_SCRIPTS)),
            false => Ok(()),
        }
    }

    /// Whether there is a frame of that name.
    pub(crate) fn has(&self, frame: &str) -> bool {
        self.0.iter().any(|known| known.id == frame)
    }

    /// The context of a world of a frame, if it has that already.
    pub(crate) fn world(&self, frame: &str, name: &str) -> Option<u32> {
        let known = self.0.iter().find(|known| known.id == frame)?;
        let mut others = known.contexts.iter().skip(1);
        let world = others.find(|context| !name.is_empty() && context.name == name);
        world.map(|context| context.id)
    }

    /// Gives a frame a further world. Returns what is to be told of it.
    pub(crate) fn add_world(&mut self, frame: &str, context: ContextInfo) -> Result<Value, Fault> {
        let known = self.0.iter_mut().find(|known| known.id == frame);
        let known = known.filter(|known| known.contexts.len() < WORLDS_MAX);
        let known = known.ok_or_else(|| Fault::server("Could not create isolated world"))?;
        known.contexts.push(context);
        let described = known.contexts.last();
        Ok(described.map_or(Value::Null, |context| described_context(known, context)))
    }
}

fn described_context(known: &Known, context: &ContextInfo) -> Value {
    let first = known.contexts.first();
    let is_default = first.is_none_or(|first| first.id == context.id);
    described_in(context, &known.found.url, &known.id, is_default)
}

fn created(known: &Known, context: &ContextInfo) -> Told {
    let params = described_context(known, context);
    Told::Runtime("Runtime.executionContextCreated", params)
}

fn destroyed(context: &ContextInfo) -> Told {
    let params = json!({
        "executionContextId": context.id,
        "executionContextUniqueId": context.unique,
    });
    Told::Runtime("Runtime.executionContextDestroyed", params)
}
