//! The filter against bytes, with a server that is a list of answers.

use super::*;
use crate::policy;
use proptest::prelude::*;
use testkit::x11_client::{first_message, intern_atom, query_extension, request};

const BASE: u32 = 0x0040_0000;
const MASK: u32 = 0x001f_ffff;
const ROOT: u32 = 0x50d;
const OTHER: u32 = 0x0020_0001;
const BIG_MAJOR: u8 = 133;
const SHM_MAJOR: u8 = 130;

/// What a server answers to the first message: one screen, one depth with one visual.
fn setup_answer() -> Vec<u8> {
    let mut rest = vec![0; 32];
    rest[4..8].copy_from_slice(&BASE.to_ne_bytes());
    rest[8..12].copy_from_slice(&MASK.to_ne_bytes());
    rest[16..18].copy_from_slice(&3_u16.to_ne_bytes());
    rest[18..20].copy_from_slice(&1000_u16.to_ne_bytes());
    rest[20] = 1;
    rest[21] = 1;
    rest.extend(*b"abc\0");
    rest.extend([0; 8]);
    let mut screen = vec![0; 40];
    screen[..4].copy_from_slice(&ROOT.to_ne_bytes());
    screen[39] = 1;
    rest.extend(screen);
    rest.extend([24, 0, 1, 0, 0, 0, 0, 0]);
    rest.extend([0; 24]);
    let words = u16::try_from(rest.len() / 4).expect("short").to_ne_bytes();
    let mut answer = vec![1, 0, 11, 0, 0, 0];
    answer.extend(words);
    answer.extend(rest);
    answer
}

fn reply(number: u16, at_8: u32) -> Vec<u8> {
    let mut reply = vec![0; 32];
    reply[0] = 1;
    reply[2..4].copy_from_slice(&number.to_ne_bytes());
    reply[8..12].copy_from_slice(&at_8.to_ne_bytes());
    reply
}

struct Connection {
    filter: Filter,
    flow: Flow,
    requests: u16,
}

impl Connection {
    fn new() -> Connection {
        let authority = Authority {
            name: b"SCHEME".to_vec(),
            data: b"secret".to_vec(),
        };
        let policy = policy::gpu_window().expect("the policy parses");
        Connection {
            filter: Filter::new(policy, authority),
            flow: Flow::default(),
            requests: 0,
        }
    }

    /// One that is set up, and knows two extensions.
    fn set_up() -> Connection {
        let mut connection = Connection::new();
        connection.says(&first_message(b"", b"")).expect("allowed");
        connection.sent();
        connection.hears(&setup_answer());
        for (name, major) in [("BIG-REQUESTS", BIG_MAJOR), ("MIT-SHM", SHM_MAJOR)] {
            connection.says(&query_extension(name)).expect("allowed");
            connection.hears(&reply(connection.requests, 1 | u32::from(major) << 8));
        }
        connection.sent();
        connection
    }

    fn says(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.requests += u16::from(self.filter.is_set_up);
        assert!(self.flow.receive(bytes, []));
        self.filter.check_client(&mut self.flow)
    }

    fn hears(&mut self, bytes: &[u8]) {
        self.filter.read_server(bytes).expect("a server's words");
    }

    /// All that goes to the server.
    fn sent(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while self.flow.is_waiting() {
            let (bytes, _) = self.flow.next_piece();
            let count = bytes.len();
            all.extend_from_slice(bytes);
            self.flow.sent(count);
        }
        all
    }

    fn refused(&mut self, bytes: &[u8]) -> String {
        let refusal = self.says(bytes).expect_err("refused");
        assert_eq!(self.sent(), b"", "nothing of it is passed");
        refusal.to_string()
    }
}

#[test]
fn the_server_gets_our_authority_whatever_the_client_has() {
    let mut connection = Connection::new();
    let theirs = first_message(b"MIT-MAGIC-COOKIE-1", b"0123456789abcdef");
    connection.says(&theirs[..20]).expect("not refused yet");
    assert_eq!(connection.sent(), b"");
    connection.says(&theirs[20..]).expect("allowed");
    assert_eq!(connection.sent(), first_message(b"SCHEME", b"secret"));
}

#[test]
fn a_first_message_of_another_kind_is_refused() {
    let mut foreign = first_message(b"", b"");
    foreign[0] = b'B';
    let refusal = Connection::new().refused(&foreign);
    assert_eq!(refusal, "the first message: has a foreign byte order");
    let large = first_message(&[b'x'; 1000], b"");
    let refusal = Connection::new().refused(&large);
    assert_eq!(refusal, "the first message: is too large");
}

#[test]
fn no_request_passes_before_the_server_has_answered() {
    let mut connection = Connection::new();
    connection.says(&first_message(b"", b"")).expect("allowed");
    connection.sent();
    let refusal = connection.refused(&request(43, 0, &[]));
    assert_eq!(refusal, "GetInputFocus: comes before the server's answer");
}

#[test]
fn what_the_list_has_passes_byte_by_byte_and_at_once() {
    let window = BASE + 1;
    let mut all = request(43, 0, &[]);
    let create = [window, ROOT, 0, 9 << 16 | 9, 1 << 16, 0, 1 << 11, 1];
    all.extend(request(1, 24, &create));
    all.extend(request(72, 2, &[window, BASE + 2, 1, 0, 0, 7, 7, 7]));
    let mut at_once = Connection::set_up();
    at_once.says(&all).expect("allowed");
    assert_eq!(at_once.sent(), all);
    let mut slowly = Connection::set_up();
    let mut passed = Vec::new();
    for byte in &all {
        slowly.says(&[*byte]).expect("allowed");
        passed.extend(slowly.sent());
    }
    assert_eq!(passed, all);
}

#[test]
fn ids_of_others_are_refused() {
    for (bytes, name) in [
        (request(8, 0, &[OTHER]), "MapWindow"),
        (request(8, 0, &[ROOT]), "MapWindow"),
        (request(18, 0, &[OTHER, 39, 31, 8, 0]), "ChangeProperty"),
        (request(72, 2, &[ROOT, BASE + 2, 0, 0, 0]), "PutImage"),
        (request(72, 2, &[BASE + 1, OTHER, 0, 0, 0]), "PutImage"),
        (
            request(53, 1, &[OTHER, BASE + 1, 1 << 16 | 1]),
            "CreatePixmap",
        ),
        (request(53, 1, &[BASE + 1, ROOT, 999]), "CreatePixmap"),
    ] {
        let refusal = Connection::set_up().refused(&bytes);
        let expected = format!("{name}: has arguments that are on no list");
        assert_eq!(refusal, expected);
    }
}

#[test]
fn a_value_behind_a_mask_is_found_and_checked() {
    let window = BASE + 1;
    let attributes = |mask: u32, values: &[u32]| {
        let mut words = vec![window, mask];
        words.extend(values);
        request(2, 0, &words)
    };
    let mut connection = Connection::set_up();
    for allowed in [
        attributes(1 << 11 | 1 << 14, &[0x22_807f, BASE + 9]),
        attributes(1 << 14, &[BASE + 9]),
        attributes(0, &[]),
    ] {
        connection.says(&allowed).expect("allowed");
    }
    connection.sent();
    for refused in [
        attributes(1 << 11, &[1 << 14]),
        attributes(1 << 11, &[1 << 20]),
        attributes(1 << 11, &[]),
        attributes(1 << 9, &[1]),
        attributes(1 << 9 | 1 << 11, &[1, 1]),
    ] {
        Connection::set_up().refused(&refused);
    }
}

#[test]
fn a_property_is_known_by_the_number_that_the_server_gave() {
    let title = |atom: u32| request(18, 0, &[BASE + 1, atom, 31, 8, 0]);
    Connection::set_up().refused(&title(300));
    let mut connection = Connection::set_up();
    connection
        .says(&intern_atom("_NET_WM_NAME"))
        .expect("allowed");
    connection.hears(&reply(connection.requests, 300));
    connection
        .says(&intern_atom("_NET_WM_STATE"))
        .expect("allowed");
    connection.hears(&reply(connection.requests, 301));
    connection.says(&title(300)).expect("allowed");
    connection.says(&title(39)).expect("allowed");
    connection.sent();
    connection.refused(&title(301));
}

#[test]
fn an_error_in_the_place_of_an_answer_teaches_nothing() {
    let mut connection = Connection::set_up();
    connection
        .says(&intern_atom("WM_PROTOCOLS"))
        .expect("allowed");
    let lost = connection.requests;
    connection
        .says(&intern_atom("_NET_WM_NAME"))
        .expect("allowed");
    let mut error = reply(lost, 400);
    error[0] = 0;
    connection.hears(&error);
    connection.hears(&reply(lost + 1, 401));
    connection.sent();
    let title = |atom: u32| request(18, 0, &[BASE + 1, atom, 31, 8, 0]);
    connection.says(&title(401)).expect("allowed");
    connection.sent();
    connection.refused(&title(400));
}

#[test]
fn an_extension_on_no_list_is_asked_for_under_no_name() {
    let mut connection = Connection::set_up();
    connection.says(&query_extension("XTEST")).expect("allowed");
    assert_eq!(connection.sent(), query_extension("-----"));
    let answer = reply(connection.requests, 1 | 132 << 8);
    connection.hears(&answer);
    let refusal = connection.refused(&request(132, 2, &[2, 0, 0]));
    assert_eq!(refusal, "request 2 of extension 132: is on no list");
}

#[test]
fn the_number_of_an_extension_makes_its_requests() {
    let attach = request(SHM_MAJOR, 6, &[BASE + 3, 0]);
    let mut connection = Connection::set_up();
    let refusal = connection.says(&attach).expect_err("refused");
    assert_eq!(refusal.why, "lacks its descriptor");
    let mut connection = Connection::set_up();
    let memory = std::fs::File::open("/dev/null").expect("/dev/null");
    assert!(connection.flow.receive(&attach, [memory.into()]));
    connection
        .filter
        .check_client(&mut connection.flow)
        .expect("allowed");
    assert!(connection.flow.next_piece().1.is_some());
    assert_eq!(connection.sent(), attach);
    let refusal = connection.refused(&request(SHM_MAJOR, 4, &[ROOT, 0]));
    assert!(refusal.ends_with("is on no list"), "{refusal}");
}

#[test]
fn counts_end() {
    let mut connection = Connection::set_up();
    for _ in 0..16 {
        connection
            .says(&request(4, 0, &[BASE + 1]))
            .expect("allowed");
    }
    let window = |id: u32| request(1, 24, &[id, ROOT, 0, 9 << 16 | 9, 1 << 16, 0, 0]);
    connection.says(&window(BASE + 1)).expect("allowed");
    connection.sent();
    let refusal = connection.refused(&window(BASE + 2));
    assert_eq!(refusal, "CreateWindow: comes too often");
}

#[test]
fn the_window_takes_the_size_of_its_scale_once_and_no_other_place() {
    let size = request(12, 0, &[BASE + 1, 0b1100, 800, 600]);
    let place = request(12, 0, &[BASE + 1, 0b0011, 5, 5]);
    let mut connection = Connection::set_up();
    connection.says(&size).expect("on the list");
    connection.sent();
    connection.refused(&size);
    let mut connection = Connection::set_up();
    connection.refused(&place);
    let mut connection = Connection::set_up();
    connection.refused(&request(12, 0, &[OTHER, 0b1100, 800, 600]));
}

#[test]
fn lengths_that_lie_are_refused() {
    for (bytes, why) in [
        (vec![43, 0, 0, 0], "has no length"),
        (request(20, 0, &[ROOT]), "is too short"),
        (vec![72, 2, 0xff, 0xff], "is longer than the server takes"),
        (vec![98, 0, 2, 0, 200, 0, 0, 0], "is too short"),
        (vec![1, 0, 3, 0], "is too short"),
    ] {
        let refusal = Connection::set_up().says(&bytes).expect_err("refused");
        assert_eq!(refusal.why, why, "{bytes:?}");
    }
}

#[test]
fn a_long_length_counts_once_it_is_agreed_on() {
    let long = |words: u32| {
        let mut bytes = vec![72, 2, 0, 0];
        bytes.extend(words.to_ne_bytes());
        bytes.extend((BASE + 1).to_ne_bytes());
        bytes.extend((BASE + 2).to_ne_bytes());
        bytes.extend([0; 12]);
        bytes
    };
    Connection::set_up()
        .says(&long(2000))
        .expect_err("not agreed");
    let mut connection = Connection::set_up();
    connection
        .says(&request(BIG_MAJOR, 0, &[]))
        .expect("allowed");
    connection.hears(&reply(connection.requests, 4000));
    connection.sent();
    connection.says(&long(2000)).expect("allowed");
    let mut passed = connection.sent().len();
    while passed < 8000 {
        let piece = [7; 1000];
        let piece = &piece[..piece.len().min(8000 - passed)];
        connection.says(piece).expect("its body");
        passed += connection.sent().len();
    }
    connection
        .says(&request(43, 0, &[]))
        .expect("a header again");
    for (words, why) in [
        (4001, "is longer than the server takes"),
        (u32::MAX, "is longer than the server takes"),
        (0, "has no length"),
        (6, "is too short"),
    ] {
        let mut connection = Connection::set_up();
        connection
            .says(&request(BIG_MAJOR, 0, &[]))
            .expect("allowed");
        connection.hears(&reply(connection.requests, 4000));
        let refusal = connection.says(&long(words)).expect_err("refused");
        assert_eq!(refusal.why, why, "{words}");
    }
}

#[test]
fn questions_that_nobody_answers_end() {
    let mut connection = Connection::set_up();
    let mut refusal = None;
    for number in 0..1000 {
        let asked = connection.says(&intern_atom(&format!("A{number}")));
        refusal = asked.err();
        if refusal.is_some() {
            break;
        }
    }
    let why = refusal.expect("it ends").why;
    assert!(
        ["comes too often", "comes faster than the answers"].contains(&why),
        "{why}"
    );
}

#[test]
fn a_server_that_speaks_nonsense_is_found_out() {
    let mut lies = Vec::new();
    for (at, byte) in [(28, 0), (28, 9), (29, 200), (25, 255), (13, 0xff)] {
        let mut lie = setup_answer();
        lie[at] = byte;
        lies.push(lie);
    }
    let mut cut = setup_answer();
    cut[6] = 5;
    lies.push(cut);
    for lie in lies {
        let mut connection = Connection::new();
        let heard = connection.filter.read_server(&lie);
        assert!(
            heard.is_err() || connection.filter.replies.ids.is_none(),
            "{lie:?}"
        );
    }
    let mut refusing = Connection::new();
    refusing.hears(&[0, 4, 11, 0, 0, 0, 1, 0, b'n', b'o', 0, 0]);
    assert!(refusing.filter.replies.ids.is_none());
}

/// A stream of requests, some of them allowed.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let allowed = prop_oneof![
        Just(request(119, 0, &[])),
        Just(request(43, 0, &[])),
        Just(request(14, 0, &[BASE + 1])),
        Just(intern_atom("UTF8_STRING")),
        Just(query_extension("RANDR")),
        Just(request(72, 2, &[BASE + 1, BASE + 2, 0, 0, 0, 1, 2, 3])),
    ];
    let any = proptest::collection::vec(any::<u8>(), 4..40);
    let one = prop_oneof![20 => allowed, 1 => any];
    proptest::collection::vec(one, 1..40).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn the_cut_of_a_stream_makes_no_difference(
        bytes in stream(),
        cuts in proptest::collection::vec(1_usize..50, 1..200),
    ) {
        let mut whole = Connection::set_up();
        let verdict = whole.says(&bytes);
        let passed = whole.sent();
        let mut pieces = Connection::set_up();
        let (mut rest, mut got, mut found) = (&bytes[..], Vec::new(), Ok(()));
        for cut in cuts.into_iter().cycle() {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            found = pieces.says(piece);
            got.extend(pieces.sent());
            rest = after;
            if found.is_err() || rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(verdict, found);
        prop_assert_eq!(passed, got);
    }

    #[test]
    fn any_bytes_from_either_side_are_taken_without_harm(
        client in proptest::collection::vec(any::<u8>(), 0..2000),
        server in proptest::collection::vec(any::<u8>(), 0..2000),
        is_set_up in any::<bool>(),
    ) {
        let mut connection = if is_set_up { Connection::set_up() } else { Connection::new() };
        // What it says is no matter; that it comes back is.
        let _ = connection.filter.read_server(&server);
        let _ = connection.says(&client);
        prop_assert!(connection.sent().len() <= client.len() + 64);
    }
}
