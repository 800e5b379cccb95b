//! Sync groups: virtual routers that are MASTER together or not at all.

use std::fs;
use std::thread;

use vrrp_lab::prelude::*;
use vrrp_lab::{Host, Keepalived};

const TOPOLOGY: &[(&str, &[usize])] = &[("a", &[0, 1]), ("b", &[0, 1])];
const INSIDE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(10, 78, 0, 100);
const GROUP: &str = "[[group]]\nname = \"gw\"\ninstances = [\"inside\", \"outside\"]\n";

fn members(priority: u8) -> [Instance; 2] {
    [
        Instance::new(51, priority, INSIDE).named("inside"),
        Instance::new(52, priority, OUTSIDE).named("outside").on("eth1"),
    ]
}

struct Pair {
    first: Vrrpd,
    second: Box<dyn Router>,
    lab: Lab,
}

impl Pair {
    fn elect(second: Make, besides: impl Fn(&Host) -> String) -> Result<Self> {
        let lab = Lab::new(TOPOLOGY)?;
        let (a, b) = (lab.host("a")?, lab.host("b")?);
        let mut first = Vrrpd::with(a, "vrrpd", &(GROUP.to_owned() + &besides(a)), &members(200))?;
        let mut second: Box<dyn Router> = match second {
            Make::Keepalived => {
                let group = "vrrp_sync_group gw {\n  group {\n    inside\n    outside\n  }\n}\n";
                Box::new(Keepalived::with(b, "keepalived", group, &members(100))?)
            }
            _ => Box::new(Vrrpd::with(
                b,
                "vrrpd",
                &(GROUP.to_owned() + &besides(b)),
                &members(100),
            )?),
        };
        first.start()?;
        second.start()?;
        let pair = Self { first, second, lab };
        pair.serves(true)?;
        Ok(pair)
    }

    /// Waits until the first, or else the second, has both addresses and the other none.
    fn serves(&self, first: bool) -> Result<()> {
        let who = if first { "the first" } else { "the second" };
        self.lab.eventually(PATIENCE, &format!("{who} has both"), || {
            let held =
                |router: &dyn Router| Ok::<_, anyhow::Error>([router.holds(INSIDE)?, router.holds(OUTSIDE)?]);
            Ok(held(&self.first)? == [first; 2] && held(&*self.second)? == [!first; 2])
        })
    }
}

/// What must never be seen for longer than a takeover: one host that has one of the two.
fn survives_everything(second: Make) -> Result<()> {
    let mut pair = Pair::elect(second, |_| String::new())?;
    let a = pair.first.host().clone();
    for interface in ["eth0", "eth1"] {
        a.link_down(interface)?;
        pair.serves(false)?;
        let (broken, other) = if interface == "eth0" {
            ("inside", "outside")
        } else {
            ("outside", "inside")
        };
        ensure!(
            pair.first.state(broken)? == Some(State::Fault) && pair.first.state(other)? == Some(State::Fault)
        );
        ensure!(
            pair.first
                .log()?
                .contains(&format!("{broken}, of the same sync group, is in FAULT")),
            "the reason is told: {}",
            pair.first.log()?
        );
        a.link_up(interface)?;
        pair.serves(true)?;
    }
    pair.first.kill()?;
    a.ip(&format!(
        "address del {INSIDE}/32 dev eth0\naddress del {OUTSIDE}/32 dev eth1"
    ))?;
    pair.serves(false)?;
    pair.first.start()?;
    pair.serves(true)?;
    pair.first.terminate()?;
    pair.serves(false)?;
    for state in ["BACKUP", "MASTER", "FAULT"] {
        let line = format!("VRRP_Group(gw) Syncing instances to {state} state");
        ensure!(
            pair.first.log()?.contains(&line),
            "{line} is not in\n{}",
            pair.first.log()?
        );
    }
    Ok(())
}

#[test]
fn two_routers_move_together_whatever_fails() -> Result<()> {
    survives_everything(Make::Vrrpd)
}

#[test]
fn with_keepalived_as_the_other_host_too() -> Result<()> {
    survives_everything(Make::Keepalived)
}

#[test]
fn a_check_of_one_member_moves_both() -> Result<()> {
    let check = |host: &Host| {
        format!(
            "[[check]]\nname = \"ready\"\nscript = [\"/usr/bin/test\", \"!\", \"-e\", \"{}\"]\ninterval = \"200ms\"\n",
            host.file("failing").display()
        )
    };
    for weight in [0, -150] {
        let lab = Lab::new(TOPOLOGY)?;
        let mut routers = Vec::new();
        for (name, priority) in [("a", 200), ("b", 100)] {
            let host = lab.host(name)?;
            let [inside, outside] = members(priority);
            let inside = inside.with(&format!("checks = [{{ check = \"ready\", weight = {weight} }}]"));
            let mut router = Vrrpd::with(
                host,
                "vrrpd",
                &(GROUP.to_owned() + &check(host)),
                &[inside, outside],
            )?;
            router.start()?;
            routers.push(router);
        }
        let serves = |first: bool| {
            lab.eventually(PATIENCE, "both addresses are where they belong", || {
                Ok(routers[0].holds(INSIDE)? == first
                    && routers[0].holds(OUTSIDE)? == first
                    && routers[1].holds(INSIDE)? != first
                    && routers[1].holds(OUTSIDE)? != first)
            })
        };
        serves(true)?;
        fs::write(routers[0].host().file("failing"), "")?;
        serves(false)?;
        fs::remove_file(routers[0].host().file("failing"))?;
        serves(true)?;
    }
    Ok(())
}

#[test]
fn equals_of_which_each_is_the_better_one_on_another_lan_settle() -> Result<()> {
    let lab = Lab::new(TOPOLOGY)?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    // Inside the second host has the higher address, outside the first.
    a.ip("address add 10.78.0.22/24 dev eth1")?;
    let instances = |outside: &str| {
        let [inside, other] = members(100);
        [inside, other.with(&format!("source = \"{outside}\""))]
    };
    let mut first = Vrrpd::with(a, "vrrpd", GROUP, &instances("10.78.0.22"))?;
    let mut second = Vrrpd::with(b, "vrrpd", GROUP, &instances("10.78.0.2"))?;
    first.start()?;
    second.start()?;
    let held = |router: &Vrrpd| -> Result<[bool; 2]> { Ok([router.holds(INSIDE)?, router.holds(OUTSIDE)?]) };
    let one_has_both = || -> Result<bool> {
        let held = [held(&first)?, held(&second)?];
        Ok(held == [[true; 2], [false; 2]] || held == [[false; 2], [true; 2]])
    };
    // The two are looked at one after the other: what is seen once may never have been, so it has to last.
    let settled = || -> Result<bool> {
        for _ in 0..25 {
            if !one_has_both()? {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(true)
    };
    lab.eventually(PATIENCE, "one has both", settled)?;
    for _ in 0..3 {
        b.partition("eth0")?;
        b.partition("eth1")?;
        lab.eventually(PATIENCE, "both have both", || {
            Ok(held(&first)? == [true; 2] && held(&second)? == [true; 2])
        })?;
        b.heal("eth0")?;
        b.heal("eth1")?;
        // Each may make the other resign once; after that they do not wait alike.
        lab.eventually(PATIENCE, "one has both again", settled)?;
    }
    Ok(())
}

#[test]
fn a_member_that_hears_its_master_keeps_the_other_from_becoming_one() -> Result<()> {
    let pair = Pair::elect(Make::Vrrpd, |_| String::new())?;
    // The second no longer hears the first on one of the two LANs; the first is well.
    pair.second.host().lose_received("eth0", "ip protocol 112")?;
    never(Duration::from_secs(6), "the second takes half of it", || {
        Ok(pair.second.holds(INSIDE)? || pair.second.holds(OUTSIDE)?)
    })?;
    ensure!(
        pair.second
            .log()?
            .contains("(inside) ready to be MASTER, and waiting"),
        "{}",
        pair.second.log()?
    );
    Ok(())
}
