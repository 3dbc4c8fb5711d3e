//! The rules that a frame breaks by its header alone (RFC 6455 §5.2), and by its body if it is a Close (§5.5.1).

use sansocket::{CloseCode, FrameHeader, LengthForm, Opcode, Utf8Validator};

use crate::catalogue::Rule;
use crate::record::Finding;
use crate::types::{Side, bytes_in_words, wide};

/// What the header is judged by.
pub struct Situation {
    /// Who sent the frame.
    pub side: Side,
    /// The position of its first byte.
    pub at: u64,
    /// The masking key of the frame before.
    pub last_key: Option<[u8; 4]>,
    /// Whether RSV1 has a meaning; `None` if that is not known.
    pub compression: Option<bool>,
    /// The longest frame that is believed.
    pub max_frame: u64,
}

/// The findings in a header, without those that depend on the frames before.
pub fn header(header: &FrameHeader, now: &Situation, findings: &mut Vec<Finding>) {
    let first = now.at;
    let second = now.at.saturating_add(1);
    let mut add = |rule, at| findings.push(Finding::new(rule, at));
    match (now.side, header.masking_key) {
        (Side::Client, None) => add(Rule::MaskMissing, second),
        (Side::Server, Some(_)) => add(Rule::MaskPresent, second),
        _ => {}
    }
    if let Some(key) = header.masking_key
        && (key == [0; 4] || now.last_key == Some(key))
    {
        add(Rule::MaskKeyWeak, first.saturating_add(wide(header.header_length()).saturating_sub(4)));
    }
    let rsv1_stray = header.rsv1 && now.compression == Some(false);
    if header.rsv2 || header.rsv3 || rsv1_stray {
        add(Rule::RsvNonzero, first);
    }
    if header.rsv1 && now.compression != Some(false) {
        match header.opcode {
            Opcode::Close | Opcode::Ping | Opcode::Pong => add(Rule::Rsv1Control, first),
            Opcode::Continuation => add(Rule::Rsv1Continuation, first),
            _ => {}
        }
    }
    if let Opcode::Reserved(bits) = header.opcode {
        findings.push(Finding::new(Rule::OpcodeReserved, first).saying(format!("0x{bits:x}")));
    }
    length(header, now, findings);
}

fn length(header: &FrameHeader, now: &Situation, findings: &mut Vec<Finding>) {
    let second = now.at.saturating_add(1);
    let length = header.payload_length;
    let mut add = |rule, at, detail: &str| {
        findings.push(Finding::new(rule, at).saying(format!("{}{detail}", bytes_in_words(length))))
    };
    if is_beyond_reason(length) {
        add(Rule::LengthMsb, now.at.saturating_add(2), "");
    } else if header.length_form != LengthForm::minimal(length) {
        let bits = if header.length_form == LengthForm::Bits16 { " in 16 bits" } else { " in 64 bits" };
        add(Rule::LengthNonminimal, now.at.saturating_add(2), bits);
    }
    if !is_beyond_reason(length) && length > now.max_frame {
        add(Rule::LengthImplausible, now.at.saturating_add(2), "");
    }
    if matches!(header.opcode, Opcode::Close | Opcode::Ping | Opcode::Pong) {
        if length > 125 {
            add(Rule::ControlTooLong, second, "");
        }
        if !header.fin {
            findings.push(Finding::new(Rule::ControlFragmented, now.at));
        }
    }
}

/// Whether the top bit of the length is set, which RFC 6455 §5.2 forbids.
pub const fn is_beyond_reason(length: u64) -> bool {
    length > u64::MAX >> 1
}

/// The code and the reason of a Close; 1005 if it has none.
pub fn close(payload: &[u8]) -> (u16, &[u8]) {
    payload
        .split_first_chunk()
        .map_or((CloseCode::NO_STATUS.0, &[]), |(code, reason)| (u16::from_be_bytes(*code), reason))
}

/// The findings in the body of a Close that begins at the position `at`.
pub fn close_body(payload: &[u8], at: u64, findings: &mut Vec<Finding>) {
    let mut add = |rule, position: usize, detail: Option<String>| {
        let position = wide(position);
        let payload_at = Some(position);
        findings.push(Finding { payload_at, detail, ..Finding::new(rule, at.saturating_add(position)) });
    };
    if payload.len() == 1 {
        add(Rule::CloseBody1, 0, None);
    }
    if payload.len() < 2 {
        return;
    }
    let (code, reason) = close(payload);
    if !CloseCode(code).is_sendable() {
        add(Rule::CloseCodeForbidden, 0, Some(format!("{code}")));
    }
    let mut validator = Utf8Validator::new();
    match validator.push(reason) {
        Err(position) => add(Rule::CloseReasonUtf8, position.saturating_add(2), None),
        Ok(()) if !validator.is_complete() => add(Rule::CloseReasonUtf8, payload.len().saturating_sub(1), None),
        Ok(()) => {}
    }
}
