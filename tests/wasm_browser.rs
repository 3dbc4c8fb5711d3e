//! The crate as WebAssembly in a page: `wasm-pack test --headless --firefox`, or `--chrome`.
#![cfg(target_arch = "wasm32")]

#[path = "wasm/mod.rs"]
mod suite;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
