//! What holds for any input of the opening handshake, in either role, however it is cut.

use sansocket::Limits;
use sansocket::deflate::{DeflateConfig, check_response, respond};
use sansocket::handshake::connect::{ConnectRequest, read_request};
use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, Established, HandshakeError, HandshakeState, HandshakeViolation,
    Headers, Origins, Request, Response, ServerHandshake, ServerOptions, parse_extensions,
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

/// What the client offers: an extension that nobody knows, and windows that the answer may not exceed.
const OFFER: &str = "foo, permessage-deflate; server_max_window_bits=12; client_max_window_bits=10";

/// Fields of HTTP/1.1 connections alone, and those whose part the pseudo-fields of HTTP/2 play.
const CONNECTION_SPECIFIC: [&str; 8] =
    ["connection", "host", "keep-alive", "proxy-connection", "sec-websocket-key", "te", "transfer-encoding", "upgrade"];

/// What a server asks for of compression, by a choice.
pub fn config(choice: u8) -> DeflateConfig {
    let bits = [None, Some(15), Some(10), Some(8)];
    DeflateConfig {
        server_no_context_takeover: choice & 1 != 0,
        client_no_context_takeover: choice & 2 != 0,
        server_max_window_bits: bits[usize::from(choice >> 2 & 3)],
        client_max_window_bits: bits[usize::from(choice >> 4 & 3)],
    }
}

#[derive(Debug, PartialEq)]
pub struct ServerSeen {
    pub state: HandshakeState,
    pub error: Option<HandshakeError>,
    pub request: Option<Request>,
    pub output: Vec<u8>,
    pub leftover: Vec<u8>,
}

fn server() -> ServerHandshake {
    ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: LIMITS })
}

/// The caller accepts as soon as it can, with compression if that can be agreed on, and the input ends where it ends.
pub fn serve(chunks: &[&[u8]], config: &DeflateConfig) -> ServerSeen {
    let mut handshake = server();
    let mut error = None;
    for chunk in chunks {
        handshake.receive_data(chunk);
        if handshake.state() == HandshakeState::Deciding {
            let answer = respond(config, &handshake.request().unwrap().extensions).map(|(_, element)| element);
            handshake.accept(&AcceptOptions { extensions: answer.as_deref(), ..AcceptOptions::default() }).unwrap();
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

fn client_options() -> ClientOptions {
    let mut options = ClientOptions::new("a", "/");
    options.protocols = vec!["chat".into()];
    options.extensions = Some(OFFER.into());
    options.check_extensions = Some(|offered, answered| check_response(offered, answered).is_ok());
    options.limits = LIMITS;
    options
}

fn client() -> ClientHandshake {
    ClientHandshake::new(&client_options(), *b"the sample nonce").unwrap()
}

pub fn connect(chunks: &[&[u8]]) -> ClientSeen {
    let mut handshake = client();
    let mut error = None;
    for chunk in chunks {
        handshake.receive_data(chunk);
        assert!(error.is_none() || error == handshake.error(), "an error is final");
        error = handshake.error();
    }
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

pub fn check_server(input: &[u8], cuts: &[usize], config: &DeflateConfig) {
    let whole = serve(&[input], config);
    assert_eq!(serve(&input.chunks(1).collect::<Vec<_>>(), config), whole);
    assert_eq!(serve(&cut(input, cuts), config), whole);
    match whole.state {
        HandshakeState::Open => {
            assert!(whole.output.starts_with(b"HTTP/1.1 101 ") && whole.error.is_none());
            let request = whole.request.expect("what was accepted");
            check_headers(&request.headers);
            let head = check_leftover(input, &whole.leftover);
            assert!(head.len() <= LIMITS.max_header_bytes);
            let short = serve(&[&head[..head.len() - 1]], config).error.expect("a byte is missing");
            assert_eq!(short.violation, HandshakeViolation::UnexpectedEof);
            check_negotiation(config, &request);
            check_connect_request(&request);
        }
        HandshakeState::Failed => {
            let error = whole.error.expect("only the peer can make it fail");
            assert!(whole.leftover.is_empty());
            assert_eq!(whole.output.is_empty(), error.violation.status().is_none());
            check_error(input, error, |chunks| {
                let mut handshake = server();
                chunks.iter().for_each(|chunk| handshake.receive_data(chunk));
                handshake.error()
            });
        }
        state => panic!("{state:?} at the end of the input"),
    }
}

pub fn check_client(input: &[u8], cuts: &[usize]) {
    let whole = connect(&[input]);
    assert_eq!(connect(&input.chunks(1).collect::<Vec<_>>()), whole);
    assert_eq!(connect(&cut(input, cuts)), whole);
    assert_eq!(whole.established.is_some(), whole.state == HandshakeState::Open);
    if let Some(response) = &whole.response {
        check_headers(&response.headers);
        assert!(response.body.len() <= LIMITS.max_refusal_body_bytes);
    }
    match whole.state {
        HandshakeState::Open => {
            let response = whole.response.expect("what was accepted");
            assert!(response.status == 101 && response.body.is_empty() && whole.error.is_none());
            let heads = check_leftover(input, &whole.leftover);
            assert!(heads.len() <= (1 + LIMITS.max_interim_responses) * LIMITS.max_header_bytes);
            let short = connect(&[&heads[..heads.len() - 1]]).error.expect("a byte is missing");
            assert_eq!(short.violation, HandshakeViolation::UnexpectedEof);
            check_choice(&whole.established.expect("an open one"), &response);
        }
        HandshakeState::Failed => {
            let error = whole.error.expect("only the peer can make it fail");
            assert!(whole.leftover.is_empty());
            check_error(input, error, |chunks| {
                let mut handshake = client();
                chunks.iter().for_each(|chunk| handshake.receive_data(chunk));
                handshake.error()
            });
            let body = whole.response.map(|response| response.body).unwrap_or_default();
            assert!(body.is_empty() || input[error.offset as usize + 1..].starts_with(&body));
        }
        state => panic!("{state:?} at the end of the input"),
    }
}

/// Nothing is lost and nothing is there twice: what is in front of what is left over is returned, the heads.
fn check_leftover<'a>(input: &'a [u8], leftover: &[u8]) -> &'a [u8] {
    let heads = input.strip_suffix(leftover).expect("the end of the input");
    assert!(heads.ends_with(b"\r\n\r\n"));
    heads
}

fn check_headers(headers: &Headers) {
    assert!(headers.len() <= LIMITS.max_headers);
    assert!(headers.iter().all(|(name, value)| !name.is_empty() && !value.iter().any(|byte| b"\r\n\0".contains(byte))));
}

/// An error comes with the byte that it names, and not before.
fn check_error(input: &[u8], error: HandshakeError, after: impl Fn(&[&[u8]]) -> Option<HandshakeError>) {
    let offset = error.offset as usize;
    if error.violation == HandshakeViolation::UnexpectedEof {
        assert_eq!(offset, input.len());
        return assert_eq!(after(&[input]), None);
    }
    assert_eq!(after(&[&input[..offset]]), None, "before byte {offset}");
    assert_eq!(after(&[&input[..=offset]]), Some(error), "with byte {offset}");
}

/// An answer about compression keeps to what this side insists on, and the client takes it for the same.
fn check_negotiation(config: &DeflateConfig, request: &Request) {
    let Some((agreed, element)) = respond(config, &request.extensions) else { return };
    assert!(agreed.server_no_context_takeover || !config.server_no_context_takeover);
    assert!(agreed.client_no_context_takeover || !config.client_no_context_takeover);
    assert!((8..=config.server_max_window_bits.unwrap_or(15)).contains(&agreed.server_max_window_bits));
    assert!((8..=config.client_max_window_bits.unwrap_or(15)).contains(&agreed.client_max_window_bits));

    let answers = parse_extensions([element.as_bytes()]).expect("what can be read");
    let theirs = check_response(&request.extensions, &answers).expect("what was offered").expect("an answer");
    assert_eq!(theirs.server_no_context_takeover, agreed.server_no_context_takeover);
    assert_eq!(theirs.server_max_window_bits, agreed.server_max_window_bits);
    // What it promised in another of its offers it keeps as well.
    assert!(theirs.client_no_context_takeover || !agreed.client_no_context_takeover);
    assert!(theirs.client_max_window_bits <= agreed.client_max_window_bits);
}

/// A server can choose from what was offered only, over HTTP/2 as well.
fn check_choice(established: &Established, response: &Response) {
    assert!(established.protocol.as_deref().is_none_or(|protocol| protocol == "chat"));
    assert!(established.extensions.len() <= 2);
    let offers = parse_extensions([OFFER.as_bytes()]).unwrap();
    if let Some(agreed) = check_response(&offers, &established.extensions).expect("a choice that was checked") {
        assert!(agreed.server_max_window_bits <= 12 && agreed.client_max_window_bits <= 10);
    }
    let fields = over_http2(vec![(":status", b"200")], &response.headers);
    let request = ConnectRequest::new(&client_options(), "https").unwrap();
    assert_eq!(request.read_response(borrowed(&fields), false).as_ref(), Ok(established));
}

/// The same request by extended CONNECT (RFC 8441) asks for the same.
fn check_connect_request(request: &Request) {
    let pseudo = vec![
        (":method", &b"CONNECT"[..]),
        (":protocol", b"websocket"),
        (":scheme", b"https"),
        (":authority", request.host.as_bytes()),
        (":path", request.path.as_bytes()),
    ];
    let fields = over_http2(pseudo, &request.headers);
    let other = read_request(borrowed(&fields), &Origins::Any).expect("a valid one");
    assert_eq!((&other.host, &other.path, &other.origin), (&request.host, &request.path, &request.origin));
    assert_eq!((&other.protocols, &other.extensions), (&request.protocols, &request.extensions));
}

/// A header list: these pseudo-fields, and the fields of a head as far as HTTP/2 has them.
fn over_http2<'a>(pseudo: Vec<(&str, &'a [u8])>, headers: &'a Headers) -> Vec<(String, &'a [u8])> {
    let fields = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let pseudo = pseudo.into_iter().map(|(name, value)| (name.to_owned(), value));
    pseudo.chain(fields.filter(|(name, _)| !CONNECTION_SPECIFIC.contains(&&**name))).collect()
}

fn borrowed<'a>(fields: &'a [(String, &'a [u8])]) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    fields.iter().map(|(name, value)| (name.as_str(), *value))
}

fn cut<'a>(input: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (input.len() + 1)).chain([0, input.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]).collect()
}
