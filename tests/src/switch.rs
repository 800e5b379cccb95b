//! A switch: a bridge in a namespace of its own, to which each host's cable leads. What it passes on can be captured.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use crate::capture::Capture;
use crate::namespace::Namespace;

/// A LAN.
#[derive(Debug)]
pub struct Switch {
    namespace: Arc<Namespace>,
}

/// The bridge's name inside its namespace.
pub(crate) const BRIDGE: &str = "br0";

impl Switch {
    /// A bridge that forwards at once, to everybody's multicast, and has no address.
    pub(crate) fn make(name: String) -> Result<Self> {
        let namespace = Arc::new(Namespace::make(name)?);
        namespace.ip(&format!(
            "link add name {BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\nlink set {BRIDGE} up"
        ))?;
        Ok(Self { namespace })
    }

    pub(crate) fn namespace(&self) -> &Arc<Namespace> {
        &self.namespace
    }

    /// Starts to capture every frame that a host sends into the LAN, stamped by the kernel.
    ///
    /// A frame that [`crate::Host::lose_sent`] swallows, or one from a port that is cut off, never was in the LAN.
    pub(crate) fn capture(&self, directory: &Path, name: &str) -> Result<Capture> {
        Capture::start(&self.namespace, directory, name)
    }
}
