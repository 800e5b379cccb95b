use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::run::service::metrics::tests::small;

#[test]
fn states_stand_in_lines_that_probes_look_for() {
    let text = states(&small::status());
    assert!(
        text.contains("\n VRRP Instance = web\n   State = MASTER\n"),
        "{text}"
    );
    assert!(
        text.contains("\n VRRP Sync Group = all\n   State = MASTER\n"),
        "{text}"
    );
    assert!(
        text.contains("   Virtual IP = 10.77.0.101/32 dev eth0 (not set)\n"),
        "{text}"
    );
}

#[test]
fn counters_stand_under_the_name_of_their_router() {
    let status = small::status();
    let text = counters(&status);
    let sent = status.routers[0].counters.adverts_sent;
    assert!(text.contains("VRRP Instance: web\n"), "{text}");
    assert!(text.contains(&format!("    Sent: {sent}\n")), "{text}");
}

#[test]
fn a_link_that_somebody_has_laid_there_is_replaced_and_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (victim, path) = (
        directory.path().join("victim"),
        directory.path().join("keepalived.data"),
    );
    std::fs::write(&victim, "untouched").unwrap();
    symlink(&victim, &path).unwrap();
    write(&path, "new").unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "untouched");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    let mode = std::fs::symlink_metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        2,
        "nothing else is left there"
    );
}

#[test]
fn a_pod_has_them_where_keepalived_puts_them() {
    let directory = Path::new("/run/vrrpd");
    assert_eq!(
        Places::new("lb", directory, false).states,
        directory.join("lb.data")
    );
    assert!(
        Places::new("lb", directory, true)
            .states
            .ends_with("keepalived.data")
    );
}
