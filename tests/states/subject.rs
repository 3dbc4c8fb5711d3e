//! A connection to try things on, and words for what it does.

use std::cell::Cell;
use std::rc::Rc;

use super::Phase::{Aborted, CloseReceived, CloseSent, Ended, Failed, FailedEnded, Lost, Open};
use super::State;
use super::common::{Seeded, frames};
use super::tables::{Input, command, received};
use sansocket::MessageKind::Text;
use sansocket::{
    Connection, Event, Limits, NoRandomness, Opcode, Options, Randomness, Role, State as Public, UsageError,
};

const LIMITS: Limits = Limits { max_message_size: 8, max_frame_size: 7, max_buffered_bytes: 200, ..Limits::DEFAULT };

/// What comes of one input.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub result: Result<(), &'static str>,
    pub events: String,
    pub queued: String,
    pub public: (Public, bool, bool),
}

/// Randomness that can be taken away.
pub struct Switch {
    on: Rc<Cell<bool>>,
    seeded: Seeded,
}

impl Randomness for Switch {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        if self.on.get() { self.seeded.fill(bytes) } else { Err(NoRandomness) }
    }
}

/// A connection in some state, with nothing left to take from it.
pub struct Subject {
    role: Role,
    pub connection: Connection<Switch>,
    pub randomness: Rc<Cell<bool>>,
}

impl Subject {
    pub fn new(role: Role) -> Self {
        let randomness = Rc::new(Cell::new(true));
        let switch = Switch { on: Rc::clone(&randomness), seeded: Seeded(1) };
        let options = Options { limits: LIMITS, ..Options::default() };
        Self { role, connection: Connection::with_randomness(role, options, Some(switch)), randomness }
    }

    pub fn in_state(role: Role, State { phase, incoming, outgoing }: State) -> Self {
        let mut subject = Self::new(role);
        let first = |kind| if kind == Text { "first of text" } else { "first of binary" };
        if let Some(kind) = incoming {
            subject.input(Input::Received(first(kind)));
        }
        if let Some(kind) = outgoing {
            subject.input(Input::Command(first(kind)));
        }
        let path: &[Input] = match phase {
            Open => &[],
            CloseSent => &[Input::Command("close")],
            CloseReceived => &[Input::Received("close")],
            Failed => &[Input::Received("opcode 3")],
            Aborted => &[Input::Command("fail")],
            Ended => &[Input::Received("close"), Input::Received("end of input")],
            Lost => &[Input::Received("end of input")],
            FailedEnded => &[Input::Received("opcode 3"), Input::Received("end of input")],
        };
        for input in path {
            subject.input(*input);
        }
        subject
    }

    /// Applies an input, and takes everything that comes of it.
    pub fn input(&mut self, input: Input) -> Outcome {
        let result = self.apply(input);
        let events = self.events();
        let drained_before = !self.connection.has_output();
        let write_ended_before = self.connection.write_ended();
        let queued = self.drain().expect("randomness is there");
        assert!(drained_before == queued.is_empty(), "has_output");
        assert!(drained_before || !write_ended_before, "nothing is written after the end");
        self.outcome(result, events, &queued)
    }

    pub fn apply(&mut self, input: Input) -> Result<(), UsageError> {
        match input {
            Input::Received("end of input") => self.connection.receive_eof(),
            Input::Received(name) => self.connection.receive_data(&received(self.role, name)),
            Input::Command(name) => return command(&mut self.connection, name),
        }
        Ok(())
    }

    pub fn drain(&mut self) -> Result<Vec<u8>, UsageError> {
        self.connection.data_to_send()
    }

    pub fn events(&mut self) -> String {
        Vec::from_iter(self.connection.events().map(|event| describe_event(&event))).join(", ")
    }

    pub fn outcome(&self, result: Result<(), UsageError>, events: String, queued: &[u8]) -> Outcome {
        let Self { connection, role, .. } = self;
        let queued = frames(queued);
        for frame in &queued {
            assert_eq!(frame.header.masking_key.is_some(), *role == Role::Client);
        }
        Outcome {
            result: result.map_err(UsageError::kind),
            events,
            queued: Vec::from_iter(queued.iter().map(describe_frame)).join(", "),
            public: (connection.state(), connection.close_expected(), connection.write_ended()),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn describe_event(event: &Event<'_>) -> String {
    match event {
        Event::Text(data) => format!("text {}", text(data.as_bytes())),
        Event::Binary(data) => format!("binary {}", text(data)),
        Event::Ping(data) => format!("ping {}", text(data)),
        Event::Pong(data) => format!("pong {}", text(data)),
        Event::Close { code, reason } => format!("close {} {reason}", code.0).trim_end().to_owned(),
        Event::Error(error) => format!("!{} {}", error.close_code().0, error.violation.kind()),
        Event::End => "end".to_owned(),
        event => panic!("{event:?}"),
    }
}

fn describe_frame(frame: &sansocket::Frame<'_>) -> String {
    let opcode = match frame.header.opcode {
        Opcode::Continuation => "next",
        Opcode::Text => "text",
        Opcode::Binary => "binary",
        Opcode::Ping => "ping",
        Opcode::Pong => "pong",
        Opcode::Close => {
            let Some((code, reason)) = frame.payload.split_first_chunk() else { return "close".to_owned() };
            return format!("close {} {}", u16::from_be_bytes(*code), text(reason)).trim_end().to_owned();
        }
        Opcode::Reserved(_) => panic!("{frame:?}"),
    };
    format!("{opcode}{} {}", if frame.header.fin { "" } else { "+" }, text(&frame.payload))
}
