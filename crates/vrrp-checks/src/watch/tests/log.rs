//! What the log says.

use core::cell::Cell;
use core::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use super::{SECOND, after, script, watched};
use crate::runner::{End, Ended};

/// Keeps the lines of the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(Level, String)>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("vrrp_checks::watch")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let mut log = self.0.lock().expect("the log");
        log.push((*event.metadata().level(), line.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.insert_str(0, &format!("{value:?}"));
        } else {
            self.0 = format!("{} {field}={value:?}", self.0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_has_a_line_for_each_change_and_the_rest_for_those_who_look_closer() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let run = Cell::new(0);
    watched(SECOND * 9 / 2, vec![after(1, 2, script("web"))], async |_, _| {
        run.set(run.get() + 1);
        let last_line = Some("no such thing".to_owned());
        let end = match run.get() {
            1 | 2 | 5 => End::Exited(0),
            _ => End::Exited(3),
        };
        Ended { end, last_line }
    })
    .await;
    let failed = (
        Level::DEBUG,
        r#"a run failed check="web" reason=exited with status 3 (no such thing)"#.to_owned(),
    );
    let succeeded = (
        Level::INFO,
        r#"VRRP_Script(web) succeeded event="check_changed" check="web" standing="passing""#.to_owned(),
    );
    let expected = [
        succeeded.clone(),
        failed.clone(),
        failed,
        (
            Level::INFO,
            concat!(
                r#"VRRP_Script(web) failed (exited with status 3) event="check_changed" check="web" "#,
                r#"standing="failing" output="no such thing""#
            )
            .to_owned(),
        ),
        succeeded,
    ];
    assert_eq!(*log.0.lock().expect("the log"), expected);
}
