//! The tracker processes: starting them, and ending them in every way there is.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use service::clock::SharedClock;
use simulator::exchange::Exchange;
use simulator::faults::Source;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Where trackers name the tokens that they had no request left for: the verification reads it.
const HELD_BACK: &str = "tracker_svc::tracking::shortfall";
/// In real time: a tracker that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Fleet {
    pub clock: SharedClock,
    pub socket: PathBuf,
    pub database: String,
    pub hours: u32,
    pub unlimited: bool,
    pub without_key: bool,
    /// What they log.
    pub log: String,
    /// Where each tracker asks for prices.
    pub doors: Vec<Exchange>,
    /// Where their logs go.
    pub logs: PathBuf,
    pub slots: Mutex<Vec<Slot>>,
}

#[derive(Default)]
pub struct Slot {
    child: Option<Child>,
    address: Option<String>,
}

impl Fleet {
    /// Starts tracker `number` and waits until it serves. Hold time meanwhile.
    pub async fn start(&self, number: usize) -> anyhow::Result<()> {
        let log = self.log(number)?;
        let door = &self.doors[number];
        let mut child = Command::new(std::env::current_exe().context("finding this program")?)
            .arg("replica")
            .arg("--clock")
            .arg(&self.socket)
            .args(["--database", &self.database, "--hours", &self.hours.to_string()])
            .args(["--dexscreener", &door.url(Source::DexScreener), "--jupiter", &door.url(Source::Jupiter)])
            .args(["--geckoterminal", &door.url(Source::GeckoTerminal)])
            .args(["--instance", &number.to_string()])
            .args(["--log", &format!("{},{HELD_BACK}=debug", self.log)])
            .args(self.unlimited.then_some("--unlimited"))
            .args(self.without_key.then_some("--without-key"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("starting a tracker")?;
        let mut lines = BufReader::new(child.stdout.take().context("a tracker without an output")?).lines();
        let ready =
            tokio::time::timeout(PATIENCE, lines.next_line()).await.context("a tracker that never served")??;
        let ready = ready.with_context(|| format!("tracker {number} ended at once; see {}", self.logs.display()))?;
        let address = ready.split_once("tracker=").context("a tracker without an address")?.1;
        self.slots()[number] = Slot { child: Some(child), address: Some(format!("http://{address}")) };
        Ok(())
    }

    /// Ends it as the kernel does when memory runs out.
    pub async fn kill(&self, number: usize) -> anyhow::Result<()> {
        let mut child = self.take(number)?;
        child.kill().await.context("killing a tracker")
    }

    /// Asks it to end (SIGTERM) and waits until it has. Hold time meanwhile: it needs none.
    pub async fn stop(&self, number: usize) -> anyhow::Result<()> {
        let mut child = self.take(number)?;
        signal("-TERM", id(&child)?).await?;
        // Waiting would close it, which tells a tracker that the driver is gone.
        let input = child.stdin.take();
        let ended =
            tokio::time::timeout(PATIENCE, child.wait()).await.context("a tracker did not end when asked to")??;
        drop(input);
        ensure!(ended.success(), "tracker {number} ended with {ended} when asked to end");
        Ok(())
    }

    /// Stops it in the middle of whatever it does (SIGSTOP). Time goes on without it.
    pub async fn pause(&self, number: usize) -> anyhow::Result<()> {
        let process = self.process(number)?;
        signal("-STOP", process).await?;
        self.clock.suspend(process);
        Ok(())
    }

    /// Lets it go on (SIGCONT).
    pub async fn resume(&self, number: usize) -> anyhow::Result<()> {
        let process = self.process(number)?;
        self.clock.resume(process);
        signal("-CONT", process).await
    }

    /// Which ended without being asked to.
    pub fn deserters(&self) -> Vec<usize> {
        let mut slots = self.slots();
        let ended = |slot: &mut Slot| matches!(slot.child.as_mut().map(Child::try_wait), Some(Ok(Some(_))));
        slots.iter_mut().enumerate().filter_map(|(number, slot)| ended(slot).then_some(number)).collect()
    }

    /// Where the trackers that were started and not ended are reached, those that stand still among them.
    pub fn addresses(&self) -> Vec<String> {
        self.slots().iter().filter_map(|slot| slot.address.clone()).collect()
    }

    fn take(&self, number: usize) -> anyhow::Result<Child> {
        let slot = std::mem::take(&mut self.slots()[number]);
        slot.child.with_context(|| format!("tracker {number} does not run"))
    }

    fn process(&self, number: usize) -> anyhow::Result<u32> {
        let slots = self.slots();
        id(slots[number].child.as_ref().with_context(|| format!("tracker {number} does not run"))?)
    }

    fn log(&self, number: usize) -> anyhow::Result<File> {
        let path = self.logs.join(format!("tracker-{number}.log"));
        File::options().create(true).append(true).open(&path).with_context(|| format!("opening {}", path.display()))
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn id(child: &Child) -> anyhow::Result<u32> {
    child.id().context("a tracker that has ended already")
}

async fn signal(signal: &str, process: u32) -> anyhow::Result<()> {
    let status = Command::new("kill").args([signal, &process.to_string()]).status().await.context("running kill")?;
    if !status.success() {
        bail!("could not send {signal} to a tracker");
    }
    Ok(())
}
