//! What both servers are told before they start.

use std::net::SocketAddr;

use store::{ConnectOptions, EngineKind};

use super::{ConfigError, DatabaseUrl, Key, Migrate, Settings, keys};
use crate::serve::ServeOptions;
use crate::telemetry::TelemetrySettings;
use crate::tls::TlsFiles;

/// The part of a server's configuration that has nothing to do with what it serves.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The database.
    pub database: DatabaseUrl,
    /// How it is reached.
    pub connection: ConnectOptions,
    /// Who brings its tables up to date.
    pub migrate: Migrate,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How to serve there.
    pub serving: ServeOptions,
    /// What it says of itself.
    pub telemetry: TelemetrySettings,
}

impl ServerConfig {
    /// Reads it from checked settings; `listen` is the key of this server's address.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting that is missing or does not go with another.
    pub fn read(settings: &Settings, listen: &Key<SocketAddr>) -> Result<Self, ConfigError> {
        let database = settings.get(&keys::DATABASE_URL)?;
        let mut connection =
            ConnectOptions::from(database.expose()).with_timeout(settings.get(&keys::DATABASE_TIMEOUT)?);
        connection.max_connections = settings.get(&keys::DATABASE_CONNECTIONS)?;
        let migrate = settings.get_optional(&keys::MIGRATE)?;
        let alone = connection.kind().is_ok_and(|kind| kind == EngineKind::Sqlite);
        Ok(Self {
            migrate: migrate.unwrap_or(if alone { Migrate::Auto } else { Migrate::Wait }),
            database,
            connection,
            listen: settings.get(listen)?,
            serving: ServeOptions {
                health_listen: settings.get_optional(&keys::HEALTH_LISTEN_ADDR)?,
                max_connection_age: Some(settings.get(&keys::MAX_CONNECTION_AGE)?),
                shutdown_delay: settings.get(&keys::SHUTDOWN_DELAY)?,
                ..serving(settings)?
            },
            telemetry: TelemetrySettings::read(settings)?,
        })
    }
}

/// How services are served, whether or not they share a process: [`keys::SERVING_ANYWHERE`] and [`keys::SECURITY`].
///
/// # Errors
/// [`ConfigError`] for a setting that does not go with another.
pub fn serving(settings: &Settings) -> Result<ServeOptions, ConfigError> {
    let count = |key| settings.get(key).map(|count: u32| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(ServeOptions {
        most_calls: count(&keys::MAX_CONCURRENT_CALLS)?,
        most_streams: count(&keys::MAX_CONCURRENT_STREAMS)?,
        drain_timeout: settings.get(&keys::DRAIN_TIMEOUT)?,
        tls: tls(settings)?,
        tokens_file: settings.get_optional(&keys::TOKENS_FILE)?,
        reflection: settings.get(&keys::REFLECTION)?,
        ..ServeOptions::default()
    })
}

fn tls(settings: &Settings) -> Result<Option<TlsFiles>, ConfigError> {
    let certificate = settings.get_optional(&keys::TLS_CERT_FILE)?;
    let key = settings.get_optional(&keys::TLS_KEY_FILE)?;
    let client_authorities = settings.get_optional(&keys::TLS_CLIENT_CA_FILE)?;
    match (certificate, key, client_authorities) {
        (Some(certificate), Some(key), client_authorities) => {
            Ok(Some(TlsFiles { certificate, key, client_authorities }))
        }
        (None, None, None) => Ok(None),
        (Some(_), None, _) => Err(ConfigError::Conflict("tls_cert_file is set without its tls_key_file".to_owned())),
        (None, Some(_), _) => Err(ConfigError::Conflict("tls_key_file is set without its tls_cert_file".to_owned())),
        (None, None, Some(_)) => Err(ConfigError::Conflict(
            "tls_client_ca_file is set, but there is no TLS without tls_cert_file and tls_key_file".to_owned(),
        )),
    }
}
