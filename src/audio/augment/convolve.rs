//! Convolution with a long kernel.

use realfft::RealFftPlanner;
use std::cell::RefCell;

thread_local! {
    /// It remembers the transforms that it has planned.
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

/// The first `signal.len()` samples of the convolution, by overlap-add of transformed blocks (Stockham 1966).
pub(super) fn convolved(signal: &[f32], kernel: &[f32]) -> Vec<f32> {
    let mut output = vec![0.0; signal.len()];
    if kernel.is_empty() || signal.is_empty() {
        return output;
    }
    // Half of a transform for the kernel's tail; no longer than one block needs.
    let whole = signal.len() + kernel.len();
    let size = (4 * kernel.len())
        .next_power_of_two()
        .min(whole.next_power_of_two())
        .max(2);
    let step = size - kernel.len() + 1;
    let (forward, inverse) =
        PLANNER.with_borrow_mut(|planner| (planner.plan_fft_forward(size), planner.plan_fft_inverse(size)));
    let mut block = forward.make_input_vec();
    let mut response = forward.make_output_vec();
    let mut spectrum = forward.make_output_vec();
    block[..kernel.len()].copy_from_slice(kernel);
    // They refuse buffers of wrong length only, and these they made themselves.
    let done = forward.process(&mut block, &mut response);
    debug_assert!(done.is_ok());
    for (index, input) in signal.chunks(step).enumerate() {
        block.fill(0.0);
        block[..input.len()].copy_from_slice(input);
        let done = forward.process(&mut block, &mut spectrum);
        debug_assert!(done.is_ok());
        for (bin, factor) in spectrum.iter_mut().zip(&response) {
            *bin *= factor / size as f32;
        }
        // A real signal has no imaginary part at either end.
        let last = spectrum.len() - 1;
        spectrum[0].im = 0.0;
        spectrum[last].im = 0.0;
        let done = inverse.process(&mut spectrum, &mut block);
        debug_assert!(done.is_ok());
        for (output, value) in output[index * step..].iter_mut().zip(&block) {
            *output += value;
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_definition_for_any_lengths() {
        for (length, taps) in [(0, 3), (5, 0), (1, 1), (3, 10), (10, 3), (1_000, 7), (1_000, 300)] {
            let signal: Vec<f32> = (0..length).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
            let kernel: Vec<f32> = (0..taps).map(|n| (n as f32 * 1.3).cos()).collect();
            let output = convolved(&signal, &kernel);
            assert_eq!(output.len(), length);
            for (n, value) in output.iter().enumerate() {
                let term = |tap: usize| kernel[tap] * signal.get(n.wrapping_sub(tap)).unwrap_or(&0.0);
                let expected: f32 = (0..taps.min(n + 1)).map(term).sum();
                assert!(
                    (value - expected).abs() < 1e-4,
                    "{length} by {taps} at {n}: {value} {expected}"
                );
            }
        }
    }
}
