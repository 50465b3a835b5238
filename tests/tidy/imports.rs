//! Which file of a crate imports which: every path in a `use` or in code, followed through
//! re-exports to the file that defines the thing. Code for tests alone does not count.

use crate::lexer::{tokens, without_tests};
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// File to the files of the same crate that it imports.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// A path within a crate, from its root.
type Path = Vec<String>;

/// More re-exports than that of one name are a circle of their own.
const REEXPORTS_MAX: usize = 16;

/// A module: a file, or a `mod name { … }` within one.
#[derive(Default)]
struct Module {
    file: String,
    children: BTreeSet<String>,
    /// Functions, types, constants and macros.
    items: BTreeSet<String>,
    /// Names brought in by `use`, with their paths as written.
    names: BTreeMap<String, Path>,
    globs: Vec<Path>,
    /// All paths as written, in `use` and in code.
    paths: Vec<Path>,
}

/// The modules of one crate, by their paths.
struct Crate {
    modules: BTreeMap<Path, Module>,
}

/// The imports of the crate whose root lies at `folder/src/lib.rs`.
pub fn imports_of(folder: &str, sources: &[Source]) -> Imports {
    let inside = format!("{folder}/src/");
    let mut found = Crate {
        modules: BTreeMap::new(),
    };
    for source in sources {
        let Some(rest) = source.path.strip_prefix(&inside) else {
            continue;
        };
        if !source.is_test() && rest != "main.rs" && !rest.starts_with("bin/") {
            found.read(source, module_path(rest));
        }
    }
    found.imports()
}

/// `a/b.rs` and `a/b/mod.rs` are the module `a::b`.
fn module_path(file: &str) -> Path {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let mut path: Path = stem.split('/').map(str::to_owned).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib")) {
        path.pop();
    }
    path
}

impl Crate {
    fn read(&mut self, source: &Source, module: Path) {
        let tokens = without_tests(&tokens(&source.text));
        let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
        self.read_module(&source.path, module, &words);
    }

    /// Reads the tokens of one module; those in it are read as modules of their own.
    fn read_module(&mut self, file: &str, path: Path, words: &[&str]) {
        let mut module = Module {
            file: file.to_owned(),
            ..Module::default()
        };
        let mut at = 0;
        let mut depth = 0_usize;
        while at < words.len() {
            match words[at..] {
                ["use", ..] => {
                    let end = position(words, at, ";");
                    module.read_use(&words[at + 1..end], &Path::new());
                    at = end;
                }
                ["mod", name, ";", ..] => {
                    module.children.insert(name.to_owned());
                }
                ["mod", name, "{", ..] => {
                    let end = closing(words, at + 2);
                    module.children.insert(name.to_owned());
                    let inner = [path.clone(), vec![name.to_owned()]].concat();
                    self.read_module(file, inner, &words[at + 3..end]);
                    at = end;
                }
                ["macro_rules", "!", name, ..] => {
                    module.items.insert(name.to_owned());
                }
                [kind, name, ..] if depth == 0 && ITEMS.contains(&kind) => {
                    module.items.insert(name.to_owned());
                }
                [first, "::", ..] if at == 0 || !matches!(words[at - 1], "::" | "in") => {
                    let length = path_length(&words[at..]);
                    let written = words[at..at + length].iter().step_by(2);
                    if *written.clone().next().unwrap_or(&"") == first {
                        module
                            .paths
                            .push(written.map(|it| (*it).to_owned()).collect());
                    }
                }
                _ => {}
            }
            match words.get(at) {
                Some(&"{") => depth += 1,
                Some(&"}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        self.modules.insert(path, module);
    }

    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (at, module) in &self.modules {
            let of_file = imports.entry(module.file.clone()).or_default();
            for path in &module.paths {
                if let Some(target) = self.resolve(at, path, 0)
                    && target != module.file
                {
                    of_file.insert(target);
                }
            }
        }
        imports
    }

    /// The file that defines what a path, as written in the module `at`, names. Nothing for what
    /// another crate defines.
    fn resolve(&self, at: &Path, written: &[String], reexports: usize) -> Option<String> {
        let mut here = at.clone();
        let mut rest = written;
        let mut is_local = false;
        while let [first, tail @ ..] = rest {
            match first.as_str() {
                "crate" => here.clear(),
                "self" => {}
                "super" => {
                    here.pop()?;
                }
                _ => break,
            }
            is_local = true;
            rest = tail;
        }
        loop {
            let module = self.modules.get(&here)?;
            let [first, tail @ ..] = rest else {
                return Some(module.file.clone());
            };
            if module.children.contains(first) {
                here.push(first.clone());
                // A module that is left out, for it is for tests alone.
                self.modules.get(&here)?;
                (rest, is_local) = (tail, true);
                continue;
            }
            if module.items.contains(first) {
                return Some(module.file.clone());
            }
            if reexports == REEXPORTS_MAX {
                return None;
            }
            if let Some(path) = module.names.get(first) {
                // A name of another crate, which a name here may repeat: `use serde;`.
                let is_itself = path.as_slice() == std::slice::from_ref(first);
                let path = [path.as_slice(), tail].concat();
                return (!is_itself).then(|| self.resolve(&here, &path, reexports + 1))?;
            }
            let mut globs = module.globs.iter().filter(|glob| *glob != written);
            let found = globs.find_map(|glob| {
                let path = [glob.as_slice(), rest].concat();
                self.resolve_strictly(&here, &path, reexports + 1)
            });
            // What is found nowhere is a macro's or a derive's; it stands in the module named.
            return found.or_else(|| is_local.then(|| module.file.clone()));
        }
    }

    /// As [`Crate::resolve`], for a name that must be defined or imported where the path ends.
    fn resolve_strictly(&self, at: &Path, path: &[String], reexports: usize) -> Option<String> {
        let (name, folder) = path.split_last()?;
        let target = self.resolve(at, folder, reexports)?;
        let mut modules = self.modules.values();
        let module = modules.find(|module| module.file == target)?;
        let is_there = module.items.contains(name)
            || module.children.contains(name)
            || module.names.contains_key(name);
        is_there
            .then(|| self.resolve(at, path, reexports))
            .flatten()
    }
}

impl Module {
    /// Reads one tree of a `use`, of which `prefix` has been read.
    fn read_use(&mut self, words: &[&str], prefix: &Path) {
        let end = words.iter().position(|word| *word == "{");
        let simple = &words[..end.unwrap_or(words.len())];
        let mut path = prefix.clone();
        let mut name = None;
        let mut parts = simple.iter();
        while let Some(part) = parts.next() {
            match *part {
                "::" => {}
                "as" => name = parts.next().map(|name| (*name).to_owned()),
                part => path.push(part.to_owned()),
            }
        }
        if let Some(start) = end {
            let inner = &words[start + 1..closing(words, start)];
            for branch in branches(inner) {
                self.read_use(branch, &path);
            }
            return;
        }
        match path.last().map(String::as_str) {
            Some("*") => {
                path.pop();
                self.globs.push(path.clone());
            }
            Some("self") if path.len() > 1 => {
                path.pop();
                self.bring_in(name, &path);
            }
            Some(_) => self.bring_in(name, &path),
            None => return,
        }
        self.paths.push(path);
    }

    fn bring_in(&mut self, name: Option<String>, path: &Path) {
        let name = name.or_else(|| path.last().cloned());
        self.names.extend(name.map(|name| (name, path.clone())));
    }
}

/// The parts of a list between commas, none of which stands in braces.
fn branches<'a>(words: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let mut depth = 0_usize;
    let split = words.split(|word| {
        match *word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *word == ","
    });
    split.filter(|branch| !branch.is_empty()).collect()
}

/// How many tokens the path is long that begins here: `a :: b :: c`.
fn path_length(words: &[&str]) -> usize {
    let mut length = 1;
    while let ["::", next, ..] = words[length..]
        && next.starts_with(|first: char| first.is_alphanumeric() || first == '_')
    {
        length += 2;
    }
    length
}

fn position(words: &[&str], start: usize, wanted: &str) -> usize {
    let found = words[start..].iter().position(|word| *word == wanted);
    found.map_or(words.len(), |found| start + found)
}

/// Where the brace closes that opens at `start`.
fn closing(words: &[&str], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().skip(start) {
        match *word {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    words.len()
}

const ITEMS: [&str; 8] = [
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

/// The imports of a made-up crate `c`, as `from to`.
#[cfg(test)]
pub fn made_up(files: &[(&str, &str)]) -> Imports {
    let source = |(name, text): &(&str, &str)| Source::new(&format!("c/src/{name}"), text);
    let sources: Vec<Source> = files.iter().map(source).collect();
    imports_of("c", &sources)
}

#[cfg(test)]
fn imported(files: &[(&str, &str)], by: &str) -> Vec<String> {
    let imports = made_up(files);
    let found = imports.get(&format!("c/src/{by}"));
    let names = found.expect("the file is known").iter();
    names
        .map(|name| name.trim_start_matches("c/src/").to_owned())
        .collect()
}

#[test]
fn every_way_to_name_another_file_counts() {
    let lib = ("lib.rs", "mod a; mod b; mod d;");
    let b = ("b/mod.rs", "pub mod c; pub struct B;");
    let c = ("b/c.rs", "pub struct C; pub fn f() {}");
    let d = ("d.rs", "pub struct D;");
    for (text, expected) in [
        ("use crate::b::B;", "b/mod.rs"),
        ("use super::b::B;", "b/mod.rs"),
        ("use crate::{b::{c::C}};", "b/c.rs"),
        ("use crate::b::{self};", "b/mod.rs"),
        ("use crate::b::c;", "b/c.rs"),
        ("use crate::b::c::*;", "b/c.rs"),
        ("use crate::b::c as other;", "b/c.rs"),
        ("fn g() { crate::b::c::f::<u8>() }", "b/c.rs"),
        ("fn g(it: &super::b::B) {}", "b/mod.rs"),
        ("pub(in crate::d) use crate::b::B;", "b/mod.rs"),
        ("mod inner { use super::super::b::B; }", "b/mod.rs"),
    ] {
        let found = imported(&[lib, b, c, d, ("a.rs", text)], "a.rs");
        assert_eq!(found, [expected], "{text}");
    }
    assert_eq!(
        imported(&[lib, ("b/mod.rs", "mod c; use c::C;"), c], "b/mod.rs"),
        ["b/c.rs"]
    );
    assert_eq!(
        imported(&[lib, b, ("b/c.rs", "use super::B;")], "b/c.rs"),
        ["b/mod.rs"]
    );
}

#[test]
fn a_reexport_stands_for_the_file_that_defines_the_thing() {
    let b = ("b.rs", "pub struct B; pub enum E { One }");
    for (lib, text) in [
        ("mod a; mod b; pub use b::B;", "use crate::B;"),
        ("mod a; mod b; pub use b::B as C;", "use super::C;"),
        ("mod a; mod b; pub use b::*;", "use crate::B;"),
        ("mod a; mod b; use b::E;", "fn f() { crate::E::One }"),
    ] {
        let found = imported(&[("lib.rs", lib), b, ("a.rs", text)], "a.rs");
        assert_eq!(found, ["b.rs"], "{lib} {text}");
    }
    let lib = "mod a; mod b; pub struct Own; pub use serde::Serialize;";
    let found = imported(&[("lib.rs", lib), b, ("a.rs", "use crate::Own;")], "a.rs");
    assert_eq!(found, ["lib.rs"]);
    let found = imported(
        &[("lib.rs", lib), b, ("a.rs", "use crate::Serialize;")],
        "a.rs",
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn tests_other_crates_and_texts_do_not_count() {
    let lib = ("lib.rs", "mod a; mod b;");
    let b = ("b.rs", "pub struct B;");
    for text in [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "use std::io; use b::B; fn f() { io::stdin() }",
        "//! [`crate::b::B`]\n/* crate::b */ const C: &str = \"crate::b::B\";",
    ] {
        let found = imported(&[lib, b, ("a.rs", text)], "a.rs");
        assert_eq!(found, [""; 0], "{text}");
    }
    let files = [lib, b, ("a.rs", ""), ("a/tests.rs", "use crate::b::B;")];
    assert!(!made_up(&files).contains_key("c/src/a/tests.rs"));
}
