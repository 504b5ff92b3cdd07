//! newsmill, the command.

fn main() {}
