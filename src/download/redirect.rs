//! Where a redirect leads, and whether it stays with the same server.

use ureq::http::Uri;

/// Where `location`, a `Location` header in the answer to `base`, leads. `None` when it is no address.
pub(super) fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    // A part for the browser alone.
    let location = location.split('#').next()?.trim();
    let is_absolute = location
        .split_once("://")
        .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let text = if is_absolute {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = text.parse().ok()?;
    (uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https"))).then_some(uri)
}

/// Whether both are the same server: scheme, host and port.
pub(super) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    one.scheme_str() == other.scheme_str() && host(one) == host(other) && port(one) == port(other)
}

/// Whether a redirect gives up encryption.
pub(super) fn is_downgrade(from: &Uri, to: &Uri) -> bool {
    from.scheme_str() == Some("https") && to.scheme_str() != Some("https")
}

fn port(uri: &Uri) -> u16 {
    let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    uri.port_u16().unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn a_redirect_is_read_against_the_address_that_answered() {
        let base = uri("https://hub.org:444/a/b?c=d");
        for (location, expected) in [
            ("https://cdn.org/x?y=z", Some("https://cdn.org/x?y=z")),
            ("//cdn.org/x", Some("https://cdn.org/x")),
            ("/x?y=https://z", Some("https://hub.org:444/x?y=https://z")),
            ("x", Some("https://hub.org:444/a/x")),
            ("x#part", Some("https://hub.org:444/a/x")),
            ("file:///etc/passwd", None),
            ("ftp://hub.org/x", None),
        ] {
            assert_eq!(resolve(&base, location), expected.map(uri), "{location}");
        }
    }

    #[test]
    fn the_same_server_is_one_of_the_same_scheme_host_and_port() {
        let hub = uri("https://hub.org/a");
        assert!(same_origin(&hub, &uri("https://HUB.org:443/b")));
        for other in [
            "http://hub.org/a",
            "https://hub.org:444/a",
            "https://cdn.hub.org/a",
            "https://hub.org.evil.net/a",
        ] {
            assert!(!same_origin(&hub, &uri(other)), "{other}");
        }
        assert!(is_downgrade(&hub, &uri("http://hub.org/a")) && !is_downgrade(&uri("http://hub.org/a"), &hub));
    }
}
