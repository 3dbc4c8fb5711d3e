//! Whether the time that work takes is linear in its size.
//!
//! No limit on time is checked, since machines differ and are shared. Each piece of work is done once at a large size
//! and many times at a small one, the same number of bytes: were it quadratic, the large one would take as many times
//! longer. The processor time of the thread is taken, not the clock, where the system tells it.

use std::time::{Duration, Instant};

const LARGE: usize = 1 << 17;
const TIMES: usize = 1 << 5;
/// Of time in size: 1 is linear, 2 is quadratic. It is far from both, so that noise does not decide.
const MAX_EXPONENT: f64 = 1.6;
/// What is worth comparing: the system counts in steps of a few milliseconds.
const ENOUGH: Duration = Duration::from_millis(40);
const RUNS: usize = 2;

/// The processor time that this thread has used; on other systems than Linux, the time that has passed.
fn used(since: Instant) -> Duration {
    let on_cpu = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_cpu.as_deref().and_then(|stat| stat.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// The time that `times` runs take.
fn time(run: &mut impl FnMut(), times: usize) -> Duration {
    let start = Instant::now();
    let before = used(start);
    (0..times).for_each(|_| run());
    used(start) - before
}

/// `prepare` makes work of a size; only the work is timed.
pub fn check_linear<W: FnMut()>(name: &str, prepare: impl Fn(usize) -> W) {
    let (mut large, mut small) = (prepare(LARGE), prepare(LARGE / TIMES));
    let mut times = 1;
    while time(&mut large, times) < ENOUGH {
        times *= 2;
    }
    let least = |run: &mut dyn FnMut() -> Duration| (0..RUNS).map(|_| run()).min().unwrap().as_secs_f64();
    let large = least(&mut || time(&mut large, times));
    let small = least(&mut || time(&mut small, times * TIMES));
    let exponent = 1.0 + (large / small).log(TIMES as f64);
    assert!(exponent < MAX_EXPONENT, "{name}: {large} s at once, {small} s in {TIMES} parts: exponent {exponent}");
}
