use core::num::NonZeroU32;
use std::io::ErrorKind;
use std::process::{Child, Command};

use tempfile::TempDir;
use tokio::time::{advance, pause, timeout};

use super::*;

/// Children of a name that nobody else has; they end with this value.
struct Family {
    room: TempDir,
    name: String,
    children: Vec<Child>,
}

impl Family {
    fn new(name: &str) -> Self {
        let room = TempDir::new().expect("a temporary directory");
        let name = format!("{name}{}", std::process::id());
        std::fs::copy("/bin/sleep", room.path().join(&name)).expect("/bin/sleep");
        Self {
            room,
            name,
            children: Vec::new(),
        }
    }

    fn start(&mut self) -> &mut Self {
        let mut command = Command::new(self.room.path().join(&self.name));
        command.arg("1000");
        let child = loop {
            match command.spawn() {
                // Another test that has just forked may still have our copy open for writing.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                child => break child.expect("a child"),
            }
        };
        self.children.push(child);
        self
    }

    /// Ends one, without asking for its status if it is to stay a zombie.
    fn end(&mut self, index: usize, zombie: bool) -> Pid {
        let child = &mut self.children[index];
        child.kill().expect("a living child");
        let pid = Pid::from_child(child);
        if zombie {
            while rustix::process::waitid(
                rustix::process::WaitId::Pid(pid),
                rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT,
            )
            .expect("a child")
            .is_none()
            {}
        } else {
            child.wait().expect("its status");
        }
        pid
    }

    fn wanted(&self, min: u32) -> Processes {
        Processes {
            name: self.name.clone(),
            min: NonZeroU32::new(min).expect("more than zero"),
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended before.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn reason(result: Result<Option<Lives>, Failure>) -> String {
    result.expect_err("too few").to_string()
}

#[tokio::test]
async fn they_are_counted() {
    let mut family = Family::new("counted-");
    let name = family.name.clone();
    assert_eq!(
        reason(Census::default().run(&family.wanted(1), &[]).await),
        format!("no process named {name} runs (1 wanted)")
    );
    family.start();
    assert!(Census::default().run(&family.wanted(1), &[]).await.is_ok());
    assert_eq!(
        reason(Census::default().run(&family.wanted(3), &[]).await),
        format!("1 process named {name} runs, 3 wanted")
    );
    family.start();
    assert!(Census::default().run(&family.wanted(2), &[]).await.is_ok());
    family.end(0, true);
    assert_eq!(
        reason(Census::default().run(&family.wanted(2), &[]).await),
        format!("1 process named {name} runs, 2 wanted"),
        "a zombie does not count"
    );
}

#[tokio::test]
async fn long_names_are_found_by_what_the_kernel_keeps_and_by_the_whole() {
    let mut family = Family::new("a-name-of-more-than-fifteen-bytes-");
    family.start();
    let cases = [
        (family.name.as_str(), true),
        // As ps shows it, and a part of that.
        ("a-name-of-more-", true),
        ("a-name-of-more", false),
    ];
    for (name, found) in cases {
        let wanted = Processes {
            name: name.to_owned(),
            ..family.wanted(1)
        };
        assert_eq!(Census::default().run(&wanted, &[]).await.is_ok(), found, "{name}");
    }
}

#[tokio::test]
async fn one_look_serves_all_checks_for_a_moment() {
    pause();
    let mut family = Family::new("look-");
    let census = Census::default();
    assert!(census.run(&family.wanted(1), &[]).await.is_err());
    family.start();
    assert!(
        census.run(&family.wanted(1), &[]).await.is_err(),
        "the look was shared"
    );
    advance(FRESH).await;
    assert!(
        census.run(&family.wanted(1), &[]).await.is_ok(),
        "the look was too old"
    );
    let ended = family.end(0, false);
    assert!(
        census.run(&family.wanted(1), &[]).await.is_ok(),
        "the look was shared"
    );
    assert!(
        census.run(&family.wanted(1), &[ended]).await.is_err(),
        "the look knew one that has ended"
    );
}

/// Long enough to be sure that nothing comes.
const MOMENT: Duration = Duration::from_millis(300);
/// Never reached, unless something is broken.
const FOREVER: Duration = Duration::from_mins(1);

async fn passes(family: &Family, min: u32) -> Lives {
    Census::default()
        .run(&family.wanted(min), &[])
        .await
        .expect("enough processes")
        .expect("a kernel with pidfd_open")
}

#[tokio::test]
async fn the_last_one_that_may_end_is_noticed() {
    let mut family = Family::new("noticed-");
    family.start().start().start();
    let lives = passes(&family, 2).await;
    let mut waiting = Box::pin(lives.too_few());
    assert!(timeout(MOMENT, &mut waiting).await.is_err(), "all live");
    let first = family.end(0, true);
    assert!(timeout(MOMENT, &mut waiting).await.is_err(), "two are enough");
    let second = family.end(2, false);
    let ended = timeout(FOREVER, waiting).await.expect("one is too few");
    assert_eq!(ended, [first, second]);
}

#[tokio::test]
async fn one_that_ends_between_look_and_hold_is_noticed() {
    let mut family = Family::new("between-");
    family.start();
    let census = Census::default();
    assert!(census.run(&family.wanted(1), &[]).await.is_ok());
    let ended = family.end(0, false);
    let lives = census.run(&family.wanted(1), &[]).await.expect("the same look");
    let noticed = timeout(FOREVER, lives.expect("something to wait for").too_few()).await;
    assert_eq!(noticed.expect("it is gone"), [ended]);
}

#[tokio::test]
async fn too_many_are_not_held_and_what_was_held_is_given_back() {
    let mut family = Family::new("many-");
    for _ in 0..16 {
        family.start();
    }
    let census = Census::default();
    let room = || census.room.available_permits();
    let held = census
        .run(&family.wanted(1), &[])
        .await
        .expect("enough")
        .expect("not too many");
    assert_eq!(room(), HELD - 16);
    drop(held);
    assert_eq!(room(), HELD);
    let mut full = Vec::new();
    for _ in 0..HELD / 16 {
        full.push(
            census
                .run(&family.wanted(1), &[])
                .await
                .expect("enough")
                .expect("room"),
        );
    }
    assert!(
        census
            .run(&family.wanted(1), &[])
            .await
            .expect("enough")
            .is_none(),
        "there is no room"
    );
    drop(full);
    family.start();
    assert!(
        Census::default()
            .run(&family.wanted(1), &[])
            .await
            .expect("enough")
            .is_none(),
        "17 are too many"
    );
}
