//! Messages to bytes and back. Owns: the encoding; no other file knows bincode. Trusts: no byte.
//! Never: allocates more than a small multiple of a message's limit, accepts trailing bytes, or
//! returns a message that fails its [`Message::check`].
//!
//! Source: <https://docs.rs/bincode/1.3.3/bincode/config/trait.Options.html>.

use bincode::{DefaultOptions, ErrorKind, Options};
use protocol::misbehaviour::Misbehaviour;
use protocol::{Message, limits};
use thiserror::Error;

/// Why a message could not be encoded.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// It has more than `T::MAX_BYTES` bytes.
    #[error("the message is larger than its type allows")]
    TooLarge,
    /// Its type cannot be written in this encoding.
    #[error("the message cannot be encoded: {0}")]
    Unencodable(String),
}

/// Encodes a message as one packet, which is never empty.
pub fn encode<T: Message>(message: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    encode_into(message, &mut bytes)?;
    Ok(bytes)
}

/// Like [`encode`], into a reusable buffer that is cleared first.
pub fn encode_into<T: Message>(message: &T, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
    const { assert!(T::MAX_BYTES <= limits::MESSAGE_BYTES_MAX) };
    bytes.clear();
    options(T::MAX_BYTES)
        .serialize_into(&mut *bytes, message)
        .map_err(|error| match *error {
            ErrorKind::SizeLimit => EncodeError::TooLarge,
            other => EncodeError::Unencodable(other.to_string()),
        })?;
    if bytes.is_empty() {
        // On a packet socket an empty packet looks like the end of the channel.
        return Err(EncodeError::Unencodable("it has no bytes".to_owned()));
    }
    Ok(())
}

/// Decodes and checks the message that fills `bytes` exactly.
pub fn decode<T: Message>(bytes: &[u8]) -> Result<T, Misbehaviour> {
    const { assert!(T::MAX_BYTES <= limits::MESSAGE_BYTES_MAX) };
    if bytes.len() > T::MAX_BYTES {
        return Err(Misbehaviour::OversizedPacket);
    }
    let message: T = options(T::MAX_BYTES)
        .deserialize(bytes)
        .map_err(|_| Misbehaviour::BadEncoding)?;
    message.check()?;
    Ok(message)
}

fn options(bytes_max: usize) -> impl Options {
    DefaultOptions::new()
        .with_limit(bytes_max as u64)
        .with_varint_encoding()
        .reject_trailing_bytes()
}
