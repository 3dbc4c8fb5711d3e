//! A WebSocket server that sends every message back, with a thread for each connection.
//!
//! `cargo run --example echo_server -- --port 9001`; without a port it takes a free one.
// A read gives no more bytes than fit.
#![allow(clippy::indexing_slicing)]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use sansocket::handshake::{AcceptOptions, HandshakeState, Origins, ServerHandshake, ServerOptions, choose_protocol};
use sansocket::{Connection, Event, Limits, MessageKind, Options};

/// A peer that does not end the connection after the closing handshake is left.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().skip_while(|argument| argument != "--port").nth(1);
    let port = port.map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on ws://{}/", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(|| {
            if let Err(error) = serve(stream) {
                println!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    let mut chunk = vec![0; 64 << 10];
    let Some(early) = handshake(&mut stream, &mut chunk)? else { return Ok(()) };
    // Generous, since what is echoed is given back at once.
    let limits = Limits { max_message_size: 64 << 20, max_fragments: 1 << 20, ..Limits::DEFAULT };
    let mut connection = Connection::server(Options { limits, ..Options::default() });
    connection.receive_data(&early);
    loop {
        while let Some(event) = connection.next_event() {
            match event {
                Event::Text(text) => connection.send_message(MessageKind::Text, text.as_bytes(), true)?,
                Event::Binary(data) => connection.send_binary(&data)?,
                Event::Close { code, reason } => println!("closed by the client: {} {reason:?}", code.0),
                Event::Error(error) => println!("failed: {error}"),
                // A Ping is answered without us.
                _ => {}
            }
        }
        stream.write_all(&connection.data_to_send()?)?;
        if connection.close_expected() {
            stream.set_read_timeout(Some(CLOSE_TIMEOUT))?;
        }
        if connection.write_ended() {
            // Closed at once, with input unread, the transport could be reset before the client has read our Close.
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

/// The opening handshake: gives the bytes that came with it, or nothing if it was refused.
fn handshake(stream: &mut TcpStream, chunk: &mut [u8]) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let mut handshake = ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: Limits::DEFAULT });
    while handshake.state() == HandshakeState::Reading {
        match stream.read(chunk)? {
            0 => handshake.receive_eof(),
            n => handshake.receive_data(&chunk[..n]),
        }
    }
    if let Some(request) = handshake.request() {
        println!("{} {}", request.method, request.path);
        if request.path == "/" {
            let protocol = choose_protocol(&["echo"], &request.protocols);
            handshake.accept(&AcceptOptions { protocol, ..AcceptOptions::default() })?;
        } else {
            handshake.reject(404, &[("Content-Type", "text/plain")], b"Only / is served here.\n")?;
        }
    }
    stream.write_all(&handshake.data_to_send())?;
    if let Some(error) = handshake.error() {
        println!("refused: {error}");
    }
    Ok((handshake.state() == HandshakeState::Open).then(|| handshake.take_leftover()))
}
