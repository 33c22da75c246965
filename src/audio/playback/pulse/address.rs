//! Where a sound server is, as `PULSE_SERVER` says it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The port of PulseAudio's native protocol.
const PORT: u16 = 4713;

/// Where a sound server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket in the file system.
    Socket(PathBuf),
    /// A host and its port.
    Network(String, u16),
}

impl FromStr for Address {
    type Err = String;

    /// One server string of libpulse: `unix:/path`, `/path`, `tcp:host:port`, `tcp4:…`, `tcp6:…`, `host`,
    /// `host:port`, `[address]:port`, each with or without the `{machine}` that a server writes before it.
    fn from_str(text: &str) -> Result<Self, String> {
        let server = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((_, rest)) => rest,
            None => text,
        };
        if let Some(path) = server.strip_prefix("unix:") {
            return Ok(Self::Socket(path.into()));
        }
        if server.starts_with('/') {
            return Ok(Self::Socket(server.into()));
        }
        let server = ["tcp:", "tcp4:", "tcp6:"]
            .into_iter()
            .find_map(|prefix| server.strip_prefix(prefix))
            .unwrap_or(server);
        let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':')),
            None => match server.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (server, None),
            },
        };
        if host.is_empty() {
            return Err("names no host; write it as tcp:HOST:PORT or unix:/PATH".to_owned());
        }
        match port.map_or(Ok(PORT), str::parse) {
            Ok(port) => Ok(Self::Network(host.to_owned(), port)),
            Err(_) => Err("its port is no number from 0 to 65535; write it as tcp:HOST:PORT".to_owned()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(formatter, "unix:{}", path.display()),
            Self::Network(host, port) if host.contains(':') => write!(formatter, "tcp:[{host}]:{port}"),
            Self::Network(host, port) => write!(formatter, "tcp:{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn servers_are_named_as_for_libpulse() {
        let network = |host: &str, port| Ok(Address::Network(host.to_owned(), port));
        let socket = |path: &str| Ok(Address::Socket(path.into()));
        for (text, expected) in [
            ("unix:/run/pulse", socket("/run/pulse")),
            ("/run/pulse", socket("/run/pulse")),
            ("{0123abc}unix:/run/pulse", socket("/run/pulse")),
            ("tcp:localhost:24713", network("localhost", 24713)),
            ("tcp4:127.0.0.1", network("127.0.0.1", 4713)),
            ("tcp6:[::1]:99", network("::1", 99)),
            ("[::1]", network("::1", 4713)),
            ("laptop", network("laptop", 4713)),
            ("laptop:5", network("laptop", 5)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
            let parsed: Address = text.parse().unwrap();
            assert_eq!(parsed.to_string().parse(), Ok(parsed));
        }
        for text in ["tcp:", "tcp:host:port", "host:70000", ":5"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Err(problem) = text.parse::<Address>() {
                prop_assert!(problem.contains("tcp:HOST:PORT"));
            }
        }

        #[test]
        fn an_address_reads_back_as_it_is_written(text in "(unix:|tcp:|tcp4:|tcp6:|/)?[a-z0-9.:/{}-]{0,20}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
