//! Input that only moves something, merged until a frame can show it: however fast a wheel or a
//! pointer is, the document is asked once a frame.
//!
//! Never: changes the order of what cannot be merged, or grows beyond its bound.

use protocol::input::InputEvent;
use protocol::surface::SurfacePart;

/// Moves that wait, after merging. Beyond that they are done at once.
const WAITING_MAX: usize = 8;

/// The moves that wait, in order.
#[derive(Debug, Default)]
pub(crate) struct Moves(Vec<(SurfacePart, InputEvent)>);

impl Moves {
    pub(crate) fn add(&mut self, part: SurfacePart, event: InputEvent) {
        if let Some((last_part, last)) = self.0.last_mut()
            && *last_part == part
            && let Some(merged) = last.merged(event)
        {
            *last = merged;
            return;
        }
        self.0.push((part, event));
    }

    /// Whether no more may wait.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= WAITING_MAX
    }

    /// The part of the surface that the first one is for.
    pub(crate) fn first(&self) -> Option<SurfacePart> {
        self.0.first().map(|(part, _)| *part)
    }

    pub(crate) fn take(&mut self) -> Vec<(SurfacePart, InputEvent)> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::input::Modifiers;

    #[test]
    fn moves_of_one_kind_become_one_and_the_order_of_others_stays() {
        let at = |x: f32| InputEvent::PointerMove {
            x,
            y: 0.0,
            modifiers: Modifiers::default(),
        };
        let wheel = |delta_y: f32| InputEvent::Wheel {
            x: 3.0,
            y: 0.0,
            delta_x: 0.0,
            delta_y,
            modifiers: Modifiers::default(),
        };
        let mut moves = Moves::default();
        for event in [at(1.0), at(2.0), at(3.0), wheel(1.0), wheel(2.0), at(4.0)] {
            moves.add(SurfacePart::Page, event);
        }
        moves.add(SurfacePart::Strip, at(5.0));
        assert_eq!(moves.first(), Some(SurfacePart::Page));
        let expected = [at(3.0), wheel(3.0), at(4.0)].map(|event| (SurfacePart::Page, event));
        let taken = moves.take();
        assert_eq!(taken[..3], expected);
        assert_eq!(taken[3], (SurfacePart::Strip, at(5.0)));
        assert!(moves.take().is_empty());
        for turn in 0..1000 {
            assert!(!moves.is_full());
            moves.add(SurfacePart::Page, wheel(turn as f32));
        }
    }
}
