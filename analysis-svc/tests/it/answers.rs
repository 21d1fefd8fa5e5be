//! What the service says of data that is known.

use perftrack::v1::{
    CorrelateRequest, EffectOutcome, FeatureReport, ListGatesRequest, ListPerformersRequest, RecommendRequest, Signal,
    Verdict,
};
use prost::Message;

use crate::alerts::{Fate, alert, planted, record};
use crate::world::{World, both};

fn report<'a>(reports: &'a [FeatureReport], name: &str) -> &'a FeatureReport {
    reports.iter().find(|report| report.feature == name).expect("reported")
}

#[tokio::test]
async fn a_planted_effect_is_found_and_labels_are_no_features() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let answer = world.client.correlate(CorrelateRequest::default()).await?.into_inner();
        let cohort = answer.cohort.expect("a head");
        assert_eq!((cohort.alerts, cohort.clusters, cohort.pumps, cohort.rugs), (120, 120, 48, 18));
        let locked = report(&answer.features, "lp_locked");
        assert_eq!(locked.verdict(), Verdict::Suggestive);
        assert_eq!(locked.signal(), Signal::Positive);
        let counts: Vec<_> =
            locked.groups.iter().map(|group| (group.level.as_str(), group.pumps, group.rugs)).collect();
        assert_eq!(counts, [("true", 36, 0), ("false", 12, 18)]);
        let pump = locked.effects.iter().find(|effect| effect.outcome() == EffectOutcome::Pump).expect("compared");
        assert!((pump.estimate.expect("defined") - 0.4).abs() < 1e-12 && pump.q_value < Some(0.001));
        assert!(answer.features.iter().all(|report| !report.feature.contains("is_rug")));
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn pending_and_second_alerts_are_shown_and_not_analysed() -> anyhow::Result<()> {
    for mut world in both().await? {
        let mut alerts = planted();
        alerts.push((alert(200, 200), Fate::Open));
        alerts.push((alert(121, 119), Fate::Calm));
        record(&world.store, alerts).await?;
        let cohort = world.client.correlate(CorrelateRequest::default()).await?.into_inner().cohort.expect("a head");
        assert_eq!((cohort.alerts, cohort.pumps, cohort.pending, cohort.repeats), (120, 48, 1, 1));
        world.end().await?;
    }
    Ok(())
}

async fn bytes(world: &mut World) -> anyhow::Result<Vec<Vec<u8>>> {
    let client = &mut world.client;
    Ok(vec![
        client.correlate(CorrelateRequest::default()).await?.into_inner().encode_to_vec(),
        client.recommend(RecommendRequest::default()).await?.into_inner().encode_to_vec(),
        client.list_performers(ListPerformersRequest::default()).await?.into_inner().encode_to_vec(),
    ])
}

#[tokio::test]
async fn the_same_question_on_the_same_data_has_the_same_bytes_on_every_database_and_in_any_order() -> anyhow::Result<()>
{
    let [mut one, mut other] = both().await?;
    record(&one.store, planted()).await?;
    let mut turned = planted();
    turned.reverse();
    record(&other.store, turned).await?;
    let answer = bytes(&mut one).await?;
    assert_eq!(answer, bytes(&mut one).await?);
    assert_eq!(answer, bytes(&mut other).await?);
    one.end().await?;
    other.end().await
}

#[tokio::test]
async fn what_was_recorded_since_is_in_the_next_answer_as_if_loaded_afresh() -> anyhow::Result<()> {
    for mut world in both().await? {
        let mut alerts = planted();
        let later = alerts.split_off(60);
        record(&world.store, alerts).await?;
        let before = world.client.correlate(CorrelateRequest::default()).await?.into_inner();
        record(&world.store, later).await?;
        let refreshed = world.client.correlate(CorrelateRequest::default()).await?.into_inner();
        let fresh = world.fresh_client().await?.correlate(CorrelateRequest::default()).await?.into_inner();
        assert_ne!(before.revision, refreshed.revision);
        assert_eq!(refreshed, fresh);
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn performers_come_with_their_annotations_and_a_pattern() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let answer = world.client.list_performers(ListPerformersRequest::default()).await?.into_inner();
        assert_eq!((answer.best.len(), answer.worst.len()), (5, 5));
        for best in &answer.best {
            let alert = best.alert.as_ref().expect("an alert");
            assert!(alert.outcome.as_ref().is_some_and(|outcome| outcome.max_gain_pct > Some(90.0)));
            assert_eq!(alert.alert.as_ref().map(|alert| alert.annotations["is_rug"].as_str()), Some("false"));
        }
        assert!(answer.worst.iter().all(|worst| worst.pattern.starts_with("score 9 · LP not locked · unknown: ")));
        let rugs = answer.worst.iter().filter_map(|worst| worst.alert.as_ref()?.outcome.as_ref()?.is_rug);
        assert!(rugs.eq([true; 5]));
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn recommendations_ask_and_set_nothing() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let answer = world.client.recommend(RecommendRequest::default()).await?.into_inner();
        assert!(answer.headline.starts_with("NO CHANGE YET"), "{}", answer.headline);
        let locked = answer.recommendations.iter().find(|item| item.candidate.contains_key("REQUIRE_LP_LOCKED"));
        let evidence = locked.and_then(|item| item.evidence.as_ref()).expect("a candidate");
        assert_eq!((evidence.alerts, evidence.rugs_avoided), (120, Some(18)));
        assert!(evidence.current.is_some() && evidence.proposed.is_some() && evidence.random.is_some());
        assert!(answer.recommendations.iter().all(|item| item.set.is_empty() && !item.rule.is_empty()));
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_empty_database_has_answers_without_rates() -> anyhow::Result<()> {
    for mut world in both().await? {
        let answer = world.client.correlate(CorrelateRequest::default()).await?.into_inner();
        let cohort = answer.cohort.expect("a head");
        assert_eq!((cohort.alerts, cohort.pump_rate, answer.features.len()), (0, None, 0));
        let advice = world.client.recommend(RecommendRequest::default()).await?.into_inner();
        assert!(advice.headline.contains("No alert has matured yet"), "{}", advice.headline);
        let ends = world.client.list_performers(ListPerformersRequest::default()).await?.into_inner();
        assert!(ends.best.is_empty() && ends.worst.is_empty());
        let gates = world.client.list_gates(ListGatesRequest {}).await?.into_inner().gates;
        let bonus = gates.iter().find(|gate| gate.key == "SMART_MONEY_SCORE_BONUS").expect("listed");
        assert_eq!(bonus.default_value, "2");
        world.end().await?;
    }
    Ok(())
}
