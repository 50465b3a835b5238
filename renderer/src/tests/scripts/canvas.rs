//! What pages draw on canvases.

use super::{Scripted, on_stack};
use crate::script::limits::CANVAS_SIDE_MAX;

/// A canvas of 40 × 30 pixels as `c`, its context as `x`, and a reader of pixels.
const BEGIN: &str = "const c = document.createElement('canvas'); c.width = 40; c.height = 30;
    const x = c.getContext('2d');
    const at = (a, b) => Array.from(x.getImageData(a, b, 1, 1).data).join();";

fn drawn(code: &str) -> String {
    Scripted::new("").say(&format!("{BEGIN} {code}"))
}

#[test]
fn rectangles_are_filled_stroked_and_cleared() {
    let said = drawn(
        "x.fillStyle = 'red'; x.fillRect(0, 0, 20, 20); x.clearRect(5, 5, 5, 5);
         x.strokeStyle = '#00f'; x.lineWidth = 2; x.strokeRect(25, 5, 10, 10);
         x.clearRect(0.5, 15.5, 1, 1);
         return [at(1, 1), at(6, 6), at(25, 8), at(30, 10), at(39, 29), at(0, 15)].join(' ')",
    );
    assert_eq!(
        said,
        "255,0,0,255 0,0,0,0 0,0,255,255 0,0,0,0 0,0,0,0 255,0,0,191"
    );
}

#[test]
fn paths_are_filled_by_rule_and_clipped() {
    let said = drawn(
        "x.fillStyle = 'lime'; x.beginPath(); x.arc(10, 10, 8, 0, 7); x.rect(5, 5, 10, 10);
         x.fill('evenodd');
         const all = [at(10, 3), at(10, 10), at(0, 0)];
         x.save(); x.beginPath(); x.rect(20, 0, 5, 5); x.clip(); x.fillRect(0, 0, 40, 30);
             x.restore();
         x.fillRect(39, 29, 1, 1);
         all.push(at(22, 2), at(27, 2), at(10, 10), at(39, 29));
         const p = new Path2D('M 30 10 h 5 v 5 h -5 z'); x.fill(p);
         all.push(at(32, 12), x.isPointInPath(p, 31, 11), x.isPointInPath(p, 36, 11),
             x.isPointInStroke(p, 30, 12));
         return all.join(' ')",
    );
    let (green, none) = ("0,255,0,255", "0,0,0,0");
    assert_eq!(
        said,
        format!("{green} {none} {none} {green} {none} {none} {green} {green} true false true")
    );
}

#[test]
fn transforms_states_and_styles_are_kept_and_given_back() {
    let said = drawn(
        "x.save(); x.translate(10, 5); x.scale(2, 2); x.fillStyle = 'rgba(0, 0, 255, 0.5)';
         x.lineWidth = -1; x.lineCap = 'nonsense'; x.globalAlpha = 2; x.font = 'nonsense';
         const all = [x.fillStyle, x.lineWidth, x.lineCap, x.globalAlpha, x.font,
             x.getTransform().toString()];
         x.fillRect(0, 0, 5, 5); x.restore();
         all.push(x.fillStyle, at(12, 7), at(21, 7), x.getTransform().isIdentity);
         x.font = 'bold 20px/2 \"Deja Vu\", serif'; x.setLineDash([1, 2, 3]);
         all.push(x.font, x.getLineDash().join());
         c.width = 40;
         all.push(x.font, at(12, 7), x.getLineDash().length);
         return all.join('|')",
    );
    assert_eq!(
        said,
        "rgba(0, 0, 255, 0.5)|1|butt|1|10px sans-serif|matrix(2, 0, 0, 2, 10, 5)|#000000|\
         0,0,255,128|0,0,0,0|true|bold 20px \"Deja Vu\", serif|1,2,3,1,2,3|\
         10px sans-serif|0,0,0,0|0"
    );
}

#[test]
fn gradients_patterns_and_images_are_drawn() {
    let said = drawn(
        "const g = x.createLinearGradient(0, 0, 40, 0); g.addColorStop(0, 'red');
         x.fillStyle = g; g.addColorStop(1, 'blue'); x.fillRect(0, 0, 40, 10);
         const left = x.getImageData(1, 1, 1, 1).data, right = x.getImageData(38, 1, 1, 1).data;
         const tile = document.createElement('canvas'); tile.width = tile.height = 2;
         const t = tile.getContext('2d'); t.fillStyle = 'lime'; t.fillRect(0, 0, 1, 2);
         x.fillStyle = x.createPattern(tile, 'repeat'); x.fillRect(0, 10, 40, 10);
         x.imageSmoothingEnabled = false; x.drawImage(tile, 0, 20, 10, 10);
         x.drawImage(tile, 1, 0, 1, 2, 20, 20, 10, 10);
         return [left[0] > 240 && left[2] < 15, right[0] < 15 && right[2] > 240, at(4, 12),
             at(5, 12), at(2, 25), at(7, 25), at(22, 25),
             x.fillStyle instanceof CanvasPattern].join(' ')",
    );
    let (green, none) = ("0,255,0,255", "0,0,0,0");
    assert_eq!(
        said,
        format!("true true {green} {none} {green} {none} {none} true")
    );
}

#[test]
fn what_is_drawn_is_mixed_as_it_says() {
    let said = drawn(
        "x.fillStyle = 'red'; x.fillRect(0, 0, 20, 30);
         const all = [];
         const mix = (how) => { x.globalCompositeOperation = how; x.fillStyle = 'blue';
             x.fillRect(10, 0, 20, 10); all.push(how, at(5, 5), at(15, 5), at(25, 5)); x.restore();
             x.globalCompositeOperation = 'copy'; x.fillStyle = 'red'; x.fillRect(0, 0, 20, 30); };
         ['destination-over', 'destination-out', 'source-in', 'xor', 'lighter', 'multiply',
             'none'].map(mix);
         return all.join(' ')",
    );
    let (red, blue, none) = ("255,0,0,255", "0,0,255,255", "0,0,0,0");
    assert_eq!(
        said,
        format!(
            "destination-over {red} {red} {blue} destination-out {red} {none} {none} \
             source-in {none} {blue} {none} xor {red} {none} {blue} \
             lighter {red} 255,0,255,255 {blue} multiply {red} 0,0,0,255 {blue} \
             none {none} {blue} {blue}"
        )
    );
}

#[test]
fn text_is_drawn_where_it_says_and_measured() {
    let said = drawn(
        "x.font = '20px sans-serif'; const m = x.measureText('Hello');
         x.textBaseline = 'top'; x.fillText('HHHH', 0, 0);
         const d = x.getImageData(0, 0, 40, 30).data; let ink = 0;
         for (let i = 3; i < d.length; i += 4) if (d[i] > 128) ink++;
         x.reset(); x.textAlign = 'right'; x.font = '20px sans-serif'; x.fillText('HHHH', 0, 20);
         const e = x.getImageData(0, 0, 40, 30).data;
         return [m.width > 30 && m.width < 70, m.fontBoundingBoxAscent > 10, ink > 60,
             e.every((v) => v === 0), x.measureText('').width].join()",
    );
    assert_eq!(said, "true,true,true,true,0");
}

#[test]
fn pixels_go_out_and_in() {
    let said = drawn(
        "const d = x.createImageData(2, 2); d.data.set([1, 2, 3, 255, 4, 5, 6, 255], 0);
         x.putImageData(d, 3, 4); x.putImageData(d, 20, 20, 1, 0, 1, 1);
         const back = x.getImageData(3, 4, 2, 2);
         const wrong = [];
         for (const f of [() => x.getImageData(0, 0, 0, 1), () => new ImageData(0, 1),
             () => new ImageData(new Uint8ClampedArray(5), 1), () => x.getImageData(0, 0, 1e9,
             1e9)]) {
           try { f(); wrong.push('no') } catch (e) { wrong.push(e.name) }
         }
         const url = c.toDataURL();
         return [back.data.join(), at(20, 20), at(21, 20), back.width, wrong.join(),
             url.startsWith('data:image/png;base64,iVBORw0KGgo'), c.getContext('webgl'),
             c.getContext('2d') === x, x.canvas === c].join('|')",
    );
    assert_eq!(
        said,
        "1,2,3,255,4,5,6,255,0,0,0,0,0,0,0,0|0,0,0,0|4,5,6,255|2|\
         IndexSizeError,IndexSizeError,InvalidStateError,RangeError|true||true|true"
    );
}

#[test]
fn an_image_of_another_origin_shuts_the_canvas() {
    let mut page = Scripted::new("<img id=i src='http://other.test/a.png'>");
    let said = page.say(&format!(
        "{BEGIN} const i = document.getElementById('i'); x.drawImage(i, 0, 0);
         i.src = 'data:image/png;base64,'; x.drawImage(i, 0, 0); return at(0, 0)"
    ));
    assert_eq!(said, "0,0,0,0", "there was no picture yet");
}

#[test]
fn a_canvas_is_laid_out_by_its_attributes_and_by_style() {
    let mut page = Scripted::new("<canvas id=a></canvas><canvas id=b width=20 height=10></canvas>");
    let said = page.say(
        "const box = (id) => { const r = document.getElementById(id).getBoundingClientRect();
             return r.width + 'x' + r.height };
         const all = [box('a'), box('b')];
         const b = document.getElementById('b'); b.getContext('2d');
             document.getElementById('a').getContext('2d');
         all.push(box('a'), box('b')); b.width = 60; all.push(box('b'));
         b.style.width = '120px'; all.push(box('b')); return all.join()",
    );
    assert_eq!(said, "300x150,20x10,300x150,20x10,60x10,120x20");
}

#[test]
fn a_canvas_too_large_is_none() {
    on_stack(|| {
        let said = drawn(&format!(
            "c.width = {0}; c.height = {0}; x.fillRect(0, 0, 10, 10);
             const all = [];
             for (let i = 0; i < 50; i++) {{ const c = document.createElement('canvas');
                 c.width = c.height = 1024; c.getContext('2d').fillRect(0, 0, 9, 9); all.push(c); }}
             return c.width + all.length",
            CANVAS_SIDE_MAX + 1
        ));
        assert_eq!(said, (CANVAS_SIDE_MAX + 51).to_string());
    });
}
