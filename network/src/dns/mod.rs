//! A DNS stub resolver, because `getaddrinfo` opens files and loads libraries.
//!
//! Owns: the hosts table, the cache, and the order in which name servers are asked. Trusts: the
//! name servers that the broker named, for addresses only. `hickory-proto` decodes what they send,
//! and only an answer to the question asked is believed. Never: reads a file, starts a thread, or
//! sends a question about `localhost`.

mod cache;
mod exchange;
mod message;

use crate::wait;
use cache::Cache;
use exchange::{Answers, ServerFailure};
use protocol::error::LoadError;
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver as UreqResolver};
use ureq::unversioned::transport::NextTimeout;

/// Rounds through the name servers before giving up.
const ROUNDS: usize = 2;
/// Most name servers that are asked; the limit of `resolv.conf(5)`.
const SERVERS_MAX: usize = 3;
/// Longest wait for one name server in one round.
const TRY_MAX: Duration = Duration::from_secs(3);
/// Most addresses of one host that are tried; each may hold a socket at the same time.
const ADDRESSES_MAX: usize = 6;

/// The stub resolver, shared by all agents.
pub struct Resolver {
    servers: Vec<SocketAddr>,
    hosts: HashMap<String, Vec<IpAddr>>,
    try_time: Duration,
    cache: Cache,
}

impl Resolver {
    /// A resolver that asks `servers`, best first, and knows `hosts` without asking. It waits for
    /// one answer for a quarter of `patience`.
    pub fn new(servers: &[SocketAddr], hosts: &[(String, IpAddr)], patience: Duration) -> Self {
        let mut table: HashMap<String, Vec<IpAddr>> = HashMap::new();
        for (name, address) in hosts {
            table.entry(canonical(name)).or_default().push(*address);
        }
        Resolver {
            servers: servers.iter().copied().take(SERVERS_MAX).collect(),
            hosts: table,
            try_time: (patience / 4).clamp(Duration::from_millis(50), TRY_MAX),
            cache: Cache::default(),
        }
    }

    /// The addresses of `host` (a name or an address, IPv6 with or without brackets), in the order
    /// in which to try them. Never empty.
    pub fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, LoadError> {
        if let Some(address) = literal(host) {
            return Ok(vec![address]);
        }
        let name = canonical(host);
        if name == "localhost" || name.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Some(addresses) = self.hosts.get(&name) {
            return Ok(addresses.clone());
        }
        let now = Instant::now();
        let found = match self.cache.get(&name, now) {
            Some(found) => found,
            None => {
                let answers = self.ask(&name)?;
                let found = interleave(answers.v6, answers.v4);
                self.cache.put(name, found.clone(), answers.ttl, now);
                found
            }
        };
        if found.is_empty() {
            return Err(LoadError::HostNotFound {
                host: host.to_owned(),
            });
        }
        Ok(found)
    }

    /// Asks each server in turn. The first answer counts, even if the name has no address.
    fn ask(&self, name: &str) -> Result<Answers, LoadError> {
        let Some(questions) = message::questions(name) else {
            return Err(LoadError::HostNotFound {
                host: name.to_owned(),
            });
        };
        let failed = |reason: String| LoadError::Resolver {
            host: name.to_owned(),
            reason,
        };
        if self.servers.is_empty() {
            return Err(failed("no name server is configured".to_owned()));
        }
        let mut failures = vec![String::new(); self.servers.len()];
        for _ in 0..ROUNDS {
            for (server, failure) in self.servers.iter().zip(&mut failures) {
                match exchange::ask(*server, &questions, self.try_time) {
                    Ok(answers) => return Ok(answers),
                    Err(ServerFailure::Stopped) => return Err(LoadError::Cancelled),
                    Err(reason) => *failure = format!("{server} {reason}"),
                }
            }
            if wait::is_stopped() {
                return Err(LoadError::Cancelled);
            }
        }
        Err(failed(failures.join("; ")))
    }
}

impl UreqResolver for Resolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri
            .host()
            .ok_or_else(|| ureq::Error::BadUri("no host".to_owned()))?;
        let port = port_of(uri);
        let found = self
            .lookup(host)
            .map_err(|error| ureq::Error::Other(error.into()))?;
        let mut addresses = self.empty();
        for address in found.into_iter().take(ADDRESSES_MAX) {
            addresses.push(SocketAddr::new(address, port));
        }
        Ok(addresses)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}

/// The port that `uri` names or that its scheme implies.
pub fn port_of(uri: &Uri) -> u16 {
    uri.port_u16()
        .unwrap_or(if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        })
}

fn literal(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

fn canonical(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// IPv6 first, then alternating (RFC 8305, section 4): if one family does not work, the second try
/// uses the other.
fn interleave(v6: Vec<IpAddr>, v4: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut mixed = Vec::with_capacity(v6.len() + v4.len());
    let (mut v6, mut v4) = (v6.into_iter(), v4.into_iter());
    loop {
        let before = mixed.len();
        mixed.extend(v6.next());
        mixed.extend(v4.next());
        if mixed.len() == before {
            mixed.truncate(ADDRESSES_MAX);
            return mixed;
        }
    }
}

#[cfg(test)]
mod tests;
