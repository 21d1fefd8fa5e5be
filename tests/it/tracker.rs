//! A tracker as a process that follows a token of a simulated market, and what must be true of its database afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use futures::TryStreamExt as _;
use perftrack::v1::GetAlertRequest;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use store::{Rules, Store};
use throwaway_postgres::SmallDisk;
use tonic::transport::Channel;

use crate::alerts::{alert, now};
use crate::load::Acknowledged;
use crate::process::{NOWHERE, Service};

/// See the module. It looks at its tokens several times a second, and gives its database a second to answer.
pub struct Tracker {
    pub service: Service,
    pub client: TrackingServiceClient<Channel>,
    /// The alert that it follows from the market.
    pub followed: String,
    _exchange: Exchange,
}

impl Tracker {
    /// Starts one on the database at `url`, on a small disk or on the usual one.
    pub async fn start(url: &str, disk: Option<&SmallDisk>) -> Self {
        let market = Market::new();
        let listing = market.list(SimulatedToken::draw(Seed(7), now(), Scenario::Flat));
        let exchange = Exchange::start(market, Faults::none(), Limits::default(), now).await.unwrap();
        let environment = [
            ("PERFTRACK_DATABASE_URL", url.to_owned()),
            ("PERFTRACK_DATABASE_TIMEOUT", "1s".into()),
            ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
            ("PERFTRACK_DEXSCREENER_URL", exchange.url(Source::DexScreener)),
            ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
            ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
            ("PERFTRACK_POLL_INTERVAL", "400ms".into()),
        ];
        let service = Service::start_on(disk, "tracker-svc", &[], environment).await;
        let mut client = TrackingServiceClient::connect(service.url("tracker")).await.unwrap();
        let followed = client.record_alert(alert(&listing.mint)).await.unwrap().into_inner().alert_id;
        Self { service, client, followed, _exchange: exchange }
    }

    /// Waits until the loop has looked a few times more.
    pub async fn looks_on(&mut self) {
        let before = self.looks().await.unwrap_or(0);
        // The store may still be on its way back.
        while self.looks().await.is_none_or(|looks| looks < before + 3) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn looks(&mut self) -> Option<i32> {
        let request = GetAlertRequest { alert_id: self.followed.clone() };
        let answer = self.client.get_alert(request).await.ok()?.into_inner();
        answer.outcome.map(|outcome| outcome.snapshot_count)
    }
}

/// Every acknowledged alert and price is there, and every outcome is what a fresh fold of what is stored gives, bit for
/// bit.
pub async fn nothing_is_lost(store: &Store, acknowledged: &Acknowledged) {
    assert!(!acknowledged.alerts.is_empty() && !acknowledged.prices.is_empty());
    for id in &acknowledged.alerts {
        assert_is_whole(store, id).await;
    }
    let followed = id(acknowledged.followed.as_ref().unwrap());
    let token = store.alerts().get(followed).await.unwrap().unwrap().alert.token.key;
    let prices = store.observations().prices(token, Timestamp::EPOCH, Timestamp::MAX);
    let stored: BTreeSet<_> = prices.map_ok(|price| price.observed_at).try_collect().await.unwrap();
    for at in &acknowledged.prices {
        assert!(stored.contains(at), "the price of {at} was acknowledged and is gone");
    }
}

/// An alert is there, and its outcome is a fresh fold of its prices.
pub async fn assert_is_whole(store: &Store, text: &str) {
    let refold = store.outcomes().refold(id(text), &Rules::default()).await.unwrap();
    let refold = refold.unwrap_or_else(|| panic!("{text} was acknowledged and is gone"));
    assert_eq!(refold.fresh, refold.stored, "the outcome of {text}");
    assert!(refold.fresh_state == refold.stored_state, "the states of {text} differ");
}

fn id(text: &str) -> AlertId {
    AlertId(text.parse().unwrap())
}
