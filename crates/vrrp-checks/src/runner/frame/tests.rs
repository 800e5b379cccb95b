use proptest::prelude::*;

use super::{Decoder, FrameError, LONGEST, append};

fn read_all(decoder: &mut Decoder) -> Vec<String> {
    let mut read = Vec::new();
    while let Some(message) = decoder.next().unwrap() {
        read.push(message);
    }
    read
}

proptest! {
    #[test]
    fn messages_come_out_as_they_went_in_however_the_stream_cuts_them(
        messages in prop::collection::vec(".{0,40}", 0..20),
        cuts in prop::collection::vec(1_usize..50, 1..20),
    ) {
        let mut stream = Vec::new();
        for message in &messages {
            append(&mut stream, message).unwrap();
        }
        let mut decoder = Decoder::default();
        let mut read = Vec::new();
        let mut rest = stream.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            decoder.push(now);
            read.extend(read_all(&mut decoder));
            rest = later;
        }
        prop_assert_eq!(read, messages);
    }
}

#[test]
fn a_message_that_is_too_long_is_not_written() {
    let mut stream = Vec::new();
    append(&mut stream, &"first").unwrap();
    let before = stream.clone();
    // With the quotes around it, one more than fits.
    let error = append(&mut stream, &"x".repeat(LONGEST - 1)).unwrap_err();
    assert!(matches!(error, FrameError::TooLong(length) if length == LONGEST + 1));
    assert_eq!(stream, before);
    append(&mut stream, &"x".repeat(LONGEST - 2)).unwrap();
}

#[test]
fn a_length_that_is_too_big_is_refused_before_the_bytes_come() {
    let mut decoder = Decoder::default();
    decoder.push(&u32::MAX.to_be_bytes());
    assert!(matches!(decoder.next::<String>(), Err(FrameError::TooLong(_))));
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let mut decoder = Decoder::default();
    decoder.push(&[0, 0, 0, 3, b'{', b'[', b'!']);
    assert!(matches!(decoder.next::<String>(), Err(FrameError::Malformed(_))));
}
