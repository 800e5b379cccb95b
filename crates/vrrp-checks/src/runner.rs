//! The process that starts every script, and how it is asked.
//!
//! A script must have none of what the daemon has: real-time priority, locked memory, descriptors, rights. And the
//! daemon must never `fork()`: copying the page tables of a big process can delay an advert. So a small process is
//! started before anything else, [`serve`], and asked over a socket, [`Runner`]. If it dies, or hangs, it is started again.

mod client;
mod connection;
mod frame;
mod giver;
mod job;
mod launch;
mod link;
mod message;
mod refusal;
mod running;
mod server;
mod tail;

pub use client::{Lane, Runner, Starting};
pub use job::{End, Ended, Job};
pub use server::serve;
