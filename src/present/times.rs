//! Moments as people say them: how long ago in lists, in full with the zone beside details.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What time it is, and in which zone times are written.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Now.
    pub now: Timestamp,
    /// The zone.
    pub zone: TimeZone,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        }
    }
}

impl Clock {
    /// `4 min ago`, in at most 10 columns for 27 years. What another machine's clock puts into the future is `just now`.
    pub fn ago(&self, at: Timestamp) -> String {
        match self.age(at) {
            None => "just now".to_owned(),
            Some(age) => format!("{age} ago"),
        }
    }

    /// `4 min`; nothing for less than a minute.
    pub fn age(&self, at: Timestamp) -> Option<String> {
        let minutes = self.now.duration_since(at).as_mins();
        Some(match minutes {
            ..1 => return None,
            1..60 => format!("{minutes} min"),
            60..2_880 => format!("{} h", minutes / 60),
            _ => format!("{} d", minutes / 1_440),
        })
    }

    /// `2026-06-12 17:30:12 CEST`.
    pub fn full(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%F %T %Z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short_and_never_negative() {
        let clock = Clock {
            now: "2026-06-12T15:30:00Z".parse().unwrap(),
            zone: TimeZone::UTC,
        };
        for (at, ago) in [
            ("2026-06-12T15:29:01Z", "just now"),
            ("2026-06-12T15:31:00Z", "just now"),
            ("2026-06-12T15:29:00Z", "1 min ago"),
            ("2026-06-12T14:30:01Z", "59 min ago"),
            ("2026-06-12T14:30:00Z", "1 h ago"),
            ("2026-06-10T15:31:00Z", "47 h ago"),
            ("2026-06-10T15:30:00Z", "2 d ago"),
            ("1999-06-10T15:30:00Z", "9864 d ago"),
        ] {
            assert_eq!(clock.ago(at.parse().unwrap()), ago, "{at}");
            assert!(ago.len() <= 10);
        }
    }

    #[test]
    fn a_full_time_names_its_zone() {
        let at: Timestamp = "2026-06-12T15:30:12Z".parse().unwrap();
        let mut clock = Clock::default();
        assert_eq!(clock.full(at), "2026-06-12 15:30:12 UTC");
        clock.zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(clock.full(at), "2026-06-12 17:30:12 CEST");
        assert_eq!(
            clock.full("2026-12-24T18:00:00Z".parse().unwrap()),
            "2026-12-24 19:00:00 CET"
        );
    }
}
