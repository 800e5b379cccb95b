//! The log line of a change.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::probe::{Answer, Failure};
use crate::runner::{End, Ended};
use crate::{Check, Probe, Standing};

/// What is said of a check when this result has changed how it stands. People search their logs for these words.
pub(super) fn phrase(check: &Check, result: &Result<Answer, Failure>) -> String {
    let name = &check.name;
    match result {
        Ok(Answer::Number(number)) => format!("check {name} says {number}"),
        // A port is looked at by a script in keepalived.
        Ok(_) if matches!(check.probe, Probe::Script(_) | Probe::Tcp(_)) => {
            format!("VRRP_Script({name}) succeeded")
        }
        Ok(_) => format!("check {name} passes"),
        Err(Failure::Script(Ended {
            end: End::TimedOut(_),
            ..
        })) => format!("VRRP_Script({name}) timed_out"),
        Err(Failure::Script(ended)) => {
            let how = Ended {
                end: ended.end.clone(),
                last_line: None,
            };
            format!("VRRP_Script({name}) failed ({how})")
        }
        Err(failure) if matches!(check.probe, Probe::Tcp(_)) => {
            format!("VRRP_Script({name}) failed ({failure})")
        }
        Err(failure) => format!("check {name} fails: {failure}"),
    }
}

/// How a check stands, in one word; the sentence says why.
pub(super) fn word(standing: &Standing) -> Cow<'static, str> {
    match standing {
        Standing::Passing => "passing".into(),
        Standing::Failing(_) => "failing".into(),
        Standing::Value(value) => value.to_string().into(),
    }
}

/// What a script wrote before it failed.
pub(super) fn output(result: &Result<Answer, Failure>) -> Option<&str> {
    match result {
        Err(Failure::Script(ended)) => ended.last_line.as_deref(),
        _ => None,
    }
}
