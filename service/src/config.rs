//! Configuration: a flag, then the environment, then a TOML file, then the default.
//!
//! Every setting is one [`Key`] of the catalogue in [`keys`]; its flag, its environment variable, its name in the file,
//! its help, its default and its check all follow from that. A program reads the keys it knows into a struct of its own:
//!
//! ```ignore
//! let keys = keys::tracker_svc();
//! let settings = Settings::read(&keys, Sources::of_process(&matches, &keys)?)?;
//! let rules = Rules { poll_interval: settings.get(&keys::POLL_INTERVAL)?, … };
//! ```

mod address;
mod choice;
mod effective;
mod error;
mod flags;
mod key;
pub mod keys;
mod policy_file;
mod schema;
mod server;
mod setting;
mod settings;
mod sources;
mod syntax;

pub use address::{DatabaseUrl, HttpUrl};
pub use choice::{Migrate, Reflection};
pub use error::{ConfigError, Origin};
pub use flags::{CONFIG_FLAG, with_flags};
pub use key::{AnyKey, Key};
pub use policy_file::PolicyFile;
pub use schema::schema;
pub use server::{ServerConfig, serving};
pub use setting::{Secret, Setting};
pub use settings::Settings;
pub use sources::Sources;
pub use syntax::place_and_problem;

#[cfg(test)]
mod tests;
