//! Where a file goes: a name that nobody sees until it is complete, or stdout.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::failure::{Failure, Outcome, usage};

/// See the module. Dropped before [`Target::complete`], a file is removed again.
#[derive(Debug)]
pub struct Target(Place);

#[derive(Debug)]
enum Place {
    Stdout(io::Stdout),
    File { file: BufWriter<File>, partial: Partial, name: PathBuf },
}

/// A file that is removed when dropped.
#[derive(Debug)]
struct Partial(Option<PathBuf>);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Target {
    /// Opens `file`; `-` is stdout. A file that is there is overwritten only if `force` says so.
    ///
    /// # Errors
    /// When it is there, or cannot be made.
    pub fn open(file: &Path, force: bool) -> Outcome<Self> {
        if file.as_os_str() == "-" {
            return Ok(Self(Place::Stdout(io::stdout())));
        }
        if file.exists() && !force {
            return Err(usage(format!("{} is there already; take another name, or say --force", file.display())));
        }
        let mut partial = file.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let opened = File::create(&partial).with_context(|| format!("making {}", partial.display()))?;
        let file_buffer = BufWriter::with_capacity(1 << 18, opened);
        Ok(Self(Place::File { file: file_buffer, partial: Partial(Some(partial)), name: file.to_owned() }))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn complete(self) -> Outcome {
        match self.0 {
            Place::Stdout(mut stdout) => stdout.flush().map_err(failure),
            Place::File { file, mut partial, name } => {
                let doing = || format!("writing {}", name.display());
                let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(doing)?;
                file.sync_all().with_context(doing)?;
                if let Some(path) = &partial.0 {
                    std::fs::rename(path, &name).with_context(doing)?;
                }
                partial.0 = None;
                Ok(())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Place::Stdout(stdout) => stdout.write(bytes),
            Place::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Place::Stdout(stdout) => stdout.flush(),
            Place::File { file, .. } => file.flush(),
        }
    }
}

/// What writing came to: a reader that has gone is no failure.
pub fn writing(error: anyhow::Error) -> Failure {
    let closed = error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe));
    if closed { Failure::OutputClosed } else { Failure::Other(error.context("writing the export")) }
}

fn failure(error: io::Error) -> Failure {
    writing(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_complete_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("alerts.csv");
        let mut target = Target::open(&name, false).unwrap();
        target.write_all(b"half").unwrap();
        drop(target);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "half a file is no file");

        let mut target = Target::open(&name, false).unwrap();
        target.write_all(b"whole").unwrap();
        target.complete().unwrap();
        assert_eq!(std::fs::read(&name).unwrap(), b"whole");
        assert!(matches!(Target::open(&name, false), Err(Failure::Usage(_))), "it is not overwritten unasked");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
