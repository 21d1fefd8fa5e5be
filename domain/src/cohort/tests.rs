use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::token::{Chain, TokenAddress};

const HOUR: u64 = 3_600;

fn member(id: u128, token: u8, hours: u64, decision: Decision) -> Member {
    Member {
        token: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([token; 32]) },
        alerted_at: Timestamp::EPOCH.plus(Duration::from_secs(hours * HOUR)),
        alert_id: AlertId(Uuid::from_u128(id)),
        decision,
        status: OutcomeStatus::Complete,
    }
}

fn alerted(id: u128, token: u8, hours: u64) -> Member {
    member(id, token, hours, Decision::Alerted)
}

#[test]
fn a_second_alert_on_a_token_within_48_hours_is_a_repeat() {
    let members = [alerted(1, 1, 0), alerted(2, 1, 47), alerted(3, 2, 47)];
    assert_eq!(standings(&members), [Standing::Matured, Standing::Repeated, Standing::Matured]);
}

#[test]
fn after_48_hours_a_token_counts_anew() {
    assert_eq!(standings(&[alerted(1, 1, 0), alerted(2, 1, 48)]), [Standing::Matured, Standing::Matured]);
}

#[test]
fn repeats_do_not_prolong_an_episode() {
    let members = [alerted(1, 1, 0), alerted(2, 1, 40), alerted(3, 1, 60)];
    assert_eq!(standings(&members), [Standing::Matured, Standing::Repeated, Standing::Matured]);
}

#[test]
fn shadow_alerts_never_enter_the_alerted_cohort_nor_push_anybody_out_of_it() {
    let shadow = member(1, 1, 0, Decision::Shadow);
    assert_eq!(standings(&[shadow, alerted(2, 1, 1)]), [Standing::Shadow, Standing::Matured]);
    assert_eq!(Census::from_iter(standings(&[shadow])), Census { shadow: 1, ..Census::default() });
}

#[test]
fn a_unit_stands_as_its_outcome_does() {
    for (status, standing) in [
        (OutcomeStatus::Complete, Standing::Matured),
        (OutcomeStatus::Tracking, Standing::Pending),
        (OutcomeStatus::Lost, Standing::Lost),
        (OutcomeStatus::NoData, Standing::NoData),
    ] {
        let unit = Member { status, ..alerted(1, 1, 0) };
        let repeat = Member { status, ..alerted(2, 1, 1) };
        assert_eq!(standings(&[unit, repeat]), [standing, Standing::Repeated]);
    }
}

#[test]
fn of_two_alerts_of_one_moment_the_lower_id_is_the_first() {
    assert_eq!(standings(&[alerted(2, 1, 0), alerted(1, 1, 0)]), [Standing::Repeated, Standing::Matured]);
}

#[test]
fn lost_feeds_bound_the_rug_rate_from_both_sides() {
    let (none, all) = bounds_with_lost(171, 1_214, 61).unwrap();
    assert_eq!((format!("{:.1}", none * 100.0), format!("{:.1}", all * 100.0)), ("13.4".to_owned(), "18.2".to_owned()));
    assert_eq!(bounds_with_lost(0, 0, 0), None);
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    prop::collection::vec((0..3_u8, 0..200_u64, any::<bool>()), 0..30).prop_map(|alerts| {
        let members = alerts.into_iter().enumerate().map(|(id, (token, hours, is_alerted))| {
            let decision = if is_alerted { Decision::Alerted } else { Decision::Shadow };
            member(id as u128, token, hours, decision)
        });
        members.collect()
    })
}

proptest! {
    #[test]
    fn permuting_the_alerts_changes_nothing((members, shuffled) in members().prop_flat_map(|members| {
        let indexed: Vec<_> = members.iter().copied().enumerate().collect();
        (Just(members), Just(indexed).prop_shuffle())
    })) {
        let expected = standings(&members);
        let permuted: Vec<_> = shuffled.iter().map(|(_, member)| *member).collect();
        for ((index, _), standing) in shuffled.iter().zip(standings(&permuted)) {
            prop_assert_eq!(standing, expected[*index]);
        }
    }

    #[test]
    fn the_census_counts_everybody_once(members in members()) {
        let census = Census::from_iter(standings(&members));
        let total = u32::try_from(members.len()).unwrap();
        prop_assert_eq!(census.alerts + census.shadow, total);
        prop_assert_eq!(census.units() + census.repeated, census.alerts);
    }

    #[test]
    fn two_units_of_a_token_are_48_hours_apart(members in members()) {
        let standings = standings(&members);
        let units: Vec<_> = members.iter().zip(standings).filter(|(_, standing)| standing.is_unit()).map(|(member, _)| member).collect();
        for (a, b) in units.iter().flat_map(|a| units.iter().map(move |b| (a, b))) {
            if a.token == b.token && a.alerted_at < b.alerted_at {
                prop_assert!(b.alerted_at.since(a.alerted_at) >= EPISODE_WINDOW);
            }
        }
    }
}
