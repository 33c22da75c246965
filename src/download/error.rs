//! What can go wrong with a download.

use super::Checksum;
use std::path::PathBuf;
use std::time::Duration;

/// What can go wrong with a download.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// There is no way to the server: no network, no such host, nobody who answers.
    #[error(
        "{host} cannot be reached ({problem}); check the network, and HTTPS_PROXY where the way out is through a proxy"
    )]
    Unreachable {
        /// The server, or the proxy on the way to it.
        host: String,
        /// What the system says.
        problem: String,
    },
    /// The proxy does not let through.
    #[error(
        "{host}: the proxy does not let through ({problem}); check HTTPS_PROXY and ALL_PROXY, and NO_PROXY for what needs \
         none"
    )]
    Proxy {
        /// The server.
        host: String,
        /// What it says.
        problem: String,
    },
    /// The server cannot show that it is the one it is taken for.
    #[error(
        "{host} cannot be trusted ({problem}); where a proxy opens encrypted connections, SSL_CERT_FILE names the file of \
         certificates to trust"
    )]
    Untrusted {
        /// The server.
        host: String,
        /// What is wrong with its certificate.
        problem: String,
    },
    /// The connection was lost, and again whenever it was made anew.
    #[error(
        "{url}: the connection was lost ({problem}); what has arrived is kept, and the same command goes on from there"
    )]
    Dropped {
        /// What was asked for.
        url: String,
        /// What happened.
        problem: String,
    },
    /// The server wants to know who asks, or does not give it to him (401, 403).
    #[error("{url}: access denied ({code}); it takes a token of somebody who may have it")]
    Denied {
        /// What was asked for.
        url: String,
        /// The status.
        code: u16,
    },
    /// There is no such file (404, 410).
    #[error("{url}: there is no such file ({code}); check the name")]
    Missing {
        /// What was asked for.
        url: String,
        /// The status.
        code: u16,
    },
    /// The server is busy or has a fault of its own, and had when it was asked again (408, 429, 5xx).
    #[error("{url}: the server answers {code}{}; try again later, what has arrived is kept", after.map_or_else(String::new, |after| format!(" and asks to wait {} s", after.as_secs())))]
    Busy {
        /// What was asked for.
        url: String,
        /// The status.
        code: u16,
        /// When it wants to be asked again.
        after: Option<Duration>,
    },
    /// An answer that makes no sense here.
    #[error("{url}: {problem}")]
    Answer {
        /// What was asked for.
        url: String,
        /// What is wrong with it, and what would help.
        problem: String,
    },
    /// There is no room left for it.
    #[error("{}: no room left on the disk or in the quota{}; make room, and the same command goes on from there", path.display(), missing.map_or_else(String::new, |bytes| format!(" for the {bytes} bytes that are missing")))]
    Full {
        /// The file.
        path: PathBuf,
        /// Bytes still to come, where known.
        missing: Option<u64>,
    },
    /// A file that cannot be read or written.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and what would help.
        problem: String,
    },
    /// What arrived is not what was promised; it was removed.
    #[error(
        "{url}: what arrived has the checksum {found}, not {expected}; it was removed, try again or from another server"
    )]
    Checksum {
        /// What was asked for.
        url: String,
        /// As promised.
        expected: Checksum,
        /// Of what arrived.
        found: Checksum,
    },
    /// It was asked to stop; what has arrived is kept.
    #[error("cancelled; what has arrived is kept, and the same command goes on from there")]
    Cancelled,
}

impl DownloadError {
    /// Whether it may go better when the server is asked again; `underway` says that it has already given something.
    pub(super) fn is_passing(&self, underway: bool) -> bool {
        match self {
            Self::Dropped { .. } | Self::Busy { .. } => true,
            Self::Unreachable { .. } => underway,
            _ => false,
        }
    }

    /// When the server wants to be asked again.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }
}
