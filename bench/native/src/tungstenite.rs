use tungstenite::protocol::Role;
use tungstenite::{Message, Utf8Bytes, WebSocket};

use crate::{Decoder, Encoder, Endless, Peer, Sink};

pub const PEER: Peer = Peer {
    name: "tungstenite",
    decoder: |stream| Box::new(Server(WebSocket::from_raw_socket(stream, Role::Server, None))),
    encoder: |text, sink| {
        let socket = WebSocket::from_raw_socket(sink, Role::Client, None);
        Box::new(Client { text: Utf8Bytes::from_static(text), socket })
    },
};

struct Server(WebSocket<Endless>);

impl Decoder for Server {
    fn decode(&mut self, count: usize, take: &mut dyn FnMut(&str)) {
        for _ in 0..count {
            match self.0.read() {
                Ok(Message::Text(text)) => take(&text),
                other => panic!("{other:?}"),
            }
        }
    }
}

struct Client {
    text: Utf8Bytes,
    socket: WebSocket<Sink>,
}

impl Encoder for Client {
    fn encode(&mut self, count: usize) {
        for _ in 0..count {
            self.socket.write(Message::Text(self.text.clone())).expect("open");
        }
        self.socket.flush().expect("memory");
    }
}
