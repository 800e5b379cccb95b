use super::{DecodeError, IpError};

/// Dashboards and log searches know these: none may change.
#[test]
fn every_reason_has_the_name_it_always_had() {
    let [length, needed, expected, declared, header] = [0; 5];
    for (reason, name) in [
        (DecodeError::TooShort { length, needed }, "too_short"),
        (DecodeError::TooLong { length, expected }, "too_long"),
        (DecodeError::Version { found: 3 }, "version"),
        (DecodeError::Type { found: 2 }, "type"),
        (DecodeError::VridZero, "vrid_zero"),
        (
            DecodeError::Checksum {
                found: 0,
                computed: 1,
            },
            "checksum",
        ),
        (IpError::TooShort { length, needed }.into(), "ip_too_short"),
        (IpError::Version { found: 6 }.into(), "ip_version"),
        (IpError::HeaderLength { found: 16 }.into(), "ip_header_length"),
        (
            IpError::TotalLength { declared, header }.into(),
            "ip_total_length",
        ),
        (IpError::Truncated { declared, length }.into(), "ip_truncated"),
        (
            IpError::Fragment {
                offset: 8,
                more: false,
            }
            .into(),
            "ip_fragment",
        ),
        (IpError::AuthenticationHeader.into(), "ip_authentication_header"),
        (IpError::Protocol { found: 6 }.into(), "ip_protocol"),
    ] {
        assert_eq!(reason.name(), name);
    }
}
