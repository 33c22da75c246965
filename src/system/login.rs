//! Whether the host ends a user's processes when the user logs out.

use super::Finding;
use std::fs;
use std::path::Path;

/// Where systemd-logind is set up; later ones win.
const FILE: &str = "/etc/systemd/logind.conf";
const FOLDER: &str = "/etc/systemd/logind.conf.d";

/// logind's `KillUserProcesses`, which ends runs at logout although they left their terminal.
pub fn look() -> Finding {
    let mut texts = vec![fs::read_to_string(FILE).unwrap_or_default()];
    let mut more: Vec<_> = fs::read_dir(FOLDER)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    more.sort();
    texts.extend(more.iter().map(|path| fs::read_to_string(path).unwrap_or_default()));
    let user = std::env::var("USER").unwrap_or_default();
    let lingers = !user.is_empty() && Path::new("/var/lib/systemd/linger").join(&user).exists();
    finding(&texts, lingers)
}

fn finding(texts: &[String], lingers: bool) -> Finding {
    let mut setting = texts.iter().flat_map(|text| text.lines()).filter_map(|line| {
        let (key, value) = line.trim().split_once('=')?;
        (key.trim() == "KillUserProcesses").then(|| value.trim().to_lowercase())
    });
    let kills = matches!(setting.next_back().as_deref(), Some("yes" | "true" | "on" | "1"));
    match (kills, lingers) {
        (true, false) => Finding::lack(
            "logout",
            "this host ends your processes when you log out (KillUserProcesses)",
            "run `loginctl enable-linger` once, then runs continue",
        ),
        (true, true) => Finding::good("logout", "runs continue: lingering is enabled for you"),
        (false, _) => Finding::good("logout", "runs continue"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn the_last_word_counts_and_comments_do_not() {
        let finding = |texts: &[&str], lingers| {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            finding(&texts, lingers).health
        };
        assert_eq!(finding(&["[Login]\n#KillUserProcesses=yes\n"], false), Health::Good);
        assert_eq!(finding(&["[Login]\nKillUserProcesses = yes\n"], false), Health::Lack);
        assert_eq!(
            finding(&["KillUserProcesses=yes", "KillUserProcesses=no"], false),
            Health::Good
        );
        assert_eq!(finding(&["KillUserProcesses=yes"], true), Health::Good);
        assert_eq!(finding(&[], false), Health::Good);
    }
}
