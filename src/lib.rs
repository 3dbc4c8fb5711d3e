#![no_std]
extern crate alloc;
pub mod limits; pub mod close; pub mod error; pub mod random;
