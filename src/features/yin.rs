//! YIN's difference function, and how probable each of its troughs is the period.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A frequency that a frame may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub hertz: f64,
    pub probability: f64,
}

/// Thresholds below which a trough counts, evenly from 0 to 1, each with its prior: Beta(2, 18).
const THRESHOLDS: usize = 100;
/// How much likelier the first of several troughs is: parameter of a truncated Boltzmann distribution.
const BOLTZMANN: f64 = 2.0;
/// What the deepest trough gets when no trough is below a threshold.
const NO_TROUGH: f64 = 0.01;

thread_local! {
    /// Keeps the plans of all sizes that were asked for.
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

/// The plan and buffers for frames of one size.
pub(super) struct Yin {
    rate: f64,
    frame_length: usize,
    shortest: usize,
    longest: usize,
    priors: Vec<f64>,
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    frame: Vec<f32>,
    padded: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    normalised: Vec<f32>,
    troughs: Vec<Trough>,
    candidates: Vec<Candidate>,
}

struct Trough {
    index: usize,
    height: f32,
    probability: f64,
}

impl Yin {
    /// Nothing when hardly a period fits into a frame.
    pub fn new(rate: u32, frame_length: usize, hertz: RangeInclusive<f64>) -> Option<Self> {
        let rate = f64::from(rate);
        let shortest = (rate / hertz.end()).floor().max(1.0) as usize;
        let longest = ((rate / hertz.start()).ceil() as usize).min(frame_length.checked_sub(1)?);
        if longest < shortest + 2 {
            return None;
        }
        // Long enough that no lag of interest wraps around.
        let size = (frame_length + longest).next_power_of_two();
        let (forward, backward) =
            PLANNER.with_borrow_mut(|planner| (planner.plan_fft_forward(size), planner.plan_fft_inverse(size)));
        let scratch = forward.get_scratch_len().max(backward.get_scratch_len());
        let below = |threshold: usize| {
            let x = threshold as f64 / THRESHOLDS as f64;
            1.0 - (1.0 - x).powi(18) * (1.0 + 18.0 * x)
        };
        Some(Self {
            rate,
            frame_length,
            shortest,
            longest,
            priors: (0..THRESHOLDS).map(|index| below(index + 1) - below(index)).collect(),
            frame: vec![0.0; frame_length],
            padded: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
            forward,
            backward,
            normalised: Vec::new(),
            troughs: Vec::new(),
            candidates: Vec::new(),
        })
    }

    /// The candidates of the frame around `centre`, from the highest frequency down.
    pub fn candidates(&mut self, samples: &[f32], centre: usize) -> &[Candidate] {
        self.cut(samples, centre);
        self.difference();
        self.find_troughs();
        self.weigh();
        self.candidates.clear();
        for trough in self.troughs.iter().filter(|trough| trough.probability > 0.0) {
            let period = (self.shortest + trough.index) as f64 + f64::from(shift(&self.normalised, trough.index));
            self.candidates.push(Candidate {
                hertz: self.rate / period,
                probability: trough.probability,
            });
        }
        &self.candidates
    }

    fn cut(&mut self, samples: &[f32], centre: usize) {
        let before = (self.frame_length / 2).saturating_sub(centre);
        let from = (centre + before)
            .saturating_sub(self.frame_length / 2)
            .min(samples.len());
        let inside = (self.frame_length - before).min(samples.len() - from);
        self.frame.fill(0.0);
        self.frame[before..before + inside].copy_from_slice(&samples[from..from + inside]);
    }

    /// The cumulative mean normalised difference at lags `shortest..=longest`:
    /// `d(k) = 2 (r(0) - r(k)) - sum over m < k of x[m]^2`, over the mean of `d(1..=k)`.
    fn difference(&mut self) {
        self.padded.fill(0.0);
        self.padded[..self.frame_length].copy_from_slice(&self.frame);
        // The plans refuse buffers of wrong length only, and made these themselves.
        let there = self
            .forward
            .process_with_scratch(&mut self.padded, &mut self.spectrum, &mut self.scratch);
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        let back = self
            .backward
            .process_with_scratch(&mut self.spectrum, &mut self.padded, &mut self.scratch);
        debug_assert!(there.is_ok() && back.is_ok());
        let scale = 1.0 / self.padded.len() as f64;
        let correlation = |lag: usize| f64::from(self.padded[lag]) * scale;
        self.normalised.clear();
        let square = |index: usize| f64::from(self.frame[index]).powi(2);
        let mut energy = square(0);
        let mut sum = 0.0;
        for lag in 1..=self.longest {
            // librosa leaves the first sample's energy out at the first lag.
            let passed = if lag == 1 { 0.0 } else { energy };
            let difference = 2.0 * (correlation(0) - correlation(lag)) - passed;
            energy += square(lag);
            sum += difference;
            if lag >= self.shortest {
                let mean = sum / lag as f64 + f64::from(f32::MIN_POSITIVE);
                let normalised = if mean == 0.0 { 0.0 } else { difference / mean };
                self.normalised.push(normalised as f32);
            }
        }
    }

    /// Local minima; at both ends one neighbour is enough.
    fn find_troughs(&mut self) {
        let values = &self.normalised;
        let last = values.len() - 1;
        let is_trough = |index: usize| match index {
            0 => values[0] < values[1],
            _ if index == last => values[last] < values[last - 1],
            _ => values[index] < values[index - 1] && values[index] <= values[index + 1],
        };
        let trough = |index: usize| Trough {
            index,
            height: values[index],
            probability: 0.0,
        };
        self.troughs.clear();
        self.troughs
            .extend((0..values.len()).filter(|&index| is_trough(index)).map(trough));
    }

    /// Each threshold shares its prior among the troughs below it, the earlier ones favoured; where there is none
    /// the deepest trough gets a little of it.
    fn weigh(&mut self) {
        let deepest =
            (0..self.troughs.len()).min_by(|&a, &b| self.troughs[a].height.total_cmp(&self.troughs[b].height));
        let Some(deepest) = deepest else { return };
        let next = (-BOLTZMANN).exp();
        for (index, prior) in self.priors.iter().enumerate() {
            let threshold = (index + 1) as f64 / THRESHOLDS as f64;
            let is_below = |trough: &Trough| f64::from(trough.height) < threshold;
            let count = self.troughs.iter().filter(|trough| is_below(trough)).count();
            if count == 0 {
                self.troughs[deepest].probability += NO_TROUGH * prior;
                continue;
            }
            let share = (1.0 - next) / (1.0 - (-BOLTZMANN * count as f64).exp());
            let mut weight = prior * share;
            for trough in self.troughs.iter_mut().filter(|trough| is_below(trough)) {
                trough.probability += weight;
                weight *= next;
            }
        }
    }
}

/// How far the minimum of the parabola through three values lies from the middle one; 0 at the ends and when it
/// would be further than a step.
fn shift(values: &[f32], index: usize) -> f32 {
    let (Some(before), Some(after)) = (
        index.checked_sub(1).and_then(|before| values.get(before)),
        values.get(index + 1),
    ) else {
        return 0.0;
    };
    let curve = after + before - 2.0 * values[index];
    let slope = (after - before) / 2.0;
    if slope.abs() >= curve.abs() {
        0.0
    } else {
        -slope / curve
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_its_definition() {
        let samples: Vec<f32> = (0..64)
            .map(|n| (n as f32 * 0.7).sin() + 0.3 * (n as f32 * 0.2).cos())
            .collect();
        let mut yin = Yin::new(1_000, 32, 50.0..=250.0).unwrap();
        yin.candidates(&samples, 32);
        let frame = &samples[16..48];
        // r(k) over the frame; the energy of the samples that the shifted frame lacks is taken off once.
        let difference = |lag: usize| {
            let product: f32 = (lag..32).map(|n| frame[n] * frame[n - lag]).sum();
            let total: f32 = frame.iter().map(|x| x * x).sum();
            let passed: f32 = if lag == 1 {
                0.0
            } else {
                frame[..lag].iter().map(|x| x * x).sum()
            };
            2.0 * (total - product) - passed
        };
        for (index, value) in yin.normalised.iter().enumerate() {
            let lag = 4 + index;
            let mean: f32 = (1..=lag).map(difference).sum::<f32>() / lag as f32;
            assert!((value - difference(lag) / mean).abs() < 1e-4, "{lag}");
        }
        assert_eq!(yin.normalised.len(), 20 - 4 + 1);
    }

    #[test]
    fn the_prior_of_the_thresholds_sums_to_one() {
        let yin = Yin::new(16_000, 1024, 65.0..=500.0).unwrap();
        assert!((yin.priors.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(yin.priors[4] > yin.priors[0] && yin.priors[4] > yin.priors[40]);
    }
}
