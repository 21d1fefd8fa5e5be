//! The tracker's own sample of shadow alerts, as callers see it.

use std::collections::HashSet;

use perftrack::v1::{Alert, AlertDecision, GetAlertRequest, RecordAlertRequest};

use crate::server::{Server, alert, numbered};

fn shadow(token: u64) -> Alert {
    Alert { decision: AlertDecision::Shadow.into(), shadow_sample_rate: Some(0.5), ..alert(token) }
}

#[tokio::test]
async fn a_shadow_alert_gets_the_same_answer_each_time_and_stands_for_the_product_of_both_shares() {
    let server = Server::sampling(0.25).await;
    let alerts: Vec<Alert> = (0..200).map(shadow).collect();
    let mut client = server.client.clone();
    let mut kept = HashSet::new();
    for alert in &alerts {
        let request = RecordAlertRequest { alert: Some(alert.clone()), trust_recorded_peak: false };
        let answer = client.record_alert(request).await.unwrap().into_inner();
        assert_eq!(answer.alert_id, alert.alert_id);
        if !answer.sampled_out {
            kept.insert(alert.alert_id.clone());
        }
    }
    assert!((20..80).contains(&kept.len()), "{}", kept.len());

    let mut stream = client.record_alerts(tokio_stream::iter(numbered(alerts))).await.unwrap().into_inner();
    while let Some(answer) = stream.message().await.unwrap() {
        let is_kept = kept.contains(&answer.alert_id);
        assert_eq!((answer.sampled_out, answer.duplicate, answer.error), (!is_kept, is_kept, None));
    }
    for alert_id in kept {
        let alert = client.get_alert(GetAlertRequest { alert_id }).await.unwrap().into_inner().alert.unwrap();
        assert_eq!(alert.shadow_sample_rate, Some(0.125));
    }
    server.stop().await;
}
