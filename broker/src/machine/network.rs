//! Reads files for the network process, which may not open them: name servers, the hosts file,
//! further certificate authorities.
//!
//! Trusts: the machine's administrator, and the user's `--ca-file`. Never: asks a name server; the
//! network process does.

use anyhow::Context;
use protocol::bootstrap::NetworkConfig;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

const RESOLVERS_MAX: usize = 3;
const HOSTS_MAX: usize = 512;
/// All roots and hosts go into one message.
const ROOTS_BYTES_MAX: usize = 24 * 1024;
const CONNECT_TIMEOUT_MS: u64 = 10_000;
const READ_TIMEOUT_MS: u64 = 20_000;

/// Reads all files. Without them there are no name servers, and error pages say so.
///
/// # Errors
/// The file of `--ca-file` is unreadable or contains no certificate.
pub fn read(ca_file: Option<&Path>) -> anyhow::Result<NetworkConfig> {
    let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    Ok(NetworkConfig {
        resolvers: resolvers(&text("/etc/resolv.conf")),
        hosts: hosts(&text("/etc/hosts")),
        extra_roots: match ca_file {
            Some(path) => roots(path)?,
            None => Vec::new(),
        },
        connect_timeout_ms: CONNECT_TIMEOUT_MS,
        read_timeout_ms: READ_TIMEOUT_MS,
        user_agent: format!("Bulkhead/{} (Linux)", env!("CARGO_PKG_VERSION")),
    })
}

/// The name servers of a resolver file, see resolv.conf(5).
fn resolvers(text: &str) -> Vec<SocketAddr> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            if words.next()? != "nameserver" {
                return None;
            }
            let address = words.next()?;
            // The zone of a link-local server has no meaning in a plain address.
            let address = address.split('%').next().unwrap_or(address);
            Some(SocketAddr::new(address.parse().ok()?, 53))
        })
        .take(RESOLVERS_MAX)
        .collect()
}

/// The names of a hosts file, see hosts(5).
fn hosts(text: &str) -> Vec<(String, IpAddr)> {
    let mut hosts = Vec::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or("").split_whitespace();
        let Some(Ok(address)) = words.next().map(str::parse::<IpAddr>) else {
            continue;
        };
        hosts.extend(words.map(|name| (name.to_ascii_lowercase(), address)));
    }
    hosts.truncate(HOSTS_MAX);
    hosts
}

fn roots(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let shown = path.display();
    let roots: Vec<Vec<u8>> = CertificateDer::pem_file_iter(path)
        .with_context(|| format!("--ca-file {shown}"))?
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .with_context(|| format!("--ca-file {shown}: not a PEM file of certificates"))?;
    anyhow::ensure!(
        !roots.is_empty(),
        "--ca-file {shown}: the file contains no certificate"
    );
    let bytes: usize = roots.iter().map(Vec::len).sum();
    anyhow::ensure!(
        bytes <= ROOTS_BYTES_MAX,
        "--ca-file {shown}: {bytes} bytes of certificates exceed the limit of {ROOTS_BYTES_MAX}; \
         include only the certificates that you need"
    );
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolver_files_are_read_as_the_manual_says() {
        let text = "# x\nsearch a b\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nnameserver x\n";
        let found = resolvers(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].to_string(), "10.0.0.1:53");
    }

    #[test]
    fn hosts_files_are_read_as_the_manual_says() {
        let found = hosts("127.0.0.1 Localhost alias # comment\n\nbad line\n::1 six\n");
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["localhost", "alias", "six"]);
    }
}
