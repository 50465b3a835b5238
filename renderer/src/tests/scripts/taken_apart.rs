//! Handlers that take a control apart while an event is on its way to it, or to a part of it.

use super::{Scripted, on_stack};
use protocol::input::{Button, InputEvent, Key, Modifiers};

const EVENTS: [&str; 18] = [
    "pointerdown",
    "pointerup",
    "pointermove",
    "pointerover",
    "pointerout",
    "pointerenter",
    "mousedown",
    "mouseup",
    "mousemove",
    "mouseover",
    "mouseenter",
    "mouseleave",
    "click",
    "input",
    "change",
    "focus",
    "keydown",
    "wheel",
];

const ACTS: [&str; 7] = [
    "this.type = 'text'",
    "this.type = this.type == 'range' ? 'color' : 'range'",
    "this.remove()",
    "document.body.append(this)",
    "document.body.innerHTML = ''",
    "this.outerHTML = '<b>gone</b>'",
    "this.value = '#ff0000'; this.type = 'color'; this.type = 'range'; this.offsetWidth",
];

const STYLE: &str = "position: absolute; left: 10px; top: 10px; width: 200px; height: 40px";

fn use_everything(page: &mut Scripted, x: f32) {
    let modifiers = Modifiers::default();
    let button = Button::Left;
    for y in [110.0, 32.0] {
        page.input(InputEvent::PointerMove { x, y, modifiers });
    }
    page.click(x, 32.0);
    page.click(x, 32.0);
    page.key(Key::Tab);
    page.key(Key::ArrowRight);
    let (y, delta_x, delta_y) = (32.0, 0.0, 20.0);
    page.input(InputEvent::Wheel {
        x,
        y,
        delta_x,
        delta_y,
        modifiers,
    });
    page.input(InputEvent::PointerDown {
        x,
        y,
        button,
        modifiers,
    });
    page.input(InputEvent::PointerMove {
        x: 100.0,
        y,
        modifiers,
    });
    let x = 100.0;
    page.input(InputEvent::PointerUp {
        x,
        y,
        button,
        modifiers,
    });
}

fn survives(control: &str) {
    for act in ACTS {
        let handlers = EVENTS.map(|event| format!("on{event}=\"{act}\""));
        let here = format!("style='{STYLE}' {}", handlers.join(" "));
        let html = format!("<body style='margin: 0'>{}", control.replace("HERE", &here));
        for x in [12.0, 109.0, 205.0] {
            let mut page = Scripted::new(&html);
            use_everything(&mut page, x);
            page.pass();
            assert_eq!(page.say("return 1 + 1"), "2", "{act} at {x}");
        }
    }
}

macro_rules! survive {
    ($($name:ident: $control:expr,)*) => {
        $(
            #[test]
            fn $name() {
                on_stack(|| survives($control));
            }
        )*
    };
}

survive!(
    a_range: "<input type=range HERE>",
    a_colour: "<input type=color HERE>",
    a_checkbox: "<input type=checkbox HERE>",
    a_file: "<input type=file HERE>",
    a_number: "<input type=number HERE>",
    a_submit_button: "<form><input type=submit HERE></form>",
    a_text_area: "<textarea HERE>some text</textarea>",
    a_select: "<select HERE><option>a<option>b</select>",
    a_list: "<select size=3 HERE><optgroup label=x><option>a<option>b</select>",
    a_label: "<label HERE><input type=checkbox>tick</label>",
    a_summary: "<details><summary HERE>more</summary>text</details>",
    a_link: "<a href='#x' HERE>link</a>",
    an_image_map: "<img usemap=#m width=200 height=40><map name=m>\
                   <area href=#x coords=0,0,200,40 HERE></map>",
    a_picture: "<svg viewBox='0 0 200 40' HERE><text y=20>words</text></svg>",
    a_frame: "<iframe srcdoc='<input type=range>' HERE></iframe>",
);
