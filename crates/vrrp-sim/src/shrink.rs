//! From a scenario that fails to the least that still fails the same way.

#[cfg(test)]
mod tests;

use core::time::Duration;

use vrrp_core::Authentication;

use crate::clock::Moment;
use crate::scenario::Scenario;
use crate::watch::Rule;
use crate::world::{Options, run};

/// So many runs are tried at most: a shrunk scenario need not be the very least.
const MOST_RUNS: u32 = 4000;

/// Takes away, shortens and simplifies while the same rule stays broken. A scenario that does not fail comes back as
/// it is.
pub fn shrink(scenario: &Scenario, options: Options) -> Scenario {
    let options = Options {
        traced: false,
        ..options
    };
    let Some(failure) = run(scenario, options).failure else {
        return scenario.clone();
    };
    let mut shrinker = Shrinker {
        least: scenario.clone(),
        rule: failure.breach.rule,
        options,
        runs: 0,
    };
    while shrinker.round() {}
    shrinker.least
}

struct Shrinker {
    least: Scenario,
    rule: Rule,
    options: Options,
    runs: u32,
}

impl Shrinker {
    /// Takes the smaller scenario if it still fails.
    fn attempt(&mut self, smaller: Scenario) -> bool {
        if self.runs >= MOST_RUNS || smaller == self.least {
            return false;
        }
        self.runs += 1;
        let failure = run(&smaller, self.options).failure;
        let fails = failure.is_some_and(|failure| failure.breach.rule == self.rule);
        if fails {
            self.least = smaller;
        }
        fails
    }

    /// Tries everything once. Whether anything helped.
    fn round(&mut self) -> bool {
        let mut helped = false;
        helped |= self.drop_disturbances();
        for node in (0..self.least.routers.len()).rev() {
            if let Some(smaller) = self.least.without_router(node) {
                helped |= self.attempt(smaller);
            }
        }
        helped |= self.simplify_disturbances();
        helped | self.simplify_routers()
    }

    fn drop_disturbances(&mut self) -> bool {
        let mut helped = false;
        let mut index = self.least.disturbances.len();
        while index > 0 {
            index -= 1;
            let mut smaller = self.least.clone();
            smaller.disturbances.remove(index);
            helped |= self.attempt(smaller);
        }
        helped
    }

    fn simplify_disturbances(&mut self) -> bool {
        let mut helped = false;
        for index in 0..self.least.disturbances.len() {
            let mut shorter = self.least.clone();
            if let Some(disturbance) = shorter.disturbances.get_mut(index) {
                disturbance.lasts = round_down(disturbance.lasts / 2);
            }
            helped |= self.attempt(shorter);
            let mut rounder = self.least.clone();
            if let Some(disturbance) = rounder.disturbances.get_mut(index) {
                let at = Duration::from_nanos(disturbance.at.as_nanos());
                disturbance.at = Moment::default() + round_down(at);
            }
            rounder.disturbances.sort_by_key(|disturbance| disturbance.at);
            helped |= self.attempt(rounder);
        }
        helped
    }

    fn simplify_routers(&mut self) -> bool {
        let mut helped = false;
        let mut plain = self.least.clone();
        plain.unicast = false;
        plain.authentication = Authentication::None;
        helped |= self.attempt(plain);
        let alone = self.least.without_group();
        helped |= self.attempt(alone);
        let mut steady = self.least.clone();
        steady.jitter = Duration::ZERO;
        helped |= self.attempt(steady);
        for node in 0..self.least.routers.len() {
            for track in (0..self.least.routers[node].tracks.len()).rev() {
                let mut fewer = self.least.clone();
                fewer.routers[node].tracks.remove(track);
                helped |= self.attempt(fewer);
            }
            for simplify in [exact_clock, early_start, quiet_announcer, known_results] {
                let mut simpler = self.least.clone();
                if let Some(router) = simpler.routers.get_mut(node) {
                    simplify(router);
                }
                helped |= self.attempt(simpler);
            }
        }
        helped
    }
}

fn exact_clock(router: &mut crate::scenario::Router) {
    router.clock.drift = 0;
}

fn early_start(router: &mut crate::scenario::Router) {
    router.starts_at = Moment::default();
}

fn quiet_announcer(router: &mut crate::scenario::Router) {
    router.announces_often = false;
}

fn known_results(router: &mut crate::scenario::Router) {
    router.results_after = Duration::ZERO;
}

/// To whole tenths of a second, or whole milliseconds below that.
fn round_down(span: Duration) -> Duration {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(if millis > 100 { millis / 100 * 100 } else { millis })
}
