//! `cargo run --release -p sansocket-inspector --example inspect FILE [OPTIONS]`: the records of a capture as lines of
//! JSON, and how long they took. The options are JSON, as the README of the crate has them.

use std::io::{Read as _, Write as _};
use std::time::Instant;

use sansocket_inspector::{Inspector, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut file = std::fs::File::open(arguments.next().ok_or("which file?")?)?;
    let options = Options::from_json(arguments.next().unwrap_or("{}".to_owned()).as_bytes())?;
    let mut inspector = Inspector::new(options).map_err(|fault| fault.text)?;
    let mut stdout = std::io::stdout().lock();
    let mut chunk = vec![0; 1 << 20];
    let mut busy = std::time::Duration::ZERO;
    loop {
        let length = file.read(&mut chunk)?;
        let start = Instant::now();
        inspector.feed(chunk.get(..length).unwrap_or_default());
        if length == 0 {
            inspector.finish();
        }
        let records = inspector.take(usize::MAX);
        busy = busy.saturating_add(start.elapsed());
        stdout.write_all(&records)?;
        if length == 0 {
            eprintln!("{:.3} s in the engine", busy.as_secs_f64());
            return Ok(());
        }
    }
}
