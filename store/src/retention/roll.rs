//! Making a closed week's bars. What they are made of does not change any more, so that they can be made again from the
//! beginning after a kill.

use std::sync::Arc;

use domain::bar::{PriceBar, Resampler, Resolution};
use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement};

use super::weeks;
use crate::engine::{Engine, Transaction};
use crate::entity::moment::Moment;
use crate::entity::price_week::Column;
use crate::error::{Doing, StoreError};
use crate::week::Week;
use crate::write::{Work, write};
use crate::{bars, snapshots};

/// So many tokens are looked up at once.
const TOKENS: u64 = 256;
/// So many bars are written in one transaction, and a token's more at most.
const BARS: usize = 4_000;

/// Makes and writes the bars of a week; returns how many they are, and of how many observations.
pub(super) async fn roll(engine: &Engine, week: Week) -> Result<(u64, u64), StoreError> {
    let (mut made, mut observations) = (0, 0);
    let mut pending = Vec::new();
    let mut behind = 0;
    loop {
        let tokens = tokens_of(engine, week, behind).await?;
        for token_id in &tokens {
            for bar in bars_of(engine, week, *token_id).await? {
                observations += u64::try_from(bar.observations).unwrap_or(0);
                pending.push((*token_id, bar));
            }
            if pending.len() >= BARS {
                made += flush(engine, week, &mut pending).await?;
            }
        }
        match tokens.last() {
            Some(last) => behind = *last,
            None => break,
        }
    }
    made += flush(engine, week, &mut pending).await?;
    Ok((made, observations))
}

async fn flush(engine: &Engine, week: Week, pending: &mut Vec<(i64, PriceBar)>) -> Result<u64, StoreError> {
    let bars = std::mem::take(pending);
    write(engine, Write { week, bars: &bars }).await?;
    Ok(bars.len() as u64)
}

/// The next tokens with raw prices in a week.
async fn tokens_of(engine: &Engine, week: Week, behind: i64) -> Result<Vec<i64>, StoreError> {
    let doing = "looking which tokens have prices in an old week";
    let sql = format!(
        "SELECT token_id FROM tokens WHERE token_id > $1 AND EXISTS (
             SELECT 1 FROM price_snapshots WHERE price_snapshots.token_id = tokens.token_id
             AND price_snapshots.observed_at >= $2 AND price_snapshots.observed_at < $3)
         ORDER BY token_id LIMIT {TOKENS}"
    );
    let values = [behind.into(), Moment(week.starts_at()).into(), Moment(week.ends_at()).into()];
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, values);
    let found = engine.query_all_raw(statement).await.doing(doing)?;
    found.iter().map(|row| row.try_get_by_index(0).doing(doing)).collect()
}

async fn bars_of(engine: &Engine, week: Week, token_id: i64) -> Result<Vec<PriceBar>, StoreError> {
    let mut resampler = Resampler::new(Resolution::FIVE_MINUTES);
    let mut bars = Vec::new();
    let mut behind = (week.starts_at(), "".into());
    loop {
        let chunk = snapshots::chunk(engine, token_id, &behind, week.ends_at()).await?;
        bars.extend(chunk.iter().filter_map(|seen| resampler.observe(seen)));
        match chunk.last() {
            Some(last) => behind = (last.observed_at, Arc::clone(&last.source)),
            None => break,
        }
    }
    bars.extend(resampler.finish());
    Ok(bars)
}

struct Write<'a> {
    week: Week,
    bars: &'a [(i64, PriceBar)],
}

impl Work for Write<'_> {
    type Done = ();
    const DOING: &'static str = "writing bars of prices";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        // Another run has finished meanwhile, and may have dropped what these bars were made of before it was all read.
        if weeks::lock(transaction, self.week).await?.is_none_or(|row| row.rolled_at.is_some()) {
            return Ok(());
        }
        for some in self.bars.chunks(BARS) {
            let rows = bars::rows(some);
            let sql = rows.insert_into(
                "price_bars",
                "ON CONFLICT (token_id, starts_at) DO UPDATE SET open_usd = excluded.open_usd,
                 high_usd = excluded.high_usd, low_usd = excluded.low_usd, close_usd = excluded.close_usd,
                 liquidity_usd = excluded.liquidity_usd, volume_24h_usd = excluded.volume_24h_usd,
                 snapshot_count = excluded.snapshot_count, market_cap_usd = excluded.market_cap_usd,
                 dex_name = excluded.dex_name, pool = excluded.pool",
            );
            transaction.bulk(&sql, &rows).await.doing(Self::DOING)?;
        }
        Ok(())
    }
}

/// Says that a week's bars are all there, unless an outcome that reaches into it came to be open meanwhile: then how many
/// do.
pub(super) struct Finish {
    pub(super) week: Week,
    pub(super) now: Timestamp,
}

impl Work for Finish {
    type Done = Option<u64>;
    const DOING: &'static str = "finishing the bars of a week";

    async fn run(&self, transaction: &Transaction) -> Result<Option<u64>, StoreError> {
        let Self { week, now } = self;
        weeks::lock(transaction, *week).await?;
        match weeks::unsealed(transaction, *week).await? {
            0 => weeks::advance(transaction, *week, Column::RolledAt, *now).await.map(|()| None),
            unsealed => Ok(Some(unsealed)),
        }
    }
}
