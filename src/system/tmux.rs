//! What tmux keeps from the terminal behind it: notifications, and texts for the clipboard.

use super::Finding;
use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// How long tmux may take to answer, all questions together.
const LIMIT: Duration = Duration::from_secs(1);
/// The longest answer that is read (bytes).
const LONGEST: u64 = 100;
/// Time between two looks at it.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A finding for each line that its configuration lacks, or one that none is missing; nothing outside of tmux.
pub fn look() -> Vec<Finding> {
    let inside = std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty());
    if !inside {
        return Vec::new();
    }
    let until = Instant::now() + LIMIT;
    let [passthrough, clipboard] =
        ["allow-passthrough", "set-clipboard"].map(|option| value("tmux".as_ref(), option, until));
    findings(passthrough.as_deref(), clipboard.as_deref())
}

/// An option's value; nothing where tmux does not know it, or does not answer in time.
fn value(tmux: &OsStr, option: &str, until: Instant) -> Option<String> {
    let mut asked = Command::new(tmux)
        .args(["show", "-gv", option])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let status = loop {
        match asked.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => break None,
        }
    };
    if status.is_none() {
        // It may have ended just now.
        let _ = asked.kill();
        let _ = asked.wait();
    }
    status.filter(|status| status.success())?;
    let answer = asked.stdout.take()?;
    let (sender, received) = channel();
    // What it has started may keep the pipe open.
    thread::spawn(move || {
        let mut text = String::new();
        // Where nothing can be read, it has said nothing.
        let _ = answer.take(LONGEST).read_to_string(&mut text);
        sender.send(text)
    });
    let text = received
        .recv_timeout(until.saturating_duration_since(Instant::now()))
        .ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn findings(passthrough: Option<&str>, clipboard: Option<&str>) -> Vec<Finding> {
    let mut found = Vec::new();
    // Versions before 3.3 have no such option and hand everything over.
    if let Some(value) = passthrough.filter(|value| !matches!(*value, "on" | "all")) {
        found.push(Finding::note(
            "tmux",
            format!("allow-passthrough is {value}: no notification reaches your terminal"),
            "write `set -g allow-passthrough on` into ~/.tmux.conf, then `tmux source ~/.tmux.conf`",
        ));
    }
    if let Some(value) = clipboard.filter(|value| *value != "on") {
        found.push(Finding::note(
            "tmux",
            format!("set-clipboard is {value}: what is copied with y does not reach your clipboard by itself"),
            "write `set -g set-clipboard on` into ~/.tmux.conf, then `tmux source ~/.tmux.conf`",
        ));
    }
    match (found.is_empty(), clipboard) {
        (false, _) => found,
        (true, Some(_)) => vec![Finding::good("tmux", "hands over notifications and what is copied")],
        (true, None) => vec![Finding::note(
            "tmux",
            "it does not answer",
            "see whether `tmux show -gv set-clipboard` does; it should say `on`",
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_missing_line_is_named() {
        let remedies = |passthrough, clipboard| {
            let found = findings(passthrough, clipboard);
            found.iter().map(|one| one.remedy.clone()).collect::<Vec<_>>().join("|")
        };
        let both = remedies(Some("off"), Some("external"));
        assert!(both.contains("set -g allow-passthrough on") && both.contains("set -g set-clipboard on"));
        assert!(!remedies(Some("on"), Some("off")).contains("passthrough"));
        assert!(!remedies(Some("off"), Some("on")).contains("clipboard"));
        assert_eq!(findings(Some("all"), Some("on"))[0].health, Health::Good);
        assert_eq!(findings(None, Some("on"))[0].health, Health::Good);
        assert_eq!(findings(None, None)[0].health, Health::Note);
    }

    #[test]
    fn a_tmux_that_hangs_or_fails_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let soon = || Instant::now() + Duration::from_secs(5);
        assert_eq!(
            value(script("says", "echo $3").as_os_str(), "set-clipboard", soon()).as_deref(),
            Some("set-clipboard")
        );
        assert_eq!(value(script("fails", "echo on; exit 1").as_os_str(), "a", soon()), None);
        assert_eq!(value(folder.path().join("absent").as_os_str(), "a", soon()), None);
        let begun = Instant::now();
        for text in ["sleep 60", "sleep 60 &"] {
            let until = Instant::now() + Duration::from_millis(300);
            assert_eq!(value(script("hangs", text).as_os_str(), "a", until), None);
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}
