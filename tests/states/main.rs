//! Every state of a connection against every input, written out as tables.
//!
//! A state has three parts: the phase of the connection, the message that is arriving, and the message that is being
//! sent. What is received depends on the first two, a command on the first and the last. An expected state is checked
//! by what it does: the connection must answer every input as one that was brought into that state directly.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "../common/mod.rs"]
mod common;
mod subject;
mod tables;

use MessageKind::{Binary, Text};
use Phase::{Aborted, CloseReceived, CloseSent, Ended, Failed, FailedEnded, Lost, Open};
use common::{frame_for, hex};
use sansocket::{Event, MessageKind, Opcode, Role, State as Public, UsageError};
use subject::{Outcome, Subject};
use tables::{COMMANDS, Input, RECEIVED, command, received};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Open,
    /// By us; the peer's is awaited.
    CloseSent,
    /// And answered: both are done, and the end of the input is awaited.
    CloseReceived,
    /// The peer broke the protocol.
    Failed,
    /// The caller has failed it.
    Aborted,
    /// The input ended after the closing handshake, or after the caller's failure.
    Ended,
    /// The input ended before the peer's Close.
    Lost,
    /// The input ended after the peer's failure.
    FailedEnded,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    phase: Phase,
    incoming: Option<MessageKind>,
    outgoing: Option<MessageKind>,
}

impl State {
    const fn of(phase: Phase) -> Self {
        Self { phase, incoming: None, outgoing: None }
    }

    /// All of them. Nothing is sent after a Close, and nothing is read after the peer's.
    fn all() -> Vec<Self> {
        let kinds = [None, Some(Text), Some(Binary)];
        let open = kinds
            .into_iter()
            .flat_map(|incoming| kinds.into_iter().map(move |outgoing| Self { phase: Open, incoming, outgoing }));
        let close_sent = kinds.into_iter().map(|incoming| Self { phase: CloseSent, incoming, outgoing: None });
        let rest = [CloseReceived, Failed, Aborted, Ended, Lost, FailedEnded].map(Self::of);
        open.chain(close_sent).chain(rest).collect()
    }

    /// What is public of it once the output is drained: `state`, `close_expected`, `write_ended`.
    fn public(self, role: Role) -> (Public, bool, bool) {
        match self.phase {
            Open => (Public::Open, false, false),
            CloseSent => (Public::Closing, true, false),
            // RFC 6455 §7.1.1: the server ends the transport first.
            CloseReceived => (Public::Closing, true, role == Role::Server),
            Failed | Aborted => (Public::Closing, true, true),
            Ended | Lost | FailedEnded => (Public::Closed, false, true),
        }
    }
}

/// What the tables say about an input.
fn expected(role: Role, state: State, input: Input) -> (Outcome, State) {
    let (result, events, queued, next) = match input {
        Input::Received(name) => {
            let (events, queued, next) = expected_of_received(role, state, name);
            (Ok(()), events, queued, next)
        }
        Input::Command(name) => {
            let (result, queued, next) = expected_of_command(state, name);
            (result, String::new(), queued, next)
        }
    };
    (Outcome { result, events, queued, public: next.public(role) }, next)
}

fn column(kind: Option<MessageKind>) -> usize {
    match kind {
        None => 0,
        Some(Text) => 1,
        Some(Binary) => 2,
    }
}

/// Splits the message that is open afterwards off a cell.
fn cell(cell: &'static str, before: Option<MessageKind>) -> (&'static str, Option<MessageKind>) {
    let Some((result, after)) = cell.split_once('>') else { return (cell, before) };
    let after = match after.trim() {
        "none" => None,
        "text" => Some(Text),
        "binary" => Some(Binary),
        after => panic!("no such message: {after}"),
    };
    (result.strip_suffix(' ').unwrap_or(result), after)
}

fn expected_of_received(role: Role, state: State, name: &str) -> (String, String, State) {
    let nothing = (String::new(), String::new(), state);
    match (state.phase, name) {
        (Open | CloseSent, _) => {}
        (CloseReceived, "end of input") => return ("end".to_owned(), String::new(), State::of(Ended)),
        (Aborted, "end of input") => return (String::new(), String::new(), State::of(Ended)),
        (Failed, "end of input") => return (String::new(), String::new(), State::of(FailedEnded)),
        // RFC 6455 §5.5.1 and §7.1.7: nothing is read any more.
        (CloseReceived | Failed | Aborted | Ended | Lost | FailedEnded, _) => return nothing,
    }
    let (_, row) = RECEIVED.iter().find(|(row, ..)| *row == name).expect("a row of the table");
    let (result, incoming) = cell(row[column(state.incoming)], state.incoming);
    let answers = |answer: String| if state.phase == Open { answer } else { String::new() };
    if let Some(error) = result.strip_prefix('!') {
        let mask = if role == Role::Server { "mask_required" } else { "mask_forbidden" };
        let event = if error.ends_with(" mask") { format!("!1002 {mask}") } else { result.to_owned() };
        let (code, kind) = error.split_once(' ').unwrap();
        // There is no one left to be told about a lost connection.
        return match kind {
            "unexpected_eof" => (event, String::new(), State::of(Lost)),
            _ => (event, answers(format!("close {code}")), State::of(Failed)),
        };
    }
    let queued = match result.split_once(' ') {
        Some(("ping", payload)) => answers(format!("pong {payload}")),
        // RFC 6455 §5.5.1: the status code is echoed, if there is one.
        Some(("close", "1005")) => answers("close".to_owned()),
        Some(("close", rest)) => answers(format!("close {}", rest.split(' ').next().unwrap())),
        _ => String::new(),
    };
    let next = if result.starts_with("close") { State::of(CloseReceived) } else { State { incoming, ..state } };
    (result.to_owned(), queued, next)
}

fn expected_of_command(state: State, name: &'static str) -> (Result<(), &'static str>, String, State) {
    let (_, row, later) = COMMANDS.iter().find(|(row, ..)| *row == name).expect("a row of the table");
    let (result, outgoing) = match state.phase {
        Open => cell(row[column(state.outgoing)], state.outgoing),
        _ => (*later, None),
    };
    if let Some(refusal) = result.strip_prefix('!') {
        return (Err(refusal), String::new(), state);
    }
    let next = match (name, state.phase) {
        ("close" | "empty close", Open) => State { phase: CloseSent, outgoing: None, ..state },
        ("fail", Open | CloseSent | CloseReceived) => State::of(Aborted),
        _ => State { outgoing, ..state },
    };
    (Ok(()), result.to_owned(), next)
}

const ROLES: [Role; 2] = [Role::Client, Role::Server];

#[test]
fn every_state_takes_every_input_as_the_tables_say() {
    for role in ROLES {
        for state in State::all() {
            for input in Input::all() {
                let context = format!("{role:?}, {state:?}, {input:?}");
                let (outcome, next) = expected(role, state, input);
                assert_eq!(Subject::in_state(role, state).input(input), outcome, "{context}");
                for probe in Input::all() {
                    let mut subject = Subject::in_state(role, state);
                    subject.input(input);
                    let (outcome, _) = expected(role, next, probe);
                    assert_eq!(subject.input(probe), outcome, "{context}, expected in {next:?}, then {probe:?}");
                }
            }
        }
    }
}

/// RFC 6455 §5.3: a client sends nothing that it cannot mask. Nothing is lost by trying.
#[test]
fn without_randomness_nothing_changes_and_the_call_can_be_repeated() {
    for state in State::all() {
        for input in Input::all() {
            let context = format!("{state:?}, {input:?}");
            let (expected, _) = expected(Role::Client, state, input);
            let mut subject = Subject::in_state(Role::Client, state);
            let public = state.public(Role::Client);

            subject.randomness.set(false);
            let result = subject.apply(input);
            if let (Input::Command(_), false) = (input, expected.queued.is_empty()) {
                assert_eq!(result, Err(UsageError::NoRandomness), "{context}");
                assert_eq!(subject.outcome(Ok(()), String::new(), &[]).public, public, "{context}");
                assert!(!subject.connection.has_output(), "{context}");
                subject.randomness.set(true);
                assert_eq!(subject.input(input), expected, "{context}");
                continue;
            }
            // What the state machine owes is owed until it can be masked.
            let events = subject.events();
            if !expected.queued.is_empty() {
                for _ in 0..2 {
                    assert_eq!(subject.drain(), Err(UsageError::NoRandomness), "{context}");
                    assert!(subject.connection.has_output() && !subject.connection.write_ended(), "{context}");
                }
                subject.randomness.set(true);
            }
            let queued = subject.drain().unwrap();
            assert_eq!(subject.outcome(result, events, &queued), expected, "{context}");
        }
    }
}

/// Pongs that are due go out before what is sent after them, and none is lost when the randomness fails among them.
#[test]
fn pongs_are_due_until_they_can_be_masked() {
    let mut subject = Subject::new(Role::Client);
    subject.randomness.set(false);
    for payload in [b"1", b"2"] {
        subject.connection.receive_data(&frame_for(Role::Client, true, Opcode::Ping, payload));
    }
    for input in ["text", "ping", "close", "fail", "flush"] {
        assert_eq!(command(&mut subject.connection, input), Err(UsageError::NoRandomness), "{input}");
        assert_eq!(subject.connection.output(), b"");
    }
    assert!(subject.connection.has_output());
    assert_eq!(subject.connection.state(), Public::Open);
    subject.randomness.set(true);
    let outcome = subject.input(Input::Command("close"));
    assert_eq!(outcome.queued, "pong 1, pong 2, close 1001 bye");
}

/// A refused send encodes nothing, not even the Pongs before it.
#[test]
fn a_full_output_refuses_the_caller_but_answers_the_peer() {
    for role in ROLES {
        let mut subject = Subject::new(role);
        subject.connection.send_binary(&[0; 180]).unwrap();
        let full = subject.connection.output().len();
        subject.connection.receive_data(&frame_for(role, true, Opcode::Ping, b"?"));
        for input in ["text", "ping", "pong", "first of text"] {
            assert_eq!(command(&mut subject.connection, input), Err(UsageError::BufferFull), "{role:?}, {input}");
        }
        assert_eq!(subject.connection.output().len(), full);
        let Outcome { queued, .. } = subject.input(Input::Received("close"));
        assert!(queued.ends_with(", pong ?, close 1000"), "{role:?}: {queued}");
    }
}

/// RFC 6455 §5.5.1: what answers the messages before a Close goes out before the answer to it, though all of them came
/// in one chunk. The same holds for a fault.
#[test]
fn what_came_before_the_end_can_be_answered() {
    for (role, last) in ROLES.into_iter().flat_map(|role| [(role, "close"), (role, "opcode 3")]) {
        let mut subject = Subject::new(role);
        let answer = ["first of text", "last", "binary", "ping"].map(Input::Command);
        subject.apply(answer[0]).unwrap();
        let chunk = ["text", "ping", last].map(|name| received(role, name)).concat();
        subject.connection.receive_data(&chunk);
        for input in &answer[1..] {
            subject.apply(*input).unwrap();
        }
        assert_eq!(subject.apply(Input::Command("last")), Err(UsageError::FragmentOrder));
        subject.apply(answer[0]).unwrap();
        let code = if last == "close" { 1000 } else { 1002 };
        let Outcome { queued, .. } = subject.input(Input::Command("flush"));
        assert_eq!(queued, format!("text+ He, pong ?, next lo, binary Hi, ping ?, text+ He, close {code}"), "{role:?}");
        for input in ["text", "last", "ping"] {
            assert_eq!(subject.apply(Input::Command(input)), Err(UsageError::NotOpen), "{role:?}, {input}");
        }
    }
}

/// However often, and by whomever, the connection is closed.
#[test]
fn there_is_one_close() {
    let closing = ["close", "empty close", "fail"].map(Input::Command);
    let closing = closing.into_iter().chain(["close", "empty close", "opcode 3", "bad text"].map(Input::Received));
    let closing = Vec::from_iter(closing.chain([Input::Received("end of input")]));
    for role in ROLES {
        for order in 0..closing.len().pow(4) {
            let mut subject = Subject::new(role);
            let mut written = Vec::new();
            let mut order = order;
            for _ in 0..4 {
                subject.apply(closing[order % closing.len()]).unwrap();
                order /= closing.len();
                if order % 2 == 0 {
                    written.extend(subject.drain().unwrap());
                }
            }
            written.extend(subject.drain().unwrap());
            assert!(common::closes(&written).len() <= 1, "{role:?}, {order}: {}", written.escape_ascii());
        }
    }
}

#[test]
fn an_error_stays_readable() {
    let mut subject = Subject::new(Role::Client);
    assert_eq!(subject.connection.error(), None);
    subject.connection.receive_data(&hex("8100 8300"));
    let Some(Event::Error(error)) = subject.connection.events().last() else { panic!("an error") };
    assert_eq!((error.offset, error.frame_index), (3, 1));
    for input in Input::all() {
        subject.input(input);
        assert_eq!(subject.connection.error(), Some(error), "{input:?}");
    }
}
