//! What a connection holds, counted by the allocator: the bounds that a peer cannot exceed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

#[path = "common/allocator.rs"]
mod allocator;
mod common;

use allocator::{Counting, live, moved_by, peak_of, refusing_above};
use common::vectors::vector;
use common::{Seeded, connection, frame_for, frames, hex};
use sansocket::{
    Connection, Deliver, Event, FrameDecoder, Limits, MAX_SIZE, Opcode, Options, Role, UsageError, Violation,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const KIB: isize = 1 << 10;

/// Nothing that a peer may make large is bounded but by memory itself.
const UNLIMITED: Limits = Limits { max_message_size: MAX_SIZE, max_fragments: MAX_SIZE, ..Limits::DEFAULT };

/// Receives `input` in chunks, keeping no event.
fn receive(connection: &mut Connection<Seeded>, input: &mut [u8], chunk: usize) {
    for chunk in input.chunks_mut(chunk) {
        connection.receive(chunk, &mut |_| {});
    }
}

#[test]
fn l01_empty_fragments() {
    let vector = vector("L01");
    let mut input = vector.input();
    let (peak, error) = peak_of(|| {
        let mut connection = connection(vector.role(), vector.options());
        receive(&mut connection, &mut input, 1 << 16);
        connection.error().unwrap()
    });
    assert_eq!(error.violation, Violation::TooManyFragments);
    assert!(peak <= vector.expect("max_extra_memory").as_i64().unwrap() as isize, "{peak}");
}

#[test]
fn l03_a_large_frame_byte_by_byte() {
    let vector = vector("L03");
    let mut input = vector.input();
    let (peak, ()) = peak_of(|| receive(&mut connection(vector.role(), vector.options()), &mut input, 1));
    assert!(peak <= vector.expect("max_extra_memory").as_i64().unwrap() as isize, "{peak}");
}

#[test]
fn l05_pings_while_nothing_is_drained() {
    let vector = vector("L05");
    let mut input = vector.input();
    let mut connection = connection(vector.role(), vector.options());
    let (peak, ()) = peak_of(|| {
        receive(&mut connection, &mut input, 1 << 16);
        connection.flush().unwrap();
    });
    assert!(peak <= 32 * KIB, "{peak}");
    assert!(connection.output().len() <= Limits::DEFAULT.max_pending_pong_bytes);
}

/// The frames of a small Ping are larger than its payload: the bound is on frames.
#[test]
fn empty_pings_while_nothing_is_drained() {
    for role in [Role::Client, Role::Server] {
        let mut connection = connection(role, Options::default());
        let mut input = frame_for(role, true, Opcode::Ping, b"").repeat(100_000);
        let (peak, ()) = peak_of(|| {
            receive(&mut connection, &mut input, 1 << 16);
            connection.flush().unwrap();
        });
        assert!(peak <= 32 * KIB, "{role:?}: {peak}");
        assert!(connection.output().len() <= Limits::DEFAULT.max_pending_pong_bytes, "{role:?}");
    }
}

#[test]
fn a_declared_length_allocates_nothing_much() {
    // 2^63 − 1 bytes are never accepted; 2^53 − 1 are if the caller wants, and then one byte arrives.
    for (header, refused) in [("827f7fffffffffffffff", true), ("827f001fffffffffffff aa", false)] {
        for deliver in [Deliver::Messages, Deliver::Fragments, Deliver::Payload] {
            let mut input = hex(header);
            let (peak, error) = peak_of(|| {
                let mut connection =
                    connection(Role::Client, Options { limits: UNLIMITED, deliver, ..Options::default() });
                receive(&mut connection, &mut input, 1);
                connection.error()
            });
            assert_eq!(error.is_some(), refused);
            assert!(peak <= 64 * KIB, "{deliver:?}: {peak}");
        }
        let mut input = hex(header);
        let (peak, result) = peak_of(|| FrameDecoder::new(MAX_SIZE).decode(&mut input, &mut |_| {}));
        assert_eq!(result.is_err(), refused);
        assert!(peak <= 64 * KIB, "{peak}");
    }
}

/// A declared length is believed up to 64 KiB, so that most frames are never copied to grow; what is beyond that is
/// allocated once the first byte of it is there, and no more than the frame declares.
#[test]
fn a_decoder_grows_with_the_frame_up_to_its_declared_length() {
    const SIZE: usize = 100_000;
    let mut frame = frame_for(Role::Client, true, Opcode::Binary, &vec![0; SIZE]);
    let (header, payload) = frame.split_at_mut(2 + 8);
    let mut decoder = FrameDecoder::new(MAX_SIZE);
    let before = live();
    decoder.decode(header, &mut |_| unreachable!()).unwrap();
    assert_eq!(live(), before);
    let (last, bytes) = payload.split_last_mut().unwrap();
    for (received, byte) in (1..).zip(bytes.chunks_mut(1)) {
        decoder.decode(byte, &mut |_| unreachable!()).unwrap();
        let expected = if received <= 64 * KIB { 64 * KIB } else { SIZE as isize };
        assert_eq!(live() - before, expected, "after {received} bytes");
    }
    let mut lengths = Vec::with_capacity(1);
    let (peak, ()) = peak_of(|| {
        decoder.decode(std::slice::from_mut(last), &mut |frame| lengths.push(frame.payload.len())).unwrap();
    });
    assert_eq!((lengths.as_slice(), peak), (&[SIZE][..], 0));
    drop(lengths);
    assert_eq!(live(), before, "all is given back");
}

#[test]
fn one_byte_fragments_obey_the_memory_law() {
    const FRAGMENTS: usize = 131_072;
    for opcode in [Opcode::Text, Opcode::Binary] {
        let mut connection = connection(Role::Server, Options { limits: UNLIMITED, ..Options::default() });
        let before = live();
        for received in 1..=FRAGMENTS {
            let opcode = if received == 1 { opcode } else { Opcode::Continuation };
            connection.receive(&mut frame_for(Role::Server, false, opcode, b"a"), &mut |_| {});
            let held = live() - before;
            assert!(held <= 2 * received as isize + 64 * KIB, "{held} after {received}");
            assert_eq!(held, connection.bytes_held() as isize);
        }
        assert_eq!(connection.error(), None);
        let mut length = 0;
        connection.receive(&mut frame_for(Role::Server, true, Opcode::Continuation, b""), &mut |event| {
            length = match event {
                Event::Text(text) => text.as_bytes().len(),
                Event::Binary(bytes) => bytes.len(),
                event => panic!("{event:?}"),
            };
        });
        assert_eq!(length, FRAGMENTS);
        assert_eq!(live(), before, "all is given back");
    }
}

/// Buffers double, so that growing copies each byte about once, however small the pieces. Some systems grow large
/// buffers without copying, so that no clock would tell.
#[test]
fn growing_moves_what_is_held_a_bounded_number_of_times() {
    const SIZE: usize = 1 << 18;
    let mut frame = frame_for(Role::Server, true, Opcode::Binary, &vec![0; SIZE]);
    let mut fragments = frame_for(Role::Server, false, Opcode::Binary, b"");
    fragments.extend(frame_for(Role::Server, false, Opcode::Continuation, b"a").repeat(SIZE));
    for input in [&mut frame, &mut fragments] {
        let mut connection = connection(Role::Server, Options { limits: UNLIMITED, ..Options::default() });
        let moved = moved_by(|| receive(&mut connection, input, 1));
        assert!(moved <= 2 * SIZE, "{moved}");
    }

    let mut decoder = FrameDecoder::new(MAX_SIZE);
    let moved = moved_by(|| frame.chunks_mut(1).for_each(|byte| decoder.decode(byte, &mut |_| {}).unwrap()));
    assert!(moved <= 2 * SIZE, "{moved}");

    let mut server = connection(Role::Server, Options { limits: UNLIMITED, ..Options::default() });
    let moved = moved_by(|| (0..SIZE / 8).for_each(|_| server.send_text("abcdef").unwrap()));
    assert!(moved <= 2 * SIZE, "{moved}");
}

#[test]
fn a_streamed_message_holds_nothing() {
    let mut connection =
        connection(Role::Server, Options { limits: UNLIMITED, deliver: Deliver::Payload, ..Options::default() });
    let mut input = frame_for(Role::Server, true, Opcode::Text, &vec![b'a'; 16 << 20]);
    let mut streamed = 0;
    let (peak, ()) = peak_of(|| {
        for chunk in input.chunks_mut(1 << 16) {
            connection.receive(chunk, &mut |event| match event {
                Event::Payload(part) => streamed += part.data.len(),
                event => panic!("{event:?}"),
            });
        }
    });
    assert_eq!((peak, streamed), (0, 16 << 20));
}

#[test]
fn fragments_hold_one_frame() {
    let mut connection =
        connection(Role::Client, Options { limits: UNLIMITED, deliver: Deliver::Fragments, ..Options::default() });
    let mut input = frame_for(Role::Client, false, Opcode::Binary, &[0; 100_000]);
    input.extend(frame_for(Role::Client, false, Opcode::Continuation, &[0; 100_000]).repeat(20));
    let (peak, ()) = peak_of(|| receive(&mut connection, &mut input, 1000));
    assert!(peak <= 200_000 + 64 * KIB, "{peak}");
}

#[test]
fn an_idle_connection_is_small() {
    for role in [Role::Client, Role::Server] {
        let before = live();
        let mut connection = Box::new(connection(role, Options::default()));
        assert!(live() - before <= KIB, "{role:?}: {}", live() - before);

        // Neither a large message in, nor one out, leaves anything behind.
        let large = vec![0; 1 << 20];
        let mut input = frame_for(role, true, Opcode::Binary, &large);
        input.extend(frame_for(role, true, Opcode::Ping, b"?"));
        receive(&mut connection, &mut input, 1000);
        connection.send_binary(&large).unwrap();
        assert!(connection.output().len() > large.len());
        connection.clear_output();
        drop((large, input));
        assert!(live() - before <= KIB, "{role:?}: {}", live() - before);

        drop(connection);
        assert_eq!(live(), before);
    }
}

/// So that a connection that sends small frames does not allocate for each of them.
#[test]
fn drained_memory_is_kept_up_to_512_bytes() {
    for (size, kept) in [(1, 1), (512, 512), (513, 0), (4096, 0)] {
        let mut connection = connection(Role::Server, Options::default());
        let buffer = Vec::with_capacity(size);
        assert_eq!(buffer.capacity(), size);
        connection.reuse_output(buffer);
        assert_eq!(connection.bytes_held(), size);
        connection.clear_output();
        assert_eq!(connection.bytes_held(), kept);
    }
}

#[test]
fn a_message_that_memory_cannot_hold_fails_its_connection() {
    let mut input = frame_for(Role::Client, true, Opcode::Binary, &vec![0; 1 << 20]);
    let mut connection = connection(Role::Client, Options::default());
    refusing_above(200 << 10, || receive(&mut connection, &mut input, 1 << 10));
    let error = connection.error().unwrap();
    assert_eq!(error.violation, Violation::OutOfMemory);
    assert_eq!(error.frame_index, 0);
    assert!((128 << 10..1 << 20).contains(&error.offset), "{error}");
    assert_eq!(frames(&connection.data_to_send().unwrap())[0].payload, hex("03f1"));
    assert_eq!(connection.bytes_held(), 0);

    let mut decoder = FrameDecoder::new(MAX_SIZE);
    let decode = |chunk: &mut [u8]| decoder.decode(chunk, &mut |_| {}).err();
    let error = refusing_above(200 << 10, || input.chunks_mut(1 << 10).find_map(decode)).unwrap();
    assert_eq!(error.violation, Violation::OutOfMemory);
}

#[test]
fn a_frame_that_memory_cannot_hold_is_not_sent() {
    let mut connection = connection(Role::Client, Options::default());
    let large = vec![0; 1 << 20];
    assert_eq!(refusing_above(1 << 20, || connection.send_binary(&large)), Err(UsageError::BufferFull));
    assert_eq!(connection.output(), b"");
    connection.send_binary(&large).unwrap();
    assert_eq!(frames(connection.output())[0].payload, large);
}

#[test]
fn output_that_was_written_is_memory_for_the_next() {
    let mut sender = connection(Role::Client, Options::default());
    let mut other = connection(Role::Client, Options::default());
    let message = [7; 5000];
    sender.send_binary(&message).unwrap();
    let written = sender.data_to_send().unwrap();
    let expected = other.send_binary(&message).and_then(|()| other.data_to_send()).unwrap();
    // There is no memory for another output; nor for a panic.
    let written = refusing_above(1000, || {
        sender.reuse_output(written);
        sender.send_binary(&message)?;
        other.reuse_output(sender.data_to_send()?);
        other.send_binary(&message)?;
        other.data_to_send()
    })
    .unwrap();
    assert_eq!(written.len(), expected.len());
    assert_eq!(other.bytes_held(), 0);

    // What waits is not given up for it.
    other.send_ping(b"waits").unwrap();
    other.reuse_output(written);
    assert_eq!(other.data_to_send().unwrap().len(), 2 + 4 + 5);
}
