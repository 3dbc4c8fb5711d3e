//! What a capture is read with.

use sansocket::deflate::DeflateParams;

use crate::json::{Reader, Token};
use crate::types::Side;

/// What the bytes of a capture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A capture of packets by libpcap.
    Pcap,
    /// The newer format of captures of packets.
    Pcapng,
    /// An HTTP archive, which has messages.
    Har,
    /// A log of Chromium's network stack.
    NetLog,
    /// The bytes of a connection.
    Raw,
    /// Records of this engine, or events as lines of JSON.
    Ndjson,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Pcap, Self::Pcapng, Self::Har, Self::NetLog, Self::Raw, Self::Ndjson];

    /// As in the options and the records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Pcapng => "pcapng",
            Self::Har => "har",
            Self::NetLog => "netlog",
            Self::Raw => "raw",
            Self::Ndjson => "ndjson",
        }
    }
}

/// Where it is known from whether messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As negotiated; inferred if the handshake was not seen.
    Auto,
    /// Nothing is inflated, and a compressed message breaks the rules.
    Off,
    /// With these parameters, unless the handshake says otherwise.
    Assume(DeflateParams),
}

/// How much of payloads is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadMode {
    /// All of it.
    Full,
    /// The beginning.
    Preview,
    /// Nothing.
    None,
}

/// What a record is about: its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordType {
    /// The capture, at its beginning.
    Capture,
    /// An opening handshake.
    Handshake,
    /// A frame.
    Frame,
    /// A whole message.
    Message,
    /// A rule that was broken.
    Violation,
    /// Bytes that are missing.
    Gap,
    /// The end of a connection.
    Close,
    /// Something that could not be read.
    Error,
    /// The capture, at its end.
    Summary,
}

impl RecordType {
    const ALL: [Self; 9] = [
        Self::Capture,
        Self::Handshake,
        Self::Frame,
        Self::Message,
        Self::Violation,
        Self::Gap,
        Self::Close,
        Self::Error,
        Self::Summary,
    ];

    /// As in the options and the records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Handshake => "handshake",
            Self::Frame => "frame",
            Self::Message => "message",
            Self::Violation => "violation",
            Self::Gap => "gap",
            Self::Close => "close",
            Self::Error => "error",
            Self::Summary => "summary",
        }
    }
}

/// Types of records, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records(u16);

impl Records {
    /// All of them, but messages.
    const DEFAULT: Self = Self(0x1ff ^ Self::bit(RecordType::Message));

    /// Whether records of that type are written.
    #[must_use]
    pub const fn has(self, kind: RecordType) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    fn add(&mut self, kind: RecordType) {
        self.0 |= Self::bit(kind);
    }

    const fn bit(kind: RecordType) -> u16 {
        1_u16.wrapping_shl(kind as u32)
    }
}

/// How a capture is read, and what is written of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the capture, for the records.
    pub source: Option<String>,
    /// What it is; `None`: its first bytes tell.
    pub from: Option<Kind>,
    /// Who sent bytes of an unknown side; `None`: the handshake tells, or the mask bit.
    pub side: Option<Side>,
    /// Where it is known from whether messages are compressed.
    pub compression: Compression,
    /// The types of records that are written.
    pub records: Records,
    /// How much of payloads is written.
    pub payload: PayloadMode,
    /// The most bytes of a payload in a record; `None`: 256 in a preview, else all.
    pub max_payload: Option<usize>,
    /// Whether payloads that are no text are written as hex digits instead of base64.
    pub hex: bool,
    /// Whether frames and heads are written as they were on the wire, too.
    pub wire: bool,
    /// Only frames that match are written.
    pub filter: String,
    /// Whether the capture is kept, so that it can be looked at in any order.
    pub index: bool,
    /// The most bytes of a message that are held. Default 64 MiB.
    pub max_message: usize,
    /// The longest frame that is believed. Default 1 GiB.
    pub max_frame: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            source: None,
            from: None,
            side: None,
            compression: Compression::Auto,
            records: Records::DEFAULT,
            payload: PayloadMode::Full,
            max_payload: None,
            hex: false,
            wire: false,
            filter: String::new(),
            index: false,
            max_message: 64 << 20,
            max_frame: 1 << 30,
        }
    }
}

impl Options {
    /// Reads options from an object of JSON; see the README of the crate for its keys.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what it may be.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut key = String::new();
        let mut params = None;
        let mut fault = None;
        let mut reader = Reader::new(false);
        let mut on = |token: Token<'_>, _| {
            let result = match token {
                Token::Key(name) => {
                    key = String::from_utf8_lossy(name).into_owned();
                    Ok(())
                }
                Token::String { bytes, .. } => options.set_text(&key, &String::from_utf8_lossy(bytes), &mut params),
                Token::Number(number) => options.set_number(&key, number),
                Token::Boolean(value) => match key.as_str() {
                    "index" => {
                        options.index = value;
                        Ok(())
                    }
                    "wire" => {
                        options.wire = value;
                        Ok(())
                    }
                    _ => Err("is no boolean".to_owned()),
                },
                Token::Array if key == "records" => {
                    options.records = Records::default();
                    Ok(())
                }
                Token::Array => Err("is no array".to_owned()),
                Token::Object | Token::EndObject | Token::EndArray | Token::Null => Ok(()),
            };
            if let Err(text) = result {
                fault.get_or_insert_with(|| format!("\"{key}\" {text}"));
            }
        };
        let end = reader.feed(json, &mut on).and_then(|()| reader.finish(&mut on));
        end.map_err(|fault| format!("the options are no JSON: {fault}"))?;
        if let (Compression::Assume(assumed), Some(params)) = (&mut options.compression, params) {
            *assumed = params;
        }
        fault.map_or(Ok(options), Err)
    }

    fn set_text(&mut self, key: &str, text: &str, params: &mut Option<DeflateParams>) -> Result<(), String> {
        match (key, text) {
            ("source", _) => self.source = Some(text.to_owned()),
            ("filter", _) => text.clone_into(&mut self.filter),
            ("from", "auto") => self.from = None,
            ("from", _) => {
                let kinds = Kind::ALL.map(Kind::name).join(", ");
                let kind = Kind::ALL.into_iter().find(|kind| kind.name() == text);
                self.from = Some(kind.ok_or(format!("is auto, {kinds}, not {text:?}"))?);
            }
            ("side", "auto") => self.side = None,
            ("side", "client") => self.side = Some(Side::Client),
            ("side", "server") => self.side = Some(Side::Server),
            ("side", _) => return Err(format!("is auto, client or server, not {text:?}")),
            ("deflate", "auto") => self.compression = Compression::Auto,
            ("deflate", "off") => self.compression = Compression::Off,
            ("deflate", "assume") => self.compression = Compression::Assume(DeflateParams::default()),
            ("deflate", _) => return Err(format!("is auto, off or assume, not {text:?}")),
            ("deflateParams", _) => *params = Some(deflate_params(text)?),
            ("payload", "full") => self.payload = PayloadMode::Full,
            ("payload", "preview") => self.payload = PayloadMode::Preview,
            ("payload", "none") => self.payload = PayloadMode::None,
            ("payload", _) => return Err(format!("is full, preview or none, not {text:?}")),
            ("bytes", "base64" | "hex") => self.hex = text == "hex",
            ("bytes", _) => return Err(format!("is base64 or hex, not {text:?}")),
            ("records", _) => {
                let names = RecordType::ALL.map(RecordType::name).join(", ");
                let kind = RecordType::ALL.into_iter().find(|kind| kind.name() == text);
                self.records.add(kind.ok_or(format!("has {names}, not {text:?}"))?);
            }
            _ => return Err("is no option with a text".to_owned()),
        }
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn set_number(&mut self, key: &str, number: f64) -> Result<(), String> {
        match key {
            "maxPayload" => self.max_payload = Some(number as usize),
            "maxMessage" => self.max_message = number as usize,
            "maxFrame" => self.max_frame = number as u64,
            _ => return Err("is no option with a number".to_owned()),
        }
        Ok(())
    }
}

/// Parameters as in `Sec-WebSocket-Extensions`, with or without the name of the extension.
fn deflate_params(text: &str) -> Result<DeflateParams, String> {
    use sansocket::deflate::{EXTENSION_NAME, check_response};
    use sansocket::handshake::parse_extensions;
    let text = text.trim();
    let rest = text.strip_prefix(EXTENSION_NAME).unwrap_or(text).trim().trim_start_matches(';');
    let answer = if rest.is_empty() { EXTENSION_NAME.to_owned() } else { format!("{EXTENSION_NAME};{rest}") };
    let offer = "permessage-deflate; client_max_window_bits".as_bytes();
    let parse = |text: &[u8]| parse_extensions([text]).map_err(|_| ());
    let params = parse(offer).and_then(|offer| check_response(&offer, &parse(answer.as_bytes())?).map_err(|_| ()));
    params.ok().flatten().ok_or(format!("has the parameters of permessage-deflate, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_json() {
        let json = br#"{"source":"a","from":"pcapng","side":"server","deflate":"assume","deflateParams":"server_max_window_bits=10",
            "records":["frame","error"],"payload":"preview","maxPayload":7,"bytes":"hex","filter":"op == text","index":true,"maxMessage":9,"maxFrame":8}"#;
        let options = Options::from_json(json).unwrap();
        assert_eq!((options.from, options.side), (Some(Kind::Pcapng), Some(Side::Server)));
        assert!(options.records.has(RecordType::Frame) && options.records.has(RecordType::Error));
        assert!(!options.records.has(RecordType::Gap));
        assert!(matches!(options.compression, Compression::Assume(params) if params.server_max_window_bits == 10));
        assert_eq!((options.max_payload, options.max_message, options.max_frame), (Some(7), 9, 8));
        assert!(options.hex && options.index);
        let defaults = Options::from_json(b"{}").unwrap();
        assert!(!defaults.records.has(RecordType::Message) && defaults.records.has(RecordType::Summary));
    }

    #[test]
    fn faults_name_the_key() {
        for (json, text) in [
            (r#"{"from":"x"}"#, "\"from\" is auto, pcap, pcapng, har, netlog, raw, ndjson, not \"x\""),
            (r#"{"nothing":1}"#, "\"nothing\" is no option with a number"),
            (
                r#"{"records":["x"]}"#,
                "\"records\" has capture, handshake, frame, message, violation, gap, close, error, summary, not \"x\"",
            ),
            (r#"{"deflateParams":"x=1"}"#, "\"deflateParams\" has the parameters of permessage-deflate, not \"x=1\""),
            ("{", "the options are no JSON: line 1, column 2: the text ends in the middle"),
        ] {
            assert_eq!(Options::from_json(json.as_bytes()).unwrap_err(), text);
        }
    }
}
