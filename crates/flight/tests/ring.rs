//! Rings: what an honest process writes is read, and whatever another one writes harms nobody.

use flight::{Kind, Name, Reader, Record, WORDS, Writer};
use proptest::prelude::*;
use protocol::limits::FLIGHT_RECORDS;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

fn ring() -> Arc<[AtomicU64]> {
    (0..WORDS).map(|_| AtomicU64::new(0)).collect()
}

/// A record of which every field follows from its number.
fn numbered(number: u32) -> Record {
    Record {
        time_ns: u64::from(number) << 8,
        name: Name(number as u16),
        edge: number ^ 0xaaaa,
        ordinal: number,
        bytes: number.rotate_left(7),
        argument: !number,
        ..Record::new(Kind::Sent)
    }
}

#[test]
fn the_last_records_are_read_in_their_order() {
    let words = ring();
    let (writer, reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    assert_eq!(reader.last(64).records, []);
    for number in 0..10_000 {
        writer.write(&numbered(number));
    }
    let read = reader.last(64);
    let expected: Vec<Record> = (10_000 - 64..10_000).map(numbered).collect();
    assert_eq!((read.records, read.lost, read.senseless), (expected, 0, 0));
}

#[test]
fn news_are_read_once_and_what_was_overwritten_is_counted() {
    let words = ring();
    let (writer, mut reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    (0..3).for_each(|number| writer.write(&numbered(number)));
    assert_eq!(reader.news().records.len(), 3);
    assert_eq!(reader.news().records, []);
    let many = FLIGHT_RECORDS as u32 + 10;
    (0..many).for_each(|number| writer.write(&numbered(number)));
    let read = reader.news();
    assert_eq!((read.records.len(), read.lost), (FLIGHT_RECORDS, 10));
    assert_eq!(read.records[0], numbered(10));
    assert!(read.makes_sense());
}

#[test]
fn a_record_whose_writer_died_in_it_is_lost_and_no_other() {
    let words = ring();
    let (writer, reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    writer.write(&numbered(0));
    // The second one took its place and was killed.
    words[0].fetch_add(1, Ordering::Relaxed);
    writer.write(&numbered(2));
    let read = reader.last(64);
    assert_eq!(read.records, [numbered(0), numbered(2)]);
    assert_eq!(read.lost, 1);
}

#[test]
fn memory_of_another_size_is_no_ring() {
    let words = &ring()[1..];
    assert!(Writer::new(words).is_none() && Reader::new(words).is_none());
}

#[test]
fn a_position_that_runs_backwards_is_noticed_and_read_no_further() {
    let words = ring();
    let (writer, mut reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    (0..9).for_each(|number| writer.write(&numbered(number)));
    reader.news();
    words[0].store(4, Ordering::Relaxed);
    let read = reader.news();
    assert!(read.is_backwards && !read.makes_sense());
    assert_eq!(read.records, []);
    writer.write(&numbered(100));
    assert_eq!(reader.news().records, [numbered(100)]);
}

/// Writers that never stop: every record that is read is whole, and reading ends.
#[test]
fn a_writer_that_never_stops_gives_whole_records_or_none() {
    let words = ring();
    let is_over = Arc::new(AtomicBool::new(false));
    let writers = [0, 1].map(|thread| {
        let (words, is_over) = (words.clone(), is_over.clone());
        thread::spawn(move || {
            let writer = Writer::new(words).expect("it is there");
            let mut number = thread;
            while !is_over.load(Ordering::Relaxed) {
                writer.write(&numbered(number));
                number += 2;
            }
        })
    });
    let mut reader = Reader::new(words).expect("it is there");
    let mut whole = 0;
    while whole < 100_000 {
        let read = reader.news();
        for record in &read.records {
            assert_eq!(*record, numbered(record.ordinal));
        }
        whole += read.records.len();
        assert!(read.records.len() <= FLIGHT_RECORDS && read.makes_sense());
        for record in reader.last(64).records {
            assert_eq!(record, numbered(record.ordinal));
        }
    }
    is_over.store(true, Ordering::Relaxed);
    writers
        .into_iter()
        .for_each(|it| it.join().expect("it ends"));
}

/// Garbage in every word, written without end by a thread that follows no rule.
#[test]
fn a_ring_of_garbage_harms_no_reader() {
    let words = ring();
    let is_over = Arc::new(AtomicBool::new(false));
    let vandal = {
        let (words, is_over) = (words.clone(), is_over.clone());
        thread::spawn(move || {
            let mut state = 0x9e37_79b9_7f4a_7c15_u64;
            while !is_over.load(Ordering::Relaxed) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = if state.is_multiple_of(16) {
                    0
                } else {
                    state as usize % WORDS
                };
                words[at].store(state.rotate_left(23), Ordering::Relaxed);
            }
        })
    };
    let mut reader = Reader::new(words).expect("it is there");
    for _ in 0..500 {
        for read in [reader.news(), reader.last(usize::MAX)] {
            assert!(read.records.len() <= FLIGHT_RECORDS);
        }
    }
    is_over.store(true, Ordering::Relaxed);
    vandal.join().expect("it ends");
}

proptest! {
    #[test]
    fn any_position_and_any_stamps_are_survived(
        positions in proptest::collection::vec(
            prop_oneof![any::<u64>(), 0_u64..9_000, u64::MAX - 5_000..=u64::MAX], 1..8,
        ),
        fill: u64,
        is_stamped: bool,
    ) {
        let words = ring();
        words.iter().skip(1).for_each(|word| word.store(fill, Ordering::Relaxed));
        let mut reader = Reader::new(&words).expect("it is there");
        for position in positions {
            words[0].store(position, Ordering::Relaxed);
            if is_stamped {
                for place in 0..FLIGHT_RECORDS {
                    // As if the record before `position` and all others were whole.
                    let lap = position.wrapping_sub(1) & !(FLIGHT_RECORDS as u64 - 1);
                    let stamp = (lap + place as u64).wrapping_add(1) as u32;
                    words[512 + place * 4 + 3].store(u64::from(stamp), Ordering::Relaxed);
                }
            }
            for read in [reader.news(), reader.last(100)] {
                let found = read.records.len() as u64 + read.senseless;
                prop_assert!(found <= FLIGHT_RECORDS as u64);
            }
        }
    }
}

#[test]
fn a_record_that_is_being_written_is_read_when_it_is_whole() {
    let words = ring();
    let (writer, mut reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    writer.write(&numbered(0));
    writer.write(&numbered(1));
    // As if the second one were half written.
    let tail = &words[512 + 4 + 3];
    let stamp = tail.swap(0, Ordering::Relaxed);
    assert_eq!(reader.news().records, [numbered(0)]);
    tail.store(stamp, Ordering::Relaxed);
    writer.write(&numbered(2));
    let read = reader.news();
    assert_eq!(
        (read.records, read.lost),
        (vec![numbered(1), numbered(2)], 0)
    );
    // One that never is whole is waited for once.
    words[0].fetch_add(1, Ordering::Relaxed);
    writer.write(&numbered(4));
    assert_eq!(reader.news().records, []);
    let read = reader.news();
    assert_eq!((read.records, read.lost), (vec![numbered(4)], 1));
}

#[test]
fn news_come_in_pieces_and_what_was_skipped_does_not_come() {
    let words = ring();
    let (writer, mut reader) = (
        Writer::new(&words).expect("it is there"),
        Reader::new(&words).expect("it is there"),
    );
    writer.write(&numbered(0));
    reader.skip();
    (1..6).for_each(|number| writer.write(&numbered(number)));
    assert_eq!(reader.news_at_most(2).records, [numbered(1), numbered(2)]);
    assert_eq!(reader.news_at_most(9).records, [3, 4, 5].map(numbered));
}
