//! Which addresses may be connected to. A name is looked up first, and what is connected to is an address that was
//! judged: nobody can answer a second look-up with another one.

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

type Judge = dyn Fn(&str, IpAddr) -> bool + Send + Sync;

/// Judges a host, as it stands in the URL, with one of its addresses.
#[derive(Clone, Default)]
pub struct Reach(Option<Arc<Judge>>);

impl Reach {
    /// Every address, for calls whose URLs stand in the settings.
    #[must_use]
    pub fn anywhere() -> Self {
        Self(None)
    }

    /// The addresses for which `may` holds.
    #[must_use]
    pub fn only(may: impl Fn(&str, IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(may)))
    }

    /// Whether `host` may be reached at `address`.
    #[must_use]
    pub fn allows(&self, host: &str, address: IpAddr) -> bool {
        // An IPv4 address in the clothes of IPv6 is the same address.
        self.0.as_ref().is_none_or(|may| may(host, address.to_canonical()))
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Reach(only)" } else { "Reach(anywhere)" })
    }
}

/// Looks names up and leaves out what is not allowed.
#[derive(Clone, Debug)]
pub(super) struct Names {
    resolver: GaiResolver,
    reach: Reach,
}

impl Names {
    pub(super) fn new(reach: Reach) -> Self {
        Self { resolver: GaiResolver::new(), reach }
    }
}

/// A name all of whose addresses are forbidden.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Forbidden(pub(super) String);

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.resolver.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let host = name.as_str().to_owned();
        let (found, reach) = (self.resolver.call(name), self.reach.clone());
        Box::pin(async move {
            let mut allowed: Vec<SocketAddr> = found.await?.collect();
            let before = allowed.len();
            allowed.retain(|address| reach.allows(&host, address.ip()));
            if allowed.is_empty() && before > 0 {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, Forbidden(host)));
            }
            Ok(allowed.into_iter())
        })
    }
}
