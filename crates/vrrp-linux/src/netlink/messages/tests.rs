use netlink_packet_core::{NLM_F_REPLACE, NetlinkDeserializable, NetlinkSerializable};

use super::*;

/// Through the kernel's format and back.
fn wire(message: &Message) -> RouteNetlinkMessage {
    let NetlinkPayload::InnerMessage(inner) = &message.payload else {
        panic!("{message:?}")
    };
    let mut bytes = vec![0xa5; NetlinkSerializable::buffer_len(inner)];
    NetlinkSerializable::serialize(inner, &mut bytes);
    let mut header = NetlinkHeader::default();
    header.message_type = NetlinkSerializable::message_type(inner);
    RouteNetlinkMessage::deserialize(&header, &bytes).unwrap()
}

fn link_message(family: AddressFamily, flags: LinkFlags) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.interface_family = family;
    message.header.index = 2;
    message.header.flags = flags;
    message.attributes = vec![
        LinkAttribute::IfName("eth0".into()),
        LinkAttribute::Address(vec![2, 0, 0, 0, 0, 1]),
    ];
    message
}

const KEY: Key = Key {
    index: 2,
    address: IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 100)),
    prefix: 32,
};

#[test]
fn a_link_runs_only_with_all_three_flags() {
    let all = LinkFlags::Up | LinkFlags::Running | LinkFlags::LowerUp;
    for (flags, up, running) in [
        (all, true, true),
        (all - LinkFlags::Up, false, false),
        (all - LinkFlags::Running, true, false),
        (all - LinkFlags::LowerUp, true, false),
    ] {
        let link = link(&link_message(AddressFamily::Unspec, flags)).unwrap();
        assert_eq!((link.up, link.running), (up, running), "{flags:?}");
        assert_eq!(
            (link.name.as_str(), link.mac),
            ("eth0", Some(MacAddress([2, 0, 0, 0, 0, 1])))
        );
        assert!(link.arp && !link.loopback);
    }
}

#[test]
fn an_interface_that_leaves_a_bridge_is_not_gone() {
    let left = RouteNetlinkMessage::DelLink(link_message(AddressFamily::Bridge, LinkFlags::Up));
    assert_eq!(change(&left), None);
    let gone = RouteNetlinkMessage::DelLink(link_message(AddressFamily::Unspec, LinkFlags::Up));
    assert_eq!(change(&gone), Some(NetworkChange::LinkGone { index: 2 }));
}

#[test]
fn a_link_without_ethernet_has_no_mac() {
    let mut message = link_message(AddressFamily::Unspec, LinkFlags::Up);
    message.attributes = vec![
        LinkAttribute::IfName("tun0".into()),
        LinkAttribute::Address(vec![]),
    ];
    assert_eq!(link(&message).unwrap().mac, None);
}

#[test]
fn an_added_address_has_our_mark_and_replaces_nothing() {
    let message = add(KEY, Some("eth0:web"));
    let flags = message.header.flags;
    assert_eq!(flags & NLM_F_REPLACE, 0);
    assert_eq!(flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    let RouteNetlinkMessage::NewAddress(sent) = wire(&message) else {
        panic!("{message:?}")
    };
    assert_eq!(sent.header.scope, AddressScope::Universe);
    let present = present(&sent).unwrap();
    assert_eq!((present.key, present.mark), (KEY, Some(OUR_MARK)));
    assert_eq!(present.label.as_deref(), Some("eth0:web"));
    assert!(
        !sent
            .attributes
            .iter()
            .any(|attribute| matches!(attribute, AddressAttribute::Broadcast(_)))
    );
}

#[test]
fn the_local_end_of_a_point_to_point_link_is_the_address() {
    let mut message = address(KEY);
    message.attributes = vec![
        AddressAttribute::Address("10.0.0.2".parse().unwrap()),
        AddressAttribute::Local(KEY.address),
    ];
    assert_eq!(assigned(&message).unwrap().address, KEY.address);
}

#[test]
fn a_restored_address_is_what_it_was_but_no_secondary() {
    let mut was = address(KEY);
    was.header.flags = AddressHeaderFlags::Secondary | AddressHeaderFlags::Permanent;
    was.attributes.push(AddressAttribute::Flags(
        AddressFlags::Secondary | AddressFlags::Noprefixroute,
    ));
    was.attributes
        .push(AddressAttribute::Protocol(AddressProtocol::Other(4)));
    let RouteNetlinkMessage::NewAddress(sent) = wire(&restore(KEY, &[was]).unwrap()) else {
        panic!("another message")
    };
    let restored = assigned(&sent).unwrap();
    assert!(!restored.secondary);
    assert_eq!(restored.mark, Some(4));
    assert!(
        sent.attributes
            .contains(&AddressAttribute::Flags(AddressFlags::Noprefixroute))
    );
}

#[test]
fn the_mark_zero_is_no_mark() {
    let mut message = address(KEY);
    message
        .attributes
        .push(AddressAttribute::Protocol(AddressProtocol::Other(0)));
    assert_eq!(assigned(&message).unwrap().mark, None);
}

#[test]
fn a_link_is_asked_for_by_its_name_and_acknowledged() {
    let message = get_link(&InterfaceName::new("eth0").unwrap());
    assert_eq!(message.header.flags, NLM_F_REQUEST | NLM_F_ACK);
    let RouteNetlinkMessage::GetLink(asked) = wire(&message) else {
        panic!("{message:?}")
    };
    assert_eq!(asked.header.index, 0);
    assert_eq!(asked.attributes, [LinkAttribute::IfName("eth0".into())]);
}
