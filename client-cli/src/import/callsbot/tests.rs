use prost::Message;
use tempfile::tempdir;

use super::fixture::{self, OFFSETS, alerted_at};
use super::*;

async fn prices(recording: &Recording) -> Vec<PriceObservation> {
    let (sender, mut receiver) = mpsc::channel(1_000);
    recording.send_prices(&|_| true, &sender).await.unwrap();
    drop(sender);
    let mut prices = Vec::new();
    receiver.recv_many(&mut prices, 1_000).await;
    prices.sort_by_key(|price| (price.token.clone().unwrap().address, price.observed_at.unwrap().seconds));
    prices
}

fn good(recording: &Recording) -> Vec<Imported> {
    let mut alerts: Vec<Imported> = recording.alerts.iter().map(|alert| alert.clone().unwrap()).collect();
    alerts.sort_by_key(|imported| imported.alert.alerted_at.unwrap().seconds);
    alerts
}

#[tokio::test]
async fn both_forms_of_a_recording_give_the_same_requests() {
    let folder = tempdir().unwrap();
    let database = read(&fixture::database(folder.path(), 6).await).await.unwrap();
    let export = read(&fixture::export(folder.path(), 6)).await.unwrap();
    assert_eq!((database.form, export.form), ("SQLite", "CSV"));
    assert_eq!(prices(&database).await, prices(&export).await);
    for (one, other) in good(&database).into_iter().zip(good(&export)) {
        // Annotations and the peak may differ by form; they are no part of what makes a request the same.
        let bare =
            |alert: Alert| Alert { annotations: Default::default(), recorded_peak: None, ..alert }.encode_to_vec();
        assert_eq!(bare(one.alert), bare(other.alert));
    }
}

#[tokio::test]
async fn unknown_stays_unknown() {
    let folder = tempdir().unwrap();
    for file in [fixture::database(folder.path(), 3).await, fixture::export(folder.path(), 3)] {
        let alerts = good(&read(&file).await.unwrap());
        let features = alerts[0].alert.features.clone().unwrap();
        assert_eq!(features.smart_money_involved, Some(false));
        assert_eq!((features.lp_locked, features.top10_concentration, features.holder_count), (None, None, None));
        let entry = alerts[0].alert.entry.unwrap();
        assert_eq!((entry.market_cap_usd, entry.liquidity_usd), (None, Some(21_531.5)));
        // A first price of 0 is none, and the alert is taken all the same.
        assert_eq!(alerts[1].alert.entry.unwrap().price_usd, None);
        assert_eq!(alerts[1].notes, ["first_price_usd is 0 or negative: taken for unknown"]);
        assert_eq!(alerts[2].alert.recorded_peak, None);
        // As the ancestor wrote a liquidity that it did not know.
        assert_eq!(alerts[2].alert.entry.unwrap().liquidity_usd, None);
        assert!(alerts[0].alert.recorded_peak.unwrap().price_usd > 0.0);
    }
}

#[tokio::test]
async fn what_knows_the_future_is_never_a_feature() {
    let folder = tempdir().unwrap();
    let alerts = good(&read(&fixture::database(folder.path(), 1).await).await.unwrap());
    let alert = &alerts[0].alert;
    assert_eq!(alert.annotations["is_rug"], "1");
    assert_eq!(alert.annotations["max_gain_percent"], "200");
    assert_eq!(alert.annotations["price_change_24h"], "-12.5");
    assert!(alert.annotations.contains_key("peak_price_usd"));
    assert!(alert.extra.is_empty());
    assert!(!alert.annotations.contains_key("final_score"));
}

#[tokio::test]
async fn prices_hold_at_their_distance_from_the_alert() {
    let folder = tempdir().unwrap();
    for file in [fixture::database(folder.path(), 1).await, fixture::export(folder.path(), 1)] {
        let recording = read(&file).await.unwrap();
        assert_eq!(recording.count_prices().await.unwrap(), 5);
        let at: Vec<i64> =
            prices(&recording).await.iter().map(|price| price.observed_at.unwrap().seconds - alerted_at(0)).collect();
        assert_eq!(at, OFFSETS);
        assert!(prices(&recording).await.iter().all(|price| price.liquidity_usd.is_none()));
    }
}

#[tokio::test]
async fn a_bad_row_is_named_and_the_others_are_taken() {
    let folder = tempdir().unwrap();
    let address = fixture::address(1);
    let text = format!(
        "\u{feff}CA,first_seen_ts,final_score\n{address},2025-10-07 16:20:14,many\n{address},,7\n,2025-10-07,7\n{address},1\n"
    );
    let recording = read(&fixture::write(folder.path(), "bad.csv", &text)).await.unwrap();
    let imported = recording.alerts[0].as_ref().unwrap();
    assert_eq!(imported.alert.features.as_ref().unwrap().final_score, None);
    assert_eq!(imported.notes, ["final_score cannot be read: taken for unknown"]);
    let reasons: Vec<&str> =
        recording.alerts[1..].iter().map(|row| row.as_ref().unwrap_err().reason.as_str()).collect();
    assert_eq!(reasons, ["no alert time", "no token address", "2 fields instead of 3"]);
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_what_is_missing() {
    let folder = tempdir().unwrap();
    let refused = |text: &'static str| {
        let file = fixture::write(folder.path(), "other.csv", text);
        async move { read(&file).await.unwrap_err().to_string() }
    };
    assert!(refused("a,b\n1,2\n").await.contains("no column for the token's address"));
    assert!(refused("").await.contains("no column"));
    assert!(read(&folder.path().join("missing.db")).await.unwrap_err().to_string().contains("missing.db"));
    let broken = fixture::write(folder.path(), "broken.db", "SQLite format 3\0 and then nothing");
    assert!(matches!(read(&broken).await, Err(ImportError::Database { .. })));
}

#[tokio::test]
async fn a_database_is_read_without_a_trace() {
    let folder = tempdir().unwrap();
    let file = fixture::database(folder.path(), 2).await;
    let before = std::fs::read(&file).unwrap();
    let recording = read(&file).await.unwrap();
    prices(&recording).await;
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["alerted_tokens.db"]);
}

#[tokio::test]
async fn a_name_that_cannot_be_kept_is_made_fit() {
    let folder = tempdir().unwrap();
    let (address, long) = (fixture::address(1), "ü".repeat(200));
    let text = format!("ca,first_seen_ts,token_name,token_symbol\n{address},2025-10-07 16:20:14,{long},MO\0ON\n");
    let recording = read(&fixture::write(folder.path(), "names.csv", &text)).await.unwrap();
    let imported = recording.alerts[0].as_ref().unwrap();
    let token = imported.alert.token.clone().unwrap();
    assert_eq!((token.name.len(), token.symbol.as_str()), (256, "MOON"));
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
}
