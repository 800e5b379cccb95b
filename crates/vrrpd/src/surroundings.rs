//! What a configuration may ask about this host.

mod default_route;
mod program;

use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use ipnet::Ipv4Net;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::{Interface, if_nameindex};
use nix::unistd::{Gid, Group, User, geteuid, getgrouplist};
use vrrp_checks::Identity;
use vrrp_config::{Program, Surroundings};

/// The host that this process runs on, in its network namespace.
pub(crate) struct Host;

impl Surroundings for Host {
    fn hostname(&self) -> Option<String> {
        nix::unistd::gethostname()
            .ok()?
            .into_string()
            .ok()
            .filter(|name| !name.is_empty())
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = std::env::var_os(name)?;
        Some(value.to_string_lossy().into_owned())
    }

    fn variables(&self) -> Vec<String> {
        let names = std::env::vars_os().map(|(name, _)| name);
        names.filter_map(|name| name.into_string().ok()).collect()
    }

    /// The kernel lists the primary addresses of an interface in the order in which they were added: the host's own
    /// comes before a virtual one that was left behind.
    fn addresses(&self, interface: &str) -> Vec<Ipv4Net> {
        let entries = getifaddrs().into_iter().flatten();
        entries
            .filter(|entry| entry.interface_name == interface)
            .filter_map(|entry| {
                let mask = entry.netmask.as_ref()?.as_sockaddr_in()?.ip();
                Ipv4Net::with_netmask(ipv4(&entry)?, mask).ok()
            })
            .collect()
    }

    fn interfaces(&self) -> Vec<String> {
        let interfaces = if_nameindex().map(|found| found.to_slice().iter().map(name).collect());
        let interfaces: Vec<String> = interfaces.unwrap_or_default();
        interfaces.into_iter().filter(|name| name != "lo").collect()
    }

    fn default_interface(&self) -> Option<String> {
        default_route::interface(&std::fs::read_to_string("/proc/net/route").ok()?)
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        let entries = getifaddrs().into_iter().flatten();
        entries
            .filter_map(|entry| ipv4(&entry).map(IpAddr::V4).or_else(|| ipv6(&entry)))
            .collect()
    }

    fn user(&self, name: &str) -> Option<Identity> {
        let user = User::from_name(name).ok().flatten()?;
        let groups = getgrouplist(&CString::new(user.name.as_str()).ok()?, user.gid).ok()?;
        Some(Identity {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            groups: groups
                .into_iter()
                .filter(|&group| group != user.gid)
                .map(Gid::as_raw)
                .collect(),
            home: user.dir,
        })
    }

    fn group(&self, name: &str) -> Option<u32> {
        let group = Group::from_name(name).ok().flatten()?;
        Some(group.gid.as_raw())
    }

    fn is_root(&self) -> bool {
        geteuid().is_root()
    }

    fn program(&self, path: &Path, user: Option<&Identity>) -> Program {
        program::at(path, user)
    }
}

fn name(interface: &Interface) -> String {
    interface.name().to_string_lossy().into_owned()
}

fn ipv4(entry: &InterfaceAddress) -> Option<Ipv4Addr> {
    Some(entry.address.as_ref()?.as_sockaddr_in()?.ip())
}

fn ipv6(entry: &InterfaceAddress) -> Option<IpAddr> {
    Some(IpAddr::V6(entry.address.as_ref()?.as_sockaddr_in6()?.ip()))
}
