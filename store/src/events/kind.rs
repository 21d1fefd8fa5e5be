//! What happened, as a row and back.

use domain::outcome::Happening;
use domain::timestamp::Timestamp;

use super::What;
use crate::error::StoreError;
use crate::outcomes::row::{rug_reason_name, rug_reason_of, status_name, status_of};
use crate::stored::stored;

/// What happened, without its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`What::AlertRecorded`].
    AlertRecorded,
    /// [`Happening::PriceMoved`].
    PriceMoved,
    /// [`Happening::NewPeak`].
    NewPeak,
    /// [`Happening::RugDetected`].
    RugDetected,
    /// [`Happening::RugCleared`].
    RugCleared,
    /// [`Happening::TrackingComplete`].
    TrackingComplete,
}

impl What {
    /// Which of the kinds it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AlertRecorded => Kind::AlertRecorded,
            Self::Happened(happening) => Kind::of(happening),
        }
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::AlertRecorded,
        Self::PriceMoved,
        Self::NewPeak,
        Self::RugDetected,
        Self::RugCleared,
        Self::TrackingComplete,
    ];

    const fn of(happening: &Happening) -> Self {
        match happening {
            Happening::PriceMoved { .. } => Self::PriceMoved,
            Happening::NewPeak { .. } => Self::NewPeak,
            Happening::RugDetected { .. } => Self::RugDetected,
            Happening::RugCleared { .. } => Self::RugCleared,
            Happening::TrackingComplete { .. } => Self::TrackingComplete,
        }
    }

    /// As it stands in the table.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AlertRecorded => "alert_recorded",
            Self::PriceMoved => "price_moved",
            Self::NewPeak => "new_peak",
            Self::RugDetected => "rug_detected",
            Self::RugCleared => "rug_cleared",
            Self::TrackingComplete => "tracking_complete",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The columns of a [`Happening`].
pub(super) struct Stored {
    pub(super) kind: Kind,
    pub(super) change_pct: Option<f64>,
    pub(super) detail: Option<&'static str>,
    pub(super) at: Timestamp,
}

impl Stored {
    /// What has no moment of its own happens at `now`.
    pub(super) fn of(happening: &Happening, now: Timestamp) -> Self {
        let plain = |at| Self { kind: Kind::of(happening), change_pct: None, detail: None, at };
        match *happening {
            Happening::PriceMoved { change_pct, at } => Self { change_pct: Some(change_pct), ..plain(at) },
            Happening::NewPeak { gain_pct, at } => Self { change_pct: Some(gain_pct), ..plain(at) },
            Happening::RugDetected { reason, at } => Self { detail: Some(rug_reason_name(reason)), ..plain(at) },
            Happening::RugCleared { at } => plain(at),
            Happening::TrackingComplete { status } => Self { detail: Some(status_name(status)), ..plain(now) },
        }
    }
}

/// What the columns say.
pub(super) fn what(
    kind: &str,
    change_pct: Option<f64>,
    detail: Option<&str>,
    at: Timestamp,
) -> Result<What, StoreError> {
    let change_pct = || stored("events.change_pct", &kind, change_pct);
    let detail = || stored("events.detail", &kind, detail);
    Ok(match stored("events.kind", &kind, Kind::of_name(kind))? {
        Kind::AlertRecorded => What::AlertRecorded,
        Kind::PriceMoved => What::Happened(Happening::PriceMoved { change_pct: change_pct()?, at }),
        Kind::NewPeak => What::Happened(Happening::NewPeak { gain_pct: change_pct()?, at }),
        Kind::RugDetected => {
            let reason = stored("events.detail", &detail()?, rug_reason_of(detail()?))?;
            What::Happened(Happening::RugDetected { reason, at })
        }
        Kind::RugCleared => What::Happened(Happening::RugCleared { at }),
        Kind::TrackingComplete => {
            let status = stored("events.detail", &detail()?, status_of(detail()?))?;
            What::Happened(Happening::TrackingComplete { status })
        }
    })
}
