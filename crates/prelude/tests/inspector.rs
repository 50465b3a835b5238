//! The inspector's program in a bare engine, without a document.
#![allow(clippy::unwrap_used, reason = "a test")]

use prelude::{kind, load_inspector};
use rquickjs::{CatchResultExt, Context, Ctx, Function, Object, Persistent, Runtime, Value};

/// What stands for the prelude and for the host.
const MEANS: &str = "({ G: globalThis, DOMException, isNode: () => false, hasState: () => false,
    n: { url: () => 'http://site.test/', scriptNumber: () => 0 },
    hear(heard) { globalThis.heard = heard; } })";
const NATIVES: &str =
    "({ isolate: '7', textMax: 1 << 25, objectsMax: 100, valuesMax: 100, told: [],
    evaluate(id, code) { return (0, eval)(code); }, parse: (id, json) => JSON.parse(json),
    proxy: () => null, promise: () => ['pending', undefined],
    event(session, method, params) { this.told.push(method); },
    answer(call, text) { this.told.push(text); } })";

fn with(test: impl FnOnce(&Ctx<'_>, &Object<'_>)) {
    let runtime = Runtime::new().unwrap();
    let (page, own) = (Context::full(&runtime), Context::full(&runtime));
    let (page, own) = (page.unwrap(), own.unwrap());
    let (natives, means, global) = page.with(|ctx| {
        let natives: Object<'_> = ctx.eval(NATIVES).unwrap();
        let of = Function::new(ctx.clone(), |value: Value<'_>| kind(&value)).unwrap();
        natives.set("kind", of).unwrap();
        let means: Object<'_> = ctx.eval(MEANS).unwrap();
        let save = |object| Persistent::save(&ctx, object);
        (save(natives), save(means), save(ctx.globals()))
    });
    own.with(|ctx| {
        let natives = natives.restore(&ctx).unwrap();
        let means = means.restore(&ctx).unwrap();
        let global = global.restore(&ctx).unwrap();
        let program = load_inspector(&ctx).catch(&ctx).unwrap();
        let made = program.call::<_, Object<'_>>((natives, means)).catch(&ctx);
        let made = made.unwrap_or_else(|error| panic!("{error}"));
        let world: Function<'_> = made.get("world").unwrap();
        let added = world.call::<_, ()>((1, "", "1.1", true, global));
        added.catch(&ctx).unwrap();
        test(&ctx, &made);
    });
}

fn ask(ctx: &Ctx<'_>, made: &Object<'_>, method: &str, params: &str) -> String {
    let run: Function<'_> = made.get("run").unwrap();
    let answer = run.call::<_, String>((1, 1, method, params)).catch(ctx);
    answer.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn it_begins_and_answers() {
    with(|ctx, made| {
        for (code, wanted) in [
            (
                "1",
                r#"{"result":{"result":{"type":"number","value":1,"description":"1"}}}"#,
            ),
            (
                "[1]",
                r#""className":"Array","description":"Array(1)","objectId":"7.1."#,
            ),
            ("/a/g", r#""description":"/a/g""#),
            ("new Date(0)", r#""subtype":"date""#),
            ("new Map([[1,2]])", r#""description":"Map(1)""#),
            ("new Error('m')", r#""description":"Error: m"#),
            (
                "new DOMException('m', 'SyntaxError')",
                r#""description":"SyntaxError: m"#,
            ),
            (
                "throw 1",
                r#""exceptionDetails":{"exceptionId":1,"text":"Uncaught""#,
            ),
        ] {
            let params = format!("{{\"expression\":\"{code}\",\"generatePreview\":true}}");
            let answer = ask(ctx, made, "Runtime.evaluate", &params);
            assert!(answer.contains(wanted), "{code}: {answer}");
        }
        let answer = ask(ctx, made, "Runtime.nope", "{}");
        assert_eq!(
            answer,
            r#"{"error":{"code":-32601,"message":"'Runtime.nope' wasn't found"}}"#
        );
    });
}
