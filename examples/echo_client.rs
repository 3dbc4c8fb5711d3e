//! A WebSocket client that sends every message back, frame by frame: what the test suites for clients talk to.
//!
//! `cargo run --example echo_client --features getrandom -- 127.0.0.1:9001 /path`
// A read gives no more bytes than fit.
#![allow(clippy::indexing_slicing)]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use sansocket::handshake::{ClientHandshake, ClientOptions, HandshakeState};
use sansocket::{Connection, Deliver, Event, Limits, Options, OsRandom, Randomness as _};

/// A server that neither sends anything nor ends the connection for so long is left.
const TIMEOUT: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next().ok_or("which server? HOST:PORT")?;
    let path = arguments.next().unwrap_or_else(|| "/".to_owned());
    let mut stream = TcpStream::connect(&host)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut chunk = vec![0; 64 << 10];

    let mut random = OsRandom::new();
    let mut nonce = [0; 16];
    random.fill(&mut nonce)?;
    let mut handshake = ClientHandshake::new(&ClientOptions::new(host, path), nonce)?;
    stream.write_all(&handshake.data_to_send())?;
    while handshake.state() == HandshakeState::Reading || !handshake.is_body_complete() {
        match stream.read(&mut chunk)? {
            0 => handshake.receive_eof(),
            n => handshake.receive_data(&chunk[..n]),
        }
    }
    if let Some(error) = handshake.error() {
        if let Some(response) = handshake.response() {
            println!("refused with {}: {}", response.status, response.body.escape_ascii());
        }
        return Err(error.into());
    }

    let limits = Limits { max_message_size: 64 << 20, max_fragments: 1 << 20, ..Limits::DEFAULT };
    let mut connection =
        Connection::client(Options { limits, deliver: Deliver::Fragments, ..Options::default() }, random);
    connection.receive_data(&handshake.take_leftover());
    loop {
        while let Some(event) = connection.next_event() {
            match event {
                Event::Fragment(part) if part.first => connection.send_message(part.kind, &part.data, part.last)?,
                Event::Fragment(part) => connection.send_continuation(&part.data, part.last)?,
                Event::Close { code, reason } => println!("closed by the server: {} {reason:?}", code.0),
                Event::Error(error) => println!("failed: {error}"),
                // A Ping is answered without us.
                _ => {}
            }
        }
        stream.write_all(&connection.data_to_send()?)?;
        if connection.write_ended() {
            stream.shutdown(Shutdown::Write)?;
            std::io::copy(&mut stream, &mut std::io::sink())?;
            return Ok(());
        }
        match stream.read(&mut chunk)? {
            0 => connection.receive_eof(),
            n => connection.receive_data(&chunk[..n]),
        }
    }
}
