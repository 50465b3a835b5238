//! The latch under loom, which explores the executions that the memory model allows, not only the
//! interleavings: that each side's pixels are really visible to the other. Both halves of `AcqRel`
//! are weakened in turn, and each weakening must be caught.

use crate::latch::{self, FIRST_BACK, FIRST_FRONT, Word};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicUsize;

/// The fourth is the first that can lie in a slot which the consumer has read.
const FRAMES: u32 = 4;
/// How often the consumer looks: enough to give one slot back and take another.
const LOOKS: u32 = 2;

trait Strength: Send + Sync + 'static {
    const EXCHANGE: Ordering;
}
struct AsBuilt;
impl Strength for AsBuilt {
    const EXCHANGE: Ordering = Ordering::AcqRel;
}
struct NoAcquire;
impl Strength for NoAcquire {
    const EXCHANGE: Ordering = Ordering::Release;
}
struct NoRelease;
impl Strength for NoRelease {
    const EXCHANGE: Ordering = Ordering::Acquire;
}

struct LoomWord<S>(AtomicU32, PhantomData<S>);

impl<S: Strength> Word for LoomWord<S> {
    fn exchange(&self, value: u32) -> u32 {
        self.0.swap(value, S::EXCHANGE)
    }
    fn peek(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Shared<P, C> {
    producer_word: LoomWord<P>,
    consumer: PhantomData<C>,
    slots: [UnsafeCell<u32>; 3],
}

/// The consumer's view of the same word, with its own strength.
struct ConsumerView<'a, P, C>(&'a Shared<P, C>);

impl<P: Strength, C: Strength> Word for ConsumerView<'_, P, C> {
    fn exchange(&self, value: u32) -> u32 {
        self.0.producer_word.0.swap(value, C::EXCHANGE)
    }
    fn peek(&self) -> u32 {
        self.0.producer_word.peek()
    }
}

// SAFETY: the slots are shared by the rules of the latch; that this is sound is what loom checks:
// it panics on an access that another one does not happen before.
unsafe impl<P: Strength, C: Strength> Sync for Shared<P, C> {}

fn produce<P: Strength, C: Strength>(shared: &Shared<P, C>) {
    let mut back = FIRST_BACK;
    for frame in 1..=FRAMES {
        // SAFETY: `back` is the producer's; loom checks it.
        shared.slots[back as usize].with_mut(|pixels| unsafe { *pixels = frame });
        back = latch::publish(&shared.producer_word, back).back;
    }
}

fn consume<P: Strength, C: Strength>(shared: &Shared<P, C>) {
    let (mut front, mut last) = (FIRST_FRONT, 0);
    let word = ConsumerView(shared);
    for _ in 0..LOOKS {
        if !latch::is_fresh(&word) {
            continue;
        }
        front = latch::take(&word, front).expect("an honest producer");
        // SAFETY: `front` is the consumer's; loom checks it.
        let frame = shared.slots[front as usize].with(|pixels| unsafe { *pixels });
        assert!(frame > last, "frame {frame} after {last}");
        last = frame;
    }
}

/// The number of executions explored; an error if one of them goes wrong.
fn explore<P: Strength, C: Strength>() -> Result<usize, ()> {
    static EXPLORED: AtomicUsize = AtomicUsize::new(0);
    let before = EXPLORED.load(Ordering::Relaxed);
    let run = || {
        loom::model(|| {
            EXPLORED.fetch_add(1, Ordering::Relaxed);
            let shared = Arc::new(Shared::<P, C> {
                producer_word: LoomWord(AtomicU32::new(0), PhantomData),
                consumer: PhantomData,
                slots: [UnsafeCell::new(0), UnsafeCell::new(0), UnsafeCell::new(0)],
            });
            let theirs = Arc::clone(&shared);
            let producer = loom::thread::spawn(move || produce(&theirs));
            consume(&shared);
            producer.join().expect("producer");
        });
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(drop)?;
    Ok(EXPLORED.load(Ordering::Relaxed) - before)
}

// One test: the counter is shared, and a mutant's panics would run beside the real model.
#[test]
fn no_execution_races_and_every_weaker_ordering_does() {
    let explored = explore::<AsBuilt, AsBuilt>().expect("no race");
    println!("{explored} executions");
    // If `publish` ever looks at the latch before it swaps, loom 0.7 explores one and is content.
    assert!(
        explored > 100,
        "only {explored} executions: loom does not explore"
    );
    assert!(
        explore::<NoAcquire, AsBuilt>().is_err(),
        "the producer needs no acquire"
    );
    assert!(
        explore::<NoRelease, AsBuilt>().is_err(),
        "the producer needs no release"
    );
    assert!(
        explore::<AsBuilt, NoAcquire>().is_err(),
        "the consumer needs no acquire"
    );
    assert!(
        explore::<AsBuilt, NoRelease>().is_err(),
        "the consumer needs no release"
    );
}
