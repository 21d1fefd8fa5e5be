//! `RelabelOutcomes`: tells how far it is, and ends with `done`.

use perftrack::v1::{RecordAlertRequest, RelabelOutcomesRequest, RelabelOutcomesResponse};
use store::Rules;
use store::alerts::NewAlert;
use tonic::Code;

use crate::server::{Server, alert, now};

async fn relabel(server: &mut Server, request: RelabelOutcomesRequest) -> Vec<RelabelOutcomesResponse> {
    let mut stream = server.client.relabel_outcomes(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    while let Some(progress) = stream.message().await.unwrap() {
        told.push(progress);
    }
    assert!(told.last().is_some_and(|last| last.done), "the last says so");
    assert!(told.iter().rev().skip(1).all(|one| !one.done));
    told
}

#[tokio::test]
async fn outcomes_of_another_policy_are_replayed_with_progress() {
    let mut server = Server::on_sqlite().await;
    let mut rules = Rules::default();
    rules.policy.version = 7;
    server.store.policies().register(&rules.policy, now()).await.unwrap();
    for number in 0..40 {
        let parsed = service::wire::parse_alert(Some(alert(number)), false, now()).unwrap();
        let new = NewAlert { alert: parsed, request_hash: [0; 32], recorded_at: now() };
        server.store.alerts().record(new, &rules).await.unwrap();
    }
    let recorded = RecordAlertRequest { alert: Some(alert(99)), trust_recorded_peak: false };
    server.client.record_alert(recorded).await.unwrap();

    let dry = RelabelOutcomesRequest { dry_run: true, ..RelabelOutcomesRequest::default() };
    let told = relabel(&mut server, dry).await;
    assert_eq!(told.last().map(|last| (last.alerts, last.examined, last.policy_version)), Some((41, 41, 1)));
    let store = server.store.clone();
    let versions = || async {
        use futures::TryStreamExt as _;
        let all: Vec<_> = store.alerts().stream(store::alerts::AlertedBetween::default()).try_collect().await.unwrap();
        all.iter().filter(|record| record.outcome.policy_version == 1).count()
    };
    assert_eq!(versions().await, 1, "nothing was changed");
    let told = relabel(&mut server, RelabelOutcomesRequest::default()).await;
    assert!(told.len() > 3 && told.is_sorted_by_key(|one| one.examined), "{told:?}");
    assert_eq!(versions().await, 41);

    let wrong = RelabelOutcomesRequest { filter: "nonsense = ".into(), ..RelabelOutcomesRequest::default() };
    assert_eq!(server.client.relabel_outcomes(wrong).await.unwrap_err().code(), Code::InvalidArgument);
    server.stop().await;
}
