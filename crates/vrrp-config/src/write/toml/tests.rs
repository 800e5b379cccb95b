//! The text of a `vrrpd.toml`, exactly.

use std::time::Duration;

use super::value;
use crate::tests::Alpha;
use crate::to_toml;
use crate::write::tests::loaded;

fn written(text: &str) -> String {
    to_toml(&loaded(text), &Alpha).unwrap_or_else(|untold| panic!("{untold:#?}"))
}

/// What is written like this stays as it is.
#[track_caller]
fn assert_same(text: &str) {
    assert_eq!(written(text), text);
}

#[test]
fn the_least() {
    assert_same(
        "[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\nvirtual_addresses = [\"10.77.0.100\"]\n",
    );
}

#[test]
fn every_key_in_its_place() {
    assert_same(
        r#"name = "edge-1"
notify_fifo = "/nowhere/fifo"
firewall = "INPUT"

[http]
listen = "127.0.0.1:9650"

[control]
group = "vrrpd"
group_may_change = true

[[check]]
name = "web"
http = "https://127.0.0.1:8443/healthz"
expect_status = [200, 301]
expect_body = '^\bok$$'
insecure = true
interval = "2s"
timeout = "1s 500ms"
rise = 2
fall = 3

[[check]]
name = "port"
tcp = "[fd00::1]:80"

[[check]]
name = "ready"
script = ["/usr/local/bin/ready", "--fast", "$$HOME"]
user = "nobody"
capabilities = ["net_admin", "net_raw"]

[[check]]
name = "drain"
file = "/run/vrrpd/drain"
presence = true

[[check]]
name = "haproxy"
process = "haproxy"
min = 2

[[instance]]
name = "inside"
interface = "eth0"
vrid = 51
priority = 110
advert_interval = "3s"
preempt_delay = "5m"
virtual_addresses = ["10.77.0.100", { address = "10.78.0.101/24", interface = "eth1", label = "eth1:web" }]
excluded_addresses = ["10.77.0.102/31"]
authentication = { type = "simple", password = "it's #1" }
unicast = { source = "10.77.0.1", peers = ["10.77.0.2", "10.77.0.3"] }
garp = { repeat = 3, again = [], refresh = "off" }
checks = ["web", "port", { check = "ready", weight = -20 }, "drain", "haproxy"]
track_interfaces = ["eth2", { interface = "eth3", weight = -30 }]
link_debounce = "500ms"
notify = ["/etc/vrrpd/notify.sh"]
notify_master = { script = ["/etc/vrrpd/master.sh"], user = "nobody", capabilities = ["bpf"], timeout = "5s" }
notify_reasserted = ["/etc/vrrpd/notify.sh"]

[[instance]]
name = "outside"
interface = "eth1"
vrid = 52
priority = 110
preempt = false
virtual_addresses = ["10.79.0.100"]
source = "10.77.0.1"
checks = ["web", "port", { check = "ready", weight = -20 }, "drain", "haproxy"]
track_interfaces = ["eth2", { interface = "eth3", weight = -30 }]

[[instance]]
name = "alone"
interface = "eth2"
vrid = 53
preempt = { below = 100 }
virtual_addresses = ["10.80.0.100"]

[[group]]
name = "gw"
instances = ["inside", "outside"]
notify_stop = ["/etc/vrrpd/stop.sh"]
"#,
    );
}

#[test]
fn a_long_list_has_a_line_for_each() {
    let addresses: Vec<String> = (1..=9).map(|number| format!("\"10.77.0.{number}/24\"")).collect();
    let addresses = addresses.join(",\n  ");
    assert_same(&format!(
        "[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\nvirtual_addresses = [\n  {addresses},\n]\n"
    ));
}

/// Everything but the interfaces that a member needs in any case, in an order that makes the same of it.
#[test]
fn what_counts_for_a_group_is_written_for_each_member() {
    let instance = |name: &str, number: u8, tracks: &str| {
        format!(
            "[[instance]]\nname = \"{name}\"\ninterface = \"eth{number}\"\nvrid = 5{number}\n\
             virtual_addresses = [\"10.77.0.{number}0\"]\n{tracks}\n"
        )
    };
    let checks = "[[check]]\nname = \"web\"\ntcp = \"a:1\"\n\n[[check]]\nname = \"db\"\ntcp = \"a:2\"\n\n";
    let group = "[[group]]\nname = \"gw\"\ninstances = [\"c\", \"a\", \"b\"]\n";
    let given = checks.to_owned()
        + &instance("a", 1, "checks = [\"db\"]\n")
        + &instance("b", 2, "track_interfaces = [\"eth5\"]\n")
        + &instance(
            "c",
            3,
            "checks = [\"web\"]\ntrack_interfaces = [\"eth1\", \"eth4\"]\n",
        )
        + group;
    let expected = checks.to_owned()
        + &instance(
            "a",
            1,
            "checks = [\"web\", \"db\"]\ntrack_interfaces = [\"eth4\", \"eth5\"]\n",
        )
        + &instance(
            "b",
            2,
            "checks = [\"web\", \"db\"]\ntrack_interfaces = [\"eth1\", \"eth4\", \"eth5\"]\n",
        )
        + &instance(
            "c",
            3,
            "checks = [\"web\"]\ntrack_interfaces = [\"eth1\", \"eth4\"]\n",
        )
        + group;
    assert_eq!(written(&given), expected);
    assert_eq!(loaded(&expected), loaded(&given));
}

/// A list of peers that names only this host is not empty in the file.
#[test]
fn this_host_alone() {
    let alone = |source: &str| {
        format!(
            "[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\nvirtual_addresses = [\"10.77.0.100\"]\n\
             unicast = {{ {source}peers = [\"10.77.0.1\"] }}\n"
        )
    };
    assert_same(&alone(""));
    assert_same(&alone("source = \"10.77.0.1\", "));
}

#[test]
fn texts() {
    for (text, written) in [
        ("web", r#""web""#),
        ("a$b", r#""a$$b""#),
        (r#"a"b"#, r#"'a"b'"#),
        (r"^\d$", r"'^\d$$'"),
        (r#"it's "a\b""#, r#""it's \"a\\b\"""#),
        ("\\\t\n\r\u{1}\u{7f}\u{85}é", r#""\\\t\n\r\u0001\u007F\u0085é""#),
    ] {
        assert_eq!(value::text(text), written);
    }
    assert_eq!(value::duration(Duration::from_millis(90_500)), "\"1m 30s 500ms\"");
}
