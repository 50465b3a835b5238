//! What the machine is, for the head of every table.
//!
//! Owns: the reading of `/proc/cpuinfo` and its like. Trusts: the kernel. Never: fails; what cannot
//! be read is left out.

use crate::process;
use crate::report::Machine;
use std::fs;

/// This machine.
pub fn machine() -> Machine {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let read = |path: &str| {
        fs::read_to_string(path)
            .ok()
            .map(|text| text.trim().to_owned())
    };
    let flags = field("flags").unwrap_or_default();
    let load = read("/proc/loadavg").unwrap_or_default();
    Machine {
        cpu: field("model name").unwrap_or_else(|| "unknown".to_owned()),
        cores: cpuinfo
            .lines()
            .filter(|line| line.starts_with("processor"))
            .count(),
        cores_allowed: process::processors().len(),
        kernel: read("/proc/sys/kernel/osrelease").unwrap_or_else(|| "unknown".to_owned()),
        governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        is_virtual: flags.split(' ').any(|flag| flag == "hypervisor"),
        load: load
            .split(' ')
            .next()
            .and_then(|word| word.parse().ok())
            .unwrap_or(0.0),
    }
}
