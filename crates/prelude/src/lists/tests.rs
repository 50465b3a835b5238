//! What scripts find in lists, and what they cannot do to them.

use super::*;
use rquickjs::{CatchResultExt, Context, Runtime};

fn with(test: impl FnOnce(&Ctx<'_>, &Lists)) {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    context.with(|ctx| test(&ctx, &Lists::default()));
}

/// Has `list` and `words` as globals; `words` reads "a b".
fn prepared(ctx: &Ctx<'_>, lists: &Lists) {
    let prototype: Object<'_> = ctx
        .eval("globalThis.proto = { get length() { return 'other'; } }")
        .expect("a prototype");
    let values: Vec<Value<'_>> = ctx.eval("['x', { y: 1 }, null]").expect("values");
    let list = lists.of_values(&prototype, &values).expect("a list");
    let read: Read = Rc::new(|number, name| {
        assert_eq!((number, name), (7.0, "class"));
        vec!["a".to_owned(), "b".to_owned()]
    });
    let words = lists.of_words(&prototype, (7.0, "class".into()), read);
    let globals = ctx.globals();
    globals.set("list", list).expect("memory");
    globals
        .set("words", words.expect("a list"))
        .expect("memory");
}

fn says(ctx: &Ctx<'_>, script: &str) -> String {
    let said = ctx.eval::<String, _>(script).catch(ctx);
    said.unwrap_or_else(|error| panic!("{script}: {error}"))
}

#[test]
fn a_list_is_read_by_index_and_by_name() {
    with(|ctx, lists| {
        prepared(ctx, lists);
        assert_eq!(
            says(ctx, "`${list[0]} ${list[1].y} ${list[2]} ${list[3]}`"),
            "x 1 null undefined"
        );
        assert_eq!(
            says(ctx, "`${words[0]}${words[1]}${words[2]}${words['1']}`"),
            "abundefinedb"
        );
        assert_eq!(
            says(ctx, "`${0 in list} ${3 in list} ${'x' in list}`"),
            "true false false"
        );
        assert_eq!(
            says(
                ctx,
                "Object.keys(words).join() + Reflect.ownKeys(list).length"
            ),
            "0,13"
        );
        assert_eq!(
            says(
                ctx,
                "JSON.stringify(Object.getOwnPropertyDescriptor(list, 0))"
            ),
            r#"{"value":"x","writable":false,"enumerable":true,"configurable":true}"#
        );
        assert_eq!(
            says(ctx, "let all = ''; for (const at in list) all += at; all"),
            "012length"
        );
    });
}

#[test]
fn nobody_puts_anything_at_a_place() {
    with(|ctx, lists| {
        prepared(ctx, lists);
        for script in [
            "list[0] = 1",
            "list[9] = 1",
            "delete list[0]",
            "Object.defineProperty(list, 9, {value: 1})",
        ] {
            let strict = format!("'use strict'; try {{ {script}; 'done' }} catch (e) {{ e.name }}");
            assert_eq!(says(ctx, &strict), "TypeError", "{script}");
        }
        assert_eq!(
            says(
                ctx,
                "Reflect.set(list, 0, 1); Reflect.set(list, 9, 1);
                 `${list[0]} ${9 in list} ${delete list[9]}`"
            ),
            "x false true"
        );
        assert_eq!(
            says(ctx, "`${Reflect.defineProperty(list, 0, { value: 1 })}`"),
            "false"
        );
        assert_eq!(
            says(
                ctx,
                "list.more = 2; list[-1] = 3;
                 `${list.more} ${list[-1]} ${delete list.more} ${list.more}`"
            ),
            "2 3 true undefined"
        );
    });
}

#[test]
fn its_length_is_asked_of_the_list_itself() {
    with(|ctx, lists| {
        prepared(ctx, lists);
        let other: Function<'_> = ctx
            .eval("Object.getOwnPropertyDescriptor(proto, 'length').get")
            .expect("a getter");
        let getter = lists.length(&other).expect("a getter");
        ctx.globals().set("getter", getter).expect("memory");
        let script = "Object.defineProperty(proto, 'length', { get: getter });
            `${list.length} ${words.length} ${proto.length} ${getter.name} ${getter.call(5)}`";
        assert_eq!(says(ctx, script), "3 2 other get length other");
        let list: Value<'_> = ctx.globals().get("words").expect("a list");
        assert_eq!(lists.count(&list), Some(2));
        assert_eq!(lists.words(&list).map(|words| words.number), Some(7.0));
        assert!(lists.words(&ctx.globals().into_value()).is_none());
    });
}

#[test]
fn a_list_in_a_circle_goes_when_garbage_is_collected() {
    with(|ctx, lists| {
        let holder = Rc::new(());
        let held = holder.clone();
        let prototype = Object::new(ctx.clone()).expect("memory");
        let read: Read = Rc::new(move |_, _| {
            let _ = &held;
            Vec::new()
        });
        let words = lists.of_words(&prototype, (1.0, "class".into()), read);
        let words = words.expect("a list");
        let list = lists.of_values(&prototype, &[words.clone().into_value()]);
        words.set("list", list.expect("a list")).expect("memory");
        drop(words);
        ctx.run_gc();
        assert_eq!(Rc::strong_count(&holder), 1);
    });
}

#[test]
fn another_runtime_gets_none() {
    with(|ctx, lists| {
        prepared(ctx, lists);
        with(|other, _| {
            let prototype = Object::new(other.clone()).expect("memory");
            assert!(lists.of_values(&prototype, &[]).is_err());
            assert!(lists.count(prototype.as_value()).is_none());
        });
    });
}
