//! The variables, by their names.

pub(super) const CONFIG_NAME: &str = "OPENSHIFT_HA_CONFIG_NAME";
pub(super) const VIRTUAL_IPS: &str = "OPENSHIFT_HA_VIRTUAL_IPS";
pub(super) const VIP_GROUPS: &str = "OPENSHIFT_HA_VIP_GROUPS";
pub(super) const INTERFACE: &str = "OPENSHIFT_HA_NETWORK_INTERFACE";
pub(super) const MONITOR_PORT: &str = "OPENSHIFT_HA_MONITOR_PORT";
pub(super) const CHECK_SCRIPT: &str = "OPENSHIFT_HA_CHECK_SCRIPT";
pub(super) const CHECK_INTERVAL: &str = "OPENSHIFT_HA_CHECK_INTERVAL";
pub(super) const NOTIFY_SCRIPT: &str = "OPENSHIFT_HA_NOTIFY_SCRIPT";
pub(super) const PREEMPTION: &str = "OPENSHIFT_HA_PREEMPTION";
pub(super) const VRID_OFFSET: &str = "OPENSHIFT_HA_VRRP_ID_OFFSET";
pub(super) const EXCLUDED_VRIDS: &str = "HA_EXCLUDED_VRRP_IDS";
pub(super) const EXCLUDED_VRIDS_TOO: &str = "OPENSHIFT_HA_EXCLUDED_VRRP_IDS";
pub(super) const REPLICAS: &str = "OPENSHIFT_HA_REPLICA_COUNT";
pub(super) const PEERS: &str = "OPENSHIFT_HA_UNICAST_PEERS";
pub(super) const USE_UNICAST: &str = "OPENSHIFT_HA_USE_UNICAST";
pub(super) const UNICAST_SOURCE: &str = "UNICAST_SOURCE_IPADDRESS";
pub(super) const MULTICAST_SOURCE: &str = "MULTICAST_SOURCE_IPADDRESS";
pub(super) const IPTABLES_CHAIN: &str = "OPENSHIFT_HA_IPTABLES_CHAIN";
pub(super) const NFTABLES_RULE: &str = "OPENSHIFT_HA_NFTABLES_RULE";
pub(super) const KEEPALIVED_CONFIG: &str = "KEEPALIVED_CONFIG";
pub(super) const SPREAD: &str = "VRRPD_SPREAD";
pub(super) const NODES: &str = "VRRPD_NODES";
pub(super) const HTTP_LISTEN: &str = "VRRPD_HTTP_LISTEN";

/// All of them, in the order of the documentation, which is the order of problems. The last three of OpenShift have no
/// effect.
pub(super) const ALL: &[&str] = &[
    CONFIG_NAME,
    VIRTUAL_IPS,
    VIP_GROUPS,
    INTERFACE,
    MONITOR_PORT,
    CHECK_SCRIPT,
    CHECK_INTERVAL,
    NOTIFY_SCRIPT,
    PREEMPTION,
    VRID_OFFSET,
    EXCLUDED_VRIDS,
    EXCLUDED_VRIDS_TOO,
    REPLICAS,
    PEERS,
    USE_UNICAST,
    UNICAST_SOURCE,
    MULTICAST_SOURCE,
    IPTABLES_CHAIN,
    NFTABLES_RULE,
    KEEPALIVED_CONFIG,
    SPREAD,
    NODES,
    HTTP_LISTEN,
    "OPENSHIFT_HA_SELECTOR",
    "OPENSHIFT_HA_ADMIN_EMAILS",
    "OPENSHIFT_HA_SMTP_SERVER",
];

/// Not a setting of the configuration: how much is logged.
pub(super) const LOG: &str = "VRRPD_LOG";

/// What every variable of our own begins with.
pub(super) const OWN_PREFIX: &str = "VRRPD_";

/// What every variable of OpenShift's own begins with.
pub(super) const PREFIX: &str = "OPENSHIFT_HA_";
