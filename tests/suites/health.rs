//! The MASTER is healthy: one whose check fails leaves at once, and nothing but a passing check brings it back.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use vrrp_lab::prelude::*;
use vrrp_lab::{Host, Server};

const HIGH: u8 = 200;
const LOW: u8 = 100;
static FIGURES: Figures = Figures::new(
    "health",
    "| what fails | check interval | interval + skew + 50 ms | measured (middle, worst of three) |",
);
/// How often checks run here.
const INTERVAL: Duration = Duration::from_millis(200);

/// A host is healthy while this file of it exists.
fn flag(host: &Host) -> PathBuf {
    host.file("healthy")
}

fn set_healthy(host: &Host, healthy: bool) -> Result<()> {
    if healthy {
        fs::write(flag(host), "")?;
    } else {
        fs::remove_file(flag(host))?;
    }
    Ok(())
}

/// The check that looks at the flag.
fn flag_check(host: &Host) -> String {
    format!(
        "[[check]]\nname = \"ready\"\nscript = [\"/usr/bin/test\", \"-e\", \"{}\"]\ninterval = \"{}ms\"\n",
        flag(host).display(),
        INTERVAL.as_millis()
    )
}

fn launch(host: &Arc<Host>, checks: &str, instance: &Instance) -> Result<Vrrpd> {
    let mut router = Vrrpd::with(host, "vrrpd", checks, core::slice::from_ref(instance))?;
    router.start()?;
    Ok(router)
}

/// Two routers whose checks look at their flags.
struct Checked {
    first: Vrrpd,
    second: Vrrpd,
    lab: Lab,
}

impl Checked {
    /// Both are healthy, and the first has been elected.
    fn elect(adapt: impl Fn(Instance) -> Instance) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b"])?;
        let (a, b) = (lab.host("a")?, lab.host("b")?);
        set_healthy(a, true)?;
        set_healthy(b, true)?;
        let instance = |priority| adapt(Instance::new(51, priority, VIP).with("checks = [\"ready\"]"));
        let first = launch(a, &flag_check(a), &instance(HIGH))?;
        let second = launch(b, &flag_check(b), &instance(LOW))?;
        let checked = Self { first, second, lab };
        checked.wait("the first is MASTER", |checked| {
            Ok(checked.is(State::Master, State::Backup)? && checked.first.holds(VIP)?)
        })?;
        Ok(checked)
    }

    fn wait(&self, what: &str, condition: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        self.lab.eventually(PATIENCE, what, || condition(self))
    }

    fn is(&self, first: State, second: State) -> Result<bool> {
        Ok(self.first.state("V51")? == Some(first) && self.second.state("V51")? == Some(second))
    }

    /// The adverts of a router from a moment on.
    fn adverts(&self, router: &Vrrpd, since: Duration) -> Result<Vec<(Duration, Advert)>> {
        let source = router.host().address()?;
        let mut adverts = self.lab.capture()?.adverts()?;
        adverts.retain(|(at, advert)| advert.source == source && *at >= since);
        Ok(adverts)
    }
}

#[test]
fn a_failing_check_moves_the_address_within_its_interval_and_the_skew() -> Result<()> {
    let checked = Checked::elect(|instance| instance)?;
    let skew = Instance::new(51, LOW, VIP).skew();
    let mut times = Vec::new();
    let begun = wall();
    for _ in 0..3 {
        let since = wall();
        set_healthy(checked.first.host(), false)?;
        checked.wait("the second took over", |checked| {
            Ok(checked.is(State::Fault, State::Master)?
                && checked.second.holds(VIP)?
                && !checked.first.holds(VIP)?)
        })?;
        let took_over = checked.adverts(&checked.second, since)?;
        times.push(
            took_over
                .first()
                .context("the second sends adverts")?
                .0
                .saturating_sub(since),
        );
        let goodbyes = checked.adverts(&checked.first, since)?;
        let last: Vec<u8> = goodbyes
            .iter()
            .rev()
            .take(2)
            .map(|(_, advert)| advert.priority)
            .collect();
        ensure!(
            last == [0, 0],
            "a MASTER that goes to FAULT resigns twice: {goodbyes:?}"
        );

        set_healthy(checked.first.host(), true)?;
        checked.wait("the first is MASTER again", |checked| {
            Ok(checked.is(State::Master, State::Backup)? && checked.first.holds(VIP)?)
        })?;
    }
    times.sort();
    let bound = INTERVAL + skew + Duration::from_millis(50);
    FIGURES.record(&[
        "a script check with weight 0 on the MASTER",
        &format!("{} ms", INTERVAL.as_millis()),
        &Figures::milliseconds(bound),
        &format!(
            "{}, {}",
            Figures::milliseconds(times[1]),
            Figures::milliseconds(times[2])
        ),
    ])?;
    let stall = longest_stall(begun);
    ensure!(
        times[1] < bound + stall,
        "the middle one of {times:?} is over {bound:?} (the machine stood still for {stall:?})"
    );
    let log = checked.first.log()?;
    ensure!(
        log.contains("(V51) Entering FAULT STATE")
            && log.contains("check ready failing: exited with status 1"),
        "the reason is told:\n{log}"
    );
    Ok(())
}

#[test]
fn without_preemption_one_that_recovers_leaves_the_address_where_it_is() -> Result<()> {
    let checked = Checked::elect(|instance| instance.preempt(Preempt::No))?;
    set_healthy(checked.first.host(), false)?;
    checked.wait("the second took over", |checked| {
        checked.is(State::Fault, State::Master)
    })?;
    set_healthy(checked.first.host(), true)?;
    checked.wait("the first is BACKUP", |checked| {
        checked.is(State::Backup, State::Master)
    })?;
    never(Duration::from_secs(5), "the address moves back", || {
        Ok(checked.first.holds(VIP)? || !checked.second.holds(VIP)?)
    })
}

#[test]
fn before_the_first_result_nobody_is_master() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let check =
        "[[check]]\nname = \"slow\"\nscript = [\"/bin/sh\", \"-c\", \"sleep 6\"]\ninterval = \"10s\"\n";
    let router = launch(
        host,
        check,
        &Instance::new(51, HIGH, VIP).with("checks = [\"slow\"]"),
    )?;
    lab.eventually(PATIENCE, "it waits", || {
        Ok(router.state("V51")? == Some(State::Fault))
    })?;
    never(Duration::from_secs(5), "it serves", || router.holds(VIP))?;
    lab.eventually(PATIENCE, "it serves once the check has passed", || {
        router.holds(VIP)
    })?;
    ensure!(
        router.log()?.contains("check slow has no result yet"),
        "the reason is told"
    );
    Ok(())
}

#[test]
fn a_check_that_cannot_run_is_a_failed_check() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let check = "[[check]]\nname = \"gone\"\nscript = [\"/nonexistent/check\"]\n";
    let router = launch(
        host,
        check,
        &Instance::new(51, HIGH, VIP).with("checks = [\"gone\"]"),
    )?;
    lab.eventually(PATIENCE, "it says why", || {
        Ok(router.log()?.contains("check gone failing: could not be started"))
    })?;
    never(Duration::from_secs(5), "it serves", || router.holds(VIP))
}

#[test]
fn a_check_that_hangs_for_ever_fails_and_leaves_no_processes() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    set_healthy(a, true)?;
    // As long as it is healthy it passes at once; then it hangs, ignores SIGTERM, and has a child that does so too.
    let script = a.file("hang.sh");
    fs::write(
        &script,
        format!(
            "#!/bin/sh\ntest -e {} && exit 0\ntrap '' TERM\nsleep 4711 &\nsleep 4711\nsleep 4711\n",
            flag(a).display()
        ),
    )?;
    let check = format!(
        "[[check]]\nname = \"hangs\"\nscript = [\"/bin/sh\", \"{}\"]\ninterval = \"200ms\"\ntimeout = \"300ms\"\n",
        script.display()
    );
    let first = launch(
        a,
        &check,
        &Instance::new(51, HIGH, VIP).with("checks = [\"hangs\"]"),
    )?;
    let second = launch(b, "", &Instance::new(51, LOW, VIP))?;
    lab.eventually(PATIENCE, "the first serves", || first.holds(VIP))?;
    set_healthy(a, false)?;
    lab.eventually(PATIENCE, "the second took over", || {
        Ok(second.holds(VIP)? && first.state("V51")? == Some(State::Fault))
    })?;
    ensure!(
        first
            .log()?
            .contains("check hangs failing: timed out after 0.3 s"),
        "the reason is told"
    );
    let sleeping = || -> Result<usize> {
        let processes = a.processes()?;
        Ok(processes
            .iter()
            .filter(|(_, command)| command == "sleep 4711")
            .count())
    };
    // One run at a time, so never more than the two of one run.
    never(Duration::from_secs(4), "runs pile up", || Ok(sleeping()? > 2))?;
    set_healthy(a, true)?;
    lab.eventually(
        PATIENCE,
        "nothing of it is left, and the first serves again",
        || Ok(sleeping()? == 0 && first.holds(VIP)?),
    )
}

#[test]
fn a_web_server_that_answers_503_or_nobody_at_all_is_a_fault() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let servers = (Server::start(a, 8080)?, Server::start(b, 8080)?);
    let check = "[[check]]\nname = \"web\"\nhttp = \"http://127.0.0.1:8080/healthz\"\nexpect_body = \"^ok\"\n\
                 interval = \"200ms\"\n";
    let instance = |priority| Instance::new(51, priority, VIP).with("checks = [\"web\"]");
    let first = launch(a, check, &instance(HIGH))?;
    let second = launch(b, check, &instance(LOW))?;
    lab.eventually(PATIENCE, "the first serves", || first.holds(VIP))?;
    servers.0.answer(503);
    lab.eventually(PATIENCE, "the second serves", || {
        Ok(second.holds(VIP)? && !first.holds(VIP)?)
    })?;
    ensure!(
        first.log()?.contains("check web failing: answered 503"),
        "{}",
        first.log()?
    );
    servers.0.answer(200);
    lab.eventually(PATIENCE, "the first serves again", || {
        Ok(first.holds(VIP)? && !second.holds(VIP)?)
    })?;
    servers.0.stop()?;
    lab.eventually(PATIENCE, "the second serves again", || {
        Ok(second.holds(VIP)? && !first.holds(VIP)?)
    })?;
    ensure!(first.log()?.contains("connection refused"), "{}", first.log()?);
    Ok(())
}

#[test]
fn a_port_and_a_process_and_a_file_are_looked_at_on_the_host_itself() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let listening = Server::start(a, 80)?;
    let check = format!(
        "[[check]]\nname = \"port\"\ntcp = \"127.0.0.1:80\"\ninterval = \"200ms\"\n\
         [[check]]\nname = \"drain\"\nfile = \"{}\"\npresence = true\ninterval = \"200ms\"\n\
         [[check]]\nname = \"daemon\"\nprocess = \"sleep4712\"\ninterval = \"200ms\"\n",
        a.file("drain").display()
    );
    let program = a.file("sleep4712");
    fs::copy("/bin/sleep", &program)?;
    let start = || a.run(program.to_str().context("a plain name")?, &["600"]);
    let process = start()?;
    let checks = "checks = [\"port\", \"drain\", \"daemon\"]";
    let first = launch(a, &check, &Instance::new(51, HIGH, VIP).with(checks))?;
    let second = launch(b, "", &Instance::new(51, LOW, VIP))?;
    let serves = |who: &str| {
        lab.eventually(PATIENCE, who, || {
            Ok(first.holds(VIP)? == (who == "the first serves") && second.holds(VIP)? != first.holds(VIP)?)
        })
    };
    serves("the first serves")?;
    fs::write(a.file("drain"), "")?;
    serves("the second serves")?;
    fs::remove_file(a.file("drain"))?;
    serves("the first serves")?;
    process.kill()?;
    serves("the second serves")?;
    let _process = start()?;
    serves("the first serves")?;
    listening.stop()?;
    serves("the second serves")?;
    let log = first.log()?;
    for reason in [
        "check drain says 1",
        "check daemon failing: no process",
        "check port failing: connection refused",
    ] {
        ensure!(log.contains(reason), "{reason} is not in\n{log}");
    }
    Ok(())
}

#[test]
fn a_runner_that_is_killed_comes_back_and_nobody_notices() -> Result<()> {
    let checked = Checked::elect(|instance| instance)?;
    let host = checked.first.host();
    host.signal(runner(host)?, Signal::SIGKILL)?;
    never(Duration::from_secs(3), "the address moves", || {
        Ok(!checked.is(State::Master, State::Backup)? || !checked.first.holds(VIP)?)
    })?;
    // And its successor runs checks as it did.
    set_healthy(host, false)?;
    checked.wait("the second took over", |checked| {
        checked.is(State::Fault, State::Master)
    })
}

#[test]
fn a_runner_that_hangs_is_a_failure_and_is_replaced() -> Result<()> {
    let checked = Checked::elect(|instance| instance)?;
    let host = checked.first.host();
    let stopped = runner(host)?;
    host.signal(stopped, Signal::SIGSTOP)?;
    checked.wait("the check fails", |checked| {
        let reason =
            "check ready failing: could not be started: the process that starts scripts does not answer";
        Ok(checked.first.log()?.contains(reason))
    })?;
    checked.lab.eventually(PATIENCE, "there is another runner", || {
        Ok(runner(host).is_ok_and(|runner| runner != stopped))
    })?;
    checked.wait("the first is back", |checked| {
        checked.is(State::Master, State::Backup)
    })
}

/// The process that starts scripts.
fn runner(host: &Host) -> Result<i32> {
    let processes = host.processes()?;
    let found = processes.iter().find(|(_, command)| command == "vrrpd runner");
    Ok(found.context("there is a runner")?.0)
}
