//! Joining: pairs are found by channel and ordinal alone, and a liar matches nothing.

use flight::{Arrow, Ends, Joiner, Kind, Name, Peer, Record, Source, Why};
use proptest::prelude::*;
use protocol::limits::JOIN_WAITING_MAX;

const A: Source = Source(1);
const B: Source = Source(2);

/// A holds end 10, B end 20 of one channel; A paints surface 5 for B.
struct Table;

impl Ends for Table {
    fn peer(&self, source: Source, edge: u32) -> Option<Peer> {
        let peer = |source, edge| Some(Peer { source, edge });
        match (source, edge) {
            (A, 10) => peer(B, 20),
            (B, 20) => peer(A, 10),
            _ => None,
        }
    }

    fn surface(&self, surface: u32) -> Option<(Source, Source)> {
        (surface == 5).then_some((A, B))
    }
}

fn message(kind: Kind, edge: u32, ordinal: u32, time_ns: u64) -> Record {
    Record {
        time_ns,
        edge,
        ordinal,
        name: Name::message(3, 1),
        bytes: 40,
        ..Record::new(kind)
    }
}

#[test]
fn a_send_and_its_receipt_are_one_arrow_in_whichever_order_they_are_read() {
    let sent = message(Kind::Sent, 10, 0, 1_000);
    let received = message(Kind::Received, 20, 0, 1_700);
    for is_late in [false, true] {
        let mut joiner = Joiner::default();
        let mut both = [(A, sent), (B, received)];
        if is_late {
            both.reverse();
        }
        assert_eq!(joiner.add(&Table, both[0].0, both[0].1), None);
        let arrow = joiner.add(&Table, both[1].0, both[1].1);
        let expected = Arrow {
            from: A,
            to: B,
            sent,
            received,
        };
        assert_eq!(arrow, Some(expected));
        assert_eq!(expected.way_ns(), Some(700));
        assert_eq!(joiner.finish(), (Vec::new(), 0));
    }
}

#[test]
fn both_directions_of_a_channel_count_for_themselves() {
    let mut joiner = Joiner::default();
    joiner.add(&Table, A, message(Kind::Sent, 10, 0, 1));
    assert_eq!(
        joiner.add(&Table, A, message(Kind::Received, 10, 0, 2)),
        None
    );
    assert!(
        joiner
            .add(&Table, B, message(Kind::Received, 20, 0, 3))
            .is_some()
    );
    assert!(
        joiner
            .add(&Table, B, message(Kind::Sent, 20, 0, 3))
            .is_some()
    );
}

#[test]
fn a_frame_is_joined_by_surface_generation_and_sequence() {
    let frame = |kind, generation, ordinal| Record {
        edge: 5,
        argument: generation,
        ordinal,
        ..Record::new(kind)
    };
    let mut joiner = Joiner::default();
    joiner.add(&Table, A, frame(Kind::Published, 1, 9));
    assert_eq!(joiner.add(&Table, B, frame(Kind::Taken, 2, 9)), None);
    assert!(joiner.add(&Table, B, frame(Kind::Taken, 1, 9)).is_some());
    // The consumer does not paint it.
    assert_eq!(joiner.add(&Table, B, frame(Kind::Published, 1, 10)), None);
    let whys: Vec<Why> = joiner.finish().0.iter().map(|it| it.why).collect();
    assert_eq!(whys, [Why::Foreign, Why::Alone]);
}

#[test]
fn what_cannot_be_matched_is_told_with_the_reason() {
    let mut joiner = Joiner::default();
    joiner.add(&Table, A, message(Kind::Sent, 10, 0, 1));
    joiner.add(&Table, A, message(Kind::Sent, 10, 0, 2));
    joiner.add(&Table, A, message(Kind::Sent, 20, 1, 3));
    joiner.add(&Table, B, message(Kind::Received, 77, 1, 3));
    let (unmatched, more) = joiner.finish();
    let whys: Vec<Why> = unmatched.iter().map(|it| it.why).collect();
    assert_eq!(
        whys,
        [Why::Repeated, Why::Foreign, Why::Foreign, Why::Alone]
    );
    assert_eq!(more, 0);
}

#[test]
fn a_message_that_came_before_it_went_has_no_time_on_the_way() {
    let sent = message(Kind::Sent, 10, 0, 1_000);
    let mut received = message(Kind::Received, 20, 0, 900);
    let arrow = |received| Arrow {
        from: A,
        to: B,
        sent,
        received,
    };
    assert_eq!(arrow(received).way_ns(), None);
    received.time_ns = 1_100;
    received.bytes += 1;
    assert_eq!(arrow(received).way_ns(), None, "they tell of two messages");
}

#[test]
fn a_process_that_sends_without_end_takes_no_more_memory() {
    let mut joiner = Joiner::default();
    let count = 3 * JOIN_WAITING_MAX as u32;
    for ordinal in 0..count {
        joiner.add(&Table, A, message(Kind::Sent, 10, ordinal, 1));
    }
    let (unmatched, more) = joiner.finish();
    assert_eq!(unmatched.len(), JOIN_WAITING_MAX);
    assert_eq!(unmatched.len() as u64 + more, u64::from(count));
}

proptest! {
    #[test]
    fn honest_processes_are_joined_whole_however_their_rings_are_read(
        turns in proptest::collection::vec(any::<bool>(), 0..200),
        left: bool,
    ) {
        let mut joiner = Joiner::default();
        let (mut sent, mut received, mut arrows) = (0, 0, 0);
        for turn in turns {
            let arrow = if turn == left {
                sent += 1;
                joiner.add(&Table, A, message(Kind::Sent, 10, sent, 5))
            } else {
                received += 1;
                joiner.add(&Table, B, message(Kind::Received, 20, received, 6))
            };
            if let Some(arrow) = arrow {
                prop_assert_eq!(arrow.sent.ordinal, arrow.received.ordinal);
                arrows += 1;
            }
        }
        prop_assert_eq!(arrows, sent.min(received));
        prop_assert_eq!(joiner.finish().0.len() as u32, sent.abs_diff(received));
    }
}

#[test]
fn a_half_waits_for_so_many_rounds_and_no_longer() {
    let mut joiner = Joiner::default();
    let sent = message(Kind::Sent, 10, 0, 1_000);
    joiner.add(&Table, A, sent);
    for _ in 0..3 {
        joiner.end_round(3);
        assert_eq!(joiner.take_unmatched().0, []);
    }
    joiner.end_round(3);
    let (alone, _) = joiner.take_unmatched();
    assert_eq!(alone.len(), 1);
    assert_eq!((alone[0].source, alone[0].why), (A, Why::Alone));
    // The same number may come again, and waits anew.
    joiner.add(&Table, A, sent);
    joiner.end_round(3);
    let received = message(Kind::Received, 20, 0, 2_000);
    assert!(joiner.add(&Table, B, received).is_some());
}
