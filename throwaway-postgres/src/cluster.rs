//! One PostgreSQL server of our own, in a temporary folder, reached over a Unix socket.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::binaries::{self, RunAs};
use crate::database::Database;
use crate::small_disk::SmallDisk;
use crate::watchdog::Watchdog;

/// Whether the server writes through to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As fast as it can be, for tests. The last commits before a kill of the server may be lost.
    Relaxed,
    /// No `fsync`, and otherwise as in production: survives a kill of the server, not of the machine.
    Server,
    /// As in production, for benchmarks.
    Full,
}

/// A running (or stopped) server. Removed when dropped, and when the process ends.
pub struct Cluster(Arc<Server>);

struct Server {
    folder: PathBuf,
    binaries: PathBuf,
    run_as: RunAs,
    durability: Durability,
    /// Where its tables are, when not on the disk that everything else is on.
    disk: Option<SmallDisk>,
    process: Mutex<Option<Child>>,
    _watchdog: Watchdog,
}

const START_LIMIT: Duration = Duration::from_secs(60);

impl Cluster {
    /// A server for this caller alone, which may be stopped and started: for tests of faults.
    pub async fn own() -> Result<Self> {
        Self::with(Durability::Relaxed).await
    }

    /// A server for this caller alone that writes through to the disk: for benchmarks.
    pub async fn durable() -> Result<Self> {
        Self::with(Durability::Full).await
    }

    /// A server for this caller alone that keeps what it acknowledged when it is killed: for long tests of faults.
    pub async fn lasting() -> Result<Self> {
        Self::with(Durability::Server).await
    }

    /// A server for this caller alone whose tables, but not its log of changes, are on a disk of so many mebibytes (it
    /// takes about 30 itself), which [`Cluster::disk`] can fill.
    pub async fn on_small_disk(mebibytes: u32) -> Result<Self> {
        Self::create(Durability::Relaxed, Some(mebibytes)).await
    }

    /// The small disk that its tables are on, if they are on one.
    #[must_use]
    pub fn disk(&self) -> Option<&SmallDisk> {
        self.0.disk.as_ref()
    }

    /// Starts the server again after [`Cluster::stop`] or [`Cluster::kill`], and waits until it takes connections.
    pub async fn start(&self) -> Result<()> {
        self.blocking(Server::start).await
    }

    /// Shuts the server down as an administrator would: open connections are cut, what is committed is kept.
    pub async fn stop(&self) -> Result<()> {
        self.blocking(|server| server.end("-INT")).await
    }

    /// Ends the server without a checkpoint, so that its next start recovers from the log.
    pub async fn kill(&self) -> Result<()> {
        self.blocking(|server| server.end("-QUIT")).await
    }

    /// A fresh database of this cluster.
    pub async fn database(&self) -> Result<Database> {
        Database::create(&self.url("postgres")).await
    }

    /// The address of the database `name` on this server, for sqlx and libpq alike.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@localhost/{name}?host={}", self.0.folder.display())
    }

    /// The Unix socket that the server listens on: for a proxy in front of it.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.0.folder.join(".s.PGSQL.5432")
    }

    /// The folder with the server's own programs, such as `pgbench`.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        &self.0.binaries
    }

    async fn with(durability: Durability) -> Result<Self> {
        Self::create(durability, None).await
    }

    async fn create(durability: Durability, mebibytes: Option<u32>) -> Result<Self> {
        let server = tokio::task::spawn_blocking(move || Server::create(durability, mebibytes)).await;
        Ok(Self(Arc::new(server.context("setting up PostgreSQL")??)))
    }

    async fn blocking(&self, work: impl FnOnce(&Server) -> Result<()> + Send + 'static) -> Result<()> {
        let server = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&server)).await.context("waiting for PostgreSQL")?
    }
}

impl Server {
    fn create(durability: Durability, mebibytes: Option<u32>) -> Result<Self> {
        let binaries = binaries::folder()?;
        // Benchmarks measure a disk, which the folder for temporary files need not be on.
        let parent = match durability {
            Durability::Full if Path::new("/var/tmp").is_dir() => PathBuf::from("/var/tmp"),
            _ => std::env::temp_dir(),
        };
        let folder = tempfile::Builder::new()
            .prefix("throwaway-pg-")
            .tempdir_in(&parent)
            .with_context(|| format!("making a folder for PostgreSQL in {}", parent.display()))?
            .keep();
        let watchdog = Watchdog::over(&folder)?;
        let run_as = RunAs::decide(&folder)?;
        run_as.give(&folder)?;
        let disk = mebibytes.map(|mebibytes| run_as.small_disk(mebibytes)).transpose()?;
        let process = Mutex::new(None);
        let server = Self { folder, binaries, run_as, durability, disk, process, _watchdog: watchdog };
        server.initialise()?;
        server.start()?;
        Ok(server)
    }

    fn initialise(&self) -> Result<()> {
        let mut command = self.run_as.command(self.binaries.join("initdb"));
        command.arg("--pgdata").arg(self.data()).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        if self.disk.is_some() {
            command.arg("--waldir").arg(self.folder.join("wal"));
        }
        let output = self.where_it_runs(command).current_dir("/").output().context("running initdb")?;
        ensure!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Where the server sees its data.
    fn data(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.folder.join("data"), |disk| disk.path().to_owned())
    }

    /// Where this process sees them.
    fn data_from_outside(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.data(), SmallDisk::seen_from_outside)
    }

    fn where_it_runs(&self, command: Command) -> Command {
        match &self.disk {
            Some(disk) => disk.command(&command),
            None => command,
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn settings(&self) -> Vec<&'static str> {
        let mut settings = vec!["listen_addresses=", "port=5432", "max_connections=300", "shared_buffers=64MB"];
        match self.durability {
            Durability::Relaxed => {
                settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]);
            }
            Durability::Server => {
                let fast = ["fsync=off", "full_page_writes=off"];
                // A recovery from a gigabyte of log takes seconds.
                settings.extend(fast.into_iter().chain(["shared_buffers=512MB", "max_wal_size=1GB"]));
            }
            Durability::Full => settings.extend(["shared_buffers=256MB", "max_wal_size=4GB"]),
        }
        settings
    }

    fn start(&self) -> Result<()> {
        let mut process = self.process.lock().map_err(|_| anyhow!("an earlier start of PostgreSQL panicked"))?;
        ensure!(process.is_none(), "PostgreSQL is running already");
        let log = File::options().create(true).append(true).open(self.log()).context("opening PostgreSQL's log")?;
        let mut command = self.run_as.command(self.binaries.join("postgres"));
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
        for setting in self.settings() {
            command.args(["-c", setting]);
        }
        let mut child = self
            .where_it_runs(command)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("opening PostgreSQL's log")?)
            .stderr(log)
            .spawn()
            .context("starting PostgreSQL")?;
        let started = Instant::now();
        // The eighth line of its pid file is how the server says that it takes connections, and nobody is told when it is
        // written: pg_ctl looks for it again and again too.
        while !fs::read_to_string(self.data_from_outside().join("postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"))
        {
            if let Some(status) = child.try_wait().context("waiting for PostgreSQL")? {
                bail!("PostgreSQL ended with {status}: {}", fs::read_to_string(self.log()).unwrap_or_default());
            }
            ensure!(started.elapsed() < START_LIMIT, "PostgreSQL took no connections within {START_LIMIT:?}");
            thread::sleep(Duration::from_millis(10));
        }
        *process = Some(child);
        Ok(())
    }

    fn end(&self, signal: &str) -> Result<()> {
        let mut process = self.process.lock().map_err(|_| anyhow!("an earlier start of PostgreSQL panicked"))?;
        let mut child = process.take().context("PostgreSQL is not running")?;
        // setpriv replaces itself by the server, so that the child's id is the server's.
        let status = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
        ensure!(status.context("running kill")?.success(), "could not signal PostgreSQL");
        child.wait().context("waiting for PostgreSQL to end")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The watchdog removes the folder; the child is collected here so that none is left as a zombie.
        let _ = self.end("-QUIT");
    }
}
