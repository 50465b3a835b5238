//! What scripts find in declarations, and what they cannot do to them.

use super::*;
use rquickjs::{CatchResultExt, Context, Runtime};

/// Two properties, of which an element declares the first; the prelude does what is odd.
struct Known(Rc<RefCell<Vec<String>>>);

impl Properties for Known {
    fn find(&self, name: &str) -> Option<u16> {
        self.0.borrow_mut().push(format!("find {name}"));
        match name {
            "left" => Some(0),
            "marginTop" | "margin-top" => Some(1),
            _ => None,
        }
    }

    fn name(&self, property: u16) -> String {
        ["left", "margin-top"][usize::from(property)].to_owned()
    }

    fn get(&self, number: f64, property: u16) -> Option<String> {
        (property == 0).then(|| format!("{number}px"))
    }

    fn set(&self, number: f64, property: u16, value: &str) -> bool {
        let said = format!("set {number} {property} {value}");
        self.0.borrow_mut().push(said);
        value != "odd"
    }
}

/// What a script says that has `inline` and `other`, and what was asked of the properties.
fn says(script: &str) -> (String, Vec<String>) {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let said = context.with(|ctx| {
        let styles = Styles::default();
        let prototype: Object<'_> = ctx
            .eval("globalThis.proto = { cssText: 'all', get float() { return 'own'; } }")
            .expect("a prototype");
        let functions: [Function<'_>; 3] = [
            "(function () { return ['left', 'top']; })",
            "(function (name) { if (!this.is) throw new TypeError('no'); return 'get ' + name; })",
            "(function (name, value) { this.told = `${name}=${String(value)}`; })",
        ]
        .map(|code| ctx.eval(code).expect("a function"));
        let properties = Box::new(Known(asked.clone()));
        let begun = styles.begin(properties, prototype, functions);
        begun.expect("begun once");
        let globals = ctx.globals();
        for (name, number) in [("inline", Some(7.0)), ("other", None)] {
            let made = styles.make(&ctx, number).expect("an object");
            made.set("is", true).expect("memory");
            globals.set(name, made).expect("memory");
        }
        let said = ctx.eval::<String, _>(script).catch(&ctx);
        said.unwrap_or_else(|error| panic!("{script}: {error}"))
    });
    let asked = asked.borrow().clone();
    (said, asked)
}

#[test]
fn a_property_is_an_accessor_of_the_prototype_from_its_first_use() {
    let (said, _) = says(
        "const before = 'left' in proto;
        const own = Object.getOwnPropertyDescriptor(inline, 'left');
        const made = Object.getOwnPropertyDescriptor(proto, 'left');
        [before, own, inline.left, made.get.name, made.set.name, made.set.length,
          made.enumerable, made.configurable, 'marginTop' in other, 'unknown' in inline].join()",
    );
    assert_eq!(said, "false,,7px,get left,set left,1,true,true,true,false");
}

#[test]
fn what_is_odd_is_the_preludes() {
    let (said, asked) = says(
        "inline.left = '1px'; inline.left = 5; inline.left = null;
        const told = [inline.told]; inline.left = 'odd'; told.push(inline.told);
        inline.left = 1.5; told.push(inline.told);
        inline.left = '\\ud800'; told.push(inline.told.length);
        other['margin-top'] = '2px'; told.push(other.told, other.left, inline.marginTop);
        try { Object.create(inline).left; told.push('got'); }
        catch (error) { told.push(error.name); }
        try { proto.left; } catch (error) { told.push(error.name); }
        told.join()",
    );
    assert_eq!(
        said,
        ",left=odd,left=1.5,6,margin-top=2px,get left,get margin-top,got,TypeError"
    );
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let sets = asked.iter().filter(|said| said.starts_with("set"));
    let sets: Vec<_> = sets.collect();
    assert_eq!(
        sets,
        [&"set 7 0 1px", &"set 7 0 5", &"set 7 0 ", &"set 7 0 odd"]
    );
}

#[test]
fn a_name_is_looked_up_once() {
    let (_, asked) = says(
        "for (let n = 0; n < 3; n++) { inline.left; other.nothing; inline[Symbol('left')];
          inline.cssText; inline['long'.repeat(20)]; } ''",
    );
    assert_eq!(
        asked,
        ["find is", "find left", "find nothing", "find cssText"]
    );
}

#[test]
fn what_a_page_puts_on_the_prototype_stays() {
    let (said, _) = says(
        "Object.defineProperty(proto, 'left', { get() { return 'mine'; }, configurable: true });
        const first = inline.left; delete proto.left; const second = inline.left;
        inline.left = 3; Object.freeze(proto);
        [first, second, inline.left, inline.float, inline.marginTop].join()",
    );
    assert_eq!(said, "mine,,3,own,");
}

#[test]
fn places_are_read_and_nothing_is_put_there() {
    let (said, _) = says(
        "'use strict'; const told = [];
        try { inline[0] = 1; } catch (error) { told.push(error.name); }
        try { delete inline[1]; } catch (error) { told.push(error.name); }
        inline.own = 4;
        [inline[0], inline[1], inline[2], 1 in inline, 2 in inline, Object.keys(inline),
          inline.own, delete inline[5], delete inline.own, told].join()",
    );
    assert_eq!(
        said,
        "left,top,,true,false,is,own,0,1,4,true,true,TypeError,TypeError"
    );
}
