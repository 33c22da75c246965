//! Numbers as people read them.

/// `12345` as `12,345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 clip`, `12,345 clips`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = match noun {
        "corpus" => "corpora".to_owned(),
        "study" => "studies".to_owned(),
        _ => format!("{noun}s"),
    };
    format!("{} {}", grouped(number), if number == 1 { noun } else { &plural })
}

/// A length of time: `3.4 s`, `2 min 05 s`, `1 h 20 min`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A share as `71.2 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A share as `71.2`, or a dash when there is none.
pub fn score(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}", 100.0 * share))
}

/// `0.712`: a coefficient of agreement, or an error on its scale.
pub fn ccc(value: f64) -> String {
    format!("{value:.3}")
}

/// Bytes as `412 MB`.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "corpus"), "1 corpus");
        assert_eq!(count(2, "corpus"), "2 corpora");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(59.7), "1 min 00 s");
        assert_eq!(duration(4800.0), "1 h 20 min");
        assert_eq!(score(Some(0.7123)), "71.2");
    }
}
