//! Getting a corpus: all of it, checked and in its folder, or nothing that a scan would find.

use super::archive::unpack;
use super::files::{self, Piece, fetch_one};
use super::place::Place;
use super::{Access, Archive, Files, Published, PublishedError};
use crate::download::{Checksum, Client};
use std::fs;
use std::path::{Path, PathBuf};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is fetched.
    Fetching,
    /// It is unpacked.
    Unpacking,
}

/// Told of what is being done, bytes that are done and bytes in all where that is known, often; says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(Stage, u64, Option<u64>) -> bool;

/// Fetches a corpus, unpacks it, and gives it its folder below `data`, which is returned. What has arrived when it fails or
/// is stopped is kept beside that in `.NAME.incomplete`, and the next call goes on from there.
///
/// # Errors
/// A corpus that cannot be fetched, or whose folder is there already; whatever goes wrong with the network, the archive or
/// the disk; that `watch` said no.
pub fn get(published: &Published, data: &Path, client: &Client, watch: Watch) -> Result<PathBuf, PublishedError> {
    if let Access::ByHand(how) = &published.access {
        return Err(PublishedError::ByHand {
            title: published.title.clone(),
            page: published.page.clone(),
            how: how.clone(),
        });
    }
    let place = Place::take(data, &published.name)?;
    let mut fetching = |done, total| watch(Stage::Fetching, done, total);
    match &published.access {
        Access::ByHand(_) => {}
        Access::Archives(archives) => {
            let paths = fetch_archives(archives, &place, client, &mut fetching)?;
            place.clear()?;
            for (archive, path) in archives.iter().zip(&paths) {
                open(archive, path, &place, watch)?;
            }
        }
        Access::Files(groups) => {
            let pieces: Vec<Piece> = groups.iter().flat_map(Files::pieces).collect();
            files::fetch(&pieces, &place.content(), client, &mut fetching)?;
        }
        Access::Dataverse(record) => {
            let addresses = record.addresses();
            let list = place.aside("list.json");
            let pieces = record.pieces(&addresses, &list, client, &mut || fetching(0, None))?;
            files::fetch(&pieces, &place.content(), client, &mut fetching)?;
        }
    }
    place.finish()
}

/// Fetches archives one after the other; where they lie.
fn fetch_archives(
    archives: &[Archive],
    place: &Place,
    client: &Client,
    watch: &mut dyn FnMut(u64, Option<u64>) -> bool,
) -> Result<Vec<PathBuf>, PublishedError> {
    let total: Option<u64> = archives.iter().map(|archive| archive.size).sum();
    let (mut paths, mut before) = (Vec::new(), 0);
    for (number, archive) in archives.iter().enumerate() {
        let path = place.aside(&format!("{number}.zip"));
        let piece = Piece {
            addresses: &archive.addresses,
            remote: String::new(),
            file: PathBuf::new(),
            size: archive.size,
            checksum: archive.md5.as_deref().and_then(Checksum::of_md5),
        };
        fetch_one(
            &piece,
            &path,
            &path.with_extension("lock"),
            client,
            &mut 0,
            &mut |done, whole| watch(before + done, total.or(whole.map(|whole| before + whole))),
        )?;
        before += fs::metadata(&path).map_err(PublishedError::of_file(&path))?.len();
        paths.push(path);
    }
    Ok(paths)
}

/// Unpacks an archive. What was unpacked goes when it cannot be done, and the archive too where it is to blame.
fn open(archive: &Archive, path: &Path, place: &Place, watch: Watch) -> Result<(), PublishedError> {
    let url = archive.addresses.first().map_or("", String::as_str);
    let mut unpacking = |done, total| watch(Stage::Unpacking, done, Some(total));
    let unpacked = unpack(path, url, &place.content(), &mut unpacking);
    if unpacked.is_err() {
        // The error says what matters; what is left is emptied before the next attempt.
        let _ = place.clear();
    }
    if let Err(PublishedError::Archive { .. }) = unpacked {
        let _ = fs::remove_file(path);
    }
    unpacked
}
