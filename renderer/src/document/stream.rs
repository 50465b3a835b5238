//! The parser of a document, kept while the document arrives: it takes text piece by piece, and
//! adds to the tree what the text stands for.
//!
//! A step ends early where something else has to come first: a script, or another encoding. The
//! text that follows waits in the parser's own queue. What a script writes comes before it.

use crate::document::growth::Growth;
use crate::document::loan::Loan;
use crate::document::markup::Markup;
use crate::document::sink::{Budget, Sink};
use crate::document::user_agent;
use blitz_dom::{BaseDocument, DocumentConfig, NodeId, UserAgentStylesheet};
use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::Tracer;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use xml5ever::tokenizer::XmlTokenizer;
use xml5ever::tree_builder::XmlTreeBuilder;

/// The bytes of text after which the clock and the budget are looked at again.
pub(crate) const PIECE_BYTES: usize = 4 * 1024;

/// Why a step has ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The text is used up.
    Fed,
    /// A `<script>` is there with all its text, and comes before the text behind it.
    Script(NodeId),
    /// The document names its encoding.
    Encoding(String),
}

/// The parser of one document. The document must be lent to it while it works.
pub(crate) struct Stream {
    parser: Parser,
    queue: BufferQueue,
    /// What scripts have written behind a script that waits.
    written: BufferQueue,
    /// The script that waits, found in what another one has written.
    pending: Cell<Option<NodeId>>,
    loan: Loan,
    budget: Rc<Budget>,
    /// The rules of the document's attributes that it has so far, and how many they are.
    hints: RefCell<(usize, Option<UserAgentStylesheet>)>,
}

enum Parser {
    Html(Box<Tokenizer<TreeBuilder<NodeId, Sink>>>),
    Xml(Box<XmlTokenizer<XmlTreeBuilder<NodeId, Sink>>>),
}

impl Stream {
    /// An empty document, and its parser. Of a document that `may_run_scripts`, what stands in
    /// `<noscript>` is not shown.
    pub(crate) fn open(
        markup: Markup,
        config: DocumentConfig,
        budget: Rc<Budget>,
        may_run_scripts: bool,
    ) -> (Stream, BaseDocument) {
        user_agent::enable_features();
        let frames_around = config.subdocument_depth;
        let mut document = BaseDocument::new(config);
        user_agent::style(&mut document);
        if may_run_scripts {
            user_agent::hide_noscript(&mut document);
        }
        let loan = Loan::default();
        let sink = Sink::new(loan.clone(), &document, frames_around, budget.clone());
        let stream = Stream {
            parser: parser(markup, sink, may_run_scripts),
            queue: BufferQueue::default(),
            written: BufferQueue::default(),
            pending: Cell::new(None),
            loan,
            budget,
            hints: RefCell::default(),
        };
        (stream, document)
    }

    /// Lends the parser its document for some work; `None` if there is no document.
    pub(crate) fn lend<T>(
        &self,
        document: &mut Option<BaseDocument>,
        work: impl FnOnce() -> T,
    ) -> Option<T> {
        self.loan.lend(document, work)
    }

    /// Adds text behind that which waits.
    pub(crate) fn push(&self, text: &str) {
        if !text.is_empty() {
            self.queue.push_back(StrTendril::from(text));
        }
    }

    /// Parses what waits.
    pub(crate) fn step(&self) -> Step {
        if let Some(script) = self.pending.take() {
            return Step::Script(script);
        }
        match self.feed(&self.written) {
            Step::Fed => self.feed(&self.queue),
            stop => stop,
        }
    }

    /// Parses a text that comes before what waits.
    pub(crate) fn feed(&self, text: &BufferQueue) -> Step {
        let result = match &self.parser {
            Parser::Html(parser) => parser.feed(text),
            Parser::Xml(parser) => parser.feed(text),
        };
        match result {
            TokenizerResult::Done => Step::Fed,
            TokenizerResult::Script(script) => Step::Script(script),
            TokenizerResult::EncodingIndicator(label) => Step::Encoding(label.into()),
        }
    }

    /// Whether a script waits that another one has written.
    pub(crate) fn has_pending(&self) -> bool {
        self.pending.get().is_some()
    }

    /// A script that was written has to wait: whatever comes now waits behind it.
    pub(crate) fn wait_for(&self, script: NodeId) {
        self.pending.set(Some(script));
    }

    /// Text that was written waits behind the script that waits, and what was written before.
    pub(crate) fn put_off(&self, text: &BufferQueue) {
        while let Some(piece) = text.pop_front() {
            self.written.push_back(piece);
        }
    }

    /// Takes what was written and waits; what the next script writes comes before it.
    pub(crate) fn take_written(&self) -> BufferQueue {
        let taken = BufferQueue::default();
        taken.swap_with(&self.written);
        taken
    }

    /// Whether scripts may write into the document.
    pub(crate) fn takes_writing(&self) -> bool {
        matches!(self.parser, Parser::Html(_))
    }

    /// What scripts have to know of the markup since the last call.
    pub(crate) fn take_growth(&self) -> Growth {
        self.sink().growth.borrow_mut().take()
    }

    fn sink(&self) -> &Sink {
        match &self.parser {
            Parser::Html(parser) => &parser.sink.sink,
            Parser::Xml(parser) => &parser.sink.sink,
        }
    }

    /// Parses text to its end, whatever it asks for, as far as the budget goes.
    pub(crate) fn parse(&self, mut text: &str) {
        while !text.is_empty() && !self.budget.is_spent() {
            let (piece, rest) = text.split_at(text.ceil_char_boundary(PIECE_BYTES));
            self.push(piece);
            while self.step() != Step::Fed {}
            text = rest;
        }
    }

    /// Whether the document has more elements than it may have.
    pub(crate) fn is_spent(&self) -> bool {
        self.budget.is_spent()
    }

    /// No more text comes.
    pub(crate) fn end(&self) {
        match &self.parser {
            Parser::Html(parser) => parser.end(),
            Parser::Xml(parser) => parser.end(),
        }
    }

    /// The nodes that the parser still knows: the elements that are not closed, above all.
    pub(crate) fn held(&self) -> HashSet<NodeId> {
        let held = Held::default();
        match &self.parser {
            Parser::Html(parser) => parser.sink.trace_handles(&held),
            Parser::Xml(parser) => parser.sink.trace_handles(&held),
        }
        held.0.into_inner()
    }

    /// Completes what has been parsed so far, for it to be laid out.
    pub(crate) fn finish(&self) {
        let open = self.held();
        let sink = self.sink();
        let mut document = self.loan.change();
        sink.finish(&mut document, &open);
        let mut hints = self.hints.borrow_mut();
        if hints.0 == sink.hints.len() {
            return;
        }
        if let Some(old) = hints.1.take() {
            document.remove_user_agent_stylesheet(&old);
        }
        let sheet = UserAgentStylesheet::parse(&sink.hints.sheet());
        document.add_user_agent_stylesheet(sheet.clone());
        *hints = (sink.hints.len(), Some(sheet));
    }
}

/// Collects the nodes that a parser knows.
#[derive(Default)]
struct Held(RefCell<HashSet<NodeId>>);

impl Tracer for Held {
    type Handle = NodeId;

    fn trace_handle(&self, node: &NodeId) {
        self.0.borrow_mut().insert(*node);
    }
}

fn parser(markup: Markup, sink: Sink, may_run_scripts: bool) -> Parser {
    match markup {
        Markup::Html => {
            let options = TreeBuilderOpts {
                scripting_enabled: may_run_scripts,
                ..Default::default()
            };
            let builder = TreeBuilder::new(sink, options);
            Parser::Html(Box::new(Tokenizer::new(builder, TokenizerOpts::default())))
        }
        Markup::Xml => {
            let builder = XmlTreeBuilder::new(sink, Default::default());
            Parser::Xml(Box::new(XmlTokenizer::new(builder, Default::default())))
        }
    }
}
