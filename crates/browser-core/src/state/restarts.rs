//! How soon a service that has died is started again: at once after a while of health, else after a
//! pause that doubles up to a limit. It is started again without end.

use crate::event::Time;
use protocol::limits::{
    QUICK_DEATHS_MAX, RESTART_PAUSE_MS_MAX, RESTART_PAUSE_MS_MIN, SERVICE_HEALTHY_MS,
};

/// The deaths of a service one soon after the other.
#[derive(Debug, Default)]
pub(crate) struct Restarts {
    deaths: u32,
    /// When it may be started again.
    at: Time,
}

impl Restarts {
    /// Its process has died after that life; returns the pause before the next one.
    pub(crate) fn died(&mut self, now: Time, lived_ms: u64) -> u64 {
        if lived_ms >= SERVICE_HEALTHY_MS {
            self.deaths = 0;
        }
        self.deaths = self.deaths.saturating_add(1);
        let pause = pause_ms(self.deaths);
        self.at = Time(now.0 + pause);
        pause
    }

    /// The user asks for it: no pause now.
    pub(crate) fn hurry(&mut self) {
        self.at = Time::default();
    }

    pub(crate) fn is_due(&self, now: Time) -> bool {
        self.at <= now
    }

    /// When it may be started again.
    pub(crate) fn at(&self) -> Time {
        self.at
    }

    /// How often it has died without a while of health between.
    pub(crate) fn deaths(&self) -> u32 {
        self.deaths
    }

    /// Whether it dies so often that nobody should wait for it.
    pub(crate) fn are_many(&self) -> bool {
        self.deaths > QUICK_DEATHS_MAX
    }
}

fn pause_ms(deaths: u32) -> u64 {
    let Some(doublings) = deaths.checked_sub(2) else {
        return 0;
    };
    let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    let pause = RESTART_PAUSE_MS_MIN.saturating_mul(factor);
    pause.min(RESTART_PAUSE_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_the_second_death_up_to_the_limit_and_never_end() {
        let mut restarts = Restarts::default();
        let mut pauses = (0..200).map(|_| restarts.died(Time(0), 1));
        let first: Vec<u64> = pauses.by_ref().take(9).collect();
        assert_eq!(first, [0, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000]);
        assert!(pauses.all(|pause| pause == RESTART_PAUSE_MS_MAX));
        assert!(restarts.are_many());
    }

    #[test]
    fn a_while_of_health_makes_the_next_restart_quick_again() {
        let mut restarts = Restarts::default();
        for _ in 0..20 {
            restarts.died(Time(0), 1);
        }
        assert_eq!(restarts.died(Time(99_000), SERVICE_HEALTHY_MS - 1), 5_000);
        assert!(!restarts.is_due(Time(99_001)) && restarts.is_due(Time(104_000)));
        assert_eq!(restarts.died(Time(200_000), SERVICE_HEALTHY_MS), 0);
        assert!(restarts.is_due(Time(200_000)) && !restarts.are_many());
    }
}
