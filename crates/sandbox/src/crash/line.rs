//! A line that is made on the stack, without an allocator; and how its numbers are read.

/// The prefix of every record.
pub const PREFIX: &str = "bulkhead-crash ";

/// Reads what [`Line::hex`] has written.
pub(super) fn parse_hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// A line of at most `N` bytes. Text beyond that is cut off.
pub(super) struct Line<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Line<N> {
    pub fn new() -> Line<N> {
        Line {
            bytes: [0; N],
            length: 0,
        }
    }

    pub fn text(&mut self, text: &[u8]) {
        for byte in text {
            if let Some(slot) = self.bytes.get_mut(self.length) {
                *slot = *byte;
                self.length += 1;
            }
        }
    }

    pub fn decimal(&mut self, value: u32) {
        if value >= 10 {
            self.decimal(value / 10);
        }
        self.text(&[b'0' + (value % 10) as u8]);
    }

    pub fn hex(&mut self, value: u64) {
        self.text(b"0x");
        let digits = (u64::BITS - value.leading_zeros()).div_ceil(4).max(1);
        for digit in (0..digits).rev() {
            let nibble = (value >> (digit * 4)) & 0xf;
            self.text(&[b"0123456789abcdef"[nibble as usize]]);
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_without_an_allocator() {
        let mut line = Line::<160>::new();
        line.decimal(0);
        line.text(b" ");
        line.decimal(4_294_967_295);
        line.text(b" ");
        line.hex(0);
        line.text(b" ");
        line.hex(0xdead_beef_0123);
        assert_eq!(line.as_bytes(), b"0 4294967295 0x0 0xdeadbeef0123");
    }

    #[test]
    fn a_line_longer_than_its_room_is_cut() {
        let mut line = Line::<160>::new();
        line.text(&[b'x'; 400]);
        assert_eq!(line.as_bytes().len(), 160);
    }
}
