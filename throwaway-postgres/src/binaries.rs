//! Where the server's programs are, and as whom they run.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::small_disk::SmallDisk;

/// The folder that holds `initdb` and `postgres`: one on `PATH`, else Debian's newest.
pub(crate) fn folder() -> Result<PathBuf> {
    let on_path = env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    if let Some(folder) = on_path.into_iter().find(|folder| has_both(folder)) {
        // What is linked there lies beside the other programs of its version.
        let initdb = folder.join("initdb").canonicalize().context("following the link to initdb")?;
        return Ok(initdb.parent().map_or(folder, Path::to_path_buf));
    }
    std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_both(folder))
        .max()
        .map(|(_, folder)| folder)
        .context(
            "no PostgreSQL server programs on PATH or under /usr/lib/postgresql/*/bin: install the package \
             `postgresql`, or name a running server in PERFTRACK_TEST_DATABASE_URL",
        )
}

fn has_both(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

/// The user that the server runs as: PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
pub(crate) enum RunAs {
    /// The user of this process.
    Ourselves,
    /// The user `postgres`, because this process is root's.
    Postgres {
        /// Its user id.
        uid: u32,
        /// Its group id.
        gid: u32,
    },
}

impl RunAs {
    /// Looks at who we are. `owned` is anything that this process has just created.
    pub(crate) fn decide(owned: &Path) -> Result<Self> {
        if std::fs::metadata(owned).with_context(|| format!("reading {}", owned.display()))?.uid() != 0 {
            return Ok(Self::Ourselves);
        }
        let (uid, gid) = (id_of_postgres("-u")?, id_of_postgres("-g")?);
        Ok(Self::Postgres { uid, gid })
    }

    /// The command that runs `program` as that user.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        match self {
            Self::Ourselves => Command::new(program),
            Self::Postgres { uid, gid } => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups").arg("--");
                command.arg(program);
                command
            }
        }
    }

    /// A small disk that belongs to that user.
    pub(crate) fn small_disk(self, mebibytes: u32) -> Result<SmallDisk> {
        match self {
            Self::Ourselves => SmallDisk::new(mebibytes),
            Self::Postgres { uid, gid } => {
                let folder = tempfile::Builder::new().prefix("small-disk-").tempdir().context("making a folder")?;
                SmallDisk::owned_by(uid, gid, mebibytes, folder)
            }
        }
    }

    /// Lets that user write in `folder`.
    pub(crate) fn give(self, folder: &Path) -> Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Postgres { uid, gid } => std::os::unix::fs::chown(folder, Some(uid), Some(gid))
                .with_context(|| format!("giving {} to the user postgres", folder.display())),
        }
    }
}

fn id_of_postgres(which: &str) -> Result<u32> {
    let output = Command::new("id").arg(which).arg("postgres").output().context("running id")?;
    ensure!(output.status.success(), "running as root, and there is no user `postgres` to run the server as");
    String::from_utf8_lossy(&output.stdout).trim().parse().context("reading the id of the user postgres")
}
