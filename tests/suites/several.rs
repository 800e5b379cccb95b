//! Several virtual routers on several interfaces, each on its own; addresses where and as they were asked for.

use vrrp_lab::prelude::*;

const TOPOLOGY: &[(&str, &[usize])] = &[("a", &[0, 1]), ("b", &[0, 1])];

fn vip(lan: u8, last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77 + lan, 0, last)
}

fn named(name: &str, instance: Instance) -> Instance {
    Instance {
        name: name.to_owned(),
        ..instance
    }
}

#[test]
fn each_virtual_router_has_its_own_master() -> Result<()> {
    let lab = Lab::new(TOPOLOGY)?;
    // VRID 51 twice, on two LANs: two different virtual routers.
    let instances = |one, two, three| {
        [
            named("one", Instance::new(51, one, vip(0, 101))),
            named("two", Instance::new(52, two, vip(0, 102))),
            named("three", Instance::new(51, three, vip(1, 103)).on("eth1")),
        ]
    };
    let mut a = Make::subject().launch(lab.host("a")?, &instances(200, 100, 200))?;
    let b = Make::subject().launch(lab.host("b")?, &instances(100, 200, 100))?;
    let masters = |router: &dyn Router| -> Result<[bool; 3]> {
        let is = |name: &str| Ok::<_, anyhow::Error>(router.state(name)? == Some(State::Master));
        Ok([is("one")?, is("two")?, is("three")?])
    };
    let held = |router: &dyn Router| -> Result<[bool; 3]> {
        Ok([
            router.holds(vip(0, 101))?,
            router.holds(vip(0, 102))?,
            router.holds(vip(1, 103))?,
        ])
    };
    lab.eventually(PATIENCE, "each has its share", || {
        Ok(masters(&*a)? == [true, false, true]
            && masters(&*b)? == [false, true, false]
            && held(&*a)? == [true, false, true]
            && held(&*b)? == [false, true, false])
    })?;
    let seen = |lan: usize, vrid: u8| -> Result<bool> {
        Ok(lab
            .capture_on(lan)?
            .adverts()?
            .iter()
            .any(|(_, advert)| advert.vrid == vrid))
    };
    ensure!(
        seen(0, 51)? && seen(0, 52)? && seen(1, 51)? && !seen(1, 52)?,
        "adverts stay on their LAN"
    );

    // A fault on one LAN is none on the other.
    a.host().link_down("eth1")?;
    lab.eventually(PATIENCE, "the third has moved, and only that", || {
        Ok(a.state("three")? == Some(State::Fault)
            && masters(&*a)? == [true, false, false]
            && masters(&*b)? == [false, true, true]
            && held(&*b)? == [false, true, true])
    })?;
    a.host().link_up("eth1")?;
    lab.eventually(PATIENCE, "the third is back", || {
        Ok(held(&*a)? == [true, false, true])
    })?;

    a.terminate()?;
    lab.eventually(PATIENCE, "all have moved", || {
        Ok(held(&*a)? == [false, false, false] && held(&*b)? == [true, true, true])
    })
}

#[test]
fn addresses_are_held_where_and_as_they_were_asked_for() -> Result<()> {
    let lab = Lab::new(TOPOLOGY)?;
    let plain = vip(0, 100);
    let instance = Instance::new(51, 200, plain)
        .and(Vip {
            address: Ipv4Addr::new(192, 0, 2, 1),
            prefix: 24,
            interface: Some("eth1".to_owned()),
            label: Some("eth1:web".to_owned()),
        })
        .and(Vip {
            label: Some("eth0:vip".to_owned()),
            ..Vip::from(vip(0, 101))
        });
    let mut router = Make::subject().launch(lab.host("a")?, &[instance])?;
    let host = lab.host("a")?;
    lab.eventually(PATIENCE, "all addresses are there", || {
        Ok(host.addresses()?.len() == 5)
    })?;
    let held: Vec<String> = host
        .addresses()?
        .iter()
        .map(|held| {
            format!(
                "{} {}/{} {}",
                held.interface, held.address, held.prefix, held.label
            )
        })
        .collect();
    for expected in [
        "eth0 10.77.0.100/32 eth0",
        "eth0 10.77.0.101/32 eth0:vip",
        "eth1 192.0.2.1/24 eth1:web",
        "eth0 10.77.0.1/24 eth0",
        "eth1 10.78.0.1/24 eth1",
    ] {
        ensure!(
            held.iter().any(|line| line == expected),
            "{expected} is not among {held:#?}"
        );
    }
    // Each is announced where it is, and the advert lists all of them in order.
    let announced = |lan: usize, address: Ipv4Addr| {
        lab.capture_on(lan)?
            .wait_for(PATIENCE, &format!("{address} is announced"), |packet| {
                packet.gratuitous_arp().is_some_and(|arp| arp.sender == address)
            })
    };
    ensure!(
        announced(0, plain)?.source == host.mac()?,
        "with the interface's own hardware address"
    );
    ensure!(
        announced(1, Ipv4Addr::new(192, 0, 2, 1))?.source == host.port("eth1")?.mac,
        "and so on eth1"
    );
    let advert = lab
        .capture()?
        .adverts()?
        .first()
        .context("it sends adverts")?
        .1
        .clone();
    ensure!(
        advert.addresses == [plain, Ipv4Addr::new(192, 0, 2, 1), vip(0, 101)],
        "{advert:?}"
    );

    router.terminate()?;
    ensure!(
        host.addresses()?.len() == 2,
        "only the host's own are left: {:?}",
        host.addresses()?
    );
    Ok(())
}

#[test]
fn an_address_in_the_hosts_own_network_never_takes_the_hosts_address_with_it() -> Result<()> {
    // As a /24 beside the host's own /24, it would be a secondary of it, or worse, its primary.
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let mut instance = Instance::new(51, 200, VIP);
    instance.vips = vec![Vip {
        prefix: 24,
        ..Vip::from(VIP)
    }];
    let host = lab.host("a")?;
    let mut router = Make::subject().launch(host, &[instance])?;
    lab.eventually(PATIENCE, "it holds the address", || router.holds(VIP))?;
    router.terminate()?;
    ensure!(
        !host.holds(VIP)? && host.holds(host.address()?)?,
        "{:?}",
        host.addresses()?
    );
    Ok(())
}

#[test]
fn an_interface_that_takes_no_arp_keeps_no_other_from_announcing() -> Result<()> {
    let lab = Lab::new(TOPOLOGY)?;
    let host = lab.host("a")?;
    host.exec(&["nft", "add table netdev lab"])?;
    host.exec(&[
        "nft",
        "add chain netdev lab out { type filter hook egress device eth1 priority 0; }",
    ])?;
    host.exec(&["nft", "add rule netdev lab out ether type arp drop"])?;
    let instances = [
        named("deaf", Instance::new(51, 254, vip(1, 101)).on("eth1")),
        named("heard", Instance::new(52, 100, vip(0, 102))),
    ];
    let router = Make::Vrrpd.launch(host, &instances)?;
    lab.capture_on(0)?
        .wait_for(PATIENCE, "the other interface's announcement", |packet| {
            packet
                .gratuitous_arp()
                .is_some_and(|arp| arp.sender == vip(0, 102))
        })?;
    lab.eventually(PATIENCE, "the log says that one cannot announce", || {
        Ok(router.log()?.contains("(deaf) gratuitous ARP cannot be sent"))
    })
}
