//! Import maps: which address the name of a module stands for.
//!
//! Source: the HTML standard, "Import maps" and "Resolve a module specifier".

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use url::Url;

/// Entries of all maps of a document.
const ENTRIES_MAX: usize = 10_000;

/// Names, and what they stand for; `None` is for those that may not be used.
type Names = BTreeMap<String, Option<Url>>;

/// The maps of a document, as one.
#[derive(Debug, Default)]
pub(crate) struct ImportMap {
    imports: Names,
    scopes: BTreeMap<String, Names>,
    entries: usize,
}

impl ImportMap {
    /// Adds a map; what an earlier one says of a name stays.
    pub(crate) fn add(&mut self, text: &str, base: &Url) -> Result<(), String> {
        let map: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let Value::Object(mut map) = map else {
            return Err("no object".to_owned());
        };
        let mut object = |name: &str| match map.remove(name) {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(format!("`{name}` is no object")),
        };
        let (imports, scopes) = (object("imports")?, object("scopes")?);
        let mut own = Names::new();
        names(imports, base, &mut own);
        let mut of_scopes = Vec::new();
        for (scope, inside) in scopes {
            let Value::Object(inside) = inside else {
                return Err(format!("the scope `{scope}` is no object"));
            };
            if let Ok(scope) = base.join(&scope) {
                let mut own = Names::new();
                names(inside, base, &mut own);
                of_scopes.push((String::from(scope), own));
            }
        }
        self.entries += own.len() + of_scopes.iter().map(|(_, it)| it.len() + 1).sum::<usize>();
        if self.entries > ENTRIES_MAX {
            return Err("too large".to_owned());
        }
        merge(&mut self.imports, own);
        for (scope, own) in of_scopes {
            merge(self.scopes.entry(scope).or_default(), own);
        }
        Ok(())
    }

    /// What a name stands for in a script at that address.
    pub(crate) fn resolve(&self, base: &Url, name: &str) -> Result<Url, String> {
        let as_url = url_like(name, base);
        let wanted = as_url.as_ref().map_or(name, Url::as_str);
        let scopes = self.scopes.iter().rev().filter(|(scope, _)| {
            let is_in = scope.ends_with('/') && base.as_str().starts_with(scope.as_str());
            is_in || scope.as_str() == base.as_str()
        });
        for names in scopes.map(|(_, names)| names).chain([&self.imports]) {
            if let Some(found) = find(names, wanted) {
                return found;
            }
        }
        as_url.ok_or_else(|| format!("the module `{name}` is no address, and no import map has it"))
    }
}

fn merge(into: &mut Names, from: Names) {
    for (name, url) in from {
        into.entry(name).or_insert(url);
    }
}

fn names(from: Map<String, Value>, base: &Url, into: &mut Names) {
    for (name, value) in from {
        if name.is_empty() {
            continue;
        }
        let key = url_like(&name, base).map_or(name.clone(), String::from);
        let url = value.as_str().and_then(|value| url_like(value, base));
        // What stands for a folder must be one.
        let url = url.filter(|url| !name.ends_with('/') || url.as_str().ends_with('/'));
        into.insert(key, url);
    }
}

/// A name that is an address, or is relative to one.
fn url_like(name: &str, base: &Url) -> Option<Url> {
    let is_relative = ["/", "./", "../"]
        .iter()
        .any(|start| name.starts_with(start));
    match is_relative {
        true => base.join(name).ok(),
        false => Url::parse(name).ok(),
    }
}

fn find(names: &Names, wanted: &str) -> Option<Result<Url, String>> {
    let none = || format!("an import map takes the module `{wanted}` away");
    if let Some(url) = names.get(wanted) {
        return Some(url.clone().ok_or_else(none));
    }
    // The longest folder comes first.
    let folders = names.iter().rev().filter(|(name, _)| name.ends_with('/'));
    for (folder, url) in folders {
        let Some(rest) = wanted.strip_prefix(folder.as_str()) else {
            continue;
        };
        let Some(url) = url else {
            return Some(Err(none()));
        };
        let inside = url.join(rest).ok();
        let inside = inside.filter(|it| it.as_str().starts_with(url.as_str()));
        return Some(inside.ok_or_else(none));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> ImportMap {
        let mut map = ImportMap::default();
        map.add(text, &base()).expect("a map");
        map
    }

    fn base() -> Url {
        Url::parse("http://site.test/a/page").expect("a URL")
    }

    fn resolved(map: &ImportMap, name: &str) -> String {
        map.resolve(&base(), name)
            .map_or_else(|error| error, String::from)
    }

    #[test]
    fn names_stand_for_addresses() {
        let map = map(
            r#"{"imports": {"vue": "./vue.js", "lib/": "/lib/", "lib/x/": "/other/", "no": null,
                "/old.js": "/new.js", "bad/": "/file"}}"#,
        );
        assert_eq!(resolved(&map, "vue"), "http://site.test/a/vue.js");
        assert_eq!(resolved(&map, "lib/a.js"), "http://site.test/lib/a.js");
        assert_eq!(resolved(&map, "lib/x/a.js"), "http://site.test/other/a.js");
        assert_eq!(resolved(&map, "../old.js"), "http://site.test/new.js");
        assert_eq!(resolved(&map, "./x.js"), "http://site.test/a/x.js");
        assert_eq!(resolved(&map, "http://b.test/x"), "http://b.test/x");
        for bare in ["no", "unknown", "bad/x", "lib/../../x", ""] {
            assert!(map.resolve(&base(), bare).is_err(), "{bare}");
        }
    }

    #[test]
    fn a_scope_comes_before_the_rest_and_the_first_map_counts() {
        let mut map = map(r#"{"imports": {"x": "/1.js"},
                "scopes": {"/a/": {"x": "/2.js"}, "/b/": {"x": "/3.js"}}}"#);
        map.add(r#"{"imports": {"x": "/4.js", "y": "/5.js"}}"#, &base())
            .expect("a map");
        assert_eq!(resolved(&map, "x"), "http://site.test/2.js");
        assert_eq!(resolved(&map, "y"), "http://site.test/5.js");
        let other = Url::parse("http://site.test/c/").expect("a URL");
        assert_eq!(map.resolve(&other, "x").expect("a URL").path(), "/1.js");
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for text in [
            "",
            "{",
            "[]",
            "1",
            r#"{"imports": []}"#,
            r#"{"scopes": {"/": 1}}"#,
        ] {
            assert!(ImportMap::default().add(text, &base()).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(ImportMap::default().add(&deep, &base()).is_err());
    }
}
