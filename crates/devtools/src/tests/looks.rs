//! Traces, streams, reports, and the messages between processes.

use crate::session::{ClientId, Target};
use crate::tests::rig::Rig;
use protocol::devtools::{Answer, ChaosNews, Look, Party, Passed, ToDevtools, Wish};
use protocol::ids::Role;
use serde_json::{Value, json};

const LIST: &str = "[\n{\"ph\":\"M\",\"n\":1},\n{\"ph\":\"i\",\"n\":2}\n]\n";

/// The number of the call that wants that.
fn look(rig: &mut Rig, look: Look) -> u32 {
    let (call, wish) = rig.wish().expect("a wish");
    assert_eq!(wish, Wish::Look(look));
    call
}

fn begin(rig: &mut Rig, params: Value) {
    assert_eq!(rig.command("Tracing.start", params), Value::Null);
    let id = rig.last_id();
    let call = look(rig, Look::StartTrace);
    rig.answer(call, Answer::Done);
    assert!(
        rig.take(|it| it["id"] == id)
            .is_some_and(|it| it["result"] == json!({}))
    );
}

fn end(rig: &mut Rig, text: &str) {
    let answer = rig.command("Tracing.end", json!({}));
    assert_eq!(answer["result"], json!({}), "before the events");
    let call = look(rig, Look::EndTrace);
    let answer = Answer::Trace {
        bytes: text.len() as u32,
        has_lost: false,
    };
    rig.broker_with(
        ToDevtools::Answer { call, answer },
        text.as_bytes().to_vec(),
    );
}

#[test]
fn a_trace_is_read_as_a_stream() {
    let mut rig = Rig::new();
    begin(
        &mut rig,
        json!({"transferMode": "ReturnAsStream", "traceConfig": {}}),
    );
    end(&mut rig, LIST);
    let complete = rig.take(|it| it["method"] == "Tracing.tracingComplete");
    let complete = complete.expect("it is told of");
    assert_eq!(complete["params"]["dataLossOccurred"], false);
    let name = complete["params"]["stream"].clone();
    let mut text = String::new();
    loop {
        let piece = rig.command("IO.read", json!({"handle": name, "size": 7}));
        let piece = &piece["result"];
        assert_eq!(piece["base64Encoded"], false);
        text += piece["data"].as_str().expect("a text");
        if piece["eof"] == true {
            break;
        }
    }
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(whole["traceEvents"][1]["n"], 2);
    let again = rig.command("IO.read", json!({"handle": name, "offset": 0}));
    assert_eq!(again["result"]["data"], json!(text));
    assert_eq!(
        rig.command("IO.close", json!({"handle": name}))["result"],
        json!({})
    );
    let gone = rig.command("IO.read", json!({"handle": name}));
    assert_eq!(gone["error"]["message"], "Invalid stream handle");
}

#[test]
fn a_trace_is_told_in_events() {
    let mut rig = Rig::new();
    begin(&mut rig, json!({}));
    let lines: Vec<String> = (0..2_500).map(|n| format!("{{\"n\":{n}}}")).collect();
    end(&mut rig, &format!("[\n{}\n]\n", lines.join(",\n")));
    let mut told = Vec::new();
    while let Some(mut event) = rig.take(|it| it["method"] == "Tracing.dataCollected") {
        let value = event["params"]["value"].take();
        told.extend(value.as_array().expect("a list").clone());
    }
    assert_eq!(told.len(), lines.len());
    assert_eq!(told[2_499], json!({"n": 2_499}));
    assert_eq!(
        rig.order.last().map(String::as_str),
        Some("Tracing.tracingComplete")
    );
}

#[test]
fn there_is_one_trace_at_a_time() {
    let mut rig = Rig::new();
    let none = rig.command("Tracing.end", json!({}));
    assert_eq!(none["error"]["message"], "Tracing is not started");
    begin(&mut rig, json!({}));
    let second = rig.command("Tracing.start", json!({}));
    assert_eq!(
        second["error"]["message"],
        "Tracing has already been started (possibly in another tab)."
    );
    end(&mut rig, LIST);
    rig.clear();
    // One of the user's own, in a file.
    rig.command("Tracing.start", json!({}));
    let call = look(&mut rig, Look::StartTrace);
    let reason = "a trace is being written to /a".to_owned();
    rig.answer(call, Answer::Refused { reason });
    let refused = rig.texts[0]["error"]["message"].as_str().expect("why");
    assert!(refused.contains("/a"), "{refused}");
    begin(&mut rig, json!({}));
}

#[test]
fn a_trace_ends_with_its_client_and_so_do_streams() {
    let mut rig = Rig::new();
    begin(&mut rig, json!({"transferMode": "ReturnAsStream"}));
    end(&mut rig, LIST);
    begin(&mut rig, json!({}));
    let other = ClientId(2);
    rig.hub.connect(other, Target::Browser).expect("room");
    let read = json!({"id": 1, "method": "IO.read", "params": {"handle": "1"}});
    rig.hub.take_text(other, &read.to_string());
    assert!(rig.collected_last().contains("Invalid stream handle"));
    rig.hub.disconnect(ClientId(1));
    rig.collect();
    look(&mut rig, Look::EndTrace);
    assert_eq!(rig.hub.tracing, None);
    assert_eq!(rig.hub.streams.session_of("1"), None);
}

#[test]
fn streams_that_nobody_closes_are_bounded() {
    let mut rig = Rig::new();
    for _ in 0..8 {
        begin(&mut rig, json!({"transferMode": "ReturnAsStream"}));
        end(&mut rig, LIST);
    }
    let refused = rig.command("Tracing.start", json!({}));
    assert_eq!(refused["error"]["message"], "Too many streams are open");
    rig.command("IO.close", json!({"handle": "1"}));
    begin(&mut rig, json!({}));
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let mut rig = Rig::new();
    for odd in [
        json!({"transferMode": "ByPost"}),
        json!({"traceConfig": []}),
        json!({"streamFormat": "proto"}),
        json!({"streamCompression": "gzip"}),
        json!({"streamFormat": 1}),
    ] {
        assert!(
            rig.command("Tracing.start", odd.clone())["error"].is_object(),
            "{odd}"
        );
    }
    for odd in [json!({}), json!({"handle": 1}), json!({"handle": "x"})] {
        assert!(
            rig.command("IO.read", odd.clone())["error"].is_object(),
            "{odd}"
        );
    }
    assert_eq!(rig.wish(), None);
    let categories = rig.command("Tracing.getCategories", json!({}));
    assert!(categories["result"]["categories"][0].is_string());
}

#[test]
fn a_trace_that_is_no_text_is_told_as_lost() {
    let mut rig = Rig::new();
    begin(&mut rig, json!({"transferMode": "ReturnAsStream"}));
    rig.command("Tracing.end", json!({}));
    let call = look(&mut rig, Look::EndTrace);
    let reason = "no memory".to_owned();
    rig.answer(call, Answer::Refused { reason });
    let complete = rig.take(|it| it["method"] == "Tracing.tracingComplete");
    let complete = complete.expect("nobody waits for ever");
    assert_eq!(complete["params"]["dataLossOccurred"], true);
}

#[test]
fn a_report_is_what_the_broker_says() {
    for (method, wanted, name) in [
        ("Bulkhead.crashRecords", Look::CrashRecords, "records"),
        ("Bulkhead.sandboxReport", Look::SandboxReport, "report"),
    ] {
        let mut rig = Rig::new();
        rig.command(method, json!({}));
        let call = look(&mut rig, wanted);
        let answer = Answer::Report { bytes: 3 };
        rig.broker_with(ToDevtools::Answer { call, answer }, b"[1]".to_vec());
        assert_eq!(rig.texts[0]["result"][name], json!([1]));
        rig.command(method, json!({}));
        let call = look(&mut rig, wanted);
        rig.broker(ToDevtools::Answer {
            call,
            answer: Answer::Report { bytes: 3 },
        });
        assert_eq!(rig.texts[1]["error"]["message"], "There is no report");
    }
}

#[test]
fn messages_are_told_while_somebody_wants_to_hear_of_them() {
    let mut rig = Rig::new();
    rig.command("Bulkhead.tapStart", json!({}));
    let call = look(&mut rig, Look::StartTap);
    rig.answer(call, Answer::Done);
    rig.clear();
    let gpu = Party {
        pid: 7,
        role: Some(Role::Gpu),
    };
    let message = Passed {
        at_us: 1_500,
        from: Party { pid: 1, role: None },
        to: gpu,
        kind: "ToGpu::SetScene".to_owned(),
        bytes: 9,
        handles: 2,
    };
    rig.broker(ToDevtools::Passed {
        messages: vec![message.clone(), message],
        dropped: 3,
    });
    let told = rig.take(|it| it["method"] == "Bulkhead.message");
    assert_eq!(
        told.expect("it is told")["params"],
        json!({
            "time": 1.5, "from": {"process": 1, "role": "broker"},
            "to": {"process": 7, "role": "gpu"}, "kind": "ToGpu::SetScene", "bytes": 9,
            "descriptors": 2, "dropped": 3,
        })
    );
    let second = rig.take(|it| it["method"] == "Bulkhead.message");
    assert_eq!(second.expect("it is told")["params"]["dropped"], 0);
    assert_eq!(
        rig.command("Bulkhead.tapStart", json!({}))["result"],
        json!({})
    );
    assert_eq!(rig.wish(), None, "it is tapped already");
    assert_eq!(
        rig.command("Bulkhead.tapStop", json!({}))["result"],
        json!({})
    );
    look(&mut rig, Look::EndTap);
    // A client that is gone wants nothing.
    rig.command("Bulkhead.tapStart", json!({}));
    rig.hub.disconnect(ClientId(1));
    rig.collect();
    look(&mut rig, Look::EndTap);
}

#[test]
fn chaos_begins_with_a_seed_and_is_told_to_those_who_asked() {
    let mut rig = Rig::new();
    let params = json!({"spec": "kill=5s", "seed": 7});
    rig.command("Bulkhead.chaos", params);
    let (call, wish) = rig.wish().expect("the broker is asked");
    let spec = "kill=5s".to_owned();
    assert_eq!(wish, Wish::Chaos { spec, seed: 7 });
    rig.answer(call, Answer::Done);
    let answer = rig.texts.remove(0);
    assert_eq!(answer["result"], json!({"seed": 7}));
    let news = ChaosNews {
        number: 1,
        kind: "kill".to_owned(),
        role: Role::Gpu,
        after_ms: 40,
        is_skipped: false,
        pid: Some(9),
        tab: None,
    };
    rig.broker(ToDevtools::Chaos(news.clone()));
    let told = rig.take(|it| it["method"] == "Bulkhead.chaosFault");
    assert_eq!(
        told.expect("it is told")["params"],
        json!({"number": 1, "kind": "kill", "role": "gpu", "afterMs": 40, "skipped": false,
            "process": 9, "targetId": null})
    );
    rig.command("Bulkhead.disable", json!({}));
    rig.broker(ToDevtools::Chaos(news.clone()));
    assert_eq!(rig.texts, Vec::<Value>::new());
    // Whoever has not begun it may hear of it as well.
    rig.command("Bulkhead.enable", json!({}));
    rig.broker(ToDevtools::Chaos(news));
    assert_eq!(rig.texts.len(), 1);
}

#[test]
fn chaos_draws_a_seed_and_ends_without_a_list() {
    let mut rig = Rig::new();
    rig.command("Bulkhead.chaos", json!({"spec": "kill=5s"}));
    let (call, wish) = rig.wish().expect("the broker is asked");
    let Wish::Chaos { seed, .. } = wish else {
        panic!("{wish:?}");
    };
    rig.answer(call, Answer::Done);
    assert_eq!(rig.texts.remove(0)["result"]["seed"], json!(seed));
    rig.command("Bulkhead.chaos", json!({"spec": ""}));
    let (call, _) = rig.wish().expect("the broker is asked");
    rig.answer(call, Answer::Done);
    assert_eq!(rig.texts.remove(0)["result"], json!({}));
}

#[test]
fn chaos_that_makes_no_sense_is_refused() {
    let mut rig = Rig::new();
    for odd in [
        json!({}),
        json!({"spec": 1}),
        json!({"spec": "x".repeat(2_000)}),
        json!({"spec": "kill=5s", "seed": -1}),
        json!({"spec": "kill=5s", "seed": 1.5}),
        json!({"spec": "kill=5s", "seed": 1.0e16}),
    ] {
        let answer = rig.command("Bulkhead.chaos", odd.clone());
        assert_eq!(answer["error"]["code"], -32602, "{odd}");
    }
    rig.command("Bulkhead.chaos", json!({"spec": "explode=5s"}));
    let (call, _) = rig.wish().expect("the broker is asked");
    let reason = "\"explode\" is no fault".to_owned();
    rig.answer(call, Answer::Refused { reason });
    let message = &rig.texts[0]["error"]["message"];
    assert_eq!(message, "\"explode\" is no fault");
}
