//! permessage-deflate on one connection (RFC 7692), as agreed in the opening handshake.

use core::num::NonZeroU32;

use super::Role;
use crate::deflate::{DeflateParams, Inflater};
use crate::limits::Limits;

/// How one connection compresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeflateOptions {
    /// What was agreed.
    pub params: DeflateParams,
    /// Fails messages that inflate to more than this many times their size, looked at every 16 KiB. Default none: the
    /// limit on the size of messages is what protects memory.
    pub max_ratio: Option<NonZeroU32>,
}

/// Both directions of one connection.
pub(super) struct Deflate {
    pub(super) inflater: Inflater,
}

impl Deflate {
    pub(super) fn new(role: Role, options: &DeflateOptions, limits: &Limits) -> Self {
        let DeflateParams {
            server_no_context_takeover,
            client_no_context_takeover,
            server_max_window_bits,
            client_max_window_bits,
        } = options.params;
        let (window_bits, no_context_takeover) = match role {
            Role::Client => (server_max_window_bits, server_no_context_takeover),
            Role::Server => (client_max_window_bits, client_no_context_takeover),
        };
        let inflater = Inflater::new(window_bits, no_context_takeover, limits.max_message_size);
        Self { inflater: inflater.with_max_ratio(options.max_ratio) }
    }
}

impl core::fmt::Debug for Deflate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Deflate").finish_non_exhaustive()
    }
}
