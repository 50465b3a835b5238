//! Attacks by compromised children on the whole browser.
//!
//! This program is the browser (the same library, the same policies, the same way of starting
//! children) with one thing more: its children are armed with hostile actions, and do one when the
//! broker asks for it. Without arguments it is the test run that starts itself as that browser.

#[path = "../../crates/sandbox/tests/held/attack_calls.rs"]
#[allow(dead_code, reason = "the sandbox's own tests use all of it")]
mod attack_calls;
#[path = "../../crates/sandbox/tests/held/attacks.rs"]
#[allow(dead_code, reason = "the sandbox's own tests use all of it")]
mod attacks;
mod demo;
mod devtools;
mod display;
mod handshake;
mod hoards;
mod lies;
mod outcomes;
mod rig;
#[path = "../../crates/sandbox/tests/held/target.rs"]
#[allow(dead_code, reason = "the sandbox's own tests use all of it")]
mod target;
mod trials;

use child::Reach;
use std::process::ExitCode;

fn main() -> ExitCode {
    let first = std::env::args().nth(1).unwrap_or_default();
    if let Some(role) = first.strip_prefix("--type=") {
        handshake::run_if_told(role);
        child::arm(attack);
        if first == "--type=demo" {
            demo::arm();
        }
        return broker::main();
    }
    // What the harness begins every browser's command line with.
    if first == "--record" {
        return broker::main();
    }
    let own = std::env::current_exe().expect("this program has a path");
    testkit::set_executable(own);
    if first == outcomes::WRITE_FLAG {
        return outcomes::write();
    }
    libtest_mimic::run(
        &libtest_mimic::Arguments::from_args(),
        trials::all()
            .into_iter()
            .chain(demo::trials())
            .chain(devtools::trials())
            .chain(display::trials())
            .collect(),
    )
    .exit_code()
}

/// The hostile action of that name, done in a child that is in full swing.
fn attack(order: &str, reach: &Reach<'_>) {
    if display::attack(order, reach) || devtools::attack(order, reach) {
        return;
    }
    let (name, server) = order.split_once('@').unwrap_or((order, ""));
    let role = std::env::args().nth(1).unwrap_or_default();
    let role = role.trim_start_matches("--type=");
    if let Some(attacker) = rig::Attacker::ALL.into_iter().find(|a| a.name() == role) {
        lies::tell(attacker, name, server, reach);
    }
    let Some(attack) = attacks::find(name) else {
        return rig::say_survived(name, 0, libc::EINVAL);
    };
    let value = (attack.call)(&target::Target::default());
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    rig::say_survived(name, value, errno);
}
