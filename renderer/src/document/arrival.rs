//! A document that arrives: its bytes become text in the right encoding, and the text markup for
//! the parser. Text that was not sent as markup is never parsed as markup.

use crate::document::body::Body;
use crate::document::charset::Decoder;
use crate::document::content;
use crate::document::markup::Markup;
use crate::document::mime::{ContentType, MimeKind};
use crate::document::stream::{PIECE_BYTES, Step, Stream};
use blitz_dom::NodeId;
use encoding_rs::Encoding;
use std::rc::Rc;
use std::time::Instant;

/// Makes markup of the bytes of a document.
pub(crate) struct Reader {
    kind: MimeKind,
    decoder: Decoder,
    /// What comes before that which the bytes stand for.
    intro: String,
}

impl Reader {
    /// For a document with these first bytes. Returns, too, how many of them are a byte order mark.
    pub(crate) fn new(content: &ContentType, start: &[u8], url: &str) -> (Reader, usize) {
        let (decoder, mark) = Decoder::new(start, content.charset.as_deref());
        let reader = Reader {
            intro: content::intro(&content.kind, url),
            kind: content.kind.clone(),
            decoder,
        };
        (reader, mark)
    }

    /// For a page of ours in place of a document.
    pub(crate) fn of_page(page: String) -> Reader {
        Reader {
            kind: MimeKind::Html,
            decoder: Decoder::of(encoding_rs::UTF_8),
            intro: page,
        }
    }

    /// The same document, in another encoding, from its beginning.
    pub(crate) fn again(&self, encoding: &'static Encoding) -> Reader {
        Reader {
            kind: self.kind.clone(),
            decoder: Decoder::of(encoding),
            intro: String::new(),
        }
    }

    pub(crate) fn kind(&self) -> &MimeKind {
        &self.kind
    }

    pub(crate) fn markup(&self) -> Markup {
        content::markup(&self.kind)
    }

    /// The markup of further bytes.
    fn read(&mut self, bytes: &[u8], is_last: bool) -> String {
        let intro = std::mem::take(&mut self.intro);
        match &self.kind {
            MimeKind::Html | MimeKind::Xhtml => intro + &self.decoder.decode(bytes, is_last),
            MimeKind::Text => intro + &content::text_part(&self.decoder.decode(bytes, is_last)),
            MimeKind::Image | MimeKind::Unsupported(_) => intro,
        }
    }
}

/// Why [`Arrival::advance`] has stopped.
pub(crate) enum Progress {
    /// All that has arrived is parsed.
    Waiting,
    /// The time is up, and there is more.
    Busy,
    /// A script comes before what follows.
    Script(NodeId),
    /// What was parsed is in another encoding than it was taken for.
    Renamed(&'static Encoding),
    /// The document is complete.
    Ended,
}

/// The body of a document on its way into the tree.
pub(crate) struct Arrival {
    pub(crate) body: Body,
    reading: Option<(Reader, Rc<Stream>)>,
    /// Whether the end of the body has been given to the parser.
    is_read: bool,
    /// Whether a script was found, behind which there may be text.
    is_stopped: bool,
    /// Whether scripts have run, which must not run again: the encoding stays as it is taken for.
    pub(crate) has_run_scripts: bool,
}

impl Arrival {
    pub(crate) fn new(body: Body) -> Arrival {
        Arrival {
            body,
            reading: None,
            is_read: false,
            is_stopped: false,
            has_run_scripts: false,
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.reading.is_some()
    }

    /// Begins with the first byte after the first `mark`.
    pub(crate) fn begin(&mut self, reader: Reader, stream: Stream, mark: usize) {
        self.body.rewind(mark);
        self.is_read = false;
        self.reading = Some((reader, Rc::new(stream)));
    }

    pub(crate) fn reader(&self) -> Option<&Reader> {
        self.reading.as_ref().map(|(reader, _)| reader)
    }

    pub(crate) fn stream(&self) -> Option<Rc<Stream>> {
        self.reading.as_ref().map(|(_, stream)| stream.clone())
    }

    /// Whether there is something to parse.
    pub(crate) fn has_more(&self) -> bool {
        let has_bytes = self.body.has_more() || self.body.is_complete();
        self.has_begun() && (has_bytes || self.is_stopped)
    }

    /// The encoding of the document.
    pub(crate) fn encoding(&self) -> &'static str {
        let reader = self.reader();
        reader.map_or("UTF-8", |reader| reader.decoder.name())
    }

    /// Whether the document has more elements than it may have.
    pub(crate) fn is_spent(&self) -> bool {
        self.stream().is_some_and(|stream| stream.is_spent())
    }

    /// Parses what has arrived until that moment, or to the next script. The document must be lent
    /// to the stream.
    pub(crate) fn advance(&mut self, until: Instant) -> Progress {
        let Some((reader, stream)) = &mut self.reading else {
            return Progress::Waiting;
        };
        self.is_stopped = false;
        let mut has_moved = false;
        loop {
            // What waits behind the last script comes first.
            match step(reader, stream) {
                Some(Progress::Renamed(_)) if self.has_run_scripts => continue,
                Some(Progress::Script(script)) => {
                    self.is_stopped = true;
                    return Progress::Script(script);
                }
                Some(stop) => return stop,
                None => {}
            }
            if !reader.decoder.is_guess() {
                self.body.forget_taken();
            }
            if self.is_read || stream.is_spent() {
                stream.end();
                return Progress::Ended;
            }
            if has_moved && Instant::now() >= until {
                return Progress::Busy;
            }
            has_moved = true;
            let is_complete = self.body.is_complete();
            let piece = self.body.take(PIECE_BYTES);
            if piece.is_empty() && !is_complete {
                return Progress::Waiting;
            }
            self.is_read = piece.is_empty();
            stream.push(&reader.read(piece, self.is_read));
        }
    }
}

/// Parses what waits; stops at a script, and where the encoding turns out to be another one.
fn step(reader: &mut Reader, stream: &Stream) -> Option<Progress> {
    loop {
        match stream.step() {
            Step::Fed => return None,
            Step::Script(script) => return Some(Progress::Script(script)),
            Step::Encoding(label) => {
                let encoding = reader.decoder.take_name(&label);
                if let Some(encoding) = encoding {
                    return Some(Progress::Renamed(encoding));
                }
            }
        }
    }
}
