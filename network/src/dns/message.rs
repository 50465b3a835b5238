//! Questions and answers of the Domain Name System (RFC 1035), coded by `hickory-proto`.
//!
//! Trusts: no answer that lacks the id or the question of the query; of its records, only those
//! that a chain of aliases links to the name asked for. Never: does I/O.

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use rustls::crypto::ring::default_provider;
use std::net::IpAddr;
use std::time::Duration;

/// Longest chain of aliases that is followed.
const ALIASES_MAX: usize = 16;
/// How long "no such name" holds if the answer does not say.
const NEGATIVE_TTL: Duration = Duration::from_secs(5);

/// A question to be sent.
#[derive(Clone, Debug)]
pub struct Question {
    id: u16,
    query: Query,
}

/// The content of a valid answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// These addresses (none: the name has none of this kind), for that long.
    Addresses(Vec<IpAddr>, Duration),
    /// The name does not exist, for that long.
    NoSuchName(Duration),
    /// The answer did not fit; ask again over TCP.
    Truncated,
    /// The server reported an error.
    Refused(String),
}

/// The two questions about a name (A, then AAAA), or none if it cannot be a name of the DNS.
pub fn questions(name: &str) -> Option<[Question; 2]> {
    let has_label = |name: &Name| name.iter().next().is_some();
    let mut name = Name::from_ascii(name).ok().filter(has_label)?;
    name.set_fqdn(true);
    Some([RecordType::A, RecordType::AAAA].map(|kind| Question {
        id: random_id(),
        query: Query::query(name.clone(), kind),
    }))
}

impl Question {
    /// The same question under another id, for another exchange.
    pub fn anew(&self) -> Question {
        Question {
            id: random_id(),
            query: self.query.clone(),
        }
    }

    /// Its bytes; none for a name that does not fit into a message.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut message = Message::new(self.id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(self.query.clone());
        message.to_vec().ok()
    }

    /// The reply in `bytes`, or none if they do not answer this question: garbage, an old answer,
    /// or a forged one.
    pub fn reply_in(&self, bytes: &[u8]) -> Option<Reply> {
        let message = Message::from_vec(bytes).ok()?;
        let metadata = &message.metadata;
        let is_answer = metadata.id == self.id
            && metadata.message_type == MessageType::Response
            && metadata.op_code == OpCode::Query
            && message.queries.len() == 1
            && message.queries[0].name() == self.query.name()
            && message.queries[0].query_type() == self.query.query_type()
            && message.queries[0].query_class() == DNSClass::IN;
        if !is_answer {
            return None;
        }
        if metadata.truncation {
            return Some(Reply::Truncated);
        }
        Some(match metadata.response_code {
            ResponseCode::NoError => self.addresses(&message),
            ResponseCode::NXDomain => Reply::NoSuchName(negative_ttl(&message)),
            code => Reply::Refused(format!("answered with an error ({code})")),
        })
    }

    fn addresses(&self, message: &Message) -> Reply {
        let records = || {
            message
                .answers
                .iter()
                .filter(|record| record.dns_class == DNSClass::IN)
        };
        let mut name = self.query.name();
        let mut ttl = u32::MAX;
        for _ in 0..ALIASES_MAX {
            let found: Vec<&Record> = records()
                .filter(|r| r.name == *name && r.record_type() == self.query.query_type())
                .collect();
            if !found.is_empty() {
                ttl = found.iter().map(|record| record.ttl).fold(ttl, u32::min);
                let addresses = found
                    .iter()
                    .filter_map(|record| record.data.ip_addr())
                    .collect();
                return Reply::Addresses(addresses, Duration::from_secs(ttl.into()));
            }
            let alias = records().find_map(|record| match &record.data {
                RData::CNAME(target) if record.name == *name => Some((&target.0, record.ttl)),
                _ => None,
            });
            let Some((target, alias_ttl)) = alias else {
                break;
            };
            (name, ttl) = (target, ttl.min(alias_ttl));
        }
        Reply::Addresses(Vec::new(), negative_ttl(message))
    }
}

/// RFC 2308, section 5: the lesser of the SOA record's own time and its `minimum`.
fn negative_ttl(message: &Message) -> Duration {
    let soa = message
        .authorities
        .iter()
        .find_map(|record| match &record.data {
            RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
            _ => None,
        });
    soa.map_or(NEGATIVE_TTL, |seconds| Duration::from_secs(seconds.into()))
}

/// Unpredictable, so that an answer cannot be forged without seeing the question.
fn random_id() -> u16 {
    let mut bytes = [0; 2];
    default_provider()
        .secure_random
        .fill(&mut bytes)
        .expect("the kernel always has random bytes once the process has started");
    u16::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::rr::rdata::{A, AAAA, CNAME};
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("test name")
    }

    fn answer(question: &Question, records: Vec<Record>) -> Message {
        let mut message = Message::response(question.id, OpCode::Query);
        message.add_query(question.query.clone());
        message.add_answers(records);
        message
    }

    fn a(owner: &str, ttl: u32, last: u8) -> Record {
        let address = Ipv4Addr::new(192, 0, 2, last);
        Record::from_rdata(name(owner), ttl, RData::A(A(address)))
    }

    fn cname(owner: &str, target: &str) -> Record {
        Record::from_rdata(name(owner), 7, RData::CNAME(CNAME(name(target))))
    }

    fn reply_in(question: &Question, message: &Message) -> Option<Reply> {
        question.reply_in(&message.to_vec().expect("encodes"))
    }

    #[test]
    fn aliases_are_followed_and_strangers_are_not_believed() {
        let [question, _] = questions("Www.Test").expect("a name");
        let records = vec![
            a("stranger.test.", 60, 9),
            cname("b.test.", "c.test."),
            cname("www.test.", "b.test."),
            a("c.test.", 60, 1),
            a("c.test.", 30, 2),
        ];
        let Some(Reply::Addresses(found, ttl)) = reply_in(&question, &answer(&question, records))
        else {
            panic!("an answer");
        };
        let expected: Vec<IpAddr> = vec![
            Ipv4Addr::new(192, 0, 2, 1).into(),
            Ipv4Addr::new(192, 0, 2, 2).into(),
        ];
        assert_eq!(found, expected);
        assert_eq!(ttl, Duration::from_secs(7));
    }

    #[test]
    fn a_loop_of_aliases_ends() {
        let [question, _] = questions("a.test").expect("a name");
        let records = vec![cname("a.test.", "b.test."), cname("b.test.", "a.test.")];
        let reply = reply_in(&question, &answer(&question, records));
        assert!(matches!(reply, Some(Reply::Addresses(found, _)) if found.is_empty()));
    }

    #[test]
    fn an_answer_with_another_id_name_or_type_is_no_answer() {
        let [question, other_type] = questions("a.test").expect("a name");
        let [other_name, _] = questions("b.test").expect("a name");
        let good = answer(&question, vec![a("a.test.", 60, 1)]);
        assert!(reply_in(&question, &good).is_some());
        let mut forged = good.clone();
        forged.metadata.id ^= 1;
        assert_eq!(reply_in(&question, &forged), None);
        for other in [other_type, other_name] {
            let mut forged = good.clone();
            forged.queries = vec![other.query.clone()];
            assert_eq!(reply_in(&question, &forged), None);
        }
        let mut echo = good.clone();
        echo.metadata.message_type = MessageType::Query;
        assert_eq!(reply_in(&question, &echo), None);
        assert_eq!(question.reply_in(&[0xff; 11]), None);
    }

    #[test]
    fn an_ipv6_answer_gives_ipv6_addresses_only() {
        let [_, question] = questions("a.test").expect("a name");
        let v6 = Record::from_rdata(name("a.test."), 9, RData::AAAA(AAAA(Ipv6Addr::LOCALHOST)));
        let reply = reply_in(&question, &answer(&question, vec![a("a.test.", 60, 1), v6]));
        let expected = vec![Ipv6Addr::LOCALHOST.into()];
        assert_eq!(
            reply,
            Some(Reply::Addresses(expected, Duration::from_secs(9)))
        );
    }

    #[test]
    fn what_is_no_name_gives_no_question() {
        let long = "a".repeat(64) + ".test";
        assert!(questions(&long).is_none());
        assert!(questions("").is_none());
        assert!(questions(&"a.".repeat(200)).is_none());
    }
}
