//! Paths of a canvas: from numbered operations to curves in pixels of the bitmap.
//!
//! Trusts: no number. Never: makes a curve that is not finite, or without a bound.

use kurbo::{Affine, Arc, BezPath, PathEl, Point, Shape, Vec2};
use std::f64::consts::TAU;

/// Coordinates are cut to this: far beyond any bitmap, and near enough to be computed with.
const FAR: f64 = 1e6;
/// How far a curve may be from an arc, in pixels.
const TOLERANCE: f64 = 0.1;
/// Curves and lines of one path; further ones are left out.
pub(crate) const ELEMENTS_MAX: usize = 200_000;
/// Numbers that one operation has.
pub(crate) const NUMBERS: usize = 8;

/// A path under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    pub(crate) curves: BezPath,
    current: Option<Point>,
    start: Option<Point>,
}

impl Path {
    /// Adds what an operation draws. Those with a number that is none do nothing.
    pub(crate) fn add(&mut self, operation: u32, numbers: &[f64; NUMBERS], transform: Affine) {
        let is_full = self.curves.elements().len() >= ELEMENTS_MAX;
        if is_full || !numbers.iter().all(|number| number.is_finite()) {
            return;
        }
        let mut pen = Pen {
            path: self,
            transform,
        };
        let &[a, b, c, d, e, f, g, h] = numbers;
        let (first, second) = (Point::new(a, b), Point::new(c, d));
        match operation {
            0 => pen.move_to(first),
            1 => pen.line_to(first),
            2 => pen.curve(PathEl::QuadTo(first, second), first),
            3 => pen.curve(PathEl::CurveTo(first, second, Point::new(e, f)), first),
            4 => pen.close(),
            5 => pen.rectangle(first, c, d),
            6 => pen.arc(first, Vec2::new(c, c), 0.0, [d, e], f != 0.0),
            7 => pen.arc(first, Vec2::new(c, d), e, [f, g], h != 0.0),
            8 => pen.arc_to(first, second, e),
            9 => pen.round_rectangle(first, Vec2::new(c, d), [e, f, g, h]),
            _ => {}
        }
    }

    /// The path that operations with their numbers, one after the other, make.
    pub(crate) fn of(operations: &[f64], transform: Affine) -> Path {
        let mut path = Path::default();
        for step in operations.chunks_exact(NUMBERS + 1) {
            let mut numbers = [0.0; NUMBERS];
            numbers.copy_from_slice(&step[1..]);
            path.add(step[0] as u32, &numbers, transform);
        }
        path
    }
}

/// Curves as operations.
pub(crate) fn operations(curves: &BezPath) -> Vec<f64> {
    let mut all = Vec::new();
    let mut add = |operation: f64, points: &[Point]| {
        all.push(operation);
        let mut numbers = [0.0; NUMBERS];
        for (at, point) in points.iter().enumerate() {
            (numbers[2 * at], numbers[2 * at + 1]) = (point.x, point.y);
        }
        all.extend(numbers);
    };
    for element in curves.elements().iter().take(ELEMENTS_MAX) {
        match *element {
            PathEl::MoveTo(p) => add(0.0, &[p]),
            PathEl::LineTo(p) => add(1.0, &[p]),
            PathEl::QuadTo(p, q) => add(2.0, &[p, q]),
            PathEl::CurveTo(p, q, r) => add(3.0, &[p, q, r]),
            PathEl::ClosePath => add(4.0, &[]),
        }
    }
    all
}

/// Adds to a path what is drawn in a plane of its own.
struct Pen<'a> {
    path: &'a mut Path,
    transform: Affine,
}

impl Pen<'_> {
    fn on_bitmap(&self, point: Point) -> Point {
        let Point { x, y } = self.transform * point;
        let near = |number: f64| match number.is_finite() {
            true => number.clamp(-FAR, FAR),
            false => 0.0,
        };
        Point::new(near(x), near(y))
    }

    fn move_to(&mut self, point: Point) {
        let there = self.on_bitmap(point);
        self.path.curves.move_to(there);
        (self.path.current, self.path.start) = (Some(there), Some(there));
    }

    fn line_to(&mut self, point: Point) {
        if self.path.current.is_none() {
            return self.move_to(point);
        }
        let there = self.on_bitmap(point);
        self.path.curves.line_to(there);
        self.path.current = Some(there);
    }

    fn curve(&mut self, curve: PathEl, first: Point) {
        if self.path.current.is_none() {
            self.move_to(first);
        }
        let there = match curve {
            PathEl::QuadTo(p, q) => PathEl::QuadTo(self.on_bitmap(p), self.on_bitmap(q)),
            PathEl::CurveTo(p, q, r) => {
                PathEl::CurveTo(self.on_bitmap(p), self.on_bitmap(q), self.on_bitmap(r))
            }
            other => other,
        };
        self.path.curves.push(there);
        self.path.current = there.end_point();
    }

    fn close(&mut self) {
        if self.path.current.is_some() {
            self.path.curves.close_path();
            self.path.current = self.path.start;
            // What follows begins where the figure began.
            if let Some(start) = self.path.start {
                self.path.curves.move_to(start);
            }
        }
    }

    fn rectangle(&mut self, from: Point, width: f64, height: f64) {
        self.move_to(from);
        self.line_to(from + Vec2::new(width, 0.0));
        self.line_to(from + Vec2::new(width, height));
        self.line_to(from + Vec2::new(0.0, height));
        self.close();
    }

    fn arc(&mut self, center: Point, radii: Vec2, turn: f64, angles: [f64; 2], is_back: bool) {
        let [from, to] = angles;
        // As many curves are made as the radii need.
        let radii = Vec2::new(radii.x.clamp(-FAR, FAR), radii.y.clamp(-FAR, FAR));
        let center = Point::new(center.x.clamp(-FAR, FAR), center.y.clamp(-FAR, FAR));
        let sweep = match is_back {
            false if to - from >= TAU => TAU,
            true if from - to >= TAU => -TAU,
            false => (to - from).rem_euclid(TAU),
            true => -(from - to).rem_euclid(TAU),
        };
        let arc = Arc::new(center, radii, from % TAU, sweep, turn);
        let start = Affine::rotate_about(turn, center)
            * (center + Vec2::new(radii.x * from.cos(), radii.y * from.sin()));
        self.line_to(start);
        let reach = self
            .transform
            .as_coeffs()
            .iter()
            .take(4)
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        let tolerance = (TOLERANCE / reach.max(1e-6)).clamp(1e-6, 1e6);
        for element in arc.append_iter(tolerance) {
            self.curve(element, start);
        }
    }

    fn arc_to(&mut self, first: Point, second: Point, radius: f64) {
        let Some(current) = self.path.current else {
            return self.move_to(first);
        };
        let is_flat = self.transform.determinant().abs() < 1e-12;
        if is_flat {
            return self.line_to(first);
        }
        let from = self.transform.inverse() * current;
        let (before, after) = (from - first, second - first);
        let cross = before.cross(after);
        let lengths = before.hypot() * after.hypot();
        if radius <= 0.0 || lengths == 0.0 || cross.abs() < 1e-9 * lengths {
            return self.line_to(first);
        }
        let angle = (before.dot(after) / lengths).clamp(-1.0, 1.0).acos();
        let reach = radius / (angle / 2.0).tan();
        let start = first + before * (reach / before.hypot());
        let end = first + after * (reach / after.hypot());
        let middle = before / before.hypot() + after / after.hypot();
        let center = first + middle * (radius / (angle / 2.0).sin() / middle.hypot());
        let of = |point: Point| (point - center).atan2();
        self.line_to(start);
        let numbers = [of(start), of(end)];
        self.arc(center, Vec2::new(radius, radius), 0.0, numbers, cross > 0.0);
    }

    fn round_rectangle(&mut self, from: Point, size: Vec2, radii: [f64; 4]) {
        // As with arcs: as many curves are made as the radii need.
        let near = |number: f64| number.clamp(-FAR, FAR);
        let (from, size) = (
            Point::new(near(from.x), near(from.y)),
            Vec2::new(near(size.x), near(size.y)),
        );
        // With a negative side the corners change places.
        let [mut a, mut b, mut c, mut d] = radii.map(|radius| radius.clamp(0.0, FAR));
        let (mut x, mut y) = (from.x, from.y);
        let (width, height) = (size.x.abs(), size.y.abs());
        if size.x < 0.0 {
            x -= width;
            (a, b, c, d) = (b, a, d, c);
        }
        if size.y < 0.0 {
            y -= height;
            (a, b, c, d) = (d, c, b, a);
        }
        let fits = [
            (width, a + b),
            (height, b + c),
            (width, c + d),
            (height, d + a),
        ];
        let scale = fits
            .iter()
            .filter(|(side, radii)| radii > side)
            .fold(1.0, |scale: f64, (side, radii)| scale.min(side / radii));
        let radii = (a * scale, b * scale, c * scale, d * scale);
        let rect = kurbo::Rect::new(x, y, x + width, y + height).to_rounded_rect(radii);
        for element in rect.path_elements(TOLERANCE) {
            match element {
                PathEl::MoveTo(point) => self.move_to(point),
                PathEl::LineTo(point) => self.line_to(point),
                PathEl::ClosePath => self.close(),
                curve => self.curve(curve, Point::new(x, y)),
            }
        }
        self.move_to(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(operations: &[(u32, [f64; NUMBERS])]) -> Path {
        let mut path = Path::default();
        for (operation, numbers) in operations {
            path.add(*operation, numbers, Affine::IDENTITY);
        }
        path
    }

    #[test]
    fn arcs_end_where_they_should() {
        let arc = path(&[(6, [50.0, 50.0, 10.0, 0.0, TAU / 4.0, 0.0, 0.0, 0.0])]);
        let end = arc.current.expect("it draws");
        assert!((end - Point::new(50.0, 60.0)).hypot() < 1e-6, "{end:?}");
        let whole = path(&[(6, [50.0, 50.0, 10.0, 1.0, 1.0 + TAU, 0.0, 0.0, 0.0])]);
        assert!((whole.curves.area().abs() - 314.15).abs() < 0.5);
        let corner = path(&[
            (0, [0.0; NUMBERS]),
            (8, [10.0, 0.0, 10.0, 10.0, 5.0, 0.0, 0.0, 0.0]),
        ]);
        let end = corner.current.expect("it draws");
        assert!((end - Point::new(10.0, 5.0)).hypot() < 1e-6, "{end:?}");
    }

    #[test]
    fn no_number_makes_a_curve_that_is_not_finite() {
        let odd = [0.0, -1.0, f64::NAN, f64::INFINITY, 1e308, -1e308, 1e-308];
        for operation in 0..12 {
            for shift in 0..odd.len() {
                let mut path = path(&[(0, [1.0; NUMBERS])]);
                let numbers = std::array::from_fn(|at| odd[(at * 3 + shift) % odd.len()]);
                path.add(operation, &numbers, Affine::scale(1e200));
                let numbers = std::array::from_fn(|at| odd[[0, 1, 4, 5, 6][(at + shift) % 5]]);
                path.add(
                    operation,
                    &numbers,
                    Affine::new([1e300, 0.0, 0.0, 0.0, 1e308, 0.0]),
                );
                assert!(path.curves.is_finite(), "{operation} {shift}");
            }
        }
    }
}
