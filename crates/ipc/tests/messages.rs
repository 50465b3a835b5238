//! What holds for every message type: it survives its own encoding, and nothing else decodes.

mod support;

use ipc::catalogue::{ENTRIES, exercise_selected};
use ipc::codec::{EncodeError, decode, encode};
use proptest::prelude::*;
use protocol::Message;
use protocol::limits::MESSAGE_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;

macro_rules! properties {
    ($($module:ident::$name:ident),+) => {
        /// The properties below for each type, with its name.
        const EVERY_TYPE: &[(&str, fn(&[u8]))] = &[
            $((
                concat!(stringify!($module), "::", stringify!($name)),
                round_trip::<protocol::$module::$name>,
            )),+
        ];
    };
}
ipc::for_every_message!(properties);

fn round_trip<T: Message>(entropy: &[u8]) {
    let Some(message) = support::make::<T>(entropy) else {
        return;
    };
    let bytes = match encode(&message) {
        Ok(bytes) => bytes,
        Err(error) => return assert!(matches!(error, EncodeError::TooLarge), "{error}"),
    };
    assert!(!bytes.is_empty() && bytes.len() <= T::MAX_BYTES);
    assert!(message.handles().len() <= T::MAX_HANDLES);
    match (decode::<T>(&bytes), message.check()) {
        (Ok(again), Ok(())) => assert_eq!(encode(&again).expect("encodes"), bytes),
        (Err(found), Err(expected)) => assert_eq!(found, expected),
        (found, expected) => panic!("decoded {:?}, expected {expected:?}", found.map(drop)),
    }
    let last = bytes.len() - 1;
    for end in [0, last / 3, last / 2, last] {
        assert_eq!(
            decode::<T>(&bytes[..end]).err(),
            Some(Misbehaviour::BadEncoding)
        );
    }
    let mut longer = bytes;
    longer.push(0);
    let expected = if longer.len() > T::MAX_BYTES {
        Misbehaviour::OversizedPacket
    } else {
        Misbehaviour::BadEncoding
    };
    assert_eq!(decode::<T>(&longer).err(), Some(expected));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn every_message_survives_its_encoding_and_no_prefix_or_extension_of_it_decodes(
        entropy in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        for (_, property) in EVERY_TYPE {
            property(&entropy);
        }
    }

    #[test]
    fn arbitrary_bytes_decode_or_are_misbehaviour(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        for entry in ENTRIES {
            let _ = (entry.exercise)(&bytes);
        }
    }

    #[test]
    fn a_message_with_flipped_bits_decodes_or_is_misbehaviour(
        selector in 0..ENTRIES.len(),
        entropy in prop::collection::vec(any::<u8>(), 0..200),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6),
    ) {
        let Some(mut bytes) = valid_bytes(selector, &entropy) else { return Ok(()) };
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let _ = (ENTRIES[selector].exercise)(&bytes);
    }
}

macro_rules! encoders {
    ($($module:ident::$name:ident),+) => {
        const ENCODERS: &[fn(&[u8]) -> Option<Vec<u8>>] =
            &[$(|entropy| encode(&support::make::<protocol::$module::$name>(entropy)?).ok()),+];
    };
}
ipc::for_every_message!(encoders);

fn valid_bytes(selector: usize, entropy: &[u8]) -> Option<Vec<u8>> {
    ENCODERS[selector](entropy)
}

#[test]
fn the_catalogue_has_every_message_type() {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocol/src");
    let count: usize = std::fs::read_dir(sources)
        .expect("the protocol crate lies beside this one")
        .map(|entry| std::fs::read_to_string(entry.expect("entry").path()).expect("source"))
        .map(|source| source.matches("\nimpl Message for ").count())
        .sum();
    assert_eq!(count, ENTRIES.len());
}

#[test]
fn each_type_but_the_empty_one_is_made_up_and_accepted() {
    for (selector, entry) in ENTRIES.iter().enumerate() {
        let accepted = (0..200)
            .filter_map(|seed| valid_bytes(selector, &support::noise(seed, 120)))
            .filter(|bytes| (entry.exercise)(bytes).is_ok())
            .count();
        assert_eq!(
            accepted > 20,
            entry.name != "demo::Nothing",
            "{}: {accepted}",
            entry.name
        );
    }
}

#[test]
fn the_largest_chunk_of_a_body_fits_and_a_larger_one_is_refused() {
    use protocol::fetch::FromNetwork;
    use protocol::ids::RequestId;
    use protocol::limits::BODY_CHUNK_BYTES_MAX;
    let body = |bytes| FromNetwork::Body {
        request: RequestId(u32::MAX),
        bytes: vec![255; bytes],
    };
    let largest = encode(&body(BODY_CHUNK_BYTES_MAX)).expect("fits");
    assert_eq!(
        decode::<FromNetwork>(&largest),
        Ok(body(BODY_CHUNK_BYTES_MAX))
    );
    let larger =
        encode(&body(BODY_CHUNK_BYTES_MAX + 1)).expect("a message, though not a legal one");
    assert_eq!(decode::<FromNetwork>(&larger), Err(Misbehaviour::Oversized));
    let error = encode(&body(MESSAGE_BYTES_MAX)).expect_err("more than any message");
    assert!(matches!(error, EncodeError::TooLarge));
}

#[test]
fn no_input_selects_nothing_and_any_first_byte_something() {
    assert!(exercise_selected(&[]).is_none());
    for selector in 0..=255 {
        assert!(exercise_selected(&[selector]).is_some_and(|decoded| decoded.is_err()));
    }
}
