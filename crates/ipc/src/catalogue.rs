//! Every message type by number, for the fuzz target, the replay of its corpus and the property
//! tests. The browser does not use this module.

use crate::codec;
use protocol::Message;
use protocol::misbehaviour::Misbehaviour;

/// A message type.
pub struct Entry {
    /// Its path inside `protocol`.
    pub name: &'static str,
    /// Decodes bytes as this type and asserts what must hold for everything that decodes.
    pub exercise: fn(&[u8]) -> Result<(), Misbehaviour>,
}

/// Calls the macro `$callback` with the paths of all message types.
#[macro_export]
macro_rules! for_every_message {
    ($callback:ident) => {
        $callback! {
            bootstrap::FromChild, bootstrap::ToChild, clipboard::FromClipboard,
            clipboard::ToClipboard, demo::Nothing, fetch::FromNetwork, fetch::ToNetwork,
            frames::FromProducer, frames::ToProducer, gpu::FromGpu, gpu::ToGpu,
            network::FromNetwork, network::ToNetwork, renderer::FromRenderer, renderer::ToRenderer,
            shell::FromShell, shell::ToShell, x11_filter::FromWindow, x11_filter::FromX11Filter
        }
    };
}

macro_rules! entries {
    ($($module:ident::$name:ident),+) => {
        &[$(Entry {
            name: concat!(stringify!($module), "::", stringify!($name)),
            exercise: exercise::<protocol::$module::$name>,
        }),+]
    };
}

/// Every message type, in alphabetical order. A new type must be added here.
pub const ENTRIES: &[Entry] = for_every_message!(entries);

/// What the fuzzer feeds: the first byte selects the type, the others claim to be a message of it.
pub fn exercise_selected(input: &[u8]) -> Option<Result<(), Misbehaviour>> {
    let (selector, bytes) = input.split_first()?;
    let entry = &ENTRIES[usize::from(*selector) % ENTRIES.len()];
    Some((entry.exercise)(bytes))
}

/// Decodes `bytes`, and asserts that the message is within its limits, survives another round of
/// encoding and decoding, and does not decode with a byte appended.
fn exercise<T: Message>(bytes: &[u8]) -> Result<(), Misbehaviour> {
    let message: T = codec::decode(bytes)?;
    assert!(bytes.len() <= T::MAX_BYTES && message.handles().len() <= T::MAX_HANDLES);
    // A number may arrive in a longer form than needed, so only the second encoding must be stable.
    let canonical = codec::encode(&message).expect("what was decoded can be encoded");
    assert!(canonical.len() <= bytes.len());
    let again: T = codec::decode(&canonical).expect("what was encoded can be decoded");
    assert_eq!(codec::encode(&again).expect("as above"), canonical);
    let mut longer = canonical;
    longer.push(0);
    assert!(codec::decode::<T>(&longer).is_err());
    Ok(())
}
