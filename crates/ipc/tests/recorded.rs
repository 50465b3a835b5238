//! What the flight recorder holds of a channel: both halves of each message, under the right name.

use flight::{Ends, Joiner, Kind, Peer, Reader, Source, WORDS};
use ipc::{Endpoint, catalogue, edge_of};
use protocol::gpu::{FromGpu, ToGpu};
use protocol::input::Cursor;
use std::os::fd::AsFd;
use std::sync::atomic::AtomicU64;

struct Table([(Source, u32); 2]);

impl Ends for Table {
    fn peer(&self, source: Source, edge: u32) -> Option<Peer> {
        let at = self.0.iter().position(|end| *end == (source, edge))?;
        let (source, edge) = self.0[1 - at];
        Some(Peer { source, edge })
    }

    fn surface(&self, _: u32) -> Option<(Source, Source)> {
        None
    }
}

/// One test, for a process has one recorder.
#[test]
fn each_message_leaves_a_record_where_it_goes_and_one_where_it_comes() {
    let words: &'static [AtomicU64] = (0..WORDS)
        .map(|_| AtomicU64::new(0))
        .collect::<Vec<_>>()
        .leak();
    assert!(flight::install(words) && !flight::install(words));

    let (near, far) = Endpoint::<ToGpu, FromGpu>::pair().expect("a pair");
    let ends = [edge_of(near.as_fd()), edge_of(far.as_fd())];
    assert!(ends[0] != ends[1] && ends.iter().all(|end| *end != 0));
    let (sender, _) = near.split();
    let (_, receiver) = far.split();
    for round in 0..3 {
        let title = "x".repeat(round);
        sender.send(ToGpu::SetTitle { title }).expect("room");
        let cursor = Cursor::Text;
        sender.send(ToGpu::SetCursor { cursor }).expect("room");
        receiver.recv().expect("open");
        receiver.recv().expect("open");
    }
    // A full channel takes nothing, and no number is given for that.
    while sender
        .try_send(ToGpu::SetTitle {
            title: "x".repeat(900),
        })
        .is_ok()
    {}
    receiver.recv().expect("open");
    sender
        .send(ToGpu::SetTitle {
            title: String::new(),
        })
        .expect("room");
    while let Ok(Some(_)) = receiver.try_recv() {}

    let (near, far) = (Source(0), Source(1));
    let table = Table([(near, ends[0]), (far, ends[1])]);
    let mut joiner = Joiner::default();
    let mut arrows = Vec::new();
    for record in Reader::new(words).expect("a ring").news().records {
        let source = if record.edge == ends[0] { near } else { far };
        assert_eq!(source == near, record.kind == Kind::Sent);
        arrows.extend(joiner.add(&table, source, record));
    }
    assert_eq!(joiner.finish(), (Vec::new(), 0), "each has its other half");
    assert!(arrows.len() > 7);
    assert!(arrows.iter().all(|arrow| arrow.way_ns().is_some()));
    assert!(arrows.is_sorted_by_key(|arrow| arrow.sent.ordinal));

    let (kind, variant) = arrows[1].sent.name.as_message().expect("a message");
    let names = catalogue::names_of(kind, variant);
    assert_eq!(names, Some(("gpu::ToGpu", Some("SetCursor"))));
}

#[test]
fn every_enum_in_the_catalogue_has_the_names_of_its_variants() {
    let of = |name| catalogue::ENTRIES.iter().find(|entry| entry.name == name);
    let variants = of("bootstrap::ToChild").expect("it is there").variants();
    assert_eq!(variants, ["Bootstrap", "Fonts"]);
    for entry in catalogue::ENTRIES {
        let is_empty = entry.name == "demo::Nothing";
        assert_eq!(entry.variants().is_empty(), is_empty, "{}", entry.name);
        assert!(entry.variants().len() <= 250, "the number is one byte");
    }
}
