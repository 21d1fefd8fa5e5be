//! Leases: which tracker polls which tokens.
//!
//! Tokens are hashed into [`SHARDS`] shards. A tracker holds a shard until its lease expires, and renews it long before.
//! A shard that changes hands gets a new epoch; whoever writes what it polled shows its epochs as a [`Fence`], and the
//! transaction is refused where one of them is not the present one. So a tracker that was paused, or cut off, for longer
//! than its leases writes nothing, whatever it believes.
//!
//! A tracker that was killed and starts again need not wait for its own leases to expire: it knows those of its earlier runs
//! by the first half of their name, and frees them.
//!
//! Nobody waits for a tracker that is paused in the middle of a transaction: shards that somebody is writing to are left
//! out of a takeover, and the server ends sessions that stay inside a transaction for half a lease.

mod fence;
mod housekeeping;
mod keep;
mod patience;
mod release;
mod shard;
mod succeed;

use std::time::Duration;

use domain::timestamp::Timestamp;
use uuid::Uuid;

pub use fence::Fence;
pub use keep::share;
pub use shard::{SHARDS, Shard};

use crate::error::StoreError;
use crate::store::Store;
use crate::write::write;

/// No lease is longer. An expiry that is further ahead was written by a clock that has since been set back: it counts as
/// past.
pub const LONGEST_LEASE: Duration = Duration::from_mins(5);

/// See [`Store::leases`].
#[derive(Clone, Copy)]
pub struct Leases<'a> {
    pub(crate) store: &'a Store,
}

/// How much of a holder's name is its instance's: of a million instances no two are alike but once in 500 times, and then
/// all that happens is that one's start moves the other's tokens.
const INSTANCE_BYTES: usize = 6;

/// One run of a tracker: never the same again after a restart. The runs of one instance begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder(Uuid);

impl Holder {
    /// Somebody new.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }

    /// A new run of the instance with this name.
    #[must_use]
    pub fn run_of(instance: &str) -> Self {
        const NAMESPACE: Uuid = Uuid::from_u128(0x7065_7266_7472_8163_b069_6e73_7461_6e63);
        let (instance, run) = (Uuid::new_v5(&NAMESPACE, instance.as_bytes()), Uuid::new_v4());
        let mut bytes = *run.as_bytes();
        bytes[..INSTANCE_BYTES].copy_from_slice(&instance.as_bytes()[..INSTANCE_BYTES]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// How the names of all runs of its instance begin.
    fn instance(self) -> String {
        // Two digits a byte, and a dash after the first four bytes.
        self.to_string().chars().take(2 * INSTANCE_BYTES + 1).collect()
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose clock tells whether a lease has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseTime {
    /// The database's, which is the same for all.
    Database,
    /// This is the present moment: of a simulated clock, which all trackers share.
    At(Timestamp),
}

/// Who asks for leases, for how long, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub holder: Holder,
    /// How long a lease lasts from now on. At most [`LONGEST_LEASE`].
    pub lease: Duration,
    /// When.
    pub time: LeaseTime,
}

/// What a tracker has after [`Leases::keep`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The shards that it holds.
    pub fence: Fence,
    /// How many trackers there are, this one included.
    pub trackers: usize,
    /// How many shards are this one's share. It may hold fewer for a while, until others give theirs up; and more, until
    /// it gives them up itself.
    pub share: usize,
}

/// One shard's lease as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// The shard.
    pub shard: Shard,
    /// Who holds it, or held it last; `None` where it was given back.
    pub holder: Option<Holder>,
    /// How often it changed hands.
    pub epoch: i64,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Leases<'_> {
    /// Says that this tracker lives, renews what it holds, gives up the shards `give_up` of those, and takes what is free
    /// or has expired up to its share, unless it gives something up. Call it every third of a lease, and sooner while it holds less than its share.
    ///
    /// A lease that expired without anybody taking it is renewed too. Shards that somebody writes to at this moment are
    /// not taken over.
    pub async fn keep(&self, claim: Claim, give_up: &[Shard]) -> Result<Kept, StoreError> {
        write(&self.store.engine, keep::Keep { claim, give_up }).await
    }

    /// Frees what earlier runs of the same instance hold, who are dead; should one of them live, it takes its share again
    /// like anybody else. Shards that somebody writes to at this moment are left to expire. Returns how many were freed.
    pub async fn succeed(&self, claim: Claim) -> Result<usize, StoreError> {
        write(&self.store.engine, succeed::Succeed { claim }).await
    }

    /// Gives everything back, so that others need not wait: the last call of a tracker.
    pub async fn release(&self, holder: Holder) -> Result<(), StoreError> {
        write(&self.store.engine, release::Release { holder }).await
    }

    /// Whether there is something to take: a shard that nobody holds. Reads only, and is cheap.
    pub async fn anything_free(&self, time: LeaseTime) -> Result<bool, StoreError> {
        keep::anything_free(&self.store.engine, time).await
    }

    /// Takes or renews the lease of the housekeeping, which is one tracker's at a time; `None` while it is another's.
    /// Transactions of the housekeeping that must not run twice at once show the fence.
    pub async fn housekeeping(&self, claim: Claim) -> Result<Option<Fence>, StoreError> {
        write(&self.store.engine, housekeeping::Housekeeping { claim }).await
    }

    /// Every lease of the shards, by shard.
    pub async fn list(&self) -> Result<Vec<LeaseRow>, StoreError> {
        keep::list(&self.store.engine).await
    }
}
