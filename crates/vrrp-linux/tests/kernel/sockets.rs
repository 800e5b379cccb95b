//! Adverts and gratuitous ARP on a real wire, as tcpdump sees them.

use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_linux::{ArpSocket, Doing, Moment, VrrpSocket, errno_meaning};
use vrrp_packet::{
    Authentication, Contents, Datagram, GROUP, MacAddress, Outgoing, Priority, Vrid, gratuitous,
};

use crate::lab::{Host, PATIENCE, name};

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const VIP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 100);

fn advert(source: Ipv4Addr, destination: Ipv4Addr) -> Vec<u8> {
    let contents = Contents {
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::DEFAULT.into(),
        interval: Duration::from_secs(1),
        authentication: Authentication::None,
        addresses: &[VIP],
        source,
        destination,
        ttl: 255,
    };
    Outgoing::new(&contents).unwrap().bytes().to_vec()
}

fn open(host: &Host, multicast: bool) -> VrrpSocket {
    let index = host.index("eth0");
    host.run(move || VrrpSocket::open(&name("eth0"), index, multicast).unwrap())
}

/// What a socket receives until it has `expected` packets, or nothing comes any more.
fn received(socket: &mut VrrpSocket, expected: usize) -> Vec<(Vec<u8>, Duration)> {
    let mut packets = Vec::new();
    while packets.len() < expected {
        let mut fds = [PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(1_000_u16)).unwrap() == 0 {
            break;
        }
        let now = Moment::now();
        let drained = socket
            .receive(now, 256, &mut |received| {
                assert!(!received.truncated);
                packets.push((received.packet.to_vec(), now.time.since(received.at)));
            })
            .unwrap();
        assert!(drained.empty);
    }
    packets
}

/// tcpdump on a host's eth0, which is listening when this returns.
struct Capture {
    child: Child,
    text: mpsc::Receiver<String>,
}

impl Capture {
    fn start(host: &Host, packets: usize, filter: &str) -> Self {
        let mut command = Command::new("tcpdump");
        command.args([
            "-nnvel",
            "--immediate-mode",
            "-i",
            "eth0",
            "-c",
            &packets.to_string(),
        ]);
        command
            .args(filter.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = host.run(move || command.spawn().expect("this suite needs tcpdump"));
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = errors.any(|line| line.unwrap().contains("listening on"));
        assert!(listening, "tcpdump does not listen");
        let mut output = child.stdout.take().unwrap();
        let (sender, text) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).unwrap();
            // Keeps reading, or the last words of tcpdump would find nobody.
            errors.for_each(drop);
            sender.send(text)
        });
        Self { child, text }
    }

    fn text(self) -> String {
        self.text
            .recv_timeout(PATIENCE)
            .expect("tcpdump has not seen what was to come")
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        drop(self.child.kill());
        self.child.wait().unwrap();
    }
}

#[test]
fn a_multicast_advert_arrives_as_it_was_sent_without_any_route() {
    let (a, b) = Host::pair();
    a.ip("route flush dev eth0");
    let (sender, mut receiver) = (open(&a, true), open(&b, true));
    let capture = Capture::start(&b, 1, "ip proto 112");
    let packet = advert(A, GROUP);
    sender.send(&packet, GROUP).unwrap();

    let packets = received(&mut receiver, 1);
    assert_eq!(packets.len(), 1);
    assert_eq!(packets[0].0, packet);
    assert!(packets[0].1 < Duration::from_secs(5), "{:?}", packets[0].1);
    let text = capture.text();
    for part in [
        "01:00:5e:00:00:12",
        "tos 0xc0",
        "ttl 255",
        "id 1,",
        "flags [none]",
        "proto VRRP (112)",
        "10.0.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype none, intvl 1s, length 20",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("bad"), "{text}");
}

#[test]
fn a_unicast_advert_arrives_with_and_without_the_group() {
    let (a, b) = Host::pair();
    let sender = open(&a, false);
    for multicast in [false, true] {
        let mut receiver = open(&b, multicast);
        let capture = Capture::start(&b, 1, "ip proto 112");
        let packet = advert(A, B);
        sender.send(&packet, B).unwrap();
        assert_eq!(received(&mut receiver, 1)[0].0, packet);
        let text = capture.text();
        for part in ["tos 0xc0", "ttl 255", "flags [none]", "10.0.0.1 > 10.0.0.2"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}

#[test]
fn a_socket_hears_neither_itself_nor_groups_it_has_not_joined() {
    let (a, b) = Host::pair();
    let (mut sender, mut joined, mut unicast) = (open(&a, true), open(&b, true), open(&b, false));
    sender.send(&advert(A, GROUP), GROUP).unwrap();
    // Somebody else's membership of another group is not ours.
    b.ip("addr add 239.1.2.3/32 dev eth0 autojoin");
    let other = Ipv4Addr::new(239, 1, 2, 3);
    sender.send(&advert(A, other), other).unwrap();
    sender.send(&advert(A, B), B).unwrap();
    let destinations = |socket: &mut VrrpSocket| -> Vec<Ipv4Addr> {
        let packets = received(socket, 3);
        packets
            .iter()
            .map(|(packet, _)| Datagram::decode(packet).unwrap().destination)
            .collect()
    };
    assert_eq!(destinations(&mut joined), [GROUP, B]);
    assert_eq!(destinations(&mut unicast), [B]);
    assert_eq!(destinations(&mut sender), [Ipv4Addr::UNSPECIFIED; 0]);
}

#[test]
fn a_burst_of_every_virtual_router_is_kept_and_read_in_order() {
    let (a, b) = Host::pair();
    let (sender, mut receiver) = (open(&a, true), open(&b, true));
    for number in 1..=1000_u16 {
        let mut packet = advert(A, GROUP);
        packet[4..6].copy_from_slice(&number.to_be_bytes());
        sender.send(&packet, GROUP).unwrap();
    }
    std::thread::sleep(Duration::from_millis(50));
    let now = Moment::now();
    let mut numbers = Vec::new();
    let limits = [1, 31, 32, 33, 100, 256, 1000];
    for (limit, empty) in limits
        .into_iter()
        .zip([false, false, false, false, false, false, true])
    {
        let before = numbers.len();
        let drained = receiver
            .receive(now, limit, &mut |received| {
                assert!(now.time.since(received.at) < Duration::from_secs(5));
                numbers.push(Datagram::decode(received.packet).unwrap().id);
            })
            .unwrap();
        assert_eq!((drained.count, drained.empty), (numbers.len() - before, empty));
        assert!(drained.count <= limit);
    }
    assert_eq!(numbers, (1..=1000).collect::<Vec<u16>>());
    let drained = receiver
        .receive(now, 256, &mut |_| panic!("nothing is left"))
        .unwrap();
    assert_eq!((drained.count, drained.empty), (0, true));
}

#[test]
fn a_packet_longer_than_any_advert_says_so() {
    let (a, b) = Host::pair();
    for host in [&a, &b] {
        host.ip("link set eth0 mtu 4000");
    }
    let (sender, mut receiver) = (open(&a, true), open(&b, true));
    let mut packet = advert(A, GROUP);
    packet.resize(3000, 0);
    sender.send(&packet, GROUP).unwrap();
    let mut fds = [PollFd::new(receiver.as_fd(), PollFlags::POLLIN)];
    assert_eq!(poll(&mut fds, PollTimeout::from(5_000_u16)).unwrap(), 1);
    let mut truncated = Vec::new();
    receiver
        .receive(Moment::now(), 256, &mut |received| {
            truncated.push((received.truncated, received.packet.len()));
        })
        .unwrap();
    assert_eq!(truncated, [(true, 2048)]);
}

#[test]
fn a_link_that_is_down_or_gone_is_an_error_with_a_meaning() {
    let (a, _b) = Host::pair();
    let sender = open(&a, true);
    let arp = a.run(|| ArpSocket::open().unwrap());
    let index = a.index("eth0");
    a.ip("link set eth0 down");
    for errno in [
        sender
            .send(&advert(A, GROUP), GROUP)
            .unwrap_err()
            .raw_os_error()
            .unwrap(),
        arp.send(index, &gratuitous(MacAddress([2; 6]), VIP))
            .unwrap_err()
            .raw_os_error()
            .unwrap(),
    ] {
        let meaning = errno_meaning(Doing::Send, errno);
        assert!(meaning.contains("down"), "{errno}: {meaning}");
    }
    a.ip("link del eth0");
    for errno in [
        sender
            .send(&advert(A, GROUP), GROUP)
            .unwrap_err()
            .raw_os_error()
            .unwrap(),
        arp.send(index, &gratuitous(MacAddress([2; 6]), VIP))
            .unwrap_err()
            .raw_os_error()
            .unwrap(),
    ] {
        let meaning = errno_meaning(Doing::Send, errno);
        assert!(meaning.contains("no such interface"), "{errno}: {meaning}");
    }
}

#[test]
fn a_socket_for_a_missing_interface_is_refused() {
    let host = Host::new();
    let error = host
        .run(|| VrrpSocket::open(&name("eth9"), 99, true).map(drop))
        .unwrap_err();
    assert_eq!(error.errno(), Some(libc::ENODEV));
    let text = error.to_string();
    assert!(
        text.contains("SO_BINDTODEVICE") && text.contains("check `ip link`"),
        "{text}"
    );
}

#[test]
fn gratuitous_arp_is_broadcast_and_the_neighbour_learns_from_it() {
    let (a, b) = Host::pair();
    let index = a.index("eth0");
    let mac = MacAddress([0x02, 0, 0, 0, 0, 0x51]);
    // A neighbour that knows the address under another MAC.
    b.ip("neigh add 10.0.0.100 lladdr 02:00:00:00:00:99 dev eth0 nud stale");
    let capture = Capture::start(&b, 1, "arp");
    a.run(move || {
        ArpSocket::open()
            .unwrap()
            .send(index, &gratuitous(mac, VIP))
            .unwrap();
    });
    let text = capture.text();
    for part in [
        "02:00:00:00:00:51 > ff:ff:ff:ff:ff:ff",
        "length 42",
        "Request who-has 10.0.0.100",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains("tell 10.0.0.100"), "{text}");
    crate::lab::eventually("the neighbour learns", || {
        b.ip("neigh show 10.0.0.100").contains("02:00:00:00:00:51")
    });
}

#[test]
fn a_packet_is_as_old_as_it_was_when_the_clock_was_read() {
    let (a, b) = Host::pair();
    let (sender, mut receiver) = (open(&a, true), open(&b, true));
    let mut arrivals = |before: &dyn Fn() -> Moment| {
        sender.send(&advert(A, GROUP), GROUP).unwrap();
        let now = before();
        let mut arrivals = Vec::new();
        receiver
            .receive(now, 256, &mut |received| {
                arrivals.push(now.time.since(received.at));
            })
            .unwrap();
        assert_eq!(arrivals.len(), 1);
        arrivals[0]
    };
    let pause = Duration::from_millis(30);
    let old = arrivals(&|| {
        std::thread::sleep(pause);
        Moment::now()
    });
    assert!(old >= pause, "it waited {old:?} to be read");
    // The reader was kept from running between its look at the clock and its reading of the socket.
    let young = arrivals(&|| {
        let now = Moment::now();
        std::thread::sleep(pause);
        now
    });
    assert!(young < pause, "that pause does not make it {young:?} old");
}
