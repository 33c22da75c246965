//! The likeliest course of F0 through the candidates of all frames (Viterbi).

/// The states: `steps` voiced ones and as many unvoiced ones, each of which remembers its pitch.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathSettings {
    /// Steps of pitch.
    pub steps: usize,
    /// Steps that the pitch moves from one frame to the next at most; the likelihood falls linearly up to there.
    pub reach: usize,
}

/// Probability that a voice begins or ends from one frame to the next.
const SWITCH: f64 = 0.01;

/// The step of every frame, none where it is unvoiced. `observed` brings each frame's (step, probability)
/// pairs, `voicing` their sum; the rest of the probability is spread over the unvoiced states.
/// As librosa.sequence.viterbi with the transitions of librosa.pyin; what librosa thinks impossible (the
/// logarithm of the smallest f64) is so here too.
pub(super) fn likeliest_path<'a>(
    settings: &PathSettings,
    observed: impl Iterator<Item = &'a [(usize, f64)]>,
    voicing: &[f64],
) -> Vec<Option<usize>> {
    let steps = settings.steps;
    let impossible = f64::MIN_POSITIVE.ln();
    let (same, other) = ((1.0 - SWITCH).ln(), SWITCH.ln());
    let moves = Moves::new(settings);
    // Log-likelihood of the best path to each state: voiced states, then unvoiced ones.
    let mut best = vec![-((2 * steps) as f64).ln(); 2 * steps];
    let mut next = vec![0.0; 2 * steps];
    let mut came_from: Vec<u32> = Vec::with_capacity(voicing.len() * 2 * steps);
    let mut ways = [Ways::new(steps), Ways::new(steps)];
    for (frame, (observed, voicing)) in observed.zip(voicing).enumerate() {
        if frame == 0 {
            next.copy_from_slice(&best);
        } else {
            let (voiced, unvoiced) = best.split_at(steps);
            moves.best(voiced, &mut ways[0]);
            moves.best(unvoiced, &mut ways[1]);
            let far = first_of_the_largest(&best);
            for (state, next) in next.iter_mut().enumerate() {
                let (step, stay, leave) = if state < steps {
                    (state, same, other)
                } else {
                    (state - steps, other, same)
                };
                let (from_voiced, from_unvoiced) = (ways[0].value[step] + stay, ways[1].value[step] + leave);
                let (mut value, mut from) = if from_voiced >= from_unvoiced {
                    (from_voiced, ways[0].from[step])
                } else {
                    (from_unvoiced, ways[1].from[step] + steps as u32)
                };
                if best[far] + impossible > value {
                    (value, from) = (best[far] + impossible, far as u32);
                }
                *next = value;
                came_from.push(from);
            }
        }
        let unvoiced = ((1.0 - voicing) / steps as f64).max(f64::MIN_POSITIVE).ln();
        for value in &mut next[steps..] {
            *value += unvoiced;
        }
        // Voiced states without a candidate are impossible.
        for &(step, probability) in observed {
            next[step] += probability.max(f64::MIN_POSITIVE).ln() - impossible;
        }
        for value in &mut next[..steps] {
            *value += impossible;
        }
        std::mem::swap(&mut best, &mut next);
    }
    let mut state = first_of_the_largest(&best);
    let mut path = Vec::with_capacity(voicing.len());
    for frame in (0..voicing.len()).rev() {
        path.push((state < steps).then_some(state));
        if frame > 0 {
            state = came_from[(frame - 1) * 2 * steps + state] as usize;
        }
    }
    path.reverse();
    path
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
}

/// The best way to every step, and where it comes from.
struct Ways {
    value: Vec<f64>,
    from: Vec<u32>,
    weighed: Vec<f64>,
}

impl Ways {
    fn new(steps: usize) -> Self {
        Self {
            value: vec![0.0; steps],
            from: vec![0; steps],
            weighed: vec![0.0; steps],
        }
    }
}

impl Moves {
    fn new(settings: &PathSettings) -> Self {
        let reach = settings.reach.min(settings.steps - 1);
        // As scipy.signal.windows.triang of 2 reach + 1.
        let triangle = |distance: usize| 1.0 - distance as f64 / (settings.reach + 1) as f64;
        let window = |place: usize| triangle(place.abs_diff(reach));
        let sum = |step: usize| {
            let there = step.saturating_sub(reach)..=(step + reach).min(settings.steps - 1);
            there.map(|other| triangle(other.abs_diff(step))).sum::<f64>().ln()
        };
        Self {
            chances: (0..=2 * reach).map(|place| window(place).ln()).collect(),
            sums: (0..settings.steps).map(sum).collect(),
            reach,
        }
    }

    /// For every step the best of the steps within reach. The window is the outer loop, so that the inner one is over
    /// neighbouring memory.
    fn best(&self, values: &[f64], ways: &mut Ways) {
        let steps = values.len();
        for ((weighed, value), sum) in ways.weighed.iter_mut().zip(values).zip(&self.sums) {
            *weighed = value - sum;
        }
        ways.value.fill(f64::NEG_INFINITY);
        for (place, chance) in self.chances.iter().enumerate() {
            // From step `to + place - reach`.
            let to = self.reach.saturating_sub(place)..(steps + self.reach - place).min(steps);
            let from = to.start + place - self.reach;
            let sources = &ways.weighed[from..from + to.len()];
            let values = ways.value[to.clone()].iter_mut().zip(&mut ways.from[to]);
            for (((value, best), source), from) in values.zip(sources).zip(from as u32..) {
                let candidate = source + chance;
                let better = candidate > *value;
                *best = if better { from } else { *best };
                *value = if better { candidate } else { *value };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn it_is_the_definition() {
        // Brute force over all paths of three frames.
        let observed: [&[(usize, f64)]; 3] = [&[(1, 0.5), (2, 0.2)], &[(4, 0.6)], &[(5, 0.3), (3, 0.3)]];
        let voicing = [0.7, 0.6, 0.6];
        let settings = PathSettings { steps: 6, reach: 2 };
        let triangle = |a: usize, b: usize| (3.0 - a.abs_diff(b) as f64).max(0.0);
        let moved = |a: usize, b: usize| {
            let sum: f64 = (0..6).map(|other| triangle(a % 6, other)).sum();
            triangle(a % 6, b % 6) / sum * if (a < 6) == (b < 6) { 0.99 } else { 0.01 }
        };
        let seen = |frame: usize, state: usize| match state {
            0..6 => observed[frame]
                .iter()
                .find(|(step, _)| *step == state)
                .map_or(0.0, |(_, p)| *p),
            _ => (1.0 - voicing[frame]) / 6.0,
        };
        let mut best = (0.0, [0; 3]);
        for code in 0..12 * 12 * 12 {
            let states = [code / 144, code / 12 % 12, code % 12];
            let moves = moved(states[0], states[1]) * moved(states[1], states[2]);
            let sights: f64 = (0..3).map(|frame| seen(frame, states[frame])).product();
            if moves * sights > best.0 {
                best = (moves * sights, states);
            }
        }
        let expected = best.1.map(|state| (state < 6).then_some(state));
        assert_eq!(likeliest_path(&settings, observed.into_iter(), &voicing), expected);
    }
}
