//! The channels of the X11 filter: its control channel, on which the broker sends nothing and whose
//! end tells the filter to end; and the channel from the gpu process, which carries one message.

use crate::limits::TEXT_BYTES_MAX;
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// X11 filter to broker. One of these is its last message; it then ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromX11Filter {
    /// The gpu process asked the X server for what it may not have. Its connection has ended.
    Refused {
        /// The request, and why it was refused.
        request: String,
    },
    /// The X server closed the connection.
    ServerGone,
}

/// Gpu to X11 filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromWindow {
    /// Comes with the other end of the connection that Xlib takes for one to an X server. The only
    /// message.
    Connected,
}

impl Message for FromWindow {
    const MAX_BYTES: usize = 16;
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        vec![HandleKind::UnixStream]
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(())
    }
}

impl FromX11Filter {
    /// A refusal, cut to its limit.
    pub fn refused(request: &str) -> FromX11Filter {
        let request = request[..request.floor_char_boundary(TEXT_BYTES_MAX)].to_owned();
        FromX11Filter::Refused { request }
    }
}

impl Message for FromX11Filter {
    const MAX_BYTES: usize = TEXT_BYTES_MAX + 64;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromX11Filter::Refused { request } => check_text(request, TEXT_BYTES_MAX),
            FromX11Filter::ServerGone => Ok(()),
        }
    }
}
