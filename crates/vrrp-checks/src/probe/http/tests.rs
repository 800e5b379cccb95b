use super::*;

#[test]
fn a_server_is_told_its_port_only_if_it_is_not_the_usual_one() {
    let cases = [
        ("http://a/", "a"),
        ("http://a:80/", "a"),
        ("http://a:443/", "a:443"),
        ("https://a:443/", "a"),
        ("https://a:80/", "a:80"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ];
    for (url, expected) in cases {
        assert_eq!(host(&Url::parse(url).expect(url)), expected, "{url}");
    }
}
