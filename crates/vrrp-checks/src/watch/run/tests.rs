use super::*;

#[test]
fn every_result_says_what_it_brought() {
    let took = Duration::from_millis(7);
    let cases: [(_, Result<Option<i64>, &str>, bool); 5] = [
        (Ok(Answer::Passes), Ok(None), true),
        (Ok(Answer::Runs(None)), Ok(None), true),
        (Ok(Answer::Number(-5)), Ok(Some(-5)), true),
        (
            Err(Failure::Closed),
            Err("the connection was closed before the answer was complete"),
            true,
        ),
        (
            Err(Failure::ServerName("a b".to_owned())),
            Err(r#"certificate: none can be made out to "a b""#),
            false,
        ),
    ];
    for (result, expected, runnable) in cases {
        let expected = Run {
            result: expected.map_err(str::to_owned),
            runnable,
            took,
        };
        assert_eq!(Run::new(&result, took), expected);
    }
}
