//! What must hold of all virtual routers of a host: of several, which are a sync group, or of one.

use super::{Breach, Role, Rule, Watch, hold};

/// After every event, and what followed from it in the other members.
pub(crate) fn check(members: &[Watch]) -> Result<(), Breach> {
    let any = |role: Role| members.iter().any(|member| member.role() == role);
    let all = |role: Role| members.iter().all(|member| member.role() == role);
    let words = || members.iter().map(Watch::words).collect::<Vec<_>>().join("; ");
    if any(Role::Out) {
        let started = members.iter().any(|member| member.role() != Role::Out);
        let serves = any(Role::Master) || members.iter().any(Watch::claims);
        return hold(!(started && serves), Rule::Group, || {
            format!("one is out: {}", words())
        });
    }
    if any(Role::Fault) {
        hold(all(Role::Fault), Rule::GroupFault, words)?;
        let broken = members.iter().any(Watch::has_reason);
        return hold(broken, Rule::Unfit, || {
            format!("in FAULT without a reason: {}", words())
        });
    }
    let together = members.iter().all(Watch::can_serve);
    if together {
        let waits = members.iter().any(Watch::waits);
        hold(!waits, Rule::Group, || {
            format!("all could be MASTER, and one waits: {}", words())
        })
    } else {
        let serves = any(Role::Master) || members.iter().any(Watch::claims);
        hold(!serves, Rule::Group, || {
            format!("not all can be MASTER: {}", words())
        })
    }
}
