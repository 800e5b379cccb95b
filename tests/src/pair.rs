//! The scene of most suites: two routers on one LAN, of which the first has been elected.

use core::net::Ipv4Addr;
use core::time::Duration;

use anyhow::Result;

use crate::instance::Instance;
use crate::lab::Lab;
use crate::router::{Make, Router, State};

/// The address that pairs are about.
pub const VIP: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
/// How long a suite waits for what takes a few seconds: generous, since the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(12);

/// Two routers, `first` on host `a` (10.77.0.1) and `second` on host `b` (10.77.0.2), in a lab with host `client`
/// (10.77.0.3) besides.
pub struct Pair {
    // Dropped before the lab that they run in.
    /// The MASTER to be.
    pub first: Box<dyn Router>,
    /// The BACKUP to be.
    pub second: Box<dyn Router>,
    /// Where they are.
    pub lab: Lab,
    /// The name of their virtual router.
    pub name: String,
}

impl Pair {
    /// Starts both at once, without waiting.
    pub fn start(makes: (Make, Make), instances: (&Instance, &Instance)) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let name = instances.0.name.clone();
        let first = makes
            .0
            .launch(lab.host("a")?, core::slice::from_ref(instances.0))?;
        let second = makes
            .1
            .launch(lab.host("b")?, core::slice::from_ref(instances.1))?;
        Ok(Self {
            first,
            second,
            lab,
            name,
        })
    }

    /// Starts both, and waits until the first is MASTER and the second BACKUP.
    pub fn elect(makes: (Make, Make), instances: (&Instance, &Instance)) -> Result<Self> {
        let pair = Self::start(makes, instances)?;
        pair.wait("the first is MASTER, the second BACKUP", |pair| {
            Ok(
                pair.is(State::Master, State::Backup)?
                    && pair.first.holds(VIP)?
                    && !pair.second.holds(VIP)?,
            )
        })?;
        Ok(pair)
    }

    /// Waits until `condition` holds.
    pub fn wait(&self, what: &str, mut condition: impl FnMut(&Self) -> Result<bool>) -> Result<()> {
        self.lab.eventually(PATIENCE, what, || condition(self))
    }

    /// Whether the two are in these states, as their logs say.
    pub fn is(&self, first: State, second: State) -> Result<bool> {
        Ok(self.first.state(&self.name)? == Some(first) && self.second.state(&self.name)? == Some(second))
    }

    /// The adverts of the first so far, with the time of each.
    pub fn firsts(&self) -> Result<Vec<(Duration, crate::Advert)>> {
        adverts(&self.lab, self.first.as_ref())
    }

    /// The adverts of the second so far.
    pub fn seconds(&self) -> Result<Vec<(Duration, crate::Advert)>> {
        adverts(&self.lab, self.second.as_ref())
    }
}

fn adverts(lab: &Lab, router: &dyn Router) -> Result<Vec<(Duration, crate::Advert)>> {
    let source = router.host().address()?;
    let mut adverts = lab.capture()?.adverts()?;
    adverts.retain(|(_, advert)| advert.source == source);
    Ok(adverts)
}
