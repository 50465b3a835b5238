//! The filter of one connection: reads the headers of the client's requests, and lets through what
//! its policy lists.
//!
//! Trusts: no byte and no descriptor of the client. Never: lets a byte through before the request
//! that it belongs to is allowed.
//!
//! Source: the X Window System Protocol, version 11.

use crate::flow::Flow;
use crate::policy::{Condition, PREDEFINED_ATOMS, Policy, Rule, Test, Value};
use crate::replies::{Ids, Replies, ServerFault, Watch, long, short};
use crate::requests::{FieldKind, Shape};
use std::ops::Range;
use thiserror::Error;
use x11rb_protocol::x11_utils::{ExtInfoProvider, ExtensionInformation};

/// Proof for the server that its user has started us: the name of a scheme and its secret.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    /// For instance `MIT-MAGIC-COOKIE-1`.
    pub name: Vec<u8>,
    /// The secret.
    pub data: Vec<u8>,
}

/// The client asked for what it may not have.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{request}: {why}")]
pub struct Refusal {
    /// The name of the request.
    pub request: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The filter of one connection.
#[derive(Debug)]
pub struct Filter {
    policy: Policy,
    authority: Authority,
    /// How often each rule has let a request through.
    counts: Vec<u32>,
    is_set_up: bool,
    /// The number of the last request.
    requests: u64,
    /// Bytes of an allowed request that are still to come.
    body_left: usize,
    replies: Replies,
}

impl Filter {
    /// The filter of a new connection.
    pub fn new(policy: Policy, authority: Authority) -> Filter {
        let atoms = PREDEFINED_ATOMS.iter();
        let atoms = atoms.map(|(name, number)| ((*name).to_owned(), *number));
        Filter {
            counts: vec![0; policy.rules.len()],
            replies: Replies::new(atoms.collect()),
            policy,
            authority,
            is_set_up: false,
            requests: 0,
            body_left: 0,
        }
    }

    /// What the server sent. All of it is for the client.
    ///
    /// # Errors
    /// The server does not speak the protocol.
    pub fn read_server(&mut self, bytes: &[u8]) -> Result<(), ServerFault> {
        self.replies.read(bytes)
    }

    /// Passes what may go to the server of the bytes that have come from the client.
    ///
    /// # Errors
    /// A request that the client may not make; nothing of it has been passed.
    pub fn check_client(&mut self, flow: &mut Flow) -> Result<(), Refusal> {
        loop {
            if self.body_left > 0 {
                let count = self.body_left.min(flow.unchecked().len());
                flow.pass(count);
                self.body_left -= count;
            }
            let has_more = if self.body_left > 0 || flow.unchecked().is_empty() {
                false
            } else if self.is_set_up {
                self.check_request(flow)?
            } else {
                self.check_setup(flow)?
            };
            if !has_more {
                return Ok(());
            }
        }
    }

    /// The client's first message: it gets our authority, whatever it has of its own. Returns false
    /// if more bytes must come first.
    fn check_setup(&mut self, flow: &mut Flow) -> Result<bool, Refusal> {
        let refused = |why| Refusal {
            request: "the first message".to_owned(),
            why,
        };
        let bytes = flow.unchecked();
        if bytes.first() != Some(&OWN_BYTE_ORDER) {
            return Err(refused("has a foreign byte order"));
        }
        let Some(head) = bytes.get(..SETUP_BYTES) else {
            return Ok(false);
        };
        let (name, data) = (usize::from(short(head, 6)), usize::from(short(head, 8)));
        if name > AUTHORITY_BYTES_MAX || data > AUTHORITY_BYTES_MAX {
            return Err(refused("is too large"));
        }
        let total = SETUP_BYTES + name.next_multiple_of(4) + data.next_multiple_of(4);
        if bytes.len() < total {
            return Ok(false);
        }
        let mut ours = head[..6].to_vec();
        let own = [&self.authority.name, &self.authority.data];
        for part in own {
            let length = u16::try_from(part.len()).unwrap_or(0);
            ours.extend(length.to_ne_bytes());
        }
        ours.extend([0; 2]);
        for part in own {
            ours.extend(part);
            ours.resize(ours.len().next_multiple_of(4), 0);
        }
        flow.replace(total, &ours);
        flow.pass(ours.len());
        self.is_set_up = true;
        Ok(true)
    }

    /// The next request. Returns false if more bytes must come first.
    fn check_request(&mut self, flow: &mut Flow) -> Result<bool, Refusal> {
        let Some(&[major, minor, ..]) = flow.unchecked().get(..4) else {
            return Ok(false);
        };
        let judged = self.judge(flow, major, minor);
        judged.map_err(|why| Refusal {
            request: name(&self.replies, major, minor),
            why,
        })
    }

    fn judge(&mut self, flow: &mut Flow, major: u8, minor: u8) -> Result<bool, &'static str> {
        let bytes = flow.unchecked();
        let Some((extra, total)) = self.length(bytes)? else {
            return Ok(false);
        };
        let shape = self.shape(major, minor).ok_or("is on no list")?;
        let needed = shape.bytes_min + extra;
        if total < needed {
            return Err("is too short");
        }
        let is_whole = shape.is_read_whole();
        if is_whole && total > WHOLE_BYTES_MAX {
            return Err("is too long");
        }
        let Some(bytes) = bytes.get(..if is_whole { total } else { needed }) else {
            return Ok(false);
        };
        let request = Request {
            bytes,
            extra,
            total,
        };
        let text = request.text_range(shape).ok_or("is too short")?;
        let index = self.rule(shape, &request)?;
        let watch = self.policy.rules[index].watch(&request);
        self.counts[index] = self.counts[index].saturating_add(1);
        self.requests += 1;
        if self.policy.rules[index].is_absent {
            flow.unchecked_mut()[text].fill(NO_EXTENSION);
        } else if let Some(watch) = watch
            && !self.replies.watch(self.requests, watch)
        {
            return Err("comes faster than the answers");
        }
        if shape.has_descriptor && !flow.attach() {
            return Err("lacks its descriptor");
        }
        self.body_left = total;
        Ok(true)
    }

    /// The bytes that the long form of the length takes, and the bytes of the request; none if more
    /// must come first.
    fn length(&self, bytes: &[u8]) -> Result<Option<(usize, usize)>, &'static str> {
        let words = usize::from(short(bytes, 2));
        let (extra, words) = if words > 0 {
            (0, words)
        } else if !self.replies.has_big_requests {
            return Err("has no length");
        } else if bytes.len() < 8 {
            return Ok(None);
        } else {
            (4, usize::try_from(long(bytes, 4)).unwrap_or(usize::MAX))
        };
        let total = words.saturating_mul(4);
        if total == 0 {
            Err("has no length")
        } else if self.replies.ids.is_none() {
            Err("comes before the server's answer")
        } else if total > self.replies.request_bytes_max {
            Err("is longer than the server takes")
        } else {
            Ok(Some((extra, total)))
        }
    }

    /// The request with that first and second byte, if a policy can name it.
    fn shape(&self, major: u8, minor: u8) -> Option<&'static Shape> {
        let mut extensions = self.replies.extensions.iter();
        let extension = extensions.find(|(_, known)| *known == major);
        let extension = extension.map(|(name, _)| *name);
        let opcode = if extension.is_some() { minor } else { major };
        let mut rules = self.policy.rules.iter().map(|rule| rule.shape);
        rules.find(|shape| shape.extension == extension && shape.opcode == opcode)
    }

    /// The rule that lets the request through, or why none does.
    fn rule(&self, shape: &Shape, request: &Request<'_>) -> Result<usize, &'static str> {
        let mut is_listed = false;
        for (index, rule) in self.policy.rules.iter().enumerate() {
            if rule.shape != shape || !rule.holds(request, &self.replies) {
                continue;
            }
            if rule.count_max.is_none_or(|max| self.counts[index] < max) {
                return Ok(index);
            }
            is_listed = true;
        }
        Err(if is_listed {
            "comes too often"
        } else {
            "has arguments that are on no list"
        })
    }
}

/// A request, as far as it must be read.
struct Request<'a> {
    bytes: &'a [u8],
    /// The bytes that the long form of the length takes.
    extra: usize,
    total: usize,
}

impl Request<'_> {
    fn at(&self, at: usize) -> usize {
        if at < 4 { at } else { at + self.extra }
    }

    fn short(&self, at: usize) -> u32 {
        short(self.bytes, self.at(at)).into()
    }

    fn long(&self, at: usize) -> u32 {
        long(self.bytes, self.at(at))
    }

    /// The place of the text of a request that has one; none where it would end beyond the request.
    fn text_range(&self, shape: &Shape) -> Option<Range<usize>> {
        let mut fields = shape.fields.iter();
        let text = fields.find_map(|field| match field.kind {
            FieldKind::Text(first) => Some((field.at, first)),
            _ => None,
        });
        let Some((length, first)) = text else {
            return Some(0..0);
        };
        let first = self.at(first);
        let end = first + self.short(length) as usize;
        (end <= self.bytes.len()).then_some(first..end)
    }

    fn text(&self, shape: &Shape) -> &[u8] {
        let range = self.text_range(shape);
        range.and_then(|range| self.bytes.get(range)).unwrap_or(&[])
    }
}

impl Shape {
    /// Whether the request must be there to its end before it can be judged.
    fn is_read_whole(&self) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| matches!(field.kind, FieldKind::Text(_) | FieldKind::Listed { .. }))
    }
}

impl Rule {
    fn holds(&self, request: &Request<'_>, replies: &Replies) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.all(|condition| match condition {
            Condition::SizeMax(max) => request.total <= *max,
            Condition::Field(field, test) => match field.kind {
                FieldKind::Text(_) => is_one_of_texts(test, request.text(self.shape)),
                FieldKind::Byte => {
                    let byte = request.bytes.get(request.at(field.at));
                    byte.is_some_and(|byte| test.holds(u32::from(*byte), replies))
                }
                FieldKind::Short => test.holds(request.short(field.at), replies),
                FieldKind::Long => test.holds(request.long(field.at), replies),
                FieldKind::Atom => is_atom(test, request.long(field.at), replies),
                FieldKind::Listed { bit, first } => {
                    let mask = request.long(field.at);
                    if mask & (1 << bit) == 0 {
                        return true;
                    }
                    let before = (mask & ((1 << bit) - 1)).count_ones() as usize;
                    let at = first + 4 * before;
                    request.at(at) + 4 <= request.bytes.len()
                        && test.holds(request.long(at), replies)
                }
            },
        })
    }

    /// What the answer will tell that the filter must know.
    fn watch(&self, request: &Request<'_>) -> Option<Watch> {
        match self.shape.name {
            "BIG-REQUESTS.Enable" => Some(Watch::BigRequests),
            "InternAtom" => {
                let name = String::from_utf8_lossy(request.text(self.shape));
                Some(Watch::Atom(name.into_owned()))
            }
            "QueryExtension" => {
                let name = request.text(self.shape);
                let mut shapes = crate::requests::SHAPES.iter();
                let known = shapes
                    .find_map(|shape| shape.extension.filter(|known| known.as_bytes() == name));
                known.map(Watch::Extension)
            }
            _ => None,
        }
    }
}

impl Test {
    fn holds(&self, number: u32, replies: &Replies) -> bool {
        let ids = replies.ids.as_ref();
        match self {
            Test::Within(bits) => number & !bits == 0,
            Test::Max(max) => number <= *max,
            Test::Is(values) => values.iter().any(|value| match value {
                Value::Own => ids.is_some_and(|ids: &Ids| ids.is_own(number)),
                Value::Root => ids.is_some_and(|ids: &Ids| ids.is_root(number)),
                Value::Number(wanted) => number == *wanted,
                Value::Text(_) => false,
            }),
        }
    }
}

fn is_one_of_texts(test: &Test, text: &[u8]) -> bool {
    let Test::Is(values) = test else {
        return false;
    };
    values
        .iter()
        .any(|value| matches!(value, Value::Text(wanted) if wanted.as_bytes() == text))
}

fn is_atom(test: &Test, atom: u32, replies: &Replies) -> bool {
    let mut names = replies.atoms.iter().filter(|(_, number)| *number == atom);
    names.any(|(name, _)| is_one_of_texts(test, name.as_bytes()))
}

/// The name of a request, for records.
fn name(replies: &Replies, major: u8, minor: u8) -> String {
    let found = x11rb_protocol::protocol::get_request_name(&Extensions(replies), major, minor);
    match found.strip_prefix("ext ") {
        Some(_) => format!("request {minor} of extension {major}"),
        None => found.replace("::opcode", " request").replace("::", "."),
    }
}

/// The extensions that the client has asked for, as the library wants them.
struct Extensions<'a>(&'a Replies);

impl ExtInfoProvider for Extensions<'_> {
    fn get_from_major_opcode(&self, major: u8) -> Option<(&str, ExtensionInformation)> {
        let mut known = self.0.extensions.iter();
        let (name, major_opcode) = known.find(|(_, known)| *known == major)?;
        let information = ExtensionInformation {
            major_opcode: *major_opcode,
            first_event: 0,
            first_error: 0,
        };
        Some((name, information))
    }

    fn get_from_event_code(&self, _: u8) -> Option<(&str, ExtensionInformation)> {
        None
    }

    fn get_from_error_code(&self, _: u8) -> Option<(&str, ExtensionInformation)> {
        None
    }
}

#[cfg(target_endian = "little")]
const OWN_BYTE_ORDER: u8 = b'l';
#[cfg(target_endian = "big")]
const OWN_BYTE_ORDER: u8 = b'B';
const SETUP_BYTES: usize = 12;
/// Most bytes of the name, and of the data, of a client's own authority.
const AUTHORITY_BYTES_MAX: usize = 256;
/// Most bytes of a request that must be read to its end.
const WHOLE_BYTES_MAX: usize = 4096;
/// Names of extensions have no such byte.
const NO_EXTENSION: u8 = b'-';

#[cfg(test)]
mod tests;
