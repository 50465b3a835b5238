//! Which kinds of targets a session wants to hear of.

use crate::reply::Failure;
use serde_json::Value;

/// Entries of a filter; no client needs more.
const ENTRIES_MAX: usize = 32;

/// A list of kinds, of which the first that fits decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Vec<Entry>);

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// None: every kind.
    kind: Option<String>,
    exclude: bool,
}

impl Default for Filter {
    /// Pages, and nothing of the browser's own.
    fn default() -> Filter {
        let without = |kind: &str| Entry {
            kind: Some(kind.to_owned()),
            exclude: true,
        };
        let every = Entry {
            kind: None,
            exclude: false,
        };
        Filter(vec![without("browser"), without("tab"), every])
    }
}

impl Filter {
    /// The filter of a command; without one, the default.
    pub fn parse(value: Option<&Value>) -> Result<Filter, Failure> {
        let wrong = || Failure::params("Failed to deserialize params.filter");
        let entries = match value {
            None | Some(Value::Null) => return Ok(Filter::default()),
            Some(Value::Array(entries)) if entries.len() <= ENTRIES_MAX => entries,
            Some(_) => return Err(wrong()),
        };
        let entry = |value: &Value| {
            let fields = value.as_object().ok_or_else(wrong)?;
            let kind = match fields.get("type") {
                None => None,
                Some(Value::String(kind)) => Some(kind.clone()),
                Some(_) => return Err(wrong()),
            };
            let exclude = match fields.get("exclude") {
                None => false,
                Some(Value::Bool(exclude)) => *exclude,
                Some(_) => return Err(wrong()),
            };
            Ok(Entry { kind, exclude })
        };
        Ok(Filter(entries.iter().map(entry).collect::<Result<_, _>>()?))
    }

    /// Whether it lets targets of that kind through.
    pub fn has(&self, kind: &str) -> bool {
        let fits = |entry: &&Entry| entry.kind.as_deref().is_none_or(|it| it == kind);
        self.0.iter().find(fits).is_some_and(|entry| !entry.exclude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_entry_that_fits_decides() {
        let puppeteer = json!([{"type": "page", "exclude": true}, {}]);
        let filter = Filter::parse(Some(&puppeteer)).expect("a filter");
        assert!(filter.has("tab") && filter.has("browser") && !filter.has("page"));
        let filter = Filter::default();
        assert!(!filter.has("tab") && !filter.has("browser") && filter.has("page"));
        let none = Filter::parse(Some(&json!([]))).expect("a filter");
        assert!(!none.has("page"));
        for odd in [
            json!({}),
            json!([1]),
            json!([{"type": 1}]),
            json!([{"exclude": "x"}]),
        ] {
            assert!(Filter::parse(Some(&odd)).is_err(), "{odd}");
        }
    }
}
