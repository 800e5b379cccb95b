use super::*;

#[test]
fn the_effective_set_is_read_from_its_line() {
    let status =
        "Name:\tvrrpd\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000003000\nCapBnd:\t0000000000000000\n";
    let effective = effective(status).unwrap();
    assert!(Capability::NetAdmin.within(effective));
    assert!(Capability::NetRaw.within(effective));
    assert!(!Capability::IpcLock.within(effective));
    assert!(!Capability::SysNice.within(effective));
}

#[test]
fn a_status_without_the_line_or_with_other_text_has_no_set() {
    assert_eq!(effective("Name:\tvrrpd\n"), None);
    assert_eq!(effective("CapEff:\tnone\n"), None);
}

#[test]
fn names_are_the_kernels() {
    let all = [
        Capability::NetAdmin,
        Capability::NetRaw,
        Capability::IpcLock,
        Capability::SysNice,
    ];
    let names = all.map(|capability| capability.to_string());
    assert_eq!(
        names,
        ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_SYS_NICE"]
    );
}
