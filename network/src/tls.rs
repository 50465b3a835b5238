//! TLS: which certificates are trusted, and how a failure is explained.
//!
//! Owns: the rustls configuration, built before the process is sealed. Trusts: Mozilla's
//! certificate authorities, as in `webpki-roots`, and those that the user added. Never: accepts a
//! certificate that fails a check.

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use std::sync::Arc;
use thiserror::Error;

/// Most sessions that one partition remembers for resumption.
const SESSIONS_MAX: usize = 64;

/// TLS cannot be set up.
#[derive(Debug, Error)]
pub enum TlsSetupError {
    /// A certificate authority that the user added is not a certificate.
    #[error("an added certificate authority is not a valid certificate: {0}")]
    BadRoot(rustls::Error),
    /// The cryptography library lacks the protocol versions.
    #[error("TLS cannot be set up: {0}")]
    Unsupported(rustls::Error),
}

/// The configuration for all connections; `extra_roots` are certificates in DER.
pub fn configuration(extra_roots: &[Vec<u8>]) -> Result<ClientConfig, TlsSetupError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for der in extra_roots {
        roots
            .add(CertificateDer::from(der.as_slice()))
            .map_err(TlsSetupError::BadRoot)?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsSetupError::Unsupported)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The same configuration with a separate session cache, so that resumption does not tell a server
/// that two sites have the same visitor.
pub fn partition(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(SESSIONS_MAX);
    Arc::new(config)
}

/// The error in words for the user.
pub fn explain(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => explain_certificate(error),
        rustls::Error::AlertReceived(alert) => explain_alert(*alert),
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS".to_owned(),
        rustls::Error::PeerIncompatible(reason) => {
            format!("the server offers no safe TLS version or cipher ({reason:?})")
        }
        rustls::Error::NoCertificatesPresented => "the server sent no certificate".to_owned(),
        error => error.to_string(),
    }
}

fn explain_certificate(error: &CertificateError) -> String {
    use CertificateError as C;
    match error {
        C::Expired | C::ExpiredContext { .. } => "the certificate has expired".to_owned(),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the certificate is not valid yet (is this machine's clock right?)".to_owned()
        }
        C::UnknownIssuer => {
            "the certificate was issued by an authority that is not trusted".to_owned()
        }
        C::NotValidForName => "the certificate is for another host".to_owned(),
        C::NotValidForNameContext { presented, .. } => match presented.as_slice() {
            [] => "the certificate is for no host".to_owned(),
            names => format!(
                "the certificate is for another host ({})",
                short_list(names)
            ),
        },
        C::Revoked => "the certificate was revoked".to_owned(),
        C::BadEncoding => "the certificate is damaged".to_owned(),
        C::BadSignature => "the certificate's signature is invalid".to_owned(),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            "the certificate is not meant for servers".to_owned()
        }
        other => format!("the certificate is not valid ({other})"),
    }
}

fn explain_alert(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => {
            "the server refused all safe TLS versions and ciphers".to_owned()
        }
        AlertDescription::CertificateRequired => "the server wants a client certificate".to_owned(),
        AlertDescription::UnrecognisedName => "the server does not know this host".to_owned(),
        other => format!("the server ended the handshake ({other:?})"),
    }
}

/// The first few names: a hostile certificate may have very many.
fn short_list(names: &[String]) -> String {
    const SHOWN: usize = 3;
    const CHARS: usize = 80;
    let shown = names
        .iter()
        .take(SHOWN)
        .map(|name| name.chars().take(CHARS).collect::<String>());
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}
