//! One table of all sizes, and how each number grows.

/// What one size took, by name.
pub struct Measured {
    pub alerts: usize,
    pub figures: Vec<(&'static str, f64)>,
}

/// The figures of all sizes side by side. The slope is that of the logarithms from the least to the greatest size: 1 grows
/// like the data, 0 not at all.
pub fn print(measured: &[Measured]) {
    let (Some(first), Some(last)) = (measured.first(), measured.last()) else { return };
    print!("{:<44}", "alerts");
    measured.iter().for_each(|size| print!("{:>13}", size.alerts));
    println!("{:>8}", "slope");
    for (index, (name, _)) in first.figures.iter().enumerate() {
        let figure = |size: &Measured| size.figures.get(index).map_or(f64::NAN, |(_, figure)| *figure);
        print!("{name:<44}");
        measured.iter().for_each(|size| print!("{:>13.3}", figure(size)));
        let slope = (figure(last) / figure(first)).ln() / (last.alerts as f64 / first.alerts as f64).ln();
        if slope.is_finite() { println!("{slope:>8.2}") } else { println!("{:>8}", "–") }
    }
}
