//! Who may use the control socket.

/// What can be wrong with who may use the control socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlFlaw {
    /// No group of this name.
    #[error("this host has no group `{0}`; create it, or write one that `getent group` shows")]
    NoGroup(String),
    /// A right for nobody.
    #[error("`group_may_change` does nothing without a group; name one, as group = \"vrrpd\", or remove it")]
    NobodyMayChange,
}
