//! The kinds of arguments that system calls take.

/// How to read one argument.
#[derive(Clone, Copy)]
pub enum ArgKind {
    /// A descriptor of a directory, or the working directory.
    Folder,
    /// A signed number of 32 bits: descriptors, process ids, lengths.
    Int,
    /// Names for the low 32 bits.
    Words(&'static Words),
    /// Names for all 64 bits.
    LongWords(&'static Words),
    /// Permissions of a file.
    Mode,
    /// A number or a pointer, depending on the rest.
    Number,
    /// An address.
    Pointer,
    /// A number of bytes.
    Size,
    /// An option of a socket, at the level that the second argument names.
    SocketOption,
}

/// Names of values: one choice for the whole value or for the bits of `mask`, and flags beside it.
pub struct Words {
    /// The bits that hold a choice; all the others are flags.
    pub mask: u64,
    /// Names of choices.
    pub choices: &'static [(&'static str, u64)],
    /// Names of flags.
    pub flags: &'static [(&'static str, u64)],
}

impl Words {
    /// One of these values.
    pub const fn choices(choices: &'static [(&'static str, u64)]) -> Words {
        Words {
            mask: u64::MAX,
            choices,
            flags: &[],
        }
    }

    /// Any of these bits.
    pub const fn flags(flags: &'static [(&'static str, u64)]) -> Words {
        Words {
            mask: 0,
            choices: &[],
            flags,
        }
    }
}
