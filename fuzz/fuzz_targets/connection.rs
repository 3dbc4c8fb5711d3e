//! A connection that receives, in either role, with and without compression: what holds for every input.
#![no_main]

#[path = "../../tests/common/model.rs"]
mod model;

use libfuzzer_sys::fuzz_target;
use model::Report;
use sansocket::{Deliver, Event, Options, Role, Violation};
use sansocket_fuzz::allocator::live;
use sansocket_fuzz::{Choices, Seen, connection, cuts, options, pieces, role, seen};

const KIB: usize = 1 << 10;

/// The longest control frame of a client (RFC 6455 §5.5).
const LONGEST_CONTROL: usize = 2 + 4 + 125;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let role = role(&mut choices);
    let options = options(&mut choices);
    let cuts = cuts(choices.byte(), choices.0.len());
    let input = choices.0;

    let whole = seen(role, options, [input].into_iter());
    assert_eq!(seen(role, options, input.chunks(1)), whole, "by bytes");
    assert_eq!(seen(role, options, pieces(input, &cuts)), whole, "cut at {cuts:?}");
    check_error(role, options, input, &whole);
    check_memory(role, options, input, &cuts);

    // A second implementation, written for reading: tests/common/model.rs.
    if options.deflate.is_none() && options.deliver == Deliver::Messages && options.frames && input.len() < 3000 {
        let reports: Vec<Report> = whole.events.into_iter().map(Report::from).collect();
        assert_eq!(reports, model::read(role, options.limits, input));
    }
});

/// An error comes with the byte that it names, not before, and nothing comes after it.
fn check_error(role: Role, options: Options, input: &[u8], whole: &Seen) {
    let errors = whole.events.iter().filter(|event| matches!(event, Event::Error(_))).count();
    assert_eq!(errors, usize::from(whole.error.is_some()));
    let Some(error) = whole.error else { return };
    assert_eq!(whole.events.last(), Some(&Event::Error(error)));
    assert!(error.offset <= input.len() as u64);
    // Of compressed text the offset names the frame: which of its bytes it was is not known.
    let names_a_frame = error.violation == Violation::InvalidUtf8 && options.deflate.is_some();
    if error.violation == Violation::UnexpectedEof || names_a_frame {
        return;
    }
    let (before, rest) = input.split_at(error.offset as usize);
    let (decisive, rest) = rest.split_at(1);
    let mut connection = connection(role, options);
    connection.receive_data(before);
    assert_eq!(connection.error(), None, "before byte {}", error.offset);
    connection.receive_data(decisive);
    assert_eq!(connection.error(), Some(error), "at byte {}", error.offset);
    connection.events().for_each(drop);
    connection.receive_data(rest);
    connection.receive_eof();
    assert_eq!(connection.next_event(), None, "after the error");
    assert_eq!(connection.error(), Some(error), "the error stays");
}

/// No more is held than twice what the message may have so far, the window with 9 KiB beside it, and 64 KiB; for what is no message
/// the Pongs that wait, in a vector that may be half empty. And all of it is told.
fn check_memory(role: Role, options: Options, input: &[u8], cuts: &[usize]) {
    let window = options.deflate.map_or(0, |_| (32 + 9) * KIB);
    let pongs = 2 * (options.limits.max_pending_pong_bytes + LONGEST_CONTROL);
    let mut connection = connection(role, options);
    let before = live();
    let (mut received, mut of_message) = (0, 0);
    for piece in pieces(input, cuts) {
        let mut piece = piece.to_vec();
        let own = piece.capacity() as isize;
        let mut has_ended = false;
        connection.receive(&mut piece, &mut |event| {
            has_ended |=
                matches!(event, Event::Text(_) | Event::Binary(_) | Event::Compressed { .. } | Event::Error(_));
        });
        received += piece.len();
        assert_eq!(connection.bytes_received(), received as u64, "every byte is taken");

        // Of a message that has ended nothing is held, and of another no more than this piece.
        of_message = if has_ended { piece.len() } else { of_message + piece.len() };
        // What is compressed may become a thousand times as much, up to the limit.
        let most = if options.deflate.is_some() { 1100 * of_message } else { of_message };
        let message = most.min(options.limits.max_message_size as usize);
        let allowed = 2 * message + window + 64 * KIB + pongs;
        let held = live() - before - own;
        let told = connection.bytes_held();
        assert!(held <= allowed as isize, "{held} of {allowed} bytes after {received}");
        assert!(held <= told as isize && told <= allowed, "{told} bytes are told of {held}");
    }
}
