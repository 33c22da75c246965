//! Room where runs and caches are written.

use super::Finding;
use super::processor::gib;
use std::fs;
use std::path::Path;

/// Below this a run may end for lack of room (bytes).
const SCARCE: u64 = 1 << 30;

/// Whether `folder`, which `topic` names, can be written to and has room. A folder that is not there yet is checked
/// by the nearest one above it.
pub fn look(topic: &'static str, folder: &Path) -> Finding {
    let Some(existing) = folder.ancestors().find(|folder| folder.is_dir()) else {
        return Finding::lack(
            topic,
            format!("{}: there is no such folder", folder.display()),
            format!("make it, or set `{topic}` in workbench.toml"),
        );
    };
    let shown = folder.display();
    if rustix::fs::access(existing, rustix::fs::Access::WRITE_OK).is_err() || is_read_only(existing) {
        return Finding::lack(
            topic,
            format!("{shown}: cannot be written to"),
            format!("allow it, or set `{topic}` in workbench.toml to a folder of yours"),
        );
    }
    match rustix::fs::statvfs(existing) {
        Ok(room) => {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            let words = format!("{shown}: {} free", gib(free));
            if free < SCARCE {
                Finding::lack(
                    topic,
                    words,
                    format!("make room, or set `{topic}` in workbench.toml to a larger disk"),
                )
            } else {
                Finding::good(topic, words)
            }
        }
        Err(error) => Finding::note(
            topic,
            format!("{shown}: the free space is unknown ({error})"),
            "look at it with `df`",
        ),
    }
}

fn is_read_only(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|room| room.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
        || fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let finding = look("runs", &folder.path().join("a/b"));
        assert_ne!(finding.health, Health::Note, "{finding:?}");
        assert!(finding.found.contains("a/b"), "{finding:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_a_lack() {
        let finding = look("runs", Path::new("/proc/nothing"));
        assert_eq!(finding.health, Health::Lack, "{finding:?}");
        assert!(finding.remedy.contains("`runs`"), "{finding:?}");
    }
}
