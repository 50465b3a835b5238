//! Feeds lines to the devtools process's parser of commands, as a client with a page would send
//! them: each is answered, or waits; nothing else may happen.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| devtools::exercise(input));
