//! A new process, made into a script that has nothing of the daemon's.

#![expect(
    unsafe_code,
    reason = "what a new process does before it becomes the script is unsafe to say in Rust"
)]

use core::ptr;
use std::ffi::{CString, c_char};
use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use nix::libc;
use nix::sys::signal::SigSet;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Gid, Pid, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::Job;
use super::giver::{Giver, set_of};
use super::refusal::{Refusal, Step, explain};
use crate::Identity;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A script that runs, in a session of its own.
#[derive(Debug)]
pub(super) struct Launched {
    /// The process, and the group and session that it leads.
    pub(super) pid: Pid,
    /// What it and its children write: both outputs. Reading never blocks.
    pub(super) output: OwnedFd,
}

/// Every signal that is ignored does again what it does by default: scripts inherit which ones are ignored.
///
/// `SIGPIPE` stays ignored; the standard library gives a new process the default.
pub(super) fn default_dispositions() -> io::Result<()> {
    for number in (1..=64).filter(|number| ![libc::SIGKILL, libc::SIGSTOP, libc::SIGPIPE].contains(number)) {
        if disposition(number, None)? == libc::SIG_IGN {
            disposition(number, Some(libc::SIG_DFL))?;
        }
    }
    Ok(())
}

/// Sets what a signal does, if it is given, and returns what it did.
///
/// The kernel itself is asked: the C library keeps two signals for itself and does not speak of them, but a daemon
/// can be started with these ignored, too.
fn disposition(number: libc::c_int, new: Option<libc::sighandler_t>) -> io::Result<libc::sighandler_t> {
    // Handler, flags, restorer, mask: each a word here, or less.
    let new = new.map(|handler| [handler, 0, 0, 0, 0, 0]);
    let mut old: [libc::sighandler_t; 6] = [0; 6];
    // SAFETY: the kernel reads the first structure, if there is one, and writes the second; it has four words of
    // which the last takes eight bytes, as the length says, so six words are enough everywhere. No function of this
    // process becomes a handler.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            number,
            new.as_ref().map_or(ptr::null(), |new| new.as_ptr()),
            old.as_mut_ptr(),
            size_of::<u64>(),
        )
    };
    if answer == 0 {
        let [handler, ..] = old;
        Ok(handler)
    } else {
        Err(io::Error::last_os_error())
    }
}

/// No descriptor but the standard ones is inherited by scripts, whoever left it open.
pub(super) fn close_on_exec() -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")? {
        let number = entry?.file_name().to_string_lossy().parse::<RawFd>();
        let Some(number) = number.ok().filter(|&number| number > 2) else {
            continue;
        };
        // SAFETY: it was open just now and there is one thread; it is borrowed for one call. (The directory's own
        // descriptor is among them, and as good.)
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)?;
    }
    Ok(())
}

/// Starts a script.
pub(super) fn launch(job: &Job, giver: &Giver) -> Result<Launched, Refusal> {
    let path = job.script.argv.first().map(String::as_str).unwrap_or_default();
    if !path.starts_with('/') {
        return Err(Refusal::Relative(path.to_owned()));
    }
    let become_user = job.script.user.as_ref().filter(|identity| !giver.is(identity));
    let capabilities = set_of(job.script.capabilities);
    giver.check(become_user, capabilities)?;

    let transformation = Transformation {
        program: Program::new(job, giver)?,
        identity: become_user.map(Switch::to),
        capabilities,
        root: job
            .script
            .user
            .as_ref()
            .map_or(giver.uid, |identity| identity.uid)
            == 0,
        dies_with: job.ends_with_daemon.then_some(giver.pid),
    };
    let user = job
        .script
        .user
        .as_ref()
        .map_or(giver.name.as_str(), |identity| identity.name.as_str());
    start(transformation).map_err(|error| {
        let (step, errno) = Step::of_number(error.raw_os_error().unwrap_or(libc::EIO));
        explain(step, errno, path, user)
    })
}

fn start(transformation: Transformation) -> io::Result<Launched> {
    let (output, writes) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    rustix::fs::fcntl_setfl(&output, OFlags::NONBLOCK)?;
    // The standard library forks, sets the standard descriptors and the directory, and tells what failed. It never
    // comes to start its own program: the transformation ends with another.
    let mut command = Command::new("/nonexistent");
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(writes.try_clone()?)
        .stderr(writes);
    // SAFETY: the closure only makes system calls, with what was prepared before the fork: it allocates nothing,
    // takes no lock and touches no other descriptor. (The runner has one thread, so not even that would be wrong.)
    unsafe { command.pre_exec(move || Err(transformation.carry_out())) };
    let child = command.spawn()?;
    // The server reaps it: it also has orphans to reap. Dropping the handle does not wait.
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(io::ErrorKind::InvalidData)?;
    Ok(Launched { pid, output })
}

/// What the new process makes of itself.
struct Transformation {
    program: Program,
    identity: Option<Switch>,
    capabilities: CapabilitySet,
    /// Whether it will be uid 0.
    root: bool,
    /// The runner, if the script is to be killed with it.
    dies_with: Option<Pid>,
}

/// Another user to become.
struct Switch {
    uid: Uid,
    gid: Gid,
    groups: Vec<Gid>,
}

impl Switch {
    fn to(identity: &Identity) -> Self {
        Self {
            uid: Uid::from_raw(identity.uid),
            gid: Gid::from_raw(identity.gid),
            groups: identity.groups.iter().copied().map(Gid::from_raw).collect(),
        }
    }
}

impl Transformation {
    /// Returns only if a step failed. Runs between `fork` and `execve`.
    fn carry_out(&self) -> io::Error {
        let (step, errno) = self.steps();
        io::Error::from_raw_os_error(step.number(errno.raw_os_error()))
    }

    fn steps(&self) -> (Step, Errno) {
        match self.prepare() {
            Ok(()) => (Step::Execute, self.program.execute()),
            Err(failed) => failed,
        }
    }

    fn prepare(&self) -> Result<(), (Step, Errno)> {
        let at = |step: Step| move |errno: Errno| (step, errno);
        SigSet::empty()
            .thread_set_mask()
            .map_err(|errno| (Step::SignalMask, Errno::from_raw_os_error(errno as i32)))?;
        // A session, and not only a group, so that there is no controlling terminal: Ctrl-C on the daemon's terminal
        // does not reach the script, and writing to /dev/tty cannot stop it. The session is a group, too.
        rustix::process::setsid().map_err(at(Step::Session))?;
        if let Some(identity) = &self.identity {
            if !self.capabilities.is_empty() {
                rustix::thread::set_keep_capabilities(true).map_err(at(Step::KeepCapabilities))?;
            }
            rustix::thread::set_thread_groups(&identity.groups).map_err(at(Step::Groups))?;
            rustix::thread::set_thread_gid(identity.gid).map_err(at(Step::Gid))?;
            rustix::thread::set_thread_uid(identity.uid).map_err(at(Step::Uid))?;
        }
        let sets = CapabilitySets {
            effective: self.capabilities,
            permitted: self.capabilities,
            inheritable: self.capabilities,
        };
        rustix::thread::set_capabilities(None, sets).map_err(at(Step::Capabilities))?;
        rustix::thread::clear_ambient_capability_set().map_err(at(Step::Ambient))?;
        for bit in 0..u64::BITS {
            let one = CapabilitySet::from_bits_retain(1 << bit);
            if self.capabilities.contains(one) {
                rustix::thread::configure_capability_in_ambient_set(one, true).map_err(at(Step::Ambient))?;
            }
        }
        if self.root {
            // Root gains everything by starting a program, unless it is said that nothing may be gained. Others keep
            // what set-uid programs and file capabilities give: sudo and ping must work.
            rustix::thread::set_no_new_privs(true).map_err(at(Step::NoNewPrivileges))?;
        }
        if let Some(runner) = self.dies_with {
            // Last: a change of user forgets it.
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
                .map_err(at(Step::DeathSignal))?;
            if rustix::process::getppid() != Some(runner) {
                return Err((Step::DeathSignal, Errno::SRCH));
            }
        }
        Ok(())
    }
}

/// A program with its arguments and environment, as the kernel takes them.
struct Program {
    argv: Texts,
    environment: Texts,
}

impl Program {
    fn new(job: &Job, giver: &Giver) -> Result<Self, Refusal> {
        let (name, home) = match &job.script.user {
            Some(identity) => (identity.name.as_str(), identity.home.as_path()),
            None => (giver.name.as_str(), giver.home.as_path()),
        };
        let own = [
            ("PATH", PATH.to_owned()),
            ("HOME", home.to_string_lossy().into_owned()),
            ("USER", name.to_owned()),
            ("LOGNAME", name.to_owned()),
        ];
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let of_job = job
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut environment: Vec<(&str, &str)> = own.chain(of_job).collect();
        for (name, value) in &giver.passed_on {
            if environment.iter().all(|(known, _)| known != name) {
                environment.push((name, value));
            }
        }
        let environment = environment.iter().map(|(name, value)| format!("{name}={value}"));
        let argv = job.script.argv.iter().chain(&job.arguments).cloned();
        Ok(Self {
            argv: Texts::new(argv)?,
            environment: Texts::new(environment)?,
        })
    }

    /// Returns only if it failed.
    ///
    /// Not the standard library's way: its `execvp` runs a file that is no program as a shell script, and what is no
    /// program must be reported.
    fn execute(&self) -> Errno {
        let argv = self.argv.pointers.as_ptr();
        let environment = self.environment.pointers.as_ptr();
        // SAFETY: both point to an array of pointers that ends with a null pointer, and each of the others to bytes
        // that end with NUL and are owned by `self`. `argv` is not empty, so its first is the path.
        unsafe { libc::execve(*argv, argv, environment) };
        Errno::from_raw_os_error(nix::errno::Errno::last_raw())
    }
}

/// NUL-terminated texts, and an array of pointers to them that ends with a null pointer.
struct Texts {
    pointers: Vec<*const c_char>,
    /// Owns what the pointers point to.
    _texts: Vec<CString>,
}

impl Texts {
    fn new(texts: impl Iterator<Item = String>) -> Result<Self, Refusal> {
        let texts: Vec<CString> = texts
            .map(|text| CString::new(text.as_str()).map_err(|_| Refusal::Nul(text)))
            .collect::<Result<_, _>>()?;
        let pointers = texts
            .iter()
            .map(|text| text.as_ptr())
            .chain([ptr::null()])
            .collect();
        Ok(Self {
            pointers,
            _texts: texts,
        })
    }
}

// SAFETY: the pointers point to the heap, into texts that the same value owns and never changes.
unsafe impl Send for Texts {}
// SAFETY: as above; nothing can be written through a shared reference.
unsafe impl Sync for Texts {}
