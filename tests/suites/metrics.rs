//! What monitoring reads is true, follows what happens, and stays small whatever strangers send.
//!
//! Pages as this suite has seen them are left in `target/lab/metrics`, where `tests/metrics.sh` gives them to the parsers
//! of Prometheus itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;

use serde_json::Value;
use vrrp_lab::prelude::*;
use vrrp_lab::{Asker, Page};

const PORT: u16 = 9650;
const TEXT: &str = "text/plain";
const OPEN_METRICS: &str = "application/openmetrics-text";
/// What strangers can add whose packets are ignored: a counter for each reason (about twenty) of each virtual router and
/// of the interface, and conditions, of which there are not many more kinds.
const MOST_REASONS: usize = 3 * 24;
const MOST_CONDITIONS: usize = 3 * 24;
/// And those whose adverts count: so many peers of each virtual router, with three series each.
const MOST_PEERS: usize = 32;

fn vip(vrid: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 100 + vrid)
}

/// Each series, and its value.
type Series = BTreeMap<String, f64>;

/// Reads the text format with no code of anybody's: a series and its value a line.
fn series(page: &Page) -> Result<Series> {
    ensure!(page.status == 200, "{page:?}");
    let mut all = Series::new();
    for line in page.body.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line
            .rsplit_once(' ')
            .with_context(|| format!("no value: {line}"))?;
        let value = value.parse().with_context(|| format!("no number: {line}"))?;
        ensure!(all.insert(name.to_owned(), value).is_none(), "twice: {line}");
    }
    Ok(all)
}

/// The names of counters: what only grows.
fn counters(page: &Page) -> Vec<String> {
    let types = page.body.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let counters = types.filter_map(|line| line.strip_suffix(" counter"));
    counters.map(str::to_owned).collect()
}

/// Two routers of two virtual routers, the first of which can be asked.
struct Scene {
    first: Vrrpd,
    second: Vrrpd,
    asker: Asker,
    lab: Lab,
}

impl Scene {
    fn elect() -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let (a, b) = (lab.host("a")?, lab.host("b")?);
        let besides = format!(
            "[http]\nlisten = \"127.0.0.1:{PORT}\"\n\
             [[check]]\nname = \"ready\"\nscript = [\"/usr/bin/test\", \"-e\", \"{}\"]\ninterval = \"200ms\"\n\
             [[check]]\nname = \"number\"\nfile = \"{}\"\ninterval = \"200ms\"\nweight = 1\n",
            a.file("healthy").display(),
            a.file("number").display()
        );
        fs::write(a.file("healthy"), "")?;
        fs::write(a.file("number"), "7\n")?;
        let checks = "checks = [\"ready\", { check = \"number\", weight = 1 }]";
        let mut first = Vrrpd::with(
            a,
            "vrrpd",
            &besides,
            &[
                Instance::new(1, 200, vip(1)).with(checks),
                Instance::new(2, 200, vip(2)).password("s3cret").with(checks),
            ],
        )?;
        let mut second = Vrrpd::new(
            b,
            "vrrpd",
            &[
                Instance::new(1, 100, vip(1)),
                Instance::new(2, 100, vip(2)).password("s3cret"),
            ],
        )?;
        first.start()?;
        second.start()?;
        let asker = Asker::new(a, "vrrpd");
        let scene = Self {
            first,
            second,
            asker,
            lab,
        };
        scene
            .lab
            .eventually(PATIENCE, "the first is MASTER of both", || {
                Ok(scene.states()? == [Some(State::Master); 2])
            })?;
        Ok(scene)
    }

    fn states(&self) -> Result<[Option<State>; 2]> {
        Ok([self.first.state("V1")?, self.first.state("V2")?])
    }

    fn page(&self, path: &str, accept: &str) -> Result<Page> {
        Page::get(self.first.host(), PORT, path, accept)
    }

    fn series(&self) -> Result<Series> {
        series(&self.page("/metrics", TEXT)?)
    }

    fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.page("/status.json", "*/*")?.body)?)
    }

    /// Packets that are ignored, of several kinds.
    fn rejects(&self, source: Ipv4Addr) -> Result<()> {
        let stranger = Injector::open(self.lab.host("client")?, "eth0")?;
        let proper = |vrid| Forged::new(source, vrid, 254, vip(vrid)).password("s3cret");
        let flawed = [
            proper(2).password("other"),
            Forged { ttl: 7, ..proper(2) },
            Forged {
                version: 3,
                ..proper(1)
            },
            Forged { kind: 9, ..proper(1) },
            Forged {
                bad_checksum: true,
                ..proper(2)
            },
            Forged {
                interval: 9,
                ..proper(2)
            },
            Forged {
                tail: Vec::new(),
                ..proper(2)
            },
            Forged {
                tail: vec![0; 32],
                ..proper(1)
            },
            proper(1),
            proper(77),
        ];
        for one in &flawed {
            stranger.send(one)?;
        }
        Ok(())
    }

    /// The second is MASTER, and then the first again: so the first has heard the second.
    fn there_and_back(&self) -> Result<()> {
        fs::remove_file(self.first.host().file("healthy"))?;
        self.lab.eventually(PATIENCE, "the second is MASTER", || {
            Ok(self.states()? == [Some(State::Fault); 2] && self.second.state("V2")? == Some(State::Master))
        })?;
        // keepalived's numbers: 2 is MASTER, 3 is FAULT.
        self.lab
            .eventually(PATIENCE, "which is told", || Ok(self.keepalived_state()? == "3"))?;
        fs::write(self.first.host().file("healthy"), "")?;
        self.lab.eventually(PATIENCE, "the first is MASTER again", || {
            Ok(self.states()? == [Some(State::Master); 2])
        })?;
        self.lab
            .eventually(PATIENCE, "which is told", || Ok(self.keepalived_state()? == "2"))
    }

    /// Both have the MASTER that they had, and every advert came.
    fn is_undisturbed(&self, since: Duration) -> Result<()> {
        ensure!(self.states()? == [Some(State::Master); 2]);
        let source = self.first.host().address()?;
        for vrid in [1, 2] {
            let adverts = self.lab.capture()?.adverts_from(source, vrid)?;
            let times: Vec<Duration> = adverts
                .iter()
                .map(|(at, _)| *at)
                .filter(|at| *at > since)
                .collect();
            let gaps = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
            let worst = gaps.max().context("a MASTER sends adverts")?;
            ensure!(
                worst < Duration::from_millis(1500) + longest_stall(since),
                "V{vrid}: {worst:?}"
            );
        }
        Ok(())
    }

    fn keepalived_state(&self) -> Result<String> {
        let name =
            "keepalived_vrrp_state{iname=\"V1\",intf=\"eth0\",vrid=\"1\",ip_address=\"10.77.0.101/32\"}";
        let all = self.series()?;
        all.get(name)
            .map(f64::to_string)
            .with_context(|| format!("no {name} in {all:?}"))
    }
}

/// Where pages are left.
fn place(name: &str) -> Result<PathBuf> {
    let directory = Figures::directory()?.join("metrics");
    fs::create_dir_all(&directory)?;
    Ok(directory.join(name))
}

#[test]
fn the_state_follows_a_takeover_and_counters_only_grow() -> Result<()> {
    let scene = Scene::elect()?;
    scene
        .lab
        .eventually(PATIENCE, "it is told", || Ok(scene.keepalived_state()? == "2"))?;
    let first = scene.page("/metrics", TEXT)?;
    scene.rejects(Ipv4Addr::new(10, 77, 0, 3))?;
    scene.there_and_back()?;
    let second = scene.page("/metrics", TEXT)?;
    let (before, after) = (series(&first)?, series(&second)?);
    let counters = counters(&second);
    ensure!(counters.len() > 20, "{counters:?}");
    let mut grown = 0;
    for (name, value) in &before {
        let metric = name.split('{').next().unwrap_or(name);
        if counters.iter().any(|counter| counter == metric) {
            let later = after.get(name).with_context(|| format!("{name} is gone"))?;
            ensure!(later >= value, "{name} fell from {value} to {later}");
            grown += usize::from(later > value);
        }
    }
    ensure!(grown > 5, "only {grown} counters have grown");
    // And they went through the states that they were in.
    let became = "vrrpd_router_became_master_total{router=\"V1\"}";
    ensure!(
        (before.get(became), after.get(became)) == (Some(&1.0), Some(&2.0)),
        "{:?}, {:?}",
        before.get(became),
        after.get(became)
    );
    // For other programs.
    fs::write(place("metrics.txt")?, &second.body)?;
    let open = scene.page("/metrics", OPEN_METRICS)?;
    ensure!(
        open.header.contains(OPEN_METRICS) && open.body.ends_with("# EOF\n"),
        "{}",
        open.header
    );
    fs::write(place("metrics.openmetrics")?, &open.body)?;
    fs::write(place("status.json")?, scene.page("/status.json", "*/*")?.body)?;
    fs::write(place("status.socket.json")?, scene.asker.status()?.to_string())?;
    let events: Vec<String> = scene.asker.events(0)?.iter().map(Value::to_string).collect();
    fs::write(place("events.jsonl")?, events.join("\n"))?;
    Ok(())
}

#[test]
fn metrics_and_the_status_say_the_same() -> Result<()> {
    let scene = Scene::elect()?;
    scene.rejects(Ipv4Addr::new(10, 77, 0, 3))?;
    scene.there_and_back()?;
    // What changes from one moment to the next lies between two looks.
    let before = scene.status()?;
    thread::sleep(Duration::from_millis(150));
    let metrics = scene.series()?;
    thread::sleep(Duration::from_millis(150));
    let after = scene.status()?;
    let mut compared = 0;
    let mut lies_between = |series: &str, find: &dyn Fn(&Value) -> Option<f64>| -> Result<()> {
        let value = *metrics
            .get(series)
            .with_context(|| format!("no {series} in {metrics:?}"))?;
        let low = find(&before).with_context(|| format!("{series} is not in the status"))?;
        let high = find(&after).with_context(|| format!("{series} is not in the status"))?;
        ensure!(
            (low..=high).contains(&value),
            "{series}: {value} and not from {low} to {high}"
        );
        compared += 1;
        Ok(())
    };
    for (index, router) in ["V1", "V2"].into_iter().enumerate() {
        let plain = [
            "adverts_sent",
            "adverts_received",
            "resignations_sent",
            "resignations_received",
            "send_errors",
            "became_master",
            "left_master",
            "claims_refused",
            "repairs",
        ];
        for counter in plain {
            let series = format!("vrrpd_router_{counter}_total{{router=\"{router}\"}}");
            lies_between(&series, &|status| {
                status["routers"][index]["counters"][counter].as_f64()
            })?;
        }
        let discards = before["routers"][index]["counters"]["discards"]
            .as_object()
            .cloned();
        let discards = discards.unwrap_or_default();
        ensure!(discards.len() >= 3, "{router}: {discards:?}");
        for reason in discards.keys() {
            let series = format!("vrrpd_router_discards_total{{router=\"{router}\",reason=\"{reason}\"}}");
            lies_between(&series, &|status| {
                status["routers"][index]["counters"]["discards"][reason].as_f64()
            })?;
        }
        let priority = format!("vrrpd_router_priority{{router=\"{router}\"}}");
        lies_between(&priority, &|status| {
            status["routers"][index]["priority"]["effective"].as_f64()
        })?;
        let is_master = before["routers"][index]["state"] == "MASTER";
        let state = format!(
            "vrrpd_router_state{{router=\"{router}\",interface=\"eth0\",vrid=\"{}\",state=\"MASTER\"}}",
            index + 1
        );
        ensure!(
            is_master && metrics.get(&state) == Some(&1.0),
            "{router}: {:?}",
            metrics.get(&state)
        );
        let peer = format!("vrrpd_peer_priority{{router=\"{router}\",peer=\"10.77.0.2\"}}");
        lies_between(&peer, &|status| {
            let peers = status["routers"][index]["peers"].as_array()?;
            peers.iter().find(|peer| peer["address"] == "10.77.0.2")?["priority"].as_f64()
        })?;
    }
    for (index, check) in ["ready", "number"].into_iter().enumerate() {
        for counter in ["runs", "failures"] {
            let series = format!("vrrpd_check_{counter}_total{{check=\"{check}\"}}");
            lies_between(&series, &|status| status["checks"][index][counter].as_f64())?;
        }
    }
    ensure!(
        metrics.get("vrrpd_check_value{check=\"number\"}") == Some(&7.0)
            && before["checks"][1]["standing"]["value"] == 7,
        "{}",
        before["checks"]
    );
    let conditions = before["conditions"].as_array().map_or(0, Vec::len);
    let told: f64 = ["problem", "notice"]
        .iter()
        .filter_map(|severity| metrics.get(&format!("vrrpd_conditions{{severity=\"{severity}\"}}")))
        .sum();
    ensure!(
        told.to_string() == conditions.to_string(),
        "{told} of {}",
        before["conditions"]
    );
    ensure!(compared > 30, "only {compared} were compared");
    Ok(())
}

/// An advert with a mistake, of which there are ten, and the rest by chance.
fn spoiled(number: u16, random: [u8; 8], source: Ipv4Addr, vrid: u8) -> Forged {
    // Whatever else is wrong with it, the password is.
    let proper = Forged::new(source, vrid, random[0].max(1), vip(1)).password("other");
    match number % 10 {
        0 => proper,
        1 => Forged {
            ttl: random[1],
            ..proper
        },
        2 => Forged {
            version: random[1] & 15,
            ..proper
        },
        3 => Forged {
            kind: random[1] & 15,
            ..proper
        },
        4 => Forged {
            auth_type: random[1].max(1),
            ..proper
        },
        5 => Forged {
            bad_checksum: true,
            ..proper
        },
        6 => Forged {
            interval: random[1],
            ..proper
        },
        7 => Forged {
            count: Some(random[1]),
            ..proper
        },
        8 => Forged {
            tail: random.repeat(usize::from(random[2] % 8)),
            ..proper
        },
        _ => Forged {
            destination: Ipv4Addr::new(10, 77, 0, 1),
            addresses: Vec::new(),
            ..proper
        },
    }
}

#[test]
fn strangers_add_no_more_series_than_is_documented() -> Result<()> {
    let scene = Scene::elect()?;
    scene.there_and_back()?;
    let before = scene.series()?;
    let stranger = Injector::open(scene.lab.host("client")?, "eth0")?;
    // 5,000 senders that nobody has ever heard of, to every VRID, with every mistake there is, and plain noise.
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let begun = wall();
    for number in 0..5000_u16 {
        let [high, low] = number.to_be_bytes();
        let source = Ipv4Addr::new(10, 99, high, low);
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        let random = noise.to_be_bytes();
        let vrid = if number % 3 == 0 {
            1 + u8::try_from(number % 2)?
        } else {
            u8::try_from(1 + number % 255)?
        };
        stranger.send(&spoiled(number, random, source, vrid))?;
        if number % 10 == 0 {
            // No VRRP at all.
            let mut packet = vec![0x45, 0xc0, 0, 28, 0, 1, 0, 0, 255, 112, 0, 0];
            packet.extend(source.octets());
            packet.extend([224, 0, 0, 18]);
            packet.extend(random);
            stranger.send_packet(&packet, Ipv4Addr::new(224, 0, 0, 18))?;
        }
        if number % 50 == 0 {
            thread::sleep(Duration::from_millis(10));
        }
    }
    // All of them were heard, and by the count of what was ignored too.
    let ignored = |all: &Series| -> f64 {
        let discards = all.iter().filter(|(name, _)| name.contains("_discards_total{"));
        discards.map(|(_, value)| value).sum()
    };
    let mut after = scene.series()?;
    scene.lab.eventually(PATIENCE, "they are counted", || {
        after = scene.series()?;
        Ok(ignored(&after) - ignored(&before) > 4500.0)
    })?;
    let added = |after: &Series, metric: &str| -> Vec<String> {
        let new = after.keys().filter(|name| !before.contains_key(*name));
        new.filter(|name| name.contains(metric)).cloned().collect()
    };
    let all = added(&after, "");
    let (reasons, conditions) = (
        added(&after, "_discards_total{"),
        added(&after, "vrrpd_condition{"),
    );
    ensure!(
        reasons.len() > 10 && reasons.len() <= MOST_REASONS && conditions.len() <= MOST_CONDITIONS,
        "{all:?}"
    );
    ensure!(
        all.len() == reasons.len() + conditions.len(),
        "nothing else is new, least of all a name for those that were ignored: {all:?}"
    );
    // Whoever knows the password can make up peers, and not many.
    for number in 0..=255 {
        let source = Ipv4Addr::new(10, 98, 0, number);
        stranger.send(&Forged::new(source, 2, 1, vip(2)).password("s3cret"))?;
        stranger.send(&Forged::new(source, 1, 1, vip(1)))?;
    }
    let peers = |after: &Series| added(after, "peer=\"10.98.").len();
    scene
        .lab
        .eventually(PATIENCE, "there is no more room for peers", || {
            after = scene.series()?;
            Ok(peers(&after) >= 2 * 3 * (MOST_PEERS - 1))
        })?;
    thread::sleep(Duration::from_millis(300));
    after = scene.series()?;
    ensure!(
        peers(&after) <= 2 * 3 * MOST_PEERS,
        "{} series of peers",
        peers(&after)
    );
    let more = added(&after, "").len();
    ensure!(
        more <= MOST_REASONS + MOST_CONDITIONS + peers(&after),
        "{more} more than {}: {:?}",
        before.len(),
        added(&after, "")
    );
    // And none of them has done anything else.
    scene.is_undisturbed(begun)
}
