//! What the surroundings of the process say about where sound goes.

use std::fs;
use std::path::{Path, PathBuf};

/// What the surroundings of the process say about where sound goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `PULSE_SERVER`, or `default-server` of PulseAudio's `client.conf`: where the sound server is, in
    /// PulseAudio's words (`unix:/path`, `tcp:host:port`; several apart by spaces).
    pub server: Option<String>,
    /// Where a sound server of this host would have its socket, the first to be tried first.
    pub sockets: Vec<PathBuf>,
    /// The file with the secret that a PulseAudio server shares with its user.
    pub cookie: Option<PathBuf>,
    /// Whether the process was started over SSH.
    pub remote: bool,
    /// Whether the system's own output is left alone.
    pub servers_only: bool,
}

impl Environment {
    /// Of this process: the locations where libpulse looks, in its order.
    pub fn of_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let folder = |name: &str| variable(name).map(PathBuf::from);
        let home = std::env::home_dir();
        let in_home = |name: &str| home.as_ref().map(|home| home.join(name));
        let conf = folder("PULSE_CLIENTCONFIG").or_else(|| in_home(".config/pulse/client.conf"));
        let conf = conf.into_iter().chain([PathBuf::from("/etc/pulse/client.conf")]);
        let runtime = folder("XDG_RUNTIME_DIR").or_else(user_folder);
        let sockets = [
            folder("PULSE_RUNTIME_PATH").map(|folder| folder.join("native")),
            runtime.map(|folder| folder.join("pulse/native")),
            in_home(".config/pulse/native"),
            Some(PathBuf::from("/run/pulse/native")),
        ];
        let cookies = [
            folder("PULSE_COOKIE"),
            in_home(".config/pulse/cookie"),
            in_home(".pulse-cookie"),
        ];
        Self {
            server: variable("PULSE_SERVER").or_else(|| {
                conf.filter_map(|path| fs::read_to_string(path).ok())
                    .find_map(|text| default_server(&text))
            }),
            sockets: sockets.into_iter().flatten().collect(),
            cookie: cookies.into_iter().flatten().find(|path| path.is_file()),
            remote: variable("SSH_CONNECTION").is_some(),
            servers_only: false,
        }
    }

    /// A sound server at this address and nothing else.
    pub fn server(address: &str, cookie: Option<&Path>) -> Self {
        Self {
            server: Some(address.to_owned()),
            cookie: cookie.map(Path::to_owned),
            servers_only: true,
            ..Self::default()
        }
    }
}

/// Where systemd puts the sockets of a user, also when a shell (of `su`, of a container) does not know it.
#[cfg(unix)]
fn user_folder() -> Option<PathBuf> {
    Some(PathBuf::from(format!(
        "/run/user/{}",
        rustix::process::getuid().as_raw()
    )))
}

#[cfg(not(unix))]
fn user_folder() -> Option<PathBuf> {
    None
}

/// The value of `default-server` in a `client.conf`.
fn default_server(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim);
    let mut pairs = lines
        .filter(|line| !line.starts_with([';', '#']))
        .filter_map(|line| line.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim() == "default-server")?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_server_of_a_configuration_counts_unless_it_is_a_comment_or_empty() {
        let of = |text| default_server(text);
        assert_eq!(
            of("# default-server = a\n autospawn = no\n default-server = tcp:b\n"),
            Some("tcp:b".into())
        );
        assert_eq!(of("; default-server = a\n"), None);
        assert_eq!(of("default-server =\n"), None);
    }
}
