//! Reads `tests/vectors`; the formats are described there.

use sansocket::{Event, Limits, Options, Role};
use serde_json::{Value, json};

use super::hex;

/// One line of the file.
pub struct Vector(pub Value);

/// Every vector, in the order of the files.
pub fn hostile() -> Vec<Vector> {
    let files = [include_str!("../vectors/hostile.jsonl"), include_str!("../vectors/edges.jsonl")];
    let lines = files.into_iter().flat_map(str::lines);
    lines.map(|line| Vector(serde_json::from_str(line).expect("a JSON object a line"))).collect()
}

/// The vector with an id.
pub fn vector(id: &str) -> Vector {
    hostile().into_iter().find(|vector| vector.id() == id).expect("an id of the file")
}

impl Vector {
    pub fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }

    pub fn group(&self) -> &str {
        self.0["group"].as_str().unwrap()
    }

    pub fn expect(&self, field: &str) -> &Value {
        &self.0["expect"][field]
    }

    /// Whom the codec plays.
    pub fn role(&self) -> Role {
        role(&self.0)
    }

    /// Options left out of the file have their defaults.
    pub fn options(&self) -> Options {
        let mut limits = Limits::DEFAULT;
        #[cfg(feature = "deflate")]
        let mut deflate = None;
        for (name, value) in self.0["options"].as_object().unwrap() {
            #[cfg(feature = "deflate")]
            if name == "pmd" {
                deflate = Some(self.deflate(value));
                continue;
            }
            let value = value.as_u64().unwrap();
            match name.as_str() {
                "max_message" => limits.max_message_size = value,
                "max_frame" => limits.max_frame_size = value,
                "max_fragments" => limits.max_fragments = value,
                _ => panic!("{}: option {name}", self.id()),
            }
        }
        #[cfg(feature = "deflate")]
        return Options { limits, deflate, ..Options::default() };
        #[cfg(not(feature = "deflate"))]
        Options { limits, ..Options::default() }
    }

    /// permessage-deflate was agreed; the parameters are those of the peer's side.
    #[cfg(feature = "deflate")]
    fn deflate(&self, value: &Value) -> sansocket::DeflateOptions {
        let window_bits = u8::try_from(value["window_bits"].as_u64().unwrap()).unwrap();
        let no_context_takeover = value["no_context_takeover"].as_bool().unwrap();
        let mut options = sansocket::DeflateOptions::default();
        match self.role() {
            Role::Client => {
                options.params.server_max_window_bits = window_bits;
                options.params.server_no_context_takeover = no_context_takeover;
            }
            Role::Server => {
                options.params.client_max_window_bits = window_bits;
                options.params.client_no_context_takeover = no_context_takeover;
            }
        }
        options
    }

    /// The whole input.
    pub fn input(&self) -> Vec<u8> {
        self.0["hex"].as_str().map_or_else(|| parts(&self.0["gen"]), hex)
    }

    /// The close codes that may go with the error: the one to be sent, and those that are tolerated.
    pub fn close_codes(&self) -> Vec<u16> {
        let tolerated = self.expect("close_code_any").as_array().into_iter().flatten();
        let codes = [self.expect("close_code")].into_iter().chain(tolerated);
        codes.filter_map(|code| u16::try_from(code.as_u64()?).ok()).collect()
    }
}

/// One frame example of RFC 6455 §5.7.
pub struct Rfc {
    pub name: String,
    pub role: Role,
    pub bytes: Vec<u8>,
    pub frames: Vec<Value>,
    pub events: Vec<Value>,
}

/// The whole file of the examples.
pub fn rfc6455() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc6455.json")).expect("JSON")
}

/// The frame examples.
pub fn rfc() -> Vec<Rfc> {
    let example = |example: &Value| Rfc {
        name: example["name"].as_str().unwrap().to_owned(),
        role: role(example),
        bytes: parts(&example["gen"]),
        frames: example["frames"].as_array().unwrap().clone(),
        events: example["events"].as_array().unwrap().iter().map(repeated).collect(),
    };
    rfc6455()["frames"].as_array().unwrap().iter().map(example).collect()
}

/// An event whose bytes are written as a pattern and a number.
fn repeated(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(times) = event.as_object_mut().unwrap().remove("repeat") {
        event["hex"] = event["hex"].as_str().unwrap().repeat(times.as_u64().unwrap() as usize).into();
    }
    event
}

fn role(vector: &Value) -> Role {
    match vector["role"].as_str() {
        Some("client") => Role::Client,
        Some("server") => Role::Server,
        role => panic!("role {role:?}"),
    }
}

/// The bytes of a list of parts: `hex` or `zeros`, perhaps with `repeat`.
pub fn parts(list: &Value) -> Vec<u8> {
    let part = |part: &Value| match part["zeros"].as_u64() {
        Some(zeros) => vec![0; zeros as usize],
        None => hex(part["hex"].as_str().expect("hex or zeros")).repeat(part["repeat"].as_u64().unwrap_or(1) as usize),
    };
    list.as_array().expect("a list of parts").iter().flat_map(part).collect()
}

/// An event as the vectors write it.
pub fn event_json(event: &Event<'_>) -> Value {
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match event {
        Event::Text(text) => json!({"type": "text", "data": str::from_utf8(text.as_bytes()).unwrap()}),
        Event::Binary(bytes) => json!({"type": "binary", "hex": digits(bytes)}),
        Event::Ping(bytes) => json!({"type": "ping", "hex": digits(bytes)}),
        Event::Pong(bytes) => json!({"type": "pong", "hex": digits(bytes)}),
        Event::Close { code, reason } => json!({"type": "close", "code": code.0, "reason": reason}),
        event => panic!("the vectors have no such event: {event:?}"),
    }
}
