//! Which speakers of which scheme, and how many clips of each.

use super::naming::Scheme;

/// The order in which schemes get their next speaker: 24 speakers are 10 + 8 + 2 + 4.
const TURNS: [Scheme; 12] = {
    use Scheme::{CremaD as C, Ravdess as R, Savee as S, Tess as T};
    [R, C, T, S, R, C, R, C, S, R, C, R]
};

/// A speaker's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The scheme.
    pub scheme: Scheme,
    /// Which of its speakers, from 0.
    pub number: usize,
    /// How many clips.
    pub clips: usize,
}

/// Deals `clips` evenly to `speakers`, and to more when their schemes cannot name so many clips.
/// `None` if no number of speakers could.
pub fn cast(clips: usize, speakers: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut capacity = 0;
    let mut numbers = [0; Scheme::ALL.len()];
    let turns = TURNS.into_iter().cycle();
    let everyone: usize = Scheme::ALL.into_iter().map(Scheme::speakers).sum();
    for scheme in turns {
        // Nobody is cast who would have nothing to say.
        if parts.len() >= speakers.min(clips) && capacity >= clips {
            break;
        }
        if parts.len() == everyone {
            return None;
        }
        let number = &mut numbers[scheme as usize];
        if *number < scheme.speakers() {
            parts.push(Part {
                scheme,
                number: *number,
                clips: 0,
            });
            capacity += scheme.clips_per_speaker();
            *number += 1;
        }
    }
    deal(&mut parts, clips);
    Some(parts)
}

/// Equal shares, except for those who cannot have so many: the others take the rest.
fn deal(parts: &mut [Part], clips: usize) {
    let mut by_capacity: Vec<&mut Part> = parts.iter_mut().collect();
    by_capacity.sort_by_key(|part| part.scheme.clips_per_speaker());
    let mut left = clips;
    let mut takers = by_capacity.len();
    for part in by_capacity {
        part.clips = left.div_ceil(takers).min(part.scheme.clips_per_speaker());
        left -= part.clips;
        takers -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speakers(parts: &[Part]) -> [usize; 4] {
        Scheme::ALL.map(|scheme| parts.iter().filter(|part| part.scheme == scheme).count())
    }

    #[test]
    fn the_default_cast_has_24_speakers_of_50_clips() {
        let parts = cast(1200, 24).unwrap();
        assert_eq!(speakers(&parts), [10, 8, 2, 4]);
        assert!(parts.iter().all(|part| part.clips == 50));
    }

    #[test]
    fn every_number_of_clips_is_met_exactly() {
        for clips in [1, 5, 24, 999, 5000, 20_000, 100_000] {
            let parts = cast(clips, 24).unwrap();
            assert_eq!(parts.iter().map(|part| part.clips).sum::<usize>(), clips);
            assert!(
                parts
                    .iter()
                    .all(|part| (1..=part.scheme.clips_per_speaker()).contains(&part.clips)),
                "{clips}"
            );
        }
    }

    #[test]
    fn more_clips_than_names_bring_more_speakers_until_the_names_run_out() {
        assert_eq!(speakers(&cast(8_000, 24).unwrap()), [10, 8, 2, 4]);
        let many = speakers(&cast(100_000, 24).unwrap());
        assert_eq!((many[0], many[2], many[3]), (24, 2, 4));
        assert!(many[1] > 300);
        assert_eq!(cast(10_000_000, 24), None);
        assert_eq!(cast(100_000, 10_000), None);
    }
}
