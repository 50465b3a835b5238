//! Claims about the resolver, tried on name servers of the tests' own.

use super::*;
use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const PATIENCE: Duration = Duration::from_secs(60);
/// A quarter of it is the time for one try.
const SHORT: Duration = Duration::from_millis(200);

/// A name server on loopback; its threads end with the test process.
struct NameServer {
    address: SocketAddr,
    queries: Arc<AtomicUsize>,
}

impl NameServer {
    /// Answers each query over UDP with all messages that `answer` gives for it.
    fn start(answer: impl Fn(&Message) -> Vec<Message> + Send + 'static) -> NameServer {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
        let address = socket.local_addr().expect("address");
        let queries = Arc::new(AtomicUsize::new(0));
        let counter = queries.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let (length, client) = socket.recv_from(&mut buffer).expect("receive");
                counter.fetch_add(1, Ordering::SeqCst);
                let query = Message::from_vec(&buffer[..length]).expect("a query");
                for message in answer(&query) {
                    let bytes = message.to_vec().expect("encodes");
                    socket.send_to(&bytes, client).expect("send");
                }
            }
        });
        NameServer { address, queries }
    }

    fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }
}

fn reply(query: &Message) -> Message {
    let mut message = Message::response(query.metadata.id, OpCode::Query);
    message.add_query(query.queries[0].clone());
    message
}

fn reply_with(query: &Message, code: ResponseCode) -> Message {
    let mut message = reply(query);
    message.metadata.response_code = code;
    message
}

/// Knows one IPv4 address for any name, and no IPv6 address.
fn reply_v4(query: &Message, last: u8) -> Message {
    let mut message = reply(query);
    if query.queries[0].query_type() == RecordType::A {
        let name = query.queries[0].name().clone();
        let data = RData::A(A(Ipv4Addr::new(192, 0, 2, last)));
        message.add_answer(Record::from_rdata(name, 300, data));
    }
    message
}

fn v4(last: u8) -> Vec<IpAddr> {
    vec![Ipv4Addr::new(192, 0, 2, last).into()]
}

fn resolver(servers: &[SocketAddr], patience: Duration) -> Resolver {
    Resolver::new(servers, &[], patience)
}

#[test]
fn a_name_is_asked_once_and_then_known() {
    let server = NameServer::start(|query| vec![reply_v4(query, 1)]);
    let resolver = resolver(&[server.address], PATIENCE);
    assert_eq!(resolver.lookup("Example.test"), Ok(v4(1)));
    assert_eq!(resolver.lookup("example.TEST."), Ok(v4(1)));
    assert_eq!(server.queries(), 2, "one for each kind of address");
}

#[test]
fn a_name_that_does_not_exist_is_not_found() {
    let server = NameServer::start(|query| vec![reply_with(query, ResponseCode::NXDomain)]);
    let resolver = resolver(&[server.address], PATIENCE);
    let expected = LoadError::HostNotFound {
        host: "none.test".to_owned(),
    };
    assert_eq!(resolver.lookup("none.test"), Err(expected.clone()));
    assert_eq!(resolver.lookup("none.test"), Err(expected));
    assert_eq!(server.queries(), 2, "the second time it was known");
}

#[test]
fn a_name_without_an_address_is_not_found() {
    let server = NameServer::start(|query| vec![reply(query)]);
    let found = resolver(&[server.address], PATIENCE).lookup("empty.test");
    assert_eq!(
        found,
        Err(LoadError::HostNotFound {
            host: "empty.test".to_owned()
        })
    );
}

#[test]
fn an_answer_with_a_wrong_id_or_question_is_ignored() {
    let server = NameServer::start(|query| {
        let mut wrong_id = reply_v4(query, 66);
        wrong_id.metadata.id = wrong_id.metadata.id.wrapping_add(1);
        let mut wrong_question = reply_v4(query, 66);
        let name = "evil.test.".parse().expect("name");
        wrong_question.queries[0].set_name(name);
        vec![wrong_id, wrong_question, reply_v4(query, 1)]
    });
    assert_eq!(
        resolver(&[server.address], PATIENCE).lookup("a.test"),
        Ok(v4(1))
    );
}

#[test]
fn a_server_that_only_sends_false_answers_is_given_up() {
    let server = NameServer::start(|query| {
        let mut forged = reply_v4(query, 66);
        forged.metadata.id = forged.metadata.id.wrapping_add(1);
        vec![forged; 200]
    });
    let found = resolver(&[server.address], SHORT).lookup("a.test");
    assert!(
        matches!(found, Err(LoadError::Resolver { .. })),
        "{found:?}"
    );
}

#[test]
fn a_silent_server_is_named_and_the_next_one_asked() {
    let silent = NameServer::start(|_| Vec::new());
    let server = NameServer::start(|query| vec![reply_v4(query, 1)]);
    let both = resolver(&[silent.address, server.address], Duration::from_secs(4));
    assert_eq!(both.lookup("a.test"), Ok(v4(1)));
    let Err(LoadError::Resolver { host, reason }) =
        resolver(&[silent.address], SHORT).lookup("a.test")
    else {
        panic!("the silent server answered");
    };
    assert_eq!(host, "a.test");
    assert!(reason.contains(&silent.address.to_string()), "{reason}");
}

#[test]
fn a_server_that_refuses_is_passed_over() {
    let refusing = NameServer::start(|query| vec![reply_with(query, ResponseCode::ServFail)]);
    let server = NameServer::start(|query| vec![reply_v4(query, 1)]);
    let resolver = resolver(&[refusing.address, server.address], PATIENCE);
    assert_eq!(resolver.lookup("a.test"), Ok(v4(1)));
}

#[test]
fn a_server_that_drops_the_ipv6_question_costs_little() {
    let server = NameServer::start(|query| {
        let is_v4 = query.queries[0].query_type() == RecordType::A;
        if is_v4 {
            vec![reply_v4(query, 1)]
        } else {
            Vec::new()
        }
    });
    assert_eq!(
        resolver(&[server.address], PATIENCE).lookup("a.test"),
        Ok(v4(1))
    );
}

#[test]
fn a_truncated_answer_that_cannot_be_had_whole_does_not_spoil_the_other() {
    let server = NameServer::start(|query| {
        if query.queries[0].query_type() == RecordType::A {
            return vec![reply_v4(query, 1)];
        }
        let mut message = reply(query);
        message.metadata.truncation = true;
        vec![message]
    });
    assert_eq!(
        resolver(&[server.address], PATIENCE).lookup("a.test"),
        Ok(v4(1))
    );
}

#[test]
fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = NameServer::start(|query| {
        let mut message = reply(query);
        message.metadata.truncation = true;
        vec![message]
    });
    let listener = TcpListener::bind(server.address).expect("the same port");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("accept");
            let mut length = [0; 2];
            stream.read_exact(&mut length).expect("length");
            let mut query = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut query).expect("query");
            let query = Message::from_vec(&query).expect("a query");
            let answer = reply_v4(&query, 9).to_vec().expect("encodes");
            let length = (answer.len() as u16).to_be_bytes();
            stream
                .write_all(&[&length[..], &answer].concat())
                .expect("answer");
        }
    });
    assert_eq!(
        resolver(&[server.address], PATIENCE).lookup("long.test"),
        Ok(v4(9))
    );
}

#[test]
fn without_a_name_server_the_error_says_so() {
    let Err(LoadError::Resolver { reason, .. }) = resolver(&[], PATIENCE).lookup("a.test") else {
        panic!("found");
    };
    assert_eq!(reason, "no name server is configured");
}

#[test]
fn the_hosts_table_comes_before_any_server() {
    let hosts = [
        ("Known.test".to_owned(), v4(5)[0]),
        ("known.test".to_owned(), v4(6)[0]),
    ];
    let resolver = Resolver::new(&[], &hosts, PATIENCE);
    assert_eq!(resolver.lookup("known.TEST"), Ok([v4(5), v4(6)].concat()));
}

#[test]
fn localhost_is_always_this_machine() {
    let hosts = [("localhost".to_owned(), v4(66)[0])];
    let resolver = Resolver::new(&[], &hosts, PATIENCE);
    let expected: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    for name in ["localhost", "LocalHost.", "a.b.localhost"] {
        assert_eq!(resolver.lookup(name).as_ref(), Ok(&expected), "{name}");
    }
}

#[test]
fn addresses_need_no_server() {
    let resolver = resolver(&[], PATIENCE);
    assert_eq!(resolver.lookup("192.0.2.1"), Ok(v4(1)));
    assert_eq!(
        resolver.lookup("[::1]"),
        Ok(vec![Ipv6Addr::LOCALHOST.into()])
    );
}

#[test]
fn the_families_are_tried_in_turns() {
    let v6: Vec<IpAddr> = vec![Ipv6Addr::LOCALHOST.into(), Ipv6Addr::UNSPECIFIED.into()];
    let mixed = interleave(v6.clone(), v4(1));
    assert_eq!(mixed, [v6[0], v4(1)[0], v6[1]]);
}
