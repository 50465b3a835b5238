//! Which executable the tests start.

use std::env;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The variable that names the browser's executable where cargo does not.
pub const EXECUTABLE_VARIABLE: &str = "BULKHEAD";

/// The exit status of a browser that gets no window.
pub const NO_WINDOW: i32 = 3;

static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// Tests `path` instead of the browser's own executable. Only the first call counts, and only
/// before the first browser is started.
pub fn set_executable(path: PathBuf) {
    EXECUTABLE.get_or_init(|| path);
}

/// The browser's executable: what [`set_executable`] was given, else what the variable
/// [`EXECUTABLE_VARIABLE`] names, else what cargo built for this test or bench.
///
/// # Panics
/// When none of the three names a program.
pub fn executable() -> &'static str {
    let path = EXECUTABLE.get_or_init(|| {
        let named = env::var_os(EXECUTABLE_VARIABLE).map(PathBuf::from);
        let built = || env::var_os("CARGO_BIN_EXE_bulkhead").map(PathBuf::from);
        let found = named.or_else(built).or_else(beside_this_program);
        found.unwrap_or_else(|| panic!("set {EXECUTABLE_VARIABLE} to the browser's executable"))
    });
    path.to_str().expect("the path is text")
}

/// Where cargo puts the browser that belongs to a test which is started without cargo:
/// `release/bulkhead` for `release/deps/TEST`.
fn beside_this_program() -> Option<PathBuf> {
    let own = env::current_exe().ok()?;
    let path = own.parent()?.parent()?.join("bulkhead");
    path.is_file().then_some(path)
}
