//! The inputs, as bytes and calls, and what comes of them.

use super::common::{frame_for, opposite};
use super::subject::Switch;
use sansocket::MessageKind::{Binary, Text};
use sansocket::{CloseCode, Connection, FrameHeader, LengthForm, Opcode, Role, UsageError};

/// What is received, and what comes of it while the connection reads: by the message that is arriving. `!` is an
/// error with its close code, `>` the message that is arriving afterwards, if that is another.
#[rustfmt::skip]
pub const RECEIVED: [(&str, [&str; 3]); 37] = [
    //                      none                            a text                          a binary
    ("text",                ["text Hi",                     "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("empty text",          ["text ",                       "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("binary",              ["binary Hi",                   "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("first of text",       ["> text",                      "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("first of binary",     ["> binary",                    "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("next",                ["!1002 unexpected_continuation", "",                           ""]),
    ("last",                ["!1002 unexpected_continuation", "text Hey > none",            "binary Hey > none"]),
    ("ping",                ["ping ?",                      "ping ?",                       "ping ?"]),
    ("pong",                ["pong ?",                      "pong ?",                       "pong ?"]),
    ("close",               ["close 1000 bye",              "close 1000 bye",               "close 1000 bye"]),
    ("close 4999",          ["close 4999",                  "close 4999",                   "close 4999"]),
    ("empty close",         ["close 1005",                  "close 1005",                   "close 1005"]),
    ("bad text",            ["!1007 invalid_utf8",          "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("bad last",            ["!1002 unexpected_continuation", "!1007 invalid_utf8",         "binary He\u{fffd} > none"]),
    ("cut text",            ["!1007 invalid_utf8",          "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("cut last",            ["!1002 unexpected_continuation", "!1007 invalid_utf8",         "binary He\u{fffd} > none"]),
    ("rsv1",                ["!1002 reserved_bits",         "!1002 reserved_bits",          "!1002 reserved_bits"]),
    ("rsv2",                ["!1002 reserved_bits",         "!1002 reserved_bits",          "!1002 reserved_bits"]),
    ("rsv3",                ["!1002 reserved_bits",         "!1002 reserved_bits",          "!1002 reserved_bits"]),
    ("rsv1 on a ping",      ["!1002 reserved_bits",         "!1002 reserved_bits",          "!1002 reserved_bits"]),
    ("opcode 3",            ["!1002 reserved_opcode",       "!1002 reserved_opcode",        "!1002 reserved_opcode"]),
    ("opcode 15",           ["!1002 reserved_opcode",       "!1002 reserved_opcode",        "!1002 reserved_opcode"]),
    ("first of ping",       ["!1002 control_fragmented",    "!1002 control_fragmented",     "!1002 control_fragmented"]),
    ("long pong",           ["!1002 control_too_long",      "!1002 control_too_long",       "!1002 control_too_long"]),
    ("close of one byte",   ["!1002 close_too_short",       "!1002 close_too_short",        "!1002 close_too_short"]),
    ("close 1006",          ["!1002 close_bad_code",        "!1002 close_bad_code",         "!1002 close_bad_code"]),
    ("close bad reason",    ["!1007 close_bad_reason",      "!1007 close_bad_reason",       "!1007 close_bad_reason"]),
    ("wrong mask",          ["!1002 mask",                  "!1002 mask",                   "!1002 mask"]),
    ("wrong mask, empty",   ["!1002 mask",                  "!1002 mask",                   "!1002 mask"]),
    ("padded length",       ["!1002 non_minimal_length",    "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("padded length, last", ["!1002 unexpected_continuation", "!1002 non_minimal_length",   "!1002 non_minimal_length"]),
    ("top bit",             ["!1002 length_msb",            "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("top bit, last",       ["!1002 unexpected_continuation", "!1002 length_msb",           "!1002 length_msb"]),
    ("large frame",         ["!1009 frame_too_large",       "!1002 expected_continuation",  "!1002 expected_continuation"]),
    ("large last",          ["!1002 unexpected_continuation", "!1009 frame_too_large",      "!1009 frame_too_large"]),
    ("too much, last",      ["!1002 unexpected_continuation", "!1009 message_too_large",    "!1009 message_too_large"]),
    ("end of input",        ["!1006 unexpected_eof",        "!1006 unexpected_eof",         "!1006 unexpected_eof"]),
];

/// A command, and what comes of it while the connection is open: by the message that is being sent. `!` is the
/// refusal, `>` the message that is being sent afterwards, if that is another. Last, what comes of it later on.
#[rustfmt::skip]
pub const COMMANDS: [(&str, [&str; 3], &str); 24] = [
    //                      none                    a text                  a binary                later
    ("text",                ["text Hi",             "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("binary",              ["binary Hi",           "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("first of text",       ["text+ He > text",     "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("first of binary",     ["binary+ He > binary", "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("next",                ["!fragment_order",     "next+ l",              "next+ l"],             "!not_open"),
    ("last",                ["!fragment_order",     "next lo > none",       "next lo > none"],      "!not_open"),
    ("bad text",            ["!invalid_utf8",       "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("cut text",            ["!invalid_utf8",       "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("bad next",            ["!fragment_order",     "!invalid_utf8",        "next+ \u{fffd}"],      "!not_open"),
    ("cut last",            ["!fragment_order",     "!invalid_utf8",        "next \u{fffd} > none"], "!not_open"),
    ("too much",            ["!buffer_full",        "!fragment_order",      "!fragment_order"],     "!not_open"),
    ("too much, last",      ["!fragment_order",     "!buffer_full",         "!buffer_full"],        "!not_open"),
    ("ping",                ["ping ?",              "ping ?",               "ping ?"],              "!not_open"),
    ("pong",                ["pong ?",              "pong ?",               "pong ?"],              "!not_open"),
    ("long ping",           ["!control_too_long",   "!control_too_long",    "!control_too_long"],   "!control_too_long"),
    ("long pong",           ["!control_too_long",   "!control_too_long",    "!control_too_long"],   "!control_too_long"),
    ("close",               ["close 1001 bye",      "close 1001 bye",       "close 1001 bye"],      ""),
    ("empty close",         ["close",               "close",                "close"],               ""),
    ("close 1005",          ["!invalid_close_code", "!invalid_close_code",  "!invalid_close_code"], "!invalid_close_code"),
    ("reason, no code",     ["!invalid_close_code", "!invalid_close_code",  "!invalid_close_code"], "!invalid_close_code"),
    ("long reason",         ["!reason_too_long",    "!reason_too_long",     "!reason_too_long"],    "!reason_too_long"),
    ("fail",                ["close 1011 oh",       "close 1011 oh",        "close 1011 oh"],       ""),
    ("fail 1015",           ["!invalid_close_code", "!invalid_close_code",  "!invalid_close_code"], "!invalid_close_code"),
    ("flush",               ["",                    "",                     ""],                    ""),
];

/// The bytes of a row of [`RECEIVED`].
pub fn received(role: Role, name: &str) -> Vec<u8> {
    let frame = |fin, opcode, payload: &[u8]| frame_for(role, fin, opcode, payload);
    let header = |change: fn(&mut FrameHeader)| {
        let masking_key = (role == Role::Server).then_some([0; 4]);
        let mut header = FrameHeader { masking_key, ..FrameHeader::new(Opcode::Binary, 0) };
        change(&mut header);
        header.encode().to_vec()
    };
    match name {
        "text" => frame(true, Opcode::Text, b"Hi"),
        "empty text" => frame(true, Opcode::Text, b""),
        "binary" => frame(true, Opcode::Binary, b"Hi"),
        "first of text" => frame(false, Opcode::Text, b"He"),
        "first of binary" => frame(false, Opcode::Binary, b"He"),
        "next" => frame(false, Opcode::Continuation, b""),
        "last" => frame(true, Opcode::Continuation, b"y"),
        "ping" => frame(true, Opcode::Ping, b"?"),
        "pong" => frame(true, Opcode::Pong, b"?"),
        "close" => frame(true, Opcode::Close, b"\x03\xe8bye"),
        "close 4999" => frame(true, Opcode::Close, &4999_u16.to_be_bytes()),
        "empty close" => frame(true, Opcode::Close, b""),
        "bad text" => frame(true, Opcode::Text, b"\xff"),
        "bad last" => frame(true, Opcode::Continuation, b"\xff"),
        "cut text" => frame(true, Opcode::Text, b"\xce"),
        "cut last" => frame(true, Opcode::Continuation, b"\xce"),
        "rsv1" => header(|header| header.rsv1 = true),
        "rsv2" => header(|header| header.rsv2 = true),
        "rsv3" => header(|header| header.rsv3 = true),
        "rsv1 on a ping" => header(|header| (header.rsv1, header.opcode) = (true, Opcode::Ping)),
        "opcode 3" => header(|header| header.opcode = Opcode::Reserved(3)),
        "opcode 15" => header(|header| header.opcode = Opcode::Reserved(15)),
        "first of ping" => frame(false, Opcode::Ping, b"?"),
        "long pong" => frame(true, Opcode::Pong, &[b'?'; 126]),
        "close of one byte" => frame(true, Opcode::Close, b"\x03"),
        "close 1006" => frame(true, Opcode::Close, &1006_u16.to_be_bytes()),
        "close bad reason" => frame(true, Opcode::Close, b"\x03\xe8\xff"),
        "wrong mask" => frame_for(opposite(role), true, Opcode::Ping, b"?"),
        "wrong mask, empty" => frame_for(opposite(role), true, Opcode::Ping, b""),
        "padded length" => header(|header| header.length_form = LengthForm::Bits16),
        "padded length, last" => {
            header(|header| (header.length_form, header.opcode) = (LengthForm::Bits64, Opcode::Continuation))
        }
        "top bit" => header(|header| header.payload_length = 1 << 63),
        "top bit, last" => header(|header| (header.payload_length, header.opcode) = (1 << 63, Opcode::Continuation)),
        "large frame" => header(|header| header.payload_length = 8),
        "large last" => header(|header| (header.payload_length, header.opcode) = (8, Opcode::Continuation)),
        "too much, last" => header(|header| (header.payload_length, header.opcode) = (7, Opcode::Continuation)),
        name => panic!("no such row: {name}"),
    }
}

pub fn command(connection: &mut Connection<Switch>, name: &str) -> Result<(), UsageError> {
    let code = |code| Some(CloseCode(code));
    match name {
        "text" => connection.send_text("Hi"),
        "binary" => connection.send_binary(b"Hi"),
        "first of text" => connection.send_message(Text, b"He", false),
        "first of binary" => connection.send_message(Binary, b"He", false),
        "next" => connection.send_continuation(b"l", false),
        "last" => connection.send_continuation(b"lo", true),
        "bad text" => connection.send_message(Text, b"\xff", false),
        "cut text" => connection.send_message(Text, b"\xce", true),
        "bad next" => connection.send_continuation(b"\xff", false),
        "cut last" => connection.send_continuation(b"\xce", true),
        "too much" => connection.send_binary(&[0; 187]),
        "too much, last" => connection.send_continuation(&[0; 187], true),
        "ping" => connection.send_ping(b"?"),
        "pong" => connection.send_pong(b"?"),
        "long ping" => connection.send_ping(&[0; 126]),
        "long pong" => connection.send_pong(&[0; 126]),
        "close" => connection.send_close(code(1001), "bye"),
        "empty close" => connection.send_close(None, ""),
        "close 1005" => connection.send_close(code(1005), ""),
        "reason, no code" => connection.send_close(None, "bye"),
        "long reason" => connection.send_close(code(1000), &"e".repeat(124)),
        "fail" => connection.fail(CloseCode::INTERNAL_ERROR, "oh"),
        "fail 1015" => connection.fail(CloseCode::TLS_FAILED, ""),
        "flush" => connection.flush(),
        name => panic!("no such row: {name}"),
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Input {
    Received(&'static str),
    Command(&'static str),
}

impl Input {
    pub fn all() -> impl Iterator<Item = Self> {
        let received = RECEIVED.iter().map(|(name, ..)| Self::Received(name));
        received.chain(COMMANDS.iter().map(|(name, ..)| Self::Command(name)))
    }
}
