use std::sync::Arc;

use domain::quantity::{AmountUsd, PriceUsd};
use domain::token::TokenAddress;

use super::*;

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000).plus(Duration::from_secs(60 * minutes))
}

fn pool(name: &str, dex: &str, liquidity: Option<f64>) -> PoolQuote {
    PoolQuote {
        token: TokenAddress::from_bytes([7; 32]),
        price_usd: PriceUsd::new(1.0).unwrap(),
        liquidity_usd: liquidity.map(|usd| AmountUsd::new(usd).unwrap()),
        market_cap_usd: None,
        volume_24h_usd: None,
        holder_count: None,
        pool: Some(Arc::from(name)),
        dex_name: Some(Arc::from(dex)),
        quoted_in: QuotedIn::Major,
        created_at: Some(at(0)),
    }
}

fn pin(name: &str, dex: &str) -> PinnedPool {
    PinnedPool { address: Arc::from(name), dex_name: Some(Arc::from(dex)), pinned_at: at(0) }
}

fn rules() -> PoolRules {
    PoolRules::new(Duration::from_secs(60), vec!["pumpfun".to_owned()])
}

fn name(choice: Choice<'_>) -> (char, &str) {
    let (kind, quote) = match choice {
        Choice::Stay(quote) => ('s', quote),
        Choice::Pin(quote) => ('p', quote),
        Choice::PriceOnly(quote) => ('o', quote),
        Choice::Nothing => return ('n', ""),
    };
    (kind, quote.pool.as_deref().unwrap_or_default())
}

/// Looks once a minute from `from` on at the same pools, and tells the choice of each look.
fn looks(pools: &[PoolQuote], pin: &PinnedPool, doubts: &mut Doubts, minutes: std::ops::Range<u64>) -> Vec<char> {
    minutes.map(|minute| name(choose(pools, Some(pin), doubts, at(minute), &rules())).0).collect()
}

#[test]
fn the_deepest_pool_is_chosen_and_among_equals_the_newest() {
    let mut newest = pool("new", "orca", Some(50.0));
    newest.created_at = Some(at(9));
    let pools = [pool("shallow", "orca", Some(10.0)), pool("old", "orca", Some(50.0)), newest];
    assert_eq!(name(choose(&pools, None, &mut Doubts::default(), at(0), &rules())), ('p', "new"));
}

#[test]
fn an_exotic_quote_is_never_chosen_however_deep() {
    let mut exotic = pool("exotic", "orca", Some(1e9));
    exotic.quoted_in = QuotedIn::Exotic;
    let pools = [exotic.clone(), pool("plain", "orca", Some(10.0))];
    assert_eq!(name(choose(&pools, None, &mut Doubts::default(), at(0), &rules())), ('p', "plain"));
    let alone = [exotic];
    assert_eq!(name(choose(&alone, None, &mut Doubts::default(), at(0), &rules())), ('n', ""));
    assert_eq!(name(choose(&alone, Some(&pin("exotic", "orca")), &mut Doubts::default(), at(0), &rules())), ('n', ""));
}

#[test]
fn a_curve_without_liquidity_is_chosen_where_there_is_nothing_else() {
    let pools = [pool("curve", "pumpfun", None)];
    assert_eq!(name(choose(&pools, None, &mut Doubts::default(), at(0), &rules())), ('p', "curve"));
}

#[test]
fn the_pinned_pool_is_kept_while_another_is_a_bit_deeper() {
    let pools = [pool("pinned", "orca", Some(10.0)), pool("other", "orca", Some(29.0))];
    let kept = looks(&pools, &pin("pinned", "orca"), &mut Doubts::default(), 0..60);
    assert!(kept.iter().all(|kind| *kind == 's'), "{kept:?}");
}

#[test]
fn a_drained_pool_is_reported_until_the_rug_rule_has_decided() {
    let pools = [pool("pinned", "orca", Some(0.0)), pool("other", "orca", Some(500.0))];
    let kept = looks(&pools, &pin("pinned", "orca"), &mut Doubts::default(), 0..11);
    assert_eq!(kept.iter().collect::<String>(), "ssssssssssp");
}

#[test]
fn being_out_deepened_counts_only_without_a_break() {
    let mut doubts = Doubts::default();
    let deeper = [pool("pinned", "orca", Some(10.0)), pool("other", "orca", Some(500.0))];
    let equal = [pool("pinned", "orca", Some(10.0)), pool("other", "orca", Some(10.0))];
    let pin = pin("pinned", "orca");
    looks(&deeper, &pin, &mut doubts, 0..9);
    looks(&equal, &pin, &mut doubts, 9..10);
    assert_eq!(looks(&deeper, &pin, &mut doubts, 10..21).iter().collect::<String>(), "ssssssssssp");
}

#[test]
fn a_pool_of_unknown_depth_is_not_out_deepened() {
    let pools = [pool("pinned", "orca", None), pool("other", "orca", Some(500.0))];
    let kept = looks(&pools, &pin("pinned", "orca"), &mut Doubts::default(), 0..30);
    assert!(kept.iter().all(|kind| *kind == 's'));
}

#[test]
fn absence_from_one_answer_is_no_death_and_the_price_goes_on() {
    let mut doubts = Doubts::default();
    let absent = [pool("other", "orca", Some(5.0))];
    let present = [pool("pinned", "orca", Some(5.0))];
    let pin = pin("pinned", "orca");
    assert_eq!(looks(&absent, &pin, &mut doubts, 0..9), ['o'; 9]);
    assert_eq!(looks(&present, &pin, &mut doubts, 9..10), ['s']);
    assert_eq!(looks(&absent, &pin, &mut doubts, 10..21).iter().collect::<String>(), "oooooooooop");
}

#[test]
fn a_migration_from_the_curve_moves_the_pin_at_once() {
    let curve = pin("curve", "pumpfun");
    for curve_liquidity in [None, Some(0.0)] {
        let pools = [pool("curve", "pumpfun", curve_liquidity), pool("amm", "pumpswap", Some(500.0))];
        assert_eq!(name(choose(&pools, Some(&curve), &mut Doubts::default(), at(0), &rules())), ('p', "amm"));
    }
    let left = [pool("amm", "pumpswap", Some(500.0))];
    assert_eq!(name(choose(&left, Some(&curve), &mut Doubts::default(), at(0), &rules())), ('p', "amm"));
}

#[test]
fn the_curve_that_was_left_never_stands_in_for_the_new_pool() {
    let pools = [pool("curve", "pumpfun", Some(0.0))];
    let kept = looks(&pools, &pin("amm", "pumpswap"), &mut Doubts::default(), 0..60);
    assert_eq!(kept, vec!['n'; 60]);
}

#[test]
fn thirty_pairs_of_one_pool_are_one_pool() {
    let pools = vec![pool("pinned", "orca", Some(10.0)); 30];
    assert_eq!(
        name(choose(&pools, Some(&pin("pinned", "orca")), &mut Doubts::default(), at(0), &rules())),
        ('s', "pinned")
    );
}
