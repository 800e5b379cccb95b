//! One virtual router on eth0, looked at when its clock says 100 s.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use vrrp_core::{
    AddressDifference, Cause, Discard, Fault, Heard, InterfaceName, Network, Refusal, RouterId, Standing,
    State, Table, Time, WirePriority,
};

use super::{of_daemon, of_routers};
use crate::report::{Kind, Status};
use crate::run::engine::contest::Contest;
use crate::run::engine::picture::{HeardVrid, Picture, PortPicture, Rights, RouterPicture};
use crate::run::engine::sightings::Sightings;
use crate::run::engine::tally::{Lateness, Tally};
use crate::run::service::desk::assemble::{Now, assemble};
use crate::run::service::desk::checks::CheckBook;
use crate::run::service::metrics::tests::small;
use crate::surroundings::Host;

const NOW: Duration = Duration::from_secs(100);

/// What is seen, and what is configured.
struct Stage {
    config: vrrp_config::Config,
    picture: Picture,
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn at(seconds: f64) -> Time {
    Time::default() + Duration::from_secs_f64(seconds)
}

fn priority(number: u8) -> WirePriority {
    vrrp_core::Priority::new(number).unwrap().into()
}

impl Stage {
    fn new(state: State) -> Self {
        Self::with(state, "")
    }

    /// With these lines in its instance.
    fn with(state: State, lines: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vrrpd.toml");
        let text = format!(
            "[[check]]\nname = \"ready\"\ntcp = \"127.0.0.1:80\"\n[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\n\
             priority = 100\nvirtual_addresses = [\"10.77.0.100\", \"10.77.0.101\"]\n{lines}\n"
        );
        std::fs::write(&path, text).unwrap();
        let config = load(&path);
        let instance = vrrp_core::Instance::new(config.instances[0].params.clone(), Network::default());
        let mut status = instance.status();
        status.state = state;
        status.since = at(10.0);
        status.master = Some(ip("10.77.0.1")).filter(|_| state == State::Backup);
        let router = RouterPicture {
            status,
            priority: instance.priority(),
            master_down_interval: instance.master_down_interval(),
            advertises: state == State::Master,
            holds: state == State::Master,
            standings: instance.tracks().map(|(_, standing)| standing.clone()).collect(),
            network: Network {
                source: Some(ip("10.77.0.2")),
                faults: Vec::new(),
            },
            present: vec![state == State::Master; 2],
            sightings: Sightings::default(),
            masters_priority: None,
            rival: None,
            send_error: None,
            keeps_repairing: false,
            tally: Tally::default(),
        };
        let picture = Picture {
            at: Time::default() + NOW,
            started: true,
            routers: vec![router],
            ports: vec![PortPicture {
                name: "eth0".into(),
                present: true,
                listening: true,
                discards: std::collections::BTreeMap::new(),
                vrids: Vec::new(),
            }],
            lateness: Lateness::default(),
            notices_lost: 0,
            events_lost: 0,
            rights: Rights::default(),
        };
        Self { config, picture }
    }

    fn router(&mut self) -> &mut RouterPicture {
        &mut self.picture.routers[0]
    }

    /// A peer's advert counted at this second.
    fn heard(&mut self, second: f64, from: &str, theirs: u8, difference: Option<AddressDifference>) {
        let heard = Heard {
            source: ip(from),
            priority: priority(theirs),
            difference,
        };
        self.router().sightings.heard(at(second), &heard);
        if self.router().status.state == State::Backup {
            self.router().masters_priority = Some((at(second), priority(theirs)));
        }
    }

    /// A peer's packet was ignored at this second; `missing` of our two addresses are not in it.
    fn ignored(&mut self, second: f64, from: &str, discard: Discard, missing: u8) {
        let difference = AddressDifference {
            missing,
            unknown: missing,
        };
        let difference = Some(difference).filter(|_| missing > 0);
        self.router()
            .sightings
            .ignored(at(second), ip(from), (discard, priority(90)), || difference);
    }

    fn status(&self) -> Status {
        let now = Now {
            time: Time::default() + NOW,
            wall: Duration::from_hours(500_000),
        };
        let healthy = crate::report::Daemon {
            reload: None,
            ..small::status().daemon
        };
        let checks = CheckBook::new(self.config.checks.len());
        assemble(now, &self.config, Some(&self.picture), &checks, healthy)
    }

    /// The conditions, each with what it is about and what was seen.
    fn found(&self) -> Vec<(Kind, Option<String>, String)> {
        let status = self.status();
        let mut found = of_daemon(&status);
        found.extend(of_routers(&status, &self.config, &self.picture));
        found
            .into_iter()
            .map(|one| (one.kind, one.about, one.cause))
            .collect()
    }

    fn kinds(&self) -> Vec<Kind> {
        self.found().into_iter().map(|(kind, ..)| kind).collect()
    }
}

fn load(path: &Path) -> vrrp_config::Config {
    let loaded = vrrp_config::load(path, &Host).map_err(|problems| {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        problems.join("\n")
    });
    loaded.unwrap().config
}

const INTERVAL: Discard = Discard::Interval {
    ours: Duration::from_secs(1),
    theirs: Duration::from_secs(2),
};

#[test]
fn a_router_that_hears_its_better_is_well() {
    let mut stage = Stage::new(State::Backup);
    stage.heard(99.5, "10.77.0.1", 110, None);
    assert_eq!(stage.kinds(), [Kind::CannotWin], "which is only a notice");
}

#[test]
fn a_master_that_has_heard_somebody_is_well() {
    let mut stage = Stage::new(State::Master);
    stage.heard(20.0, "10.77.0.1", 90, None);
    assert_eq!(stage.kinds(), []);
}

#[test]
fn what_is_different_about_a_peer_is_named_as_long_as_it_is_heard() {
    let cases = [
        (
            INTERVAL,
            Kind::IntervalDiffers,
            "10.77.0.9: advert interval 2 s, expected 1 s",
        ),
        (
            Discard::Password,
            Kind::PasswordDiffers,
            "10.77.0.9: invalid password",
        ),
        (
            Discard::AuthenticationType { ours: 0, theirs: 1 },
            Kind::PasswordDiffers,
            "10.77.0.9: authentication type 1, expected 0",
        ),
    ];
    for (discard, kind, cause) in cases {
        let mut stage = Stage::new(State::Master);
        stage.ignored(97.0, "10.77.0.9", discard, 0);
        assert_eq!(
            stage.found(),
            [(kind, Some("10.77.0.9".to_owned()), cause.to_owned())]
        );
        stage.picture.at = at(137.0);
        let silent = format!("{cause} (silent for 40 s, without having resigned)");
        assert_eq!(stage.found(), [(kind, Some("10.77.0.9".to_owned()), silent)]);
        stage.picture.at = at(397.0);
        assert_eq!(stage.kinds(), [], "five minutes later it is taken for gone");
    }
}

#[test]
fn a_peer_that_resigns_is_forgiven_believed_or_not() {
    let mut stage = Stage::new(State::Master);
    stage.ignored(98.0, "10.77.0.9", Discard::Password, 0);
    let resigns = (Discard::Password, WirePriority::RESIGN);
    let peer = ip("10.77.0.9");
    stage.router().sightings.ignored(at(99.0), peer, resigns, || None);
    assert_eq!(stage.kinds(), []);
}

#[test]
fn a_peer_that_was_mended_is_forgiven_with_its_next_advert() {
    let mut stage = Stage::new(State::Master);
    stage.ignored(98.0, "10.77.0.9", Discard::Password, 0);
    stage.heard(99.0, "10.77.0.9", 90, None);
    assert_eq!(stage.kinds(), []);
}

#[test]
fn one_that_lists_none_of_our_addresses_is_a_stranger_whatever_its_password_is() {
    let mut stage = Stage::new(State::Master);
    stage.ignored(99.0, "10.77.0.9", Discard::Password, 2);
    assert_eq!(stage.kinds(), [Kind::VridTaken]);
    stage.heard(
        99.5,
        "10.77.0.8",
        90,
        Some(AddressDifference {
            missing: 2,
            unknown: 1,
        }),
    );
    assert_eq!(stage.kinds(), [Kind::VridTaken, Kind::VridTaken]);
    stage.heard(
        99.5,
        "10.77.0.7",
        90,
        Some(AddressDifference {
            missing: 1,
            unknown: 0,
        }),
    );
    assert_eq!(
        stage.kinds(),
        [Kind::VridTaken, Kind::VridTaken, Kind::AddressesDiffer]
    );
}

#[test]
fn many_that_do_the_same_wrong_are_named_in_part() {
    let mut stage = Stage::new(State::Master);
    for host in 1..100 {
        stage.ignored(99.0, &format!("10.77.1.{host}"), Discard::Password, 0);
    }
    assert_eq!(stage.kinds(), [Kind::PasswordDiffers; 4]);
}

#[test]
fn a_second_master_is_named_with_the_first_and_a_stranger_is_none() {
    let mut stage = Stage::new(State::Master);
    let window = stage.router().master_down_interval;
    let mut contest = Contest::default();
    for second in 90..100 {
        contest.against_us(at(f64::from(second)), ip("10.77.0.9"), window);
    }
    stage.ignored(99.0, "10.77.0.9", Discard::Password, 0);
    let now = stage.picture.at;
    stage.router().rival = contest.rival(now, window, true);
    let (kinds, causes): (Vec<_>, Vec<_>) = stage
        .found()
        .into_iter()
        .map(|(kind, _, cause)| (kind, cause))
        .unzip();
    assert_eq!(kinds, [Kind::PasswordDiffers, Kind::TwoMasters]);
    assert_eq!(causes[1], "10.77.0.9 and this host are both MASTER");
    stage.ignored(99.9, "10.77.0.9", Discard::Password, 2);
    assert_eq!(stage.kinds(), [Kind::VridTaken]);
}

#[test]
fn an_address_of_ours_under_another_vrid_is_seen_at_its_holder() {
    let mut stage = Stage::new(State::Master);
    stage.heard(50.0, "10.77.0.9", 90, None);
    let mut table = Table::default();
    let holder: RouterId = table.insert(vrrp_core::Instance::new(
        stage.config.instances[0].params.clone(),
        Network::default(),
    ));
    stage.picture.ports[0].vrids = vec![HeardVrid {
        vrid: 7,
        at: at(99.0),
        source: ip("10.77.0.9"),
        ours: false,
        claims: Some((ip("10.77.0.101"), holder)),
    }];
    let expected = "10.77.0.9 advertises 10.77.0.101 under VRID 7, and here it belongs to VRID 51";
    let found = stage.found();
    assert_eq!(
        found,
        [(
            Kind::AddressesElsewhere,
            Some("10.77.0.9".to_owned()),
            expected.to_owned()
        )]
    );
    stage.picture.at = at(104.0);
    assert_eq!(stage.kinds(), []);
}

#[test]
fn who_cannot_win_is_told_why() {
    let mut stage = Stage::new(State::Backup);
    stage.heard(99.0, "10.77.0.1", 100, None);
    assert_eq!(
        stage.kinds(),
        [],
        "equal, and our address is higher: it is about to take over"
    );
    stage.router().network.source = Some(ip("10.77.0.0"));
    assert_eq!(stage.kinds(), [Kind::CannotWin]);

    let mut weighted = Stage::with(State::Backup, "checks = [{ check = \"ready\", weight = 20 }]");
    weighted.heard(99.0, "10.77.0.1", 110, None);
    assert_eq!(weighted.kinds(), [], "it would have 120 if the check passed");

    let mut patient = Stage::with(State::Backup, "preempt = false");
    patient.heard(99.0, "10.77.0.1", 50, None);
    assert_eq!(patient.kinds(), [Kind::CannotWin]);
    patient.picture.at = at(103.0);
    assert_eq!(patient.kinds(), [], "the MASTER is silent");
}

#[test]
fn what_the_host_lacks_is_named() {
    let eth0 = InterfaceName::new("eth0").unwrap();
    let mut stage = Stage::with(State::Fault, "checks = [\"ready\"]");
    stage.router().status.cause = Cause::Fault(Fault::InterfaceMissing(eth0.clone()));
    stage.router().network.faults = vec![Fault::InterfaceMissing(eth0.clone())];
    stage.router().standings = vec![Standing::Failing("connection refused".into())];
    let (kinds, about): (Vec<_>, Vec<_>) = stage
        .found()
        .into_iter()
        .map(|(kind, about, _)| (kind, about))
        .unzip();
    assert_eq!(kinds, [Kind::InterfaceMissing, Kind::CheckFailing]);
    assert_eq!(about, [Some("eth0".to_owned()), Some("check ready".to_owned())]);
    stage.router().network.faults = vec![Fault::InterfaceDown(eth0)];
    assert_eq!(stage.kinds(), [Kind::InterfaceUnusable, Kind::CheckFailing]);
}

#[test]
fn a_check_that_fails_is_named_whatever_it_costs() {
    let mut stage = Stage::with(State::Backup, "checks = [{ check = \"ready\", weight = -20 }]");
    assert_eq!(stage.kinds(), [], "it has no result yet");
    stage.router().standings = vec![Standing::Passing];
    assert_eq!(stage.kinds(), []);
    stage.router().standings = vec![Standing::Failing("connection refused".into())];
    assert_eq!(stage.kinds(), [Kind::CheckFailing]);
    stage.router().standings = vec![Standing::Value(1)];
    assert_eq!(stage.kinds(), [], "a number is no failure");
}

#[test]
fn what_the_kernel_refuses_is_named() {
    let mut stage = Stage::new(State::Master);
    stage.heard(50.0, "10.77.0.9", 90, None);
    stage.router().send_error = Some(libc::EPERM);
    stage.router().keeps_repairing = true;
    assert_eq!(stage.kinds(), [Kind::AddressesRemoved, Kind::CannotSend]);
    stage.router().advertises = false;
    assert_eq!(
        stage.kinds(),
        [Kind::AddressesRemoved],
        "who sends nothing cannot fail to"
    );
}

#[test]
fn a_refused_claim_is_named_while_it_is_tried_again() {
    let mut stage = Stage::new(State::Backup);
    stage.heard(50.0, "10.77.0.9", 200, None);
    stage.router().status.master = None;
    assert_eq!(stage.kinds(), []);
    stage.router().tally.refused = Some(Refusal::TimedOut);
    assert_eq!(stage.kinds(), [Kind::ClaimRefused]);
    stage.router().status.state = State::Fault;
    stage.router().status.cause = Cause::Refused(Refusal::TimedOut);
    assert_eq!(stage.kinds(), [Kind::ClaimRefused]);
    stage.router().status.state = State::Master;
    assert_eq!(stage.kinds(), []);
}

#[test]
fn an_address_that_is_here_without_a_master_is_named_once_a_release_had_its_time() {
    let mut stage = Stage::new(State::Backup);
    stage.router().present = vec![false, true];
    let kinds = stage.kinds();
    assert_eq!(kinds, [Kind::AddressStray]);
    stage.router().status.since = at(98.0);
    assert_eq!(stage.kinds(), [], "it is being released");
    stage.router().status.since = at(10.0);
    stage.router().holds = true;
    assert_eq!(stage.kinds(), [], "it is being claimed");
}
