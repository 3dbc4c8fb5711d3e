//! Writes JSON. What it writes can be shown anywhere: characters that steer a terminal, or the order of text, are
//! escaped in strings.

use crate::types::Time;

/// The greatest integer that JavaScript reads exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// JSON text that grows. The commas are its own business.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    /// Whether the next value of an object or array has one before it.
    comma: bool,
}

impl Writer {
    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// What was written, given away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Makes another start.
    pub fn clear(&mut self) {
        self.out.clear();
        self.comma = false;
    }

    /// Begins an object.
    pub fn object(&mut self) -> &mut Self {
        self.open(b'{')
    }

    /// Begins an array.
    pub fn array(&mut self) -> &mut Self {
        self.open(b'[')
    }

    /// Ends an object.
    pub fn end_object(&mut self) -> &mut Self {
        self.close(b'}')
    }

    /// Ends an array.
    pub fn end_array(&mut self) -> &mut Self {
        self.close(b']')
    }

    /// Ends a line: the next value is the first of another text.
    pub fn line(&mut self) {
        self.out.push(b'\n');
        self.comma = false;
    }

    /// The key of the next value. It is ours, so that there is nothing to escape.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.comma = false;
        self
    }

    /// A string.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self.escape(text);
        self.out.push(b'"');
        self
    }

    /// Bytes that ought to be text; what is not UTF-8 becomes U+FFFD.
    pub fn lossy(&mut self, bytes: &[u8]) -> &mut Self {
        self.string(&String::from_utf8_lossy(bytes))
    }

    /// A number; one that JavaScript would round is a string.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.separate();
        let quote = number > MAX_SAFE;
        if quote {
            self.out.push(b'"');
        }
        self.digits(number);
        if quote {
            self.out.push(b'"');
        }
        self
    }

    /// A count of memory.
    pub fn count(&mut self, count: usize) -> &mut Self {
        self.number(crate::types::wide(count))
    }

    /// Nanoseconds as a decimal number of a unit of `unit` nanoseconds.
    pub fn decimal(&mut self, nanoseconds: u64, unit: u64) -> &mut Self {
        self.separate();
        let unit = unit.max(1);
        self.digits(nanoseconds.checked_div(unit).unwrap_or_default());
        let mut rest = nanoseconds.checked_rem(unit).unwrap_or_default();
        let mut place = unit;
        if rest > 0 {
            self.out.push(b'.');
        }
        while rest > 0 && place > 1 {
            place = place.wrapping_div(10);
            let digit = rest.checked_div(place).unwrap_or_default();
            self.out.push(b'0'.wrapping_add((digit % 10) as u8));
            rest = rest.checked_rem(place).unwrap_or_default();
        }
        self
    }

    /// A time as RFC 3339 has it, in microseconds, or nanoseconds if it has any.
    pub fn date(&mut self, time: Time) -> &mut Self {
        self.separate();
        let seconds = time.0 / 1_000_000_000;
        let (year, month, day) = civil(seconds / 86_400);
        self.out.push(b'"');
        self.padded(year, 4);
        for (mark, number) in [(b'-', month), (b'-', day), (b'T', seconds / 3600 % 24), (b':', seconds / 60 % 60)] {
            self.out.push(mark);
            self.padded(number, 2);
        }
        self.out.push(b':');
        self.padded(seconds % 60, 2);
        self.out.push(b'.');
        let fraction = time.0 % 1_000_000_000;
        if fraction.is_multiple_of(1000) {
            self.padded(fraction / 1000, 6);
        } else {
            self.padded(fraction, 9);
        }
        self.out.extend_from_slice(b"Z\"");
        self
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// `null`.
    pub fn null(&mut self) -> &mut Self {
        self.raw("null")
    }

    /// A number, or `null`.
    pub fn maybe(&mut self, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    /// A string, or `null`.
    pub fn maybe_string(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    /// A value as it is.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(json.as_bytes());
        self
    }

    /// Bytes as a string of base64.
    pub fn base64(&mut self, bytes: &[u8]) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        crate::base64::encode(bytes, &mut self.out);
        self.out.push(b'"');
        self
    }

    /// Bytes as a string of hex digits.
    pub fn hex(&mut self, bytes: &[u8]) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        for byte in bytes {
            self.out.extend([byte >> 4, byte & 15].map(hex_digit));
        }
        self.out.push(b'"');
        self
    }

    fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.comma = false;
        self
    }

    fn close(&mut self, bracket: u8) -> &mut Self {
        self.out.push(bracket);
        self.comma = true;
        self
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    fn digits(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut length = 0;
        for place in digits.iter_mut().rev() {
            *place = b'0'.wrapping_add((number % 10) as u8);
            number /= 10;
            length = usize::wrapping_add(length, 1);
            if number == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(20_usize.wrapping_sub(length)..).unwrap_or_default());
    }

    fn padded(&mut self, number: u64, width: u32) {
        for place in (0..width).rev() {
            let digit = number.checked_div(10_u64.saturating_pow(place)).unwrap_or_default();
            self.out.push(b'0'.wrapping_add((digit % 10) as u8));
        }
    }

    fn escape(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(must_escape) {
            let (plain, special) = rest.split_at(at);
            self.out.extend_from_slice(plain.as_bytes());
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                self.escape_one(character);
            }
            rest = characters.as_str();
        }
        self.out.extend_from_slice(rest.as_bytes());
    }

    fn escape_one(&mut self, character: char) {
        let short = match character {
            '"' => b'"',
            '\\' => b'\\',
            '\n' => b'n',
            '\r' => b'r',
            '\t' => b't',
            '\u{8}' => b'b',
            '\u{c}' => b'f',
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    self.out.extend_from_slice(b"\\u");
                    for shift in [12, 8, 4, 0] {
                        self.out.push(hex_digit((unit.wrapping_shr(shift) & 15) as u8));
                    }
                }
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }
}

fn hex_digit(value: u8) -> u8 {
    char::from_digit(u32::from(value), 16).map_or(b'0', |digit| digit as u8)
}

/// What JSON demands, and what steers: C0 and C1, and the characters of the categories Cf, Zl and Zp.
fn must_escape(character: char) -> bool {
    match character {
        '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\0'..='\u{ac}' => false,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' => {
            true
        }
        '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' => true,
        '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' => true,
        '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0001}' | '\u{e0020}'..='\u{e007f}' => true,
        _ => false,
    }
}

/// The date of a day counted from 1970 (the algorithm of the proleptic Gregorian calendar over eras of 400 years).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days.wrapping_add(719_468);
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let leap_days = (day_of_era / 1460).wrapping_sub(day_of_era / 36_524).wrapping_add(day_of_era / 146_096);
    let year_of_era = day_of_era.wrapping_sub(leap_days) / 365;
    let before = year_of_era.wrapping_mul(365).wrapping_add(year_of_era / 4).wrapping_sub(year_of_era / 100);
    let day_of_year = day_of_era.wrapping_sub(before);
    let month_from_march = day_of_year.wrapping_mul(5).wrapping_add(2) / 153;
    let day = day_of_year.wrapping_sub(month_from_march.wrapping_mul(153).wrapping_add(2) / 5).wrapping_add(1);
    let month = if month_from_march < 10 { month_from_march.wrapping_add(3) } else { month_from_march.wrapping_sub(9) };
    let year = era.wrapping_mul(400).wrapping_add(year_of_era).wrapping_add(u64::from(month <= 2));
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::default();
        write(&mut writer);
        String::from_utf8(writer.into_bytes()).unwrap()
    }

    #[test]
    fn structure() {
        let text = written(|w| {
            w.object().key("a").number(1).key("b").array().null().boolean(true).end_array();
            w.key("c").object().end_object().end_object();
        });
        assert_eq!(text, r#"{"a":1,"b":[null,true],"c":{}}"#);
    }

    #[test]
    fn numbers_and_times() {
        assert_eq!(written(|w| _ = w.number(0)), "0");
        assert_eq!(written(|w| _ = w.number(MAX_SAFE)), "9007199254740991");
        assert_eq!(written(|w| _ = w.number(u64::MAX)), "\"18446744073709551615\"");
        assert_eq!(written(|w| _ = w.decimal(1_042_117_000, 1_000_000_000)), "1.042117");
        assert_eq!(written(|w| _ = w.decimal(3_000_000, 1_000_000)), "3");
        assert_eq!(written(|w| _ = w.decimal(1, 1_000_000_000)), "0.000000001");
        for (nanoseconds, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_826_154_000_001_000, "2000-02-29T12:09:14.000001Z"),
            (1_767_225_601_042_117_001, "2026-01-01T00:00:01.042117001Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            assert_eq!(written(|w| _ = w.date(Time(nanoseconds))), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_steers_is_escaped_and_the_rest_is_left() {
        let text = "a\"\\\n\u{1b}]52;\u{7}\u{9b}\u{202e}\u{e0001}é😀\u{ad}\u{7f}";
        let json = written(|w| _ = w.string(text));
        assert_eq!(json, r#""a\"\\\n\u001b]52;\u0007\u009b\u202e\udb40\udc01é😀\u00ad\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn bytes() {
        assert_eq!(written(|w| _ = w.hex(&[0, 0xab])), "\"00ab\"");
        assert_eq!(written(|w| _ = w.base64(&[0; 4])), "\"AAAAAA==\"");
    }
}
