//! The tables of an executable: which function stands at an address, and on which line.
//!
//! Trusts: nothing in the file. The parsers are those of `object` and `gimli`; what makes them
//! panic ends this process alone.

use crate::error::SymbolsError;
use crate::messages::plain;
use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, Error, LittleEndian, SectionId};
use object::{File, Object, ObjectSection, SymbolMap, SymbolMapName};
use std::ops::Range;

type Bytes<'a> = EndianSlice<'a, LittleEndian>;

/// The tables.
pub(crate) struct Tables<'a> {
    /// Where code is. Elsewhere the tables have names of data, and lines of code that was left out.
    code: Range<u64>,
    functions: SymbolMap<SymbolMapName<'a>>,
    lines: Context<Bytes<'a>>,
}

impl<'a> Tables<'a> {
    /// Those of this executable.
    pub fn read(executable: &'a [u8]) -> Result<Tables<'a>, SymbolsError> {
        let failed = |error: String| SymbolsError::Tables(error);
        let file = File::parse(executable).map_err(|error| failed(error.to_string()))?;
        let section = |id: SectionId| -> Result<Bytes<'a>, Error> {
            let section = file.section_by_name(id.name());
            let data = section.and_then(|section| section.data().ok());
            Ok(EndianSlice::new(data.unwrap_or_default(), LittleEndian))
        };
        let text = file.section_by_name(".text");
        let text = text.ok_or_else(|| failed("there is no code".to_owned()))?;
        let lines = Dwarf::load(section).and_then(Context::from_dwarf);
        Ok(Tables {
            code: text.address()..text.address().saturating_add(text.size()),
            functions: file.symbol_map(),
            lines: lines.map_err(|error| failed(error.to_string()))?,
        })
    }

    /// The function and the line at an address in the file; nothing if neither is known.
    pub fn name(&self, address: u64) -> Option<String> {
        if !self.code.contains(&address) {
            return None;
        }
        let function = self.functions.containing(address);
        let function = function.map(|it| format!("{:#}", rustc_demangle::demangle(it.name())));
        let place = self.place(address);
        let text = match (function, place) {
            (Some(function), Some(place)) => format!("{function} at {place}"),
            (function, place) => function.or(place)?,
        };
        Some(plain(&text))
    }

    /// The line in the function itself, not in one that was compiled into it.
    fn place(&self, address: u64) -> Option<String> {
        let mut frames = self.lines.find_frames(address).skip_all_loads().ok()?;
        let mut outermost = None;
        while let Ok(Some(frame)) = frames.next() {
            outermost = frame.location.or(outermost);
        }
        let place = outermost?;
        let file = short(place.file?);
        let with_line = |line| format!("{file}:{line}");
        Some(place.line.map_or(file.to_owned(), with_line))
    }
}

/// A path in the sources of the project, or of the crate, without the folders of the computer on
/// which the executable was built.
fn short(path: &str) -> &str {
    for folder in ["/registry/src/", "/rustc/"] {
        if let Some((_, rest)) = path.split_once(folder) {
            return rest.split_once('/').map_or(rest, |(_, rest)| rest);
        }
    }
    let ours = ["/crates/", "/broker/", "/renderer/", "/network/", "/gpu/"];
    let starts = ours.iter().filter_map(|folder| path.rfind(folder));
    starts.min().map_or(path, |start| &path[start + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_inside_the_project_or_its_crate() {
        for (path, expected) in [
            (
                "/builds/it/crates/child/src/fault.rs",
                "crates/child/src/fault.rs",
            ),
            ("/builds/it/gpu/src/main.rs", "gpu/src/main.rs"),
            (
                "/x/.cargo/registry/src/index-1/url-2.5.0/src/lib.rs",
                "url-2.5.0/src/lib.rs",
            ),
            ("/rustc/5980/library/std/src/rt.rs", "library/std/src/rt.rs"),
            ("crates/child/src/lib.rs", "crates/child/src/lib.rs"),
        ] {
            assert_eq!(short(path), expected);
        }
    }

    #[test]
    fn what_is_no_executable_is_refused() {
        for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n"] {
            assert!(Tables::read(bytes).is_err());
        }
    }

    /// Whatever byte is wrong in a real file: an answer or none, and no endless loop.
    #[test]
    fn a_damaged_executable_gives_names_or_none() {
        let exe = std::env::current_exe().expect("a path");
        let good = std::fs::read(exe).expect("it can be read");
        let mut bytes = good.clone();
        for at in (0..0x200).chain((good.len() - 0x400..good.len()).step_by(7)) {
            bytes[at] ^= 0xff;
            if let Ok(tables) = Tables::read(&bytes) {
                for address in [0, 0x1_0000, u64::MAX] {
                    let _ = tables.name(address);
                }
            }
            bytes[at] = good[at];
        }
    }
}
