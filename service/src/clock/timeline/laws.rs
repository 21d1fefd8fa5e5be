//! Whatever a few processes do, and however late they hear each other: nobody acts at another time than the leader's,
//! nobody is awakened late, and nobody sleeps for ever.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::timestamp::Timestamp;
use proptest::prelude::*;

use super::{Follower, Participant, Saying, Sleeper, Timeline};

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const FOLLOWERS: usize = 3;
const TASKS: usize = 3;

/// A task of one process, as a sleeper, and whether it has given up waiting.
#[derive(Clone, Debug)]
struct Nap(usize, Arc<AtomicBool>);

impl Sleeper for Nap {
    fn is_gone(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Debug, Default)]
enum Task {
    /// It does nothing until it is called.
    #[default]
    Resting,
    /// It holds time.
    Working { caller: Option<(usize, usize)> },
    /// It holds time, and waits for the answer of another.
    Calling { caller: Option<(usize, usize)> },
    /// It sleeps; the moment is missing where it held no time when it went to sleep, so that it may oversleep.
    Sleeping { until: Option<Timestamp>, gone: Arc<AtomicBool> },
}

impl Task {
    const fn rests(&self) -> bool {
        matches!(self, Self::Resting)
    }
}

type Queue<T> = Arc<Mutex<VecDeque<T>>>;

struct Process {
    timeline: Timeline<Nap>,
    tasks: [Task; TASKS],
    said: Queue<Saying>,
    tellings: Queue<Timestamp>,
    alive: bool,
    suspended: bool,
    /// It was suspended, and has not heard since of the time that passed meanwhile.
    out_of_date: bool,
}

/// Process 0 leads.
struct World(Vec<Process>);

fn process(timeline: Timeline<Nap>, said: Queue<Saying>, tellings: Queue<Timestamp>) -> Process {
    let tasks = Default::default();
    Process { timeline, tasks, said, tellings, alive: true, suspended: false, out_of_date: false }
}

impl World {
    fn new() -> Self {
        let mut world = Self(vec![process(Timeline::leading(START), Queue::default(), Queue::default())]);
        // Somebody holds time while all come in.
        world.0[0].timeline.hold();
        world.0[0].tasks[0] = Task::Working { caller: None };
        for id in 1..=FOLLOWERS {
            let (said, tellings) = (Queue::<Saying>::default(), Queue::<Timestamp>::default());
            let (say, tell) = (Arc::clone(&said), Arc::clone(&tellings));
            let tell = move |now| tell.lock().unwrap().push_back(now);
            world.0[0].timeline.join(id as u64, Participant::new(id as u32, tell));
            let now = tellings.lock().unwrap().pop_front().unwrap();
            let mut timeline =
                Timeline::following(now, Follower::new(move |saying| say.lock().unwrap().push_back(saying)));
            timeline.hold();
            let mut follower = process(timeline, said, tellings);
            follower.tasks[0] = Task::Working { caller: None };
            world.0.push(follower);
        }
        world
    }

    fn now(&self) -> Timestamp {
        self.0[0].timeline.now()
    }

    fn awaken(&mut self, at: usize, naps: Vec<Nap>) {
        for Nap(task, _) in naps {
            let Task::Sleeping { until, .. } = self.0[at].tasks[task] else { panic!("{task} of {at} did not sleep") };
            if let Some(until) = until.filter(|_| !self.0[at].out_of_date) {
                assert_eq!(until, self.now(), "task {task} of process {at} is awakened late");
            }
            self.0[at].tasks[task] = Task::Working { caller: None };
        }
    }

    /// Somebody does something, drawn by `choice`; false where nothing was possible.
    fn step(&mut self, choice: u32, chaos: bool) -> bool {
        let [who, what, how, _] = choice.to_le_bytes().map(usize::from);
        let at = who % self.0.len();
        match what % 4 {
            0 | 1 => self.act(at, how % TASKS, how / TASKS) || self.doze(at, how % TASKS, how / TASKS),
            2 => self.hear(at) || self.listen(at),
            _ if chaos && how % 4 == 0 => self.disturb(at, how / 4),
            _ => self.listen(at) || self.hear(at),
        }
    }

    /// A task that may run takes its next step.
    fn act(&mut self, at: usize, task: usize, how: usize) -> bool {
        let process = &self.0[at];
        let Task::Working { caller } = process.tasks[task] else { return false };
        if !process.alive || process.suspended || process.timeline.is_asking() {
            return false;
        }
        if !process.out_of_date {
            assert_eq!(process.timeline.now(), self.now(), "process {at} acts at another time than the leader's");
        }
        let now = process.timeline.now();
        match how % 4 {
            // Whoever waits for the answer holds time: it must not wait for a moment to come.
            0 | 1 if caller.is_none() => {
                let until = now.plus(Duration::from_secs(how as u64 % 7 * 10));
                // Entered before time is released.
                let gone = Arc::new(AtomicBool::new(false));
                if let Some(awakened) = self.0[at].timeline.enter(until, Nap(task, Arc::clone(&gone))) {
                    self.awaken(at, awakened);
                    self.0[at].tasks[task] = Task::Sleeping { until: Some(until), gone };
                    let awakened = self.0[at].timeline.release();
                    self.awaken(at, awakened);
                }
            }
            2 => {
                let (other, resting) = (how / 4 % self.0.len(), how / 16 % TASKS);
                let callee = &mut self.0[other];
                if other == at || !callee.alive || callee.suspended || !callee.tasks[resting].rests() {
                    return true;
                }
                callee.timeline.hold();
                callee.tasks[resting] = Task::Working { caller: Some((at, task)) };
                self.0[at].tasks[task] = Task::Calling { caller };
            }
            _ => {
                self.answer(caller);
                self.0[at].tasks[task] = Task::Resting;
                let awakened = self.0[at].timeline.release();
                self.awaken(at, awakened);
            }
        }
        true
    }

    /// A task goes to sleep without having held time, or gives up waiting.
    fn doze(&mut self, at: usize, task: usize, how: usize) -> bool {
        let process = &mut self.0[at];
        if !process.alive || process.suspended {
            return false;
        }
        match &process.tasks[task] {
            Task::Sleeping { gone, .. } if how.is_multiple_of(3) => {
                gone.store(true, Ordering::Relaxed);
                process.tasks[task] = Task::Resting;
                true
            }
            Task::Resting if how % 3 == 1 => {
                let until = process.timeline.now().plus(Duration::from_secs(how as u64 % 11 * 7));
                let gone = Arc::new(AtomicBool::new(false));
                process.tasks[task] = Task::Sleeping { until: None, gone: Arc::clone(&gone) };
                match process.timeline.enter(until, Nap(task, gone)) {
                    Some(awakened) => self.awaken(at, awakened),
                    None => process.tasks[task] = Task::Resting,
                }
                true
            }
            _ => false,
        }
    }

    fn answer(&mut self, caller: Option<(usize, usize)>) {
        if let Some((at, task)) = caller
            && let Task::Calling { caller } = self.0[at].tasks[task]
        {
            self.0[at].tasks[task] = Task::Working { caller };
        }
    }

    /// A follower hears its leader.
    fn hear(&mut self, at: usize) -> bool {
        if !self.0[at].alive || self.0[at].suspended {
            return false;
        }
        let Some(now) = self.0[at].tellings.lock().unwrap().pop_front() else { return false };
        let last = self.0[at].tellings.lock().unwrap().is_empty();
        let awakened = self.0[at].timeline.told(now);
        self.awaken(at, awakened);
        self.0[at].out_of_date &= !last;
        true
    }

    /// The leader hears a follower.
    fn listen(&mut self, at: usize) -> bool {
        if !self.0[at].alive {
            return false;
        }
        let Some(saying) = self.0[at].said.lock().unwrap().pop_front() else { return false };
        let awakened = self.0[0].timeline.hears(at as u64, saying);
        self.awaken(0, awakened);
        true
    }

    /// A follower is killed, stopped, or goes on.
    fn disturb(&mut self, at: usize, how: usize) -> bool {
        if at == 0 || !self.0[at].alive {
            return false;
        }
        let awakened = if self.0[at].suspended {
            self.0[0].timeline.resume(at as u32);
            self.0[at].suspended = false;
            Vec::new()
        } else if how.is_multiple_of(4) {
            self.0[at].alive = false;
            for task in std::mem::take(&mut self.0[at].tasks) {
                if let Task::Working { caller } | Task::Calling { caller } = task {
                    // Their calls break off.
                    self.answer(caller);
                }
            }
            self.0[0].timeline.leaves(at as u64)
        } else {
            self.0[at].suspended = true;
            self.0[at].out_of_date = true;
            self.0[0].timeline.suspend(at as u32)
        };
        self.awaken(0, awakened);
        true
    }

    /// Nobody begins anything new, and everybody ends what was begun.
    fn wind_down(&mut self) {
        for at in 1..self.0.len() {
            if self.0[at].suspended {
                self.disturb(at, 1);
            }
        }
        let mut moved = true;
        while moved {
            moved = false;
            for at in 0..self.0.len() {
                moved |= self.hear(at) | self.listen(at);
                for task in 0..TASKS {
                    moved |= self.act(at, task, 3);
                }
            }
        }
        for (at, process) in self.0.iter().enumerate().filter(|(_, process)| process.alive) {
            // A call that ran into a process before it was killed stays without an answer; its caller was told so.
            assert!(process.tasks.iter().all(Task::rests), "process {at} never ended: {:?}", process.tasks);
        }
    }
}

proptest! {
    #[test]
    fn time_is_one_in_all_processes_and_nobody_is_forgotten(choices in prop::collection::vec(any::<u32>(), 0..600)) {
        let mut world = World::new();
        for choice in choices {
            world.step(choice, false);
        }
        world.wind_down();
    }

    #[test]
    fn whoever_is_killed_or_stopped_holds_up_nobody(choices in prop::collection::vec(any::<u32>(), 0..600)) {
        let mut world = World::new();
        for choice in choices {
            world.step(choice, true);
        }
        world.wind_down();
    }
}
