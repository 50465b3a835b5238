//! The table of the effect of every system call in every role: `docs/system-calls.md`.
//!
//! Trusts: what the kernel did. Never: takes an entry from the text of a policy.

use crate::kernel::{CallOutcome, Laboratory};
use crate::machine::{self, ALLOW, Call, Instruction, KILL, answer};
use crate::text::{self, Arguments, Convention, NONSENSE, NUMBERS};
use sandbox::{CallRule, Role};
use std::collections::BTreeSet;
use std::fmt::Write;
use syscalls::name_of;

/// What one role may call.
pub struct Sweep {
    pub role: Role,
    /// By number.
    pub entries: Vec<Entry>,
    /// Calls that the kernel judged otherwise than the text says.
    pub surprises: Vec<String>,
}

/// The results of one call: several if the arguments decide.
pub type Entry = BTreeSet<CallResult>;

/// A possible result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallResult {
    Allowed,
    Refused(i32),
    Killed,
    /// The kernel asks no filter; see [`PROBES`].
    Unasked,
}

/// The filters of a role, as they are where no broker listens.
pub fn filters(role: Role) -> Vec<Vec<Instruction>> {
    let programs = sandbox::compile(role, OWN_PID, false).expect("compiles");
    machine::stack_of(&programs)
}

/// Makes every call in a process that is sealed for that role.
pub fn sweep(role: Role) -> Sweep {
    let rules = sandbox::policy::rules(role, OWN_PID).expect("parses");
    let filters = filters(role);
    let laboratory = Laboratory::new();
    let mut sweep = Sweep {
        role,
        entries: Vec::new(),
        surprises: Vec::new(),
    };
    for number in NUMBERS {
        let made = laboratory.make(&filters, Convention::X86_64, number, NONSENSE);
        if PROBES.contains(&number) {
            sweep.entries.push([CallResult::Unasked].into());
            if !is_harmless_probe(made) {
                sweep.surprises.push(format!("{role}: {number}: {made:?}"));
            }
            continue;
        }
        let is_listed = rules.iter().any(|rule| rule.number == i64::from(number));
        if made == CallOutcome::Killed && !is_listed {
            sweep.entries.push([CallResult::Killed].into());
            continue;
        }
        let mut entry = Entry::new();
        for arguments in sample(&rules, number) {
            let outcome = laboratory.judge(&filters, number, arguments);
            let result = CallResult::of(outcome);
            entry.insert(result);
            let call = Convention::X86_64.call(number, arguments);
            let text = CallResult::of_result(text::says(&rules, KILL, &call));
            if result != text {
                sweep.surprise(&call, &format!("{result:?}, not {text:?}"));
            }
            if arguments == NONSENSE && !result.agrees_with(made) {
                sweep.surprise(&call, &format!("{result:?}, but in earnest {made:?}"));
            }
        }
        sweep.entries.push(entry);
    }
    sweep
}

/// An older kernel asks the filters; a newer one sees that the call does not come from a probe.
fn is_harmless_probe(made: CallOutcome) -> bool {
    made == CallOutcome::Killed
        || made == CallOutcome::Ended(libc::SIGILL)
        || made == CallOutcome::Returned(-i64::from(libc::ENXIO))
}

/// Interesting arguments of a call, few enough to make a process for each.
fn sample(rules: &[CallRule], number: u32) -> BTreeSet<Arguments> {
    let interesting = text::interesting_arguments(rules, number);
    let step = interesting.len().div_ceil(SAMPLES);
    let mut sample: BTreeSet<Arguments> = interesting.into_iter().step_by(step).collect();
    let allowed = text::allowed_arguments(rules, number);
    let step = allowed.len().div_ceil(SAMPLES).max(1);
    sample.extend(allowed.into_iter().step_by(step));
    sample.insert(NONSENSE);
    sample
}

impl Sweep {
    fn surprise(&mut self, call: &Call, what: &str) {
        let Call {
            number, arguments, ..
        } = call;
        let name = name_of(*number).unwrap_or("unknown");
        let role = self.role;
        self.surprises
            .push(format!("{role}: {name} {arguments:x?}: {what}"));
    }
}

impl CallResult {
    fn of(outcome: CallOutcome) -> CallResult {
        match outcome {
            CallOutcome::Killed => CallResult::Killed,
            CallOutcome::Returned(value @ -4095..0) => CallResult::Refused(-value as i32),
            CallOutcome::Passed | CallOutcome::Returned(_) | CallOutcome::Ended(_) => {
                CallResult::Allowed
            }
        }
    }

    fn of_result(result: u32) -> CallResult {
        match result {
            KILL => CallResult::Killed,
            ALLOW => CallResult::Allowed,
            result => CallResult::Refused((result & !answer(0)) as i32),
        }
    }

    /// Whether a call without the net came to the same. A call that was carried out may have
    /// failed, but not with one of the errnos that the policies answer with.
    fn agrees_with(self, made: CallOutcome) -> bool {
        match (self, made) {
            (CallResult::Killed, made) => made == CallOutcome::Killed,
            (CallResult::Refused(errno), made) => made == CallOutcome::Returned(-i64::from(errno)),
            (CallResult::Allowed, CallOutcome::Returned(value)) => {
                ![libc::EPERM, libc::ENOSYS, libc::ENOENT].contains(&(-value as i32))
            }
            (CallResult::Allowed, made) => made != CallOutcome::Killed,
            (CallResult::Unasked, _) => false,
        }
    }
}

/// The table as it has to be.
pub fn render(sweeps: &[Sweep]) -> String {
    let mut text = HEAD.to_owned();
    let names: Vec<_> = sweeps.iter().map(|s| s.role.name()).collect();
    writeln!(text, "| number | call | {} |", names.join(" | ")).expect("strings take everything");
    writeln!(text, "|---:|---|{}", "---|".repeat(names.len())).expect("strings take everything");
    let is_killed_everywhere = |number: u32| {
        let mut entries = sweeps.iter().map(|s| &s.entries[number as usize]);
        entries.all(|entry| *entry == [CallResult::Killed].into())
    };
    let name = |number: u32| name_of(number).unwrap_or(UNNAMED);
    for number in NUMBERS.filter(|number| !is_killed_everywhere(*number)) {
        let cells = sweeps.iter().map(|s| cell(&s.entries[number as usize]));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        writeln!(text, "| {number} | {} | {cells} |", name(number)).expect("as above");
    }
    text.push_str(TOTALS_HEAD);
    for sweep in sweeps {
        let total = |word: &str| sweep.entries.iter().filter(|e| cell(e) == word).count();
        let [allowed, filtered, unasked, killed] = ["yes", "some", "unasked", "-"].map(total);
        let answered = sweep.entries.len() - allowed - filtered - unasked - killed;
        let counts = [allowed, filtered, answered, unasked, killed].map(|n| n.to_string());
        writeln!(text, "| {} | {} |", sweep.role, counts.join(" | ")).expect("as above");
    }
    text.push_str(KILLED_HEAD);
    let numbers: Vec<u32> = NUMBERS.collect();
    for ten in numbers.chunks(10) {
        let killed = ten.iter().filter(|number| is_killed_everywhere(**number));
        let killed: Vec<u32> = killed.copied().collect();
        let runs = killed.chunk_by(|a, b| name(*a) == UNNAMED && name(*b) == UNNAMED);
        let runs: Vec<_> = runs
            .map(|run| match run {
                [one] => format!("{one} {}", name(*one)),
                run => format!("{}\u{2013}{} {UNNAMED}", run[0], run[run.len() - 1]),
            })
            .collect();
        writeln!(text, "| {} | {} |", ten[0], runs.join(", ")).expect("as above");
    }
    text
}

fn cell(entry: &Entry) -> String {
    match Vec::from_iter(entry).as_slice() {
        [CallResult::Allowed] => "yes".to_owned(),
        [CallResult::Refused(errno)] => errno_name(*errno),
        [CallResult::Killed] => "-".to_owned(),
        [CallResult::Unasked] => "unasked".to_owned(),
        [CallResult::Allowed, CallResult::Killed] => "some".to_owned(),
        other => format!("{other:?}"),
    }
}

fn errno_name(errno: i32) -> String {
    match errno {
        libc::EPERM => "EPERM".to_owned(),
        libc::ENOENT => "ENOENT".to_owned(),
        libc::ENOSYS => "ENOSYS".to_owned(),
        errno => format!("errno {errno}"),
    }
}

/// What `SELF` stands for in the sweeps.
pub const OWN_PID: u32 = 77;
/// `uretprobe` and `uprobe`.
const PROBES: [u32; 2] = [335, 336];
/// Roughly how many processes are made for one call of a policy.
const SAMPLES: usize = 16;

/// For a number that the table of names does not have.
const UNNAMED: &str = "?";

const HEAD: &str = "\
# System calls

What the kernel did with every system call number from 0 to 600 in a process under the filter of
each role. Made by trying, not from the policies; the reason for each entry stands in
[the policies](../crates/sandbox/policies). `cargo test --release -p sandbox --test sweep` compares
it, and `cargo test --release -p sandbox --test sweep -- --ignored` writes it anew.

- `yes`: allowed with any arguments;
- `some`: allowed with the arguments that the policy names, death with others;
- an errno: answered with it and not carried out;
- `-`: the process is killed (where the broker listens, by the broker, who writes down the call);
- `unasked`: newer kernels ask no filter about these two, which only their own trampolines for
  user-space probes may make; from anywhere else they end in SIGILL or ENXIO, and on older kernels
  they are killed like the rest (`seccomp_uprobe_exception` in the kernel's `seccomp.c`).

The same 601 numbers by the conventions of x32 and of i386 (`int 0x80`) kill in every role.

";

const TOTALS_HEAD: &str = "
How many of the 601 numbers:

| role | yes | some | answered | unasked | killed |
|---|---:|---:|---:|---:|---:|
";

const KILLED_HEAD: &str = "
## Killed in every role

A `?` is a number that no call had when the table of names was made.

| from | calls |
|---:|---|
";
