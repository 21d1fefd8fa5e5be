//! The tokens that are followed, and the processes that take part.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::alert::{Alert, AlertId, Decision};
use domain::quantity::PriceUsd;
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Token, TokenAddress};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::alerts::{AlertedBetween, NewAlert};
use store::{Rules, Store};
use tracker_svc::feed::cascade::key;
use uuid::Uuid;

/// The address of token `number`.
pub fn address(number: usize) -> TokenAddress {
    let mut bytes = [0x5a; 32];
    bytes[..8].copy_from_slice(&(number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    bytes[8..16].copy_from_slice(&(number as u64).to_be_bytes());
    TokenAddress::from_bytes(bytes)
}

/// Alerts `tokens` tokens.
pub async fn follow(database: &str, tokens: usize) {
    let store = Store::connect(database).await.unwrap();
    store.migrate().await.unwrap();
    let now = Timestamp::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
    let rules = Rules::default();
    stream::iter(0..tokens)
        .for_each_concurrent(512, |number| {
            let (store, rules) = (&store, &rules);
            async move {
                let alert = NewAlert { alert: alert(number, now), request_hash: [0; 32], recorded_at: now };
                store.alerts().record(alert, rules).await.unwrap();
            }
        })
        .await;
    store.close().await;
}

fn alert(number: usize, now: Timestamp) -> Alert {
    Alert {
        id: AlertId(Uuid::from_u128(number as u128 + 1)),
        token: Token { key: key(address(number)), name: format!("Token {number}"), symbol: format!("T{number}") },
        alerted_at: now.minus(Duration::from_secs(60)),
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote { price_usd: PriceUsd::new(0.000_081).ok(), ..Quote::default() },
        features: Default::default(),
        extra: Default::default(),
        annotations: Default::default(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: None,
    }
}

/// Every outcome has folded one price of each tick at least.
pub async fn assert_folded(database: &str, tokens: usize, ticks: usize) {
    let store = Store::connect(database).await.unwrap();
    let mut records = store.alerts().stream(AlertedBetween::default());
    let mut seen = 0;
    while let Some(record) = records.try_next().await.unwrap() {
        assert!(record.outcome.snapshot_count as usize >= ticks, "{:?}", record.outcome);
        seen += 1;
    }
    assert_eq!(seen, tokens);
    drop(records);
    store.close().await;
}

/// A process that plays a part. It ends with this value.
pub struct Part {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// This program again, with these arguments.
pub fn spawn(arguments: &[&str]) -> Part {
    let program = std::env::current_exe().unwrap();
    let mut process =
        Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (input, output) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
    Part { process, input, output }
}

impl Part {
    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Asks it for its number.
    pub fn ask(&mut self) -> String {
        self.input.as_mut().unwrap().write_all(b"\n").unwrap();
        self.line()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
