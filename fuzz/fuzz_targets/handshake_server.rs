//! The opening handshake of a server: any request, however it is cut.
#![no_main]

#[path = "../../tests/common/handshakes.rs"]
#[allow(dead_code)]
mod handshakes;

use libfuzzer_sys::fuzz_target;
use sansocket_fuzz::{Choices, cuts};

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let seed = choices.byte();
    handshakes::check_server(choices.0, &cuts(seed, choices.0.len()), &handshakes::config(seed));
});
