//! The direction of the crates: which of ours a crate may build on, and that it names in its
//! sources whatever its manifest says it needs.

use crate::lexer::tokens;
use crate::source::{Source, root, sources, with_ending};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Each crate of ours, and those of ours that it may depend on.
const MAY_USE: [(&str, &[&str]); 27] = [
    ("public-suffix", &[]),
    ("fiber", &[]),
    ("prelude", &[]),
    ("role", &[]),
    ("syscalls", &[]),
    ("trace", &[]),
    ("httpd", &[]),
    ("protocol", &["public-suffix", "role"]),
    ("flight", &["protocol"]),
    ("ipc", &["flight", "protocol"]),
    ("shm", &["protocol"]),
    ("sandbox", &["role", "syscalls"]),
    ("symbols", &["ipc", "sandbox"]),
    ("browser-core", &["protocol", "role", "syscalls"]),
    (
        "child",
        &[
            "flight", "ipc", "protocol", "role", "sandbox", "shm", "syscalls", "trace",
        ],
    ),
    ("demo", &["child", "httpd", "ipc", "protocol"]),
    ("devtools", &["child", "ipc", "protocol", "shm"]),
    ("x11-filter", &["child", "ipc", "protocol"]),
    ("gpu", &["child", "flight", "ipc", "protocol", "shm"]),
    (
        "network",
        &[
            "child",
            "fiber",
            "flight",
            "ipc",
            "protocol",
            "public-suffix",
        ],
    ),
    (
        "renderer",
        &["child", "flight", "ipc", "prelude", "protocol", "shm"],
    ),
    ("lab", &["ipc", "protocol", "shm", "syscalls"]),
    ("testkit", &["sandbox"]),
    ("sim", &["browser-core", "protocol"]),
    ("bulkhead-fuzz", &["devtools", "flight", "ipc", "protocol"]),
    ("bulkhead-cdp-client", &[]),
    ("broker", BELOW_THE_BROKER),
];

/// The broker is on top of all that ships.
const BELOW_THE_BROKER: &[&str] = &[
    "browser-core",
    "child",
    "demo",
    "devtools",
    "flight",
    "gpu",
    "httpd",
    "ipc",
    "lab",
    "network",
    "protocol",
    "renderer",
    "role",
    "sandbox",
    "shm",
    "symbols",
    "syscalls",
    "trace",
    "x11-filter",
];

/// Crates for tests: no crate that ships may build on them.
const FOR_TESTS: [&str; 2] = ["sim", "testkit"];

/// Dependencies that no source names, and what they are there for.
const NAMED_NOWHERE: [(&str, &str, &str); 0] = [];

/// What is read of a `Cargo.toml`.
#[derive(Debug, Default)]
struct Manifest {
    name: String,
    folder: String,
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
    /// Sources that stand elsewhere: `path = "../tests/main.rs"`.
    elsewhere: Vec<String>,
}

#[test]
fn crates_build_on_those_below_them_only() {
    let manifests = read_all();
    let problems = wrong_directions(&manifests);
    assert!(
        problems.is_empty(),
        "crates in the wrong direction:\n{problems}"
    );
}

#[test]
fn a_dependency_is_named_in_a_source_of_its_crate() {
    let sources = sources();
    let problems: String = read_all().iter().map(|it| unnamed(it, &sources)).collect();
    assert!(
        problems.is_empty(),
        "dependencies that no source names:\n{problems}"
    );
}

fn read_all() -> Vec<Manifest> {
    let mut files = with_ending(&root(), "toml");
    files.retain(|file| file.path.ends_with("Cargo.toml"));
    let read: Vec<Manifest> = files.iter().filter_map(read).collect();
    assert!(read.len() > 10, "the manifests were not found");
    read
}

/// Nothing for a workspace without a package.
fn read(file: &Source) -> Option<Manifest> {
    let mut manifest = Manifest {
        folder: file.path.trim_end_matches("Cargo.toml").to_owned(),
        ..Manifest::default()
    };
    let mut section = String::new();
    for line in file.text.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_matches(['[', ']']).to_owned();
            // `[dependencies.name]`
            if let Some((kind, name)) = section.clone().split_once("dependencies.") {
                manifest.add(kind, name);
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match section.as_str() {
            "package" if key.trim() == "name" => value.clone_into(&mut manifest.name),
            "bin" | "test" | "bench" | "example" if key.trim() == "path" => {
                manifest.elsewhere.push(joined(&manifest.folder, value));
            }
            section => {
                let name = key
                    .split('.')
                    .next()
                    .unwrap_or(key)
                    .trim()
                    .trim_matches('"');
                if let Some(kind) = section.strip_suffix("dependencies")
                    && !name.starts_with('#')
                {
                    manifest.add(kind, name);
                }
            }
        }
    }
    (!manifest.name.is_empty()).then_some(manifest)
}

/// A path beside a folder, without `..`.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Manifest {
    /// `kind` is what stands before `dependencies` in the name of the section.
    fn add(&mut self, kind: &str, name: &str) {
        // `[workspace.dependencies]` only says where they come from.
        if kind.starts_with("workspace") {
            return;
        }
        let list = if kind.ends_with("dev-") {
            &mut self.dev_dependencies
        } else {
            &mut self.dependencies
        };
        list.insert(name.to_owned());
    }

    /// The folders and files in which its dependencies are looked for.
    fn sources<'a>(&self, sources: &'a [Source], with_tests: bool) -> Vec<&'a Source> {
        let own = if with_tests {
            self.folder.clone()
        } else {
            format!("{}src/", self.folder)
        };
        let beside = |file: &str| {
            file.rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned()
        };
        let elsewhere: Vec<String> = self
            .elsewhere
            .iter()
            .map(|file| beside(file) + "/")
            .collect();
        let is_own = |path: &str| {
            path.starts_with(&own)
                || path.ends_with("build.rs") && path.starts_with(&self.folder)
                || self.folder.ends_with("fuzz/") && path.starts_with(&self.folder)
                || with_tests && elsewhere.iter().any(|it| path.starts_with(it))
        };
        sources
            .iter()
            .filter(|source| is_own(&source.path))
            .collect()
    }
}

fn wrong_directions(manifests: &[Manifest]) -> String {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let ours: BTreeSet<&str> = manifests.iter().map(|it| it.name.as_str()).collect();
    let mut problems = String::new();
    let mut add = |text: String| writeln!(problems, "  {text}").expect("strings take everything");
    for manifest in manifests {
        let name = &manifest.name;
        let Some(allowed) = may_use.get(name.as_str()) else {
            add(format!(
                "{name}: say in tests/tidy/crates.rs what it may build on"
            ));
            continue;
        };
        for dependency in &manifest.dependencies {
            let dependency = dependency.as_str();
            if ours.contains(dependency) && !allowed.contains(&dependency) {
                let why = if FOR_TESTS.contains(&dependency) {
                    ", which is for tests"
                } else {
                    ""
                };
                add(format!("{name} -> {dependency}{why}"));
            }
        }
    }
    problems
}

fn unnamed(manifest: &Manifest, sources: &[Source]) -> String {
    let mut problems = String::new();
    let lists = [
        (&manifest.dependencies, false),
        (&manifest.dev_dependencies, true),
    ];
    for (list, with_tests) in lists {
        let mut words = BTreeSet::new();
        for source in manifest.sources(sources, with_tests) {
            words.extend(tokens(&source.text));
        }
        for dependency in list {
            let is_excused =
                |(name, of, _): &&(&str, &str, &str)| name == dependency && *of == manifest.name;
            let excuse = NAMED_NOWHERE.iter().find(is_excused);
            if !words.contains(&dependency.replace('-', "_")) && excuse.is_none() {
                writeln!(problems, "  {}: {dependency}", manifest.name)
                    .expect("strings take everything");
            }
        }
    }
    problems
}

#[cfg(test)]
fn made_up(path: &str, text: &str) -> Manifest {
    read(&Source::new(path, text)).expect("it is a package")
}

#[test]
fn a_manifest_is_read_however_its_dependencies_are_written() {
    let text = "[package]\nname = \"shm\"\n[dependencies]\na.workspace = true\nb = \"1\"\n\
        c = { path = \"../c\" }\n[dependencies.d]\nversion = \"1\"\n\
        [target.'cfg(unix)'.dependencies]\ne = \"1\"\n[dev-dependencies]\nf = \"1\"\n\
        [[test]]\nname = \"x\"\npath = \"../../tests/main.rs\"\n[lints]\nworkspace = true\n";
    let manifest = made_up("crates/shm/Cargo.toml", text);
    let names: Vec<&str> = manifest.dependencies.iter().map(String::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_eq!(manifest.dev_dependencies.len(), 1);
    assert_eq!(manifest.elsewhere, ["tests/main.rs"]);
    let workspace = "[workspace.dependencies]\na = \"1\"\n";
    assert!(read(&Source::new("Cargo.toml", workspace)).is_none());
}

#[test]
fn a_crate_that_builds_on_one_above_it_is_found() {
    let package = |name: &str, section: &str, dependency: &str| {
        let text = format!("[package]\nname = \"{name}\"\n[{section}]\n{dependency} = \"1\"\n");
        made_up(&format!("crates/{name}/Cargo.toml"), &text)
    };
    for (name, dependency, is_wrong) in [
        ("protocol", "ipc", true),
        ("ipc", "protocol", false),
        ("sandbox", "protocol", true),
        ("sandbox", "syscalls", false),
        ("renderer", "browser-core", true),
        ("gpu", "broker", true),
        ("broker", "testkit", true),
        ("broker", "browser-core", false),
        ("a-new-one", "libc", true),
        ("shm", "libc", false),
    ] {
        let other = package(dependency, "lints", "workspace");
        let mut manifests = vec![package(name, "dependencies", dependency)];
        manifests.extend((dependency != "libc").then_some(other));
        let problems = wrong_directions(&manifests);
        assert_eq!(
            !problems.is_empty(),
            is_wrong,
            "{name} -> {dependency}: {problems}"
        );
        let in_tests = [package(name, "dev-dependencies", dependency)];
        assert_eq!(!wrong_directions(&in_tests).is_empty(), name == "a-new-one");
    }
}

#[test]
fn a_dependency_that_only_a_comment_or_a_test_names_is_found() {
    let text = "[package]\nname = \"shm\"\n[dependencies]\na-b = \"1\"\n[dev-dependencies]\n\
        c = \"1\"\n[[test]]\npath = \"../../tests/main.rs\"\n";
    let manifest = made_up("crates/shm/Cargo.toml", text);
    let found = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|it| Source::new(it.0, it.1)).collect();
        unnamed(&manifest, &sources)
    };
    let (a, c) = ("  shm: a-b\n", "  shm: c\n");
    assert_eq!(
        found(&[("crates/shm/src/lib.rs", "// a_b and c\nuse a;")]),
        [a, c].concat()
    );
    assert_eq!(
        found(&[("crates/shm/tests/x.rs", "use a_b::C; use c::D;")]),
        a
    );
    assert_eq!(
        found(&[("crates/shm/src/x.rs", "use a_b::C; use c::D;")]),
        ""
    );
    let elsewhere = ("tests/x.rs", "use c::D;");
    assert_eq!(found(&[("crates/shm/src/x.rs", "a_b::f()"), elsewhere]), "");
}
