//! The socket as clients of all kinds meet it.

mod callers;
mod file;
mod scarce;
mod server;
