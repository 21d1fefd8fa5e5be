//! What the driver said, as its reader wants it.

use std::error::Error;
use std::fmt;

use sea_orm::DbErr;

use super::driver_error;

/// What the driver said. Its text is the database's own sentence and code, such as `database "bots" does not exist (3D000)`:
/// the driver would begin with how it asked, and end with a line of the source code of Postgres, which reads like one of the
/// statement.
#[derive(Clone, Debug)]
pub struct DriverError(DbErr);

impl DriverError {
    /// The same for those who look for its kind.
    pub(crate) const fn kind(&self) -> &DbErr {
        &self.0
    }
}

impl From<DbErr> for DriverError {
    fn from(error: DbErr) -> Self {
        Self(error)
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match driver_error(&self.0) {
            Some(sqlx::Error::Database(said)) => match said.code() {
                Some(code) => write!(f, "{} ({code})", said.message()),
                None => f.write_str(said.message()),
            },
            Some(error) => error.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl Error for DriverError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match driver_error(&self.0) {
            Some(sqlx::Error::Database(_)) => None,
            Some(error) => error.source(),
            None => self.0.source(),
        }
    }
}
