//! Where the events of a connection go.

use crate::event::Event;
#[cfg(feature = "fast-path")]
use crate::event::MessageKind;

/// Takes what a connection reports: a closure, or what wants small messages in memory of its own.
pub(crate) trait Sink {
    /// Takes an event.
    fn event(&mut self, event: Event<'_>);

    /// Gives `length` bytes of memory for a message that has arrived whole, so that it is unmasked there and not copied after.
    /// For `None`, the default, it comes as an event; so does a text that is not ASCII in any case.
    #[cfg(feature = "fast-path")]
    #[inline(always)]
    fn room(&mut self, kind: MessageKind, length: usize) -> Option<&mut [u8]> {
        let _ = (kind, length);
        None
    }

    /// Tells that the memory that was given last has its message now: bytes, or a text that is ASCII.
    #[cfg(feature = "fast-path")]
    #[inline(always)]
    fn filled(&mut self, kind: MessageKind, length: usize) {
        let _ = (kind, length);
    }
}

impl<F: FnMut(Event<'_>)> Sink for F {
    #[inline(always)]
    fn event(&mut self, event: Event<'_>) {
        self(event);
    }
}
