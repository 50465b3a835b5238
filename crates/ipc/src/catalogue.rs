//! Every message type by number: for the names in records, and for the fuzz target, the replay of
//! its corpus and the property tests.

use crate::codec;
use protocol::Message;
use protocol::misbehaviour::Misbehaviour;
use serde::de::{self, Deserializer, Visitor};
use std::any::TypeId;
use std::fmt;

/// A message type.
pub struct Entry {
    /// Its path inside `protocol`.
    pub name: &'static str,
    /// Decodes bytes as this type and asserts what must hold for everything that decodes.
    pub exercise: fn(&[u8]) -> Result<(), Misbehaviour>,
    variants: fn() -> &'static [&'static str],
    id: TypeId,
}

impl Entry {
    /// The names of its variants, in the order of their numbers; none if it is no enum.
    pub fn variants(&self) -> &'static [&'static str] {
        (self.variants)()
    }
}

/// Calls the macro `$callback` with the paths of all message types.
#[macro_export]
macro_rules! for_every_message {
    ($callback:ident) => {
        $callback! {
            bootstrap::FromChild, bootstrap::ToChild, clipboard::FromClipboard,
            clipboard::ToClipboard, demo::Nothing, devtools::FromDevtools, devtools::ToDevtools,
            fetch::FromNetwork, fetch::ToNetwork, frames::FromProducer, frames::ToProducer,
            gpu::FromGpu, gpu::ToGpu, inspector::FromInspector, inspector::ToInspector,
            network::FromNetwork, network::ToNetwork, renderer::FromRenderer, renderer::ToRenderer,
            shell::FromShell, shell::ToShell, traffic::FromNetwork, traffic::ToNetwork,
            x11_filter::FromWindow, x11_filter::FromX11Filter
        }
    };
}

macro_rules! entries {
    ($($module:ident::$name:ident),+) => {
        &[$(Entry {
            name: concat!(stringify!($module), "::", stringify!($name)),
            exercise: exercise::<protocol::$module::$name>,
            variants: variants::<protocol::$module::$name>,
            id: TypeId::of::<protocol::$module::$name>(),
        }),+]
    };
}

/// Every message type, in alphabetical order. A new type must be added here.
pub const ENTRIES: &[Entry] = for_every_message!(entries);

/// The number of a type that is not in the catalogue, as in a test.
pub const UNKNOWN: u8 = 0xfe;

const _: () = assert!(ENTRIES.len() < UNKNOWN as usize);

/// The index of a type in [`ENTRIES`]; known when the program is compiled.
#[inline]
pub fn number_of<T: Message>() -> u8 {
    let is_it = |entry: &Entry| entry.id == TypeId::of::<T>();
    let at = ENTRIES.iter().position(is_it);
    at.map_or(UNKNOWN, |at| at as u8)
}

/// The names of a message type and of its variant, if they exist.
pub fn names_of(number: u8, variant: u8) -> Option<(&'static str, Option<&'static str>)> {
    let entry = ENTRIES.get(usize::from(number))?;
    let variant = entry.variants().get(usize::from(variant));
    Some((entry.name, variant.copied()))
}

/// Asks the derived code of a type what it would read: of an enum that is the list of its variants.
fn variants<T: Message>() -> &'static [&'static str] {
    T::deserialize(Asker).map_or_else(|asked| asked.0, |_| &[])
}

/// Reads nothing, and answers with what it was asked for.
struct Asker;

#[derive(Debug)]
struct Asked(&'static [&'static str]);

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {:?} was asked for", self.0)
    }
}

impl std::error::Error for Asked {}

impl de::Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Asked {
        Asked(&[])
    }
}

impl<'de> Deserializer<'de> for Asker {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(variants))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

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
