//! The language of the policies. `policies/gpu-window.requests` explains it.
//!
//! Never: reads a policy from a file at run time; the texts are part of the program.

use super::words;
use crate::requests::{self, Field, FieldKind, Shape};
use thiserror::Error;

/// All that one kind of client may ask for.
#[derive(Debug)]
pub struct Policy {
    /// In the order of the text: the first rule that fits counts.
    pub rules: Vec<Rule>,
}

/// One line.
#[derive(Debug)]
pub struct Rule {
    /// The request.
    pub shape: &'static Shape,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// How often at most in one connection.
    pub count_max: Option<u32>,
    /// Let through as a question for what no server has.
    pub is_absent: bool,
    /// Why the client needs it.
    pub reason: String,
}

/// What must hold for a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Condition {
    /// A field.
    Field(&'static Field, Test),
    /// The whole request has at most so many bytes.
    SizeMax(usize),
}

/// What must hold for a field.
#[derive(Debug, PartialEq, Eq)]
pub enum Test {
    /// It is one of these.
    Is(Vec<Value>),
    /// It has no other bits than these.
    Within(u32),
    /// It is at most that.
    Max(u32),
}

/// What a field can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An id from the client's own range.
    Own,
    /// The root window of a screen.
    Root,
    /// That number.
    Number(u32),
    /// That text, or the atom of that name.
    Text(String),
}

/// A line that says nothing.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("line {line}: {what}")]
pub struct PolicyError {
    line: usize,
    what: String,
}

/// Reads a policy.
///
/// # Errors
/// The first line that does not parse.
pub fn parse(text: &str) -> Result<Policy, PolicyError> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let rules = lines.map(|(line, text)| rule(text).map_err(|what| PolicyError { line, what }));
    let rules = rules.collect::<Result<_, _>>()?;
    Ok(Policy { rules })
}

fn rule(line: &str) -> Result<Rule, String> {
    let (code, reason) = line.split_once('#').ok_or("no reason")?;
    let code = code.trim();
    let (code, is_absent) = match code.strip_suffix("-> absent") {
        Some(code) => (code.trim(), true),
        None => (code, false),
    };
    let (code, count_max) = match code.rsplit_once("at most ") {
        Some((code, count)) => {
            let count = count.trim().parse();
            (
                code.trim(),
                Some(count.map_err(|_| "at most: not a number")?),
            )
        }
        None => (code, None),
    };
    let (name, conditions) = code.split_once(char::is_whitespace).unwrap_or((code, ""));
    let shape = requests::find(name).ok_or_else(|| format!("unknown request {name}"))?;
    if is_absent && shape.name != "QueryExtension" {
        return Err("only an extension can be absent".to_owned());
    }
    let conditions = conditions.trim();
    let conditions = match conditions {
        "" => Vec::new(),
        text => text
            .split(" and ")
            .map(|text| condition(shape, text.trim()))
            .collect::<Result<_, _>>()?,
    };
    Ok(Rule {
        shape,
        conditions,
        count_max,
        is_absent,
        reason: reason.trim().to_owned(),
    })
}

fn condition(shape: &'static Shape, text: &str) -> Result<Condition, String> {
    let (name, rest) = text.split_once(' ').ok_or("half a condition")?;
    if name == "size" {
        let max = rest.strip_prefix("up to ").and_then(|max| max.parse().ok());
        return max
            .map(Condition::SizeMax)
            .ok_or_else(|| format!("size {rest}"));
    }
    let mut fields = shape.fields.iter();
    let field = fields
        .find(|field| field.name == name)
        .ok_or_else(|| format!("{} has no field {name}", shape.name))?;
    let number = |word: &str| {
        words::number(name, word.trim()).ok_or_else(|| format!("unknown word {word} for {name}"))
    };
    let test = if let Some(values) = rest.strip_prefix("is ") {
        let values = values.split(',').map(|word| value(field, word.trim()));
        Test::Is(values.collect::<Result<_, _>>()?)
    } else if let Some(bits) = rest.strip_prefix("in ") {
        let bits = bits.split('|').map(number);
        Test::Within(bits.sum::<Result<u32, String>>()?)
    } else if let Some(max) = rest.strip_prefix("up to ") {
        Test::Max(number(max)?)
    } else {
        return Err(format!("{rest} is no condition"));
    };
    Ok(Condition::Field(field, test))
}

fn value(field: &Field, word: &str) -> Result<Value, String> {
    Ok(match (word, field.kind) {
        (word, FieldKind::Atom | FieldKind::Text(_)) => Value::Text(word.to_owned()),
        ("OWN", FieldKind::Long) => Value::Own,
        ("ROOT", FieldKind::Long) => Value::Root,
        (word, _) => Value::Number(
            words::number(field.name, word)
                .ok_or_else(|| format!("unknown word {word} for {}", field.name))?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_policy_has_a_reason() {
        let policy = crate::policy::gpu_window().expect("the policy parses");
        assert!(policy.rules.len() > 30);
        for rule in policy.rules {
            assert!(rule.reason.len() > 5, "{}", rule.shape.name);
        }
    }

    #[test]
    fn each_request_that_is_known_is_on_the_list() {
        let policy = crate::policy::gpu_window().expect("the policy parses");
        for shape in requests::SHAPES {
            let mut rules = policy.rules.iter();
            assert!(rules.any(|rule| rule.shape == shape), "{}", shape.name);
        }
    }

    #[test]
    fn no_line_names_an_object_without_saying_whose() {
        let policy = crate::policy::gpu_window().expect("the policy parses");
        let objects = [
            "window", "parent", "drawable", "gc", "pixmap", "picture", "cursor", "font", "segment",
            "source",
        ];
        for rule in &policy.rules {
            for field in rule.shape.fields {
                let is_named = rule.conditions.iter().any(
                    |known| matches!(known, Condition::Field(it, Test::Is(_)) if *it == field),
                );
                let is_object = objects.contains(&field.name);
                assert!(is_named || !is_object, "{} {}", rule.shape.name, field.name);
            }
        }
    }

    #[test]
    fn a_line_that_says_nothing_is_named() {
        for (text, what) in [
            ("MapWindow window is OWN", "no reason"),
            ("Grab # why not", "unknown request Grab"),
            ("MapWindow gc is OWN # why", "MapWindow has no field gc"),
            ("MapWindow window OWN # why", "OWN is no condition"),
            (
                "MapWindow window is OTHERS # why",
                "unknown word OTHERS for window",
            ),
            (
                "MapWindow -> absent # why",
                "only an extension can be absent",
            ),
            ("MapWindow at most few # why", "at most: not a number"),
            (
                "CreateWindow event-mask in KeymapState # why",
                "unknown word KeymapState for event-mask",
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.what, what);
            assert_eq!(error.line, 1);
        }
    }
}
