use super::*;

fn key(index: u32, address: &str) -> Key {
    Key {
        index,
        address: address.parse().unwrap(),
        prefix: 32,
    }
}

fn eth0() -> InterfaceName {
    InterfaceName::new("eth0").unwrap()
}

fn written(directory: &Path, name: &str, addresses: &[Key]) -> Ledger {
    let mut ledger = Ledger::open(directory, name, false).unwrap();
    for key in addresses {
        ledger.add(*key, &eth0());
    }
    ledger.save();
    ledger
}

#[test]
fn the_next_run_reads_what_this_one_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let keys = [key(2, "10.0.0.100"), key(2, "10.0.0.101")];
    let mut ledger = written(directory.path(), "web", &keys);
    ledger.remove(&keys[0]);
    ledger.save();
    drop(ledger);

    let ledger = Ledger::open(directory.path(), "web", false).unwrap();
    assert_eq!(ledger.keys(), BTreeSet::from([keys[1]]));
    assert_eq!(ledger.interface(&keys[1]), Some(&eth0()));
    assert_eq!(ledger.places().get(&(&eth0(), keys[1].address)), Some(&2));
}

#[test]
fn an_empty_list_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut ledger = written(directory.path(), "web", &[key(2, "10.0.0.100")]);
    assert!(list_path(directory.path(), "web").exists());
    ledger.retain(|_| false);
    ledger.save();
    assert!(!list_path(directory.path(), "web").exists());
}

#[test]
fn a_name_is_taken_as_long_as_its_daemon_runs() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ledger::open(directory.path(), "web", false).unwrap();
    match Ledger::open(directory.path(), "web", false) {
        Err(StartError::AlreadyRunning { name, pid, lock }) => {
            assert_eq!((name.as_str(), pid), ("web", Some(std::process::id())));
            assert_eq!(lock, directory.path().join("web.lock"));
        }
        other => panic!("{other:?}"),
    }
    assert!(Ledger::open(directory.path(), "db", false).is_ok());
    drop(first);
    assert!(Ledger::open(directory.path(), "web", false).is_ok());
}

#[test]
fn others_are_those_that_run() {
    let directory = tempfile::tempdir().unwrap();
    let mut ours = written(directory.path(), "web", &[key(2, "10.0.0.100")]);
    let mut theirs = written(directory.path(), "db", &[key(2, "10.0.0.101")]);
    assert_eq!(ours.others(), BTreeSet::from([key(2, "10.0.0.101")]));
    assert_eq!(theirs.others(), BTreeSet::from([key(2, "10.0.0.100")]));
    drop(theirs);
    assert_eq!(ours.others(), BTreeSet::new());
}

#[test]
fn a_list_from_another_network_namespace_or_layout_or_a_damaged_one_is_empty() {
    let directory = tempfile::tempdir().unwrap();
    let path = list_path(directory.path(), "web");
    let entries = BTreeMap::from([(key(2, "10.0.0.100"), eth0())]);
    write(&path, 7, &entries).unwrap();
    assert_eq!(read(&path, 7), entries);
    assert_eq!(read(&path, 8), BTreeMap::new());

    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"version\":1", "\"version\":2")).unwrap();
    assert_eq!(read(&path, 7), BTreeMap::new());
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    assert_eq!(read(&path, 7), BTreeMap::new());
}

#[test]
fn a_directory_that_cannot_be_made_leaves_a_list_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let mut ledger = Ledger::open(&blocked, "web", false).unwrap();
    ledger.add(key(2, "10.0.0.100"), &eth0());
    ledger.save();
    assert_eq!(ledger.keys(), BTreeSet::from([key(2, "10.0.0.100")]));
    assert_eq!(ledger.others(), BTreeSet::new());
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["", ".", "..", "../web", "a/b", ".web"] {
        assert!(
            matches!(
                Ledger::open(directory.path(), name, false),
                Err(StartError::Name { .. })
            ),
            "{name}"
        );
    }
}

#[test]
fn a_list_that_cannot_be_written_is_written_later() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("state");
    let key = key(2, "10.0.0.100");
    let mut ledger = written(&directory, "web", &[]);
    assert!(ledger.is_saved());
    fs::remove_dir_all(&directory).unwrap();
    ledger.add(key, &eth0());
    ledger.save();
    assert!(!ledger.is_saved());
    assert_eq!(ledger.keys(), BTreeSet::from([key]));

    fs::create_dir(&directory).unwrap();
    ledger.save();
    assert!(ledger.is_saved());
    let listed = read(&list_path(&directory, "web"), ledger.network);
    assert_eq!(listed.into_keys().collect::<Vec<_>>(), [key]);
}

#[test]
fn the_advice_fits_the_reason() {
    let advice = |errno| remedy(&io::Error::from_raw_os_error(errno));
    assert!(advice(libc::EMFILE).contains("LimitNOFILE"));
    assert!(advice(libc::EACCES).contains("writable"));
}
