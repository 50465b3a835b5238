//! What scripts draw on. A canvas is named by its element.

use crate::script::canvas::drawing::{Deed, Drawing, Font, inverse};
use crate::script::canvas::style::{self, Pattern, Style};
use crate::script::canvas::text::{Extent, Place};
use crate::script::canvas::{NUMBERS, Path, operations, pixels};
use crate::script::handles::{Handle, List, OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::limits::CANVAS_PIXELS_MAX;
use crate::script::native::native;
use blitz_dom::NodeId;
use kurbo::{Affine, BezPath, Cap, Join, Point, Rect};
use peniko::Fill;
use rquickjs::function::Rest;
use rquickjs::{ArrayBuffer, Ctx, Object, Result};
use std::rc::Rc;

/// Does something with a canvas, if there is that canvas.
fn on<T>(host: &Host, id: NodeId, with: impl FnOnce(&mut Drawing) -> T) -> Option<T> {
    host.canvases.borrow_mut().get(id).map(with)
}

fn deed(number: u32) -> Deed {
    [Deed::Fill, Deed::Stroke, Deed::Clip][number.min(2) as usize]
}

fn rule(is_even_odd: bool) -> Fill {
    match is_even_odd {
        true => Fill::EvenOdd,
        false => Fill::NonZero,
    }
}

fn affine(numbers: &[f64]) -> Option<Affine> {
    let all: [f64; 6] = numbers.get(..6)?.try_into().ok()?;
    let is_possible = all.iter().all(|number| number.abs() < 1e12);
    is_possible.then_some(Affine::new(all))
}

/// The canvas's own path, or one that is given.
fn path_of(drawing: &Drawing, given: Option<Vec<f64>>) -> BezPath {
    match given {
        Some(given) => Path::of(&given, drawing.state.transform).curves,
        None => drawing.path.curves.clone(),
    }
}

fn set_word(drawing: &mut Drawing, name: &str, word: &str) -> bool {
    let state = &mut drawing.state;
    match (name, word) {
        ("cap", "butt") => state.line = state.line.clone().with_caps(Cap::Butt),
        ("cap", "round") => state.line = state.line.clone().with_caps(Cap::Round),
        ("cap", "square") => state.line = state.line.clone().with_caps(Cap::Square),
        ("join", "miter") => state.line.join = Join::Miter,
        ("join", "round") => state.line.join = Join::Round,
        ("join", "bevel") => state.line.join = Join::Bevel,
        ("blend", word) => match style::blend(word) {
            Some(blend) => state.blend = blend,
            None => return false,
        },
        _ => return false,
    }
    true
}

fn set_number(drawing: &mut Drawing, name: &str, number: f64) {
    match name {
        "width" => drawing.set_line_width(number),
        "miter" => drawing.state.line.miter_limit = number.min(1e4),
        "alpha" => drawing.state.alpha = number as f32,
        "smooth" => drawing.state.is_smooth = number != 0.0,
        _ => {}
    }
}

fn set_style(drawing: &mut Drawing, is_stroke: bool, style: Style) {
    match is_stroke {
        true => drawing.state.stroke = style,
        false => drawing.state.fill = style,
    }
}

/// A part of an image into a rectangle; eight numbers, or four or two for the whole of it.
fn draw_image(
    host: &Host,
    canvas: NodeId,
    source: NodeId,
    numbers: &[f64],
) -> std::result::Result<(), Refusal> {
    let document = host.read();
    let mut canvases = host.canvases.borrow_mut();
    let is_canvas = canvases.is_canvas(source);
    let is_own = is_canvas
        || canvases
            .origins
            .is_own(&document, source, &host.url.borrow());
    let Some((pixels, is_clean)) = canvases.source(&document, source) else {
        return Ok(());
    };
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let whole = Rect::new(0.0, 0.0, width, height);
    if !numbers.iter().all(|number| number.abs() < 1e9) {
        return Ok(());
    }
    let rect = |all: &[f64]| {
        let (from, to) = ((all[0], all[1]), (all[0] + all[2], all[1] + all[3]));
        Rect::from_points(from, to)
    };
    let (from, to) = match *numbers {
        [x, y] => (whole, Rect::new(x, y, x + width, y + height)),
        [_, _, _, _] => (whole, rect(numbers)),
        [_, _, _, _, _, _, _, _] => (rect(&numbers[..4]), rect(&numbers[4..])),
        _ => return Ok(()),
    };
    // What lies outside the image is not drawn, nor is what it would have covered.
    let inside = from.intersect(whole);
    if inside.area() <= 0.0 || from.area() <= 0.0 {
        return Ok(());
    }
    let scale = (to.width() / from.width(), to.height() / from.height());
    let place = |x: f64, y: f64| {
        Point::new(
            to.x0 + (x - from.x0) * scale.0,
            to.y0 + (y - from.y0) * scale.1,
        )
    };
    let to = Rect::from_points(place(inside.x0, inside.y0), place(inside.x1, inside.y1));
    if to.area() > 0.0
        && let Some(drawing) = canvases.get(canvas)
    {
        drawing.surface.is_clean &= is_own && is_clean;
        drawing.image(pixels, inside, to);
    }
    Ok(())
}

fn pattern(host: &Host, source: NodeId, repeats: [bool; 2], transform: Affine) -> Option<Pattern> {
    let document = host.read();
    let mut canvases = host.canvases.borrow_mut();
    let is_canvas = canvases.is_canvas(source);
    let is_own = is_canvas
        || canvases
            .origins
            .is_own(&document, source, &host.url.borrow());
    let (image, is_clean) = canvases.source(&document, source)?;
    inverse(transform)?;
    Some(Pattern {
        image,
        repeats,
        transform,
        is_foreign: !(is_own && is_clean),
    })
}

/// A rectangle's pixels. `None`: they are not all the page's own, or there are too many.
fn read(host: &Host, id: NodeId, [x, y, width, height]: [i32; 4]) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    if width as usize * height as usize > CANVAS_PIXELS_MAX {
        return None;
    }
    on(host, id, |drawing| {
        let is_clean = drawing.surface.is_clean;
        is_clean.then(|| pixels::read(&drawing.surface.pixels(), x, y, width, height))
    })?
}

fn write(host: &Host, id: NodeId, data: &[u8], numbers: &[i32]) {
    let &[width, x, y, left, top, right, bottom] = numbers else {
        return;
    };
    let part = [left, top, right, bottom].map(|side| side.clamp(0, 1 << 15) as u32);
    let width = width.clamp(0, 1 << 15) as u32;
    on(host, id, |drawing| {
        pixels::write(drawing.surface.pixels_mut(), data, width, (x, y), part);
    });
}

fn place(numbers: &[f64]) -> Option<Place> {
    let &[x, y, width_max, before, baseline] = numbers else {
        return None;
    };
    Some(Place {
        x,
        y,
        width_max,
        before,
        baseline: baseline as u32,
    })
}

fn write_text(host: &Host, id: NodeId, is_stroke: bool, text: &str, numbers: &[f64]) {
    let mut canvases = host.canvases.borrow_mut();
    let (Some(place), Some(mut texts)) = (place(numbers), canvases.texts.take()) else {
        return;
    };
    if let Some(drawing) = canvases.get(id) {
        texts.draw(drawing, deed(is_stroke.into()), text, place);
    }
    canvases.texts = Some(texts);
}

fn measure(host: &Host, id: NodeId, text: &str) -> Extent {
    let mut canvases = host.canvases.borrow_mut();
    let Some(mut texts) = canvases.texts.take() else {
        return Extent::default();
    };
    let drawing = canvases.get(id);
    let extent = drawing.map(|drawing| texts.measure(text, &drawing.state.font));
    canvases.texts = Some(texts);
    extent.unwrap_or_default()
}

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    add_state(natives, host)?;
    add_lines(natives, host)?;
    add_styles(natives, host)?;
    add_paths(natives, host)?;
    add_draws(natives, host)?;
    add_pixels(natives, host)
}

fn add_state(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "canvas", host, |node: Handle| {
        let document = host.read();
        host.canvases.borrow_mut().begin(&document, node.0)
    });
    native!(natives, "canvasSave", host, |node: Handle| {
        on(&host, node.0, Drawing::save);
    });
    native!(natives, "canvasRestore", host, |node: Handle| {
        on(&host, node.0, Drawing::restore);
    });
    native!(natives, "canvasReset", host, |node: Handle| {
        on(&host, node.0, Drawing::reset);
    });
    native!(natives, "canvasMatrix", host, |node: Handle| {
        let matrix = on(&host, node.0, |drawing| drawing.state.transform.as_coeffs());
        List(matrix.unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]).to_vec())
    });
    native!(
        natives,
        "canvasTransform",
        host,
        |node: Handle, is_new: bool, numbers: Rest<f64>| {
            let Some(transform) = affine(&numbers) else {
                return;
            };
            on(&host, node.0, |drawing| {
                let all = match is_new {
                    true => transform,
                    false => drawing.state.transform * transform,
                };
                if all.is_finite() {
                    drawing.state.transform = all;
                }
            });
        }
    );
    Ok(())
}

fn add_lines(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "canvasNumber",
        host,
        |node: Handle, name: String, number: f64| {
            on(&host, node.0, |drawing| set_number(drawing, &name, number));
        }
    );
    native!(
        natives,
        "canvasWord",
        host,
        |node: Handle, name: String, word: String| {
            on(&host, node.0, |drawing| set_word(drawing, &name, &word)).unwrap_or(false)
        }
    );
    native!(
        natives,
        "canvasDashes",
        host,
        |node: Handle, offset: f64, parts: Vec<f64>| {
            on(&host, node.0, |drawing| drawing.set_dashes(&parts, offset));
        }
    );
    native!(
        natives,
        "canvasFont",
        host,
        |node: Handle, size: f64, weight: f64, is_italic: bool, family: String| {
            on(&host, node.0, |drawing| {
                drawing.state.font = Font {
                    size: size.clamp(0.0, 2_000.0) as f32,
                    weight: weight.clamp(1.0, 1_000.0) as f32,
                    is_italic,
                    family,
                };
            });
        }
    );
    Ok(())
}

fn add_styles(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "canvasColor",
        host,
        |node: Handle, is_stroke: bool, text: String| {
            let color = style::color(&text);
            OrNull(color.map(|color| {
                on(&host, node.0, |drawing| {
                    set_style(drawing, is_stroke, Style::Color(color))
                });
                style::written(color)
            }))
        }
    );
    native!(natives, "isColor", host, |text: String| {
        let _ = &host;
        style::color(&text).is_some()
    });
    native!(
        natives,
        "canvasGradient",
        host,
        |node: Handle,
         is_stroke: bool,
         kind: u32,
         numbers: Vec<f64>,
         at: Vec<f64>,
         colors: Vec<String>| {
            let stops: Vec<(f64, String)> = at.into_iter().zip(colors).collect();
            let gradient = style::gradient(kind, &numbers, &stops);
            on(&host, node.0, |drawing| {
                set_style(drawing, is_stroke, gradient)
            });
        }
    );
    native!(
        natives,
        "canvasPattern",
        host,
        |node: Handle,
         is_stroke: bool,
         source: Handle,
         across: bool,
         down: bool,
         matrix: Vec<f64>| {
            let transform = affine(&matrix).unwrap_or_default();
            let pattern = pattern(&host, source.0, [across, down], transform);
            let style = pattern.map_or(Style::Nothing, Style::Pattern);
            on(&host, node.0, |drawing| {
                set_style(drawing, is_stroke, style)
            });
        }
    );
    Ok(())
}

fn add_paths(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "canvasBegin", host, |node: Handle| {
        on(&host, node.0, |drawing| drawing.path = Path::default());
    });
    native!(
        natives,
        "canvasPath",
        host,
        |node: Handle, operation: u32, given: Rest<f64>| {
            let mut numbers = [0.0; NUMBERS];
            for (number, given) in numbers.iter_mut().zip(given.iter()) {
                *number = *given;
            }
            on(&host, node.0, |drawing| {
                let transform = drawing.state.transform;
                drawing.path.add(operation, &numbers, transform);
            });
        }
    );
    native!(
        natives,
        "canvasUse",
        host,
        |node: Handle, what: u32, is_even_odd: bool, given: Option<Vec<f64>>| {
            on(&host, node.0, |drawing| {
                let path = path_of(drawing, given);
                drawing.use_path(deed(what), rule(is_even_odd), &path);
            });
        }
    );
    native!(
        natives,
        "canvasHit",
        host,
        |node: Handle, what: u32, is_even_odd: bool, x: f64, y: f64, given: Option<Vec<f64>>| {
            let hit = on(&host, node.0, |drawing| {
                let path = path_of(drawing, given);
                drawing.is_hit(deed(what), rule(is_even_odd), &path, Point::new(x, y))
            });
            hit.unwrap_or(false)
        }
    );
    add_given(natives, host)
}

fn add_draws(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "canvasRect",
        host,
        |node: Handle, what: u32, x: f64, y: f64, width: f64, height: f64| {
            on(&host, node.0, |drawing| {
                drawing.rectangle(what, [x, y, width, height])
            });
        }
    );
    native!(
        natives,
        "canvasImage",
        host,
        |node: Handle, source: Handle, numbers: Rest<f64>| {
            OrName(draw_image(&host, node.0, source.0, &numbers))
        }
    );
    native!(
        natives,
        "canvasText",
        host,
        |node: Handle, is_stroke: bool, text: String, numbers: Rest<f64>| {
            write_text(&host, node.0, is_stroke, &text, &numbers);
        }
    );
    native!(
        natives,
        "canvasMeasure",
        host,
        |node: Handle, text: String| {
            let extent = measure(&host, node.0, &text);
            List(vec![extent.width, extent.ascent, extent.descent])
        }
    );
    Ok(())
}

/// Paths that are no canvas's.
fn add_given(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "svgPath", host, |text: String| {
        let _ = &host;
        let path = BezPath::from_svg(&text).unwrap_or_default();
        List(operations(&path))
    });
    native!(
        natives,
        "movedPath",
        host,
        |path: Vec<f64>, matrix: Vec<f64>| {
            let _ = &host;
            let transform = affine(&matrix).unwrap_or_default();
            List(operations(&Path::of(&path, transform).curves))
        }
    );
    Ok(())
}

fn add_pixels<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "canvasIsClean", host, |node: Handle| {
        on(&host, node.0, |drawing| drawing.surface.is_clean).unwrap_or(true)
    });
    // The size of what can be drawn from an element; nothing if there is nothing yet.
    native!(natives, "imageSize", host, |node: Handle| {
        let document = host.read();
        let source = host.canvases.borrow_mut().source(&document, node.0);
        OrNull(source.map(|(pixels, _)| List(vec![pixels.width(), pixels.height()])))
    });
    native!(
        natives,
        "canvasRead",
        host,
        |ctx: Ctx<'js>, node: Handle, x: f64, y: f64, width: f64, height: f64| {
            let bytes = read(&host, node.0, [x, y, width, height].map(|side| side as i32));
            let buffer = bytes.map(|bytes| ArrayBuffer::new(ctx.clone(), bytes));
            buffer.transpose().map(OrNull)
        }
    );
    // Bytes come as a text of one character a byte.
    native!(
        natives,
        "canvasWrite",
        host,
        |node: Handle, binary: String, numbers: Rest<f64>| {
            let numbers: Vec<i32> = numbers.iter().map(|number| *number as i32).collect();
            let data: Vec<u8> = binary.chars().map(|character| character as u8).collect();
            write(&host, node.0, &data, &numbers);
        }
    );
    native!(natives, "canvasUrl", host, |node: Handle| {
        let pixels = on(&host, node.0, |drawing| drawing.surface.pixels());
        let file = pixels.and_then(|pixels| pixels::png(&pixels));
        match file {
            Some(file) => format!("data:image/png;base64,{}", pixels::base64(&file)),
            None => "data:,".to_owned(),
        }
    });
    native!(natives, "canvasPng", host, |ctx: Ctx<'js>, node: Handle| {
        let pixels = on(&host, node.0, |drawing| drawing.surface.pixels());
        let file = pixels.and_then(|pixels| pixels::png(&pixels));
        let buffer = file.map(|file| ArrayBuffer::new(ctx.clone(), file));
        buffer.transpose().map(OrNull)
    });
    Ok(())
}
