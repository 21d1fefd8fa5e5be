//! A remedy that is certified, applied, and followed up, as the bot and its operator see it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::Alert;
use domain::timestamp::Timestamp;
use perftrack::v1::{
    Confidence, FilterConfig, LedgerEntry, LedgerStatus, LedgerVerdict, ListRecommendationsRequest, Objective,
    ObjectiveKind, RecommendRequest, RecommendResponse, Window,
};
use prost::Message;
use store::configs::NewConfig;

use crate::alerts::{Fate, alert, record};
use crate::world::{World, both};

const DAY: Duration = Duration::from_secs(86_400);

fn now() -> Timestamp {
    Timestamp::from(chrono::Utc::now())
}

/// 820 alerts of the last three weeks, 48 a day: what has no locked liquidity is a rug in seven of ten.
fn three_weeks() -> Vec<(Alert, Fate)> {
    let midnight = Timestamp::from_seconds(now().utc_day() * 86_400).minus(21 * DAY);
    let alerts = (0..820_u32).map(|number| {
        let is_locked = number % 2 == 0;
        let fate = match (is_locked, number / 2 % 10) {
            (true, 0..4) => Fate::Pump,
            (false, 0..7) => Fate::Rug,
            _ => Fate::Calm,
        };
        let mut alert = alert(number, number);
        alert.alerted_at = midnight.plus(Duration::from_secs(u64::from(number) * 1_800));
        alert.features.lp_locked = Some(is_locked);
        alert.features.final_score = Some(9);
        (alert, fate)
    });
    alerts.collect()
}

fn config(is_required: bool) -> BTreeMap<String, String> {
    [("REQUIRE_LP_LOCKED", is_required.to_string()), ("TELEGRAM_CHAT", "-100".to_owned())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

async fn put_into_force(world: &World, revision: &str, is_required: bool, at: Timestamp) -> anyhow::Result<()> {
    let config = NewConfig { revision: revision.to_owned(), values: config(is_required), effective_at: Some(at) };
    world.store.configs().record(config, now()).await?;
    Ok(())
}

async fn recommend(world: &mut World, request: RecommendRequest) -> anyhow::Result<RecommendResponse> {
    Ok(world.client.recommend(request).await?.into_inner())
}

/// The ledger, read in pages of two.
async fn ledger(world: &mut World) -> anyhow::Result<Vec<LedgerEntry>> {
    let (mut entries, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListRecommendationsRequest { page_size: 2, page_token };
        let page = world.client.list_recommendations(request).await?.into_inner();
        assert!(page.entries.len() <= 2);
        entries.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(entries);
        }
    }
}

fn certified(answer: &RecommendResponse) -> Vec<&BTreeMap<String, String>> {
    let all = answer.recommendations.iter();
    all.filter(|one| one.confidence() == Confidence::Certified).map(|one| &one.set).collect()
}

#[tokio::test]
async fn a_remedy_is_certified_written_down_applied_and_followed_up() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, three_weeks()).await?;
        put_into_force(&world, "before", false, now().minus(30 * DAY)).await?;

        let answer = recommend(&mut world, RecommendRequest::default()).await?;
        let set = BTreeMap::from([("REQUIRE_LP_LOCKED".to_owned(), "true".to_owned())]);
        assert!(answer.headline.starts_with("CHANGE. "), "{}", answer.headline);
        assert_eq!(certified(&answer), [&set], "{:?}", answer.not_certified);
        for one in &answer.recommendations {
            assert_eq!(one.set.is_empty(), one.confidence() != Confidence::Certified);
            assert!(!one.id.is_empty() && (one.set.is_empty() || one.candidate.is_empty()));
        }
        let remedy = answer.recommendations.iter().find(|one| !one.set.is_empty()).expect("certified");
        let evidence = remedy.evidence.as_ref().expect("evidence");
        let certificate = evidence.certificate.as_ref().expect("a certificate");
        assert_eq!((certificate.checkpoint_tokens, certificate.p_value), (800, 1.0 / 20_000.0));
        assert!(certificate.dropped >= 100 && certificate.dropped_net_per_alert_usd < 0.0);
        assert!(certificate.kept_net_per_alert_usd > certificate.dropped_net_per_alert_usd);
        let [current, proposed, random] =
            [&evidence.current, &evidence.proposed, &evidence.random].map(|row| row.as_ref().expect("a row"));
        assert!(proposed.alerts < current.alerts && proposed.alerts == random.alerts);
        assert!(proposed.capped_net_per_day_usd > random.capped_net_per_day_usd);
        assert!(answer.pairs_searched > 0 && answer.values_searched > 0 && answer.keys_searched > 0);

        // Asked again it is the same answer, and the same lines of the ledger.
        let again = recommend(&mut world, RecommendRequest::default()).await?;
        assert_eq!(again.encode_to_vec(), answer.encode_to_vec());
        let lines = ledger(&mut world).await?;
        let mut ids: Vec<&str> = answer.recommendations.iter().map(|one| one.id.as_str()).collect();
        let mut written: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
        ids.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, ids);
        let line = |lines: &[LedgerEntry]| lines.iter().find(|line| line.id == remedy.id).cloned().expect("written");
        let open = line(&lines);
        assert_eq!((open.status(), open.verdict()), (LedgerStatus::NotApplied, LedgerVerdict::TooEarly));
        assert_eq!((open.recommendation.as_ref(), open.checkpoint_tokens), (Some(remedy), 800));
        assert!(open.applied_at.is_none() && open.before.is_none() && open.cooldown_left.is_none());

        put_into_force(&world, "after", true, now()).await?;
        let applied = line(&ledger(&mut world).await?);
        assert_eq!((applied.status(), applied.applied_revision.as_str()), (LedgerStatus::Applied, "after"));
        assert_eq!(applied.before.as_ref().map(|before| before.alerts), Some(820));
        assert_eq!(applied.after.as_ref().map(|after| after.alerts), Some(0));
        // No token matures from now on: how long the cooldown lasts is a matter of their rate.
        assert!(applied.cooldown_left.is_some_and(|left| left.seconds > 6 * 86_400));
        let after = recommend(&mut world, RecommendRequest::default()).await?;
        assert_eq!(certified(&after), Vec::<&BTreeMap<_, _>>::new());
        let cooling: Vec<&str> = after.cooldowns.iter().map(|cooldown| cooldown.key.as_str()).collect();
        assert_eq!(cooling, ["REQUIRE_LP_LOCKED"]);
        assert!(after.not_certified.iter().any(|line| line.starts_with("REQUIRE_LP_LOCKED was turned on")));
        assert!(after.recommendations.iter().all(|one| !one.candidate.contains_key("REQUIRE_LP_LOCKED")));

        put_into_force(&world, "back", false, now()).await?;
        let back = line(&ledger(&mut world).await?);
        assert_eq!(back.status(), LedgerStatus::TurnedBack);
        assert!(back.ended_at.is_some() && back.applied_at.is_some());
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn only_the_standing_question_is_certified_and_written_down() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, three_weeks()).await?;
        put_into_force(&world, "before", false, now().minus(30 * DAY)).await?;
        let at = |at: Timestamp| Some(prost_types::Timestamp { seconds: at.micros() / 1_000_000, nanos: 0 });
        let windowed = RecommendRequest {
            window: Some(Window { start: at(now().minus(40 * DAY)), end: None }),
            ..RecommendRequest::default()
        };
        let other = RecommendRequest {
            current: Some(FilterConfig { values: BTreeMap::from([("MIN_LIQUIDITY_USD".to_owned(), "1".to_owned())]) }),
            ..RecommendRequest::default()
        };
        for (request, reason) in [(windowed, "asked of a window"), (other, "asked of another config")] {
            let answer = recommend(&mut world, request).await?;
            assert_eq!(certified(&answer), Vec::<&BTreeMap<_, _>>::new());
            assert!(answer.headline.starts_with("NO CHANGE YET"), "{}", answer.headline);
            assert!(answer.not_certified.iter().any(|line| line.starts_with(reason)), "{:?}", answer.not_certified);
            assert!(answer.recommendations.iter().all(|one| one.id.is_empty()));
        }
        assert!(ledger(&mut world).await?.is_empty());

        // The config in force, given, is the standing question; and a bound that nothing meets leaves nothing to certify.
        let same =
            Some(FilterConfig { values: BTreeMap::from([("REQUIRE_LP_LOCKED".to_owned(), "false".to_owned())]) });
        let objective = |kind: ObjectiveKind, least| {
            Some(Objective { kind: kind.into(), min_alerts_per_day: least, ..Objective::default() })
        };
        for kind in [ObjectiveKind::NetPerDay, ObjectiveKind::NetPerAlert, ObjectiveKind::RugRate] {
            let request = RecommendRequest {
                current: same.clone(),
                objective: objective(kind, None),
                ..RecommendRequest::default()
            };
            assert_eq!(certified(&recommend(&mut world, request).await?).len(), 1, "{kind:?}");
        }
        let bounded = RecommendRequest {
            objective: objective(ObjectiveKind::NetPerDay, Some(40.0)),
            ..RecommendRequest::default()
        };
        assert_eq!(certified(&recommend(&mut world, bounded).await?).len(), 0);
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_config_that_is_only_given_is_no_more_than_a_question() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, three_weeks()).await?;
        // Without a recorded config the one that the alerts obey is in force: it is certified, and no other.
        assert_eq!(certified(&recommend(&mut world, RecommendRequest::default()).await?).len(), 1);
        let written = ledger(&mut world).await?;
        for least in ["0", "1", "2"] {
            let values = BTreeMap::from([("MIN_LIQUIDITY_USD".to_owned(), least.to_owned())]);
            let request = RecommendRequest { current: Some(FilterConfig { values }), ..RecommendRequest::default() };
            let answer = recommend(&mut world, request).await?;
            assert_eq!(certified(&answer), Vec::<&BTreeMap<_, _>>::new());
            assert!(answer.recommendations.iter().all(|one| one.set.is_empty() && one.id.is_empty()));
            let says = |line: &String| line.starts_with("asked of a config that is recorded nowhere");
            assert!(answer.not_certified.iter().any(says), "{:?}", answer.not_certified);
        }
        assert_eq!(ledger(&mut world).await?, written);
        world.end().await?;
    }
    Ok(())
}
