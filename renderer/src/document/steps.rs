//! The values of inputs for numbers, ranges, dates and times: which texts are values, and the next
//! value up or down.
//!
//! Source: the HTML standard, "The input element", and "Dates and times".

use crate::document::attributes::input_kind;
use crate::document::elements::element;
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name};
use std::time::{SystemTime, UNIX_EPOCH};

/// Below this many days from the year zero a date has four digits.
const DAYS_MAX: i64 = 3_600_000;

/// From where to where a number goes, and in which steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// `None` for `step=any`.
    pub(crate) step: Option<f64>,
}

impl Scale {
    /// The scale of a number or range input.
    pub(crate) fn of(document: &BaseDocument, input: NodeId) -> Option<Scale> {
        let input = element(document, input)?;
        let number = |name| input.attr(LocalName::from(name)).and_then(number);
        let is_range = input_kind(input) == "range";
        let (lowest, highest) = match is_range {
            true => (0.0, 100.0),
            false => (f64::MIN, f64::MAX),
        };
        let min = number("min").unwrap_or(lowest);
        let max = number("max").unwrap_or(highest).max(min);
        let step = number("step").filter(|step| *step > 0.0).unwrap_or(1.0);
        let is_any = input
            .attr(LocalName::from("step"))
            .is_some_and(|s| s.eq_ignore_ascii_case("any"));
        Some(Scale {
            min,
            max,
            step: (!is_any).then_some(step),
        })
    }

    /// The nearest value on the scale.
    pub(crate) fn nearest(&self, value: f64) -> f64 {
        let base = if self.min > f64::MIN { self.min } else { 0.0 };
        let value = value.clamp(self.min, self.max);
        let Some(step) = self.step else { return value };
        let snapped = base + ((value - base) / step).round() * step;
        if snapped > self.max {
            snapped - step
        } else {
            snapped.max(self.min)
        }
    }

    /// The value `steps` further on.
    pub(crate) fn stepped(&self, value: f64, steps: f64) -> f64 {
        self.nearest(value + steps * self.step.unwrap_or(1.0))
    }

    /// How far along a value is, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let share = (value - self.min) / (self.max - self.min);
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

/// The value of a range: what it says, or the middle.
pub(crate) fn range_value(document: &BaseDocument, range: NodeId) -> f64 {
    let Some(scale) = Scale::of(document, range) else {
        return 0.0;
    };
    let value = element(document, range).and_then(|range| range.attr(local_name!("value")));
    let middle = scale.min / 2.0 + scale.max / 2.0;
    scale.nearest(value.and_then(number).unwrap_or(middle))
}

/// A number as forms write it.
pub(crate) fn written(value: f64) -> String {
    // Steps of 0.1 add up to 0.30000000000000004.
    let rounded = (value * 1e10).round() / 1e10;
    if rounded.is_finite() {
        rounded.to_string()
    } else {
        value.to_string()
    }
}

/// A floating-point number as HTML has it.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    value.filter(|_| is_plain && !text.starts_with('+'))
}

/// Whether a character can be typed into an input of that kind.
pub(crate) fn can_be_typed(kind: &str, character: char) -> bool {
    match kind {
        "number" => character.is_ascii_digit() || matches!(character, '+' | '-' | '.' | 'e' | 'E'),
        "date" | "month" => character.is_ascii_digit() || character == '-',
        "week" => character.is_ascii_digit() || matches!(character, '-' | 'W'),
        "time" => character.is_ascii_digit() || matches!(character, ':' | '.'),
        "datetime-local" => {
            character.is_ascii_digit() || matches!(character, '-' | ':' | 'T' | ' ' | '.')
        }
        _ => true,
    }
}

/// How a value of that kind is written; shown in an empty input.
pub(crate) fn pattern(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "date" => "yyyy-mm-dd",
        "month" => "yyyy-mm",
        "week" => "yyyy-Www",
        "time" => "hh:mm",
        "datetime-local" => "yyyy-mm-ddThh:mm",
        _ => return None,
    })
}

/// Whether a text is a value of that kind, which the form may send.
fn is_value(kind: &str, text: &str) -> bool {
    match kind {
        "number" => number(text).is_some(),
        "date" => days(text).is_some(),
        "month" => days(&format!("{text}-01")).is_some(),
        "week" => week(text).is_some(),
        "time" => minutes(text).is_some(),
        "datetime-local" => text
            .split_once(['T', ' '])
            .is_some_and(|(date, time)| days(date).is_some() && minutes(time).is_some()),
        _ => true,
    }
}

/// The value `steps` up or down from `text`; from now on if that is no value. `None` for inputs
/// without steps.
pub(crate) fn stepped(
    document: &BaseDocument,
    input: NodeId,
    text: &str,
    steps: i64,
) -> Option<String> {
    let kind = input_kind(element(document, input)?);
    let (today, minute) = now();
    let date = |text: &str, unit: i64| match days(text) {
        Some(days) => date_of(days.saturating_add(steps * unit)),
        None => date_of(today),
    };
    let time = |text: &str| {
        let from = minutes(text).map_or(minute, |from| from + steps);
        let minutes = from.rem_euclid(24 * 60);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    Some(match &*kind {
        "number" => {
            let scale = Scale::of(document, input)?;
            written(scale.stepped(number(text).unwrap_or(0.0), steps as f64))
        }
        "date" => date(text, 1),
        "month" => {
            let first = days(&format!("{text}-01")).map(|days| days + 14 + 30 * steps);
            date_of(first.unwrap_or(today))[..7].to_owned()
        }
        "week" => week_of(week(text).map_or(today, |days| days + 7 * steps)),
        "time" => time(text),
        "datetime-local" => match text.split_once(['T', ' ']) {
            Some((day, at)) if minutes(at).is_some() => format!("{}T{at}", date(day, 1)),
            _ => format!("{}T{}", date_of(today), time("")),
        },
        _ => return None,
    })
}

/// Runs `send` while texts that are no values are out of their inputs.
pub(crate) fn without_bad_input(document: &mut BaseDocument, send: impl FnOnce(&mut BaseDocument)) {
    let mut bad = Vec::new();
    document.visit(|id, node| {
        if let Some(element) = node.element_data()
            && let Some(input) = element.text_input_data()
        {
            let text = input.editor.text().to_string();
            if element.name.local == local_name!("input") && !is_value(&input_kind(element), &text)
            {
                bad.push((id, text));
            }
        }
    });
    let set = |document: &mut BaseDocument, id, text: &str| {
        document.with_text_input(id, |mut driver| {
            driver.editor.set_text(text);
            driver.refresh_layout();
        });
    };
    for (id, _) in &bad {
        set(document, *id, "");
    }
    send(document);
    for (id, text) in &bad {
        set(document, *id, text);
    }
}

/// Today, in days since 1970, and the minute of the day; of the world's time.
fn now() -> (i64, i64) {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(0);
    (seconds / 86_400, seconds % 86_400 / 60)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let is_right = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    is_right.then(|| text.parse().ok()).flatten()
}

/// Days since 1970 of `yyyy-mm-dd`.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let days = days_of(year, month, day);
    (year > 0 && (1..=12).contains(&month) && date_of(days) == text).then_some(days)
}

/// Days since 1970 of a date. Source: Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `yyyy-mm-dd` of days since 1970: `civil_from_days` of the same source.
fn date_of(days: i64) -> String {
    let days = days.clamp(-719_162, DAYS_MAX - 719_162) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The Monday of `yyyy-Www`, in days since 1970. The first week is the one with the fourth of
/// January.
fn week(text: &str) -> Option<i64> {
    let (year, week) = text.split_once("-W")?;
    let (year, week) = (digits(year, 4)?, digits(week, 2)?);
    let monday = first_monday(year) + 7 * (week - 1);
    (week >= 1 && week_of(monday) == text).then_some(monday)
}

fn first_monday(year: i64) -> i64 {
    let fourth = days_of(year, 1, 4);
    // The first of January 1970 was a Thursday.
    fourth - (fourth + 3).rem_euclid(7)
}

fn week_of(day: i64) -> String {
    let monday = day - (day + 3).rem_euclid(7);
    let thursday = date_of(monday + 3);
    let year = digits(&thursday[..4], 4).unwrap_or(1970);
    format!("{year:04}-W{:02}", (monday - first_monday(year)) / 7 + 1)
}

/// Minutes since midnight of `hh:mm`, with or without seconds.
fn minutes(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let is_right = hour < 24
        && minute < 60
        && parts
            .next()
            .is_none_or(|s| s.parse::<f64>().is_ok_and(|s| (0.0..60.0).contains(&s)));
    is_right.then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, wanted) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(11_016)),
            ("1900-02-29", None),
            ("2026-11-26", Some(20_783)),
            ("2026-13-01", None),
            ("0000-01-01", None),
            ("26-1-1", None),
        ] {
            assert_eq!(days(text), wanted, "{text}");
        }
        for day in (-700_000..2_000_000).step_by(997) {
            assert_eq!(days(&date_of(day)), Some(day));
            assert!(week(&week_of(day)).is_some_and(|monday| (0..7).contains(&(day - monday))));
        }
        assert_eq!(week_of(days("2021-01-03").expect("a date")), "2020-W53");
        assert_eq!(minutes("23:59:30"), Some(1_439));
        assert_eq!(minutes("24:00"), None);
    }

    #[test]
    fn values_keep_to_their_scale() {
        let scale = Scale {
            min: 1.0,
            max: 10.0,
            step: Some(4.0),
        };
        assert_eq!(scale.nearest(6.9), 5.0);
        assert_eq!(scale.nearest(99.0), 9.0);
        assert_eq!(scale.stepped(9.0, 1.0), 9.0);
        assert_eq!(scale.stepped(-5.0, -1.0), 1.0);
        assert_eq!(written(0.1 + 0.2), "0.3");
        let odd = Scale {
            min: f64::MIN,
            max: f64::MAX,
            step: Some(1.0),
        };
        assert_eq!(odd.stepped(4.0, -5.0), -1.0);
        assert!((0.0..=1.0).contains(&odd.share(f64::MAX)));
    }
}
