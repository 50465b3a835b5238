//! The pages of the site that are generated while they are sent.

use crate::pages;
use httpd::Piece;
use std::time::Duration;

/// A body that is made while it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A page that never ends.
    Endless {
        /// Paragraphs sent so far.
        sent: u64,
    },
    /// Several megabytes of HTML.
    Huge {
        /// Pieces sent so far.
        sent: usize,
    },
    /// A page whose parts arrive over two seconds.
    Slow {
        /// Parts sent so far.
        sent: usize,
    },
}

impl Iterator for Stream {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match self {
            Stream::Endless { sent } => {
                *sent += 1;
                let pause = if *sent <= 1 {
                    Duration::ZERO
                } else {
                    pages::ENDLESS_PAUSE
                };
                Some(Piece {
                    pause,
                    bytes: pages::endless_piece(*sent - 1),
                })
            }
            Stream::Huge { sent } => {
                *sent += 1;
                pages::huge_piece(*sent - 1).map(|bytes| Piece {
                    pause: Duration::ZERO,
                    bytes,
                })
            }
            Stream::Slow { sent } => {
                *sent += 1;
                let pause = if *sent <= 1 {
                    Duration::ZERO
                } else {
                    pages::SLOW_PAUSE
                };
                pages::slow_piece(*sent - 1).map(|bytes| Piece { pause, bytes })
            }
        }
    }
}
