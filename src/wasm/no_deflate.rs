//! What stands in for the module `deflate` without the feature: nothing is offered, and nothing is accepted.

use alloc::string::String;

use crate::handshake::Extension;

pub const fn offered(_settings: u32) -> Option<String> {
    None
}

pub const fn answer(_settings: u32, _offered: &[Extension]) -> (u32, Option<String>) {
    (0, None)
}

pub const fn is_acceptable(_offered: &[Extension], answered: &[Extension]) -> bool {
    answered.is_empty()
}

pub const fn accepted(_settings: u32, _answered: &[Extension]) -> u32 {
    0
}
