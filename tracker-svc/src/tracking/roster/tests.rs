use std::sync::Arc;

use domain::token::TokenAddress;
use proptest::prelude::*;

use super::super::periods::LONGEST_WAIT;
use super::*;
use crate::feed::cascade::key;

const INTERVAL: Duration = Duration::from_secs(60);
const SLICE: Duration = Duration::from_secs(5);
const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const PLENTY: usize = 1_000_000;
/// Tokens in one request.
const REQUEST: usize = 5;

/// The clock runs ahead of the steady time by a day.
fn at(seconds: u64) -> Moment {
    let steady = START.plus(Duration::from_secs(seconds));
    Moment { now: steady.plus(Duration::from_hours(24)), steady }
}

fn token(number: usize) -> TokenKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    key(TokenAddress::from_bytes(bytes))
}

/// Token `number`, last observed so long before the start; one in three is a shadow.
fn followed(number: usize, seconds_ago: u64) -> FollowedToken {
    let ago = |seconds| at(0).now.minus(Duration::from_secs(seconds));
    FollowedToken {
        token: token(number),
        symbol: Arc::from(""),
        newest_alerted_at: ago(40 * 3_600),
        alerted: !number.is_multiple_of(3),
        until: ago(0).plus(Duration::from_hours(8)),
        pool: None,
        last_observed_at: Some(ago(seconds_ago)),
    }
}

/// One alert in four is lively.
fn rank(followed: &FollowedToken) -> Rank {
    let number = u64::from_be_bytes(followed.token.address.as_bytes()[..8].try_into().unwrap());
    Rank::of(followed.alerted, number.is_multiple_of(4))
}

fn room(every_interval: usize, now: usize) -> Room {
    Room { every_interval, now, request: REQUEST }
}

fn roster(tokens: impl IntoIterator<Item = FollowedToken>) -> Roster {
    let mut roster = Roster::new(INTERVAL);
    roster.refresh(tokens.into_iter().collect(), rank, at(0));
    roster
}

/// The planned, then the left out.
fn take(roster: &mut Roster, room: Room, seconds: u64) -> (Vec<TokenKey>, Vec<TokenKey>) {
    let (left_out, planned): (Vec<Wanted>, _) =
        roster.take(|_| true, room, at(seconds)).into_iter().partition(|wanted| wanted.left_out);
    let tokens = |wanted: Vec<Wanted>| wanted.into_iter().map(|wanted| wanted.token).collect();
    (tokens(planned), tokens(left_out))
}

fn told(roster: &mut Roster, tokens: &[TokenKey]) {
    roster.ended(tokens, Some(&LookReport::default()));
}

fn unasked(roster: &mut Roster, tokens: &[TokenKey]) {
    let tokens = tokens.to_vec();
    let report = LookReport { missing: tokens.clone(), unasked: tokens.clone(), ..LookReport::default() };
    roster.ended(&tokens, Some(&report));
}

/// Plays slices in which so many tokens are asked for and told of, a tenth more than is planned with; calls `check` with each token and the time since it was
/// asked for before.
fn play(
    roster: &mut Roster,
    per_interval: usize,
    slices: std::ops::Range<u64>,
    mut check: impl FnMut(TokenKey, Duration),
) {
    let mut saved = 0;
    for slice in slices {
        let seconds = slice * SLICE.as_secs();
        // Whole requests, saved up where a slice is too short for one.
        saved += per_interval;
        let now = saved / (12 * REQUEST) * REQUEST;
        let (planned, left_out) = take(roster, room(per_interval * 9 / 10, now), seconds);
        assert!(planned.len() <= now);
        saved = (saved - planned.len().next_multiple_of(REQUEST) * 12).min(2 * per_interval);
        planned.iter().for_each(|token| check(*token, at(seconds).steady.since(roster.tokens[token].looked_at)));
        told(roster, &planned);
        unasked(roster, &left_out);
    }
}

#[test]
fn a_token_alone_is_due_exactly_an_interval_after_its_last_look() {
    let mut roster = roster([followed(1, 20)]);
    assert_eq!(roster.next_due(), Some(at(40).steady));
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 30).0, []);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 40).0, [token(1)]);
    assert_eq!(roster.next_due(), None, "it is being looked at");
    told(&mut roster, &[token(1)]);
    assert_eq!(roster.next_due(), Some(at(100).steady));
}

#[test]
fn where_all_fit_into_what_may_be_asked_at_once_they_are_looked_at_together() {
    let mut roster = roster((0..100).map(|number| followed(number, number as u64 % 60)));
    let (first, _) = take(&mut roster, room(PLENTY, 100), 2);
    assert_eq!(first.len(), 44, "all but those of the last half minute");
    told(&mut roster, &first);
    let (second, _) = take(&mut roster, room(PLENTY, 100), 33);
    told(&mut roster, &second);
    assert_eq!((second.len(), roster.next_due()), (100, Some(at(93).steady)));
}

#[test]
fn where_they_do_not_the_longest_overdue_are_asked_for_in_whole_requests() {
    let mut roster = roster((0..600).map(|number| followed(number, number as u64 / 10)));
    let (planned, _) = take(&mut roster, room(PLENTY, 500), 20);
    // Those of 37.5 to 59 seconds ago are due or nearly so: 220, which are 44 requests.
    assert_eq!(planned.len(), 220);
    let ages: Vec<u64> =
        planned.iter().map(|token| at(0).steady.since(roster.tokens[token].looked_at).as_secs()).collect();
    assert!(ages.is_sorted_by(|a, b| a >= b) && ages[0] == 59, "{ages:?}");
    let (more, _) = take(&mut roster, room(PLENTY, 50), 30);
    assert_eq!(more.len(), 50, "no more than there is room for");
}

#[test]
fn whoever_could_not_be_asked_for_stays_due_but_is_not_tried_again_at_once() {
    let mut roster = roster([followed(1, 70)]);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 0).0, [token(1)]);
    unasked(&mut roster, &[token(1)]);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 5).0, []);
    assert_eq!(roster.next_due(), Some(at(15).steady));
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 15).0, [token(1)]);
    roster.ended(&[token(1)], None);
    assert_eq!(
        take(&mut roster, room(PLENTY, PLENTY), 30).0,
        [token(1)],
        "nor was it looked at where the look broke off"
    );
    let missing = LookReport { missing: vec![token(1)], ..LookReport::default() };
    roster.ended(&[token(1)], Some(&missing));
    assert_eq!(roster.next_due(), Some(at(45).steady), "it was left out, which may be a slip");
    assert_eq!(roster.count(at(30).steady).missing, 1);
}

#[test]
fn a_token_that_the_sources_leave_out_is_asked_for_again_soon_three_times_and_then_in_its_turn() {
    let mut roster = roster([followed(1, 60)]);
    let missing = LookReport { missing: vec![token(1)], ..LookReport::default() };
    for (asked_at, due_at) in [(0, 15), (15, 30), (30, 45), (45, 105), (105, 165)] {
        assert_eq!(take(&mut roster, room(PLENTY, PLENTY), asked_at).0, [token(1)]);
        roster.ended(&[token(1)], Some(&missing));
        assert_eq!(roster.next_due(), Some(at(due_at).steady));
        let waited = roster.count(at(asked_at + 5).steady).longest_wait;
        assert_eq!(waited, Duration::from_secs(5), "it waits since it was asked for");
    }
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 165).0, [token(1)]);
    told(&mut roster, &[token(1)]);
    assert_eq!(roster.next_due(), Some(at(225).steady));
}

#[test]
fn a_token_in_a_look_is_in_no_other_whatever_the_store_says_meanwhile() {
    let mut roster = roster([followed(1, 70)]);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 0).0, [token(1)]);
    roster.refresh(vec![followed(1, 70), followed(2, 80)], rank, at(20));
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 200).0, [token(2)]);
    roster.refresh(Vec::new(), rank, at(210));
    told(&mut roster, &[token(1), token(2)]);
    assert_eq!((roster.next_due(), roster.count(at(210).steady)), (None, Count::default()));
}

#[test]
fn what_is_another_trackers_or_over_is_not_looked_at() {
    let over = FollowedToken { until: at(0).now, ..followed(2, 70) };
    let mut roster = roster([followed(1, 70), over]);
    assert_eq!(roster.take(|_| false, room(PLENTY, PLENTY), at(0)).len(), 0);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 0).0, [token(1)]);
}

#[test]
fn a_token_seen_in_the_future_of_a_clock_that_was_set_back_is_due_at_once() {
    let seen = at(3_600).now;
    let mut roster = roster([FollowedToken { last_observed_at: Some(seen), ..followed(1, 0) }]);
    assert_eq!(take(&mut roster, room(PLENTY, PLENTY), 0).0, [token(1)]);
    told(&mut roster, &[token(1)]);
    roster.refresh(vec![FollowedToken { last_observed_at: Some(seen), ..followed(1, 0) }], rank, at(30));
    assert_eq!(roster.next_due(), Some(at(60).steady), "and in its turn from then on");
}

#[test]
fn those_without_a_turn_are_left_to_the_next_source_once_an_interval() {
    let mut roster = roster((0..100).map(|number| followed(number, 60)));
    let (planned, left_out) = take(&mut roster, room(40, 30), 0);
    assert_eq!((planned.len(), left_out.len()), (30, 70));
    assert!(left_out.iter().all(|token| roster.periods.of(roster.tokens[token].rank) > INTERVAL));
    unasked(&mut roster, &left_out);
    assert_eq!(take(&mut roster, room(40, 0), 30).1, []);
    assert_eq!(take(&mut roster, room(40, 0), 60).1.len(), left_out.len());
}

#[test]
fn after_an_outage_the_alerted_come_first_where_there_is_no_room_for_all() {
    let mut roster = roster((0..30).map(|number| followed(number, 30_000)));
    let (planned, _) = take(&mut roster, Room { every_interval: 20, now: 20, request: 1 }, 0);
    assert!(planned.iter().all(|token| roster.tokens[token].rank <= Rank::Alert));
}

#[test]
fn tokens_of_a_tracker_that_died_are_seen_within_the_time_that_it_took_to_notice_at_nine_tenths_of_the_room() {
    // 2,000 of its own, evenly spread; 2,000 of another come, not looked at for 30 to 90 s.
    let mine = (0..2_000).map(|number| followed(number, number as u64 * 60 / 2_000));
    let others = (2_000..4_000).map(|number| followed(number, 30 + (number as u64 - 2_000) * 60 / 2_000));
    let mut roster = roster(mine.chain(others));
    let mut longest = Duration::ZERO;
    play(&mut roster, 4_440, 0..40, |_, waited| longest = longest.max(waited));
    assert!(longest <= Duration::from_secs(90) + 2 * SLICE, "{longest:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn with_room_for_all_nobody_waits_longer_than_an_interval_and_two_slices(
        tokens in 1..900_usize, more in 0..200_usize, ages in any::<u64>(),
    ) {
        let age = |number: usize| (number as u64).wrapping_mul(ages | 1) % 61;
        let mut roster = roster((0..tokens).map(|number| followed(number, age(number))));
        let per_interval = tokens * 11 / 10 + 12 * REQUEST + more;
        // Those that begin all at once are spread over the first intervals.
        play(&mut roster, per_interval, 0..36, |_, waited| assert!(waited >= INTERVAL / 2));
        let mut waits = Vec::new();
        play(&mut roster, per_interval, 36..72, |_, waited| waits.push(waited));
        let late = waits.iter().filter(|waited| **waited > INTERVAL + 2 * SLICE).count();
        prop_assert!(late == 0, "{late} of {}: {:?}", waits.len(), waits.iter().max());
        prop_assert!(roster.count(at(360).steady).longest_wait <= INTERVAL + 2 * SLICE);
    }

    #[test]
    fn without_it_nobody_waits_longer_than_the_bound_and_lively_alerts_keep_the_interval_where_they_can(
        tokens in 200..900_usize, part in 2..=5_usize, more in 1..50_usize,
    ) {
        let mut roster = roster((0..tokens).map(|number| followed(number, 55)));
        let per_interval = tokens.div_ceil(part) + 60 + more;
        // Their first turns come all at once.
        play(&mut roster, per_interval, 0..120, |_, _| {});
        let mut later = Vec::new();
        play(&mut roster, per_interval, 120..300, |token, waited| later.push((token, waited)));
        let longest = later.iter().map(|(_, waited)| *waited).max().unwrap_or_default();
        prop_assert!(longest <= LONGEST_WAIT + 6 * SLICE, "{longest:?}");
        let lively: Vec<Duration> =
            later.iter().filter(|(token, _)| roster.tokens[token].rank == Rank::LivelyAlert).map(|(_, waited)| *waited).collect();
        if roster.periods.of(Rank::LivelyAlert) <= INTERVAL {
            prop_assert!(lively.iter().all(|waited| *waited <= INTERVAL + 6 * SLICE), "{:?}", lively.iter().max());
        }
    }

    #[test]
    fn the_order_in_which_the_store_lists_them_makes_no_difference(tokens in 1..100_usize, now in 1..100_usize, seed in any::<u64>()) {
        let listed: Vec<FollowedToken> =
            (0..tokens).map(|number| followed(number, (number as u64).wrapping_mul(seed | 1) % 400)).collect();
        let mut turned = listed.clone();
        turned.rotate_left(seed as usize % tokens);
        let room = room(tokens / 2, now);
        prop_assert_eq!(take(&mut roster(listed), room, 0), take(&mut roster(turned), room, 0));
    }
}
