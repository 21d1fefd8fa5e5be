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
/// Files that stay the same for so long are written to the end.
const STILL: Duration = Duration::from_millis(250);

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
            let mut now = content(&paths);
            if now == seen {
                continue;
            }
            // Half a file of tokens may be a good one, that shuts the callers of the other half out.
            loop {
                tokio::time::sleep(STILL).await;
                let then = std::mem::replace(&mut now, content(&paths));
                if then == now {
                    break;
                }
            }
            match load() {
                Ok(value) => {
                    sender.send_replace(Arc::new(value));
                    seen = now;
                    told.clear();
                    tracing::info!("the {what} was read again");
                }
                // The rest of it may still come: looked at again each time, told once.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_is_read_again_when_it_is_written_to_the_end_and_kept_where_it_cannot_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write("first");
        let read = {
            let path = path.clone();
            move || match std::fs::read_to_string(&path) {
                Ok(text) if text == "bad" => Err("it is bad"),
                text => Ok(text.unwrap()),
            }
        };
        let (mut current, _watching) = watch("file", vec![path.clone()], read).unwrap();
        tokio::time::sleep(INTERVAL / 2).await;
        write("sec");
        // It has been seen by then.
        tokio::time::sleep(INTERVAL / 2 + STILL / 2).await;
        write("second");
        current.changed().await.unwrap();
        assert_eq!(current.borrow_and_update().as_str(), "second");
        write("bad");
        tokio::time::sleep(INTERVAL * 2).await;
        assert!(!current.has_changed().unwrap());
        write("third");
        current.changed().await.unwrap();
        assert_eq!(current.borrow_and_update().as_str(), "third");
    }
}
