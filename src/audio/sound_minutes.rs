//! A recording minute by minute: one that holds samples of no recording is passed over, and the others stay.

use super::plausible::fault_from;

/// Length of a part that is judged by itself (s).
const PART_SECONDS: usize = 60;

/// Judges what comes block by block, a minute at a time; hands on what is sound.
pub(super) struct SoundMinutes {
    /// Samples of a minute.
    length: usize,
    part: Vec<f32>,
    /// Samples in the minutes before this one.
    before: u64,
    minutes: usize,
    /// Those that were passed over.
    lost: usize,
    /// What is wrong with the first of them.
    fault: Option<String>,
}

/// What became of the minutes of a recording.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// All are there.
    Sound,
    /// Some were passed over, in words.
    Partly(String),
    /// Half of them or more are damaged; what is wrong with the first.
    Damaged(String),
}

impl SoundMinutes {
    /// At this rate (Hz).
    pub fn new(rate: u32) -> Self {
        Self {
            length: (rate as usize).saturating_mul(PART_SECONDS).max(1),
            part: Vec::new(),
            before: 0,
            minutes: 0,
            lost: 0,
            fault: None,
        }
    }

    /// Takes the samples that come next; `each` is given those of every minute that is sound, and says whether to go on.
    pub fn update(&mut self, mut samples: &[f32], each: &mut dyn FnMut(&[f32]) -> bool) -> bool {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(self.length - self.part.len()));
            self.part.extend_from_slice(now);
            samples = later;
            if self.part.len() == self.length && !self.end_part(each) {
                return false;
            }
        }
        true
    }

    /// Hands on the last minute, and says what became of all.
    pub fn finish(mut self, each: &mut dyn FnMut(&[f32]) -> bool) -> Judged {
        if !self.part.is_empty() {
            self.end_part(each);
        }
        match self.fault {
            None => Judged::Sound,
            Some(fault) if self.lost * 2 >= self.minutes => Judged::Damaged(fault),
            Some(fault) => Judged::Partly(format!(
                "{} of {} minutes left out, in the first of which {fault}",
                self.lost, self.minutes
            )),
        }
    }

    fn end_part(&mut self, each: &mut dyn FnMut(&[f32]) -> bool) -> bool {
        let part = std::mem::take(&mut self.part);
        self.minutes += 1;
        let fault = fault_from(self.before, &part);
        self.before += part.len() as u64;
        let go_on = match fault {
            None => each(&part),
            Some(fault) => {
                self.lost += 1;
                self.fault.get_or_insert(fault);
                true
            }
        };
        self.part = part;
        self.part.clear();
        go_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(samples: &[f32], block: usize) -> (Vec<f32>, Judged) {
        let mut minutes = SoundMinutes::new(10);
        let mut found = Vec::new();
        let mut each = |part: &[f32]| {
            found.extend_from_slice(part);
            true
        };
        for block in samples.chunks(block) {
            assert!(minutes.update(block, &mut each));
        }
        let judged = minutes.finish(&mut each);
        (found, judged)
    }

    #[test]
    fn a_bad_sample_costs_its_minute_and_half_of_all_minutes_cost_the_recording() {
        let samples: Vec<f32> = (0..1_900).map(|n| n as f32 * 1e-4).collect();
        for block in [1, 7, 600, 5_000] {
            assert_eq!(judged(&samples, block), (samples.clone(), Judged::Sound));
            let mut bad = samples.clone();
            bad[1_250] = f32::NAN;
            let (found, outcome) = judged(&bad, block);
            assert_eq!(found, [&samples[..1_200], &samples[1_800..]].concat());
            assert!(
                matches!(&outcome, Judged::Partly(why) if why.starts_with("1 of 4 minutes") && why.contains("sample 1250 is not a finite")),
                "{outcome:?}"
            );
            bad[3] = f32::INFINITY;
            assert!(matches!(judged(&bad, block).1, Judged::Damaged(why) if why.starts_with("sample 3 is")));
            let short = &bad[1_240..1_300];
            assert!(matches!(judged(short, block).1, Judged::Damaged(why) if why.starts_with("sample 10 is")));
        }
        assert_eq!(judged(&[], 1), (Vec::new(), Judged::Sound));
    }
}
