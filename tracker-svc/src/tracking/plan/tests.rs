use std::collections::HashMap;

use domain::token::TokenAddress;
use proptest::prelude::*;

use super::*;
use crate::feed::cascade::key;

const INTERVAL: Duration = Duration::from_secs(60);
const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn tick(number: u64) -> Timestamp {
    START.plus(INTERVAL * u32::try_from(number).unwrap())
}

fn token(number: usize) -> TokenKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    key(TokenAddress::from_bytes(bytes))
}

/// The need of token `number`; one in three is a shadow, one in four lively.
fn need(number: usize, looked_at: Timestamp) -> Need {
    Need {
        token: token(number),
        alerted: !number.is_multiple_of(3),
        lively: number.is_multiple_of(4),
        looked_at,
        seen_at: looked_at,
    }
}

/// Plays ticks and calls `check` with the needs, the plan and the number of each tick.
fn play(tokens: usize, room: usize, ticks: u64, mut check: impl FnMut(&[Need], &Plan, u64)) {
    let mut looked: HashMap<usize, Timestamp> = HashMap::new();
    for number in 1..=ticks {
        let looked_at = |token: &usize| looked.get(token).copied().unwrap_or(START);
        let needs: Vec<Need> = (0..tokens).map(|token| need(token, looked_at(&token))).collect();
        let plan = plan(&needs, room, tick(number), INTERVAL);
        check(&needs, &plan, number);
        looked.extend(plan.planned.iter().map(|place| (*place, tick(number))));
    }
}

#[test]
fn with_room_for_all_everybody_is_looked_at_in_every_tick() {
    play(100, 100, 3, |_, plan, _| {
        assert_eq!((plan.planned.len(), plan.left_out.len()), (100, 0));
        assert_eq!(plan.longest_wait, INTERVAL);
    });
}

#[test]
fn the_first_asked_are_the_alerted_and_among_them_the_lively() {
    let needs: Vec<Need> = (0..12).map(|number| need(number, START)).collect();
    let planned = plan(&needs, 12, tick(1), INTERVAL).planned;
    assert_eq!(planned, [4, 8, 1, 2, 5, 7, 10, 11, 0, 3, 6, 9]);
}

#[test]
fn after_an_outage_the_alerted_come_first() {
    let needs: Vec<Need> = (0..30).map(|number| need(number, START)).collect();
    let planned = plan(&needs, 20, tick(500), INTERVAL).planned;
    assert!(planned.iter().all(|place| needs[*place].alerted));
}

#[test]
fn a_lively_alert_is_looked_at_in_every_tick_where_there_is_room_for_it() {
    // A quarter of 100 is lively, two thirds of those alerted; a fifth of the others must be taken in each tick.
    play(100, 40, 30, |needs, plan, number| {
        let left_out = plan.left_out.iter().filter(|place| needs[**place].alerted && needs[**place].lively).count();
        assert_eq!(left_out, 0, "tick {number}");
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn nobody_waits_longer_than_the_bound(tokens in 1..400_usize, part in 1..=5_usize, more in 0..50_usize) {
        let room = tokens.div_ceil(part) + more;
        play(tokens, room, 30, |needs, plan, number| {
            assert!(plan.planned.len() <= room.max(1) && plan.planned.len() == tokens.min(room));
            assert!(plan.longest_wait <= LONGEST_WAIT, "tick {number}: {:?}", plan.longest_wait);
            for place in &plan.left_out {
                assert!(tick(number).since(needs[*place].looked_at) < LONGEST_WAIT);
            }
        });
    }

    #[test]
    fn lively_alerts_never_wait_behind_shadows_but_for_the_bound(tokens in 2..300_usize, part in 2..=5_usize) {
        let room = tokens.div_ceil(part);
        play(tokens, room, 20, |needs, plan, number| {
            let bound = bound(tokens, room, INTERVAL);
            let can_wait: Vec<usize> = needs.iter().map(|need| ticks_left(need, tick(number), INTERVAL, bound)).collect();
            let must = must(&can_wait, room, bound);
            let shadows = plan.planned.iter().filter(|place| !needs[**place].alerted).count();
            let left_out = plan.left_out.iter().any(|place| needs[*place].alerted && needs[*place].lively);
            assert!(!left_out || shadows <= must, "tick {number}: {shadows} shadows, {must} must be taken");
        });
    }

    #[test]
    fn quiet_alerts_wait_no_longer_than_quiet_shadows(tokens in 60..300_usize, part in 2..=5_usize) {
        let room = tokens.div_ceil(part);
        let (mut waits, mut looks) = ([0.0; 2], [0.0; 2]);
        play(tokens, room, 40, |needs, plan, number| {
            for need in plan.planned.iter().map(|place| needs[*place]).filter(|need| !need.lively) {
                waits[usize::from(need.alerted)] += tick(number).since(need.looked_at).as_secs_f64();
                looks[usize::from(need.alerted)] += 1.0;
            }
        });
        prop_assert!(waits[1] / looks[1] <= waits[0] / looks[0] + 1e-9);
    }

    #[test]
    fn even_far_beyond_the_room_everybody_has_a_turn(tokens in 100..400_usize, room in 1..12_usize) {
        let turns = (tokens + tokens / 4).div_ceil(room) as u64;
        let mut seen = vec![false; tokens];
        play(tokens, room, 2 * turns + 10, |_, plan, _| plan.planned.iter().for_each(|place| seen[*place] = true));
        prop_assert!(seen.iter().all(|seen| *seen));
    }

    #[test]
    fn the_order_of_the_list_makes_no_difference(tokens in 1..100_usize, room in 1..100_usize, seed in any::<u64>()) {
        let needs: Vec<Need> = (0..tokens).map(|n| need(n, tick((n as u64).wrapping_mul(seed | 1) % 6))).collect();
        let mut turned = needs.clone();
        turned.rotate_left(seed as usize % tokens);
        let names = |needs: &[Need]| -> Vec<TokenKey> {
            plan(needs, room, tick(6), INTERVAL).planned.iter().map(|place| needs[*place].token).collect()
        };
        prop_assert_eq!(names(&needs), names(&turned));
    }
}

#[test]
fn a_token_has_the_same_moment_in_every_tick() {
    // Sixty tokens, one asked for each second; which of them are lively changes from tick to tick.
    let mut seen: Vec<Timestamp> = (0..60_u64).map(|second| START.plus(Duration::from_secs(second))).collect();
    for number in 1..20 {
        let need = |place: usize| Need {
            lively: (place as u64 + number).is_multiple_of(3),
            seen_at: seen[place],
            ..need(place, tick(number - 1))
        };
        let needs: Vec<Need> = (0..60).map(need).collect();
        let plan = plan(&needs, 60, tick(number), INTERVAL);
        for (second, place) in (0..).zip(plan.planned) {
            let now = tick(number).plus(Duration::from_secs(second));
            assert_eq!(now.since(seen[place]), INTERVAL);
            seen[place] = now;
        }
    }
}
