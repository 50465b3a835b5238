//! Compiles the Web's classes to the engine's bytecode, by the engine that is going to load it.

use rquickjs::module::{WriteOptions, WriteOptionsEndianness};
use rquickjs::{CatchResultExt, Context, Module, Runtime};
use std::path::Path;
use std::{env, fs};

/// Where the sources are: beside the natives that they call.
const FOLDER: &str = "../../renderer/src/script/prelude";

/// The sources, in the order in which they run. They share one scope.
const FILES: &[&str] = &[
    "primordials.js",
    "names.js",
    "wrappers.js",
    "events.js",
    "event_types.js",
    "observers.js",
    "collections.js",
    "changes.js",
    "nodes.js",
    "texts.js",
    "attributes.js",
    "elements.js",
    "tokens.js",
    "traversal.js",
    "range.js",
    "selection.js",
    "style.js",
    "cssom.js",
    "custom_elements.js",
    "html.js",
    "controls.js",
    "document.js",
    "xml.js",
    "documents.js",
    "xpath.js",
    "xpath_results.js",
    "url.js",
    "encoding.js",
    "console.js",
    "window.js",
    "window_names.js",
    "inner_text.js",
    "structured_clone.js",
    "messages.js",
    "boxes.js",
    "performance.js",
    "performance_observer.js",
    "leaving.js",
    "storage.js",
    "activation.js",
    "capture.js",
    "blob.js",
    "canvas_path.js",
    "canvas.js",
    "fetch.js",
    "request.js",
    "xhr.js",
    "event_source.js",
    "inspected.js",
    "entry.js",
];
/// Likewise of the inspector, which is a program of its own.
const INSPECTOR_FILES: &[&str] = &[
    "inspector/params.js",
    "inspector/describe.js",
    "inspector/previews.js",
    "inspector/objects.js",
    "inspector/runtime.js",
    "inspector/properties.js",
    "inspector/events.js",
    "inspector/worlds.js",
    "inspector/entry.js",
];

fn main() {
    check_target();
    println!("cargo::rerun-if-changed={FOLDER}");
    build("prelude", "n, G", FILES);
    build("inspector", "i, p", INSPECTOR_FILES);
}

/// One function of all the files.
fn build(name: &str, parameters: &str, files: &[&str]) {
    let mut source = format!("export default function ({parameters}) {{\n");
    for file in files {
        let path = Path::new(FOLDER).join(file);
        let text = fs::read_to_string(&path);
        source += &text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    source += "\n}";
    let out = env::var_os("OUT_DIR").expect("Cargo says where to write");
    let bytecode = compile(name, &source).unwrap_or_else(|error| panic!("the {name}: {error}"));
    let file = Path::new(&out).join(format!("{name}.bin"));
    fs::write(file, bytecode).expect("a file that can be written");
}

/// Bytecode is for processors like the one that compiles it.
fn check_target() {
    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let endian = match cfg!(target_endian = "little") {
        true => "little",
        false => "big",
    };
    let is_same = target("ENDIAN") == endian && target("POINTER_WIDTH") == usize::BITS.to_string();
    assert!(
        is_same,
        "the prelude is compiled for processors like this one only"
    );
}

/// Lines stay, for errors; the source does not: pages see `[native code]`.
fn compile(name: &str, source: &str) -> Result<Vec<u8>, String> {
    let text = |error: rquickjs::Error| error.to_string();
    let runtime = Runtime::new().map_err(text)?;
    let context = Context::full(&runtime).map_err(text)?;
    context.with(|ctx| {
        let module = Module::declare(ctx.clone(), name, source).catch(&ctx);
        let module = module.map_err(|error| error.to_string())?;
        let options = WriteOptions {
            endianness: WriteOptionsEndianness::Native,
            strip_source: true,
            ..WriteOptions::default()
        };
        module.write(options).map_err(text)
    })
}
