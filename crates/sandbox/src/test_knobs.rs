//! What tests may change about a sandbox. The browser itself never sets any of it, and a child that
//! runs with it never passes [`verify`](crate::report::verify).

use crate::layer::Layer;
use crate::seal::attacks;
use serde::{Deserialize, Serialize};

/// Layers that every machine has and every child gets. The tests' knock-out matrix switches single
/// ones off to see what the others are worth; nothing else may: see
/// [`leave_off`](crate::Support::leave_off).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mandatory {
    /// The rule that a child gets no namespaces at all if an essential one is missing.
    WholeSetOfNamespaces,
    /// Emptying the capability sets.
    Capabilities,
    /// Resource limits.
    Limits,
    /// Not dumpable.
    NotDumpable,
}

impl Mandatory {
    /// All of them.
    pub const ALL: [Mandatory; 4] = [
        Mandatory::WholeSetOfNamespaces,
        Mandatory::Capabilities,
        Mandatory::Limits,
        Mandatory::NotDumpable,
    ];
}

/// Layers that a test switches off or pretends. All zero outside of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TestKnobs {
    /// Bits of [`Mandatory`].
    left_off: u32,
    /// Bits by [`Layer::number`].
    pretended: u32,
}

impl TestKnobs {
    /// Whether a test changes anything.
    pub(crate) fn is_set(self) -> bool {
        self != TestKnobs::default()
    }

    /// Switches off a layer that every child of the browser has.
    pub(crate) fn leave_off(&mut self, layer: Mandatory) {
        self.left_off |= 1 << layer as u32;
    }

    /// Claims a layer that nothing applies.
    ///
    /// # Panics
    /// The layer has no canary.
    pub(crate) fn pretend(&mut self, layer: Layer) {
        assert!(attacks::attack_on(layer).is_some(), "{layer} has no canary");
        self.pretended |= 1 << layer.number();
    }

    pub(crate) fn leaves_off(self, layer: Mandatory) -> bool {
        self.left_off & (1 << layer as u32) != 0
    }

    pub(crate) fn pretends(self, layer: Layer) -> bool {
        self.pretended & (1 << layer.number()) != 0
    }

    /// The two words of the plan variable.
    pub(crate) fn words(self) -> [u32; 2] {
        [self.left_off, self.pretended]
    }

    /// Reads the two words. `None`: a bit that means nothing is set.
    pub(crate) fn from_words([left_off, pretended]: [u32; 2]) -> Option<TestKnobs> {
        let known = left_off >> Mandatory::ALL.len() == 0 && pretended >> Layer::ALL.len() == 0;
        known.then_some(TestKnobs {
            left_off,
            pretended,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mandatory_layer_has_its_own_bit() {
        for (index, layer) in Mandatory::ALL.into_iter().enumerate() {
            assert_eq!(layer as usize, index);
        }
    }
}
