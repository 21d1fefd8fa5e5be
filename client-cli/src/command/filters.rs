//! The bot's config on the command line: a file, and keys that go before it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use perftrack::v1::{FilterConfig, ListGatesRequest};

use super::Session;
use crate::connect::Service;
use crate::env_file::{self, key_value};
use crate::failure::Outcome;

/// Which config is in force.
#[derive(Clone, Debug, Default, Args)]
pub struct CurrentArgs {
    /// The bot's config in force: a file of KEY=VALUE lines, such as its .env. Without it, what the bot recorded last, else
    /// the gates' defaults. Only the keys that gates read leave this machine.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A key of the config in force; goes before the file.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub current: Vec<(String, String)>,
}

impl CurrentArgs {
    /// The config; `None` where nothing was said.
    ///
    /// # Errors
    /// When the file cannot be read, or the gates not be asked for.
    pub async fn given(&self, session: &Session) -> Outcome<Option<FilterConfig>> {
        let mut values = match &self.config {
            Some(file) => of_gates(session, env_file::read(file)?).await?,
            None => BTreeMap::new(),
        };
        values.extend(self.current.iter().cloned());
        Ok((self.config.is_some() || !values.is_empty()).then_some(FilterConfig { values }))
    }
}

/// Those settings of a whole config file that a gate reads: the rest, its secrets among it, is nobody's business.
///
/// # Errors
/// What asking for the gates came to.
pub async fn of_gates(session: &Session, mut values: BTreeMap<String, String>) -> Outcome<BTreeMap<String, String>> {
    let answer = session.services.analysis().await?.list_gates(ListGatesRequest {}).await;
    let gates = session.services.answer(Service::Analysis, "ListGates", answer)?.gates;
    values.retain(|key, _| gates.iter().any(|gate| gate.key == *key));
    Ok(values)
}
