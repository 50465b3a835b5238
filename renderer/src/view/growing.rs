//! Documents that grow while they are shown: more is parsed into the same tree, and laid out when
//! it is time. Whatever the user did to the tree stays: the caret, what is selected, scroll boxes.

use crate::document::elements::ALL_DAMAGE;
use crate::document::markup::Markup;
use crate::document::stream::Stream;
use crate::load::fetcher::Fetcher;
use crate::view::growth::Growth;
use crate::view::view::View;
use blitz_dom::{BaseDocument, RestyleHint};

impl View {
    /// Shows a whole text as soon as its style sheets have arrived.
    pub(crate) fn show(&mut self, html: &str, base: &str) {
        let stream = self.open(Markup::Html, base);
        self.grow(&stream, || {
            stream.parse(html);
            stream.end();
        });
        self.complete(&stream);
    }

    /// What arrives will not come any further: something else has been asked for. What is shown
    /// stays until that comes.
    pub(crate) fn abandon(&mut self) {
        self.next = None;
        if std::mem::take(&mut self.growth).is_outdated {
            self.touch();
        }
    }

    /// The document that arrives, or has arrived.
    pub(crate) fn arriving(&self) -> Option<&BaseDocument> {
        self.next.as_ref().or(self.document.as_ref())
    }

    /// Lends the document that arrives to its parser. What that adds to it waits for
    /// [`View::show_grown`].
    pub(crate) fn grow<T>(&mut self, stream: &Stream, work: impl FnOnce() -> T) -> Option<T> {
        let had_news = self.events.take_redraw();
        let result = match self.next.is_some() {
            true => stream.lend(&mut self.next, work),
            false => stream.lend(&mut self.document, work),
        };
        self.events.take_redraw();
        if had_news {
            self.has_news();
        }
        result
    }

    /// Something has changed the document that is shown. While it grows, that waits until what was
    /// added to it is laid out, too.
    pub(crate) fn has_news(&mut self) {
        if self.growth.is_going_on && self.next.is_none() {
            self.growth.is_outdated = true;
        } else {
            self.touch();
        }
    }

    /// Whether the document that grows has changed by something else than its growth.
    pub(crate) fn is_outdated(&self) -> bool {
        self.growth.is_outdated
    }

    /// Has the document that arrives laid out as far as it is there.
    pub(crate) fn show_grown(&mut self, stream: &Stream) {
        self.grow(stream, || stream.finish());
        self.growth.is_outdated = false;
        let body = self.arriving().and_then(BaseDocument::find_body_node);
        self.growth.is_shown |= body.is_some_and(|body| !body.children.is_empty());
        if self.next.is_none() {
            self.has_grown();
        }
    }

    /// Has the document that arrives take over as far as it is there, for its first script. It is
    /// not painted before it would be without scripts. Returns whether it could: a style sheet may
    /// have to come first.
    pub(crate) fn take_over_for_script(&mut self, stream: &Stream, fetcher: &mut Fetcher) -> bool {
        if self.next.is_none() {
            return true;
        }
        self.grow(stream, || stream.finish());
        self.growth.is_wanted = true;
        self.settle(fetcher);
        self.growth.is_wanted = false;
        self.next.is_none()
    }

    /// Whether the document that arrives waits for a style sheet.
    pub(crate) fn waits_for_sheets(&mut self) -> bool {
        let arriving = match &mut self.next {
            Some(next) => Some(next),
            None => self.document.as_mut(),
        };
        arriving.is_some_and(|document| {
            document.handle_messages();
            document.has_pending_critical_resources()
        })
    }

    /// All of the document has arrived. If it was shown before, its styles are computed anew: rules
    /// may reach what was there by what has come behind it.
    pub(crate) fn complete(&mut self, stream: &Stream) {
        self.grow(stream, || stream.finish());
        self.growth = Growth {
            is_shown: true,
            ..Growth::default()
        };
        if self.next.is_some() {
            return;
        }
        let document = self.document.as_mut();
        let root = document.and_then(|document| {
            let root = document.try_root_element()?.id;
            document.get_node_mut(root)
        });
        if let Some(root) = root {
            root.set_restyle_hint(RestyleHint::restyle_subtree());
            root.insert_damage(ALL_DAMAGE);
        }
        self.needs_whole_layout = true;
        self.has_grown();
    }

    fn has_grown(&mut self) {
        if let Some(document) = &self.document {
            self.media.outdate(document);
        }
        self.controls.placeholders = None;
        if self.target.is_some() {
            self.show_target();
        }
        self.outdate_find();
        self.touch();
    }
}
