//! The ledger of recommendations.

use anyhow::Result;
use serde_json::json;
use store::recommendations::{LedgerEntry, LedgerPosition};
use uuid::Uuid;

use crate::bench::Bench;
use crate::market::{START, minutes};

fn entry(number: u128, minute: u64) -> LedgerEntry {
    LedgerEntry {
        id: Uuid::from_u128(number),
        recommended_at: START.plus(minutes(minute)),
        priority: "high".to_owned(),
        confidence: "question".to_owned(),
        issue: "rugs".to_owned(),
        content: json!({"set": {}, "rate": 0.247}),
    }
}

pub async fn a_ledger_keeps_what_was_recommended(bench: &Bench) -> Result<()> {
    let ledger = bench.store.recommendations();
    let entries: Vec<_> = (0..4).map(|number| entry(number, number as u64)).collect();
    ledger.add(entries.clone()).await?;
    assert_eq!(ledger.list(None, 2).await?, [entries[3].clone(), entries[2].clone()]);
    ledger.add(Vec::new()).await?;
    assert_eq!(bench.count("recommendations").await?, 4);
    Ok(())
}

pub async fn a_line_of_the_ledger_is_written_once_and_stays_as_it_was(bench: &Bench) -> Result<()> {
    let ledger = bench.store.recommendations();
    ledger.add(vec![entry(1, 0)]).await?;
    let later = LedgerEntry { issue: "changed".to_owned(), ..entry(1, 9) };
    ledger.add(vec![later, entry(2, 9), entry(2, 9)]).await?;
    assert_eq!(ledger.list(None, 10).await?, [entry(2, 9), entry(1, 0)]);
    Ok(())
}

pub async fn the_ledger_is_listed_newest_first_page_by_page(bench: &Bench) -> Result<()> {
    let ledger = bench.store.recommendations();
    // Three of each moment, to be told apart by their ids.
    ledger.add((0..9).map(|number| entry(number, number as u64 / 3)).collect()).await?;
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = ledger.list(after, 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(LedgerPosition { recommended_at: last.recommended_at, id: last.id });
        if listed.len() == 2 {
            // What is written in between is newer than every page to come.
            ledger.add(vec![entry(20, 60)]).await?;
        }
        listed.extend(page.into_iter().map(|entry| entry.id.as_u128()));
    }
    assert_eq!(listed, [6, 7, 8, 3, 4, 5, 0, 1, 2]);
    Ok(())
}
