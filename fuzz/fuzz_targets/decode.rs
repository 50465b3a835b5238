//! Feeds bytes to the decoder of every message type: the first byte selects the type, the rest
//! claim to be a message. `ipc::catalogue` asserts what must hold for every message that decodes.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = ipc::catalogue::exercise_selected(input);
});
