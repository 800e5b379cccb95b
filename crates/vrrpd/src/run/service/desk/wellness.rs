//! Whether the daemon lives, and whether it is ready.

#[cfg(test)]
mod tests;

use crate::report::{Health, Kind, Obstacle, Standing, State, Status};

/// It lives as long as its protocol loop turns.
pub(super) fn live(status: &Status) -> Health {
    Health::from_obstacles(not_turning(status).into_iter().collect())
}

/// It is ready when it takes part in every election: whether as MASTER or as BACKUP does not matter.
pub(super) fn ready(status: &Status) -> Health {
    let mut obstacles: Vec<Obstacle> = not_turning(status).into_iter().collect();
    let mut add = |about: &str, what: String| {
        obstacles.push(Obstacle {
            about: about.to_owned(),
            what,
        });
    };
    if status.routers.is_empty() || status.routers.iter().any(|router| router.state == State::Init) {
        add("protocol", "it has not started yet".to_owned());
    }
    for interface in status.interfaces.iter().filter(|interface| !interface.listening) {
        let what = if interface.present {
            "no socket is open on it"
        } else {
            "it does not exist"
        };
        add(&interface.name, what.to_owned());
    }
    for check in &status.checks {
        if check.standing == Standing::Unknown {
            add(&check.name, "this check has no result yet".to_owned());
        }
    }
    for condition in &status.conditions {
        if condition.kind == Kind::ClaimRefused {
            add(
                condition.router.as_deref().unwrap_or_default(),
                condition.cause.clone(),
            );
        }
    }
    Health::from_obstacles(obstacles)
}

fn not_turning(status: &Status) -> Option<Obstacle> {
    let since = status.daemon.turned.as_ref();
    let what = since.map_or_else(
        || "the protocol loop has not turned yet".to_owned(),
        |turned| format!("the protocol loop has not turned for {:.1} s", turned.seconds_ago),
    );
    (!status.daemon.answering).then(|| Obstacle {
        about: "protocol".to_owned(),
        what,
    })
}
