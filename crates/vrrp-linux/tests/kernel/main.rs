//! The crate against a real kernel: every test makes network namespaces of its own, and looks at them with
//! other programs (`ip`, `tcpdump`, `nft`). Needs root, iproute2, tcpdump, nftables and iptables:
//!
//! `cargo test -p vrrp-linux --test kernel`

mod addresses;
mod descriptors;
mod firewall;
mod lab;
mod monitor;
mod ownership;
mod presence;
mod sockets;
mod system;
