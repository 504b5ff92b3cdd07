//! What the client library and the broker really do where the documentation is silent: each test is named for the
//! answer that it found, and the engine is built on it.

mod faults;
mod offsets;
mod seek;
mod spread;
mod wake;

mod member;
