//! permessage-deflate across the boundary: its settings as one number, and the compressors that connections share.
//!
//! | bits | |
//! |---|---|
//! | 0 | wanted, or agreed |
//! | 1, 2 | `server_no_context_takeover`, `client_no_context_takeover` |
//! | 3 | compressed messages pass through |
//! | 8–11, 12–15 | `server_max_window_bits`, `client_max_window_bits`; 0 if not given |
//! | 16–19, 20–23 | level, memory level |

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::random::Keys;
use crate::deflate::{CompressOptions, Compressor, DeflateConfig, DeflateParams, check_response, offer, respond};
use crate::handshake::{Extension, parse_extensions};
use crate::{CompressorTerms, Connection, DeflateOptions};

const WANTED: u32 = 1;
const SERVER_NO_CONTEXT_TAKEOVER: u32 = 1 << 1;
const CLIENT_NO_CONTEXT_TAKEOVER: u32 = 1 << 2;
const PASSTHROUGH: u32 = 1 << 3;
const SERVER_MAX_WINDOW_BITS: u32 = 8;
const CLIENT_MAX_WINDOW_BITS: u32 = 12;
const LEVEL: u32 = 16;
const MEM_LEVEL: u32 = 20;

/// The threshold that stands for the default.
const DEFAULT_THRESHOLD: u32 = u32::MAX;

/// Four bits of the settings.
const fn nibble(settings: u32, at: u32) -> u8 {
    (settings.wrapping_shr(at) & 0xF) as u8
}

/// How one connection compresses; `None` if it does not.
pub fn options(settings: u32, threshold: u32, max_ratio: u32) -> Option<DeflateOptions> {
    let config = config(settings)?;
    Some(DeflateOptions {
        params: DeflateParams {
            server_no_context_takeover: config.server_no_context_takeover,
            client_no_context_takeover: config.client_no_context_takeover,
            server_max_window_bits: config.server_max_window_bits.unwrap_or(15),
            client_max_window_bits: config.client_max_window_bits.unwrap_or(15),
        },
        compress: CompressOptions {
            level: nibble(settings, LEVEL),
            mem_level: nibble(settings, MEM_LEVEL),
            ..CompressOptions::DEFAULT
        },
        threshold: (threshold != DEFAULT_THRESHOLD).then(|| usize::try_from(threshold).unwrap_or(usize::MAX)),
        max_ratio: NonZeroU32::new(max_ratio),
        passthrough: settings & PASSTHROUGH != 0,
    })
}

fn config(settings: u32) -> Option<DeflateConfig> {
    let bits = |at| Some(nibble(settings, at)).filter(|bits| *bits != 0);
    (settings & WANTED != 0).then_some(DeflateConfig {
        server_no_context_takeover: settings & SERVER_NO_CONTEXT_TAKEOVER != 0,
        client_no_context_takeover: settings & CLIENT_NO_CONTEXT_TAKEOVER != 0,
        server_max_window_bits: bits(SERVER_MAX_WINDOW_BITS),
        client_max_window_bits: bits(CLIENT_MAX_WINDOW_BITS),
    })
}

/// What was agreed, as settings without levels; 0 if nothing was.
fn agreed(params: Option<DeflateParams>) -> u32 {
    let Some(params) = params else { return 0 };
    let flag = |set: bool, bit: u32| if set { bit } else { 0 };
    WANTED
        | flag(params.server_no_context_takeover, SERVER_NO_CONTEXT_TAKEOVER)
        | flag(params.client_no_context_takeover, CLIENT_NO_CONTEXT_TAKEOVER)
        | u32::from(params.server_max_window_bits) << SERVER_MAX_WINDOW_BITS
        | u32::from(params.client_max_window_bits) << CLIENT_MAX_WINDOW_BITS
}

/// What a client offers.
pub fn offered(settings: u32) -> Option<String> {
    config(settings).map(|config| offer(&config))
}

/// What a server answers to what was offered: the settings that hold, and the value of the header field.
pub fn answer(settings: u32, offered: &[Extension]) -> (u32, Option<String>) {
    match config(settings).and_then(|config| respond(&config, offered)) {
        Some((params, answer)) => (agreed(Some(params)), Some(answer)),
        None => (0, None),
    }
}

/// Whether a server's answer is one to the offer.
pub fn is_acceptable(offered: &[Extension], answered: &[Extension]) -> bool {
    check_response(offered, answered).is_ok()
}

/// The settings that hold after a server's answer to the offer that `settings` make.
pub fn accepted(settings: u32, answered: &[Extension]) -> u32 {
    let offered = offered(settings).unwrap_or_default();
    let offered = parse_extensions([offered.as_bytes()]).unwrap_or_default();
    agreed(check_response(&offered, answered).unwrap_or(None))
}

/// Compressors that are lent to connections for one message each.
#[derive(Default)]
pub struct Compressors(Vec<(CompressorTerms, Compressor)>);

/// The most kinds of compressors that are kept. Each takes up to half a megabyte.
const KEPT: usize = 4;

impl Compressors {
    pub fn lend(&mut self, connection: &mut Connection<Keys>) {
        let Some(terms) = connection.compressor_terms() else { return };
        let kept = self.0.iter().position(|(kept, _)| *kept == terms);
        connection.lend_compressor(match kept {
            Some(index) => self.0.swap_remove(index).1,
            None => Compressor::new(terms.options, terms.window_bits),
        });
    }

    pub fn take_back(&mut self, connection: &mut Connection<Keys>) {
        let Some(terms) = connection.compressor_terms() else { return };
        let Some(compressor) = connection.take_compressor() else { return };
        self.0.truncate(KEPT - 1);
        self.0.push((terms, compressor));
    }
}
