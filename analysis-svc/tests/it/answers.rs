//! What the service says of data that is known.

use perftrack::v1::{
    ConfigOutcome, CorrelateRequest, DiscoverPatternsRequest, EffectOutcome, FeatureReport, ListGatesRequest,
    ListPerformersRequest, RecommendRequest, Signal, SimulateRequest, Verdict,
};
use prost::Message;
use store::configs::NewConfig;

use crate::alerts::{BEGIN, Fate, alert, planted, record};
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
        assert!(matches!(locked.verdict(), Verdict::Supported | Verdict::Suggestive));
        let checkpoint = answer.checkpoint.expect("the standing question");
        assert_eq!((checkpoint.matured_tokens, checkpoint.tokens, checkpoint.next_tokens), (120, 100, 142));
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
        client.discover_patterns(DiscoverPatternsRequest::default()).await?.into_inner().encode_to_vec(),
        client.simulate(SimulateRequest::default()).await?.into_inner().encode_to_vec(),
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
async fn a_filter_on_what_is_not_kept_in_memory_is_looked_up_and_means_the_same() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let client = &mut world.client;
        let mut count = async |filter: &str| -> anyhow::Result<i32> {
            let request = CorrelateRequest { filter: filter.to_owned(), ..CorrelateRequest::default() };
            Ok(client.correlate(request).await?.into_inner().cohort.map_or(0, |cohort| cohort.alerts))
        };
        let all = count("").await?;
        let symbol = count("symbol = T7").await?;
        assert_eq!(symbol, 1);
        assert_eq!(count("NOT symbol = T7").await?, all - symbol);
        let (locked, named) = (count("lp_locked").await?, count("token.name:1").await?);
        let both = count("lp_locked AND token.name:1").await?;
        assert_eq!(count("lp_locked OR token.name:1").await?, locked + named - both);
        let mut later = vec![(alert(500, 7), Fate::Calm), (alert(501, 501), Fate::Calm)];
        later.iter_mut().for_each(|(alert, _)| "T7".clone_into(&mut alert.token.symbol));
        record(&world.store, later).await?;
        assert_eq!(count("symbol = T7").await?, 3);
        world.end().await?;
    }
    Ok(())
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
async fn patterns_are_found_and_their_filters_ask_for_their_alerts() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let answer = world.client.discover_patterns(DiscoverPatternsRequest::default()).await?.into_inner();
        let (best, worst) = (&answer.best[0], &answer.worst[0]);
        assert_eq!((best.filter.as_str(), worst.filter.as_str()), ("lp_locked = true", "lp_locked = false"));
        assert!(best.sentence.starts_with("LP locked: 60 % pumps ["), "{}", best.sentence);
        assert_eq!((best.outcome(), worst.outcome()), (EffectOutcome::Pump, EffectOutcome::Rug));
        assert_eq!((best.parents.len(), best.lift.map(|lift| (lift * 10.0).round())), (1, Some(15.0)));
        let request = CorrelateRequest { filter: best.filter.clone(), ..CorrelateRequest::default() };
        let cohort = world.client.correlate(request).await?.into_inner().cohort.expect("a head");
        let stats = best.stats.as_ref().expect("counted");
        assert_eq!((cohort.alerts, cohort.pumps), (stats.alerts, stats.pumps));
        assert_eq!(answer.earlier.map(|earlier| earlier.alerts), Some(72));
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_simulation_stands_beside_what_the_bot_recorded_as_in_force() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let set = [("REQUIRE_LP_LOCKED".to_owned(), "true".to_owned())].into();
        let request = SimulateRequest { set, ..SimulateRequest::default() };
        let answer = world.client.simulate(request.clone()).await?.into_inner();
        assert_eq!((answer.rugs_avoided, answer.dropped, answer.winners_forgone), (18, 60, 0));
        let alerts = |outcome: &Option<ConfigOutcome>| outcome.as_ref().map(|outcome| outcome.alerts);
        assert_eq!([&answer.current, &answer.proposed, &answer.random].map(alerts), [Some(120), Some(60), Some(60)]);
        assert!(answer.random_as_good_p_value.is_some() && answer.winners_forgone_up_to.is_some());
        assert!(answer.in_force_source.starts_with("defaults"), "{}", answer.in_force_source);

        let values = [("MIN_LIQUIDITY_USD", "40000"), ("TELEGRAM_CHAT", "1")];
        let config = NewConfig {
            revision: "r1".to_owned(),
            values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            effective_at: Some(BEGIN),
        };
        world.store.configs().record(config, BEGIN).await?;
        let answer = world.client.simulate(request).await?.into_inner();
        assert_eq!(answer.in_force_source, "recorded r1");
        assert_eq!(answer.in_force.map(|config| config.values["MIN_LIQUIDITY_USD"].clone()), Some("40000".to_owned()));

        let looser = [("MIN_LIQUIDITY_USD".to_owned(), String::new())].into();
        let request = SimulateRequest { set: looser, ..SimulateRequest::default() };
        let answer = world.client.simulate(request).await?.into_inner();
        let reason = &answer.refused["MIN_LIQUIDITY_USD"];
        assert!(reason.contains("MIN_LIQUIDITY_USD 40000 → off") && reason.contains("there are 0"), "{reason}");
        assert_eq!(answer.proposed, answer.current);
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
        let patterns = world.client.discover_patterns(DiscoverPatternsRequest::default()).await?.into_inner();
        assert!(patterns.best.is_empty() && !patterns.notes.is_empty());
        let simulated = world.client.simulate(SimulateRequest::default()).await?.into_inner();
        assert_eq!(simulated.proposed.map(|outcome| (outcome.alerts, outcome.net_per_day_usd)), Some((0, None)));
        let gates = world.client.list_gates(ListGatesRequest {}).await?.into_inner().gates;
        let bonus = gates.iter().find(|gate| gate.key == "SMART_MONEY_SCORE_BONUS").expect("listed");
        assert_eq!(bonus.default_value, "2");
        world.end().await?;
    }
    Ok(())
}
