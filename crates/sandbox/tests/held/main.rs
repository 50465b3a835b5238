//! What a sealed process can still do, tried for real: this program launches itself through
//! `sandbox::launch` as a child, in every role, and lets the child attack.
//!
//! As root it runs everything a second time as an ordinary user.

mod attack_calls;
mod attacks;
mod fixture;
mod harness;
mod layers;
mod target;
mod test_child;
mod tests_canaries;
mod tests_crash;
mod tests_launch;
mod tests_layers;
mod tests_life;
mod tests_matrix;
mod tests_report;

use harness::Claim;
use std::os::unix::process::CommandExt;
use std::panic::{self, AssertUnwindSafe};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--type=test-child") => return test_child::main(&arguments[1..]),
        Some("--type=launcher") => return tests_launch::launcher_main(),
        Some("--type=filtered-launcher") => return tests_report::filtered_launcher_main(),
        Some("--type=bystander") => return fixture::bystander_main(),
        Some("--write-matrix") => return tests_matrix::write_main(),
        Some("--print-matrix") => return tests_matrix::print_main(),
        _ => {}
    }
    let claims: Vec<Claim> = [
        tests_layers::CLAIMS,
        tests_life::CLAIMS,
        tests_crash::CLAIMS,
        tests_launch::CLAIMS,
        tests_report::CLAIMS,
        tests_canaries::CLAIMS,
        tests_matrix::CLAIMS,
    ]
    .concat();
    let filters: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let is_chosen = |name: &str| filters.is_empty() || filters.iter().any(|f| name.contains(*f));
    let chosen: Vec<Claim> = claims
        .into_iter()
        .filter(|(name, _)| is_chosen(name))
        .collect();
    if arguments.iter().any(|a| a == "--list") {
        chosen.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let mut is_good = run(&chosen);
    harness::remove_groups();
    // SAFETY: takes nothing and cannot fail.
    if unsafe { libc::geteuid() } == 0 {
        is_good &= run_as_ordinary_user(&arguments);
    }
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs the claims on a few threads; each launches from a thread that outlives its children.
fn run(claims: &[Claim]) -> bool {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((name, claim)) = claims.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = panic::catch_unwind(AssertUnwindSafe(claim));
                    println!(
                        "test {name} ... {}",
                        if result.is_ok() { "ok" } else { "FAILED" }
                    );
                    if result.is_err() {
                        failed.lock().expect("no panic while held").push(*name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while held");
    println!(
        "{}: {} passed, {} failed",
        harness::who(),
        claims.len() - failed.len(),
        failed.len()
    );
    failed.is_empty()
}

/// By `/proc/self/exe`: the program's folder may be closed to others.
fn run_as_ordinary_user(arguments: &[String]) -> bool {
    let mut command = Command::new("/proc/self/exe");
    command
        .args(arguments)
        .uid(65_534)
        .gid(65_534)
        .current_dir("/");
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            println!("SKIP the run as an ordinary user: {error}");
            true
        }
    }
}
