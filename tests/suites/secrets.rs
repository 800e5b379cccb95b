//! A password is in no output: whatever happens, however much is logged, whoever asks.
//!
//! `vrrpd convert` prints configurations, and a pod's keepalived.conf is one: they hold passwords by design, and are
//! left out here. So is a pod's name, whose first letters are its password by design.

use core::fmt::Write;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::json;
use vrrp_lab::prelude::*;
use vrrp_lab::{Asker, Host, Page, Process, vrrpd_binary};

/// Each of its own, so that a leak says which; none of them is a word that could be there for another reason.
const INLINE: &str = "Zx7Qv!kw";
const FROM_FILE: &str = "jP4$hhU9";
const FROM_ENVIRONMENT: &str = "mB8=wTzy";
const THEIRS: &str = "Ge5+rNca";
const IN_CHECK: &str = "check-Hy6vLq2u-argument";
const IN_NOTIFY: &str = "notify-Ws3dKe9x-argument";
const IN_BROKEN: &str = "Fd2%uXoi";
const ALL: [&str; 7] = [
    INLINE,
    FROM_FILE,
    FROM_ENVIRONMENT,
    THEIRS,
    IN_CHECK,
    IN_NOTIFY,
    IN_BROKEN,
];

const PORT: u16 = 9650;

/// Every way in which a text may have been written down.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let joined = |separator: &str, byte: fn(u8) -> String| {
        let each: Vec<String> = bytes.iter().map(|&b| byte(b)).collect();
        each.join(separator).into_bytes()
    };
    let mut forms = vec![bytes.to_vec(), secret.escape_debug().to_string().into_bytes()];
    for separator in ["", " ", ":", ", "] {
        forms.push(joined(separator, |b| format!("{b:02x}")));
        forms.push(joined(separator, |b| format!("{b:02X}")));
    }
    // `Debug` of a list of bytes, in one line, in several, and in hexadecimal.
    forms.push(joined(", ", |b| b.to_string()));
    forms.push(joined(",", |b| b.to_string()));
    forms.push(joined(", ", |b| format!("0x{b:02x}")));
    forms.push(joined("\\x", |b| format!("{b:02x}")));
    // In base64 a text looks different for each of three places that it can begin at; what its neighbours change is
    // left out.
    for (ahead, skip) in [(0, 0), (1, 2), (2, 3)] {
        let mut text = vec![0; ahead];
        text.extend(bytes);
        let whole = text.len() / 3 * 3;
        forms.push(base64(&text[..whole])[skip..].to_vec());
    }
    forms
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks_exact(3)
        .flat_map(|three| {
            let number = three
                .iter()
                .fold(0_usize, |number, &byte| number << 8 | usize::from(byte));
            [18, 12, 6, 0].map(|shift| DIGITS[number >> shift & 63])
        })
        .collect()
}

/// The secrets that are in some bytes.
fn leaks(bytes: &[u8]) -> Vec<&'static str> {
    let is_in = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form);
    ALL.into_iter()
        .filter(|secret| forms(secret).iter().any(is_in))
        .collect()
}

/// Everything that was said, and by whom.
#[derive(Default)]
struct Said(Vec<(String, Vec<u8>)>);

impl Said {
    fn hear(&mut self, who: &str, what: impl Into<Vec<u8>>) {
        self.0.push((who.to_owned(), what.into()));
    }

    fn command(&mut self, host: &Host, arguments: &[&str]) -> Result<()> {
        let output = Command::new(vrrpd_binary()?)
            .args(arguments)
            .env("VRRP_SECRET", FROM_ENVIRONMENT)
            .current_dir(host.file(""))
            .output()?;
        let both = [output.stdout, output.stderr].concat();
        ensure!(!both.is_empty(), "{arguments:?} says nothing");
        self.hear(&format!("vrrpd {}", arguments.join(" ")), both);
        Ok(())
    }

    /// Every file below a directory.
    fn files(&mut self, directory: &Path) -> Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                self.hear(&entry.path().display().to_string(), fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    fn judge(&self) -> Result<()> {
        let found: Vec<String> = self
            .0
            .iter()
            .filter_map(|(who, what)| {
                let leaks = leaks(what);
                (!leaks.is_empty()).then(|| format!("{who}: {leaks:?}"))
            })
            .collect();
        ensure!(found.is_empty(), "passwords are in:\n{}", found.join("\n"));
        Ok(())
    }
}

/// A socket that takes whatever is sent to it: systemd's journal, and whoever set `NOTIFY_SOCKET`.
struct Collector(Arc<Mutex<Vec<u8>>>);

impl Collector {
    fn listen(path: &Path) -> Result<Self> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let socket = UnixDatagram::bind(path)?;
        let all: Arc<Mutex<Vec<u8>>> = Arc::default();
        let into = Arc::clone(&all);
        // It lives as long as the test's process.
        thread::spawn(move || {
            let mut datagram = vec![0; 1 << 18];
            while let Ok(length) = socket.recv(&mut datagram) {
                let mut all = into.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend(&datagram[..length]);
                all.push(b'\n');
            }
        });
        Ok(Self(all))
    }

    fn all(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn vip(vrid: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 100 + vrid)
}

/// A configuration with a secret in every place that one can be in.
fn configuration(host: &Host, priority: u8) -> Result<String> {
    let file = host.file("password");
    fs::write(&file, FROM_FILE)?;
    let mut text = format!(
        "name = \"vrrpd\"\nnotify_fifo = \"/run/fifo\"\n[http]\nlisten = \"127.0.0.1:{PORT}\"\n\
         [[check]]\nname = \"script\"\nscript = [\"/bin/sh\", \"-c\", \"test -e {flag}\", \"{IN_CHECK}\"]\n\
         interval = \"200ms\"\n\
         [[check]]\nname = \"gone\"\nscript = [\"/nonexistent/check\", \"{IN_CHECK}\"]\nweight = 1\n\
         [[check]]\nname = \"slow\"\nscript = [\"/bin/sh\", \"-c\", \"sleep 9\", \"{IN_CHECK}\"]\ntimeout = \"300ms\"\nweight = 1\n",
        flag = host.file("healthy").display(),
    );
    fs::write(host.file("healthy"), "")?;
    let authentications = [
        format!("password = \"{INLINE}\""),
        format!("password_file = \"{}\"", file.display()),
        "password = \"${VRRP_SECRET}\"".to_owned(),
    ];
    for (vrid, authentication) in (1_u8..).zip(authentications) {
        write!(
            text,
            "[[instance]]\nname = \"V{vrid}\"\ninterface = \"eth0\"\nvrid = {vrid}\npriority = {priority}\n\
             virtual_addresses = [\"{}\"]\nauthentication = {{ type = \"simple\", {authentication} }}\n\
             checks = [\"script\", \"gone\", \"slow\"]\n\
             notify = [\"/bin/sh\", \"-c\", \"exit 3\", \"{IN_NOTIFY}\"]\n",
            vip(vrid)
        )?;
    }
    Ok(text)
}

/// What somebody may have made of the line with the password, so that the file cannot run.
fn broken() -> Vec<String> {
    let instance = |authentication: &str| {
        format!(
            "[[instance]]\nname = \"V1\"\ninterface = \"eth0\"\nvrid = 1\npriority = 100\n\
             virtual_addresses = [\"10.77.0.101\"]\n{authentication}\n"
        )
    };
    [
        // No TOML.
        format!("authentication = {{ type = \"simple\", password = \"{IN_BROKEN} }}"),
        format!("authentication = {{ type = \"simple\", password = {IN_BROKEN} }}"),
        format!("authentication = {{ type = \"simple\", password = \"{IN_BROKEN}\" \"{IN_BROKEN}\" }}"),
        format!("authentication = {{ type = \"simple\" password = \"{IN_BROKEN}\" }}"),
        format!("authentication = {{ type = \"simple\", password = \"\\q{IN_BROKEN}\" }}"),
        format!("authentication.password = \"{IN_BROKEN}\"\nauthentication.password = \"{IN_BROKEN}\""),
        format!("auth_pass {IN_BROKEN}"),
        // No configuration.
        format!("authentication = \"{IN_BROKEN}\""),
        format!("authentication = [\"{IN_BROKEN}\"]"),
        format!("authentication = {{ type = \"simple\", password = \"${{1-BAD:-{IN_BROKEN}}}\" }}"),
        format!("authentication = {{ type = \"simple\", password = \"{IN_BROKEN}-too-long\" }}"),
        format!("authentication = {{ type = \"simple\", password = [\"{IN_BROKEN}\"] }}"),
        format!("authentication = {{ type = \"simple\", passwort = \"{IN_BROKEN}\" }}"),
        format!("authentication = {{ type = \"simple\", password = \"${{{IN_BROKEN}\" }}"),
        format!("authentication = {{ type = \"simple\", password = \"${{VRRP_SECRET}}{IN_BROKEN}\" }}"),
        format!(
            "authentication = {{ type = \"simple\", password = \"{IN_BROKEN}\", password_file = \"x\" }}"
        ),
        format!("authentication = {{ password = \"{IN_BROKEN}\" }}"),
        format!("authentication = {{ type = \"none\", password = \"{IN_BROKEN}\" }}"),
        format!("auth_pass = \"{IN_BROKEN}\""),
        format!("password = \"{IN_BROKEN}\""),
    ]
    .map(|authentication| instance(&authentication))
    .into()
}

fn start(host: &Arc<Host>, format: &str) -> Result<Process> {
    let program = vrrpd_binary()?.to_str().context("a plain name")?;
    let config = host.file("vrrpd.toml");
    let config = config.to_str().context("a plain name")?;
    let secret = format!("VRRP_SECRET={FROM_ENVIRONMENT}");
    let words = [
        "NOTIFY_SOCKET=/run/supervisor",
        &secret,
        program,
        "run",
        "--config",
        config,
    ];
    let more = [
        "--state-dir",
        "/run/vrrpd",
        "--log-format",
        format,
        "--log-level",
        "trace",
    ];
    host.run("env", &[&words[..], &more].concat())
}

/// A daemon through all that can happen to it, and everything that it said.
fn lives_and_tells(format: &str) -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b", "client"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let journal = Collector::listen(&a.file("run/systemd/journal/socket"))?;
    let supervisor = Collector::listen(&a.file("run/supervisor"))?;
    let proper = configuration(a, 200)?;
    fs::write(a.file("vrrpd.toml"), &proper)?;
    // The first is as ours, the second has another password, the third is as ours.
    let mut second = Vrrpd::new(
        b,
        "vrrpd",
        &[
            Instance::new(1, 100, vip(1)).password(INLINE),
            Instance::new(2, 100, vip(2)).password(THEIRS),
            Instance::new(3, 100, vip(3)).password(FROM_ENVIRONMENT),
        ],
    )?;
    second.start()?;
    let first = start(a, format)?;
    let asker = Asker::new(a, "vrrpd");
    let mut said = Said::default();
    let state = |router: usize| -> Result<String> {
        Ok(asker.status()?["routers"][router]["state"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    };
    lab.eventually(PATIENCE, "it is MASTER of all", || {
        Ok(asker.path().exists() && state(0)? == "MASTER" && state(1)? == "MASTER" && state(2)? == "MASTER")
    })?;
    lab.eventually(PATIENCE, "it hears of other passwords", || {
        Ok(asker.status()?["routers"][1]["counters"]["discards"]["password"].as_u64() > Some(0))
    })?;
    // Others still: all that can be wrong about a password.
    let stranger = Injector::open(lab.host("client")?, "eth0")?;
    let from = lab.host("client")?.address()?;
    for vrid in 1..=3 {
        stranger.send(&Forged::new(from, vrid, 254, vip(vrid)).password(THEIRS))?;
        stranger.send(&Forged::new(from, vrid, 254, vip(vrid)))?;
        stranger.send(&Forged {
            auth_type: 2,
            ..Forged::new(from, vrid, 254, vip(vrid)).password(INLINE)
        })?;
        stranger.send(&Forged {
            auth_type: 77,
            ..Forged::new(from, vrid, 254, vip(vrid)).password(INLINE)
        })?;
        stranger.send(&Forged {
            bad_checksum: true,
            ..Forged::new(from, vrid, 254, vip(vrid)).password(INLINE)
        })?;
        stranger.send(&Forged {
            ttl: 3,
            ..Forged::new(from, vrid, 254, vip(vrid)).password(FROM_FILE)
        })?;
        stranger.send(&Forged {
            version: 3,
            ..Forged::new(from, vrid, 254, vip(vrid)).password(FROM_FILE)
        })?;
    }
    // A takeover, and back.
    fs::remove_file(a.file("healthy"))?;
    lab.eventually(PATIENCE, "the other takes over", || {
        Ok(state(0)? == "FAULT" && second.state("V1")? == Some(State::Master))
    })?;
    fs::write(a.file("healthy"), "")?;
    lab.eventually(PATIENCE, "it is back", || {
        Ok(state(0)? == "MASTER" && state(2)? == "MASTER")
    })?;
    // Files that cannot run. Each is read, told of, and dumped.
    let pid = asker.pid()?;
    for text in broken() {
        fs::write(a.file("vrrpd.toml"), &text)?;
        let reload = asker.reload()?;
        ensure!(reload["result"] == "invalid", "{reload} of {text}");
        said.hear(&format!("a reload of {text}"), reload.to_string());
        said.command(a, &["check", "--config", "vrrpd.toml"])?;
        said.hear("the status after it", asker.status()?.to_string());
    }
    a.signal(pid, Signal::SIGHUP)?;
    a.signal(pid, Signal::SIGUSR1)?;
    a.signal(pid, Signal::SIGUSR2)?;
    lab.eventually(PATIENCE, "both dumps are there", || {
        Ok(a.file("run/vrrpd/vrrpd.data").exists() && a.file("run/vrrpd/vrrpd.stats").exists())
    })?;
    // Whoever asks.
    for ask in [
        json!({"version": 1, "ask": "status"}),
        json!({"version": 1, "ask": "health", "of": "live"}),
        json!({"version": 1, "ask": "health", "of": "ready"}),
        json!({"version": 1, "ask": "password"}),
    ] {
        said.hear(&ask.to_string(), asker.ask(&ask)?.to_string());
    }
    let events = asker.events(0)?;
    ensure!(events.len() > 10, "{events:?}");
    said.hear("events", json!(events).to_string());
    for path in ["/", "/livez", "/readyz", "/status.json", "/metrics"] {
        for accept in ["*/*", "application/openmetrics-text"] {
            let page = Page::get(a, PORT, path, accept)?;
            said.hear(path, format!("{}{}", page.header, page.body));
        }
    }
    let directory = a.file("run/vrrpd").display().to_string();
    for command in [
        &["status"][..],
        &["status", "--json"],
        &["events"],
        &["events", "--json"],
        &["health"],
    ] {
        said.command(a, &[command, &["--state-dir", &directory]].concat())?;
    }
    // What was on the wire, in words: with the capture's own bytes, which hold the passwords, the search is put to test.
    fs::write(a.file("vrrpd.toml"), &proper)?;
    let capture = lab.capture()?.path().display().to_string();
    let bytes = fs::read(&capture)?;
    for secret in [INLINE, FROM_FILE, FROM_ENVIRONMENT, THEIRS] {
        ensure!(leaks(&bytes).contains(&secret), "{secret} never was on the wire");
    }
    said.command(a, &["decode", &capture])?;
    said.command(a, &["check", "--config", "vrrpd.toml"])?;
    // Its end.
    said.files(&a.file("run/vrrpd"))?;
    first.signal(Signal::SIGTERM)?;
    ensure!(first.wait(PATIENCE)?.success());
    said.files(&a.file("run/vrrpd"))?;
    let log = first.output()?;
    let told = String::from_utf8_lossy(&supervisor.all()).into_owned();
    ensure!(told.contains("READY=1") && told.contains("STATUS="), "{told}");
    said.hear("the supervisor", told);
    let journal = journal.all();
    let heard = if format == "journald" {
        String::from_utf8_lossy(&journal).into_owned()
    } else {
        log.clone()
    };
    for line in ["MASTER", "reload_invalid", "password"] {
        ensure!(
            heard.contains(line)
                || (format == "human" && line == "reload_invalid" && heard.contains("cannot run")),
            "the log is no log without {line}:\n{heard}"
        );
    }
    said.hear("the log", log);
    said.hear("the journal", journal);
    said.hear("the other's log", second.log()?);
    second.terminate()?;
    said.judge()
}

#[test]
fn in_a_log_for_people() -> Result<()> {
    lives_and_tells("human")
}

#[test]
fn in_a_log_of_json() -> Result<()> {
    lives_and_tells("json")
}

#[test]
fn in_the_journal() -> Result<()> {
    lives_and_tells("journald")
}

#[test]
fn the_search_finds_what_is_there() -> Result<()> {
    for secret in ALL {
        for form in forms(secret) {
            let around = [b"{\"a\":\"".as_slice(), &form, b"\"}"].concat();
            ensure!(leaks(&around).contains(&secret), "{secret} as {form:?}");
        }
        for ahead in 0..3 {
            let text = [&b"xyz"[..ahead], secret.as_bytes(), b"abc"].concat();
            let whole = text.len() / 3 * 3;
            ensure!(
                leaks(&base64(&text[..whole])).contains(&secret),
                "{secret} behind {ahead} in base64"
            );
        }
    }
    ensure!(base64(b"Man") == b"TWFu" && leaks(b"nothing").is_empty());
    Ok(())
}
