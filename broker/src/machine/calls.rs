//! The calls of a raw backtrace.

/// The address of each call. The first address is that of the instruction that failed; the others
/// are those to which calls would have returned, behind them.
pub fn of(trace: impl Iterator<Item = u64>) -> Vec<u64> {
    let call = |(at, address): (usize, u64)| address.saturating_sub(u64::from(at > 0));
    trace.enumerate().map(call).collect()
}
