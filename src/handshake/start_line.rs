//! The first line of a head (RFC 9112 §3 and §4), and the host and target in a request.

use alloc::string::String;

use super::class::{Class, all, cut, eq_ignore_case, find, is_token, prefix};
use super::error::HandshakeViolation;
use super::fields::text;

/// What a request line says; the method is GET.
pub(crate) struct RequestLine<'a> {
    pub(crate) target: &'a [u8],
    /// Path and query; `/` if an absolute target has neither.
    pub(crate) path: String,
    /// The authority of an absolute target, which beats `Host` (RFC 9112 §3.2.2).
    pub(crate) authority: Option<&'a [u8]>,
}

impl<'a> RequestLine<'a> {
    /// Checks in the order of the grammar: the line, its version, its method, its target.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, HandshakeViolation> {
        let (method, Some(rest)) = cut(line, b' ') else { return Err(HandshakeViolation::BadRequestLine) };
        let (target, Some(version)) = cut(rest, b' ') else { return Err(HandshakeViolation::BadRequestLine) };
        if !is_token(method) || target.is_empty() {
            return Err(HandshakeViolation::BadRequestLine);
        }
        match is_http_1_1(version) {
            None => return Err(HandshakeViolation::BadRequestLine),
            Some(false) => return Err(HandshakeViolation::BadHttpVersion),
            Some(true) => {}
        }
        if method != b"GET" {
            return Err(HandshakeViolation::BadMethod);
        }
        Self::parse_target(target).ok_or(HandshakeViolation::BadTarget)
    }

    /// The two forms that a request other than CONNECT and OPTIONS may have: origin-form and absolute-form
    /// (RFC 9112 §3.2). A fragment is never sent (RFC 6455 §3).
    fn parse_target(target: &'a [u8]) -> Option<Self> {
        if !all(target, Class::Path) {
            return None;
        }
        if target.starts_with(b"/") {
            return Some(Self { target, path: text(target), authority: None });
        }
        let (scheme, rest) = target.split_at_checked(find(target, b':'))?;
        if !eq_ignore_case(scheme, b"http") && !eq_ignore_case(scheme, b"https") {
            return None;
        }
        let rest = rest.strip_prefix(b"://")?;
        let end = find(rest, b'/').min(find(rest, b'?'));
        let (authority, rest) = rest.split_at_checked(end)?;
        let mut path = String::new();
        if !rest.starts_with(b"/") {
            path.push('/');
        }
        path.push_str(&text(rest));
        is_authority(authority).then_some(Self { target, path, authority: Some(authority) })
    }
}

/// What a status line says. The version is 1.1, or 1.0 if the connection is refused.
pub(crate) struct StatusLine<'a> {
    pub(crate) status: u16,
    pub(crate) reason: &'a [u8],
}

impl<'a> StatusLine<'a> {
    /// The reason phrase may be absent, and the space before it with it, as in many responses on the web.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, HandshakeViolation> {
        let (version, rest) = line.split_at_checked(8).ok_or(HandshakeViolation::BadStatusLine)?;
        let Some([b' ', a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..]) = Some(rest) else {
            return Err(HandshakeViolation::BadStatusLine);
        };
        let reason = match rest {
            [] => rest,
            [b' ', reason @ ..] if all(reason, Class::Value) => reason,
            _ => return Err(HandshakeViolation::BadStatusLine),
        };
        let status = decimal(&[*a, *b, *c]).and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        match is_http_1_1(version) {
            None => return Err(HandshakeViolation::BadStatusLine),
            // A server that knows 1.0 alone can refuse, and say why (RFC 6455 §4.1, RFC 9112 §2.3).
            Some(false) if version != b"HTTP/1.0" || status < 200 => return Err(HandshakeViolation::BadHttpVersion),
            Some(_) => {}
        }
        Ok(Self { status, reason })
    }
}

/// `None` if it is not a version of HTTP at all (RFC 9112 §2.3).
fn is_http_1_1(version: &[u8]) -> Option<bool> {
    match version {
        [b'H', b'T', b'T', b'P', b'/', major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] => {
            Some((*major, *minor) == (b'1', b'1'))
        }
        _ => None,
    }
}

/// Whether it is the path of a request: origin-form (RFC 9112 §3.2.1). More characters are let through than
/// RFC 3986 has, since browsers send some of them as they are.
pub(crate) fn is_path(path: &[u8]) -> bool {
    path.starts_with(b"/") && all(path, Class::Path)
}

/// `uri-host [ ":" port ]` with a host that is not empty and no user information (RFC 9110 §4.2, RFC 3986 §3.2).
pub(crate) fn is_authority(authority: &[u8]) -> bool {
    let (is_host, port) = match authority.strip_prefix(b"[") {
        Some(rest) => {
            let (address, rest) = rest.split_at_checked(prefix(rest, Class::Address)).unwrap_or_default();
            // `]` missing: no port begins with what is there instead.
            (address.contains(&b':'), rest.strip_prefix(b"]").unwrap_or(b"?"))
        }
        None => {
            let (name, port) = authority.split_at_checked(find(authority, b':')).unwrap_or_default();
            (is_reg_name(name), port)
        }
    };
    is_host && is_port(port)
}

/// `[ ":" *DIGIT ]`, and the number must be a port of TCP.
fn is_port(port: &[u8]) -> bool {
    let [b':', digits @ ..] = port else { return port.is_empty() };
    decimal(digits).is_some_and(|port| port <= u64::from(u16::MAX))
}

/// The value of decimal digits; none are 0.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit.saturating_sub(b'0')))?;
        // `checked_mul` would be a multiplication of 128 bits.
        let tenfold = (number <= u64::MAX / 10).then(|| number.wrapping_mul(10))?;
        tenfold.checked_add(digit)
    })
}

/// `reg-name` (RFC 3986 §3.2.2), which includes IPv4 addresses.
fn is_reg_name(name: &[u8]) -> bool {
    let mut rest = name;
    loop {
        rest = match rest.get(prefix(rest, Class::RegName)..) {
            Some([b'%', a, b, rest @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest,
            Some([]) => return !name.is_empty(),
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HandshakeViolation as V;

    fn request(line: &str) -> Result<(String, Option<String>), V> {
        RequestLine::parse(line.as_bytes()).map(|line| (line.path, line.authority.map(text)))
    }

    #[test]
    fn targets() {
        let ok = |path: &str, authority: Option<&str>| Ok((path.into(), authority.map(Into::into)));
        assert_eq!(request("GET /chat?a={b}|c HTTP/1.1"), ok("/chat?a={b}|c", None));
        assert_eq!(request("GET //a HTTP/1.1"), ok("//a", None));
        assert_eq!(request("GET http://a.example/chat HTTP/1.1"), ok("/chat", Some("a.example")));
        assert_eq!(request("GET HTTPS://a:80 HTTP/1.1"), ok("/", Some("a:80")));
        assert_eq!(request("GET http://[::1]?q HTTP/1.1"), ok("/?q", Some("[::1]")));
        for target in [
            "*",
            "a:80",
            "chat",
            "/a#b",
            "/\u{e9}",
            "/\0",
            "/a\t",
            "http:/a",
            "http://",
            "http:///a",
            "http://u@a/",
            "ws://a/",
            "http",
            ":",
            "http://a:b/",
            "http://a b/",
        ] {
            let expected = if target.contains(' ') { V::BadRequestLine } else { V::BadTarget };
            assert_eq!(request(&alloc::format!("GET {target} HTTP/1.1")), Err(expected), "{target:?}");
        }
    }

    #[test]
    fn request_lines() {
        for line in [
            "",
            "GET",
            "GET /",
            "GET  / HTTP/1.1",
            "GET  HTTP/1.1",
            " GET / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "GET / HTTP/2",
            "GET / HTTP/11",
            "GET / http/1.1",
            "G=T / HTTP/1.1",
            "GET / HTTP/1.1\t",
            "\x16\x03\x01",
            "GET /\t HTTP/1.1 x",
        ] {
            assert_eq!(request(line), Err(V::BadRequestLine), "{line:?}");
        }
        for version in ["0.9", "1.0", "1.2", "2.0"] {
            assert_eq!(request(&alloc::format!("PRI * HTTP/{version}")), Err(V::BadHttpVersion));
        }
        for method in ["POST", "get", "CONNECT", "HEAD"] {
            assert_eq!(request(&alloc::format!("{method} / HTTP/1.1")), Err(V::BadMethod));
        }
    }

    #[test]
    fn status_lines() {
        let parse = |line: &'static str| StatusLine::parse(line.as_bytes()).map(|line| (line.status, line.reason));
        assert_eq!(parse("HTTP/1.1 101 Switching Protocols"), Ok((101, &b"Switching Protocols"[..])));
        assert_eq!(parse("HTTP/1.1 999 \u{e9}\t"), Ok((999, "\u{e9}\t".as_bytes())));
        assert_eq!(parse("HTTP/1.1 200 "), Ok((200, &b""[..])));
        assert_eq!(parse("HTTP/1.1 200"), Ok((200, &b""[..])));
        for line in [
            "",
            "HTTP/1.1",
            "HTTP/1.1 ",
            "HTTP/1.1 20",
            "HTTP/1.1 1010 X",
            "HTTP/1.1 099 X",
            "HTTP/1.1  200",
            "HTTP/1.1 200\tOK",
            "HTTP/1.1 2x0 OK",
            "HTTP/1.1 200 a\0",
            "ICY 200 OK",
            "HTTP/11 200 OK",
        ] {
            assert_eq!(parse(line), Err(V::BadStatusLine), "{line:?}");
        }
        assert_eq!(parse("HTTP/1.0 101 X"), Err(V::BadHttpVersion));
        assert_eq!(parse("HTTP/2.0 101"), Err(V::BadHttpVersion));
    }

    #[test]
    fn authorities() {
        for good in [
            "a",
            "a:",
            "a:0",
            "a:65535",
            "server.example.com",
            "127.0.0.1:80",
            "[::1]",
            "[::ffff:1.2.3.4]:8080",
            "a_b",
            "%41",
        ] {
            assert!(is_authority(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            ":80",
            "a b",
            "a b:80:80",
            "a:80:80",
            "a:65536",
            "a:99999999999999999999",
            "a:-1",
            "a:8x",
            "u@a",
            "a/b",
            "a?b",
            "a,b c",
            "[::1",
            "[]",
            "[::1]a",
            "[::1]:x",
            "[a]",
            "[::1%25lo]",
            "::1",
            "%4",
            "%4z",
            "%z4",
            "%zz",
            "\u{e9}",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn numbers_are_digits_and_fit_64_bits() {
        assert_eq!((decimal(b""), decimal(b"007")), (Some(0), Some(7)));
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        for bad in ["18446744073709551616", "18446744073709551620", "+1", "1_0", " 1"] {
            assert_eq!(decimal(bad.as_bytes()), None, "{bad}");
        }
    }
}
