use super::{HexError, parse};

#[test]
fn spaces_colons_and_a_prefix_are_ignored() {
    for text in ["2133", "21 33", "21:33", " 2\n1\t3 3 ", "0x2133"] {
        assert_eq!(parse(text), Ok(vec![0x21, 0x33]), "{text:?}");
    }
    assert_eq!(parse("fFaB"), Ok(vec![0xff, 0xab]));
}

#[test]
fn the_bad_digit_is_named_by_its_place() {
    assert_eq!(
        parse("21 3g"),
        Err(HexError::Digit {
            position: 5,
            found: 'g'
        })
    );
    assert_eq!(
        parse("0x21x"),
        Err(HexError::Digit {
            position: 5,
            found: 'x'
        })
    );
    assert_eq!(
        parse("é1"),
        Err(HexError::Digit {
            position: 1,
            found: 'é'
        })
    );
    assert_eq!(
        parse("21 0x33"),
        Err(HexError::Digit {
            position: 5,
            found: 'x'
        })
    );
}

#[test]
fn half_a_byte_and_none_are_refused() {
    assert_eq!(parse("213"), Err(HexError::Odd { digits: 3 }));
    for text in ["", " : ", "0x"] {
        assert_eq!(parse(text), Err(HexError::Empty), "{text:?}");
    }
}
