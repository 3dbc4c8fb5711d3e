//! Messages of sources that have no frames: what they say, as rows without a header.

use sansocket::{CloseCode, FrameHeader, Opcode, Utf8Validator};

use crate::catalogue::{Rule, Set};
use crate::frames::Dialogue;
use crate::out::Out;
use crate::record::{Finding, Frame, Message, Record};
use crate::stream::Handshake;
use crate::types::{Place, Side, Time, wide};

/// A message as a source describes it.
#[derive(Default)]
pub(crate) struct Item {
    /// `send`, `receive` or `error`, or the name of an event.
    pub kind: String,
    pub opcode: Option<f64>,
    pub time: Option<f64>,
    pub code: Option<u16>,
    pub data: Option<Vec<u8>>,
    /// The data was too long to be held.
    pub cut: bool,
    /// The position of the message in the file, and that of its data.
    pub at: u64,
    pub data_at: u64,
}

/// Tells the messages of one connection after another.
#[derive(Default)]
pub(crate) struct Teller {
    talk: Option<Dialogue>,
    started: Option<Time>,
    positions: [u64; 2],
    /// The handshake was told.
    described: bool,
}

impl Teller {
    /// Begins a connection.
    pub(crate) fn begin(&mut self, url: Option<&str>, started: Option<Time>, out: &mut Out) {
        self.finish(out);
        let connection = out.next_connection();
        if let Some(started) = started {
            out.see_time(started);
        }
        self.started = started;
        self.positions = [0; 2];
        self.talk = Some(Dialogue::new(connection, false));
        self.described = false;
        if url.is_some() {
            self.describe(url.map(str::to_owned), None, started, out);
        }
    }

    /// Tells what is known of the opening handshake, once.
    pub(crate) fn describe(&mut self, url: Option<String>, status: Option<u16>, started: Option<Time>, out: &mut Out) {
        let Some(talk) = self.talk.as_ref().filter(|_| !self.described) else { return };
        self.described = true;
        let place = Place { time: started, ..Place::default() };
        let handshake = Handshake { connection: talk.connection, url, status, place, ..Handshake::default() };
        out.record(&Record::Handshake(&handshake));
    }

    /// Whether there is a connection.
    pub(crate) const fn has_begun(&self) -> bool {
        self.talk.is_some()
    }

    /// Ends the connection.
    pub(crate) fn finish(&mut self, out: &mut Out) {
        if let Some(mut talk) = self.talk.take() {
            talk.finish(None, 0, out);
        }
    }

    /// Tells a message.
    pub(crate) fn tell(&mut self, item: Item, out: &mut Out) {
        let Some(talk) = &mut self.talk else { return };
        let place = Place { file: Some(item.at), packet: None, time: time(item.time, self.started) };
        if let Some(time) = place.time {
            out.see_time(time);
        }
        let side = match item.kind.as_str() {
            "send" | "sent" | "out" => Side::Client,
            "receive" | "received" | "in" => Side::Server,
            "error" => {
                let text = String::from_utf8_lossy(item.data.as_deref().unwrap_or_default()).into_owned();
                let text = if text.is_empty() {
                    "the connection failed".to_owned()
                } else {
                    format!("the connection failed: {text}")
                };
                return out.error(place, Some(talk.connection), &text);
            }
            other => {
                return out.error(place, Some(talk.connection), &format!("a message of the unknown type {other:?}"));
            }
        };
        let Some(opcode) = opcode(item.opcode) else {
            let number = whole(item.opcode.unwrap_or_default());
            return out.error(place, Some(talk.connection), &format!("a message of the opcode {number}"));
        };
        let mut findings = Vec::new();
        let payload = match payload(opcode, &item) {
            Ok(payload) => payload,
            Err(text) => {
                out.error(Place { file: Some(item.data_at), ..place }, Some(talk.connection), text);
                item.data.unwrap_or_default()
            }
        };
        if item.cut {
            out.error(place, Some(talk.connection), "the message is longer than is held; the rest is left out");
        }
        let [client, server] = &mut self.positions;
        let position = if side == Side::Client { client } else { server };
        let stream = *position;
        *position = position.saturating_add(wide(payload.len()));
        if opcode == Opcode::Text && Utf8Validator::new().push(&payload).is_err() {
            findings.push(Finding::new(Rule::Utf8Invalid, stream));
        }
        let number = out.next_number();
        let connection = talk.connection;
        let is_data = !opcode.is_control();
        let mut answer = None;
        match opcode {
            Opcode::Ping => talk.ping(side, number, &payload, place.time, stream),
            Opcode::Pong => answer = talk.pong(side, &payload, place.time).ok(),
            Opcode::Close => {
                let (code, reason) = crate::frames::close_parts(&payload);
                talk.close(side, number, item.code.unwrap_or(code), reason, place.time, stream);
            }
            _ => talk.messages = talk.messages.saturating_add(1),
        }
        let mut set = Set::default();
        findings.iter().for_each(|finding| set.insert(finding.rule));
        out.store(connection, side, stream, &payload, place);
        let length = wide(payload.len());
        let message = is_data.then_some(talk.messages);
        out.record(&Record::Frame(&Frame {
            number,
            connection,
            message,
            side,
            kind: opcode,
            header: FrameHeader::new(opcode, length),
            has_header: false,
            has_flags: false,
            header_length: 0,
            captured: length,
            extent: length,
            stream,
            place,
            payload: &payload,
            inflated: None,
            set,
            findings: &findings,
            compressed: false,
            guessed: false,
            answer,
        }));
        if let Some(number_of_message) = message {
            out.record(&Record::Message(&Message {
                connection,
                number: number_of_message,
                side,
                time: place.time,
                kind: opcode,
                frames: &[number],
                frame_count: 1,
                wire: length,
                length,
                payload: &payload,
                inflated: None,
                guessed: false,
            }));
        }
    }
}

fn opcode(number: Option<f64>) -> Option<Opcode> {
    let number = number.unwrap_or(1.0);
    let opcode = [Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong, Opcode::Continuation];
    opcode.into_iter().find(|opcode| (f64::from(opcode.bits()) - number).abs() < f64::EPSILON)
}

/// The whole part of a number: writing one with a fraction takes 15 KB of code.
#[expect(clippy::cast_possible_truncation, reason = "the conversion saturates")]
pub(crate) const fn whole(number: f64) -> i64 {
    number as i64
}

/// What a message carries: text as it is, and everything else in base64, except that home-made archives have some as text.
fn payload(opcode: Opcode, item: &Item) -> Result<Vec<u8>, &'static str> {
    let data = item.data.as_deref().unwrap_or_default();
    match opcode {
        Opcode::Text => Ok(data.to_vec()),
        Opcode::Close if item.code.is_some() => {
            let code = item.code.unwrap_or(CloseCode::NO_STATUS.0).to_be_bytes();
            Ok([&code, data].concat())
        }
        Opcode::Binary if item.cut => Err("the data of a binary message is too long, and so stays base64"),
        Opcode::Binary => {
            crate::base64::decode(data).ok_or("the data of a binary message is not base64: it is taken as it is")
        }
        _ => Ok(crate::base64::decode(data).unwrap_or_else(|| data.to_vec())),
    }
}

/// Bytes of pairs of hex digits.
pub(crate) fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect()
}

/// Milliseconds since 1970, seconds since 1970, or seconds from the start, whichever the number can be.
fn time(number: Option<f64>, started: Option<Time>) -> Option<Time> {
    let number = number.filter(|number| *number >= 0.0)?;
    if number > 1e11 {
        Some(Time::from_seconds(number / 1e3))
    } else if number >= 1e9 {
        Some(Time::from_seconds(number))
    } else {
        started.map(|started| Time(started.0.saturating_add(Time::from_seconds(number).0)))
    }
}

/// A date of RFC 3339, as in `2026-01-01T00:00:01.5Z` or with `+01:00`.
pub(crate) fn parse_date(text: &str) -> Option<Time> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1970..=2500).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let rest = text.get(19..)?;
    let digits = rest.strip_prefix('.').unwrap_or_default();
    let count = digits.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(digits.len());
    let fraction: String = digits.get(..count)?.chars().chain("000000000".chars()).take(9).collect();
    let zone = rest.get(rest.len().saturating_sub(6)..).filter(|zone| zone.starts_with(['+', '-']));
    let offset = zone.map_or(Some(0), |zone| {
        let minutes =
            zone.get(1..3)?.parse::<i64>().ok()?.saturating_mul(60).saturating_add(zone.get(4..6)?.parse().ok()?);
        Some(if zone.starts_with('-') { minutes.saturating_neg() } else { minutes })
    })?;
    // Days since 1970, counted from March so that the leap day is the last of its year.
    let (y, m) =
        if month > 2 { (year, month.saturating_sub(3)) } else { (year.saturating_sub(1), month.saturating_add(9)) };
    let leap_days = (y / 4).saturating_sub(y / 100).saturating_add(y / 400);
    let months = m.saturating_mul(153).saturating_add(2) / 5;
    let days = y
        .saturating_mul(365)
        .saturating_add(leap_days)
        .saturating_add(months)
        .saturating_add(day)
        .saturating_sub(719_469);
    let minutes = hour.saturating_mul(60).saturating_add(minute).saturating_sub(offset);
    let seconds = days.saturating_mul(86_400).saturating_add(minutes.saturating_mul(60)).saturating_add(second);
    let nanoseconds = u64::try_from(seconds).ok()?.saturating_mul(1_000_000_000);
    Some(Time(nanoseconds.saturating_add(fraction.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, nanoseconds) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T12:09:14.000001Z", 951_826_154_000_001_000),
            ("2026-01-01T01:00:01.5+01:00", 1_767_225_601_500_000_000),
            ("2026-01-01T00:00:01Z", 1_767_225_601_000_000_000),
        ] {
            assert_eq!(parse_date(text), Some(Time(nanoseconds)), "{text}");
        }
        assert_eq!((parse_date("today"), parse_date("1969-01-01T00:00:00Z")), (None, None));
    }

    #[test]
    fn times_of_all_dialects() {
        let start = Some(Time(5_000_000_000));
        assert_eq!(time(Some(1_767_225_601.5), start), Some(Time(1_767_225_601_500_000_000)));
        assert_eq!(time(Some(1_767_225_601_500.0), start), Some(Time(1_767_225_601_500_000_000)));
        assert_eq!(time(Some(2.0), start), Some(Time(7_000_000_000)));
        assert_eq!((time(Some(-1.0), start), time(None, start), time(Some(2.0), None)), (None, None, None));
    }
}
