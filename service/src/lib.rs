//! What both services share at their edge: the clock, configuration, telemetry, health, reflection, limits, errors and
//! shutdown.

pub mod clock;
pub mod config;
pub mod status;
pub mod telemetry;
pub mod wire;
