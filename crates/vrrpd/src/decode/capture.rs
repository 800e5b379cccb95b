//! Captures in pcap and pcapng format, read as they come: of a huge one, or one that is still being written, only a
//! piece is in memory.

#[cfg(test)]
mod tests;

use std::io::{self, Cursor, Read};
use std::time::{Duration, UNIX_EPOCH};

use pcap_parser::pcapng::Block;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};

/// How much is read at once. A longer packet makes the buffer grow.
const BUFFER: usize = 64 << 10;
/// A block longer than this is not one: its length is damaged.
const LONGEST_BLOCK: usize = 16 << 20;
/// How a pcapng capture begins.
const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// Why a capture cannot be read, or not to its end.
#[derive(thiserror::Error, Debug)]
pub(super) enum CaptureError {
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("it is empty; expected a capture in pcap or pcapng format, as `tcpdump -w FILE` writes it")]
    Empty,
    #[error(
        "it is compressed; expected a plain capture, so decompress it first: `zcat FILE | vrrpd decode -`"
    )]
    Compressed,
    #[error("it is not a capture; expected pcap or pcapng format, as `tcpdump -w FILE` writes it")]
    Unrecognized,
    #[error(
        "it ends within a packet or header that begins at byte {at}; expected a whole one. Was it copied while tcpdump was writing?"
    )]
    Truncated { at: usize },
    #[error("it is damaged at byte {at}: what stands there is no packet and no header of a capture")]
    Damaged { at: usize },
    #[error("it was taken on a link of type {}; expected Ethernet, Linux cooked, raw IP or loopback", link.0)]
    Link { link: Linktype },
}

/// A packet as it was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    /// Since 1970. pcapng has packets without a time.
    pub(super) time: Option<Duration>,
    /// Without its link header.
    pub(super) frame: super::link::Frame<'a>,
    /// How many bytes of the frame the capture holds.
    pub(super) kept: usize,
    /// How many bytes the frame had.
    pub(super) length: usize,
}

/// What reading a capture comes by.
pub(super) enum Step<'a> {
    Packet(Packet<'a>),
    /// The next read may have to wait for whoever writes the capture.
    Waiting,
}

/// Reads a capture to its end, or until `each` says "no more" by `false`.
///
/// # Errors
/// It is no capture, ends too early, or is damaged. Every packet before that was given to `each`.
pub(super) fn read(
    input: Box<dyn Read + Send>,
    mut each: impl FnMut(Step<'_>) -> bool,
) -> Result<(), CaptureError> {
    let mut reader = open(input)?;
    let mut interfaces = Interfaces::default();
    let mut capacity = BUFFER;
    loop {
        let at = reader.consumed();
        match reader.next() {
            Ok((length, block)) => {
                let more = match interfaces.packet(&block, at)? {
                    Some(packet) => each(Step::Packet(packet)),
                    None => true,
                };
                drop(block);
                reader.consume(length);
                if !more {
                    return Ok(());
                }
            }
            Err(PcapError::Eof) => return Ok(()),
            Err(PcapError::UnexpectedEof) => return Err(CaptureError::Truncated { at }),
            Err(PcapError::BufferTooSmall) => {
                capacity *= 2;
                if capacity > LONGEST_BLOCK || !reader.grow(capacity) {
                    return Err(CaptureError::Damaged { at });
                }
            }
            Err(PcapError::Incomplete(_)) => {
                if !each(Step::Waiting) {
                    return Ok(());
                }
                refill(reader.as_mut(), at)?;
            }
            Err(_) => return Err(CaptureError::Damaged { at }),
        }
    }
}

fn refill(reader: &mut dyn PcapReaderIterator, at: usize) -> Result<(), CaptureError> {
    let before = reader.data().len();
    // The parser does not hand on why a read failed.
    reader.refill().map_err(|_| io::Error::other("the read failed"))?;
    let stuck = reader.data().len() == before && !reader.reader_exhausted();
    if stuck {
        Err(CaptureError::Damaged { at })
    } else {
        Ok(())
    }
}

/// Reads the first header whole, which the parser wants from one read; a pipe gives it in pieces.
fn open(mut input: Box<dyn Read + Send>) -> Result<Box<dyn PcapReaderIterator>, CaptureError> {
    let mut head = Vec::new();
    input.by_ref().take(24).read_to_end(&mut head)?;
    let pcapng = head.starts_with(&SECTION_HEADER);
    if pcapng {
        let rest = section_header_length(&head).saturating_sub(head.len());
        input.by_ref().take(rest as u64).read_to_end(&mut head)?;
    }
    let refused = refused(&head);
    let input = Cursor::new(head).chain(input);
    if pcapng {
        let reader = PcapNGReader::new(BUFFER, input).map_err(|_| refused)?;
        Ok(Box::new(reader))
    } else {
        let reader = LegacyPcapReader::new(BUFFER, input).map_err(|_| refused)?;
        Ok(Box::new(reader))
    }
}

/// How long a pcapng section header says it is, within reason; its third word tells the byte order of the second.
fn section_header_length(head: &[u8]) -> usize {
    let length = match head {
        [_, _, _, _, a, b, c, d, 0x1a, 0x2b, 0x3c, 0x4d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        [_, _, _, _, a, b, c, d, 0x4d, 0x3c, 0x2b, 0x1a, ..] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => 0,
    };
    usize::try_from(length).unwrap_or(usize::MAX).min(BUFFER)
}

/// What is wrong with a capture whose first header the parser does not take.
fn refused(head: &[u8]) -> CaptureError {
    match head {
        [] => CaptureError::Empty,
        // gzip, zstd, xz, bzip2.
        [0x1f, 0x8b, ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..]
        | [0xfd, b'7', b'z', b'X', b'Z', ..]
        | [b'B', b'Z', b'h', ..] => CaptureError::Compressed,
        [0xd4, 0xc3, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0xc3, 0xd4, ..]
        | [0x4d, 0x3c, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0x3c, 0x4d, ..]
        | [0x0a, 0x0d, 0x0d, 0x0a, ..] => CaptureError::Truncated { at: 0 },
        _ => CaptureError::Unrecognized,
    }
}

/// On what the packets of the current section were captured, in the order in which pcapng describes it. pcap has one
/// for all.
#[derive(Default)]
struct Interfaces(Vec<Interface>);

#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// Units of time stamps in a second. `None`: more than can be counted.
    resolution: Option<u64>,
    /// Seconds to add to every time stamp.
    offset: i64,
}

impl Interfaces {
    /// The packet in a block, if it holds one.
    fn packet<'a>(
        &mut self,
        block: &'a PcapBlockOwned<'_>,
        at: usize,
    ) -> Result<Option<Packet<'a>>, CaptureError> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let resolution = if header.is_nanosecond_precision() {
                    1_000_000_000
                } else {
                    1_000_000
                };
                // The upper half holds the length of the frame check sequence.
                let link = Linktype(header.network.0 & 0xffff);
                self.0 = vec![Interface {
                    link,
                    resolution: Some(resolution),
                    offset: 0,
                }];
                Ok(None)
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                self.0.clear();
                Ok(None)
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                let resolution = units_per_second(interface.if_tsresol);
                self.0.push(Interface {
                    link: interface.linktype,
                    resolution,
                    offset: interface.if_tsoffset,
                });
                Ok(None)
            }
            PcapBlockOwned::Legacy(packet) => {
                let interface = self.get(0, at)?;
                let (seconds, fraction) = (u64::from(packet.ts_sec), u64::from(packet.ts_usec));
                let ticks = interface.resolution.map(|units| seconds * units + fraction);
                interface.packet(ticks, packet.data, packet.origlen).map(Some)
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let interface = self.get(packet.if_id, at)?;
                let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                interface
                    .packet(Some(ticks), packet.packet_data(), packet.origlen)
                    .map(Some)
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => self
                .get(0, at)?
                .packet(None, packet.packet_data(), packet.origlen)
                .map(Some),
            PcapBlockOwned::NG(_) => Ok(None),
        }
    }

    fn get(&self, index: u32, at: usize) -> Result<Interface, CaptureError> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        self.0.get(index).copied().ok_or(CaptureError::Damaged { at })
    }
}

impl Interface {
    fn packet(self, ticks: Option<u64>, bytes: &[u8], length: u32) -> Result<Packet<'_>, CaptureError> {
        let frame = super::link::strip(self.link, bytes).ok_or(CaptureError::Link { link: self.link })?;
        Ok(Packet {
            time: ticks.and_then(|ticks| self.time(ticks)),
            frame,
            kept: bytes.len(),
            length: usize::try_from(length).unwrap_or(usize::MAX),
        })
    }

    /// `None` if the time cannot be told: before 1970, say, or in units nobody can count.
    fn time(self, ticks: u64) -> Option<Duration> {
        let units = self.resolution?;
        let seconds = (ticks / units).checked_add_signed(self.offset)?;
        let nanoseconds = u128::from(ticks % units) * 1_000_000_000 / u128::from(units);
        Some(Duration::new(seconds, u32::try_from(nanoseconds).ok()?))
    }
}

/// pcapng's `if_tsresol`: a negative power of 10, or of 2 if its highest bit is set.
fn units_per_second(resolution: u8) -> Option<u64> {
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(u32::from(resolution & 0x7f))
}

/// A time as `2026-11-21T01:04:31.050066Z`, in nanoseconds where it has them.
pub(super) fn show(time: Duration) -> String {
    /// The first second of the year 10000.
    const END: u64 = 253_402_300_800;
    if time.as_secs() >= END {
        return format!("{} s after 1970", time.as_secs());
    }
    let moment = UNIX_EPOCH + time;
    if time.subsec_nanos().is_multiple_of(1000) {
        humantime::format_rfc3339_micros(moment).to_string()
    } else {
        humantime::format_rfc3339_nanos(moment).to_string()
    }
}
