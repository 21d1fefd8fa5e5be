//! The tables that are read and written, one file each. (A table whose repository is not there yet stands in `migration/`
//! alone.)

pub(crate) mod alert;
pub(crate) mod alert_id;
pub(crate) mod moment;
pub(crate) mod outcome;
pub(crate) mod policy;
pub(crate) mod pool;
pub(crate) mod price_bar;
pub(crate) mod price_snapshot;
pub(crate) mod price_week;
pub(crate) mod recommendation;
pub(crate) mod token;
