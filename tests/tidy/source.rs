//! The sources of the whole project, as they lie in its folders.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub struct Source {
    /// Relative to the root of the project.
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether it is for tests alone.
    pub fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
    }
}

/// Every Rust source of the repository.
pub fn sources() -> Vec<Source> {
    let found = with_ending(&root(), "rs");
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// The files below a folder whose names have that ending, in the order of their paths.
pub fn with_ending(folder: &Path, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(folder, ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            // What is built, what a fuzzer wrote, and what is hidden is no source.
            if name != "target" && name != "corpus" && !name.starts_with('.') {
                collect(&path, ending, found);
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let relative = path.strip_prefix(root()).expect("found below the root");
            found.push(Source::new(&relative.to_string_lossy(), &text));
        }
    }
}

/// The folder of the project.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = own.ancestors().find(|path| path.join("broker").is_dir());
    root.expect("this crate lies in the project").to_owned()
}

/// Adds a line that names a place and what is wrong there; lines count from 0.
pub fn report(problems: &mut String, source: &Source, line: usize, what: &str) {
    writeln!(problems, "  {}:{}: {what}", source.path, line + 1).expect("strings take everything");
}
