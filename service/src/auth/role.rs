//! The roles, and the one that each RPC needs.

use std::fmt;
use std::str::FromStr;

/// What a token may do. Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Asks: lists, shows, watches, analyses.
    Reader,
    /// Records: alerts, prices, configs.
    Writer,
    /// Changes what was recorded: deletes, relabels.
    Admin,
}

impl Role {
    /// As it stands in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Reader, Self::Writer, Self::Admin]
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| format!("{text:?} is no role; expected reader, writer or admin"))
    }
}

/// The role that each RPC of the contract needs.
pub const NEEDED: &[(&str, Role)] = &[
    ("/perftrack.v1.TrackingService/RecordAlert", Role::Writer),
    ("/perftrack.v1.TrackingService/RecordAlerts", Role::Writer),
    ("/perftrack.v1.TrackingService/RecordPrices", Role::Writer),
    ("/perftrack.v1.TrackingService/GetPerformance", Role::Reader),
    ("/perftrack.v1.TrackingService/GetAlert", Role::Reader),
    ("/perftrack.v1.TrackingService/ListAlerts", Role::Reader),
    ("/perftrack.v1.TrackingService/ListPrices", Role::Reader),
    ("/perftrack.v1.TrackingService/RecordConfig", Role::Writer),
    ("/perftrack.v1.TrackingService/ListConfigs", Role::Reader),
    ("/perftrack.v1.TrackingService/DeleteAlert", Role::Admin),
    ("/perftrack.v1.TrackingService/RelabelOutcomes", Role::Admin),
    ("/perftrack.v1.TrackingService/WatchEvents", Role::Reader),
    ("/perftrack.v1.AnalysisService/Correlate", Role::Reader),
    ("/perftrack.v1.AnalysisService/DiscoverPatterns", Role::Reader),
    ("/perftrack.v1.AnalysisService/Simulate", Role::Reader),
    // That it was asked goes into the ledger; whoever asks changes nothing else.
    ("/perftrack.v1.AnalysisService/Recommend", Role::Reader),
    ("/perftrack.v1.AnalysisService/ListPerformers", Role::Reader),
    ("/perftrack.v1.AnalysisService/ListGates", Role::Reader),
    ("/perftrack.v1.AnalysisService/ListRecommendations", Role::Reader),
    ("/perftrack.v1.AnalysisService/Ask", Role::Reader),
];

/// The role that the call at `path` needs; the highest for what is not in the table.
#[must_use]
pub fn needed(path: &str) -> Role {
    NEEDED.iter().find(|(known, _)| *known == path).map_or(Role::Admin, |(_, role)| *role)
}
