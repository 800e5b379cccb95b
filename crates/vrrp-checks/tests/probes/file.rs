//! What a file says.

use tempfile::TempDir;
use vrrp_checks::{Probe, Standing, StateFile};

use super::{Watch, failing, often};

#[tokio::test]
async fn what_is_written_is_told_at_once() {
    let room = TempDir::new().expect("a directory");
    let path = room.path().join("drain");
    let write = |content: &str| {
        // Renamed over the old one, as careful programs do: nobody reads half a file.
        let new = room.path().join("new");
        std::fs::write(&new, content).expect("a file");
        std::fs::rename(new, &path).expect("the file");
    };
    let mut watch = Watch::over(often(Probe::File(StateFile {
        path: path.clone(),
        presence: false,
    })));
    assert_eq!(watch.next().await, Standing::Value(0), "it is missing");
    write("5\n");
    assert_eq!(watch.next().await, Standing::Value(5));
    write("-250");
    assert_eq!(watch.next().await, Standing::Value(-250));
    write("abc");
    assert_eq!(
        watch.next().await,
        failing(format!(r#"{}: not a whole number: "abc""#, path.display()))
    );
    std::fs::remove_file(&path).expect("the end of the file");
    assert_eq!(watch.next().await, Standing::Value(0));
}

#[tokio::test]
async fn presence_is_told() {
    let room = TempDir::new().expect("a directory");
    let path = room.path().join("maintenance");
    let mut watch = Watch::over(often(Probe::File(StateFile {
        path: path.clone(),
        presence: true,
    })));
    assert_eq!(watch.next().await, Standing::Value(0));
    std::fs::write(&path, "").expect("the file");
    assert_eq!(watch.next().await, Standing::Value(1));
    std::fs::remove_file(&path).expect("the end of the file");
    assert_eq!(watch.next().await, Standing::Value(0));
}
