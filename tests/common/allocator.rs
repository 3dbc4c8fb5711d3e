//! An allocator that counts what each thread holds, and can refuse.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static MOVED: Cell<usize> = const { Cell::new(0) };
    static LARGEST_ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// To be made the `#[global_allocator]` of a test.
pub struct Counting;

fn add(bytes: isize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

// SAFETY: memory is the system's; only sizes are looked at. The counters need neither allocation nor destructors.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST_ALLOWED.get() {
            return std::ptr::null_mut();
        }
        add(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > LARGEST_ALLOWED.get() {
            return std::ptr::null_mut();
        }
        add(size as isize - layout.size() as isize);
        MOVED.set(MOVED.get() + layout.size());
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Bytes that this thread holds now.
pub fn live() -> isize {
    LIVE.get()
}

/// The most bytes that `work` held at once beyond those that were held before, and what it gave.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (isize, T) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (PEAK.get() - before, result)
}

/// The bytes that may have been copied because a buffer grew during `work`.
pub fn moved_by(work: impl FnOnce()) -> usize {
    let before = MOVED.get();
    work();
    MOVED.get() - before
}

/// Runs `work` while no single allocation of more than `bytes` succeeds.
pub fn refusing_above<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    LARGEST_ALLOWED.set(bytes);
    let result = work();
    LARGEST_ALLOWED.set(usize::MAX);
    result
}
