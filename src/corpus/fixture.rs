//! Small clips for the tests of this floor.

use super::names::Origin;
use super::{
    AnalysisCache, Catalogue, Clip, CorpusError, CorpusSettings, Emotion, Layout, Names, SampleAnalysis, ScanIndex,
    scan,
};
use crate::audio::{Channel, Level};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A clip of corpus `test` that need not exist.
pub(super) fn clip(path: &str, emotion: &str) -> Clip {
    Clip {
        path: path.into(),
        corpus: "test".into(),
        synthetic: false,
        speaker: None,
        gender: None,
        age: None,
        ethnicity: None,
        emotion: Emotion::new(emotion),
        given_split: None,
        columns: Default::default(),
        intensity: None,
        dimensions: Default::default(),
        votes: None,
        text: None,
        container: "wav".into(),
        frames: 32_000,
        rate: 16_000,
        channels: 1,
        decoded: None,
        channel: Channel::Mix,
        segment: None,
    }
}

pub(super) fn clip_of(path: &Path) -> Clip {
    clip(path.to_str().unwrap(), "sad")
}

pub(super) fn catalogue_of(paths: &[impl AsRef<Path>]) -> Catalogue {
    Catalogue {
        clips: Arc::new(paths.iter().map(|path| clip_of(path.as_ref())).collect()),
        analysis: vec![None; paths.len()],
        ..Catalogue::default()
    }
}

/// These clips as a scan leaves them, their names joined.
pub(super) fn scanned(mut clips: Vec<Clip>) -> Catalogue {
    let names = Names::join(&mut clips, std::iter::empty::<Origin>());
    Catalogue {
        analysis: vec![None; clips.len()],
        clips: Arc::new(clips),
        names: Arc::new(names),
        ..Catalogue::default()
    }
}

/// The analysis of a sound of this content.
pub(super) fn analysis(content: u128) -> SampleAnalysis {
    SampleAnalysis {
        content,
        frames: 32_000,
        level: Level {
            peak: 0.5,
            rms_dbfs: -20.0,
            clipped: 0.0,
            silent: false,
        },
        cancelled: None,
        left_out: None,
        thumbnail: vec![(0, 0); SampleAnalysis::THUMBNAIL_SEGMENTS],
        damage: None,
    }
}

/// A tone a listener would find dull.
pub(super) fn tone(samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|n| ((n as f64 * 0.17).sin() * 8_000.0) as i16)
        .collect()
}

/// Writes a 16-bit PCM file; the samples of all channels interleaved.
pub(super) fn write_wav(path: &Path, rate: u32, channels: u16, samples: &[i16]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let format = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(path, format).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

/// A corpus of this layout, as the settings list it.
pub(super) fn corpus(name: &str, layout: Layout, path: &Path) -> CorpusSettings {
    CorpusSettings {
        name: name.into(),
        layout,
        path: path.into(),
        ..CorpusSettings::default()
    }
}

/// What a first scan of these corpora finds.
pub(super) fn scan_of(corpora: &[CorpusSettings]) -> Result<Catalogue, CorpusError> {
    scan(
        corpora,
        &mut ScanIndex::default(),
        &AnalysisCache::default(),
        &|_, _| {},
    )
}

/// Writes a tenth of a second of sound under each of these names.
pub(super) fn sound(folder: &Path, names: &[&str]) {
    for name in names {
        write_wav(&folder.join(name), 16_000, 1, &tone(1_600));
    }
}
