//! The crate as WebAssembly in Node: `wasm-pack test --node`.
#![cfg(target_arch = "wasm32")]

#[path = "wasm/mod.rs"]
mod suite;
