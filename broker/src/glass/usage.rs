//! What a process uses of the machine, as the kernel counts it.
//!
//! Source: proc_pid_stat(5).

use std::sync::OnceLock;

/// What a process uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Time on a processor so far, milliseconds.
    pub cpu_ms: u64,
    /// Since it was started, milliseconds.
    pub age_ms: u64,
}

/// That of a process; none if there is no such process.
pub fn of(pid: i32) -> Option<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let uptime: f64 = uptime.split(' ').next()?.parse().ok()?;
    from(&stat, uptime, ticks_per_second())
}

/// How many descriptors a process has open; none where the kernel does not tell.
pub fn descriptors(pid: i32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count())
}

fn from(stat: &str, uptime_s: f64, ticks_per_second: u64) -> Option<Usage> {
    // The name of the program may have spaces and brackets.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ms = |ticks: u64| ticks.saturating_mul(1000) / ticks_per_second;
    let (user, system, start) = (field(14)?, field(15)?, field(22)?);
    Some(Usage {
        cpu_ms: ms(user + system),
        age_ms: ((uptime_s * 1000.0) as u64).saturating_sub(ms(start)),
    })
}

fn ticks_per_second() -> u64 {
    static TICKS: OnceLock<u64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let ticks = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK);
        ticks
            .ok()
            .flatten()
            .and_then(|ticks| u64::try_from(ticks).ok())
            .filter(|ticks| *ticks > 0)
            .unwrap_or(100)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 1 2 3 4 25 50 0 0 20 0 1 0 4000 8192 9";
        let usage = Usage {
            cpu_ms: 750,
            age_ms: 2_500,
        };
        assert_eq!(from(stat, 42.5, 100), Some(usage));
        assert_eq!(from("7 (a", 42.5, 100), None);
    }

    #[test]
    fn this_process_can_be_seen() {
        let pid = i32::try_from(std::process::id()).expect("it fits");
        assert!(of(pid).is_some());
        assert!(descriptors(pid).is_some_and(|count| count > 2));
    }
}
