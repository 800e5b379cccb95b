//! An oracle for adverts: RFC 3768 section 7.1 read a second time, by index and without a single line of vrrp-packet.

/// The fields of an advert that keeps the rules which need no context.
#[derive(Debug, PartialEq, Eq)]
pub struct Fields {
    /// Virtual router identifier.
    pub vrid: u8,
    /// Priority.
    pub priority: u8,
    /// Authentication type.
    pub authentication: u8,
    /// Interval in seconds.
    pub interval: u8,
    /// The addresses.
    pub addresses: Vec<[u8; 4]>,
    /// The authentication data.
    pub data: [u8; 8],
}

/// The fields, or `None` if a rule is broken.
#[must_use]
pub fn advert(bytes: &[u8]) -> Option<Fields> {
    if bytes.len() < 8 || bytes[0] != 0x21 || bytes[1] == 0 {
        return None;
    }
    let count = usize::from(bytes[3]);
    let length = 8 + 4 * count + 8;
    // Ethernet fills a packet up to 46 bytes, 20 of which are the IP header.
    if bytes.len() < length || (bytes.len() > length && bytes.len() > 26) {
        return None;
    }
    // The sum over all 16-bit words, with the carries added in, is all ones.
    let mut sum = 0_u64;
    for i in (0..length).step_by(2) {
        sum += u64::from(bytes[i]) * 256 + u64::from(bytes[i + 1]);
    }
    if !sum.is_multiple_of(0xffff) || sum == 0 {
        return None;
    }
    let address = |n: usize| [8, 9, 10, 11].map(|i| bytes[i + 4 * n]);
    Some(Fields {
        vrid: bytes[1],
        priority: bytes[2],
        authentication: bytes[4],
        interval: bytes[5],
        addresses: (0..count).map(address).collect(),
        data: core::array::from_fn(|i| bytes[length - 8 + i]),
    })
}
