use super::expand;

fn addresses(item: &str) -> Vec<String> {
    let addresses = expand(item, 1).unwrap();
    addresses.iter().map(ToString::to_string).collect()
}

#[test]
fn addresses_and_ranges() {
    assert_eq!(addresses("10.0.0.1"), ["10.0.0.1/32"]);
    assert_eq!(addresses("10.0.0.1/24"), ["10.0.0.1/24"]);
    assert_eq!(
        addresses("10.0.0.1-3"),
        ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"]
    );
    assert_eq!(
        addresses("10.0.0.254-10.0.0.255"),
        ["10.0.0.254/32", "10.0.0.255/32"]
    );
    assert_eq!(addresses("10.0.0.9-9/24"), ["10.0.0.9/24"]);
    assert_eq!(
        addresses("10.0.0.9-10.0.0.10/24"),
        ["10.0.0.9/24", "10.0.0.10/24"]
    );
    assert_eq!(addresses("10.0.0.0-255").len(), 256);
}
