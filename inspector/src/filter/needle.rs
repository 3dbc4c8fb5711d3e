//! Bytes that are looked for in others.

use std::cell::RefCell;

use memchr::memmem::Finder;

/// Bytes that are brought to one case at once.
const BLOCK: usize = 16 << 10;

/// What is looked for.
pub(super) enum Needle {
    /// Just these bytes.
    Exact(Finder<'static>),
    /// These bytes, whatever the case of ASCII letters is.
    AnyCase(AnyCase),
    /// Bytes with gaps.
    Hex(Vec<Option<u8>>),
}

impl Needle {
    pub(super) fn exact(bytes: &[u8]) -> Self {
        Self::Exact(Finder::new(bytes).into_owned())
    }

    pub(super) fn any_case(bytes: &[u8]) -> Self {
        let finder = Finder::new(&bytes.to_ascii_lowercase()).into_owned();
        Self::AnyCase(AnyCase { finder, block: RefCell::default() })
    }

    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Exact(finder) => finder.find(bytes).is_some(),
            Self::AnyCase(needle) => needle.is_in(bytes),
            Self::Hex(pattern) => bytes.windows(pattern.len()).any(|window| {
                window.iter().zip(pattern).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
            }),
        }
    }
}

pub(super) struct AnyCase {
    /// In lower case.
    finder: Finder<'static>,
    block: RefCell<Vec<u8>>,
}

impl AnyCase {
    fn is_in(&self, bytes: &[u8]) -> bool {
        let mut block = self.block.borrow_mut();
        let length = self.finder.needle().len();
        let mut rest = bytes;
        // Blocks overlap, for what lies across the border of two.
        while rest.len() >= length {
            let part = rest.get(..rest.len().min(BLOCK.saturating_add(length))).unwrap_or_default();
            block.clear();
            block.extend_from_slice(part);
            block.make_ascii_lowercase();
            if self.finder.find(&block).is_some() {
                return true;
            }
            if part.len() == rest.len() {
                return false;
            }
            rest = rest.get(BLOCK..).unwrap_or_default();
        }
        false
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn found_at_every_place_and_across_blocks() {
        let mut bytes = vec![b'-'; 3 * BLOCK + 5];
        for needle in ["x", "Order", "a longer one, of WORDS"] {
            let (exact, any) = (Needle::exact(needle.as_bytes()), Needle::any_case(needle.as_bytes()));
            assert!(!exact.is_in(&bytes) && !any.is_in(&bytes));
            for at in
                (0..40).chain(BLOCK - 40..BLOCK + 40).chain(2 * BLOCK - 40..2 * BLOCK + 40).chain([3 * BLOCK - 30])
            {
                let range = at..at + needle.len();
                bytes[range.clone()].copy_from_slice(needle.to_uppercase().as_bytes());
                assert!(any.is_in(&bytes), "{needle} at {at}");
                assert!(!exact.is_in(&bytes));
                bytes[range.clone()].copy_from_slice(needle.as_bytes());
                assert!(any.is_in(&bytes) && exact.is_in(&bytes), "{needle} at {at}");
                bytes[range].fill(b'-');
            }
        }
        for needle in [Needle::exact(b""), Needle::any_case(b"")] {
            assert!(needle.is_in(b"") && needle.is_in(b"a"), "nothing is everywhere");
        }
        assert!(!Needle::any_case(b"longer").is_in(b"long"));
    }
}
