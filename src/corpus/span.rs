//! A stretch of a recording as a table states it, and how tables write times.

/// Plain numbers of seconds above this are no position in a recording (11 days), but a smaller unit without its name.
const LARGEST: f64 = 1e6;

/// How programs write that a time is missing.
const MISSING: [&str; 7] = ["", "nat", "nan", "na", "<na>", "none", "null"];

/// Units and their length (s), those that end as another does before it.
const UNITS: [(&str, f64); 5] = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("s", 1.0)];

/// A stretch of a recording, as a table states it: from `start` up to, but without, `end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// Where it begins (s), 0 or later.
    pub start: f64,
    /// Where it ends (s), after `start`; none is the end of the recording.
    pub end: Option<f64>,
}

impl Span {
    /// What the fields `start` and `end` of a row say: a missing start is the beginning, a missing end the end of the
    /// recording, and both together are the whole of it, which is no span.
    ///
    /// # Errors
    /// A time that cannot be read or is negative, an end that does not come after the start; in words.
    pub fn read(start: &str, end: &str) -> Result<Option<Self>, String> {
        let time = |name: &str, text: &str| read_time(text).map_err(|problem| format!("{name} `{text}` {problem}"));
        Self::new(time("start", start)?.unwrap_or(0.0), time("end", end)?)
    }

    /// From `start` to `end` (s); the whole of a recording is no span.
    ///
    /// # Errors
    /// A negative time, an end that does not come after the start; in words.
    pub fn new(start: f64, end: Option<f64>) -> Result<Option<Self>, String> {
        if !(start.is_finite() && start >= 0.0) {
            return Err(format!("start {start} s lies before the recording"));
        }
        match end {
            None if start == 0.0 => Ok(None),
            Some(end) if end == start => Err(format!("start and end are both {start} s, so it holds no sound")),
            Some(end) if !(end.is_finite() && end > start) => {
                Err(format!("start {start} s comes after end {end} s; exchange them"))
            }
            end => Ok(Some(Self { start, end })),
        }
    }
}

/// A time in seconds as tables write it; none where it is missing. Read are plain seconds (`1.2`), numbers with a unit
/// (`1.2 s`, `1200 ms`, `1200000000 ns`), clock times (`00:00:01.2`, `0:01.2`), and those of pandas
/// (`0 days 00:00:01.200000`).
///
/// # Errors
/// Anything else, and negative times; in words that follow the value.
pub(super) fn read_time(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim().to_lowercase();
    if MISSING.contains(&text.as_str()) {
        return Ok(None);
    }
    if text.starts_with('-') {
        return Err("is negative; times count from the beginning of the recording".into());
    }
    let not_read = || "is no time; write seconds (1.2), 00:00:01.2 or 0 days 00:00:01.2".to_owned();
    let seconds = match text.split_once("day") {
        Some((days, rest)) => {
            let days = number(days.trim_end()).ok_or_else(not_read)?;
            let rest = rest.strip_prefix('s').unwrap_or(rest).trim_start();
            let rest = if rest.is_empty() { Some(0.0) } else { clock(rest) };
            86_400.0 * days + rest.ok_or_else(not_read)?
        }
        None if text.contains(':') => clock(&text).ok_or_else(not_read)?,
        None => match UNITS
            .iter()
            .find_map(|(unit, length)| Some((text.strip_suffix(unit)?, length)))
        {
            Some((count, length)) => length * number(count.trim_end()).ok_or_else(not_read)?,
            None => {
                let seconds = number(&text).ok_or_else(not_read)?;
                if seconds > LARGEST {
                    return Err(format!(
                        "is no number of seconds that a recording has; nanoseconds? Then write `{text} ns`, or seconds"
                    ));
                }
                seconds
            }
        },
    };
    Ok(Some(seconds))
}

/// `hours:minutes:seconds` or `minutes:seconds`; only the first may be 60 or more.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let (seconds, whole) = parts.split_last()?;
    if !(1..=2).contains(&whole.len()) {
        return None;
    }
    let mut total = 0.0;
    for (place, part) in whole.iter().enumerate() {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let count: f64 = part.parse().ok()?;
        if place > 0 && count >= 60.0 {
            return None;
        }
        total = 60.0 * total + count;
    }
    let seconds = number(seconds).filter(|seconds| *seconds < 60.0)?;
    Some(60.0 * total + seconds)
}

/// A finite number that is not negative, in digits: `inf` and `nan` are words, and no numbers of a table.
fn number(text: &str) -> Option<f64> {
    let is_digital = |byte: u8| byte.is_ascii_digit() || b".e+-".contains(&byte);
    let number: f64 = text.bytes().all(is_digital).then(|| text.parse().ok())??;
    (number.is_finite() && number >= 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_as_programs_write_them() {
        for (text, seconds) in [
            ("0 days 00:00:01.200000", 1.2),
            ("0 days 00:00:01.200000000", 1.2),
            ("0 days", 0.0),
            ("1 day 01:00:00", 90_000.0),
            ("00:00:01.2", 1.2),
            ("100:00:00", 360_000.0),
            ("1:02.5", 62.5),
            (" 1.2 ", 1.2),
            ("1", 1.0),
            ("1.2e1", 12.0),
            ("1.5s", 1.5),
            ("1.5 S", 1.5),
        ] {
            assert_eq!(read_time(text), Ok(Some(seconds)), "{text}");
        }
        for (text, seconds) in [("1200 ms", 1.2), ("1500000000 ns", 1.5), ("7 us", 7e-6), ("7µs", 7e-6)] {
            let read = read_time(text).unwrap().unwrap();
            assert!((read - seconds).abs() < 1e-12, "{text}: {read}");
        }
        for text in ["", " ", "NaT", "nan", "None", "<NA>"] {
            assert_eq!(read_time(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_value_and_the_remedy() {
        for text in [
            "1,2",
            "one",
            "1:2:3:4",
            "::",
            ":1",
            "00:61:00",
            "00:00:60",
            "1 days 1",
            "days",
            "1 days +1:00:00",
            "inf",
            "0x1",
            "1.2 h",
            "ns",
            "1e999",
        ] {
            assert!(read_time(text).unwrap_err().contains("is no time"), "{text}");
        }
        assert!(read_time("1500000000").unwrap_err().contains("nanoseconds?"));
        for text in ["-1", "-1 days +23:59:59"] {
            assert!(read_time(text).unwrap_err().contains("negative"), "{text}");
        }
        let why = Span::read("1500000000", "2").unwrap_err();
        assert!(why.starts_with("start `1500000000`"), "{why}");
    }

    #[test]
    fn a_span_ends_after_it_starts_and_the_whole_is_none() {
        let span = |start, end| Ok(Some(Span { start, end }));
        assert_eq!(Span::read("1.2", "0 days 00:00:03.400000"), span(1.2, Some(3.4)));
        assert_eq!(Span::read("1.2", "NaT"), span(1.2, None));
        assert_eq!(Span::read("", "2"), span(0.0, Some(2.0)));
        for whole in [("", ""), ("0", ""), ("0 days", "NaT")] {
            assert_eq!(Span::read(whole.0, whole.1), Ok(None));
        }
        assert!(
            Span::read("3", "2")
                .unwrap_err()
                .contains("start 3 s comes after end 2 s")
        );
        assert!(Span::read("2", "2").unwrap_err().contains("no sound"));
    }

    /// As pandas writes a time difference that is not negative.
    fn pandas(nanoseconds: u64) -> String {
        let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
        match rest {
            0 => format!("{days} days {clock}"),
            rest if rest % 1_000 == 0 => format!("{days} days {clock}.{:06}", rest / 1_000),
            rest => format!("{days} days {clock}.{rest:09}"),
        }
    }

    proptest! {
        #[test]
        fn every_way_of_writing_a_time_means_that_time(nanoseconds in 0u64..1_000_000_000_000_000) {
            let seconds = nanoseconds as f64 / 1e9;
            let whole = nanoseconds / 1_000_000_000;
            let rest = nanoseconds % 1_000_000_000;
            let clock = format!("{:02}:{:02}:{:02}.{rest:09}", whole / 3600, whole / 60 % 60, whole % 60);
            for text in [
                pandas(nanoseconds),
                clock,
                format!("{whole}.{rest:09}"),
                format!("{nanoseconds} ns"),
                format!("{whole}.{rest:09} s"),
            ] {
                let read = read_time(&text).unwrap().unwrap();
                prop_assert!((read - seconds).abs() < 1e-9, "{} {}", text, read);
            }
        }

        #[test]
        fn any_text_is_a_time_that_counts_from_the_beginning_or_refused(
            text in prop_oneof!["\\PC{0,12}", "[0-9:. dayse+-]{0,16}"],
        ) {
            if let Ok(Some(seconds)) = read_time(&text) {
                prop_assert!(seconds.is_finite() && seconds >= 0.0, "{} {}", text, seconds);
            }
            if let Ok(Some(span)) = Span::read(&text, "5") {
                prop_assert!(span.end.is_none_or(|end| span.start < end));
            }
        }
    }
}
