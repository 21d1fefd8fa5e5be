//! From the address of a database to where its server listens, and to the same database by another way.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// Where a server listens, and what an address says besides.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) place: Place,
    /// `user` or `user:password`, or empty.
    user: String,
    database: String,
    /// Parameters other than `host`, without the question mark.
    parameters: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A Unix socket.
    Socket(PathBuf),
    /// A name and a port.
    Tcp(String),
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self> {
        let (_, rest) = url.split_once("://").with_context(|| format!("{url:?} is no postgres:// address"))?;
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = path.split_once('/').unwrap_or((path, ""));
        let (user, server) = authority.rsplit_once('@').unwrap_or(("", authority));
        let folder = parameters.split('&').find_map(|parameter| parameter.strip_prefix("host="));
        let port = server.rsplit_once(':').map_or("5432", |(_, port)| port);
        let place = match folder {
            Some(folder) => Place::Socket(PathBuf::from(folder).join(format!(".s.PGSQL.{port}"))),
            None if server.contains(':') => Place::Tcp(server.to_owned()),
            None => Place::Tcp(format!("{server}:{port}")),
        };
        let others: Vec<&str> = parameters.split('&').filter(|parameter| !parameter.starts_with("host=")).collect();
        Ok(Self { place, user: user.to_owned(), database: database.to_owned(), parameters: others.join("&") })
    }

    /// The same database at another address. Nothing in between is encrypted.
    pub(super) fn through(&self, address: SocketAddr) -> String {
        let Self { user, database, parameters, .. } = self;
        let at = if user.is_empty() { "" } else { "@" };
        let and = if parameters.is_empty() { "" } else { "&" };
        format!("postgres://{user}{at}{address}/{database}?sslmode=disable{and}{parameters}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_put_together_for_another_way() {
        let here: SocketAddr = ([127, 0, 0, 1], 4_711).into();
        let socket = Target::parse("postgres://postgres@localhost/mine?host=/tmp/pg").unwrap();
        assert_eq!(socket.place, Place::Socket("/tmp/pg/.s.PGSQL.5432".into()));
        assert_eq!(socket.through(here), "postgres://postgres@127.0.0.1:4711/mine?sslmode=disable");
        let tcp = Target::parse("postgres://me:secret@db:5433/mine?application_name=x").unwrap();
        assert_eq!(tcp.place, Place::Tcp("db:5433".to_owned()));
        assert_eq!(tcp.through(here), "postgres://me:secret@127.0.0.1:4711/mine?sslmode=disable&application_name=x");
        assert_eq!(Target::parse("postgres://db/mine").unwrap().place, Place::Tcp("db:5432".to_owned()));
    }
}
