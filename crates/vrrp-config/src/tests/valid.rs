//! Files that load, and what they become.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use vrrp_checks::{
    Capabilities, Check, Endpoint, Expected, Hooks, Http, Pattern, Probe, Processes, Script, StateFile, Url,
};
use vrrp_core::{
    Announcing, Authentication, InterfaceName, Interval, Password, Preempt, Priority, Transport,
    VirtualAddress, Vrid,
};

use super::{Alpha, BASE, base_with, directory, load_files, loaded, said};
use crate::load;

fn interface(name: &str) -> InterfaceName {
    InterfaceName::new(name).unwrap()
}

#[test]
fn everything_given_arrives() {
    let loaded = loaded(
        r#"
        name = "edge-1"
        [[instance]]
        name = "web"
        interface = "eth0"
        vrid = 51
        priority = 110
        advert_interval = "3s"
        preempt = true
        preempt_delay = "1m 30s"
        virtual_addresses = [
          "10.77.0.100",
          { address = "10.78.0.101/24", interface = "eth1", label = "eth1:web" },
        ]
        excluded_addresses = ["10.77.0.102/31"]
        authentication = { type = "simple", password = "secret" }
        unicast = { source = "10.77.0.1", peers = ["10.77.0.2", "10.77.0.1", "10.77.0.3"] }
        garp = { repeat = 3, again = ["500ms", "4s"], refresh = "off" }
        link_debounce = "1500ms"
        "#,
    );
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.files.len(), 1);
    assert_eq!(loaded.config.name, "edge-1");
    let [instance] = &loaded.config.instances[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!(instance.name, "web");
    assert_eq!(instance.interface, interface("eth0"));
    assert_eq!(instance.source, Some([10, 77, 0, 1].into()));
    assert_eq!(instance.link_debounce, Duration::from_millis(1500));
    let params = &instance.params;
    assert_eq!(params.vrid, Vrid::new(51).unwrap());
    assert_eq!(params.priority, Priority::new(110).unwrap());
    assert_eq!(params.interval, Interval::new(Duration::from_secs(3)).unwrap());
    assert_eq!(params.preempt, Preempt::After(Duration::from_secs(90)));
    let peers = ["10.77.0.2", "10.77.0.3"]
        .map(|peer| peer.parse().unwrap())
        .to_vec();
    assert_eq!(params.transport, Transport::Unicast { peers });
    assert_eq!(
        params.authentication,
        Authentication::Simple(Password::new(b"secret").unwrap())
    );
    assert_eq!(
        params.advertised,
        ["10.77.0.100", "10.78.0.101"].map(|vip| vip.parse::<std::net::IpAddr>().unwrap())
    );
    let again = vec![Duration::from_millis(500), Duration::from_secs(4)];
    assert_eq!(
        params.announce,
        Announcing {
            repeat: 3,
            again,
            refresh: None
        }
    );
    let address = |text: &str, prefix, on, label: Option<&str>| VirtualAddress {
        address: text.parse().unwrap(),
        prefix,
        interface: interface(on),
        label: label.map(Into::into),
    };
    assert_eq!(
        instance.addresses,
        [
            address("10.77.0.100", 32, "eth0", None),
            address("10.78.0.101", 24, "eth1", Some("eth1:web")),
            address("10.77.0.102", 31, "eth0", None),
        ]
    );
}

#[test]
fn what_is_not_given_has_its_default() {
    let loaded = loaded(BASE);
    assert_eq!(loaded.config.name, "vrrpd");
    let [instance] = &loaded.config.instances[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!(instance.source, None);
    let params = &instance.params;
    assert_eq!(params.priority, Priority::DEFAULT);
    assert_eq!(params.interval, Interval::DEFAULT);
    assert_eq!(params.preempt, Preempt::After(Duration::ZERO));
    assert_eq!(params.transport, Transport::Multicast);
    assert_eq!(params.authentication, Authentication::None);
    assert_eq!(params.announce, Announcing::default());
    assert_eq!(params.tracks, []);
    assert_eq!(instance.link_debounce, Duration::ZERO);
    assert_eq!(instance.hooks, Hooks::default());
    assert_eq!(loaded.config.checks, []);
    assert_eq!(loaded.config.groups, []);
    assert_eq!(loaded.config.notify_fifo, None);
}

#[test]
fn variables_stand_for_texts_numbers_booleans_and_durations() {
    let text = base_with(&[
        r#"name = "${HOSTNAME}-$$-${UNSET:-none}""#,
        r#"virtual_addresses = ["${VIP}/24"]"#,
        r#"priority = "${PRIORITY}""#,
        r#"preempt = "${PREEMPT}""#,
        r#"garp = { repeat = "${COUNT}", again = ["${DELAY}"], refresh = "${UNSET:-off}" }"#,
        r#"source = "${ADDRESS:eth0}""#,
    ]);
    let loaded = loaded(&text);
    let [instance] = &loaded.config.instances[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!(instance.name, "alpha-$-none");
    assert_eq!(instance.addresses[0].to_string(), "10.77.0.100/24 on eth0");
    assert_eq!(instance.params.priority.get(), 110);
    assert_eq!(instance.params.preempt, Preempt::Never);
    let announce = Announcing {
        repeat: 5,
        again: vec![Duration::from_secs(5)],
        refresh: None,
    };
    assert_eq!(instance.params.announce, announce);
    assert_eq!(instance.source, Some([10, 77, 0, 1].into()));
}

#[test]
fn sub_tables_may_have_headers() {
    let text =
        format!("{BASE}[instance.unicast]\npeers = [\"10.77.0.2\"]\n[instance.garp]\nrefresh = \"0s\"\n");
    let loaded = loaded(&text);
    let params = &loaded.config.instances[0].params;
    assert_eq!(
        params.transport,
        Transport::Unicast {
            peers: vec!["10.77.0.2".parse().unwrap()]
        }
    );
    assert_eq!(params.announce.refresh, None);
}

#[test]
fn the_owner_preempts_whatever_is_written() {
    let loaded = loaded(&base_with(&["priority = 255", "preempt = false"]));
    assert_eq!(
        loaded.config.instances[0].params.preempt,
        Preempt::After(Duration::ZERO)
    );
}

#[test]
fn type_none_is_no_authentication() {
    let loaded = loaded(&base_with(&[r#"authentication = { type = "none" }"#]));
    assert_eq!(
        loaded.config.instances[0].params.authentication,
        Authentication::None
    );
}

#[test]
fn a_password_file_is_relative_to_the_file_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    for (content, password) in [
        ("secret\n", "secret"),
        ("secret", "secret"),
        ("a\r\n", "a"),
        ("12345678\n", "12345678"),
    ] {
        let web = base_with(&[r#"authentication = { type = "simple", password_file = "password" }"#]);
        let main = "include = [\"sub/web.toml\"]\n";
        let directory = directory(&[
            ("vrrpd.toml", main),
            ("sub/web.toml", &web),
            ("sub/password", content),
        ]);
        let file = directory.path().join("sub/password");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let loaded = load(&directory.path().join("vrrpd.toml"), &Alpha).unwrap();
        assert_eq!(loaded.warnings, []);
        let expected = Authentication::Simple(Password::new(password.as_bytes()).unwrap());
        assert_eq!(loaded.config.instances[0].params.authentication, expected);
    }
}

#[test]
fn the_owner_may_speak_from_its_own_virtual_address() {
    let lines = [
        "priority = 255",
        "virtual_addresses = [\"10.77.0.1\"]",
        "source = \"10.77.0.1\"",
    ];
    assert_eq!(said(&[("vrrpd.toml", &base_with(&lines))]), [""; 0]);
}

#[test]
fn one_vrid_serves_two_interfaces() {
    let second =
        "[[instance]]\nname = \"db\"\ninterface = \"eth1\"\nvrid = 51\nvirtual_addresses = [\"10.78.0.1\"]\n";
    let loaded = loaded(&format!("{BASE}{second}"));
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.instances.len(), 2);
}

#[test]
fn an_advert_holds_255_addresses() {
    let list = |count: usize| {
        let addresses: Vec<String> = (0..count)
            .map(|n| format!("\"10.9.{}.{}\"", n / 200, n % 200 + 1))
            .collect();
        base_with(&[&format!("virtual_addresses = [{}]", addresses.join(","))])
    };
    let loaded = loaded(&list(255));
    assert_eq!(loaded.config.instances[0].params.advertised.len(), 255);
    let problems = load_files(&[("vrrpd.toml", &list(257))]).unwrap_err();
    let [problem] = &problems[..] else {
        panic!("{problems:#?}")
    };
    assert_eq!(
        problem.message.to_string(),
        "257 addresses, and an advert lists at most 255: 10.9.1.56 is the first that does not fit; move it and the \
         rest to excluded_addresses, or to a second [[instance]] with another vrid"
    );
    let column = list(257).lines().nth(4).unwrap().find("\"10.9.1.56\"").unwrap() + 1;
    let file = problem.location.to_string();
    assert!(file.ends_with(&format!("vrrpd.toml:5:{column}")), "{file}");
}

#[test]
fn every_check_arrives() {
    let directory = directory(&[(
        "vrrpd.toml",
        &base_with(&[
            r#"checks = ["web", "port", "ready", "drain", "gone", "haproxy"]"#,
            r#"[[check]]
            name = "web"
            http = "https://[fd00::1]:8443/healthz?full"
            expect_status = [200, 301]
            expect_body = '^ok\b'
            insecure = true
            interval = "2s"
            timeout = "1500ms"
            rise = 2
            fall = 3
            [[check]]
            name = "port"
            tcp = "[::1]:80"
            interval = "5s"
            [[check]]
            name = "ready"
            script = ["${BIN}/ready"]
            [[check]]
            name = "drain"
            file = "drain"
            [[check]]
            name = "gone"
            file = "/run/gone"
            presence = true
            [[check]]
            name = "haproxy"
            process = "haproxy"
            min = "${COUNT}""#,
        ]),
    )]);
    let loaded = load(&directory.path().join("vrrpd.toml"), &Alpha).unwrap();
    assert_eq!(loaded.warnings, []);
    let plain = |name: &str, probe| Check {
        name: name.to_owned(),
        probe,
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    };
    let endpoint = |host: &str, port| Endpoint {
        host: host.to_owned(),
        port,
    };
    let file = |path: PathBuf, presence| Probe::File(StateFile { path, presence });
    let web = Http {
        url: Url {
            tls: true,
            endpoint: endpoint("fd00::1", 8443),
            path: "/healthz?full".to_owned(),
        },
        expected: Expected {
            status: vec![200, 301],
            body: Some(Pattern::new(r"^ok\b").unwrap()),
        },
        insecure: true,
    };
    let ready = Script {
        argv: vec!["/usr/local/bin/ready".to_owned()],
        user: None,
        capabilities: Capabilities::default(),
    };
    let haproxy = Processes {
        name: "haproxy".to_owned(),
        min: NonZeroU32::new(5).unwrap(),
    };
    let expected = [
        Check {
            interval: Duration::from_secs(2),
            timeout: Duration::from_millis(1500),
            rise: NonZeroU32::new(2).unwrap(),
            fall: NonZeroU32::new(3).unwrap(),
            ..plain("web", Probe::Http(web))
        },
        Check {
            interval: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
            ..plain("port", Probe::Tcp(endpoint("::1", 80)))
        },
        plain("ready", Probe::Script(ready)),
        plain("drain", file(directory.path().join("drain"), false)),
        plain("gone", file("/run/gone".into(), true)),
        plain("haproxy", Probe::Process(haproxy)),
    ];
    assert_eq!(loaded.config.checks, expected);
}
