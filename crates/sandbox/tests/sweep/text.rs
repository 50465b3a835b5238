//! What the text of a policy says, evaluated rule by rule, and the arguments worth trying on it.
//!
//! A second, simpler reading of the rules than that of the compiler. Never: looks at a compiled
//! filter.

use crate::machine::{self, ALLOW, Call, I386, Instruction, KILL, X32_BIT, X86_64, answer};
use sandbox::{CallRule, Condition, Test, Verdict};
use std::collections::BTreeSet;

/// Six arguments.
pub type Arguments = [u64; 6];

/// The numbers that are swept.
pub const NUMBERS: std::ops::RangeInclusive<u32> = 0..=600;

/// Arguments that no call can do anything with.
pub const NONSENSE: Arguments = [u64::MAX; 6];

/// A way to call the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    X86_64,
    X32,
    I386,
}

impl Convention {
    pub const ALL: [Convention; 3] = [Convention::X86_64, Convention::X32, Convention::I386];

    /// The call as filters see it.
    pub fn call(self, number: u32, arguments: Arguments) -> Call {
        let (architecture, number) = match self {
            Convention::X86_64 => (X86_64, number),
            Convention::X32 => (X86_64, number | X32_BIT),
            Convention::I386 => (I386, number),
        };
        Call {
            architecture,
            number,
            arguments,
        }
    }
}

/// The result that a call must have. `default`: the result of a call on no list.
pub fn says(rules: &[CallRule], default: u32, call: &Call) -> u32 {
    if call.architecture != X86_64 || call.number >= X32_BIT {
        return KILL;
    }
    let applies = |rule: &&CallRule| {
        rule.number == i64::from(call.number)
            && rule.conditions.iter().all(|c| holds(c, &call.arguments))
    };
    let verdicts: Vec<Verdict> = rules.iter().filter(applies).map(|r| r.verdict).collect();
    let answered = verdicts.iter().find_map(|verdict| match verdict {
        Verdict::Answer(errno) => Some(answer(*errno)),
        Verdict::Allow => None,
    });
    match answered {
        Some(answered) => answered,
        None if verdicts.is_empty() => default,
        None => ALLOW,
    }
}

fn holds(condition: &Condition, arguments: &Arguments) -> bool {
    let value = arguments[usize::from(condition.argument)];
    let value = if condition.is_int {
        value & u64::from(u32::MAX)
    } else {
        value
    };
    match &condition.test {
        Test::Within(bits) => value | bits == *bits,
        Test::OneOf { ignored, values } => values.iter().any(|v| v | ignored == value | ignored),
    }
}

/// Calls of every number by every convention, with interesting arguments, for which the filters
/// differ from the text; the first few.
pub fn differences(rules: &[CallRule], default: u32, stack: &[Vec<Instruction>]) -> Vec<String> {
    let mut differences = Vec::new();
    for number in NUMBERS {
        for arguments in interesting_arguments(rules, number) {
            for convention in Convention::ALL {
                let call = convention.call(number, arguments);
                let (found, expected) = (
                    machine::run_stack(stack, &call),
                    says(rules, default, &call),
                );
                if found != Ok(expected) {
                    differences.push(format!("{call:x?}: {found:x?}, not {expected:x}"));
                }
            }
        }
        if differences.len() > DIFFERENCES_MAX {
            break;
        }
    }
    differences
}

/// Arguments that the rules of this number let pass: every value that the text names, combined.
pub fn allowed_arguments(rules: &[CallRule], number: u32) -> BTreeSet<Arguments> {
    let mut all = BTreeSet::new();
    for rule in rules.iter().filter(|r| r.number == i64::from(number)) {
        let mut combinations = vec![[0; 6]];
        for condition in &rule.conditions {
            let values = named_values(condition);
            combinations = combinations
                .iter()
                .flat_map(|arguments| {
                    let at = usize::from(condition.argument);
                    values.iter().map(move |value| with(arguments, at, *value))
                })
                .collect();
        }
        all.extend(combinations);
    }
    all
}

/// The arguments above, and those with one argument changed: to any value that the text names for
/// it, to each of them with one bit more or less, to 0, to -1 and to values with high bits.
pub fn interesting_arguments(rules: &[CallRule], number: u32) -> BTreeSet<Arguments> {
    let allowed = allowed_arguments(rules, number);
    let mut all: BTreeSet<Arguments> = [NONSENSE, [0; 6]].into();
    let rules: Vec<_> = rules
        .iter()
        .filter(|r| r.number == i64::from(number))
        .collect();
    for at in 0..6 {
        let conditions = rules.iter().flat_map(|rule| &rule.conditions);
        let named = conditions
            .filter(|c| usize::from(c.argument) == at)
            .flat_map(named_values);
        let mut values: BTreeSet<u64> = [0, u64::MAX, u64::from(u32::MAX), 1 << 32].into();
        for value in named {
            values.extend([value, value | !u64::from(u32::MAX)]);
            values.extend((0..64).map(|bit| value ^ 1 << bit));
        }
        for arguments in &allowed {
            all.extend(values.iter().map(|value| with(arguments, at, *value)));
        }
    }
    all.extend(allowed);
    all
}

fn with(arguments: &Arguments, at: usize, value: u64) -> Arguments {
    let mut changed = *arguments;
    changed[at] = value;
    changed
}

/// Values that the condition lets pass.
fn named_values(condition: &Condition) -> Vec<u64> {
    match &condition.test {
        Test::Within(bits) => {
            let single = (0..64).map(|bit| bits & 1 << bit).filter(|bit| *bit != 0);
            single.chain([0, *bits]).collect()
        }
        Test::OneOf { ignored: 0, values } => values.clone(),
        Test::OneOf { ignored, values } => values.iter().flat_map(|v| [*v, v | ignored]).collect(),
    }
}

/// Where the comparison gives up.
const DIFFERENCES_MAX: usize = 20;
