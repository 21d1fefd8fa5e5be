//! A file system with little room, which can really be full.
//!
//! It is mounted in a namespace of its own, so that nothing else on the machine sees it, and lives in memory. That needs
//! no privilege where user namespaces are allowed, and as root it needs none.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Mounts, says so, and holds the namespace until its standard input ends; then stops a server that still runs on it.
const KEEPER: &str = r#"
mount -t tmpfs -o "size=$2,mode=0700,uid=$3,gid=$4" none "$1" && echo mounted || exit 1
cat >/dev/null
if [ -e "$1/postmaster.pid" ] && read -r pid < "$1/postmaster.pid"; then kill -QUIT "$pid" 2>/dev/null; fi
"#;

/// See the module. Gone when dropped, with all that is on it.
pub struct SmallDisk {
    folder: tempfile::TempDir,
    keeper: Child,
    privileged: bool,
}

impl SmallDisk {
    /// One of so many mebibytes, which only this user may read and write.
    ///
    /// # Errors
    /// When this machine lets nobody mount anything.
    pub fn new(mebibytes: u32) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("small-disk-").tempdir().context("making a folder to mount on")?;
        let owner = fs::metadata(folder.path()).context("reading who we are")?;
        Self::owned_by(owner.uid(), owner.gid(), mebibytes, folder)
    }

    pub(crate) fn owned_by(uid: u32, gid: u32, mebibytes: u32, folder: tempfile::TempDir) -> Result<Self> {
        let privileged = fs::metadata(folder.path()).context("reading who we are")?.uid() == 0;
        let mut command = Command::new("unshare");
        if !privileged {
            command.args(["--map-current-user", "--keep-caps"]);
        }
        let mut keeper = command
            .args(["--mount", "/bin/sh", "-c", KEEPER, "small-disk"])
            .arg(folder.path())
            .arg(format!("{mebibytes}m"))
            .args([uid.to_string(), gid.to_string()])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("running unshare")?;
        let mut said = String::new();
        let output = keeper.stdout.take().context("reading what the mount says")?;
        BufReader::new(output).read_line(&mut said).context("waiting for the mount")?;
        let disk = Self { folder, keeper, privileged };
        ensure!(
            said == "mounted\n",
            "a small file system cannot be mounted: neither root nor user namespaces are here"
        );
        Ok(disk)
    }

    /// Where programs that run on it see it.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where everybody else sees it.
    #[must_use]
    pub fn seen_from_outside(&self) -> PathBuf {
        let path = self.path();
        let inside = path.strip_prefix("/").unwrap_or(path);
        PathBuf::from(format!("/proc/{}/root", self.keeper.id())).join(inside)
    }

    /// The same command, run where the disk is mounted. Only its program and arguments are taken over.
    #[must_use]
    pub fn command(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.arg("--target").arg(self.keeper.id().to_string()).arg("--mount");
        if !self.privileged {
            inside.args(["--user", "--preserve-credentials"]);
        }
        inside.arg("--").arg(command.get_program()).args(command.get_args());
        inside
    }

    /// Takes up all the room that is left.
    ///
    /// # Errors
    /// When it cannot be written to for another reason.
    pub fn fill(&self) -> Result<()> {
        let mut filler = File::options().create(true).append(true).open(self.filler()).context("filling the disk")?;
        loop {
            match filler.write_all(&[0; 4096]) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).context("filling the disk"),
            }
        }
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// When it was not filled.
    pub fn make_room(&self) -> Result<()> {
        fs::remove_file(self.filler()).context("making room on the disk")
    }

    fn filler(&self) -> PathBuf {
        self.seen_from_outside().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing is left to do about a shell that cannot be waited for.
        let _ = self.keeper.wait();
    }
}
