//! The same input to tungstenite, which was written by others: what both take, they take for the same.
#![no_main]

use std::io::{self, Cursor, Read, Write};

use libfuzzer_sys::fuzz_target;
use sansocket::{Event, Options, Role, Violation};
use sansocket_fuzz::{Choices, role, seen};
use tungstenite::protocol::{self, WebSocket};
use tungstenite::{Error, Message};

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let role = role(&mut choices);
    let input = choices.0;

    let ours = seen(role, Options::default(), [input].into_iter());
    let error = ours.error.map(|error| error.violation);
    let ours: Vec<Report> = ours.events.into_iter().filter_map(report).collect();
    let (theirs, failed) = read_by_tungstenite(role, input);

    let common = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs || is_newer(ours, theirs)).count();
    assert!(common == ours.len() || common == theirs.len(), "{:?} is {:?} to it", ours[common], theirs[common]);
    if theirs.len() > common {
        assert!(error.is_some_and(is_stricter), "{error:?} is {:?} to it", theirs[common]);
    }
    if ours.len() > common {
        panic!("it takes {:?} for a fault: {failed:?}", ours[common]);
    }
});

/// What it lets pass, though RFC 6455 says otherwise or leaves the bound to us.
fn is_stricter(violation: Violation) -> bool {
    matches!(
        violation,
        // §5.2: "the minimal number of bytes MUST be used".
        Violation::NonMinimalLength
            // §5.2 as well: a control frame whose short length is in a long form.
            | Violation::ControlTooLong
            // §7.4: it reports codes that may not be sent, and leaves them to its caller.
            | Violation::CloseBadCode
            // §10.4: how many fragments are too many.
            | Violation::TooManyFragments
    )
}

/// 1014 was registered with IANA later than 1012 and 1013. It takes it for a code that may not be sent, and says so.
fn is_newer(ours: &Report, theirs: &Report) -> bool {
    matches!((ours, theirs), (Report::Close(1014, _), Report::Close(1002, _)))
}

#[derive(Debug, PartialEq)]
enum Report {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(u16, String),
}

fn report(event: Event<'static>) -> Option<Report> {
    Some(match event {
        Event::Text(text) => Report::Text(text.into_string()),
        Event::Binary(data) => Report::Binary(data.into_owned()),
        Event::Ping(data) => Report::Ping(data.into_owned()),
        Event::Pong(data) => Report::Pong(data.into_owned()),
        Event::Close { code, reason } => Report::Close(code.0, reason.into_owned()),
        _ => return None,
    })
}

fn read_by_tungstenite(role: Role, input: &[u8]) -> (Vec<Report>, Option<Error>) {
    let role = match role {
        Role::Client => protocol::Role::Client,
        Role::Server => protocol::Role::Server,
    };
    let mut socket = WebSocket::from_raw_socket(Wire(Cursor::new(input)), role, None);
    let mut reports = Vec::new();
    loop {
        reports.push(match socket.read() {
            Ok(Message::Text(text)) => Report::Text(text.as_str().to_owned()),
            Ok(Message::Binary(data)) => Report::Binary(data.to_vec()),
            Ok(Message::Ping(data)) => Report::Ping(data.to_vec()),
            Ok(Message::Pong(data)) => Report::Pong(data.to_vec()),
            Ok(Message::Close(frame)) => {
                let (code, reason) = frame
                    .map_or((1005, String::new()), |frame| (u16::from(frame.code), frame.reason.as_str().to_owned()));
                reports.push(Report::Close(code, reason));
                return (reports, None);
            }
            Ok(Message::Frame(_)) => unreachable!("it is never read"),
            Err(error) => return (reports, Some(error)),
        });
    }
}

/// Reads the input, and forgets what is written.
struct Wire<'a>(Cursor<&'a [u8]>);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
