//! What the measurements share: the time limit of one, and the median.

use std::time::Duration;

/// Time after which a measurement stops early, with fewer rounds, so that the table is done in time
/// on a slow or busy machine.
pub(super) fn time_max(rounds: u32) -> Duration {
    Duration::from_millis(35) * rounds
}

/// The middle value; of an even number, the upper of the two.
pub(super) fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![9, 1, 5]), 5);
        assert_eq!(median(vec![4]), 4);
        assert_eq!(median(Vec::new()), 0);
    }
}
