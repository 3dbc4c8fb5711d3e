//! The catalogue of everything that is reported: one table, shared by the page, the command line and the records.
//!
//! Ids are stable and never used again for something else. The order is that of the bits in [`Set`], which an index of
//! frames stores, so new ones go to the end.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Legal but worth seeing, or a mark of where knowledge comes from.
    Note,
    /// Suspicious, beyond a limit, or not provable from the capture.
    Warn,
    /// The sender broke a MUST, or the peer must fail the connection.
    Error,
}

impl Level {
    /// As in the records: `note`, `warn`, `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Note, Self::Warn, Self::Error].into_iter().find(|level| level.name() == name)
    }
}

/// What the catalogue says about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The stable name, in kebab case.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// Document and section, as in `6455#5.5.1`; `None` if it is policy or about the capture.
    pub rfc: Option<&'static str>,
    /// The status code with which a strict peer closes, if it does.
    pub close: Option<u16>,
    /// The HTTP status with which a strict server answers, for faults in a request.
    pub status: Option<u16>,
    /// A sentence for people, without the particulars.
    pub text: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $id:literal $level:ident $rfc:expr, $close:expr, $status:expr, $text:literal;)*) => {
        /// A rule of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Rule {
            $(#[doc = $text] $variant,)*
        }

        /// All rules, in the order of their bits.
        pub const RULES: [Rule; COUNT] = [$(Rule::$variant),*];

        /// How many rules there are.
        pub const COUNT: usize = [$($id),*].len();

        const ENTRIES: [Entry; COUNT] = [$(Entry {
            id: $id,
            level: Level::$level,
            rfc: $rfc,
            close: $close,
            status: $status,
            text: $text,
        }),*];
    };
}

catalogue! {
    HsMethodVersion "hs-method-version" Error Some("6455#4.1"), None, Some(400), "the request is not a GET of HTTP/1.1 or higher";
    HsMissingHost "hs-missing-host" Error Some("6455#4.2.1"), None, Some(400), "the request has no Host field, or more than one";
    HsUpgrade "hs-upgrade" Error Some("6455#4.2.1"), None, Some(400), "the Upgrade field does not contain websocket";
    HsConnection "hs-connection" Error Some("6455#4.2.1"), None, Some(400), "the Connection field does not contain the token Upgrade";
    HsKeyInvalid "hs-key-invalid" Error Some("6455#4.1"), None, Some(400), "the key is not 16 bytes in base64";
    HsVersion "hs-version" Error Some("6455#4.4"), None, Some(426), "Sec-WebSocket-Version is not 13";
    HsAcceptMismatch "hs-accept-mismatch" Error Some("6455#4.2.2"), None, None, "Sec-WebSocket-Accept is not the hash of the key";
    HsExtensionUnoffered "hs-extension-unoffered" Error Some("6455#4.1"), None, None, "the answer has an extension that was not offered";
    HsSubprotocolUnoffered "hs-subprotocol-unoffered" Error Some("6455#4.1"), None, None, "the answer has a subprotocol that was not offered";
    HsPmdParams "hs-pmd-params" Error Some("7692#7.1"), None, None, "the parameters of permessage-deflate are not valid";
    MaskMissing "mask-missing" Error Some("6455#5.1"), Some(1002), None, "a frame of the client is not masked";
    MaskPresent "mask-present" Error Some("6455#5.1"), Some(1002), None, "a frame of the server is masked";
    MaskKeyWeak "mask-key-weak" Warn Some("6455#5.3"), None, None, "the masking key is zero, or that of the frame before";
    RsvNonzero "rsv-nonzero" Error Some("6455#5.2"), Some(1002), None, "a reserved bit is set that no extension defines";
    OpcodeReserved "opcode-reserved" Error Some("6455#5.2"), Some(1002), None, "the opcode is reserved";
    LengthNonminimal "length-nonminimal" Error Some("6455#5.2"), Some(1002), None, "the length is not in its shortest form";
    LengthMsb "length-msb" Error Some("6455#5.2"), Some(1002), None, "the top bit of the 64-bit length is set";
    LengthImplausible "length-implausible" Warn None, Some(1009), None, "the frame claims more than is plausible";
    ControlTooLong "control-too-long" Error Some("6455#5.5"), Some(1002), None, "a control frame has more than 125 bytes of payload";
    ControlFragmented "control-fragmented" Error Some("6455#5.5"), Some(1002), None, "a control frame is fragmented";
    ContinuationOrphan "continuation-orphan" Error Some("6455#5.4"), Some(1002), None, "a continuation, but no message is open";
    MessageInterrupted "message-interrupted" Error Some("6455#5.4"), Some(1002), None, "a new message begins inside another one";
    FragmentEmpty "fragment-empty" Note Some("6455#5.4"), None, None, "a fragment without payload";
    Rsv1Control "rsv1-control" Error Some("7692#6"), Some(1002), None, "a control frame is marked as compressed";
    Rsv1Continuation "rsv1-continuation" Error Some("7692#6"), Some(1002), None, "a continuation is marked as compressed";
    Utf8Invalid "utf8-invalid" Error Some("6455#8.1"), Some(1007), None, "the text is not UTF-8";
    CloseBody1 "close-body-1" Error Some("6455#5.5.1"), Some(1002), None, "the body of the Close has a single byte";
    CloseCodeForbidden "close-code-forbidden" Error Some("6455#7.4"), Some(1002), None, "the status code may not be in a Close";
    CloseReasonUtf8 "close-reason-utf8" Error Some("6455#5.5.1"), Some(1007), None, "the reason of the Close is not UTF-8";
    DataAfterClose "data-after-close" Error Some("6455#5.5.1"), None, None, "a data frame after the Close of the same side";
    CloseUnanswered "close-unanswered" Warn Some("6455#5.5.1"), None, None, "the Close was never answered";
    NoCloseFrame "no-close-frame" Warn Some("6455#7.1.5"), None, None, "the connection ended without a Close, which is reported as 1006";
    PingUnanswered "ping-unanswered" Warn Some("6455#5.5.2"), None, None, "the Ping was never answered";
    PongMismatch "pong-mismatch" Warn Some("6455#5.5.3"), None, None, "the Pong answers no Ping that is open";
    PongUnsolicited "pong-unsolicited" Note Some("6455#5.5.3"), None, None, "a Pong while no Ping was open";
    InflateError "inflate-error" Error Some("7692#7.2.2"), Some(1007), None, "the compressed data is not valid";
    InflateWindowExceeded "inflate-window-exceeded" Error Some("7692#7.1.2"), Some(1007), None, "compressed data refers back beyond the window";
    InflateTailKept "inflate-tail-kept" Note Some("7692#7.2.1"), None, None, "the bytes 00 00 ff ff at the end were not taken off";
    InflateRatio "inflate-ratio" Warn None, Some(1009), None, "the message inflates to more than 100 times its size, and more than 1 MiB";
    Truncated "truncated" Warn None, None, None, "the capture ends inside a frame or message";
    TcpGap "tcp-gap" Warn None, None, None, "bytes of the stream are missing from the capture";
    TcpOverlap "tcp-overlap" Note None, None, None, "segments overlap with different bytes; the first copy was kept";
    Resynced "resynced" Warn None, None, None, "found by looking for frames, not by following them";
    GuessedDirection "guessed-direction" Note None, None, None, "the direction was inferred";
    GuessedExtension "guessed-extension" Note None, None, None, "permessage-deflate was inferred, its negotiation was not seen";
}

impl Rule {
    /// What the catalogue says about it.
    #[must_use]
    pub fn entry(self) -> Entry {
        ENTRIES.get(self as usize).copied().unwrap_or(ENTRIES[0])
    }

    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The rule with that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        RULES.into_iter().find(|rule| rule.id() == id)
    }
}

/// A set of rules, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set(pub u64);

impl Set {
    /// Adds a rule.
    pub fn insert(&mut self, rule: Rule) {
        self.0 |= bit(rule);
    }

    /// Adds all that are in another.
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether the rule is in it.
    #[must_use]
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & bit(rule) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rules in it, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        RULES.into_iter().filter(move |rule| self.contains(*rule))
    }

    /// The highest level of what is in it.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        if self.is_empty() { None } else { self.iter().map(|rule| rule.entry().level).max() }
    }
}

const fn bit(rule: Rule) -> u64 {
    1_u64.wrapping_shl(rule as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_fit_the_mask() {
        assert_eq!(COUNT, 45);
        for (index, rule) in RULES.into_iter().enumerate() {
            let id = rule.id();
            assert_eq!(rule as usize, index);
            assert_eq!(Rule::from_id(id), Some(rule), "{id} is there twice");
            assert!(id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')), "{id}");
        }
        assert_eq!(Rule::from_id("nothing"), None);
    }

    #[test]
    fn sets() {
        let mut set = Set::default();
        assert_eq!((set.is_empty(), set.level()), (true, None));
        set.insert(Rule::GuessedExtension);
        assert_eq!(set.level(), Some(Level::Note));
        set.insert(Rule::HsMethodVersion);
        assert_eq!(set.level(), Some(Level::Error));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Rule::HsMethodVersion, Rule::GuessedExtension]);
        assert!(!set.contains(Rule::Utf8Invalid));
    }
}
