//! Values of the objective and of parameters, in few digits.

use crate::engine::StudyPage;

/// A value of the objective.
pub fn figure(page: &StudyPage, value: f64) -> String {
    if page.share {
        format!("{:.1}", 100.0 * value)
    } else {
        format!("{value:.3}")
    }
}

/// A gain in the objective, with its sign.
pub fn signed(page: &StudyPage, gain: f64) -> String {
    if page.share {
        format!("{:+.1}", 100.0 * gain)
    } else {
        format!("{gain:+.3}")
    }
}

/// A parameter's value in few digits.
pub fn short_value(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(value) if text.len() > 6 && value != 0.0 => {
            if value.abs() < 0.01 {
                format!("{value:.1e}")
            } else {
                format!("{value:.3}")
            }
        }
        _ => text.to_owned(),
    }
}
