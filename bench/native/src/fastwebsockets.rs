use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket};

use crate::{Decoder, Encoder, Endless, Peer, Sink, now};

pub const PEER: Peer = Peer {
    name: "fastwebsockets",
    decoder: |stream| Box::new(Server(WebSocket::after_handshake(stream, Role::Server))),
    encoder: |text, sink| Box::new(Client { text, socket: WebSocket::after_handshake(sink, Role::Client) }),
};

struct Server(WebSocket<Endless>);

impl Decoder for Server {
    fn decode(&mut self, count: usize, take: &mut dyn FnMut(&str)) {
        for _ in 0..count {
            let frame = now(self.0.read_frame()).expect("a frame");
            assert!(frame.fin && frame.opcode == OpCode::Text);
            // It gives bytes, and says that those of a text are UTF-8.
            take(unsafe { std::str::from_utf8_unchecked(&frame.payload) });
        }
    }
}

struct Client {
    text: &'static str,
    socket: WebSocket<Sink>,
}

impl Encoder for Client {
    fn encode(&mut self, count: usize) {
        for _ in 0..count {
            now(self.socket.write_frame(Frame::text(Payload::Borrowed(self.text.as_bytes())))).expect("open");
        }
        now(self.socket.flush()).expect("memory");
    }
}
