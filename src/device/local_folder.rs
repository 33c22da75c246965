//! A folder on this machine that nobody else can write to.

use rustix::process::geteuid;
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Attempts to find a name that is free.
const ATTEMPTS: u32 = 100;

/// Whether a path lies, or would lie, on a file server or a cluster's file system, where files that processes map
/// together are not kept alike. By the file system's number (linux/magic.h); `false` where that cannot be asked.
pub(super) fn is_on_a_file_server(path: &Path) -> bool {
    let there = path.ancestors().find(|path| path.exists());
    there
        .and_then(|path| rustix::fs::statfs(path).ok())
        .is_some_and(|found| is_shared(found.f_type as u64))
}

/// By the number of a file system.
fn is_shared(magic: u64) -> bool {
    const SHARED: [u64; 11] = [
        0x5346_414F, // AFS
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB 2
        0x7375_7245, // Coda
        0x00C3_6400, // Ceph
        0x0116_1970, // GFS2
        0x0BD0_0BD0, // Lustre
        0x564C,      // NCP
        0x6969,      // NFS
        0x7461_636F, // OCFS2
        0x0102_1997, // 9p
    ];
    // It is signed on some machines.
    SHARED.contains(&(magic & 0xFFFF_FFFF))
}

/// `undertone-UID` in `TMPDIR`, else in `/tmp`, made where it is not there. What is there is taken only if it is a folder,
/// no link, ours and closed to others; else a new one gets a name of its own. `None` where nothing can be made on this
/// machine.
pub(super) fn local_folder(tmpdir: Option<OsString>) -> Option<PathBuf> {
    let named = tmpdir.map(PathBuf::from).filter(|path| path.is_absolute());
    let mut parents = named.into_iter().chain([PathBuf::from("/tmp")]);
    parents.find_map(|parent| {
        if is_on_a_file_server(&parent) {
            None
        } else {
            own_folder(&parent)
        }
    })
}

fn own_folder(parent: &Path) -> Option<PathBuf> {
    let own = parent.join(format!("undertone-{}", geteuid().as_raw()));
    if make(&own) || is_ours(&own) {
        return Some(own);
    }
    (0..ATTEMPTS)
        .map(|attempt| own.with_extension(format!("{}-{attempt}", std::process::id())))
        .find(|path| make(path))
}

/// Makes a folder that is closed to others; `false` where something is there, or none can be made.
fn make(path: &Path) -> bool {
    DirBuilder::new().mode(0o700).create(path).is_ok()
}

fn is_ours(path: &Path) -> bool {
    fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_dir() && found.uid() == geteuid().as_raw() && found.mode() & 0o7777 == 0o700)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn it_is_made_once_and_closed_to_others() {
        let parent = tempfile::tempdir().unwrap();
        let folder = || local_folder(Some(parent.path().into())).unwrap();
        let first = folder();
        assert_eq!(first, parent.path().join(format!("undertone-{}", geteuid().as_raw())));
        assert_eq!(mode(&first), 0o700);
        assert_eq!(folder(), first);
    }

    #[test]
    fn what_others_could_have_put_there_is_not_taken() {
        let name = format!("undertone-{}", geteuid().as_raw());
        for prepare in [
            (|path| fs::write(path, "").unwrap()) as fn(&Path),
            |path| symlink("/tmp", path).unwrap(),
            |path| {
                fs::create_dir(path).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
            },
        ] {
            let parent = tempfile::tempdir().unwrap();
            let taken = parent.path().join(&name);
            prepare(&taken);
            let fresh = local_folder(Some(parent.path().into())).unwrap();
            assert!(
                fresh != taken && fresh.parent() == Some(parent.path()),
                "{}",
                fresh.display()
            );
            assert_eq!(mode(&fresh), 0o700);
            assert!(fresh != local_folder(Some(parent.path().into())).unwrap());
        }
    }

    #[test]
    fn file_servers_are_known_by_their_number() {
        for magic in [0x6969, 0x0BD0_0BD0, 0xFF53_4D42, 0xFFFF_FFFF_FF53_4D42, 0x00C3_6400] {
            assert!(is_shared(magic), "{magic:x}");
        }
        // ext4, btrfs, tmpfs, overlayfs, xfs.
        for magic in [0xEF53, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x5846_5342] {
            assert!(!is_shared(magic), "{magic:x}");
        }
        let here = tempfile::tempdir().unwrap();
        assert!(!is_on_a_file_server(&here.path().join("none/of/these/is/there")));
    }
}
