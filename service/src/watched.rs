//! Files that are read again when they change, without a restart. A change that cannot be used is said in the log, and
//! what was read before stays in force.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// The time between two looks at the files.
const INTERVAL: Duration = Duration::from_secs(2);

/// What was read last.
pub(crate) type Current<T> = watch::Receiver<Arc<T>>;

/// Reads with `load` now, and again whenever one of the files at `paths` has changed, until the handle is dropped.
///
/// # Errors
/// What `load` says the first time.
pub(crate) fn watch<T, E>(
    what: &'static str,
    paths: Vec<PathBuf>,
    load: impl Fn() -> Result<T, E> + Send + 'static,
) -> Result<(Current<T>, AbortOnDropHandle<()>), E>
where
    T: Send + Sync + 'static,
    E: std::fmt::Display + Send,
{
    let mut seen = content(&paths);
    let (sender, current) = watch::channel(Arc::new(load()?));
    let watching = tokio::spawn(async move {
        let mut told = String::new();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let now = content(&paths);
            if now == seen {
                continue;
            }
            match load() {
                Ok(value) => {
                    sender.send_replace(Arc::new(value));
                    seen = now;
                    told.clear();
                    tracing::info!("the {what} was read again");
                }
                // It may be in the middle of being written: looked at again each time, told once.
                Err(error) if told != error.to_string() => {
                    told = error.to_string();
                    tracing::error!(
                        error.message = told,
                        "the {what} has changed and cannot be used; the old one stays in force"
                    );
                }
                Err(_) => {}
            }
        }
    });
    Ok((current, AbortOnDropHandle::new(watching)))
}

fn content(paths: &[PathBuf]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for path in paths {
        let bytes = std::fs::read(path).unwrap_or_default();
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}
