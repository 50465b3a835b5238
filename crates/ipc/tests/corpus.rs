//! Replays the corpus of the fuzz target: what the file names say must hold.

mod support;

use ipc::catalogue::{ENTRIES, exercise_selected};
use ipc::codec::encode;
use std::path::PathBuf;

fn corpus() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fuzz/corpus/decode"
    ))
}

#[test]
fn every_sample_of_the_corpus_is_accepted_or_refused_as_its_name_says() {
    let mut samples = 0;
    for entry in std::fs::read_dir(corpus()).expect("the corpus is checked in") {
        let path = entry.expect("entry").path();
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(&path).expect("sample");
        let decoded = exercise_selected(&bytes);
        // What a fuzzer has found has a hash for a name, and must only not crash.
        if name.ends_with(".valid") {
            assert_eq!(decoded, Some(Ok(())), "{name}");
        } else if name.ends_with(".hostile") {
            assert!(decoded.is_some_and(|decoded| decoded.is_err()), "{name}");
        }
        samples += 1;
    }
    assert!(samples >= 3 * ENTRIES.len(), "only {samples} samples");
}

macro_rules! encoders {
    ($($module:ident::$name:ident),+) => {
        const ENCODERS: &[fn(&[u8]) -> Option<Vec<u8>>] =
            &[$(|entropy| encode(&support::make::<protocol::$module::$name>(entropy)?).ok()),+];
    };
}
ipc::for_every_message!(encoders);

/// Valid messages of the type with different first bytes (variants), short ones.
fn valid_samples(selector: usize) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for seed in 0..3_000 {
        let Some(bytes) = ENCODERS[selector](&support::noise(seed, 60)) else {
            continue;
        };
        let known = found.iter().any(|old| old[0] == bytes[0]);
        if !known && bytes.len() < 200 && (ENTRIES[selector].exercise)(&bytes).is_ok() {
            found.push(bytes);
        }
    }
    found.sort();
    found
}

/// Samples that must be refused, made from a valid one.
fn hostile_samples(valid: Option<&Vec<u8>>) -> Vec<(&'static str, Vec<u8>)> {
    let mut huge_length = valid.map_or(vec![0], |valid| valid[..1].to_vec());
    huge_length.extend([253, 255, 255, 255, 255, 255, 255, 255, 255]);
    let mut samples = vec![
        ("unknown-variant", vec![200]),
        ("unknown-wide-variant", vec![252, 255, 255, 255, 255]),
        ("huge-length", huge_length),
        ("nothing", Vec::new()),
    ];
    if let Some(valid) = valid {
        samples.push(("truncated", valid[..valid.len() - 1].to_vec()));
        samples.push(("trailing", [valid.as_slice(), &[0]].concat()));
    }
    samples
}

/// `cargo test --release -p ipc --test corpus -- --ignored` writes the corpus anew, after a change
/// of the protocol.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_corpus() {
    std::fs::create_dir_all(corpus()).expect("directory");
    for (selector, entry) in ENTRIES.iter().enumerate() {
        let name = entry.name.replace("::", "-");
        let valid = valid_samples(selector);
        let write = |name: String, bytes: &[u8]| {
            let sample = [&[selector as u8], bytes].concat();
            std::fs::write(corpus().join(name), sample).expect("write");
        };
        for (at, bytes) in valid.iter().enumerate() {
            write(format!("{name}-{at}.valid"), bytes);
        }
        for (kind, bytes) in hostile_samples(valid.last()) {
            // A number in place of a length may be a number that is allowed.
            if (entry.exercise)(&bytes).is_err() {
                write(format!("{name}-{kind}.hostile"), &bytes);
            }
        }
    }
}
