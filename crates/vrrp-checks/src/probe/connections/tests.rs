use super::*;

#[test]
fn descriptors_are_left_for_the_daemon() {
    // (limit, connections)
    let cases = [
        (16_384, 8_192),
        (1024, 384),
        (700, 87),
        (256, 32),
        (64, 8),
        (16, 2),
        (1, 1),
    ];
    for (limit, connections) in cases {
        assert_eq!(most(Some(limit)), connections, "of {limit}");
        assert!(limit < 16 || u64::try_from(connections).unwrap() <= limit / 2);
    }
    assert_eq!(most(None), Semaphore::MAX_PERMITS);
}

#[tokio::test(start_paused = true)]
async fn one_that_finds_no_room_fails_and_says_so() {
    let connections = Connections::new(1);
    let room = connections
        .room(Duration::from_secs(1))
        .await
        .expect("there is room");
    let failure = connections
        .room(Duration::from_secs(1))
        .await
        .expect_err("there is none");
    assert_eq!(
        failure.to_string(),
        "1 other checks wait for answers already, and there are not more descriptors for them: raise LimitNOFILE"
    );
    drop(room);
    assert!(connections.room(Duration::from_secs(1)).await.is_ok());
}
