//! One file from the network, whole and checked, or not at all.

use super::partial::{Partial, failed, length_beside};
use super::receive::{Blocks, background, wait};
use super::{Checksum, Client, DownloadError, Token};
use crate::file_lock::{self, Attempt, FileLock};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use ureq::http::{HeaderMap, Method, StatusCode};

/// Time between two attempts to take a lock that another process holds.
const LOCK_INTERVAL: Duration = Duration::from_millis(200);
/// Where a file replaces a lock, its process is taken for gone when the download has not grown for so long.
const STALLED: Duration = Duration::from_secs(120);

/// A file to be fetched.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// Its address.
    pub url: &'a str,
    /// Sent to the server of that address, and to no other.
    pub token: Option<&'a Token>,
    /// Where it will lie. While it is incomplete it is `NAME.incomplete` beside that.
    pub path: &'a Path,
    /// Locked meanwhile, so that of several processes one fetches and the others wait for it; it stays.
    pub lock: &'a Path,
    /// What it must hash to.
    pub checksum: Option<&'a Checksum>,
    /// Its length in bytes, where that is known beforehand.
    pub size: Option<u64>,
}

/// Told of (bytes that have arrived, bytes in all where known), often; says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(u64, Option<u64>) -> bool;

impl Client {
    /// Fetches a file, beginning where an earlier attempt has ended. A connection that is lost is made anew, a busy
    /// server is asked again after a pause. It gets its name when it is complete and its checksum is right; what has
    /// that name already is taken for it.
    ///
    /// # Errors
    /// No network, a server that refuses, a full disk, a wrong checksum, or that `watch` said no; unless the checksum
    /// was wrong, what has arrived is kept for the next attempt.
    pub fn fetch(&self, download: &Download, watch: Watch) -> Result<(), DownloadError> {
        for folder in [download.path, download.lock].into_iter().filter_map(Path::parent) {
            fs::create_dir_all(folder).map_err(|error| failed(folder, &error, None))?;
        }
        let _lock = lock(download, watch)?;
        if download.path.exists() {
            return Ok(());
        }
        let resumed = self.receive(download, watch)?;
        match check(download, watch) {
            // The part may have been of another file, or half written when a machine went down.
            Err(DownloadError::Checksum { .. }) if resumed => {
                self.receive(download, watch)?;
                check(download, watch)
            }
            checked => checked,
        }
    }

    /// Receives until nothing is missing; whether some of it was there before.
    fn receive(&self, download: &Download, watch: Watch) -> Result<bool, DownloadError> {
        let mut partial = Partial::open(download.path)?;
        let resumed = partial.length() > 0;
        let (mut vain, mut underway) = (0, false);
        loop {
            let before = partial.length();
            let error = match self.receive_once(download, &mut partial, watch) {
                Ok(()) => return Ok(resumed),
                Err(error) => error,
            };
            let gained = partial.length() > before;
            underway |= gained;
            vain = if gained { 1 } else { vain + 1 };
            let pause = self.patience.pause_after(vain, error.retry_after());
            let (true, Some(pause)) = (error.is_passing(underway), pause) else {
                return Err(error);
            };
            let length = partial.length();
            wait(pause, &mut || watch(length, download.size))?;
        }
    }

    /// One request, and what comes of it.
    fn receive_once(&self, download: &Download, partial: &mut Partial, watch: Watch) -> Result<(), DownloadError> {
        let mut have = partial.length();
        let mark = partial.mark();
        let known_again = download.checksum.is_some() || mark.is_some();
        if !known_again || download.size.is_some_and(|size| have > size) {
            partial.restart(None)?;
            have = 0;
        }
        if have > 0 && download.size == Some(have) {
            return Ok(());
        }
        let range = format!("bytes={have}-");
        let mut headers = Vec::new();
        if have > 0 {
            headers.push((RANGE.as_str(), range));
            // A checksum tells more, and servers that share a file may mark it differently.
            if let (None, Some(mark)) = (download.checksum, mark) {
                headers.push((IF_RANGE.as_str(), mark));
            }
        }
        let (client, url, token) = (self.clone(), download.url.to_owned(), download.token.cloned());
        let ask = move || {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
            client.ask(&Method::GET, &url, token.as_ref(), &headers, false)
        };
        let response = background(ask, &mut || watch(have, download.size))?;
        let (status, headers) = (response.status(), response.headers());
        let whole = match status {
            StatusCode::PARTIAL_CONTENT if have > 0 => {
                let range = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
                match range.and_then(content_range) {
                    Some((from, whole)) if from == have => whole,
                    _ => {
                        partial.restart(None)?;
                        return Err(dropped(download, "the server sent another part than the one asked for"));
                    }
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let whole = header(headers, CONTENT_RANGE.as_str()).and_then(|range| range.strip_prefix("bytes */"));
                if whole.and_then(|whole| whole.parse().ok()) == Some(have) {
                    return Ok(());
                }
                partial.restart(None)?;
                return Err(dropped(download, "the server has less than had arrived"));
            }
            StatusCode::OK => {
                partial.restart(mark_of(headers))?;
                header(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok())
            }
            other => {
                return Err(DownloadError::Answer {
                    url: download.url.to_owned(),
                    problem: format!("the server answers {other}, which is no file"),
                });
            }
        };
        let whole = match (download.size, whole) {
            (Some(promised), Some(whole)) if promised != whole => {
                return Err(DownloadError::Answer {
                    url: download.url.to_owned(),
                    problem: format!("has {whole} bytes and not {promised}, as was promised; try again later"),
                });
            }
            (promised, whole) => promised.or(whole),
        };
        let blocks = Blocks::of(response.into_body().into_reader())?;
        loop {
            let have = partial.length();
            let block = blocks.next(&mut || watch(have, whole))?;
            let block = block.map_err(|error| dropped(download, &error.to_string()))?;
            if block.is_empty() {
                break;
            }
            partial.append(&block, whole.map(|whole| whole.saturating_sub(have)))?;
        }
        watch(partial.length(), whole);
        match whole {
            Some(whole) if partial.length() < whole => Err(dropped(download, "it ended too early")),
            Some(whole) if partial.length() > whole => {
                partial.restart(None)?;
                Err(dropped(download, "more arrived than was promised"))
            }
            _ => Ok(()),
        }
    }
}

/// Gives the file its name when its checksum is right, and removes it otherwise.
fn check(download: &Download, watch: Watch) -> Result<(), DownloadError> {
    let partial = Partial::open(download.path)?;
    let Some(expected) = download.checksum else {
        return partial.finish(download.path);
    };
    let length = partial.length();
    let found = expected.of_file(&partial.path, || watch(length, Some(length)));
    let found = found.map_err(|error| failed(&partial.path, &error, None))?;
    match found.ok_or(DownloadError::Cancelled)? {
        found if found == *expected => partial.finish(download.path),
        found => {
            partial.discard()?;
            Err(DownloadError::Checksum {
                url: download.url.to_owned(),
                expected: expected.clone(),
                found,
            })
        }
    }
}

/// Waits for the other processes that fetch the same file.
fn lock(download: &Download, watch: Watch) -> Result<FileLock, DownloadError> {
    let mut seen = (0, Instant::now());
    loop {
        let attempt = file_lock::open(download.lock).and_then(|file| FileLock::attempt(file, download.lock));
        let length = length_beside(download.path);
        if length != seen.0 {
            seen = (length, Instant::now());
        }
        match attempt.map_err(|error| failed(download.lock, &error, None))? {
            Attempt::Taken(lock) => return Ok(lock),
            Attempt::Substituted(token) if seen.1.elapsed() > STALLED => {
                file_lock::discard_substitute(download.lock, &token);
            }
            Attempt::Held | Attempt::Substituted(_) => {}
        }
        wait(LOCK_INTERVAL, &mut || watch(length, download.size))?;
    }
}

fn dropped(download: &Download, problem: &str) -> DownloadError {
    DownloadError::Dropped {
        url: download.url.to_owned(),
        problem: problem.to_owned(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// By which `If-Range` knows a file again: a strong entity tag, or else the date of the file.
fn mark_of(headers: &HeaderMap) -> Option<&str> {
    let tag = header(headers, ETAG.as_str()).filter(|tag| tag.starts_with('"'));
    tag.or_else(|| header(headers, LAST_MODIFIED.as_str()))
}

/// `bytes 5-9/10`: the first byte, and all bytes where they are told.
fn content_range(header: &str) -> Option<(u64, Option<u64>)> {
    let (range, whole) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = range.split_once('-')?;
    Some((from.trim().parse().ok()?, whole.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_says_where_it_begins() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
        assert_eq!(content_range("chunks 5-9/10"), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_crash(header in ".*") {
            let _ = content_range(&header);
            let _ = super::super::patience::retry_after(&header, jiff::Timestamp::now());
        }
    }
}
