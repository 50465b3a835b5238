//! Names for the raw backtraces of crash records, by the process that reads the executable.
//!
//! Trusts: no record; its addresses are numbers or left alone.

use crate::machine::{calls, executable};
use crate::output::terminal::complain;
use serde_json::{Value, json};
use symbols::{Asker, SymbolsError};

/// Adds to each backtrace of these records the names of its calls, as far as they are known. A
/// record of another build keeps its numbers, and so do all of them if the names cannot be had.
pub fn name(records: &mut [Value]) {
    let mark = executable::mark();
    let is_ours = |record: &&mut Value| record["executable"].as_str() == mark.as_deref();
    let mut traces: Vec<&mut Value> = records
        .iter_mut()
        .filter(is_ours)
        .filter_map(|record| record["crash"].as_array_mut())
        .flatten()
        .filter(|crash| crash["trace"].is_array())
        .collect();
    if traces.is_empty() {
        return;
    }
    if let Err(error) = name_all(&mut traces) {
        complain!("bulkhead: backtraces without names: {error}");
    }
}

fn name_all(traces: &mut [&mut Value]) -> Result<(), SymbolsError> {
    let asker = Asker::start(&sandbox::probe())?;
    for trace in traces {
        let addresses = calls(&trace["trace"]);
        let names = asker.names(&addresses)?;
        trace["names"] = json!(names);
    }
    Ok(())
}

/// The address of each call of a record's backtrace.
fn calls(trace: &Value) -> Vec<u64> {
    let addresses = trace.as_array().into_iter().flatten();
    let number = |address: &Value| {
        let digits = address.as_str()?.strip_prefix("0x")?;
        u64::from_str_radix(digits, 16).ok()
    };
    calls::of(addresses.map(|address| number(address).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_stands_before_the_address_to_which_it_returns() {
        assert_eq!(calls(&json!(["0x10", "0x20", "0x0"])), [0x10, 0x1f, 0]);
        assert_eq!(
            calls(&json!(["16", 3, "0x"])),
            [u64::MAX, u64::MAX - 1, u64::MAX - 1]
        );
        assert!(calls(&json!("0x10")).is_empty());
    }

    #[test]
    fn a_record_of_another_build_keeps_its_numbers() {
        let mut records = [json!({"executable": "1-2.3", "crash": [{"trace": ["0x10"]}]})];
        let before = records.clone();
        name(&mut records);
        assert_eq!(records, before);
    }
}
