//! The crate against a real kernel: every test makes network namespaces of its own, and looks at them with
//! other programs (`ip`, `tcpdump`). Needs root, iproute2 and tcpdump:
//!
//! `cargo test -p vrrp-linux --test kernel`

mod addresses;
mod descriptors;
mod lab;
mod monitor;
mod ownership;
mod sockets;
mod system;
