//! The control channel between the broker and the demo server. No message is ever sent; the end of
//! the channel tells the server to end.

use crate::misbehaviour::Misbehaviour;
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// Broker to demo server, and back: no message is ever legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}

impl Message for Nothing {
    const MAX_BYTES: usize = 16;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        match *self {}
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match *self {}
    }
}
