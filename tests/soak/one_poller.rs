//! Each token is asked for by one tracker at a time: watched at the doors of the exchange, minute by minute, whenever leases
//! are not changing hands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use service::clock::{Clock, Work};
use simulator::exchange::Exchange;
use tokio_util::sync::CancellationToken;

use crate::chaos::Counts;
use crate::fleet::Fleet;
use crate::market::PlannedAlert;
use crate::verify::Violations;

const MINUTE: Duration = Duration::from_secs(60);
/// The tracker that recorded an alert may have a first look, whoever has the lease.
const NEW: Duration = Duration::from_mins(3);

pub async fn watch(
    clock: Clock,
    mut work: Work,
    fleet: Arc<Fleet>,
    alerts: Arc<Vec<PlannedAlert>>,
    counts: Arc<Counts>,
    violations: Violations,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        work.pause(MINUTE).await;
        let now = clock.now();
        for number in fleet.deserters() {
            violations.add(format!("tracker {number} ended by itself; see {}", fleet.logs.display()));
        }
        if counts.settled(now) {
            let twice = asked_twice(&fleet, &alerts, now);
            if twice > 0 {
                violations.add(format!("{twice} tokens were asked for by two trackers in the minute before {now}"));
            }
        }
    }
}

fn asked_twice(fleet: &Fleet, alerts: &[PlannedAlert], now: Timestamp) -> usize {
    let since = now.minus(MINUTE);
    let raised = alerts.partition_point(|alert| alert.at <= now);
    let fresh = alerts.partition_point(|alert| alert.at < now.minus(NEW));
    let new: HashSet<_> = alerts[fresh..raised].iter().map(|alert| alert.token.address).collect();
    let mut askers = HashMap::<TokenAddress, usize>::new();
    for (token, at) in fleet.doors.iter().flat_map(Exchange::asked_at) {
        if at > since && !new.contains(&token) {
            *askers.entry(token).or_default() += 1;
        }
    }
    askers.values().filter(|askers| **askers > 1).count()
}
