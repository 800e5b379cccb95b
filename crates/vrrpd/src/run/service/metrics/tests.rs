//! What is written is what parsers accept, and what dashboards and alerts were made for.

pub(in crate::run) mod small;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::{Format, Traffic, render};
use crate::report::{Peer, Standing, Status};

const EXPECTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/run/service/metrics/tests/small.prom"
);
const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");

fn text(status: Status, format: Format) -> String {
    let traffic = Traffic {
        open: 1,
        accepted: 7,
        displaced: 2,
    };
    render(&Arc::new(status), traffic, format).expect("a text takes everything")
}

/// With `VRRPD_WRITE_METRICS=1` it is written down anew: names and labels that were there once have to stay.
#[test]
fn every_metric_has_the_name_the_labels_and_the_value_that_are_written_down() {
    let text = text(small::status(), Format::Prometheus);
    if std::env::var_os("VRRPD_WRITE_METRICS").is_some() {
        std::fs::write(EXPECTED, &text).expect("it can be written to");
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap_or_default();
    assert_eq!(expected, text, "set VRRPD_WRITE_METRICS=1 to write it anew");
}

#[test]
fn openmetrics_has_the_same_samples_and_ends_with_its_mark() {
    // The parts of a histogram come in another order.
    let samples = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    let openmetrics = text(small::status(), Format::OpenMetrics);
    let prometheus = text(small::status(), Format::Prometheus);
    assert!(openmetrics.ends_with("\n# EOF\n"), "{openmetrics}");
    assert_eq!(samples(&openmetrics), samples(&prometheus));
    // There a counter is called what its samples are called without their ending.
    assert!(openmetrics.contains("# TYPE vrrpd_router_repairs counter\n"));
    assert!(prometheus.contains("# TYPE vrrpd_router_repairs_total counter\n"));
}

#[test]
fn every_metric_is_in_the_documentation() {
    let documentation = std::fs::read_to_string(DOCUMENTED).expect("docs/metrics.md can be read");
    let text = text(small::status(), Format::Prometheus);
    let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    for name in names.filter_map(|line| line.split(' ').next()) {
        assert!(documentation.contains(&format!("`{name}")), "{name} is not there");
    }
}

#[test]
fn no_series_is_there_twice() {
    let mut seen = BTreeSet::new();
    let text = text(small::status(), Format::Prometheus);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, _value) = line.rsplit_once(' ').expect("a sample has a value");
        assert!(seen.insert(series.to_owned()), "{series} is there twice");
    }
}

#[test]
fn names_may_have_quotes_and_backslashes() {
    let mut status = small::status();
    status.routers[0].name = r#"a"b\c"#.to_owned();
    let text = text(status, Format::Prometheus);
    assert!(
        text.contains(r#"vrrpd_router_priority{router="a\"b\\c"} 90"#),
        "{text}"
    );
}

/// Whoever can send packets can say that they are from any address.
#[test]
fn senders_whose_packets_were_ignored_have_no_series() {
    let mut status = small::status();
    let before = text(status.clone(), Format::Prometheus).lines().count();
    let template = status.routers[0].peers[0].clone();
    for last in 1..=250 {
        status.routers[0].peers.push(Peer {
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)),
            configured: false,
            heard: None,
            priority: None,
            adverts: 0,
            rejects: 1,
            ..template.clone()
        });
    }
    assert_eq!(text(status, Format::Prometheus).lines().count(), before);
}

/// The same kind about the same virtual router is one series, whatever else they are about.
#[test]
fn conditions_about_many_peers_are_one_series() {
    let mut status = small::status();
    let one = status.conditions[0].clone();
    for last in 1..=250 {
        let mut another = one.clone();
        another.about = Some(format!("192.0.2.{last}"));
        status.conditions.push(another);
    }
    let text = text(status, Format::Prometheus);
    let series = text.lines().filter(|line| line.starts_with("vrrpd_condition{"));
    assert_eq!(series.count(), 2, "{text}");
    assert!(
        text.contains("vrrpd_conditions{severity=\"problem\"} 251\n"),
        "{text}"
    );
}

#[test]
fn the_counts_of_conditions_are_there_when_there_is_none() {
    let mut status = small::status();
    status.conditions.clear();
    let text = text(status, Format::Prometheus);
    assert!(
        text.contains("vrrpd_conditions{severity=\"problem\"} 0\n"),
        "{text}"
    );
    assert!(
        text.contains("vrrpd_conditions{severity=\"notice\"} 0\n"),
        "{text}"
    );
    assert!(!text.contains("vrrpd_condition{"), "{text}");
}

#[test]
fn a_protocol_thread_that_does_not_answer_is_a_keepalived_that_is_down() {
    let mut status = small::status();
    status.daemon.answering = false;
    let text = text(status, Format::Prometheus);
    assert!(text.contains("\nkeepalived_up 0\n"), "{text}");
    assert!(!text.contains("keepalived_vrrp_state"), "{text}");
    assert!(text.contains("\nvrrpd_protocol_answering 0\n"), "{text}");
}

#[test]
fn a_virtual_router_that_advertises_no_address_has_a_state_all_the_same() {
    let mut status = small::status();
    status.routers[0].addresses.clear();
    let text = text(status, Format::Prometheus);
    let expected = r#"keepalived_vrrp_state{iname="web",intf="eth0",vrid="51",ip_address=""} 2"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_check_without_a_result_is_neither_good_nor_bad() {
    let mut status = small::status();
    status.checks[0].standing = Standing::Unknown;
    status.checks[0].last = None;
    let text = text(status, Format::Prometheus);
    assert!(
        !text.contains(r#"keepalived_script_status{name="web"}"#),
        "{text}"
    );
    assert!(
        text.contains(r#"vrrpd_check_standing{check="web",standing="unknown"} 1"#),
        "{text}"
    );
    assert!(!text.contains(r#"vrrpd_check_runnable{check="web"}"#), "{text}");
}

#[test]
fn the_last_bucket_has_no_bound_even_if_nothing_was_ever_late() {
    let mut status = small::status();
    status.daemon.lateness = crate::report::Lateness::default();
    let text = text(status, Format::OpenMetrics);
    assert!(
        text.contains("vrrpd_advert_lateness_seconds_bucket{le=\"+Inf\"} 0\n"),
        "{text}"
    );
}

#[test]
fn openmetrics_is_for_those_who_ask_for_it() {
    let openmetrics = [
        "application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "text/plain;q=0.3, Application/OpenMetrics-Text; version=0.0.1; q=0.75",
        "application/openmetrics-text;q=0.5,text/plain;q=0.5",
        "application/openmetrics-text;q=0.1,text/plain;q=0,*/*",
        "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,\
         text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    ];
    for accept in openmetrics {
        assert_eq!(Format::asked_for(accept), Format::OpenMetrics, "{accept}");
    }
    let prometheus = [
        "",
        "*/*",
        "text/plain;version=0.0.4",
        "application/openmetrics-text;q=0,text/plain",
        "application/openmetrics-text;q=0.1, text/plain;q=0.9",
        "application/openmetrics-text;q=0.5,text/plain",
        "application/openmetrics-text;q=0.5,text/*;q=0.6",
        "application/openmetrics-text;q=0.5,*/*",
        "application/openmetrics-textual",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
        ";;,,==,q=0",
    ];
    for accept in prometheus {
        assert_eq!(Format::asked_for(accept), Format::Prometheus, "{accept}");
    }
}
