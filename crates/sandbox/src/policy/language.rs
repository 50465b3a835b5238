//! The language of the policy files: one call a line, with its conditions, its answer and its
//! reason.
//!
//! Never: guesses. A line that does not parse completely is an error, and so is a line without a
//! reason.
//!
//! ```text
//! NAME [COND {and COND}] [-> ERRNO]  # reason
//! @include POLICY                    # reason
//! COND := (argN|intN) [ignoring BITS] (is BITS {, BITS} | in BITS)
//! BITS := WORD {| WORD}
//! ```

use crate::policy::words;
use thiserror::Error;

/// One line of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRule {
    /// The name of the system call.
    pub call: String,
    /// Its number.
    pub number: i64,
    /// The conditions on its arguments, all of which must hold; none: any arguments.
    pub conditions: Vec<Condition>,
    /// What happens to the call.
    pub verdict: Verdict,
    /// The reason for the line.
    pub reason: String,
}

/// A condition on one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The index of the argument, from 0.
    pub argument: u8,
    /// Whether only the low 32 bits count (the kernel takes an `int`).
    pub is_int: bool,
    /// The test on its value.
    pub test: Test,
}

/// The test on the value of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// No other bits than these.
    Within(u64),
    /// One of these values, apart from the `ignored` bits.
    OneOf {
        /// Bits that do not count.
        ignored: u64,
        /// The values.
        values: Vec<u64>,
    },
}

/// What happens to a call that matches a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The kernel carries it out.
    Allow,
    /// The kernel answers with this errno and does not carry it out.
    Answer(i32),
}

/// Why a policy text does not parse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{policy}.policy, line {line}: {problem}")]
pub struct ParseError {
    /// The policy.
    pub policy: String,
    /// The line, from 1.
    pub line: usize,
    /// The problem.
    pub problem: String,
}

/// The rules of the policy `name`; `source` gives the text of a policy by name.
pub(crate) fn parse<'a>(
    name: &str,
    own_pid: u32,
    source: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Vec<CallRule>, ParseError> {
    let mut rules = Vec::new();
    parse_into(&mut rules, name, own_pid, source, 0)?;
    Ok(rules)
}

fn parse_into<'a>(
    rules: &mut Vec<CallRule>,
    name: &str,
    own_pid: u32,
    source: &dyn Fn(&str) -> Option<&'a str>,
    depth: usize,
) -> Result<(), ParseError> {
    let error = |line: usize, problem: String| ParseError {
        policy: name.to_owned(),
        line,
        problem,
    };
    let text = source(name).ok_or_else(|| error(0, "there is no such policy".to_owned()))?;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let (body, reason) = match line.split_once('#') {
            Some((body, reason)) => (body.trim(), reason.trim()),
            None => (line.trim(), ""),
        };
        if body.is_empty() {
            continue;
        }
        if reason.is_empty() {
            return Err(error(line_number, "no reason".to_owned()));
        }
        if let Some(included) = body.strip_prefix("@include ") {
            if depth >= INCLUDE_DEPTH_MAX {
                return Err(error(line_number, "inclusions nest too deep".to_owned()));
            }
            parse_into(rules, included.trim(), own_pid, source, depth + 1)?;
            continue;
        }
        let rule = parse_rule(body, reason, own_pid).map_err(|p| error(line_number, p))?;
        rules.push(rule);
    }
    Ok(())
}

fn parse_rule(body: &str, reason: &str, own_pid: u32) -> Result<CallRule, String> {
    let (body, verdict) = match body.split_once("->") {
        None => (body, Verdict::Allow),
        Some((body, name)) => {
            let name = name.trim();
            let errno = words::errno(name).ok_or_else(|| format!("unknown errno {name}"))?;
            (body.trim(), Verdict::Answer(errno))
        }
    };
    let (call, conditions) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let number = syscalls::number_of(call).ok_or_else(|| format!("unknown system call {call}"))?;
    let conditions = conditions.trim();
    let conditions = if conditions.is_empty() {
        Vec::new()
    } else {
        conditions
            .split(" and ")
            .map(|c| parse_condition(c, own_pid))
            .collect::<Result<_, _>>()?
    };
    Ok(CallRule {
        call: call.to_owned(),
        number: number.into(),
        conditions,
        verdict,
        reason: reason.to_owned(),
    })
}

fn parse_condition(text: &str, own_pid: u32) -> Result<Condition, String> {
    let unclear = || format!("unclear condition: {text}");
    let (subject, rest) = text.trim().split_once(' ').ok_or_else(unclear)?;
    let (digit, is_int) = match (subject.strip_prefix("arg"), subject.strip_prefix("int")) {
        (Some(digit), None) => (digit, false),
        (None, Some(digit)) => (digit, true),
        _ => return Err(unclear()),
    };
    let argument: u8 = digit.parse().map_err(|_| unclear())?;
    if argument > 5 {
        return Err(format!("a system call has no argument {argument}"));
    }
    let (ignored, rest) = match rest.trim().strip_prefix("ignoring ") {
        None => (0, rest.trim()),
        Some(rest) => {
            let (bits, rest) = rest.trim().split_once(' ').ok_or_else(unclear)?;
            (parse_bits(bits, own_pid)?, rest.trim())
        }
    };
    let test = if let Some(values) = rest.strip_prefix("is ") {
        let values: Vec<u64> = values
            .split(',')
            .map(|v| parse_bits(v, own_pid))
            .collect::<Result<_, _>>()?;
        Test::OneOf { ignored, values }
    } else if let Some(bits) = rest.strip_prefix("in ") {
        if ignored != 0 {
            return Err(unclear());
        }
        Test::Within(parse_bits(bits, own_pid)?)
    } else {
        return Err(unclear());
    };
    Ok(Condition {
        argument,
        is_int,
        test,
    })
}

fn parse_bits(text: &str, own_pid: u32) -> Result<u64, String> {
    let mut bits = 0;
    for word in text.trim().split('|') {
        bits |= match word {
            "SELF" => u64::from(own_pid),
            word => words::value(word).ok_or_else(|| format!("unknown word {word:?}"))?,
        };
    }
    Ok(bits)
}

/// Maximum depth of inclusion; more means a circle.
const INCLUDE_DEPTH_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<Vec<CallRule>, ParseError> {
        parse("it", 7, &|name| (name == "it").then_some(text))
    }

    fn problem(text: &str) -> String {
        parse_text(text).expect_err("must not parse").problem
    }

    #[test]
    fn a_line_without_a_reason_is_refused() {
        assert_eq!(problem("read"), "no reason");
        assert_eq!(problem("read #  "), "no reason");
        assert_eq!(problem("@include it"), "no reason");
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert_eq!(problem("red # why"), "unknown system call red");
        assert_eq!(problem("read -> EOOPS # why"), "unknown errno EOOPS");
        assert_eq!(problem("read arg0 is OOPS # why"), "unknown word \"OOPS\"");
        assert_eq!(problem("read arg0 is # why"), "unclear condition: arg0 is");
        assert_eq!(
            problem("read arg6 is 1 # why"),
            "a system call has no argument 6"
        );
        assert_eq!(
            problem("read arg0 near 1 # why"),
            "unclear condition: arg0 near 1"
        );
        assert_eq!(
            problem("read arg0 is 1 or 2 # why"),
            "unknown word \"1 or 2\""
        );
    }

    #[test]
    fn a_policy_that_includes_itself_is_refused() {
        assert_eq!(problem("@include it # why"), "inclusions nest too deep");
        assert_eq!(problem("@include other # why"), "there is no such policy");
    }

    #[test]
    fn conditions_are_read_as_written() {
        let text = "# a comment\n\n\
            futex int1 ignoring FUTEX_PRIVATE_FLAG is FUTEX_WAIT, 0x9 and arg2 in 1|2 # locks\n\
            tgkill int0 is SELF -> ENOSYS # self\n";
        let rules = parse_text(text).expect("parses");
        let [futex, tgkill] = rules.as_slice() else {
            panic!("two rules: {rules:?}")
        };
        assert_eq!(futex.number, libc::SYS_futex);
        assert_eq!(futex.reason, "locks");
        assert_eq!(
            futex.conditions,
            [
                Condition {
                    argument: 1,
                    is_int: true,
                    test: Test::OneOf {
                        ignored: 128,
                        values: vec![0, 9]
                    }
                },
                Condition {
                    argument: 2,
                    is_int: false,
                    test: Test::Within(3)
                },
            ]
        );
        assert_eq!(tgkill.verdict, Verdict::Answer(libc::ENOSYS));
        let values = vec![7];
        assert_eq!(
            tgkill.conditions[0].test,
            Test::OneOf { ignored: 0, values }
        );
    }
}
