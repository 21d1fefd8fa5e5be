//! The only clock of the services: the system's, or a simulated one that jumps from event to event.
//!
//! Whoever does something that takes no time on the simulated clock (a request, a database write, a batch of
//! computation) holds a [`Work`] guard. While any guard is alive, simulated time stands still; when none is, it jumps to
//! the earliest sleeper. So days are played in seconds, and what happens is what would have happened. Several processes
//! may share one simulated time: one leads ([`Clock::share`]), the others follow ([`Clock::simulated_at`]).

use std::io;
use std::path::Path;
use std::time::Duration;

use domain::timestamp::Timestamp;

use simulated::Simulation;
use system::System;

mod shared;
mod simulated;
mod system;
mod timeline;

pub use shared::SharedClock;
pub use system::ClockHands;

/// Tells the time and waits. Cheap to clone; clones share one time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System(System),
    Simulated(Simulation),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Kind::System(System::new()))
    }

    /// The machine's clock as if somebody could set it, by the returned hands: to try what a step of it does.
    #[must_use]
    pub fn adjustable() -> (Self, ClockHands) {
        let hands = ClockHands::default();
        (Self(Kind::System(System::with(hands.clone()))), hands)
    }

    /// A clock that stands at `start` and moves only when everybody waits. Hold a [`Work`] while the parts of a
    /// simulation are put together, or the first sleeper takes the time along.
    #[must_use]
    pub fn simulated(start: Timestamp) -> Self {
        Self(Kind::Simulated(Simulation::leading(start)))
    }

    /// Follows the simulated clock that another process shares at this Unix socket. From now on that time stands still
    /// until this process has taken a [`Work`] and given it back, or sleeps. Whoever calls another process holds a
    /// [`Work`] until it is answered, and whoever is called takes one first.
    ///
    /// # Errors
    /// When nobody shares a clock there.
    pub fn simulated_at(socket: &Path) -> io::Result<Self> {
        Ok(Self(Kind::Simulated(shared::follow(socket)?)))
    }

    /// Lets other processes follow this clock at a Unix socket, which is made, while the returned guard is alive. A
    /// process that ends no longer holds time.
    ///
    /// # Errors
    /// When the socket cannot be made, or this is not a simulated clock of this process's own.
    pub fn share(&self, socket: &Path) -> io::Result<SharedClock> {
        match &self.0 {
            Kind::Simulated(simulation) if simulation.leads() => SharedClock::listen(simulation.clone(), socket),
            _ => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "only a simulated clock of this process can be shared"))
            }
        }
    }

    /// Whether time is simulated.
    #[must_use]
    pub const fn is_simulated(&self) -> bool {
        matches!(self.0, Kind::Simulated(_))
    }

    /// The present moment, in microseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System(system) => system.now(),
            Kind::Simulated(simulation) => simulation.now(),
        }
    }

    /// A time that goes on evenly when somebody sets the machine's clock: only the distance of two such times means
    /// something. Use it for whatever must last so and so long.
    #[must_use]
    pub fn steady(&self) -> Timestamp {
        match &self.0 {
            Kind::System(_) => system::steady(),
            Kind::Simulated(simulation) => simulation.now(),
        }
    }

    /// Holds simulated time still while the guard is alive; does nothing on the system clock.
    #[must_use = "time stands still only while the guard is alive"]
    pub fn work(&self) -> Work {
        if let Kind::Simulated(simulation) = &self.0 {
            simulation.hold();
        }
        Work { clock: self.clone(), holds: true }
    }

    /// Waits until `at`, not at all when that is past; but no longer than that takes by the present clock, should it be
    /// set back meanwhile. The awakened sleeper already holds time, so that nothing happens
    /// between its waking and its first step. Dropping the future cancels the wait.
    pub async fn sleep_until(&self, at: Timestamp) -> Work {
        match &self.0 {
            Kind::System(system) => {
                system.sleep_until(at).await;
                self.work()
            }
            Kind::Simulated(simulation) => match simulation.sleeper(at) {
                Some(awakened) => awakened.await.unwrap_or_else(|_| self.work()),
                None => self.work(),
            },
        }
    }

    /// Waits for `duration`, as [`Clock::sleep_until`] does.
    pub async fn sleep(&self, duration: Duration) -> Work {
        self.sleep_until(self.now().plus(duration)).await
    }
}

/// Holds simulated time still while it is alive. Dropped, also by a panic, it lets time go on.
#[must_use = "time stands still only while the guard is alive"]
#[derive(Debug)]
pub struct Work {
    clock: Clock,
    /// False only while it is lent to a wait.
    holds: bool,
}

impl Work {
    /// Waits until `at`; time may pass meanwhile, and is held again when this returns or is cancelled.
    pub async fn pause_until(&mut self, at: Timestamp) {
        match self.clock.0.clone() {
            Kind::System(system) => system.sleep_until(at).await,
            Kind::Simulated(simulation) => {
                // The sleeper is entered before time is released, or time could pass `at` in between.
                if let Some(mut awakened) = simulation.sleeper(at) {
                    // Goes before the guard that the awakened sleeper was given, also where the wait is cancelled: time is
                    // held throughout.
                    let lent = Lent::new(self);
                    let held_meanwhile = (&mut awakened).await;
                    drop(lent);
                    drop(held_meanwhile);
                }
            }
        }
    }

    /// Waits for `duration`, as [`Work::pause_until`] does.
    pub async fn pause(&mut self, duration: Duration) {
        let at = self.clock.now().plus(duration);
        self.pause_until(at).await;
    }

    fn release(&mut self) {
        if std::mem::replace(&mut self.holds, false)
            && let Kind::Simulated(simulation) = &self.clock.0
        {
            simulation.release();
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.release();
    }
}

/// A guard that has let go for the length of a wait, and takes hold again whatever ends the wait.
struct Lent<'a>(&'a mut Work);

impl<'a> Lent<'a> {
    fn new(work: &'a mut Work) -> Self {
        work.release();
        Self(work)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Kind::Simulated(simulation) = &self.0.clock.0 {
            simulation.hold();
        }
        self.0.holds = true;
    }
}

#[cfg(test)]
mod tests;
