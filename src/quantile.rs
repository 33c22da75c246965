//! Quantiles.

/// The `q`-quantile (`q` from 0 to 1) of sorted values, linear between neighbours: matches `numpy.quantile` operation by
/// operation, to the last bit; between infinities it is NaN, as there. `None` when there are no values.
pub fn of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * q;
    let below = position.floor();
    let (low, high) = (*sorted.get(below as usize)?, sorted[last.min(below as usize + 1)]);
    let (weight, gap) = (position - below, high - low);
    Some(if weight >= 0.5 {
        high - gap * (1.0 - weight)
    } else {
        low + gap * weight
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_numpy() {
        assert_eq!(of_sorted(&[], 0.5), None);
        assert_eq!(of_sorted(&[3.0], 0.3), Some(3.0));
        let values = [1.0, 2.0, 3.0, 6.0];
        for (q, expected) in [(0.0, 1.0), (0.2, 1.6), (0.5, 2.5), (1.0, 6.0)] {
            assert_eq!(of_sorted(&values, q), Some(expected), "{q}");
        }
        assert!(of_sorted(&[f64::NEG_INFINITY, f64::INFINITY], 0.5).unwrap().is_nan());
    }
}
