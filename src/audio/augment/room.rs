//! How a wave sounds in a room.

use super::convolve::convolved;
use super::noise::white;
use super::{Room, power, same_rate, sounds, within};
use crate::audio::{AudioError, Wave};
use crate::random::Stream;

/// The direct sound is followed by the first reflections after this time (s): about two metres of detour.
const FIRST_REFLECTION: f64 = 0.005;

/// The wave convolved with the room's impulse response, from the direct sound on, at the wave's mean power.
pub(super) fn reverberate(wave: &Wave, room: &Room, draw: &mut Stream) -> Result<Wave, AudioError> {
    let response = match room {
        Room::Synthetic {
            rt60_seconds,
            direct_db,
        } => {
            within("rt60_seconds", *rt60_seconds, 0.01, 10.0, "s")?;
            within("direct_db", *direct_db, -60.0, 60.0, "dB")?;
            synthetic(*rt60_seconds, *direct_db, wave.rate, draw)
        }
        Room::Folder(folder) => from_direct_sound(&sounds::draw(folder, wave.rate, draw)?).to_vec(),
    };
    let mut samples = convolved(&wave.samples, &response);
    let ratio = power(&wave.samples) / power(&samples);
    let scale = if ratio.is_finite() { ratio.sqrt() as f32 } else { 0.0 };
    samples.iter_mut().for_each(|sample| *sample *= scale);
    Ok(same_rate(wave, samples))
}

/// Polack's model: an impulse, then Gaussian noise under `exp(-3 ln 10 t / rt60)` (which falls by 60 dB in
/// `rt60`), whose energy is `direct_db` below that of the impulse.
fn synthetic(rt60: f64, direct_db: f64, rate: u32, draw: &mut Stream) -> Vec<f32> {
    let rate = f64::from(rate);
    let length = (rt60 * rate).ceil() as usize + 1;
    let mut response = white(length, draw);
    let first = ((FIRST_REFLECTION * rate) as usize).clamp(1, length);
    response[..first].fill(0.0);
    // From one sample to the next; a power per sample would cost more than the noise.
    let decay = (-3.0 * std::f64::consts::LN_10 / (rt60 * rate)).exp();
    let mut envelope = 1.0f64;
    for sample in &mut response[first..] {
        *sample *= envelope as f32;
        envelope *= decay;
    }
    let energy = power(&response) * length as f64;
    let ratio = 10f64.powf(-direct_db / 10.0) / energy;
    let scale = if ratio.is_finite() { ratio.sqrt() as f32 } else { 0.0 };
    response.iter_mut().for_each(|sample| *sample *= scale);
    response[0] = 1.0;
    response
}

/// A recorded response without the way from the loudspeaker: from its largest sample on.
fn from_direct_sound(response: &[f32]) -> &[f32] {
    let largest = (0..response.len()).max_by(|&a, &b| response[a].abs().total_cmp(&response[b].abs()));
    &response[largest.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn a_synthetic_room_decays_by_sixty_decibels_in_its_time() {
        let (rt60, rate) = (0.4, 16_000);
        let response = synthetic(rt60, 3.0, rate, &mut stream(1, "test", 0));
        assert_eq!(response[0], 1.0);
        let tail: f64 = response[1..].iter().map(|&v| f64::from(v).powi(2)).sum();
        assert!((10.0 * tail.log10() + 3.0).abs() < 1e-3, "{tail}");
        // Energy that is left (Schroeder 1965), from 5 to 25 dB below the beginning.
        let mut left: Vec<f64> = response[1..]
            .iter()
            .rev()
            .scan(0.0, |sum, &v| {
                *sum += f64::from(v).powi(2);
                Some(*sum)
            })
            .collect();
        left.reverse();
        let reaches = |db: f64| left.iter().position(|e| 10.0 * (e / left[0]).log10() < db).unwrap() as f64;
        let measured = 3.0 * (reaches(-25.0) - reaches(-5.0)) / f64::from(rate);
        assert!((measured / rt60 - 1.0).abs() < 0.1, "{measured}");
    }

    #[test]
    fn sound_stays_in_its_place_at_its_level() {
        let mut samples = vec![0.0; 4_000];
        samples[1_000] = 0.5;
        let wave = Wave { samples, rate: 8_000 };
        let room = Room::Synthetic {
            rt60_seconds: 0.2,
            direct_db: 6.0,
        };
        let there = reverberate(&wave, &room, &mut stream(2, "test", 0)).unwrap();
        assert_eq!(there.samples.len(), 4_000);
        let largest = (0..4_000).max_by(|&a, &b| there.samples[a].total_cmp(&there.samples[b]));
        assert_eq!(largest, Some(1_000));
        assert!(there.samples[..1_000].iter().all(|sample| sample.abs() < 1e-6));
        assert!((power(&there.samples) / power(&wave.samples) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_recorded_response_begins_with_its_direct_sound() {
        assert_eq!(from_direct_sound(&[0.1, -0.9, 0.5]), [-0.9, 0.5]);
        assert!(from_direct_sound(&[]).is_empty());
    }
}
