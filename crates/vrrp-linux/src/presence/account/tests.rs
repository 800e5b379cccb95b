use super::*;

#[test]
fn it_is_one_line_that_can_be_read_again() {
    let account = Account::new(
        "web",
        ["10.0.0.2".parse().unwrap(), "10.0.0.1".parse().unwrap()],
        ["eth0/51".to_owned()],
    );
    let line = account.to_line();
    assert_eq!(
        line,
        "{\"version\":1,\"name\":\"web\",\"addresses\":[\"10.0.0.1\",\"10.0.0.2\"],\"routers\":[\"eth0/51\"]}\n"
    );
    assert_eq!(Account::parse(line.as_bytes()), Some(account));
}

#[test]
fn what_is_cut_off_or_of_another_version_says_nothing() {
    let line = Account::new("web", [], []).to_line();
    for end in 0..line.len() - 1 {
        assert_eq!(Account::parse(&line.as_bytes()[..end]), None, "{}", &line[..end]);
    }
    assert_eq!(
        Account::parse(line.replace("\"version\":1", "\"version\":2").as_bytes()),
        None
    );
    let more = line.replace("\"version\":1", "\"version\":1,\"mood\":\"fine\"");
    assert_eq!(Account::parse(more.as_bytes()), Some(Account::new("web", [], [])));
}
