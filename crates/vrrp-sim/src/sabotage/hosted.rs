//! The core as it runs on a host: one state machine by itself, or all of them in the table that the daemon uses.

use vrrp_core::{Action, Due, Event, Instance, Outcome, RouterId, State, Table, Time};

use crate::scenario::Virtual;
use crate::watch::{Breach, Rule, hold};

/// What a virtual router wants done.
pub(crate) type Wanted = Vec<(Virtual, Action)>;

/// The virtual routers of one host.
pub(crate) trait Core {
    /// One of them.
    fn get(&self, which: Virtual) -> &Instance;

    /// Tells one of them what happened.
    fn handle(&mut self, now: Time, which: Virtual, event: Event) -> Wanted;
}

/// One by itself: it can be copied, as the explorer needs it.
impl Core for Instance {
    fn get(&self, _which: Virtual) -> &Instance {
        self
    }

    fn handle(&mut self, now: Time, _which: Virtual, event: Event) -> Wanted {
        let actions = Self::handle(self, now, event);
        actions.into_iter().map(|action| (0, action)).collect()
    }
}

/// All of them in a table, in one sync group if there are several.
#[derive(Debug)]
pub(crate) struct Hosted {
    table: Table,
    ids: Vec<RouterId>,
    grouped: bool,
    /// The state of the sync group as the table told it last.
    told: State,
}

impl Hosted {
    pub(crate) fn new(instances: impl IntoIterator<Item = Instance>, grouped: bool) -> Self {
        let mut table = Table::default();
        let ids: Vec<RouterId> = instances
            .into_iter()
            .map(|instance| table.insert(instance))
            .collect();
        if grouped {
            let named = |(id, which): (&RouterId, usize)| (*id, format!("v{which}").into_boxed_str());
            let _ = table.group(ids.iter().zip(0..).map(named).collect());
        }
        Self {
            table,
            ids,
            grouped,
            told: State::Init,
        }
    }

    /// Whose deadline has come, as the table has it.
    pub(crate) fn due(&self, now: Time, only_adverts: bool) -> Option<Virtual> {
        let which = if only_adverts { Due::Adverts } else { Due::All };
        let id = self.table.due(now, which)?;
        self.ids.iter().position(|&other| other == id)
    }

    /// What the table says of all of them must be what they say themselves.
    pub(crate) fn check(&self) -> Result<(), Breach> {
        let all = || self.table.iter().map(|(_, instance)| instance);
        let first = all().filter_map(Instance::deadline).min();
        hold(self.table.deadline() == first, Rule::Deadline, || {
            format!(
                "the table's is {:?}, the first is {first:?}",
                self.table.deadline()
            )
        })?;
        let least = all().map(Instance::state).min().unwrap_or(State::Init);
        hold(!self.grouped || self.told == least, Rule::Transition, || {
            format!("the sync group is {least}, and was told as {}", self.told)
        })
    }
}

impl Core for Hosted {
    #[expect(clippy::expect_used, reason = "nothing is ever taken out of this table")]
    fn get(&self, which: Virtual) -> &Instance {
        self.table.get(self.ids[which]).expect("in the table")
    }

    fn handle(&mut self, now: Time, which: Virtual, event: Event) -> Wanted {
        let mut wanted = Wanted::new();
        for outcome in self.table.handle(now, self.ids[which], event) {
            match outcome {
                Outcome::Act(id, action) => {
                    wanted.extend(
                        self.ids
                            .iter()
                            .position(|&other| other == id)
                            .map(|which| (which, action)),
                    );
                }
                // One that is told twice, or from another state than before, stays wrong.
                Outcome::GroupMoved { from, to, .. } if from == self.told => self.told = to,
                Outcome::GroupMoved { .. } => {}
            }
        }
        wanted
    }
}
