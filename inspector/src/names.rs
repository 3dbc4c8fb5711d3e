//! The names of numbers.

use sansocket::Opcode;

/// `text`, `cont` and so on; reserved ones as `0x3`.
#[must_use]
pub const fn opcode_name(opcode: Opcode) -> &'static str {
    const RESERVED: [&str; 16] = [
        "0x0", "0x1", "0x2", "0x3", "0x4", "0x5", "0x6", "0x7", "0x8", "0x9", "0xa", "0xb", "0xc", "0xd", "0xe", "0xf",
    ];
    match opcode {
        Opcode::Continuation => "cont",
        Opcode::Text => "text",
        Opcode::Binary => "binary",
        Opcode::Close => "close",
        Opcode::Ping => "ping",
        Opcode::Pong => "pong",
        #[expect(clippy::indexing_slicing, reason = "four bits index sixteen names")]
        Opcode::Reserved(bits) => RESERVED[(bits & 15) as usize],
    }
}

/// The opcode with that name.
#[must_use]
pub fn opcode_from_name(name: &str) -> Option<Opcode> {
    let name = if name == "continuation" { "cont" } else { name };
    (0..16).map(Opcode::from_bits).find(|opcode| opcode_name(*opcode) == name)
}

/// What a status code of a Close means (RFC 6455 §7.4 and the IANA registry).
#[must_use]
pub const fn close_name(code: u16) -> &'static str {
    match code {
        0..=999 => "not used",
        1000 => "Normal Closure",
        1001 => "Going Away",
        1002 => "Protocol Error",
        1003 => "Unsupported Data",
        1005 => "No Status Received",
        1006 => "Abnormal Closure",
        1007 => "Invalid Payload Data",
        1008 => "Policy Violation",
        1009 => "Message Too Big",
        1010 => "Mandatory Extension",
        1011 => "Internal Error",
        1012 => "Service Restart",
        1013 => "Try Again Later",
        1014 => "Bad Gateway",
        1015 => "TLS Handshake",
        1004 | 1016..=2999 => "reserved",
        3000 => "Unauthorized",
        3003 => "Forbidden",
        3008 => "Timeout",
        3001..=3999 => "registered for a library or application",
        4000..=4999 => "private use",
        5000.. => "not defined",
    }
}
