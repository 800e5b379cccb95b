//! What keepalived is told, by its exact text.

use crate::tests::Alpha;
use crate::to_keepalived;
use crate::write::tests::loaded;

const HEADER: &str = "\
# Written by vrrpd, which does what this says: no program reads it, and a change in it changes nothing.
# keepalived 2.2.7 or newer could run it as it stands.
";

fn written(text: &str) -> String {
    to_keepalived(&loaded(text), &Alpha).unwrap_or_else(|untold| panic!("{untold:#?}"))
}

const TWO_ROUTERS: &str = r#"
        name = "ipfailover"
        firewall = "INPUT"
        [http]
        listen = "[fd00::1]:9650"
        [control]
        group = "vrrpd"
        [[check]]
        name = "chk_ipfailover"
        tcp = "10.77.0.1:80"
        interval = "2s"
        [[instance]]
        name = "ipfailover_VIP_1"
        interface = "eth0"
        vrid = 17
        priority = 101
        preempt_delay = "5m"
        virtual_addresses = [
            { address = "10.77.0.100", label = "eth0:vip" },
            { address = "10.77.0.101", label = "eth0:vip" },
        ]
        authentication = { type = "simple", password = "R0uter" }
        checks = ["chk_ipfailover"]
        notify = ["/etc/vrrpd/notify.sh", "it's", "a \"b\""]
        [[instance]]
        name = "ipfailover_VIP_2"
        interface = "eth0"
        vrid = 18
        preempt = false
        virtual_addresses = [{ address = "10.77.0.102", label = "eth0:vip" }]
        authentication = { type = "simple", password = "a 'b' #!" }
        unicast = { source = "10.77.0.1", peers = ["10.77.0.2", "10.77.0.3"] }
        checks = ["chk_ipfailover"]
        "#;

/// What an ipfailover pod has.
#[test]
fn a_failover_of_two_routers() {
    let text = written(TWO_ROUTERS);
    let expected = r#"# The firewall must accept IP protocol 112: vrrpd sees to that, and keepalived does not.
# The status is served at http://[fd00::1]:9650/: vrrpd does that, and keepalived does not.
# The group vrrpd may ask the daemon how it is: vrrpd answers, and keepalived does not.
global_defs {
    router_id ipfailover
    vrrp_version 2
    script_user root
    enable_script_security
}

vrrp_script chk_ipfailover {
    script "/usr/bin/timeout 2 /bin/bash -c '</dev/tcp/10.77.0.1/80'"
    interval 2
    timeout 2
    rise 1
    fall 1
}

vrrp_instance ipfailover_VIP_1 {
    state BACKUP
    interface eth0
    virtual_router_id 17
    priority 101
    advert_int 1
    preempt_delay 300
    authentication {
        auth_type PASS
        auth_pass R0uter
    }
    garp_master_repeat 5
    garp_master_delay 5
    garp_master_refresh 60
    garp_master_refresh_repeat 1
    track_script {
        chk_ipfailover
    }
    virtual_ipaddress {
        10.77.0.100/32 dev eth0 label eth0:vip
        10.77.0.101/32 dev eth0 label eth0:vip
    }
    notify "/etc/vrrpd/notify.sh 'it\134047s' 'a \134042b\134042'"
}

vrrp_instance ipfailover_VIP_2 {
    state BACKUP
    interface eth0
    virtual_router_id 18
    priority 100
    advert_int 1
    nopreempt
    authentication {
        auth_type PASS
        auth_pass "a 'b' #!"
    }
    unicast_src_ip 10.77.0.1
    check_unicast_src
    unicast_peer {
        10.77.0.2
        10.77.0.3
    }
    garp_master_repeat 5
    garp_master_delay 5
    garp_master_refresh 60
    garp_master_refresh_repeat 1
    track_script {
        chk_ipfailover
    }
    virtual_ipaddress {
        10.77.0.102/32 dev eth0 label eth0:vip
    }
}
"#;
    assert_eq!(text.strip_prefix(HEADER), Some(expected));
}

const GROUP: &str = r#"
        notify_fifo = "/run/vrrpd/no such.fifo"
        [[check]]
        name = "ready now"
        script = ["/usr/local/bin/ready", ""]
        user = "nobody"
        interval = "5s"
        timeout = "3s"
        rise = 2
        fall = 3
        [[instance]]
        name = "inside"
        interface = "eth0"
        vrid = 1
        source = "10.77.0.1"
        advert_interval = "3s"
        preempt_delay = "1500ms"
        virtual_addresses = ["10.77.0.100/24"]
        excluded_addresses = ["10.77.0.110", { address = "10.78.0.111/16", interface = "eth1" }]
        garp = { repeat = 3, again = [], refresh = "off" }
        checks = [{ check = "ready now", weight = -20 }]
        track_interfaces = ["eth2", { interface = "eth3", weight = 30 }]
        [[instance]]
        name = "outside"
        interface = "eth2"
        vrid = 2
        virtual_addresses = ["10.79.0.100"]
        garp = { again = ["100ms", "2500ms"], refresh = "1500ms" }
        [[group]]
        name = "gw"
        instances = ["inside", "outside"]
        notify_master = { script = ["/etc/vrrpd/master.sh"], user = "nobody" }
        "#;

#[test]
fn a_group_with_weights() {
    let text = written(GROUP);
    let expected = r#"global_defs {
    router_id vrrpd
    vrrp_version 2
    script_user root
    enable_script_security
    vrrp_notify_fifo "/run/vrrpd/no such.fifo"
}

vrrp_script "ready now" {
    script "/usr/local/bin/ready ''"
    user nobody
    interval 5
    timeout 3
    rise 2
    fall 3
}

vrrp_sync_group gw {
    group {
        inside
        outside
    }
    track_script {
        "ready now" weight -20
    }
    track_interface {
        eth3 weight 30
    }
    notify_master "/etc/vrrpd/master.sh" nobody
}

vrrp_instance inside {
    state BACKUP
    interface eth0
    virtual_router_id 1
    priority 100
    advert_int 3
    preempt_delay 1.5
    mcast_src_ip 10.77.0.1
    garp_master_repeat 3
    garp_master_delay 0
    garp_master_refresh 0
    garp_master_refresh_repeat 1
    virtual_ipaddress {
        10.77.0.100/24 dev eth0
    }
    virtual_ipaddress_excluded {
        10.77.0.110/32 dev eth0
        10.78.0.111/16 dev eth1
    }
}

vrrp_instance outside {
    state BACKUP
    interface eth2
    virtual_router_id 2
    priority 100
    advert_int 1
    garp_master_repeat 5
    garp_master_delay 3
    garp_master_refresh 2
    garp_master_refresh_repeat 1
    virtual_ipaddress {
        10.79.0.100/32 dev eth2
    }
}
"#;
    assert_eq!(text.strip_prefix(HEADER), Some(expected));
}

/// Its priority never changes, and it preempts in any case; and nothing needs a user where nothing is started.
#[test]
fn an_owner() {
    let text = written(
        r#"
        [[instance]]
        name = "web"
        interface = "eth0"
        vrid = 255
        priority = 255
        virtual_addresses = ["10.77.0.100"]
        track_interfaces = ["eth1", { interface = "eth2", weight = -254 }]
        "#,
    );
    let (head, instance) = text.split_once("vrrp_instance web {\n").unwrap();
    assert!(
        head.ends_with("global_defs {\n    router_id vrrpd\n    vrrp_version 2\n}\n\n"),
        "{head}"
    );
    assert!(
        instance.starts_with(
            "    state BACKUP\n    interface eth0\n    virtual_router_id 255\n    priority 255\n"
        )
    );
    assert!(
        instance.contains("    track_interface {\n        eth1\n    }\n"),
        "{instance}"
    );
    assert!(!instance.contains("preempt"), "{instance}");
}

/// A fraction of a second is left to timeout(1).
#[test]
fn a_tcp_check_that_is_quick_or_slow() {
    for (timeout, command, seconds) in [
        ("200ms", "0.2", 1),
        ("2500ms", "2.5", 3),
        ("10s", "10", 10),
        ("1us", "0.000001", 1),
    ] {
        let text = written(&format!(
            "[[check]]\nname = \"db\"\ntcp = \"[fd00::1]:5432\"\ntimeout = \"{timeout}\"\n[[instance]]\nname = \"a\"\n\
             interface = \"eth0\"\nvrid = 1\nvirtual_addresses = [\"10.77.0.100\"]\n"
        ));
        let script =
            format!("    script \"/usr/bin/timeout {command} /bin/bash -c '</dev/tcp/fd00::1/5432'\"\n");
        assert!(text.contains(&script), "{text}");
        assert!(text.contains(&format!("    timeout {seconds}\n")), "{text}");
    }
}
