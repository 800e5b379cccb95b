//! A scenario as people read it.

use core::fmt;

use vrrp_core::{Authentication, Preempt, Track};

use super::{Disturbance, Flaw, Kind, Node, Router, Scenario, VRIDS, Virtual, What};

/// How a router is called in traces: `r1` is the first.
pub(crate) struct Name(pub(crate) Node);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0 + 1)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = if self.unicast { "unicast" } else { "multicast" };
        let authentication = match self.authentication {
            Authentication::None => "no authentication",
            _ => "a password",
        };
        writeln!(
            f,
            "seed {}: interval {}, {transport}, {authentication}",
            self.seed, self.interval
        )?;
        if self.grouped {
            writeln!(
                f,
                "  virtual routers {} and {} in a sync group",
                VRIDS[0], VRIDS[1]
            )?;
        }
        writeln!(
            f,
            "  a packet takes {:?} and up to {:?} more",
            self.delay, self.jitter
        )?;
        for (node, router) in self.routers.iter().enumerate() {
            writeln!(f, "  {}: {router}", Name(node))?;
        }
        for disturbance in &self.disturbances {
            writeln!(f, "  {disturbance}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Vrrpd => "vrrpd",
            Kind::Keepalived { strict_list: true } => "keepalived up to 2.3.2",
            Kind::Keepalived { strict_list: false } => "keepalived",
        };
        write!(f, "{kind}, {}, priority {}, ", self.address, self.priority)?;
        preempt(f, self.preempt)?;
        write!(
            f,
            ", starts at {} s, clock {:+} ppm",
            self.starts_at, self.clock.drift
        )?;
        if !self.tracks.is_empty() {
            tracks(f, &self.tracks)?;
            write!(f, " with results after {:?}", self.results_after)?;
        }
        Ok(())
    }
}

fn preempt(f: &mut fmt::Formatter<'_>, preempt: Preempt) -> fmt::Result {
    match preempt {
        Preempt::Never => f.write_str("never preempts"),
        Preempt::After(delay) if delay.is_zero() => f.write_str("preempts"),
        Preempt::After(delay) => write!(f, "preempts after {delay:?}"),
        Preempt::Below(threshold) => write!(f, "preempts below {threshold}"),
    }
}

fn tracks(f: &mut fmt::Formatter<'_>, tracks: &[Track]) -> fmt::Result {
    f.write_str(", tracks")?;
    for track in tracks {
        write!(f, " {} {}", track.what, track.weight)?;
    }
    Ok(())
}

/// Which virtual router alone, if it is one.
fn only(f: &mut fmt::Formatter<'_>, only: Option<Virtual>) -> fmt::Result {
    match only {
        Some(which) => write!(f, " (only {})", VRIDS[which]),
        None => Ok(()),
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {} s", self.at)?;
        if !self.what.is_momentary() {
            write!(f, " for {:?}", self.lasts)?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loss {
                per_mille,
                only: which,
            } => {
                write!(f, "the LAN loses {per_mille} of 1000 packets")?;
                only(f, *which)
            }
            Self::Late { per_mille, up_to } => {
                write!(f, "the LAN delays {per_mille} of 1000 packets by up to {up_to:?}")
            }
            Self::Twice { per_mille, up_to } => {
                write!(f, "the LAN repeats {per_mille} of 1000 packets within {up_to:?}")
            }
            Self::Cut { side, one_way } => {
                let names: Vec<String> = side.iter().map(|&node| Name(node).to_string()).collect();
                let hear = if *one_way {
                    "are not heard by"
                } else {
                    "are cut off from"
                };
                write!(f, "{} {hear} the others", names.join(", "))
            }
            Self::Pause(node) => write!(f, "{} does not run", Name(*node)),
            Self::Crash(node) => write!(f, "{} is killed", Name(*node)),
            Self::Stop { node, same: false } => write!(f, "{} is stopped", Name(*node)),
            Self::Stop { node, same: true } => write!(f, "{} is taken out, and put back", Name(*node)),
            Self::Fault { node, link: true, .. } => write!(f, "{} has its link down", Name(*node)),
            Self::Fault {
                node, only: which, ..
            } => {
                write!(f, "{} misses an interface", Name(*node))?;
                only(f, *which)
            }
            Self::Priority { node, to } => write!(f, "{} gets priority {to}", Name(*node)),
            Self::Preempt { node, to } => {
                write!(f, "{} from now on ", Name(*node))?;
                preempt(f, *to)
            }
            Self::Interval { to } => write!(f, "one after the other gets the interval {to}"),
            Self::Address { node, to } => write!(f, "{} gets the own address {to}", Name(*node)),
            Self::SlowKernel { node, by } => write!(f, "{}'s kernel takes {by:?} for each job", Name(*node)),
            Self::Refusing { node, only: which } => {
                write!(f, "{}'s kernel refuses addresses", Name(*node))?;
                only(f, *which)
            }
            Self::Verdict {
                node,
                what,
                to,
                flaps,
            } => {
                write!(f, "{}'s {what} is {to}", Name(*node))?;
                match flaps {
                    Some(every) => write!(f, ", and back, every {every:?}"),
                    None => Ok(()),
                }
            }
            Self::Tracks { node, to } => {
                write!(f, "{} from now on", Name(*node))?;
                tracks(f, to)
            }
            Self::Undone { node, every } => {
                write!(f, "somebody removes {}'s addresses every {every:?}", Name(*node))
            }
            Self::Mute(node) => write!(f, "{} cannot send", Name(*node)),
            Self::Hostile {
                flaw,
                every,
                only: which,
            } => {
                write!(f, "a stranger sends every {every:?} {flaw}")?;
                only(f, *which)
            }
            Self::Forged {
                as_node,
                priority,
                every,
                only: which,
            } => {
                write!(
                    f,
                    "a stranger sends every {every:?} adverts of priority {priority} as "
                )?;
                match as_node {
                    Some(node) => Name(*node).fmt(f)?,
                    None => f.write_str("itself")?,
                }
                only(f, *which)
            }
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "adverts with another password",
            Self::AuthenticationType => "adverts with another authentication type",
            Self::Interval => "adverts with another interval",
            Self::Checksum => "adverts with a bad checksum",
            Self::Far => "adverts from afar",
            Self::Version => "VRRPv3",
            Self::OtherVrid => "adverts of another VRID",
            Self::Short => "adverts that are cut short",
            Self::Transport => "adverts by the wrong transport",
            Self::Echo => "adverts with the receiver's own address",
            Self::Noise => "noise",
        })
    }
}
