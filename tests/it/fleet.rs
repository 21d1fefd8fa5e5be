//! Two replicas of each service on one database, with TLS and tokens, as in production; and who calls them.

pub mod callers;
pub mod channel;
pub mod credentials;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};

use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use uuid::Uuid;

use crate::alerts::now;
use crate::process::{NOWHERE, Service};
use channel::connect;
use credentials::{Credentials, trusting};

/// A service of the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `tracker-svc`.
    Tracker,
    /// `analysis-svc`.
    Analysis,
}

impl Kind {
    const fn program(self) -> &'static str {
        match self {
            Self::Tracker => "tracker-svc",
            Self::Analysis => "analysis-svc",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tracker => "tracker",
            Self::Analysis => "analysis",
        }
    }
}

/// See the module.
pub struct Fleet {
    environment: Vec<(&'static str, String)>,
    /// What servers and callers know of each other.
    pub credentials: Credentials,
    market: Market,
    listed: AtomicU64,
    _exchange: Exchange,
    replicas: Vec<Replica>,
}

struct Replica {
    kind: Kind,
    address: String,
    service: Service,
}

impl Fleet {
    /// Starts all four on the database at `url`, whose tables are up to date, and which has this time for an answer.
    pub async fn start(url: &str, patience: &str) -> Self {
        let (market, credentials) = (Market::new(), Credentials::new());
        let exchange = Exchange::start(market.clone(), Faults::none(), Limits::default(), now).await.unwrap();
        let mut environment = vec![
            ("PERFTRACK_DATABASE_URL", url.to_owned()),
            ("PERFTRACK_DATABASE_TIMEOUT", patience.into()),
            ("PERFTRACK_MIGRATE", "wait".into()),
            ("PERFTRACK_DEXSCREENER_URL", exchange.url(Source::DexScreener)),
            ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
            ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
            ("PERFTRACK_POLL_INTERVAL", "400ms".into()),
            ("PERFTRACK_DATASET_REFRESH", "100ms".into()),
            ("PERFTRACK_SHUTDOWN_DELAY", "300ms".into()),
        ];
        environment.extend(credentials.environment());
        let (listed, replicas) = (AtomicU64::default(), Vec::new());
        let mut fleet = Self { environment, credentials, market, listed, _exchange: exchange, replicas };
        for kind in [Kind::Tracker, Kind::Tracker, Kind::Analysis, Kind::Analysis] {
            // An address of this machine that nobody connects from: its port stays free while a replica restarts.
            let [a, b, ..] = *Uuid::new_v4().as_bytes();
            let address = format!("{}:0", Ipv4Addr::new(127, 64 + a % 64, b, 1));
            let replica = fleet.launch(kind, address).await;
            fleet.replicas.push(replica);
        }
        fleet
    }

    async fn launch(&self, kind: Kind, address: String) -> Replica {
        let environment = self.environment.iter().map(|(name, value)| (*name, value.clone()));
        let environment = environment.chain([("PERFTRACK_LISTEN_ADDR", address)]);
        let service = Service::start(kind.program(), &[], environment).await;
        Replica { kind, address: service.address(kind.name()).to_owned(), service }
    }

    /// The address of another token that the trackers find prices of.
    pub fn traded(&self) -> String {
        let seed = self.listed.fetch_add(1, Ordering::Relaxed);
        self.market.list(SimulatedToken::draw(Seed(seed), now(), Scenario::Flat)).mint.clone()
    }

    /// Where the replicas of a service listen.
    pub fn addresses(&self, kind: Kind) -> Vec<String> {
        self.replicas.iter().filter(|replica| replica.kind == kind).map(|replica| replica.address.clone()).collect()
    }

    /// Stops the `index`th replica in order and starts it again where it was.
    pub async fn restart(&mut self, index: usize) {
        let Replica { kind, address, service } = self.replicas.remove(index);
        assert_eq!(service.stop().await, Some(0));
        let replica = self.launch(kind, address).await;
        self.replicas.insert(index, replica);
    }

    /// How many replicas there are.
    pub fn len(&self) -> usize {
        self.replicas.len()
    }

    /// Renews the certificate and waits until every replica shows the new one.
    pub async fn renew_certificate(&mut self) {
        self.credentials.renew();
        let only_new = trusting([self.credentials.authority.pem.as_str()]);
        for replica in &self.replicas {
            while connect(&replica.address, &only_new).await.is_none() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }

    /// Stops all in order.
    pub async fn stop(self) {
        for replica in self.replicas {
            assert_eq!(replica.service.stop().await, Some(0));
        }
    }
}
