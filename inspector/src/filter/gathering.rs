//! Messages as a filter sees them: gathered from their frames while these are told, and matched as a whole.

use sansocket::MaskingKey;

use super::{Contents, Filter, Subject};
use crate::catalogue::Set;
use crate::record::{Finding, Frame, Message};
use crate::types::Side;

/// The most findings that are held of a message.
const MAX_HELD: usize = 1000;

/// What is known of the messages whose frames arrive: of each connection that of the client, and that of the server.
#[derive(Default)]
pub struct Gathering {
    connections: Vec<[Option<Box<Gathered>>; 2]>,
}

/// A message, as far as its frames were told.
struct Gathered {
    number: Option<u64>,
    /// The first frame: what only a header has is that of its header.
    first: Subject,
    key: Option<MaskingKey>,
    /// What is wrong with any of the frames.
    set: Set,
    /// The same with positions and the numbers of the frames.
    findings: Vec<(u64, Finding)>,
}

impl Gathering {
    /// Takes a frame.
    pub fn add(&mut self, frame: &Frame<'_>, subject: Subject) {
        let Some(place) = self.place(frame.connection, frame.side).filter(|_| frame.message.is_some()) else { return };
        let gathered = match place {
            Some(gathered) if gathered.number == frame.message => gathered,
            place => place.insert(Box::new(Gathered {
                number: frame.message,
                first: subject,
                key: frame.header.masking_key.filter(|_| frame.has_header),
                set: Set::default(),
                findings: Vec::new(),
            })),
        };
        gathered.set.add(frame.set);
        let room = MAX_HELD.saturating_sub(gathered.findings.len());
        let findings = frame.findings.iter().take(room).map(|finding| (frame.number, finding.clone()));
        gathered.findings.extend(findings);
    }

    /// Matches a message whose last frame was taken, in which case it gives what is wrong with its frames.
    pub fn finish(
        &mut self,
        filter: &Filter,
        message: &Message<'_>,
        [time, delta]: [Option<u64>; 2],
        subprotocol: Option<&str>,
    ) -> Option<Vec<(u64, Finding)>> {
        let Gathered { first, key, set, findings, .. } = *self.place(message.connection, message.side)?.take()?;
        let subject = Subject {
            length: message.length,
            wire: message.wire,
            inflated: message.inflated.map(|inflated| inflated.size),
            time,
            delta,
            set,
            ..first
        };
        filter.matches(&subject, &mut Whole { message, key, subprotocol }).then_some(findings)
    }

    /// The place for the message of a side. Connections are counted from 1.
    fn place(&mut self, connection: u32, side: Side) -> Option<&mut Option<Box<Gathered>>> {
        let index = (connection as usize).checked_sub(1)?;
        if self.connections.len() <= index {
            self.connections.resize_with(connection as usize, Default::default);
        }
        let [client, server] = self.connections.get_mut(index)?;
        Some(if side == Side::Client { client } else { server })
    }
}

/// The contents of a message.
struct Whole<'a> {
    message: &'a Message<'a>,
    key: Option<MaskingKey>,
    subprotocol: Option<&'a str>,
}

impl Contents for Whole<'_> {
    fn key(&mut self) -> Option<MaskingKey> {
        self.key
    }

    fn payload(&mut self) -> &[u8] {
        self.message.inflated.map_or(self.message.payload, |inflated| &inflated.bytes)
    }

    fn subprotocol(&mut self) -> Option<&str> {
        self.subprotocol
    }
}
