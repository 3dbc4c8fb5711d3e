//! What stands in for std when the crate is a module by itself: an allocator, and what a panic does.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

/// No input makes the codec panic. If it does all the same, JavaScript sees a trap and buries the instance; a message
/// would cost more bytes than it is worth. With compression std is there, since zlib-rs links it, and has its own.
#[cfg(not(feature = "deflate"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
