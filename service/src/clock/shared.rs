//! One simulated time in several processes: the socket between the one that leads and those that follow.
//!
//! Both ends listen on threads of their own, so that time goes on whatever the runtimes are busy with. What is sent is
//! a few bytes, written under the lock of the timeline: so it arrives in the order in which it came to be.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use domain::timestamp::Timestamp;

use super::simulated::{Simulation, WeakSimulation};
use super::timeline::{Follower, Participant, Saying};

/// Other processes follow a simulated clock of this one while this is alive.
#[derive(Debug)]
pub struct SharedClock {
    simulation: Simulation,
    socket: PathBuf,
    ended: Arc<AtomicBool>,
}

impl SharedClock {
    pub(super) fn listen(simulation: Simulation, socket: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(socket)?;
        let ended = Arc::new(AtomicBool::new(false));
        let (accepting, end) = (simulation.clone(), Arc::clone(&ended));
        thread::Builder::new().name("clock".to_owned()).spawn(move || accept(&accepting, &listener, &end))?;
        Ok(Self { simulation, socket: socket.to_owned(), ended })
    }

    /// Lets time go on without this process (SIGSTOP), whatever it was doing.
    pub fn suspend(&self, process: u32) {
        self.simulation.suspend(process);
    }

    /// The process goes on (SIGCONT): from now on it holds time again where it works. It learns the present a moment after
    /// it goes on, as a process does that looks at the clock only now and then.
    pub fn resume(&self, process: u32) {
        self.simulation.resume(process);
    }
}

impl Drop for SharedClock {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // Awakens the thread that waits for the next one.
        drop(UnixStream::connect(&self.socket));
        drop(std::fs::remove_file(&self.socket));
    }
}

fn accept(simulation: &Simulation, listener: &UnixListener, ended: &AtomicBool) {
    for (id, stream) in (0..).zip(listener.incoming()) {
        if ended.load(Ordering::Acquire) {
            return;
        }
        let simulation = simulation.clone();
        let listening = stream.and_then(|stream| {
            thread::Builder::new().name(format!("clock-{id}")).spawn(move || lead(&simulation, id, &stream))
        });
        if let Err(error) = listening {
            tracing::warn!(%error, "a process could not follow the clock");
        }
    }
}

/// Leads one follower until it is gone.
fn lead(simulation: &Simulation, id: u64, stream: &UnixStream) {
    let Err(error) = hear(simulation, id, stream);
    simulation.leaves(id);
    tracing::debug!(%error, "a process no longer follows the clock");
}

fn hear(simulation: &Simulation, id: u64, mut stream: &UnixStream) -> io::Result<Infallible> {
    let mut process = [0; 4];
    stream.read_exact(&mut process)?;
    let mut line = stream.try_clone()?;
    // What cannot be said is said to somebody who is gone, which the reading end notices.
    let tell = move |now: Timestamp| drop(line.write_all(&now.micros().to_le_bytes()));
    simulation.join(id, Participant::new(u32::from_le_bytes(process), tell));
    loop {
        let mut saying = [0; SAYING];
        stream.read_exact(&mut saying)?;
        simulation.hears(id, decode(saying));
    }
}

/// Follows the clock that is shared at `socket`.
pub(super) fn follow(socket: &Path) -> io::Result<Simulation> {
    let stream = UnixStream::connect(socket)?;
    (&stream).write_all(&std::process::id().to_le_bytes())?;
    let now = read_telling(&stream)?;
    let mut line = Line(stream.try_clone()?);
    let say = move |saying| drop(line.0.write_all(&encode(saying)));
    let simulation = Simulation::following(now, Follower::new(say));
    let listening = simulation.downgrade();
    thread::Builder::new().name("clock".to_owned()).spawn(move || listen(&listening, &stream))?;
    Ok(simulation)
}

fn listen(simulation: &WeakSimulation, stream: &UnixStream) {
    loop {
        let telling = read_telling(stream);
        let Some(simulation) = simulation.upgrade() else { return };
        match telling {
            Ok(now) => simulation.told(now),
            Err(error) => {
                tracing::error!(%error, "the simulated clock is gone: time stands still");
                simulation.lost();
                return;
            }
        }
    }
}

/// The follower's end: when nobody uses the clock any more, the leader and the listening thread hear of it.
struct Line(UnixStream);

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.0.shutdown(Shutdown::Both));
    }
}

fn read_telling(mut stream: &UnixStream) -> io::Result<Timestamp> {
    let mut micros = [0; 8];
    stream.read_exact(&mut micros)?;
    Ok(Timestamp::from_micros(i64::from_le_bytes(micros)))
}

/// How many tellings were heard, and until when it waits.
const SAYING: usize = 16;
/// Instead of a number of tellings.
const BUSY: u64 = u64::MAX;
/// Instead of a moment.
const NEVER: i64 = i64::MAX;

fn encode(saying: Saying) -> [u8; SAYING] {
    let (heard, until) = match saying {
        Saying::Busy => (BUSY, NEVER),
        Saying::Idle { heard, until } => (heard, until.map_or(NEVER, Timestamp::micros)),
    };
    (u128::from(heard) | u128::from(until.cast_unsigned()) << 64).to_le_bytes()
}

fn decode(bytes: [u8; SAYING]) -> Saying {
    let both = u128::from_le_bytes(bytes);
    let (heard, until) = (both as u64, ((both >> 64) as u64).cast_signed());
    match heard {
        BUSY => Saying::Busy,
        heard => Saying::Idle { heard, until: (until != NEVER).then(|| Timestamp::from_micros(until)) },
    }
}

#[cfg(test)]
mod tests;
