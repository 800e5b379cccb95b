use super::interface;

const HEADER: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

fn table(lines: &[&str]) -> String {
    HEADER.to_owned() + &lines.join("\n") + "\n"
}

#[test]
fn the_default_route_with_the_lowest_metric_counts() {
    let local = "eth2\t000A0A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
    let wlan = "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0";
    let eth = "eth0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0";
    let other = "eth1\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0";
    assert_eq!(
        interface(&table(&[local, wlan, eth, other])).as_deref(),
        Some("eth0")
    );
    assert_eq!(interface(&table(&[local])), None);
    assert_eq!(interface(&table(&[])), None);
}

#[test]
fn half_of_everything_a_refusal_and_a_route_that_is_down_are_no_default_route() {
    let half = "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0";
    let refusal = "*\t00000000\t00000000\t0200\t0\t0\t4294967295\t00000000\t0\t0\t0";
    let down = "eth0\t00000000\t0102000A\t0002\t0\t0\t100\t00000000\t0\t0\t0";
    assert_eq!(interface(&table(&[half, refusal, down, "", "eth0"])), None);
}
