//! The ways of dealing speakers, and which corpora they make a difference to.

use super::groups::Group;
use serde::{Deserialize, Serialize};

/// How the speakers of a corpus are dealt to the sides.
///
/// It is recorded with every run and every study, so that what was begun keeps the split it was begun with. It is no
/// setting: what is started again from the beginning is always dealt by [`Dealing::NEWEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dealing {
    /// A side gets its share of the speakers, however many clips these have.
    BySpeakers,
    /// A side gets its share of the clips, wherever speakers have unlike numbers of them (more than twice or less than
    /// half their median); every other corpus is dealt as by [`Dealing::BySpeakers`].
    ByClips,
}

impl Dealing {
    /// How new runs and studies are dealt.
    pub const NEWEST: Self = Self::ByClips;

    /// How everything was dealt that does not say how.
    pub fn unrecorded() -> Self {
        Self::BySpeakers
    }
}

/// Whether voices have like numbers of clips: each at least half and at most twice as many as their median.
///
/// As far as that, a share of the voices is a share of the clips to within what sides of whole voices are off anyway,
/// and the published corpora are so: RAVDESS (60, or 104 with songs), CREMA-D (76 to 82), TESS, SAVEE, EmoDB (35 to
/// 71). The median and not the mean, because a single voice with very many clips would move the mean to where neither
/// it nor the others look unlike.
pub fn are_alike(voices: &[Group]) -> bool {
    let mut sizes: Vec<usize> = voices.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    let (Some(smallest), Some(largest)) = (sizes.first(), sizes.last()) else {
        return true;
    };
    let twice_median = sizes[(sizes.len() - 1) / 2] + sizes[sizes.len() / 2];
    *largest <= twice_median && 4 * smallest >= twice_median
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_alike_from_half_to_twice_their_median() {
        let alike = |sizes: &[usize]| are_alike(&sizes.iter().map(|size| vec![0; *size]).collect::<Vec<_>>());
        assert!(alike(&[]) && alike(&[7]) && alike(&[60; 18]));
        assert!(alike(&[35, 38, 43, 49, 55, 56, 58, 61, 69, 71]), "EmoDB");
        assert!(alike(&[60, 104, 104, 104]), "RAVDESS with songs");
        assert!(alike(&[30, 60, 60, 120]) && !alike(&[29, 60, 60, 60]) && !alike(&[60, 60, 60, 121]));
        assert!(!alike(&[60, 60, 60, 60, 1]));
        assert!(!alike(&[1, 100]));
    }
}
