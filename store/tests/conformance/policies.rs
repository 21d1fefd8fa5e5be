//! The policies that outcomes were made with.

use anyhow::Result;
use domain::outcome::Policy;
use store::StoreError;

use crate::bench::Bench;
use crate::market::{START, minutes};

fn second() -> Policy {
    let mut policy = Policy { version: 2, ..Policy::default() };
    policy.exit.fee_pct = 0.1 + 0.2;
    policy
}

pub async fn the_policy_in_force_is_the_one_that_was_registered_last(bench: &Bench) -> Result<()> {
    let policies = bench.store.policies();
    assert_eq!(policies.in_force().await?, Policy::default());
    assert_eq!(policies.get(1).await?, Some(Policy::default()));
    policies.register(&Policy::default(), START).await?;
    policies.register(&second(), START.plus(minutes(1))).await?;
    assert_eq!(policies.in_force().await?, second());
    // Taken back: the tracker runs without its policy file again.
    policies.register(&Policy::default(), START.plus(minutes(2))).await?;
    assert_eq!(policies.in_force().await?, Policy::default());
    let all = bench.another().await?.policies().all().await?;
    let moments: Vec<_> = all.iter().map(|one| (one.policy.version, one.registered_at, one.in_force_since)).collect();
    assert_eq!(moments, [(1, START, START.plus(minutes(2))), (2, START.plus(minutes(1)), START.plus(minutes(1)))]);
    assert_eq!(policies.get(2).await?, Some(second()));
    assert_eq!(policies.get(3).await?, None);
    Ok(())
}

pub async fn a_version_stands_for_the_same_parameters_for_ever(bench: &Bench) -> Result<()> {
    bench.store.policies().register(&second(), START).await?;
    bench.store.policies().register(&second(), START).await?;
    let mut other = second();
    other.exit.fee_pct = 0.5;
    let refused = bench.store.policies().register(&other, START.plus(minutes(1))).await;
    let Err(error @ StoreError::PolicyChanged { version: 2, .. }) = refused else { anyhow::bail!("{refused:?}") };
    assert!(error.to_string().contains("exit.fee_pct is 0.5, not 0.30000000000000004"), "{error}");
    let mut first = Policy::default();
    first.seal.after_seconds = 1;
    let refused = bench.store.policies().register(&first, START).await;
    assert!(matches!(refused, Err(StoreError::PolicyChanged { version: 1, .. })), "version 1 is built in");
    assert_eq!(bench.store.policies().in_force().await?, second());
    assert_eq!(bench.count("policies").await?, 1);
    Ok(())
}

pub async fn two_that_begin_at_once_agree_or_one_is_refused(bench: &Bench) -> Result<()> {
    let other = bench.another().await?;
    let mut differs = second();
    differs.exit.fee_pct = 0.5;
    let policy = second();
    let (here, there) = (bench.store.policies(), other.policies());
    let (one, two) = tokio::join!(here.register(&policy, START), there.register(&differs, START));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let same = futures::future::join_all((0..4).map(|_| here.register(&policy, START))).await;
    assert!(same.iter().all(|done| done.is_ok() == one.is_ok()));
    assert_eq!(bench.count("policies").await?, 1);
    Ok(())
}
