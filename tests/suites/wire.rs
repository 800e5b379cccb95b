//! What is on the wire, as tcpdump reads it: adverts that every peer accepts, and announcements that every client does.

use std::thread;

use vrrp_lab::prelude::*;

/// One MASTER alone, captured for `span` after its first advert.
fn listen(span: Duration) -> Result<(Box<dyn Router>, Lab)> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let instance = Instance::new(1, 132, VIP).password("ipfailov");
    let router = Make::subject().launch(lab.host("a")?, &[instance])?;
    lab.capture()?
        .wait_for(PATIENCE, "the first advert", |packet| packet.advert().is_some())?;
    thread::sleep(span);
    Ok((router, lab))
}

#[test]
fn tcpdump_prints_the_line_that_people_look_for() -> Result<()> {
    let (_router, lab) = listen(Duration::from_millis(2500))?;
    let lines = lab.capture()?.tcpdump(&["vrrp"])?;
    let line = "IP 10.77.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 1, prio 132, authtype simple, intvl 1s, length 20";
    ensure!(
        lines.len() >= 3 && lines.iter().all(|found| found.ends_with(line)),
        "{lines:#?}"
    );
    Ok(())
}

#[test]
fn the_ip_header_is_that_of_a_routing_protocol() -> Result<()> {
    let (_router, lab) = listen(Duration::from_millis(3500))?;
    let text = lab.capture()?.tcpdump(&["-vv", "vrrp"])?.join("\n");
    let header = "tos 0xc0, ttl 255, id ";
    let plain = "offset 0, flags [none], proto VRRP (112), length 40)";
    ensure!(text.matches(header).count() >= 4, "{text}");
    ensure!(
        text.matches(plain).count() == text.matches(header).count(),
        "{text}"
    );
    ensure!(text.contains("addrs: 10.77.0.100 auth \"ipfailov\""), "{text}");
    ensure!(!text.contains("bad"), "no checksum is wrong: {text}");

    let adverts = lab.capture()?.adverts()?;
    ensure!(
        adverts
            .iter()
            .all(|(_, advert)| advert.checksum_ok && advert.tail == b"ipfailov"),
        "{adverts:?}"
    );
    let ids: Vec<u16> = adverts.iter().map(|(_, advert)| advert.id).collect();
    ensure!(
        ids.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)),
        "identifications count up: {ids:?}"
    );
    let multicast = "01:00:5e:00:00:12";
    let frames = lab.capture()?.packets()?;
    let adverts = frames.iter().filter(|frame| frame.advert().is_some());
    ensure!(
        adverts
            .clone()
            .all(|frame| frame.destination.to_string() == multicast),
        "{frames:?}"
    );
    Ok(())
}

#[test]
fn adverts_keep_their_rhythm() -> Result<()> {
    let (_router, lab) = listen(Duration::from_secs(8))?;
    let times: Vec<Duration> = lab.capture()?.adverts()?.iter().map(|(time, _)| *time).collect();
    // The timer is absolute: what one advert is late, the next is not.
    let (first, last) = (
        times.first().context("adverts")?,
        times.last().context("adverts")?,
    );
    let (span, intervals) = (last.saturating_sub(*first), u32::try_from(times.len() - 1)?);
    ensure!(intervals >= 8, "{times:?}");
    let drift = span.abs_diff(Duration::from_secs(1) * intervals);
    let stall = longest_stall(*first);
    ensure!(
        drift < Duration::from_millis(20) + stall,
        "{drift:?} in {span:?} (the machine stood still for {stall:?})"
    );
    Ok(())
}

#[test]
fn addresses_are_announced_by_gratuitous_arp_in_request_form() -> Result<()> {
    let (_router, lab) = listen(Duration::from_millis(6500))?;
    let mac = lab.host("a")?.mac()?;
    let frames = lab.capture()?.packets()?;
    let announced: Vec<&Packet> = frames
        .iter()
        .filter(|frame| frame.gratuitous_arp().is_some())
        .collect();
    for frame in &announced {
        let arp = frame.gratuitous_arp().context("filtered")?;
        ensure!(
            arp.operation == 1 && arp.sender == VIP && arp.target == VIP,
            "{arp:?}"
        );
        ensure!(arp.sender_mac == mac && frame.source == mac, "{arp:?}");
        ensure!(
            arp.target_mac.is_broadcast() && frame.destination.is_broadcast(),
            "{frame:?}"
        );
    }
    let line = "ARP, Request who-has 10.77.0.100 (ff:ff:ff:ff:ff:ff) tell 10.77.0.100, length 28";
    let lines = lab.capture()?.tcpdump(&["arp"])?;
    ensure!(
        lines.iter().filter(|found| found.ends_with(line)).count() == announced.len(),
        "{lines:#?}"
    );

    // Five at once, then one after 1, 2 and 5 s.
    let start = announced.first().context("something was announced")?.time;
    let seconds: Vec<u128> = announced
        .iter()
        .map(|frame| (frame.time.saturating_sub(start).as_millis() + 300) / 1000)
        .collect();
    ensure!(seconds == [0, 0, 0, 0, 0, 1, 2, 5], "{seconds:?}");
    // And not before the MASTER has spoken: the advert comes first, so that no other claims the address too.
    let advert = frames
        .iter()
        .find(|frame| frame.advert().is_some())
        .context("it sends adverts")?;
    ensure!(advert.time <= start, "the advert comes before the announcement");
    Ok(())
}

#[test]
fn a_stop_is_one_resignation_and_then_silence() -> Result<()> {
    let (mut router, lab) = listen(Duration::from_millis(1500))?;
    router.terminate()?;
    thread::sleep(Duration::from_millis(1500));
    let priorities: Vec<u8> = lab
        .capture()?
        .adverts()?
        .iter()
        .map(|(_, advert)| advert.priority)
        .collect();
    let (last, before) = priorities.split_last().context("adverts")?;
    ensure!(
        *last == 0 && before.iter().all(|priority| *priority == 132),
        "{priorities:?}"
    );
    let lines = lab.capture()?.tcpdump(&["vrrp"])?;
    ensure!(
        lines
            .last()
            .is_some_and(|line| line.contains("vrid 1, prio 0, authtype simple")),
        "{lines:#?}"
    );
    Ok(())
}
