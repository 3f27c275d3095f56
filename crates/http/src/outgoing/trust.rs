//! Whose certificates are good: those of the system's authorities, or of those in one file.

use hyper_rustls::ConfigBuilderExt as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Why a file of authorities is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
    /// The library that encrypts cannot.
    #[error("TLS is not to be had: {0}")]
    Unavailable(String),
}

/// What TLS is made with. Who names a file trusts nobody else; where the system has no authorities at all, nobody is
/// trusted, and only `http` works.
pub(super) fn config(ca: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unavailable = |error: rustls::Error| TrustError::Unavailable(error.to_string());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(unavailable)
    };
    let trusting = match ca {
        Some(path) => builder()?.with_root_certificates(of_file(path)?),
        None => match builder()?.with_native_roots() {
            Ok(trusting) => trusting,
            Err(_) => builder()?.with_root_certificates(RootCertStore::empty()),
        },
    };
    Ok(trusting.with_no_client_auth())
}

fn of_file(path: &Path) -> Result<RootCertStore, TrustError> {
    let unreadable = |why: String| TrustError::Unreadable { path: path.display().to_string(), why };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unreadable("there is no certificate in it".to_owned()));
    }
    Ok(roots)
}
