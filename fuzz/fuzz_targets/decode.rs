//! Feeds bytes to the decoder of every message type: the first byte selects the type, the others
//! claim to be a message. What must hold is asserted in `ipc::catalogue`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = ipc::catalogue::exercise_selected(input);
});
