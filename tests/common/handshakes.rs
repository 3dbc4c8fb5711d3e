//! What holds for any input of the opening handshake, in either role, however it is cut.

use sansocket::Limits;
use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, Established, HandshakeError, HandshakeState, Origins, Request,
    Response, ServerHandshake, ServerOptions,
};

/// Small, so that inputs reach them.
pub const LIMITS: Limits = Limits {
    max_header_bytes: 500,
    max_headers: 10,
    max_start_line_bytes: 40,
    max_interim_responses: 1,
    max_refusal_body_bytes: 6,
    ..Limits::DEFAULT
};

#[derive(Debug, PartialEq)]
pub struct ServerSeen {
    pub state: HandshakeState,
    pub error: Option<HandshakeError>,
    pub request: Option<Request>,
    pub output: Vec<u8>,
    pub leftover: Vec<u8>,
}

/// The caller accepts as soon as it can, and the input ends where it ends.
pub fn serve(chunks: &[&[u8]]) -> ServerSeen {
    let mut handshake = ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: LIMITS });
    let mut error = None;
    for chunk in chunks {
        handshake.receive_data(chunk);
        if handshake.state() == HandshakeState::Deciding {
            handshake.accept(&AcceptOptions::default()).unwrap();
        }
        assert!(error.is_none() || error == handshake.error(), "an error is final");
        error = handshake.error();
    }
    handshake.receive_eof();
    ServerSeen {
        state: handshake.state(),
        error: handshake.error(),
        request: handshake.request().cloned(),
        output: handshake.data_to_send(),
        leftover: handshake.take_leftover(),
    }
}

#[derive(Debug, PartialEq)]
pub struct ClientSeen {
    pub state: HandshakeState,
    pub error: Option<HandshakeError>,
    pub response: Option<Response>,
    pub established: Option<Established>,
    pub is_body_complete: bool,
    pub leftover: Vec<u8>,
}

pub fn connect(chunks: &[&[u8]]) -> ClientSeen {
    let mut options = ClientOptions::new("a", "/");
    options.protocols = vec!["chat".into()];
    options.extensions = Some("foo".into());
    options.limits = LIMITS;
    let mut handshake = ClientHandshake::new(&options, *b"the sample nonce").unwrap();
    chunks.iter().for_each(|chunk| handshake.receive_data(chunk));
    let is_body_complete = handshake.is_body_complete();
    handshake.receive_eof();
    ClientSeen {
        state: handshake.state(),
        error: handshake.error(),
        response: handshake.response().cloned(),
        established: handshake.established().cloned(),
        is_body_complete,
        leftover: handshake.take_leftover(),
    }
}

pub fn check_server(input: &[u8], cuts: &[usize]) {
    let whole = serve(&[input]);
    assert_eq!(serve(&input.chunks(1).collect::<Vec<_>>()), whole);
    assert_eq!(serve(&cut(input, cuts)), whole);
    match whole.state {
        HandshakeState::Open => {
            assert!(whole.output.starts_with(b"HTTP/1.1 101 ") && whole.error.is_none());
            assert!(input.ends_with(&whole.leftover));
        }
        HandshakeState::Failed => {
            let error = whole.error.expect("only the peer can make it fail");
            assert!(error.offset <= input.len() as u64 && whole.leftover.is_empty());
            assert_eq!(whole.output.is_empty(), error.violation.status().is_none());
        }
        state => panic!("{state:?} at the end of the input"),
    }
}

pub fn check_client(input: &[u8], cuts: &[usize]) {
    let whole = connect(&[input]);
    assert_eq!(connect(&input.chunks(1).collect::<Vec<_>>()), whole);
    assert_eq!(connect(&cut(input, cuts)), whole);
    assert_eq!(whole.established.is_some(), whole.state == HandshakeState::Open);
    assert_eq!(whole.error.is_some(), whole.state == HandshakeState::Failed);
    assert!(whole.response.is_none_or(|response| response.body.len() <= LIMITS.max_refusal_body_bytes));
}

fn cut<'a>(input: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (input.len() + 1)).chain([0, input.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]).collect()
}
