//! A WebSocket client that sends each line of its input as a text message, an empty line as a Ping, and prints what
//! comes back.
//!
//! `cargo run --example client --features getrandom -- 127.0.0.1:9001`
// A read gives no more bytes than fit.
#![allow(clippy::indexing_slicing)]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use sansocket::handshake::{ClientHandshake, ClientOptions, HandshakeState};
use sansocket::{CloseCode, Connection, Event, Options, OsRandom, Randomness as _};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::args().nth(1).ok_or("which server? HOST:PORT")?;
    let mut stream = TcpStream::connect(&host)?;
    let mut connection = handshake(&mut stream, &host)?;
    // An echo server answers each line, and every server answers a Ping, so there is something to wait for.
    for line in std::io::stdin().lines() {
        let line = line?;
        if line.is_empty() {
            connection.send_ping(b"?")?;
            exchange(&mut stream, &mut connection, |event| matches!(event, Event::Pong(_)))?;
        } else {
            connection.send_text(&line)?;
            exchange(&mut stream, &mut connection, |event| matches!(event, Event::Text(_)))?;
        }
    }
    connection.send_close(Some(CloseCode::NORMAL), "")?;
    // The server should end the transport (RFC 6455 §7.1.1); one that does not is left.
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    exchange(&mut stream, &mut connection, |_| false)
}

/// The opening handshake.
fn handshake(stream: &mut TcpStream, host: &str) -> Result<Connection, Box<dyn Error>> {
    let mut random = OsRandom::new();
    let mut nonce = [0; 16];
    random.fill(&mut nonce)?;
    let mut handshake = ClientHandshake::new(&ClientOptions::new(host, "/"), nonce)?;
    stream.write_all(&handshake.data_to_send())?;
    let mut chunk = [0; 4096];
    while handshake.state() == HandshakeState::Reading {
        match stream.read(&mut chunk)? {
            0 => handshake.receive_eof(),
            n => handshake.receive_data(&chunk[..n]),
        }
    }
    if let Some(error) = handshake.error() {
        let status = handshake.response().map_or(0, |response| response.status);
        return Err(format!("{error} (status {status})").into());
    }
    let mut connection = Connection::client(Options::default(), random);
    connection.receive_data(&handshake.take_leftover());
    Ok(connection)
}

/// Writes what is due and prints what comes, until an event that is `awaited` or the end.
fn exchange(
    stream: &mut TcpStream,
    connection: &mut Connection,
    awaited: impl Fn(&Event<'_>) -> bool,
) -> Result<(), Box<dyn Error>> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        while let Some(event) = connection.next_event() {
            print(&event);
            if awaited(&event) {
                return Ok(());
            }
        }
        stream.write_all(&connection.data_to_send()?)?;
        if let Some(error) = connection.error() {
            return Err(error.into());
        }
        if connection.write_ended() {
            return Ok(stream.shutdown(Shutdown::Write)?);
        }
        match stream.read(&mut chunk)? {
            0 => connection.receive_eof(),
            n => connection.receive_data(&chunk[..n]),
        }
    }
}

fn print(event: &Event<'_>) {
    match event {
        Event::Text(text) => println!("{}", String::from_utf8_lossy(text.as_bytes())),
        Event::Binary(data) => println!("{} bytes", data.len()),
        Event::Pong(_) => println!("pong"),
        Event::Close { code, reason } => println!("closed by the server: {} {reason:?}", code.0),
        _ => {}
    }
}
