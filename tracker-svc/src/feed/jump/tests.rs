use std::sync::Arc;

use domain::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn price(usd: f64) -> PriceUsd {
    PriceUsd::new(usd).unwrap()
}

fn observation(source: &str, usd: f64) -> Observation {
    Observation {
        observed_at: NOW,
        source: Arc::from(source),
        price_usd: price(usd),
        market_cap_usd: None,
        liquidity_usd: None,
        volume_24h_usd: None,
        holder_count: None,
        dex_name: None,
        pool: None,
    }
}

/// A claim against a last price of 1, and what the others say: a price and the liquidity behind it.
fn jump(claim: f64, others: &[(f64, Option<f64>)]) -> Jump {
    let witness = |(usd, liquidity): &(f64, Option<f64>)| Witness {
        observation: observation("other", *usd),
        liquidity_usd: liquidity.map(|usd| AmountUsd::new(usd).unwrap()),
    };
    Jump {
        reference: price(1.0),
        claimed_by: 0,
        claim: observation("first", claim),
        pool: None,
        others: others.iter().map(witness).collect(),
    }
}

fn told(jump: Jump) -> Vec<f64> {
    jump.believed(true).0.iter().map(|observation| observation.price_usd.get()).collect()
}

#[test]
fn a_jump_that_another_source_confirms_goes_in_with_its_word() {
    let jump = jump(4.0, &[(3.5, None)]);
    assert_eq!(jump.ending(), Ending::Confirmed);
    assert_eq!(told(jump), [3.5, 4.0]);
}

#[test]
fn a_moonshot_of_one_source_is_outvoted_by_another_and_the_last_price() {
    let jump = jump(1_000.0, &[(1.1, None)]);
    assert_eq!(jump.ending(), Ending::Outvoted);
    assert_eq!(told(jump), [1.1]);
}

#[test]
fn a_fall_is_outvoted_only_where_liquidity_is_seen_behind_the_old_price() {
    assert_eq!(jump(0.01, &[(1.0, Some(20_000.0))]).ending(), Ending::Outvoted);
    for dead in [None, Some(0.0), Some(999.0)] {
        let jump = jump(0.01, &[(1.0, dead)]);
        assert_eq!(jump.ending(), Ending::Open);
        assert_eq!(told(jump), [0.01], "the last price of a dead market must not hide a rug");
    }
}

#[test]
fn without_a_second_answer_the_claim_goes_in_as_it_is() {
    assert_eq!(jump(50.0, &[]).ending(), Ending::Open);
    assert_eq!(told(jump(50.0, &[])), [50.0]);
}

#[test]
fn where_everybody_says_something_else_all_goes_in_and_hygiene_decides() {
    assert_eq!(jump(100.0, &[(0.01, None)]).ending(), Ending::Open);
    assert_eq!(told(jump(100.0, &[(0.01, None)])), [0.01, 100.0]);
}

#[test]
fn a_third_source_may_confirm_what_the_second_does_not() {
    let jump = jump(10.0, &[(1.0, Some(20_000.0)), (9.0, None)]);
    assert_eq!(jump.ending(), Ending::Confirmed);
    assert_eq!(told(jump), [9.0, 10.0]);
}

#[test]
fn without_credit_a_claim_that_nobody_bears_out_is_left_out() {
    let told = |jump: Jump| jump.believed(false).0.iter().map(|o| o.price_usd.get()).collect::<Vec<_>>();
    assert!(told(jump(4.0, &[])).is_empty());
    assert_eq!(told(jump(14.0, &[(3.5, None)])), [3.5], "a real rise behind a wrong price");
    assert_eq!(told(jump(4.0, &[(3.5, None)])), [3.5, 4.0], "confirmed is confirmed");
}

proptest! {
    #[test]
    fn something_is_always_told_and_no_rise_beyond_all_other_prices(
        claim in 1e-6..1e6_f64, others in proptest::collection::vec((1e-6..1e6_f64, proptest::option::of(0.0..1e5_f64)), 0..3)
    ) {
        let jump = jump(claim, &others);
        let ending = jump.ending();
        let told = told(jump);
        prop_assert!(!told.is_empty());
        if ending == Ending::Outvoted {
            prop_assert!(told.iter().all(|usd| agree(price(*usd), price(1.0))));
        } else {
            prop_assert_eq!(*told.last().unwrap(), claim);
        }
    }
}
