//! How far away an address is: on this machine, in a network of its own, or on the public internet.
//! A page that came from far away does not reach what is near.
//!
//! Source: Private Network Access (WICG), "IP Address Space"; the registries of special-purpose
//! addresses of IANA.

use crate::wait::lock;
use crate::web::origin::{is_localhost, literal, origin_of};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use url::Url;

/// Origins that are remembered. Others count as public.
const ORIGINS_MAX: usize = 4_096;

/// From near to far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// This machine.
    Loopback,
    /// A network that the public internet does not reach.
    Private,
    /// All others.
    Public,
}

impl Space {
    /// Where an address is.
    pub fn of(address: IpAddr) -> Space {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Space {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // Linux takes 0.0.0.0 for itself.
        (127 | 0, _, _) => Space::Loopback,
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) => Space::Private,
        // Link-local; shared by the customers of a provider; for benchmarks; for protocols.
        (169, 254, _) | (100, 64..=127, _) | (198, 18..=19, _) | (192, 0, 0) => Space::Private,
        // Multicast, reserved, broadcast.
        (224.., _, _) => Space::Private,
        _ => Space::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Space {
    if address.is_loopback() || address.is_unspecified() {
        return Space::Loopback;
    }
    if let Some(inner) = embedded(address) {
        return of_v4(inner);
    }
    match address.segments()[0] {
        // Unique local, link-local, the site-local ones of old, multicast.
        0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..=0xffff => Space::Private,
        _ => Space::Public,
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64, 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 1, ..] => Some(Ipv4Addr::new(10, 0, 0, 0)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// What a load may connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// This and everything farther away.
    pub from: Space,
    /// And this address, which has allowed it.
    pub leave: Option<IpAddr>,
}

impl Reach {
    /// Everything.
    pub const ALL: Reach = Reach {
        from: Space::Loopback,
        leave: None,
    };

    /// Whether it may connect there.
    pub fn allows(&self, address: IpAddr) -> bool {
        Space::of(address) >= self.from || self.leave == Some(address)
    }
}

/// From where documents came. Of an origin that has ever come from far away, documents stay far
/// away: whoever owns a name can change its address.
#[derive(Debug, Default)]
pub struct Origins {
    seen: Mutex<HashMap<String, Space>>,
    /// Names whose addresses this machine itself decides.
    hosts: HashMap<String, Space>,
}

impl Origins {
    /// Nothing is known but the table of hosts.
    pub fn new(hosts: &[(String, IpAddr)]) -> Origins {
        let mut table: HashMap<String, Space> = HashMap::new();
        for (name, address) in hosts {
            let space = Space::of(*address);
            let known = table.entry(name.to_ascii_lowercase()).or_insert(space);
            *known = space.max(*known);
        }
        Origins {
            seen: Mutex::default(),
            hosts: table,
        }
    }

    /// A document has come from there.
    pub fn note(&self, url: &Url, address: IpAddr) {
        let mut origins = lock(&self.seen);
        let origin = origin_of(url);
        if origins.len() >= ORIGINS_MAX && !origins.contains_key(&origin) {
            return;
        }
        let space = Space::of(address);
        let known = origins.entry(origin).or_insert(space);
        *known = space.max(*known);
    }

    /// Where a document is. An address, `localhost`, or a name in the table of hosts says so itself.
    pub fn space_of(&self, url: &Url) -> Space {
        if let Some(address) = literal(url) {
            return Space::of(address);
        }
        if url.host_str().is_some_and(is_localhost) {
            return Space::Loopback;
        }
        let name = url.host_str().unwrap_or_default().trim_end_matches('.');
        if let Some(space) = self.hosts.get(name) {
            return *space;
        }
        let known = lock(&self.seen).get(&origin_of(url)).copied();
        known.unwrap_or(Space::Public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("test address")
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("test URL")
    }

    #[test]
    fn addresses_are_near_or_far() {
        for (space, addresses) in [
            (
                Space::Loopback,
                "127.0.0.1 127.255.0.9 0.0.0.0 ::1 :: ::ffff:127.0.0.1 64:ff9b::7f00:1 \
                 2002:7f00:1:: ::127.0.0.1",
            ),
            (
                Space::Private,
                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 \
                 198.18.0.1 224.0.0.251 255.255.255.255 fc00::1 fd12::1 fe80::1 ff02::1 \
                 ::ffff:10.1.2.3 64:ff9b::c0a8:101 2002:c0a8:101:: 64:ff9b:1::1",
            ),
            (
                Space::Public,
                "8.8.8.8 172.32.0.1 172.15.0.1 192.167.0.1 100.128.0.1 126.0.0.1 128.0.0.1 \
                 2606:4700::1 ::ffff:8.8.8.8 64:ff9b::808:808",
            ),
        ] {
            for text in addresses.split_whitespace() {
                assert_eq!(Space::of(address(text)), space, "{text}");
            }
        }
    }

    #[test]
    fn what_is_far_does_not_reach_what_is_near() {
        let public = Reach {
            from: Space::Public,
            leave: None,
        };
        let private = Reach {
            from: Space::Private,
            leave: None,
        };
        for (near, by_private) in [
            ("127.0.0.1", false),
            ("192.168.1.1", true),
            ("8.8.8.8", true),
        ] {
            assert_eq!(private.allows(address(near)), by_private, "{near}");
            assert!(Reach::ALL.allows(address(near)), "{near}");
        }
        assert!(public.allows(address("8.8.8.8")) && !public.allows(address("10.0.0.1")));
        let leave = Reach {
            from: Space::Public,
            leave: Some(address("10.0.0.1")),
        };
        assert!(leave.allows(address("10.0.0.1")));
        assert!(
            !leave.allows(address("10.0.0.2")),
            "the leave is of one address"
        );
    }

    #[test]
    fn the_table_of_hosts_is_this_machines_own_word() {
        let hosts = [
            ("App.test", "127.0.0.1"),
            ("two.test", "10.0.0.1"),
            ("two.test", "8.8.8.8"),
        ];
        let hosts = hosts.map(|(name, at)| (name.to_owned(), address(at)));
        let origins = Origins::new(&hosts);
        assert_eq!(
            origins.space_of(&url("http://app.test:3000/")),
            Space::Loopback
        );
        assert_eq!(origins.space_of(&url("http://two.test/")), Space::Public);
        assert_eq!(
            origins.space_of(&url("http://www.app.test/")),
            Space::Public
        );
    }

    #[test]
    fn a_name_that_was_far_away_once_stays_so() {
        let origins = Origins::default();
        let page = url("http://rebinding.example/");
        assert_eq!(origins.space_of(&page), Space::Public, "nothing is known");
        origins.note(&page, address("192.168.1.1"));
        assert_eq!(origins.space_of(&page), Space::Private);
        origins.note(&page, address("8.8.8.8"));
        origins.note(&page, address("127.0.0.1"));
        assert_eq!(origins.space_of(&page), Space::Public);
        // The other port may be another owner.
        assert_eq!(
            origins.space_of(&url("http://rebinding.example:81/")),
            Space::Public
        );
        for (near, space) in [
            ("http://127.0.0.1:80/", Space::Loopback),
            ("http://localhost:5000/", Space::Loopback),
            ("http://10.0.0.1/", Space::Private),
            ("http://8.8.8.8/", Space::Public),
        ] {
            assert_eq!(origins.space_of(&url(near)), space, "{near}");
        }
    }
}
