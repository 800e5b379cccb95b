//! Messages on a stream: a length (four bytes, big endian) and so many bytes of JSON.

#[cfg(test)]
mod tests;

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message.
const LONGEST: usize = 1 << 20;
const HEAD: usize = size_of::<u32>();

/// Why a message cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// It is longer than a frame may be.
    #[error("a message of {0} bytes is too long, {LONGEST} is the most")]
    TooLong(usize),
    /// The bytes in a frame are no such message.
    #[error("a message cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Appends a message as a frame; an error leaves the bytes as they were.
pub(super) fn append(bytes: &mut Vec<u8>, message: &impl Serialize) -> Result<(), FrameError> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len())
        .ok()
        .filter(|_| json.len() <= LONGEST)
        .ok_or(FrameError::TooLong(json.len()))?;
    bytes.extend(length.to_be_bytes());
    bytes.extend(json);
    Ok(())
}

/// Takes frames apart, however the stream cuts them.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    bytes: Vec<u8>,
    /// So many of them have been read.
    read: usize,
}

impl Decoder {
    /// What came out of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message, if it is there as a whole. After an error nothing can be read any more.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let rest = self.bytes.get(self.read..).unwrap_or_default();
        let Some((head, rest)) = rest.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*head)).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Err(FrameError::TooLong(length));
        }
        let Some(json) = rest.get(..length) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(json)?;
        self.read += HEAD + length;
        Ok(Some(message))
    }
}
