//! Tells the elements of a page with scripts what became of their resources: `load` and `error` of
//! pictures and style sheets.

use crate::load::fetcher::Fetcher;
use crate::page::Page;
use crate::script::Realm;
use crate::script::arrivals::Arrival;
use crate::script::resources::Fate;
use crate::script::sheets::has_sheet;
use blitz_dom::node::{ImageData, Node, SpecialElementData};
use blitz_dom::{BaseDocument, NodeId, local_name};

impl Page {
    /// Tells elements what became of their resources since the last time.
    pub(crate) fn tell_resources(&mut self, realm: &'static Realm) {
        let seen = (self.fetcher.answered(), realm.host.version.get());
        let is_listened = realm.listens("load") || realm.listens("error");
        if !is_listened || seen == self.scripts.resources.seen {
            return;
        }
        self.scripts.resources.seen = seen;
        let Some(document) = &self.view.document else {
            return;
        };
        let net = self.view.net();
        let mut news: Vec<(NodeId, &str)> = Vec::new();
        let resources = &mut self.scripts.resources;
        for (id, node) in document.tree().iter() {
            if is_sheet(node) && !resources.told.contains_key(&id) {
                resources.told.insert(id, String::new());
                news.push((id, "load"));
            }
            let Some(given) = address(node) else {
                continue;
            };
            if resources.told.get(&id).is_some_and(|told| told == given)
                || !node.flags.is_in_document() && resources.is_awaited_outside(id, given)
            {
                continue;
            }
            let Ok(url) = document.base_url().join(given) else {
                continue;
            };
            let url = String::from(url);
            let fate = match fate(document, node, &url, &self.fetcher) {
                Fate::Unasked => {
                    resources.fate_outside(&realm.host, document, (id, given), &url, |url| {
                        Arrival::of_picture(&*net, document.id(), url)
                    })
                }
                fate => fate,
            };
            let kind = match fate {
                Fate::Loaded => "load",
                Fate::Failed => "error",
                Fate::Waiting | Fate::Unasked => continue,
            };
            resources.told.insert(id, given.to_owned());
            news.push((id, kind));
        }
        if !news.is_empty() {
            let is_there = |id: &NodeId| document.get_node(*id).is_some();
            resources.told.retain(|id, _| is_there(id));
        }
        self.fetcher.pump();
        for (id, kind) in news {
            self.view.with_script(|realm| realm.fire_at(id, kind));
        }
    }
}

/// Whether a node is a style sheet that stands in the document itself.
fn is_sheet(node: &Node) -> bool {
    let element = node.element_data();
    element.is_some_and(|element| element.name.local == local_name!("style"))
        && node.flags.is_in_document()
}

/// Where the resource of a picture or a style sheet is.
fn address(node: &Node) -> Option<&str> {
    let element = node.element_data()?;
    let name = &element.name.local;
    let attribute = if *name == local_name!("img") {
        element.attr(local_name!("src"))
    } else if *name == local_name!("link") && node.flags.is_in_document() {
        let rel = element.attr(local_name!("rel")).unwrap_or_default();
        let mut words = rel.split_ascii_whitespace();
        let is_sheet = words.any(|word| word.eq_ignore_ascii_case("stylesheet"));
        element.attr(local_name!("href")).filter(|_| is_sheet)
    } else {
        None
    };
    attribute.filter(|it| !it.is_empty())
}

fn fate(document: &BaseDocument, node: &Node, url: &str, fetcher: &Fetcher) -> Fate {
    let special = node.element_data().map(|element| &element.special_data);
    if let Some(SpecialElementData::Image(image)) = special
        && !matches!(**image, ImageData::None)
    {
        return Fate::Loaded;
    }
    if fetcher.has_failed(url) {
        return Fate::Failed;
    }
    let is_link = node
        .element_data()
        .is_some_and(|element| element.name.local == local_name!("link"));
    match is_link {
        true if has_sheet(document, node.id) => Fate::Loaded,
        true => Fate::Waiting,
        false if !node.flags.is_in_document() => Fate::Unasked,
        false if fetcher.has_answered(url) => Fate::Failed,
        false => Fate::Waiting,
    }
}
