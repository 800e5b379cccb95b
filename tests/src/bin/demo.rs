//! `make demo`: two hosts elect a MASTER; it loses power, it comes back, it is stopped; a client counts the milliseconds.

use std::io::{IsTerminal, Write, stdout};
use std::process::ExitCode;
use std::thread;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use vrrp_lab::prelude::*;
use vrrp_lab::{MacAddr, Probed, vrrpd_binary};

const VRID: u8 = 51;
const NAME: &str = "V51";

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe demo failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<()> {
    let mut stage = Stage::set()?;
    stage.say(&format!(
        "Two routers share {VIP}: a (10.77.0.1, priority 200) and b (10.77.0.2, priority 100).\n\
         Both start as BACKUP, and wait 3 advert intervals and the skew of their priority for a MASTER."
    ))?;
    stage.until("a is MASTER", |stage| stage.master_is_a(true))?;
    stage.watch(Duration::from_secs(2))?;

    stage.say("Power cut at a: the daemon gets SIGKILL, the cable goes dead. Nobody says goodbye.")?;
    let probe = stage.ask()?;
    stage.power_cut()?;
    stage.until("b is MASTER", |stage| stage.master_is_a(false))?;
    stage.watch(Duration::from_secs(1))?;
    let killed = probe.finish()?;
    stage.outage(&killed)?;

    stage.say(
        "Power is back at a: it starts again, hears b, and preempts it, since its priority is higher.",
    )?;
    stage.power_back()?;
    stage.until("a is MASTER again", |stage| stage.master_is_a(true))?;
    stage.watch(Duration::from_secs(1))?;

    stage.say("a is stopped politely (SIGTERM): it resigns by an advert of priority 0.")?;
    let probe = stage.ask()?;
    stage.a.terminate()?;
    stage.until("b is MASTER", |stage| stage.master_is_a(false))?;
    stage.watch(Duration::from_secs(1))?;
    let stopped = probe.finish()?;
    stage.outage(&stopped)?;

    let due = Instance::new(VRID, 100, VIP).master_down() + Duration::from_millis(500);
    ensure!(
        killed.outage < due,
        "the power cut lasted {:?} for the client, more than {due:?}",
        killed.outage
    );
    ensure!(
        stopped.outage < Duration::from_secs(1),
        "the stop lasted {:?} for the client",
        stopped.outage
    );
    stage.say("That is all. The lab is taken down.")
}

/// The lab, and what of it has been shown.
struct Stage {
    // The routers are dropped before the lab that they run in.
    a: Box<dyn Router>,
    b: Box<dyn Router>,
    lab: Lab,
    begun: Duration,
    seen: usize,
    shown: String,
    announced: (MacAddr, Duration),
    interrupts: SignalFd,
    bold: bool,
}

impl Stage {
    fn set() -> Result<Self> {
        // Before any thread is started: Ctrl-C must leave nothing behind.
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGINT);
        signals.add(Signal::SIGTERM);
        signals.thread_block()?;
        let interrupts = SignalFd::with_flags(&signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        vrrpd_binary()?;
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let begun = wall();
        let a = Make::Vrrpd.launch(lab.host("a")?, &[Instance::new(VRID, 200, VIP)])?;
        let b = Make::Vrrpd.launch(lab.host("b")?, &[Instance::new(VRID, 100, VIP)])?;
        Ok(Self {
            a,
            b,
            lab,
            begun,
            seen: 0,
            shown: String::new(),
            announced: (MacAddr::zero(), Duration::ZERO),
            interrupts,
            bold: stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        })
    }

    fn ask(&self) -> Result<Probe> {
        let probe = Probe::start(self.lab.host("client")?, VIP)?;
        // It must have had an answer before it can miss one.
        thread::sleep(Duration::from_millis(200));
        Ok(probe)
    }

    fn power_cut(&mut self) -> Result<()> {
        self.a.host().partition("eth0")?;
        self.a.kill()?;
        // A host without power has no addresses either.
        self.a
            .host()
            .ip(&format!("address del {VIP}/32 dev eth0"))
            .map(drop)
    }

    fn power_back(&mut self) -> Result<()> {
        self.a.host().heal("eth0")?;
        self.a.start()
    }

    fn master_is_a(&self, a: bool) -> Result<bool> {
        let (master, other) = if a { (&self.a, &self.b) } else { (&self.b, &self.a) };
        Ok(master.state(NAME)? == Some(State::Master) && master.holds(VIP)? && !other.holds(VIP)?)
    }

    fn until(&mut self, what: &str, condition: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        let end = monotonic() + PATIENCE;
        while !condition(self)? {
            ensure!(
                monotonic() < end,
                "{what}: not within {PATIENCE:?}\n{}",
                self.lab.diagnosis()
            );
            self.show()?;
        }
        self.show()
    }

    fn watch(&mut self, span: Duration) -> Result<()> {
        let end = monotonic() + span;
        while monotonic() < end {
            self.show()?;
        }
        Ok(())
    }

    /// Shows what has happened since the last time, and waits a moment.
    fn show(&mut self) -> Result<()> {
        ensure!(self.interrupts.read_signal()?.is_none(), "interrupted");
        for packet in self.lab.capture()?.packets_since(&mut self.seen)? {
            self.show_packet(&packet)?;
        }
        let states = format!(
            "a: {:8} b: {}",
            describe(self.a.as_ref())?,
            describe(self.b.as_ref())?
        );
        if states != self.shown {
            self.line(wall(), "states", &states)?;
            self.shown = states;
        }
        thread::sleep(Duration::from_millis(20));
        Ok(())
    }

    fn show_packet(&mut self, packet: &Packet) -> Result<()> {
        if let Some(advert) = packet.advert() {
            let Advert {
                source,
                destination,
                vrid,
                priority,
                ..
            } = advert;
            let resigns = if *priority == 0 { " (resigns)" } else { "" };
            let text = format!("{source} > {destination}  vrid {vrid}  priority {priority}{resigns}");
            return self.line(packet.time, "advert", &text);
        }
        // A round of announcements is one line.
        let Some(arp) = packet.gratuitous_arp() else {
            return Ok(());
        };
        let (mac, at) = self.announced;
        if mac != arp.sender_mac || packet.time.saturating_sub(at) > Duration::from_millis(500) {
            self.line(
                packet.time,
                "arp",
                &format!("{} is at {}", arp.sender, arp.sender_mac),
            )?;
        }
        self.announced = (arp.sender_mac, packet.time);
        Ok(())
    }

    fn outage(&self, probed: &Probed) -> Result<()> {
        let Probed { asked, .. } = probed;
        let text = format!(
            "the client asked {asked} times: {} without an answer, longest outage {}",
            probed.lost(),
            Figures::milliseconds(probed.outage)
        );
        self.line(wall(), "client", &self.bold(&text))
    }

    fn say(&self, text: &str) -> Result<()> {
        Ok(writeln!(stdout().lock(), "\n{}\n", self.bold(text))?)
    }

    fn line(&self, at: Duration, what: &str, text: &str) -> Result<()> {
        let since = at.saturating_sub(self.begun).as_secs_f64();
        Ok(writeln!(stdout().lock(), "{since:8.3} s  {what:7} {text}")?)
    }

    fn bold(&self, text: &str) -> String {
        if self.bold {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

fn describe(router: &dyn Router) -> Result<&'static str> {
    Ok(match router.state(NAME)? {
        Some(State::Master) => "MASTER",
        Some(State::Backup) => "BACKUP",
        Some(State::Fault) => "FAULT",
        None if router.is_running() => "starting",
        None => "-",
    })
}
