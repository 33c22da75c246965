//! Which epochs are in view: all of them, the newest, or always the same.

use std::ops::Range;

/// Fewest epochs of a window.
const NARROWEST: usize = 8;

/// The epochs in view; every step in halves them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Zoom {
    /// All, however many there will be.
    #[default]
    Whole,
    /// So many of the newest: new ones push old ones out.
    Tail(usize),
    /// From this place to before that one, whatever comes.
    Frozen(usize, usize),
}

impl Zoom {
    /// The places seen, of so many.
    pub fn window(self, total: usize) -> Range<usize> {
        match self {
            Self::Whole => 0..total,
            Self::Tail(length) => total.saturating_sub(length)..total,
            // Epochs that are done again may be fewer.
            Self::Frozen(start, end) => {
                let (length, end) = (end - start, end.min(total));
                end.saturating_sub(length)..end
            }
        }
    }

    /// As it is said on the chart.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Tail(_) => "tail",
            Self::Frozen(..) => "frozen",
        }
    }

    /// From all to the newest half, from there to these very epochs, from there to all again.
    pub fn turn(&mut self, total: usize) {
        *self = match *self {
            Self::Whole => Self::Tail((total / 2).max(NARROWEST)),
            Self::Tail(_) if total > 0 => Self::of(self.window(total)),
            Self::Tail(_) | Self::Frozen(..) => Self::Whole,
        };
    }

    /// In: of the newest to fewer of these, else around the middle, as far as epochs can be resolved.
    pub fn closer(&mut self, total: usize) {
        let before = self.window(total);
        if before.len() > NARROWEST {
            let length = (before.len() / 2).max(NARROWEST);
            let start = before.start + (before.len() - length) / 2;
            *self = match self {
                Self::Tail(_) => Self::Tail(length),
                _ => Self::Frozen(start, start + length),
            };
        }
    }

    /// Out around the middle.
    pub fn wider(&mut self, total: usize) {
        let before = self.window(total);
        let length = 2 * before.len();
        *self = match self {
            _ if length >= total => Self::Whole,
            Self::Tail(_) => Self::Tail(length),
            _ => {
                let start = before.start.saturating_sub(before.len() / 2).min(total - length);
                Self::Frozen(start, start + length)
            }
        };
    }

    /// To earlier epochs, which stay then, or to later ones; from the newest on it goes along.
    pub fn pan(&mut self, total: usize, later: bool) {
        let window = self.window(total);
        let step = (window.len() / 4).max(1);
        let start = if later {
            (window.start + step).min(total - window.len())
        } else {
            window.start.saturating_sub(step)
        };
        self.shift(start, total);
    }

    /// Moves just so far that the place is seen.
    pub fn reveal(&mut self, place: usize, total: usize) {
        let window = self.window(total);
        if place < window.start {
            self.shift(place, total);
        } else if place >= window.end {
            self.shift((place + 1).saturating_sub(window.len()), total);
        }
    }

    fn shift(&mut self, start: usize, total: usize) {
        let length = self.window(total).len();
        if *self != Self::Whole && length > 0 {
            *self = if start + length >= total {
                Self::Tail(length)
            } else {
                Self::Frozen(start, start + length)
            };
        }
    }

    fn of(window: Range<usize>) -> Self {
        Self::Frozen(window.start, window.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_middle_and_never_leaves_the_epochs() {
        let mut zoom = Zoom::default();
        assert_eq!(zoom.window(80), 0..80);
        zoom.closer(80);
        assert_eq!((zoom.window(80), zoom.name()), (20..60, "frozen"));
        zoom.closer(80);
        assert_eq!(zoom.window(80), 30..50);
        assert_eq!(zoom.window(800), 30..50, "new epochs change nothing");
        zoom.pan(80, true);
        assert_eq!(zoom.window(80), 35..55);
        (0..20).for_each(|_| zoom.pan(80, true));
        assert_eq!((zoom.window(80), zoom.name()), (60..80, "tail"));
        assert_eq!(zoom.window(90), 70..90, "at the end it goes along");
        zoom.closer(90);
        assert_eq!((zoom.window(90), zoom.name()), (80..90, "tail"));
        zoom.wider(90);
        (0..20).for_each(|_| zoom.pan(90, false));
        assert_eq!((zoom.window(90), zoom.name()), (0..20, "frozen"));
        (0..20).for_each(|_| zoom.closer(90));
        assert_eq!(zoom.window(90).len(), NARROWEST);
        (0..20).for_each(|_| zoom.wider(90));
        assert_eq!((zoom, zoom.window(80)), (Zoom::Whole, 0..80));
        for total in 0..20 {
            let mut zoom = Zoom::default();
            for step in 0..70 {
                match step % 7 {
                    0 | 1 => zoom.closer(total),
                    2 => zoom.pan(total, step % 2 == 0),
                    3 => zoom.turn(total),
                    4 => zoom.reveal(step % total.max(1), total),
                    5 => zoom.turn(total + 3),
                    _ => zoom.wider(total),
                }
                let window = zoom.window(total);
                assert!(window.end <= total && window.start <= window.end, "{total}: {zoom:?}");
            }
        }
    }

    #[test]
    fn a_key_leads_from_the_whole_over_the_tail_to_what_stays() {
        let mut zoom = Zoom::default();
        zoom.turn(40);
        assert_eq!((zoom, zoom.window(50)), (Zoom::Tail(20), 30..50));
        zoom.turn(50);
        assert_eq!((zoom.name(), zoom.window(60)), ("frozen", 30..50));
        zoom.reveal(29, 60);
        assert_eq!(zoom.window(60), 29..49);
        zoom.reveal(59, 60);
        assert_eq!(zoom, Zoom::Tail(20));
        assert_eq!(
            Zoom::Frozen(30, 50).window(10),
            0..10,
            "of a run with fewer epochs what there is"
        );
        zoom.turn(60);
        zoom.turn(60);
        assert_eq!(zoom, Zoom::Whole);
    }
}
