//! The Internet checksum (RFC 1071), and how to mend it when one word changes (RFC 1624).

#[cfg(test)]
mod tests;

/// The sum of all 16-bit words in network order, carries not yet folded in; an odd last byte counts as if a zero
/// followed. Bytes that fit an IP packet, 65,535 at the most, cannot overflow it.
pub(crate) fn sum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<2>();
    let whole: u32 = words
        .iter()
        .map(|&word| u32::from(u16::from_be_bytes(word)))
        .sum();
    rest.iter().fold(whole, |sum, &last| sum + (u32::from(last) << 8))
}

/// The checksum that goes with a sum over everything but the checksum field: 0 for a sum over a whole, sound message.
pub(crate) const fn finish(mut sum: u32) -> u16 {
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the loop leaves 16 bits")]
    let folded = sum as u16;
    !folded
}

/// What the checksum becomes when the word `old` becomes `new`: equation 3 of RFC 1624.
///
/// It is exactly what a new computation would give, as long as the message is not all zeros (an advert begins with
/// its version, an IPv4 header too).
pub(crate) const fn replace(checksum: u16, old: u16, new: u16) -> u16 {
    finish(!checksum as u32 + !old as u32 + new as u32)
}
