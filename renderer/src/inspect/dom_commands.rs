//! Commands of the domain DOM.

use crate::document::aim;
use crate::inspect::accessible;
use crate::inspect::boxes;
use crate::inspect::changes::{self, Change};
use crate::inspect::describe::{Describer, attributes};
use crate::inspect::document::Inspected;
use crate::inspect::fault::{Answer, Fault, Params, answer_of, fault_of};
use crate::inspect::session::Session;
use crate::script::Realm;
use crate::script::fragment;
use crate::script::markup;
use crate::script::natives::layout::settle;
use crate::script::natives::selectors::{query, query_all};
use crate::script::nodes::is_own;
use blitz_dom::{LocalName, NodeId, QualName, local_name, ns};
use serde_json::{Value, json};

/// What a command works on.
pub(crate) struct Work<'a> {
    pub(crate) realm: &'static Realm,
    pub(crate) document: &'a mut Inspected,
    pub(crate) session: &'a mut Session,
    pub(crate) number: u32,
    pub(crate) frame: &'a str,
    /// Events that come before the answer.
    pub(crate) told: Vec<Change>,
}

const NO_NODE: &str = "Could not find node with given id";

impl Work<'_> {
    /// Runs a command; `None`: there is no such one.
    pub(crate) fn run(&mut self, method: &str, params: &Params<'_>) -> Option<Answer> {
        Some(match method {
            "DOM.getDocument" => self.get_document(params),
            "DOM.querySelector" => self.query(params),
            "DOM.querySelectorAll" => self.query_all(params),
            "DOM.describeNode" => self.describe(params),
            "DOM.resolveNode" => self.resolve(params),
            "DOM.requestNode" => self.request(params),
            "DOM.requestChildNodes" => self.request_children(params),
            "DOM.pushNodesByBackendIdsToFrontend" => self.push_all(params),
            "DOM.getOuterHTML" => self.outer(params),
            "DOM.getAttributes" => self.attributes(params),
            "DOM.setAttributeValue" => self.set_attribute(params),
            "DOM.setAttributesAsText" => self.set_attributes(params),
            "DOM.removeAttribute" => self.remove_attribute(params),
            "DOM.setNodeValue" => self.change(params, "text", "value"),
            "DOM.setOuterHTML" => self.change(params, "outer", "outerHTML"),
            "DOM.removeNode" => self
                .known(params)
                .and_then(|id| self.alter("remove", id, "", "")),
            "DOM.focus" => self
                .any(params)
                .and_then(|id| self.alter("focus", id, "", "")),
            "DOM.getBoxModel" => self
                .any(params)
                .and_then(|id| boxes::model(&self.realm.host, id)),
            "DOM.getContentQuads" => self
                .any(params)
                .and_then(|id| boxes::quads(&self.realm.host, id)),
            "DOM.scrollIntoViewIfNeeded" => self
                .any(params)
                .and_then(|id| boxes::scroll_to(&self.realm.host, id)),
            "DOM.getNodeForLocation" => self.at_point(params),
            "DOM.getFrameOwner" => self.frame_owner(params),
            "DOM.setFileInputFiles" => self.set_files(params),
            "Accessibility.getFullAXTree" => self.accessible_tree(params),
            "Accessibility.queryAXTree" => self.query_accessible(params),
            "Page.getLayoutMetrics" => boxes::metrics(&self.realm.host),
            _ => return None,
        })
    }

    fn describer(&mut self, binds: bool) -> Describer<'_> {
        Describer {
            host: &self.realm.host,
            backends: &mut self.document.backends,
            dom: &mut self.session.dom,
            frame: self.frame,
            frames: &self.document.frames,
            binds,
        }
    }

    fn is_there(&self, id: &NodeId) -> bool {
        self.realm.host.read().get_node(*id).is_some()
    }

    /// The node that the session knows by that number.
    fn known(&self, params: &Params<'_>) -> Result<NodeId, Fault> {
        let id = params.need_int("nodeId")?;
        let node = self.session.dom.node(id).filter(|id| self.is_there(id));
        node.ok_or_else(|| Fault::server(NO_NODE))
    }

    /// The node that is named in any of three ways.
    fn any(&self, params: &Params<'_>) -> Result<NodeId, Fault> {
        let (id, backend) = (params.int("nodeId")?, params.int("backendNodeId")?);
        let object = params.text("objectId")?;
        if id.is_some() {
            return self.known(params);
        }
        if let Some(backend) = backend {
            let node = self.document.backends.node(backend);
            let node = node.filter(|id| self.is_there(id));
            return node.ok_or_else(|| Fault::server("No node found for given backend id"));
        }
        match object {
            Some(object) => self.of_object(object),
            None => Err(Fault::server(
                "Either nodeId, backendNodeId or objectId must be specified",
            )),
        }
    }

    fn of_object(&self, object: &str) -> Result<NodeId, Fault> {
        let found = self.realm.node_of(self.number, object)?;
        let node = found.map_err(|text| fault_of(&text))?;
        match self.is_there(&node) {
            true => Ok(node),
            false => Err(Fault::server(NO_NODE)),
        }
    }

    fn get_document(&mut self, params: &Params<'_>) -> Answer {
        // As in Chromium, this one may be without its children.
        let depth = match params.int("depth")? {
            Some(0) => 0,
            _ => depth_of(params, 2)?,
        };
        params.flag("pierce")?;
        self.session.dom.is_enabled = true;
        self.session.dom.forget();
        let root = self.realm.host.read().root_node().id;
        let described = self.describer(true).node(root, depth, None);
        self.session.dom.version = Some(self.realm.host.version.get());
        Ok(json!({ "root": described }))
    }

    fn push(&mut self, node: NodeId) -> u32 {
        let mut told = std::mem::take(&mut self.told);
        let number = changes::push(&mut self.describer(true), node, &mut told);
        self.told = told;
        number
    }

    fn query(&mut self, params: &Params<'_>) -> Answer {
        let scope = self.known_in(params)?;
        let selector = params.need_text("selector")?;
        let found = query(&self.realm.host, scope, selector);
        let found = found.map_err(|_| Fault::server("DOM Error while querying"))?;
        let number = found.map_or(0, |found| self.push(found.0));
        Ok(json!({ "nodeId": number }))
    }

    /// Likewise, where another parameter is looked at first.
    fn known_in(&self, params: &Params<'_>) -> Result<NodeId, Fault> {
        params.need_int("nodeId")?;
        params.need_text("selector")?;
        self.known(params)
    }

    fn query_all(&mut self, params: &Params<'_>) -> Answer {
        let scope = self.known_in(params)?;
        let selector = params.need_text("selector")?;
        let found = query_all(&self.realm.host, scope, selector);
        let found = found.map_err(|_| Fault::server("DOM Error while querying"))?;
        let numbers: Vec<u32> = found.iter().map(|found| self.push(found.0)).collect();
        Ok(json!({ "nodeIds": numbers }))
    }

    fn describe(&mut self, params: &Params<'_>) -> Answer {
        let depth = depth_of(params, 0)?;
        params.flag("pierce")?;
        let node = self.any(params)?;
        Ok(json!({ "node": self.describer(false).node(node, depth, None) }))
    }

    fn resolve(&mut self, params: &Params<'_>) -> Answer {
        let (id, backend) = (params.int("nodeId")?, params.int("backendNodeId")?);
        let context = params.int("executionContextId")?;
        self.document.frames.check(context, None)?;
        let group = params.text("objectGroup")?;
        if id.is_some() == backend.is_some() {
            return Err(Fault::server(
                "Either nodeId or backendNodeId must be specified.",
            ));
        }
        let node = self.any(params);
        let node = node.map_err(|_| Fault::server("No node with given id found"))?;
        let context = context.map(|context| u32::try_from(context).unwrap_or(u32::MAX));
        answer_of(&self.realm.resolve(self.number, node, context, group)?)
    }

    fn request(&mut self, params: &Params<'_>) -> Answer {
        let node = self.of_object(params.need_text("objectId")?)?;
        Ok(json!({ "nodeId": self.push(node) }))
    }

    fn request_children(&mut self, params: &Params<'_>) -> Answer {
        let node = self.known(params)?;
        let depth = depth_of(params, 1)?;
        if !self.session.dom.is_open(node) || depth != 1 {
            let mut told = std::mem::take(&mut self.told);
            changes::open(&mut self.describer(true), node, depth, &mut told);
            self.told = told;
        }
        Ok(json!({}))
    }

    fn push_all(&mut self, params: &Params<'_>) -> Answer {
        let given = Params::needed("backendNodeIds", params.list("backendNodeIds")?)?;
        let mut numbers = Vec::new();
        for backend in given {
            let id = backend.as_i64().and_then(|id| i32::try_from(id).ok());
            let node = id.and_then(|id| self.document.backends.node(id));
            let node = node.filter(|id| self.is_there(id));
            numbers.push(node.map_or(0, |node| self.push(node)));
        }
        Ok(json!({ "nodeIds": numbers }))
    }

    fn outer(&mut self, params: &Params<'_>) -> Answer {
        let node = self.any(params)?;
        let document = self.realm.host.read();
        let is_document = node == document.root_node().id;
        let text = match is_document {
            true => markup::inner(&document, node),
            false => markup::outer(&document, node),
        };
        Ok(json!({ "outerHTML": text }))
    }

    fn attributes(&mut self, params: &Params<'_>) -> Answer {
        let node = self.element(params)?;
        let all = attributes(&self.realm.host.read(), node);
        let all = all.into_iter().flat_map(|(name, value)| [name, value]);
        Ok(json!({ "attributes": all.collect::<Vec<_>>() }))
    }

    fn element(&self, params: &Params<'_>) -> Result<NodeId, Fault> {
        let node = self.known(params)?;
        let document = self.realm.host.read();
        let is_element = document
            .get_node(node)
            .is_some_and(|node| node.is_element());
        match is_element {
            true => Ok(node),
            false => Err(Fault::server("Node is not an Element")),
        }
    }

    fn alter(&self, what: &str, node: NodeId, first: &str, second: &str) -> Answer {
        answer_of(&self.realm.change_node(what, node, first, second)?)
    }

    fn change(&mut self, params: &Params<'_>, what: &str, name: &str) -> Answer {
        params.need_int("nodeId")?;
        let value = params.need_text(name)?;
        let node = self.known(params)?;
        self.alter(what, node, value, "")
    }

    fn set_attribute(&mut self, params: &Params<'_>) -> Answer {
        params.need_int("nodeId")?;
        let (name, value) = (params.need_text("name")?, params.need_text("value")?);
        let node = self.element(params)?;
        self.alter("attribute", node, name, value)
    }

    fn remove_attribute(&mut self, params: &Params<'_>) -> Answer {
        params.need_int("nodeId")?;
        let name = params.need_text("name")?;
        let node = self.element(params)?;
        self.alter("removeAttribute", node, name, "")
    }

    /// Attributes as they stand in markup.
    fn set_attributes(&mut self, params: &Params<'_>) -> Answer {
        params.need_int("nodeId")?;
        let (text, name) = (params.need_text("text")?, params.text("name")?);
        let node = self.element(params)?;
        let host = &self.realm.host;
        let context = QualName::new(None, ns!(html), local_name!("body"));
        let parsed = fragment::parse(host, context, &format!("<span {text}></span>"), false);
        let parsed = parsed.map_err(|_| Fault::server("Could not parse the attributes"))?;
        let given = {
            let document = host.read();
            let child = document
                .get_node(parsed)
                .and_then(|node| node.children.first().copied());
            child.map_or_else(Vec::new, |child| attributes(&document, child))
        };
        host.released.borrow_mut().push(parsed);
        for (name, value) in &given {
            self.alter("attribute", node, name, value)?;
        }
        if let Some(old) = name
            && given.iter().all(|(name, _)| name != old)
        {
            self.alter("removeAttribute", node, old, "")?;
        }
        Ok(json!({}))
    }

    fn at_point(&mut self, params: &Params<'_>) -> Answer {
        let (x, y) = (params.need_int("x")?, params.need_int("y")?);
        let host = &self.realm.host;
        settle(host);
        let document = host.read();
        let found = aim::element_at(&document, (x as f32, y as f32));
        let found = found.filter(|id| {
            let node = document.get_node(*id);
            node.is_some_and(|node| !is_own(&document, node))
        });
        let found = found.ok_or_else(|| Fault::server("No node found at given location"))?;
        let backend = self.document.backends.id(&document, found);
        drop(document);
        let mut said = json!({ "backendNodeId": backend, "frameId": self.frame });
        if self.session.dom.is_enabled {
            let number = self.push(found);
            if number > 0 {
                said["nodeId"] = number.into();
            }
        }
        Ok(said)
    }

    fn frame_owner(&mut self, params: &Params<'_>) -> Answer {
        let frame = params.need_text("frameId")?;
        let element = self.document.frames.owner_of(frame)?;
        let host = &self.realm.host;
        let backend = self.document.backends.id(&host.read(), element);
        let mut said = json!({ "backendNodeId": backend });
        if self.session.dom.is_enabled {
            let number = self.push(element);
            if number > 0 {
                said["nodeId"] = number.into();
            }
        }
        Ok(said)
    }

    fn accessible_tree(&mut self, params: &Params<'_>) -> Answer {
        params.int("depth")?;
        params.text("frameId")?;
        let document = self.realm.host.read();
        let all = accessible::tree(&document, &mut self.document.backends, self.frame);
        Ok(json!({ "nodes": all }))
    }

    fn query_accessible(&mut self, params: &Params<'_>) -> Answer {
        let name = params.text("accessibleName")?;
        let role = params.text("role")?;
        let scope = self.any(params)?;
        let document = self.realm.host.read();
        let backends = &mut self.document.backends;
        Ok(json!({ "nodes": accessible::query(&document, backends, scope, name, role) }))
    }

    fn set_files(&mut self, params: &Params<'_>) -> Answer {
        Params::needed("files", params.list("files")?)?;
        let node = self.any(params)?;
        let document = self.realm.host.read();
        let element = document.get_node(node).and_then(|node| node.element_data());
        let is_file = element.is_some_and(|element| {
            element.name.local == local_name!("input")
                && element
                    .attr(LocalName::from("type"))
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("file"))
        });
        Err(Fault::server(match is_file {
            true => "This browser gives no files to pages",
            false => "Node is not a file input element",
        }))
    }
}

fn depth_of(params: &Params<'_>, default: i32) -> Result<i32, Fault> {
    match params.int("depth")? {
        Some(depth) if depth == 0 || depth < -1 => Err(Fault::server(
            "Please provide a positive integer as a depth or -1 for entire subtree",
        )),
        depth => Ok(depth.unwrap_or(default)),
    }
}

/// Events of a comparison for one session.
pub(crate) fn changes_for(
    realm: &'static Realm,
    document: &mut Inspected,
    session: &mut Session,
    frame: &str,
) -> Vec<(&'static str, Value)> {
    changes::found(&mut Describer {
        host: &realm.host,
        backends: &mut document.backends,
        dom: &mut session.dom,
        frame,
        frames: &document.frames,
        binds: true,
    })
}
