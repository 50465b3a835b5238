//! The known outcome of every hostile action, in `outcomes.txt`: one line an attacker and an
//! action. A new action or another outcome fails the run until the file says so.

use crate::handshake;
use crate::lies;
use crate::rig::{Attacker, Outcome};
use crate::{attacks, trials};
use std::process::ExitCode;

/// Makes the program write the file anew instead of testing.
pub const WRITE_FLAG: &str = "--write-outcomes";

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/compromised/outcomes.txt"
);

const HEAD: &str = "# What came of every hostile action that a compromised child did in a running \
browser.\n# Written by `cargo test --release --test compromised -- --write-outcomes`; compared in \
every test run.\n";

/// Every action of every attacker.
pub fn actions() -> Vec<(Attacker, &'static str)> {
    let mut actions = Vec::new();
    for attacker in Attacker::ALL {
        actions.extend(attacks::all().map(|attack| (attacker, attack.name)));
        actions.extend(lies::of(attacker).map(|lie| (attacker, lie.name)));
        actions.extend(handshake::of(attacker).map(|deed| (attacker, deed.name)));
    }
    actions
}

/// What the file says of that action.
pub fn known(attacker: Attacker, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(FILE).expect("the file is checked in");
    text.lines().find_map(|line| {
        let mut words = line.splitn(3, ' ');
        let is_it = words.next() == Some(attacker.name()) && words.next() == Some(name);
        is_it.then(|| words.next().unwrap_or_default().to_owned())
    })
}

/// An outcome in the file's words. Addresses and descriptors, which differ, are left out.
pub fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Died(cause) => {
            let end = cause.find(" (number").unwrap_or(cause.len());
            format!(
                "dies: {}",
                without_descriptor(&without_addresses(&cause[..end]))
            )
        }
        Outcome::Returned(-1, errno) => {
            let name = nix::errno::Errno::from_raw(*errno);
            format!("refused: {name:?}")
        }
        Outcome::Returned(..) => "goes on".to_owned(),
    }
}

/// With `0x…` for every hexadecimal number that is long enough to be an address.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let is_address = digits > 4;
        result += if is_address { "0x…" } else { "0x" };
        result += &part[if is_address { digits } else { 0 }..];
    }
    result
}

/// A file that is mapped has the descriptor that was free.
fn without_descriptor(text: &str) -> String {
    let mut arguments: Vec<&str> = text.split(", ").collect();
    if let [first, _, _, _, descriptor, _] = &mut arguments[..]
        && first.starts_with("tried to call mmap(")
        && *descriptor != "-1"
    {
        *descriptor = "FD";
    }
    arguments.join(", ")
}

/// Whether `found` is what the file says. Without a listener for refused calls the kernel kills,
/// and the record can only name the signal.
pub fn agree(expected: &str, found: &str) -> bool {
    let is_call = expected.starts_with("dies: tried to call");
    expected == found || (is_call && found == "dies: was killed by signal 31 (SIGSYS)")
}

pub fn write() -> ExitCode {
    let mut text = HEAD.to_owned();
    for (attacker, name) in actions() {
        let outcome = words(&trials::attack_once(attacker, name, &mut None));
        println!("{} {name} {outcome}", attacker.name());
        text += &format!("{} {name} {outcome}\n", attacker.name());
    }
    std::fs::write(FILE, text).expect("the file can be written");
    ExitCode::SUCCESS
}
