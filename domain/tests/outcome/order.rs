use domain::outcome::OutOfOrder;

use crate::tape::{Tape, WINDOW, at, look};

#[test]
fn an_observation_before_the_last_one_is_out_of_order_and_changes_nothing() {
    let tape = Tape::new().looks(&[(0.0, 1.0), (5.0, 1.1)]);
    let (mut fold, mut told) = tape.fold();
    let before = fold.clone();
    for minutes in [4.0, 5.0] {
        assert_eq!(
            fold.observe(&tape.policy, &look(minutes, 2.0), &mut told),
            Err(OutOfOrder { observed_at: at(minutes), last_seen: at(5.0) })
        );
    }
    assert_eq!(fold, before);
}

#[test]
fn a_held_observation_is_seen_all_the_same() {
    let tape = Tape::new().looks(&[(0.0, 1.0), (5.0, 90.0)]);
    assert!(tape.fold().0.observe(&tape.policy, &look(4.0, 1.0), &mut Vec::new()).is_err());
}

#[test]
fn at_one_moment_sources_come_in_the_order_of_their_names() {
    let from = |source: &str| {
        let mut look = look(5.0, 1.0);
        look.source = source.into();
        look
    };
    let (mut fold, _) = Tape::new().fold();
    let policy = Tape::new().policy;
    let mut told = Vec::new();
    fold.observe(&policy, &from("dexscreener"), &mut told).unwrap();
    fold.observe(&policy, &from("jupiter"), &mut told).unwrap();
    assert!(fold.observe(&policy, &from("jupiter"), &mut told).is_err());
    assert!(fold.observe(&policy, &from("geckoterminal"), &mut told).is_err());
    assert_eq!(fold.outcome(&policy).snapshot_count, 2);
}

#[test]
fn what_lies_outside_the_window_is_ignored() {
    let tape = Tape::new().looks(&[(-1.0, 9.0), (0.0, 1.0), (WINDOW, 9.0)]);
    assert_eq!(tape.open().snapshot_count, 1);
    let (mut sealed, mut told) = tape.sealed_fold();
    assert_eq!(sealed.observe(&tape.policy, &look(WINDOW + 5.0, 9.0), &mut told), Ok(()));
}

#[test]
fn what_arrives_after_the_seal_asks_for_a_refold() {
    let tape = Tape::new().steady(0.0, 10.0, 1.0);
    let (mut fold, mut told) = tape.sealed_fold();
    assert!(fold.is_sealed());
    let before = fold.clone();
    assert!(fold.observe(&tape.policy, &look(20.0, 1.0), &mut told).is_err());
    fold.seal(&tape.policy, at(1e6), &mut told);
    assert_eq!(fold, before, "sealing twice changes nothing");
}
