//! A made-up history written into Postgres.

use std::collections::HashSet;
use std::fmt::Write;

use analysis_svc::synthetic;
use anyhow::Result;
use domain::field::{AlertField, Field, Kind, OutcomeField};
use domain::timestamp::Timestamp;
use sqlx::PgConnection;
use store::dataset::{Batch, Cells};
use store::leases::SHARDS;

/// Writes `alerts` alerts, and leaves the tables as a database at rest has them.
pub async fn fill(connection: &mut PgConnection, alerts: usize) -> Result<()> {
    let mut tokens = HashSet::new();
    let mut changed = 3;
    for batch in synthetic::batches(alerts) {
        changed += 1;
        write(connection, &batch, &mut tokens, changed).await?;
    }
    for statement in ["VACUUM ANALYZE tokens", "VACUUM ANALYZE alerts", "VACUUM ANALYZE outcomes", "CHECKPOINT"] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes the alerts of a batch as one transaction of this number would.
pub async fn write(connection: &mut PgConnection, batch: &Batch, tokens: &mut HashSet<i64>, change: i64) -> Result<()> {
    let lines = Lines::of(batch);
    let mut text = String::new();
    for row in 0..batch.len() {
        // The store numbers tokens from 1.
        if tokens.insert(batch.tokens[row]) {
            let (chain, address) = (lines.at(row, "token.chain"), lines.at(row, "token.address"));
            // Who polls a token is nothing to the analysis: any shard will do.
            let shard = batch.tokens[row] % SHARDS as i64;
            writeln!(text, "{}\t{chain}\t{address}\t{shard}", batch.tokens[row] + 1)?;
        }
    }
    copy(connection, "tokens (token_id, chain, address, shard)", text).await?;

    let features: Vec<&str> = Batch::fields().iter().filter(|field| is_of_alert(field)).map(name).collect();
    let columns: Vec<String> = features.iter().map(|name| name.replace('.', "_")).collect();
    let table =
        format!("alerts (token_id, alert_id, name, symbol, recorded_at, trust_recorded_peak, {})", columns.join(", "));
    let mut text = String::new();
    for row in 0..batch.len() {
        let values: Vec<&str> = features.iter().map(|name| lines.at(row, name)).collect();
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\tf\t{}",
            batch.tokens[row] + 1,
            batch.ids[row],
            lines.at(row, "token.name"),
            lines.at(row, "token.symbol"),
            lines.at(row, "recorded_at"),
            values.join("\t")
        )?;
    }
    copy(connection, &table, text).await?;

    let outcomes: Vec<&str> =
        Batch::fields().iter().filter(|field| matches!(field, Field::Outcome(_))).map(name).collect();
    let table = format!(
        "outcomes (token_id, alert_id, alerted_at, window_end, seal_due_at, dataset_change, state, {})",
        outcomes.join(", ")
    );
    let mut text = String::new();
    for row in 0..batch.len() {
        let values: Vec<&str> = outcomes.iter().map(|name| lines.at(row, name)).collect();
        let at = lines.at(row, "alerted_at");
        // As long as the state of a fold that has ended.
        let state = "00".repeat(64);
        writeln!(
            text,
            "{}\t{}\t{at}\t{at}\t{at}\t{change}\t\\\\x{state}\t{}",
            batch.tokens[row] + 1,
            batch.ids[row],
            values.join("\t")
        )?;
    }
    copy(connection, &table, text).await
}

fn name(field: &Field) -> &'static str {
    Field::names().find(|name| *name == field.to_string()).unwrap_or("")
}

/// The fields that are columns of `alerts` by their own names.
fn is_of_alert(field: &Field) -> bool {
    match field {
        Field::Feature(_) => true,
        Field::Alert(field) => matches!(
            field,
            AlertField::AlertedAt
                | AlertField::Decision
                | AlertField::ShadowSampleRate
                | AlertField::ConfigRevision
                | AlertField::EntryPriceUsd
                | AlertField::EntryMarketCapUsd
                | AlertField::EntryLiquidityUsd
                | AlertField::EntryVolume24hUsd
        ),
        Field::Extra(_) | Field::Outcome(_) => false,
    }
}

/// The values of a batch as COPY reads them.
struct Lines {
    columns: Vec<(&'static str, Vec<String>)>,
}

impl Lines {
    fn of(batch: &Batch) -> Self {
        let fields = Batch::fields().iter().zip(&batch.columns);
        Self { columns: fields.map(|(field, cells)| (name(field), texts(field, cells))).collect() }
    }

    fn at(&self, row: usize, name: &str) -> &str {
        let column = self.columns.iter().find(|(other, _)| *other == name);
        column.and_then(|(_, texts)| texts.get(row)).map_or("\\N", String::as_str)
    }
}

fn texts(field: &Field, cells: &Cells) -> Vec<String> {
    let unknown = match field {
        Field::Outcome(OutcomeField::ExitLiquidityAssumed | OutcomeField::Approximate) => "f",
        _ => "\\N",
    };
    let or = |text: Option<String>| text.unwrap_or_else(|| unknown.to_owned());
    match cells {
        Cells::Flags(flags) => flags.iter().map(|flag| or(flag.map(|flag| flag.to_string()))).collect(),
        Cells::Numbers(numbers) => {
            let whole = |number: f64| if is_whole(field) { number.round() } else { number };
            numbers.iter().map(|&number| or((!number.is_nan()).then(|| whole(number).to_string()))).collect()
        }
        Cells::Moments(moments) => moments.iter().map(|at| or(at.map(|at: Timestamp| at.to_string()))).collect(),
        Cells::Words(words) => words.iter().map(|word| or(word.map(|word| in_database(field, word)))).collect(),
    }
}

/// The columns of integers.
fn is_whole(field: &Field) -> bool {
    let whole = [
        "preliminary_score",
        "final_score",
        "velocity_score_15m",
        "velocity_bonus",
        "holder_count",
        "unique_traders_15m",
        "held_dropped",
        "snapshot_count",
        "policy_version",
    ];
    whole.contains(&name(field))
}

/// The database has the names of enum values in small letters.
fn in_database(field: &Field, word: &str) -> String {
    match field.kind() {
        Kind::Enum(names) => word.strip_prefix(names.prefix).unwrap_or(word).to_ascii_lowercase(),
        _ => word.to_owned(),
    }
}

async fn copy(connection: &mut PgConnection, table: &str, text: String) -> Result<()> {
    if !text.is_empty() {
        let mut copy = connection.copy_in_raw(&format!("COPY {table} FROM STDIN")).await?;
        copy.send(text.into_bytes()).await?;
        copy.finish().await?;
    }
    Ok(())
}
