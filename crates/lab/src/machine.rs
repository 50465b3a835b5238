//! What the machine is, for the head of every table.
//!
//! Never: fails; what cannot be read is left out.

use crate::process;
use crate::report::Machine;
use procfs::{CpuInfo, Current};
use std::fs;

/// This machine.
pub fn machine() -> Machine {
    let cpus = CpuInfo::current().ok();
    let field = |name: &str| cpus.as_ref()?.get_field(0, name);
    let read = |path: &str| {
        fs::read_to_string(path)
            .ok()
            .map(|text| text.trim().to_owned())
    };
    let flags = field("flags").unwrap_or_default();
    // Not by procfs, whose f32 would show in the JSON as 0.07000000029802322.
    let load = read("/proc/loadavg").unwrap_or_default();
    Machine {
        cpu: field("model name").unwrap_or("unknown").to_owned(),
        cores: cpus.as_ref().map_or(0, CpuInfo::num_cores),
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
