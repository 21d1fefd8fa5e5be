//! What both services share at their edge: the clock, configuration, telemetry, health, reflection, limits, errors and
//! shutdown, and the translation between the contract and the domain.

mod access_log;
pub mod auth;
pub mod clock;
pub mod config;
pub mod database;
mod deadline;
pub mod health;
pub mod limit;
mod methods;
pub mod page_token;
pub mod program;
pub mod readiness;
pub mod reflection;
mod response;
pub mod serve;
pub mod shutdown;
pub mod status;
pub mod telemetry;
pub mod tls;
mod watched;
pub mod wire;
