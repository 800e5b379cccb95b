//! Who leaves when it is crowded.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{Doing, Place, Places};

/// The clock goes on.
async fn a_moment() {
    sleep(Duration::from_millis(2)).await;
}

async fn leaves(place: &Place) -> bool {
    timeout(Duration::from_millis(1), place.has_to_leave())
        .await
        .is_ok()
}

#[tokio::test]
async fn the_one_that_has_been_silent_longest_leaves() {
    let mut places = Places::new(3);
    let mut sitting: Vec<Arc<Place>> = Vec::new();
    for _ in 0..3 {
        sitting.push(places.take());
        a_moment().await;
    }
    sitting[0].is(Doing::Nothing);
    let one_more = places.take();
    assert!(!leaves(&sitting[0]).await, "it has just said something");
    assert!(leaves(&sitting[1]).await);
    assert!(!leaves(&sitting[2]).await);
    assert!(!leaves(&one_more).await);
}

#[tokio::test]
async fn whoever_waits_for_an_answer_leaves_last_and_a_follower_before_that() {
    let mut places = Places::new(2);
    let waiting = places.take();
    waiting.is(Doing::Waiting);
    a_moment().await;
    let following = places.take();
    following.is(Doing::Following);
    a_moment().await;
    let first = places.take();
    assert!(leaves(&following).await);
    a_moment().await;
    let second = places.take();
    assert!(leaves(&first).await, "it has asked nothing");
    second.is(Doing::Waiting);
    let _third = places.take();
    assert!(leaves(&waiting).await, "all wait: the oldest leaves");
    assert!(!leaves(&second).await);
}

#[tokio::test]
async fn nobody_leaves_as_long_as_places_are_free() {
    let mut places = Places::new(2);
    let stays = places.take();
    for _ in 0..100 {
        drop(places.take());
    }
    assert!(!leaves(&stays).await);
}
