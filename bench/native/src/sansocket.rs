use std::io::{Read, Write};

use sansocket::{Connection, Event, Limits, Options, OsRandom};

use crate::stream::READ;
use crate::{Decoder, Encoder, Endless, Peer, Sink};

pub const PEER: Peer = Peer {
    name: "sansocket",
    decoder: |stream| {
        Box::new(Server { stream, connection: Connection::server(options()), buffer: vec![0; READ], behind: 0 })
    },
    encoder: |text, sink| {
        let connection = Connection::with_randomness(sansocket::Role::Client, options(), Some(OsRandom::new()));
        Box::new(Client { text, connection, sink })
    },
};

/// The others take 64 MiB.
fn options() -> Options {
    Options { limits: Limits { max_message_size: 64 << 20, ..Limits::DEFAULT }, ..Options::default() }
}

struct Server {
    stream: Endless,
    connection: Connection,
    buffer: Vec<u8>,
    /// Texts that the last read brought beyond those that were asked for.
    behind: usize,
}

impl Decoder for Server {
    fn decode(&mut self, count: usize, take: &mut dyn FnMut(&str)) {
        let mut taken = self.behind;
        while taken < count {
            let length = self.stream.read(&mut self.buffer).expect("memory");
            self.connection.receive(&mut self.buffer[..length], &mut |event| match event {
                Event::Text(text) => {
                    taken += 1;
                    // The connection has seen that it is UTF-8, and has no way to say so without `unsafe`.
                    take(unsafe { std::str::from_utf8_unchecked(text.as_bytes()) });
                }
                event => panic!("{event:?}"),
            });
        }
        self.behind = taken - count;
    }
}

struct Client {
    text: &'static str,
    connection: Connection<OsRandom>,
    sink: Sink,
}

impl Encoder for Client {
    fn encode(&mut self, count: usize) {
        for _ in 0..count {
            self.connection.send_text(self.text).expect("open");
        }
        let output = self.connection.data_to_send().expect("randomness");
        self.sink.write_all(&output).expect("memory");
        self.connection.reuse_output(output);
    }
}
