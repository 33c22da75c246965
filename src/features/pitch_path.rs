//! The likeliest contour of F0 through the candidates of all frames (Viterbi).

use pulp::{Arch, Simd, WithSimd};

/// The states: `steps` voiced ones and as many unvoiced ones, each of which remembers its pitch.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathSettings {
    /// Steps of pitch.
    pub steps: usize,
    /// Steps that the pitch moves from one frame to the next at most; the likelihood falls linearly up to there.
    pub reach: usize,
}

/// Frames of which all states are kept at a time, so that an hour needs no more memory than a second.
const KEPT: usize = 256;

/// The step of every frame, none where it is unvoiced. `observed` brings each frame's (step, probability)
/// pairs, `voicing` their sum; the rest of the probability is spread over the unvoiced states.
/// As librosa.sequence.viterbi with the transitions of librosa.pyin; what librosa thinks impossible (the
/// logarithm of the smallest f64) is so here too.
///
/// No state remembers where it was come to from: that is worked out again for the few that the likeliest path leads
/// through, which leaves maxima and nothing else to be found for all of them.
pub(super) fn likeliest_path<'a>(
    settings: &PathSettings,
    observed: impl Iterator<Item = &'a [(usize, f64)]>,
    voicing: &[f64],
) -> Vec<Option<usize>> {
    let steps = settings.steps;
    let mut trellis = Trellis {
        steps,
        moves: Moves::new(settings),
        observed: observed.take(voicing.len()).collect(),
        voicing,
        ways: [vec![], vec![]],
    };
    let frames = trellis.observed.len();
    // What each frame of the block in hand is entered from, and the first of these of every block before it.
    let mut entered_from: Vec<Vec<f64>> = Vec::with_capacity(KEPT.min(frames));
    let mut starts = Vec::with_capacity(frames / KEPT);
    let mut best = vec![-((2 * steps) as f64).ln(); 2 * steps];
    for frame in 0..frames {
        if entered_from.len() == KEPT {
            starts.push(entered_from.swap_remove(0));
            entered_from.clear();
        }
        let next = trellis.enter(frame, &best);
        entered_from.push(std::mem::replace(&mut best, next));
    }
    let mut state = first_of_the_largest(&best);
    let mut path = vec![None; frames];
    let mut frame = frames;
    loop {
        while let Some(before) = entered_from.pop() {
            frame -= 1;
            path[frame] = (state < steps).then_some(state);
            if frame > 0 {
                state = trellis.came_from(&before, state);
            }
        }
        let Some(start) = starts.pop() else { return path };
        entered_from.push(start);
        for frame in frame - KEPT..frame - 1 {
            let next = trellis.enter(frame, &entered_from[entered_from.len() - 1]);
            entered_from.push(next);
        }
    }
}

/// Probability that a voice begins or ends from one frame to the next.
const SWITCH: f64 = 0.01;

/// What librosa gives the logarithm of an impossible chance: `ln(f64::MIN_POSITIVE)`.
const IMPOSSIBLE: f64 = -708.396_418_532_264_1;

/// All states of all frames. Those of one are voiced steps, then unvoiced ones.
struct Trellis<'a> {
    steps: usize,
    moves: Moves,
    observed: Vec<&'a [(usize, f64)]>,
    voicing: &'a [f64],
    /// Of the best ways from voiced and from unvoiced states to every step.
    ways: [Vec<f64>; 2],
}

impl Trellis<'_> {
    /// Log-likelihood of the best path to each state of a frame, from those of the frame `before`.
    fn enter(&mut self, frame: usize, before: &[f64]) -> Vec<f64> {
        let steps = self.steps;
        let (same, other) = ((1.0 - SWITCH).ln(), SWITCH.ln());
        let mut next = before.to_vec();
        if frame > 0 {
            for (values, ways) in before.chunks_exact(steps).zip(&mut self.ways) {
                self.moves.best(values, ways);
            }
            let least = before[first_of_the_largest(before)] + IMPOSSIBLE;
            let (voiced, unvoiced) = next.split_at_mut(steps);
            let [from_voiced, from_unvoiced] = &self.ways;
            for (states, stay, leave) in [(voiced, same, other), (unvoiced, other, same)] {
                for ((next, voiced), unvoiced) in states.iter_mut().zip(from_voiced).zip(from_unvoiced) {
                    *next = (voiced + stay).max(unvoiced + leave).max(least);
                }
            }
        }
        let unvoiced = ((1.0 - self.voicing[frame]) / steps as f64).max(f64::MIN_POSITIVE).ln();
        for value in &mut next[steps..] {
            *value += unvoiced;
        }
        // Voiced states without a candidate are impossible.
        for &(step, probability) in self.observed[frame] {
            next[step] += probability.max(f64::MIN_POSITIVE).ln() - IMPOSSIBLE;
        }
        for value in &mut next[..steps] {
            *value += IMPOSSIBLE;
        }
        next
    }

    /// The state of the frame `before` that the best path to this one comes from.
    fn came_from(&self, before: &[f64], state: usize) -> usize {
        let steps = self.steps;
        let (voiced, unvoiced) = before.split_at(steps);
        let (stay, leave) = match state < steps {
            true => ((1.0 - SWITCH).ln(), SWITCH.ln()),
            false => (SWITCH.ln(), (1.0 - SWITCH).ln()),
        };
        let step = state % steps;
        let (from_voiced, from_unvoiced) = (self.moves.source(voiced, step), self.moves.source(unvoiced, step));
        let ways = [
            (from_voiced.0 + stay, from_voiced.1),
            (from_unvoiced.0 + leave, steps + from_unvoiced.1),
        ];
        let (value, from) = if ways[0].0 >= ways[1].0 { ways[0] } else { ways[1] };
        let far = first_of_the_largest(before);
        if before[far] + IMPOSSIBLE > value { far } else { from }
    }
}

fn first_of_the_largest(values: &[f64]) -> usize {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    values.iter().position(|&value| value == largest).unwrap_or(0)
}

/// Logarithms of the chances to move by so many steps.
struct Moves {
    /// From `-reach` to `reach`.
    chances: Vec<f64>,
    /// What all chances from a step sum to; fewer at both ends.
    sums: Vec<f64>,
    reach: usize,
    /// Values less the sums, with nothing on both sides.
    weighed: Vec<f64>,
}

impl Moves {
    fn new(settings: &PathSettings) -> Self {
        let reach = settings.reach.min(settings.steps - 1);
        // As scipy.signal.windows.triang of 2 reach + 1.
        let triangle = |distance: usize| 1.0 - distance as f64 / (settings.reach + 1) as f64;
        let window = |offset: usize| triangle(offset.abs_diff(reach));
        let sum = |step: usize| {
            let there = step.saturating_sub(reach)..=(step + reach).min(settings.steps - 1);
            there.map(|other| triangle(other.abs_diff(step))).sum::<f64>().ln()
        };
        Self {
            chances: (0..=2 * reach).map(|offset| window(offset).ln()).collect(),
            sums: (0..settings.steps).map(sum).collect(),
            reach,
            weighed: Vec::new(),
        }
    }

    /// For every step the best of the ways from the steps within reach.
    fn best(&mut self, values: &[f64], ways: &mut Vec<f64>) {
        let whole = values.len().next_multiple_of(BLOCK);
        ways.resize(whole, 0.0);
        self.weighed.clear();
        self.weighed.resize(whole + 2 * self.reach, f64::NEG_INFINITY);
        for ((weighed, value), sum) in self.weighed[self.reach..].iter_mut().zip(values).zip(&self.sums) {
            *weighed = value - sum;
        }
        Arch::new().dispatch(Largest {
            weighed: &self.weighed,
            chances: &self.chances,
            ways,
        });
        ways.truncate(values.len());
    }

    /// The best of the ways to one step, and the first step that it comes from.
    fn source(&self, values: &[f64], step: usize) -> (f64, usize) {
        let within = step.saturating_sub(self.reach)..(step + self.reach + 1).min(values.len());
        within.fold((f64::NEG_INFINITY, 0), |best, from| {
            let way = values[from] - self.sums[from] + self.chances[from + self.reach - step];
            if way > best.0 { (way, from) } else { best }
        })
    }
}

/// Vectors whose maxima are found side by side: none waits for another.
const ABREAST: usize = 4;
/// Numbers of these vectors, whatever their width.
const BLOCK: usize = 8 * ABREAST;

/// `ways[i] = max over k of weighed[i + k] + chances[k]`.
struct Largest<'a> {
    weighed: &'a [f64],
    chances: &'a [f64],
    ways: &'a mut [f64],
}

impl WithSimd for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = ABREAST * S::F64_LANES;
        for (block, ways) in self.ways.chunks_exact_mut(width).enumerate() {
            let mut best = [simd.splat_f64s(f64::NEG_INFINITY); ABREAST];
            for (offset, chance) in self.chances.iter().enumerate() {
                let chance = simd.splat_f64s(*chance);
                let (vectors, _) = S::as_simd_f64s(&self.weighed[block * width + offset..][..width]);
                for (best, weighed) in best.iter_mut().zip(vectors) {
                    *best = simd.max_f64s(simd.add_f64s(*weighed, chance), *best);
                }
            }
            let (vectors, _) = S::as_mut_simd_f64s(ways);
            vectors.copy_from_slice(&best);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;
    use rand::RngExt;

    const SMALL: PathSettings = PathSettings { steps: 9, reach: 2 };

    fn path(observed: &[&[(usize, f64)]]) -> Vec<Option<usize>> {
        let voicing: Vec<f64> = observed.iter().map(|of| of.iter().map(|(_, p)| p).sum()).collect();
        likeliest_path(&SMALL, observed.iter().copied(), &voicing)
    }

    #[test]
    fn a_slow_voice_is_followed_and_a_leap_is_not() {
        assert_eq!(
            path(&[&[(3, 0.9)], &[(4, 0.9)], &[(4, 0.5), (8, 0.4)], &[(5, 0.9)]]),
            [Some(3), Some(4), Some(4), Some(5)]
        );
        // The louder candidate in the middle is out of reach.
        assert_eq!(
            path(&[&[(1, 0.99)], &[(1, 0.3), (8, 0.69)], &[(1, 0.99)]]),
            [Some(1), Some(1), Some(1)]
        );
    }

    #[test]
    fn frames_without_candidates_are_unvoiced() {
        assert_eq!(path(&[&[], &[], &[]]), [None, None, None]);
        assert_eq!(
            path(&[&[(2, 0.99)], &[(2, 0.99)], &[], &[], &[(6, 0.99)], &[(6, 0.99)]]),
            [Some(2), Some(2), None, None, Some(6), Some(6)]
        );
        assert!(path(&[]).is_empty());
    }

    const SIX: PathSettings = PathSettings { steps: 6, reach: 2 };

    /// Chance to go from one of the twelve states to another.
    fn moved(a: usize, b: usize) -> f64 {
        let triangle = |a: usize, b: usize| (3.0 - a.abs_diff(b) as f64).max(0.0);
        let sum: f64 = (0..6).map(|other| triangle(a % 6, other)).sum();
        triangle(a % 6, b % 6) / sum * if (a < 6) == (b < 6) { 0.99 } else { 0.01 }
    }

    /// Chance of what is observed in one of the twelve states.
    fn seen(observed: &[(usize, f64)], state: usize) -> f64 {
        let voicing: f64 = observed.iter().map(|(_, p)| p).sum();
        match state {
            0..6 => observed
                .iter()
                .find(|(step, _)| *step == state)
                .map_or(0.0, |(_, p)| *p),
            _ => (1.0 - voicing) / 6.0,
        }
    }

    fn path_of_six(observed: &[Vec<(usize, f64)>]) -> Vec<Option<usize>> {
        let voicing: Vec<f64> = observed.iter().map(|of| of.iter().map(|(_, p)| p).sum()).collect();
        likeliest_path(&SIX, observed.iter().map(Vec::as_slice), &voicing)
    }

    #[test]
    fn it_is_the_definition() {
        // Brute force over all paths of three frames.
        let observed = [vec![(1, 0.5), (2, 0.2)], vec![(4, 0.6)], vec![(5, 0.3), (3, 0.3)]];
        let mut best = (0.0, [0; 3]);
        for code in 0..12 * 12 * 12 {
            let states = [code / 144, code / 12 % 12, code % 12];
            let moves = moved(states[0], states[1]) * moved(states[1], states[2]);
            let sights: f64 = (0..3).map(|frame| seen(&observed[frame], states[frame])).product();
            if moves * sights > best.0 {
                best = (moves * sights, states);
            }
        }
        let expected = best.1.map(|state| (state < 6).then_some(state));
        assert_eq!(path_of_six(&observed), expected);
    }

    #[test]
    fn a_long_way_is_found_block_by_block() {
        let mut random = stream(1, "candidates", 0);
        for frames in [KEPT, KEPT + 1, 2 * KEPT + 37] {
            // A voice that wanders, with pauses.
            let mut step = 3_usize;
            let observed: Vec<Vec<(usize, f64)>> = (0..frames)
                .map(|frame| {
                    step = (step + random.random_range(0..3)).saturating_sub(1).min(5);
                    let voiced = frame % 40 < 30;
                    voiced
                        .then(|| (step, random.random_range(0.5..0.9)))
                        .into_iter()
                        .collect()
                })
                .collect();
            // Every state remembers where it was come to from.
            let mut values = [(1.0 / 12.0_f64).ln(); 12];
            let mut sources = Vec::new();
            for (frame, observed) in observed.iter().enumerate() {
                let (mut next, mut source) = (values, [0; 12]);
                for state in (0..12).filter(|_| frame > 0) {
                    let ways = (0..12).map(|from| (values[from] + moved(from, state).ln(), from));
                    (next[state], source[state]) = ways.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
                }
                for (state, value) in next.iter_mut().enumerate() {
                    *value += seen(observed, state).ln();
                }
                sources.push(source);
                values = next;
            }
            let mut state = first_of_the_largest(&values);
            let mut expected = vec![None; frames];
            for frame in (0..frames).rev() {
                expected[frame] = (state < 6).then_some(state);
                state = sources[frame][state];
            }
            assert!(expected.iter().flatten().count() > frames / 4, "nothing is voiced");
            assert_eq!(path_of_six(&observed), expected);
        }
    }
}
