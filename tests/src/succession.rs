//! How long a LAN is without a MASTER when one goes: measured at the switch, for every pairing of programs.

use core::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::clock::wall;
use crate::figures::Figures;
use crate::instance::Instance;
use crate::pair::{Pair, VIP};
use crate::router::{Make, State};
use crate::stalls::longest_stall;

/// What the standard allows, and so much for the machine.
const TOLERANCE: Duration = Duration::from_millis(10);
/// How a peer keeps its own time is recorded; it is not ours to promise.
const PEERS_TOLERANCE: Duration = Duration::from_millis(250);

/// A pair of which the first goes, again and again.
pub struct Succession {
    pair: Pair,
    makes: (Make, Make),
    low: Instance,
}

impl Succession {
    /// The head of the table that [`Succession::measure`] writes.
    pub const HEADING: &str = "| MASTER that goes | successor | how | bound | measured (middle, worst) |";

    /// Has the first, of priority 200, elected; `adapt` is what is special about both (given whether it is the
    /// first's).
    pub fn new(makes: (Make, Make), adapt: impl Fn(Instance, bool) -> Instance) -> Result<Self> {
        let high = adapt(Instance::new(51, 200, VIP), true);
        let low = adapt(Instance::new(51, 100, VIP), false);
        Ok(Self {
            pair: Pair::elect(makes, (&high, &low))?,
            makes,
            low,
        })
    }

    /// Measures how long it takes from the last advert of the one that goes to the first of the other, some times
    /// over, and writes it down.
    ///
    /// # Errors
    ///
    /// When the middle of these times is more than RFC 3768 allows (three intervals and the skew in silence, the skew
    /// after a resignation) and 10 ms; more if the successor is not ours.
    pub fn measure(mut self, politely: bool, how: &str, figures: &Figures) -> Result<()> {
        // The promise is about the middle one: a machine that stalls for a moment is no failure of either program.
        let begun = wall();
        let mut times = [
            self.round(politely)?,
            self.round(politely)?,
            self.round(politely)?,
        ];
        times.sort();
        let [early, middle, worst] = times;
        let due = if politely {
            self.low.skew()
        } else {
            self.low.master_down()
        };
        let (goes, successor) = (self.makes.0.name(), self.makes.1.name());
        let measured = format!(
            "{}, {}",
            Figures::milliseconds(middle),
            Figures::milliseconds(worst)
        );
        figures.record(&[goes, successor, how, &Figures::milliseconds(due), &measured])?;
        let ours = self.makes.1 == Make::Vrrpd;
        let tolerance = if ours { TOLERANCE } else { PEERS_TOLERANCE };
        let stall = longest_stall(begun);
        ensure!(
            middle <= due + tolerance + stall,
            "{successor} took {middle:?} of {due:?} (the machine stood still for {stall:?})"
        );
        // FRR counts in hundredths of a second, and may be a few thousandths early.
        ensure!(
            !ours || early >= due,
            "{successor} took over early, after {early:?} of {due:?}"
        );
        Ok(())
    }

    /// The first goes, the second takes over, the first comes back and preempts. Gives the time between their adverts.
    fn round(&mut self, politely: bool) -> Result<Duration> {
        let before = wall();
        if politely {
            self.pair.first.terminate()?;
        } else {
            self.pair.first.kill()?;
        }
        self.pair.wait("the second took over", |pair| {
            Ok(pair.second.state("V51")? == Some(State::Master)
                && pair.second.holds(VIP)?
                && pair.seconds()?.iter().any(|(time, _)| *time > before))
        })?;
        let next = self
            .pair
            .seconds()?
            .iter()
            .find(|(time, _)| *time > before)
            .context("it spoke")?
            .0;
        let last = self
            .pair
            .firsts()?
            .iter()
            .rfind(|(time, _)| *time < next)
            .context("it spoke")?
            .clone();
        ensure!(
            (last.1.priority == 0) == politely,
            "the last word of the first: {last:?}"
        );

        self.pair.first.start()?;
        self.pair.wait("the first is MASTER again", |pair| {
            Ok(
                pair.is(State::Master, State::Backup)?
                    && pair.first.holds(VIP)?
                    && !pair.second.holds(VIP)?,
            )
        })?;
        Ok(next.saturating_sub(last.0))
    }
}
