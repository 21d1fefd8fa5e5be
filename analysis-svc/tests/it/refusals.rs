//! What bad input gets: everything that is wrong, named, with a stable reason.

use std::collections::BTreeMap;

use analysis_svc::config::AnalysisConfig;
use perftrack::v1::{
    CorrelateRequest, DiscoverPatternsRequest, FilterConfig, ListPerformersRequest, Objective, RecommendRequest,
    SimulateRequest, Window,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::alerts::{planted, record};
use crate::world::sqlite;

fn violations(status: &Status) -> Vec<(String, String)> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().expect("info").reason, "INVALID_REQUEST");
    let fields = details.bad_request().expect("violations").field_violations.clone();
    fields.into_iter().map(|violation| (violation.field, violation.description)).collect()
}

#[tokio::test]
async fn all_violations_come_at_once_with_the_nearest_known_name() -> anyhow::Result<()> {
    let mut world = sqlite(AnalysisConfig::default()).await?;
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let request = CorrelateRequest {
        window: Some(Window { start: at(2_000_000_000), end: at(1_900_000_000) }),
        filter: "finl_score >= 8".to_owned(),
        features: vec!["lp_lockd".to_owned(), "final_score".to_owned(), "is_rug".to_owned()],
        include: vec![7],
    };
    let found = violations(&world.client.correlate(request).await.expect_err("refused"));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["window.end", "filter", "features[0]", "features[2]", "include[0]"]);
    assert!(found[1].1.contains("final_score") && found[2].1.contains("lp_locked"), "{found:?}");

    let current = Some(FilterConfig { values: BTreeMap::from([("MIN_LIQIDITY_USD".to_owned(), "1".to_owned())]) });
    let objective =
        Some(Objective { max_rug_rate: Some(15.0), min_alerts_per_day: Some(f64::NAN), ..Objective::default() });
    let request = RecommendRequest { current, objective, window: None };
    let found = violations(&world.client.recommend(request).await.expect_err("refused"));
    assert_eq!(found.len(), 3);
    assert!(found[0].1.contains("MIN_LIQUIDITY_USD"), "{found:?}");

    let request = ListPerformersRequest { count: 101, ..ListPerformersRequest::default() };
    assert_eq!(violations(&world.client.list_performers(request).await.expect_err("refused")).len(), 1);
    world.end().await
}

#[tokio::test]
async fn everything_wrong_with_a_simulation_or_a_search_is_said_at_once() -> anyhow::Result<()> {
    let mut world = sqlite(AnalysisConfig::default()).await?;
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let request = SimulateRequest {
        config: Some(FilterConfig { values: map(&[("MIN_HOLDER_COUNT", "many")]) }),
        current: Some(FilterConfig { values: map(&[("MAX_TOP10_CONCENTRATION", "250")]) }),
        set: map(&[("MIN_LIQUIDTY_USD", "20000"), ("SMART_MONEY_SCORE_BONUS", ""), ("MIN_LIQUIDITY_USD", "")]),
        window: None,
    };
    let found = violations(&world.client.simulate(request).await.expect_err("refused"));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert!(fields.contains(&"config.values[MIN_HOLDER_COUNT]"), "{found:?}");
    assert!(fields.contains(&"current.values[MAX_TOP10_CONCENTRATION]"), "{found:?}");
    let misspelt = found.iter().find(|(field, _)| field == "set[MIN_LIQUIDTY_USD]").expect("named");
    assert!(misspelt.1.contains("MIN_LIQUIDITY_USD"), "{misspelt:?}");
    assert!(fields.contains(&"set[SMART_MONEY_SCORE_BONUS]") && fields.len() == 4, "{found:?}");

    let request = DiscoverPatternsRequest { max_conditions: 4, min_alerts: -1, count: 101, ..Default::default() };
    assert_eq!(violations(&world.client.discover_patterns(request).await.expect_err("refused")).len(), 3);
    world.end().await
}

#[tokio::test]
async fn alerts_that_do_not_fit_into_memory_are_refused_and_the_bound_is_named() -> anyhow::Result<()> {
    let config = AnalysisConfig { dataset_memory_bytes: 20_000, ..AnalysisConfig::default() };
    let mut world = sqlite(config).await?;
    record(&world.store, planted()).await?;
    let status = world.client.correlate(CorrelateRequest::default()).await.expect_err("too large");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_error_details().error_info().expect("info").reason, "DATASET_TOO_LARGE");
    assert!(status.message().contains("dataset_memory_mb"), "{}", status.message());
    world.end().await
}
