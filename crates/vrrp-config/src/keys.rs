//! Every key of the configuration: its name, what it wants, and an example.
//!
//! The reader, the messages about missing and mistyped keys and the test of `vrrpd.toml.example` share these.

/// One key.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, with the table that it stands in: `unicast.peers`.
    pub path: &'static str,
    /// What its value is, in words.
    pub wants: &'static str,
    /// A line that would be right.
    pub example: &'static str,
}

impl Key {
    /// The name as it is written: `peers` of `unicast.peers`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

/// A kind of table, and what may stand in it.
#[derive(Debug)]
pub(crate) struct Section {
    /// As messages call it.
    pub(crate) name: &'static str,
    /// Its keys, in the order of the documentation.
    pub(crate) keys: &'static [&'static Key],
}

macro_rules! keys {
    ($($name:ident: $path:literal, $wants:literal, $example:literal;)*) => {
        $(pub(crate) const $name: &Key = &Key { path: $path, wants: $wants, example: $example };)*
    };
}

pub(crate) mod check;
pub(crate) mod hook;
pub(crate) mod track;

keys! {
    DAEMON: "name", "a text in quotes", r#"name = "vrrpd""#;
    INCLUDE: "include", "a list of paths", r#"include = ["conf.d/*.toml"]"#;
    NOTIFY_FIFO: "notify_fifo", "a path in quotes", r#"notify_fifo = "/run/vrrpd/notify.fifo""#;
    FIREWALL: "firewall", "true, false or the name of a chain in quotes", r#"firewall = "INPUT""#;
    HTTP: "http", "a table", "[http]";
    CONTROL: "control", "a table", "[control]";
    INSTANCE: "instance", "a table for each virtual router", "[[instance]]";
    GROUP: "group", "a table for each sync group", "[[group]]";

    LISTEN: "http.listen", "an address and a port in quotes", r#"listen = "127.0.0.1:9650""#;

    CONTROL_GROUP: "control.group", "a group's name in quotes", r#"group = "vrrpd""#;
    GROUP_MAY_CHANGE: "control.group_may_change", "true or false", "group_may_change = true";

    NAME: "name", "a text in quotes", r#"name = "web""#;
    INTERFACE: "interface", "an interface's name in quotes", r#"interface = "eth0""#;
    VRID: "vrid", "a whole number", "vrid = 51";
    PRIORITY: "priority", "a whole number", "priority = 100";
    ADVERT_INTERVAL: "advert_interval", "a duration in quotes, with its unit", r#"advert_interval = "1s""#;
    PREEMPT: "preempt", "true, false or a table", "preempt = true";
    BELOW: "preempt.below", "a whole number", "preempt = { below = 100 }";
    PREEMPT_DELAY: "preempt_delay", "a duration in quotes, with its unit", r#"preempt_delay = "30s""#;
    VIRTUAL_ADDRESSES: "virtual_addresses", "a list of addresses", r#"virtual_addresses = ["10.77.0.100"]"#;
    EXCLUDED_ADDRESSES: "excluded_addresses", "a list of addresses", r#"excluded_addresses = ["10.77.0.101"]"#;
    AUTHENTICATION: "authentication", "a table", r#"authentication = { type = "simple", password = "secret" }"#;
    UNICAST: "unicast", "a table", r#"unicast = { source = "10.77.0.1", peers = ["10.77.0.2"] }"#;
    SOURCE: "source", "an address in quotes", r#"source = "10.77.0.1""#;
    GARP: "garp", "a table", r#"garp = { repeat = 5, again = ["1s", "2s", "5s"], refresh = "60s" }"#;

    LINK_DEBOUNCE: "link_debounce", "a duration in quotes, with its unit", r#"link_debounce = "500ms""#;

    GROUP_NAME: "name", "a text in quotes", r#"name = "gw""#;
    INSTANCES: "instances", "a list of instances' names in quotes", r#"instances = ["inside", "outside"]"#;

    ADDRESS: "address", "an address in quotes", r#"{ address = "10.77.0.100/24" }"#;
    ADDRESS_INTERFACE: "interface", "an interface's name in quotes", r#"{ address = "10.77.0.100", interface = "eth1" }"#;
    LABEL: "label", "a text in quotes", r#"{ address = "10.77.0.100", label = "eth0:web" }"#;

    TYPE: "authentication.type", r#""none" or "simple" in quotes"#, r#"type = "simple""#;
    PASSWORD: "authentication.password", "a text in quotes", r#"password = "secret""#;
    PASSWORD_FILE: "authentication.password_file", "a path in quotes", r#"password_file = "vrrp.password""#;

    UNICAST_SOURCE: "unicast.source", "an address in quotes", r#"source = "10.77.0.1""#;
    PEERS: "unicast.peers", "a list of addresses", r#"peers = ["10.77.0.2", "10.77.0.3"]"#;

    REPEAT: "garp.repeat", "a whole number", "repeat = 5";
    AGAIN: "garp.again", "a list of durations", r#"again = ["1s", "2s", "5s"]"#;
    REFRESH: "garp.refresh", r#"a duration in quotes, with its unit, or "off""#, r#"refresh = "60s""#;

    INCLUDED: "include", "a list of paths in quotes", r#"include = ["conf.d/*.toml"]"#;
    VIRTUAL_ADDRESS: "virtual_addresses", "a list of addresses in quotes, or tables",
        r#"["10.77.0.100", { address = "10.78.0.101/24", interface = "eth1" }]"#;
    EXCLUDED_ADDRESS: "excluded_addresses", "a list of addresses in quotes, or tables",
        r#"["10.77.0.101", { address = "10.78.0.102/24", interface = "eth1" }]"#;
    PEER: "unicast.peers", "a list of addresses in quotes", r#"peers = ["10.77.0.2", "10.77.0.3"]"#;
    AGAIN_AFTER: "garp.again", "a list of durations in quotes, with their units", r#"again = ["1s", "2s", "5s"]"#;
}

pub(crate) const MAIN: &Section = &Section {
    name: "the top level",
    keys: &[
        DAEMON,
        INCLUDE,
        hook::SCRIPT_USER,
        hook::SCRIPT_SECURITY,
        NOTIFY_FIFO,
        FIREWALL,
        HTTP,
        CONTROL,
        check::CHECK,
        INSTANCE,
        GROUP,
    ],
};

pub(crate) const HTTP_KEYS: &Section = &Section {
    name: "[http]",
    keys: &[LISTEN],
};

pub(crate) const CONTROL_KEYS: &Section = &Section {
    name: "[control]",
    keys: &[CONTROL_GROUP, GROUP_MAY_CHANGE],
};

pub(crate) const INSTANCE_KEYS: &Section = &Section {
    name: "[[instance]]",
    keys: &[
        NAME,
        INTERFACE,
        VRID,
        PRIORITY,
        ADVERT_INTERVAL,
        PREEMPT,
        PREEMPT_DELAY,
        VIRTUAL_ADDRESSES,
        EXCLUDED_ADDRESSES,
        AUTHENTICATION,
        UNICAST,
        SOURCE,
        GARP,
        track::CHECKS,
        track::INTERFACES,
        LINK_DEBOUNCE,
        hook::NOTIFY,
        hook::MASTER,
        hook::BACKUP,
        hook::FAULT,
        hook::STOP,
        hook::REASSERTED,
    ],
};

pub(crate) const PREEMPT_KEYS: &Section = &Section {
    name: "`preempt`",
    keys: &[BELOW],
};

pub(crate) const GROUP_KEYS: &Section = &Section {
    name: "[[group]]",
    keys: &[
        GROUP_NAME,
        INSTANCES,
        hook::NOTIFY,
        hook::MASTER,
        hook::BACKUP,
        hook::FAULT,
        hook::STOP,
    ],
};

pub(crate) const ADDRESS_KEYS: &Section = &Section {
    name: "a virtual address",
    keys: &[ADDRESS, ADDRESS_INTERFACE, LABEL],
};

pub(crate) const AUTHENTICATION_KEYS: &Section = &Section {
    name: "`authentication`",
    keys: &[TYPE, PASSWORD, PASSWORD_FILE],
};

pub(crate) const UNICAST_KEYS: &Section = &Section {
    name: "`unicast`",
    keys: &[UNICAST_SOURCE, PEERS],
};

pub(crate) const GARP_KEYS: &Section = &Section {
    name: "`garp`",
    keys: &[REPEAT, AGAIN, REFRESH],
};

/// All of them.
pub(crate) const SECTIONS: &[&Section] = &[
    MAIN,
    HTTP_KEYS,
    CONTROL_KEYS,
    check::KEYS,
    INSTANCE_KEYS,
    PREEMPT_KEYS,
    ADDRESS_KEYS,
    AUTHENTICATION_KEYS,
    UNICAST_KEYS,
    GARP_KEYS,
    track::CHECK_KEYS,
    track::INTERFACE_KEYS,
    hook::KEYS,
    GROUP_KEYS,
];
