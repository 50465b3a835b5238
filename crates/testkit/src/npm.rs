//! Packages of npm that tests use, in the versions that a `package.json` names.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder with the packages that `folder/package.json` names, if they are installed in those
/// versions: there, or where `NODE_PATH` says.
pub fn modules(folder: &Path) -> Option<PathBuf> {
    let named = std::env::var("NODE_PATH").unwrap_or_default();
    let named = named.split(':').filter(|it| !it.is_empty());
    let mut folders = std::iter::once(folder.join("node_modules")).chain(named.map(PathBuf::from));
    let found = folders.find(|it| has_all(folder, it));
    if found.is_none() {
        let shown = folder.file_name().unwrap_or_default().display();
        println!("SKIP: the packages of tests/{shown} are not installed (npm ci there)");
    }
    found
}

fn has_all(folder: &Path, modules: &Path) -> bool {
    let read = |path: PathBuf| -> Option<Value> {
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    };
    let wanted = read(folder.join("package.json")).expect("the list of packages");
    let wanted = wanted["dependencies"].as_object().expect("a list").clone();
    wanted.into_iter().all(|(name, version)| {
        let package = read(modules.join(name).join("package.json"));
        package.is_some_and(|package| package["version"] == version)
    })
}
