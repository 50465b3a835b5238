//! Claims about HTTPS: which certificates are believed, and what is said of the others.

use super::server::{Server, Then, read_head, respond, send};
use super::{Net, config};
use protocol::bootstrap::NetworkConfig;
use protocol::error::LoadError;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("key")).expect("certificate")
}

fn server_config(
    authority: &Authority,
    name: &str,
    change: impl FnOnce(&mut CertificateParams),
) -> Arc<ServerConfig> {
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::new([name.to_owned()]).expect("parameters");
    change(&mut params);
    let certificate = params.signed_by(&key, authority).expect("certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("certificate and key");
    Arc::new(config)
}

type Secured<'a> = StreamOwned<ServerConnection, &'a mut TcpStream>;

/// Serves over TLS; `handler` answers each request.
fn serve<H>(config: Arc<ServerConfig>, handler: H) -> Server
where
    H: Fn(&mut Secured<'_>) -> Then + Send + Sync + 'static,
{
    Server::raw(move |stream| {
        let session = ServerConnection::new(config.clone()).expect("session");
        let mut stream = StreamOwned::new(session, stream);
        while read_head(&mut stream).is_some() {
            if handler(&mut stream) == Then::Close {
                return;
            }
        }
    })
}

fn trusting(authority: &Authority, names: &[&str]) -> NetworkConfig {
    NetworkConfig {
        extra_roots: vec![authority.der().to_vec()],
        hosts: names
            .iter()
            .map(|n| ((*n).to_owned(), Ipv4Addr::LOCALHOST.into()))
            .collect(),
        ..config()
    }
}

fn tls_reason(error: LoadError) -> String {
    match error {
        LoadError::Tls { reason, .. } => reason,
        other => panic!("not a failure of TLS: {other:?}"),
    }
}

#[test]
fn an_added_authority_is_trusted_and_without_it_the_page_is_refused() {
    let authority = authority();
    let server = serve(server_config(&authority, "secure.test", |_| {}), |stream| {
        respond(stream, "200 OK", "", b"secret")
    });
    let url = format!("https://secure.test:{}/", server.address.port());
    let mut config = trusting(&authority, &["secure.test"]);
    let loaded = Net::with(&config).load(&url).expect("loads");
    assert_eq!(
        (loaded.body.as_slice(), loaded.error),
        (&b"secret"[..], None)
    );
    config.extra_roots.clear();
    let reason = tls_reason(Net::with(&config).failure(&url));
    assert!(reason.contains("authority that is not trusted"), "{reason}");
}

#[test]
fn a_certificate_for_another_host_is_refused_and_names_it() {
    let authority = authority();
    let server = serve(server_config(&authority, "other.test", |_| {}), |stream| {
        respond(stream, "200 OK", "", b"secret")
    });
    let mut net = Net::with(&trusting(&authority, &["secure.test"]));
    let url = format!("https://secure.test:{}/", server.address.port());
    let reason = tls_reason(net.failure(&url));
    assert!(
        reason.contains("another host") && reason.contains("other.test"),
        "{reason}"
    );
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let authority = authority();
    let mut net = Net::with(&trusting(&authority, &["secure.test"]));
    let expired = server_config(&authority, "secure.test", |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    });
    let early = server_config(&authority, "secure.test", |params| {
        params.not_before = rcgen::date_time_ymd(2999, 1, 1);
        params.not_after = rcgen::date_time_ymd(3000, 1, 1);
    });
    for (config, words) in [(expired, "has expired"), (early, "not valid yet")] {
        let server = serve(config, |stream| respond(stream, "200 OK", "", b"secret"));
        let url = format!("https://secure.test:{}/", server.address.port());
        let reason = tls_reason(net.failure(&url));
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn an_address_may_have_a_certificate() {
    let authority = authority();
    let server = serve(server_config(&authority, "127.0.0.1", |_| {}), |stream| {
        respond(stream, "200 OK", "", b"secret")
    });
    let mut net = Net::with(&trusting(&authority, &[]));
    let url = format!("https://{}/", server.address);
    assert_eq!(net.load(&url).expect("loads").body, b"secret");
}

#[test]
fn a_server_that_speaks_no_tls_is_named() {
    let server = Server::raw(|stream| {
        send(stream, "HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = read_head(stream);
    });
    let url = format!("https://{}/", server.address);
    let reason = tls_reason(Net::start().failure(&url));
    assert!(reason.contains("does not speak TLS"), "{reason}");
}

#[test]
fn a_handshake_that_never_ends_times_out() {
    let server = Server::raw(|stream| while read_head(stream).is_some() {});
    let mut config = config();
    config.connect_timeout_ms = Duration::from_millis(200).as_millis() as u64;
    let error = Net::with(&config).failure(&format!("https://{}/", server.address));
    assert!(matches!(error, LoadError::TimedOut { .. }), "{error:?}");
}

#[test]
fn a_secure_connection_is_used_again() {
    let authority = authority();
    let server = serve(server_config(&authority, "secure.test", |_| {}), |stream| {
        respond(stream, "200 OK", "", &[b'x'; 100_000])
    });
    let url = format!("https://secure.test:{}/", server.address.port());
    let net = Net::with(&trusting(&authority, &["secure.test"]));
    let renderer = net.open(&url);
    for id in 0..4 {
        assert_eq!(renderer.load(id, &url).expect("loads").body.len(), 100_000);
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_body_whose_end_nobody_vouches_for_is_cut_short() {
    let authority = authority();
    let requests = AtomicUsize::new(0);
    let server = serve(
        server_config(&authority, "secure.test", |_| {}),
        move |stream| {
            send(stream, "HTTP/1.0 200 OK\r\n\r\nis this all?");
            if requests.fetch_add(1, Ordering::SeqCst) == 0 {
                stream.conn.send_close_notify();
                let _ = stream.conn.complete_io(&mut stream.sock);
            }
            Then::Close
        },
    );
    let url = format!("https://secure.test:{}/", server.address.port());
    let mut net = Net::with(&trusting(&authority, &["secure.test"]));
    assert_eq!(net.load(&url).expect("loads").error, None);
    let cut = net.load(&url).expect("has a head");
    assert_eq!(
        cut.error,
        Some(LoadError::BodyCutShort {
            received: 12,
            expected: 0
        })
    );
}
