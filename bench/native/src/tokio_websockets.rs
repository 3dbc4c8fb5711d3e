use futures_util::{SinkExt, StreamExt};
use tokio_websockets::{ClientBuilder, Message, ServerBuilder, WebSocketStream};

use crate::{Decoder, Encoder, Endless, Peer, Sink, now};

pub const PEER: Peer = Peer {
    name: "tokio-websockets",
    decoder: |stream| Box::new(Server(ServerBuilder::new().serve(stream))),
    encoder: |text, sink| Box::new(Client { text: Message::text(text), socket: ClientBuilder::new().take_over(sink) }),
};

struct Server(WebSocketStream<Endless>);

impl Decoder for Server {
    fn decode(&mut self, count: usize, take: &mut dyn FnMut(&str)) {
        for _ in 0..count {
            let message = now(self.0.next()).expect("a message").expect("no error");
            take(message.as_text().expect("text"));
        }
    }
}

struct Client {
    text: Message,
    socket: WebSocketStream<Sink>,
}

impl Encoder for Client {
    fn encode(&mut self, count: usize) {
        for _ in 0..count {
            now(self.socket.feed(self.text.clone())).expect("open");
        }
        now(self.socket.flush()).expect("memory");
    }
}
