//! What a record is about, as a number: the variant of a message type, or a step of our own. The
//! numbers of the message types are those of `ipc`'s catalogue, which has their names.

/// The group of numbers that are steps.
const STEPS: u8 = 0xff;

/// The number of a message or step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub u16);

impl Name {
    /// A variant of a message type, both by number.
    pub const fn message(kind: u8, variant: u8) -> Name {
        Name(u16::from_be_bytes([kind, variant]))
    }

    /// A step.
    pub const fn step(step: Step) -> Name {
        Name(u16::from_be_bytes([STEPS, step as u8]))
    }

    /// The numbers of the message type and of its variant.
    pub fn as_message(self) -> Option<(u8, u8)> {
        let [kind, variant] = self.0.to_be_bytes();
        (kind != STEPS).then_some((kind, variant))
    }

    /// The step, if it is one that exists.
    pub fn as_step(self) -> Option<Step> {
        let [kind, step] = self.0.to_be_bytes();
        let known = Step::ALL.into_iter().find(|it| *it as u8 == step);
        known.filter(|_| kind == STEPS)
    }
}

/// What a process does that takes time or is worth a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Step {
    /// A frame on its way from producer to consumer.
    Frame = 1,
    /// A document is begun in its renderer.
    Load = 2,
    /// Style and layout of a document.
    Layout = 3,
    /// The pixels of a surface.
    Paint = 4,
    /// The pixels of the window.
    Compose = 5,
    /// A navigation, from its request to the end of its redirects, in the network process.
    Navigation = 6,
    /// A resource of a document, in the network process.
    Fetch = 7,
    /// The child has put its sandbox on.
    Seal = 8,
    /// A fault was injected on request.
    Fault = 9,
    /// The kernel has answered an injected system call; with the errno, 0 for success.
    Answer = 10,
}

impl Step {
    /// All steps.
    pub const ALL: [Step; 10] = [
        Step::Frame,
        Step::Load,
        Step::Layout,
        Step::Paint,
        Step::Compose,
        Step::Navigation,
        Step::Fetch,
        Step::Seal,
        Step::Fault,
        Step::Answer,
    ];

    /// One word, for users.
    pub fn word(self) -> &'static str {
        match self {
            Step::Frame => "frame",
            Step::Load => "load",
            Step::Layout => "layout",
            Step::Paint => "paint",
            Step::Compose => "compose",
            Step::Navigation => "navigation",
            Step::Fetch => "fetch",
            Step::Seal => "seal",
            Step::Fault => "fault",
            Step::Answer => "answer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_message_or_a_step_or_nothing() {
        for number in 0..=u16::MAX {
            let name = Name(number);
            match (name.as_message(), name.as_step()) {
                (Some((kind, variant)), None) => assert_eq!(Name::message(kind, variant), name),
                (None, Some(step)) => assert_eq!(Name::step(step), name),
                (None, None) => assert_eq!(number >> 8, u16::from(STEPS)),
                (Some(_), Some(_)) => panic!("{number} is both"),
            }
        }
    }
}
