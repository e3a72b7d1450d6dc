//! Charts as SVG. Series differ by their filling and not only by color, so that they can be told apart in black and white; each has a
//! title and a description for screen readers.

mod bars;
mod ranks;
mod timeline;

pub use bars::{Bars, Series};
pub use ranks::{Rank, Ranks};
pub use timeline::{Lane, Timeline};

use maud::{Markup, html};

/// The width of a chart, in units of its own.
const WIDTH: f64 = 720.0;

/// A coordinate without endless digits.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// An SVG with its title and description around the parts.
fn picture(id: &str, height: f64, title: &str, about: &str, parts: &Markup) -> Markup {
    let (title_id, about_id) = (format!("{id}-title"), format!("{id}-about"));
    html! {
        div.chart tabindex="0" role="region" aria-labelledby=(title_id) {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (at(WIDTH)) " " (at(height)) } role="img"
                aria-labelledby={ (title_id) " " (about_id) } {
                title id=(title_id) { (title) }
                desc id=(about_id) { (about) }
                defs {
                    pattern id={ (id) "-hatch" } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect width="6" height="6" class="hatch-ground" {}
                        line x1="0" y1="0" x2="0" y2="6" class="hatch-line" {}
                    }
                }
                (parts)
            }
        }
    }
}

/// The way in which a series is filled.
fn filling(id: &str, series: usize) -> String {
    if series == 0 { "solid".to_owned() } else { format!("url(#{id}-hatch)") }
}

/// The steps of an axis from 0: their distance, and how many there are up to the value.
fn steps(most: f64) -> (f64, u32) {
    let most = if most.is_finite() { most } else { 0.0 };
    let wanted = (most / 4.0).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= wanted * 0.999);
    let step = step.unwrap_or(10.0 * power).max(if most >= 1.0 { 1.0 } else { 0.0 });
    let step = if step > 0.0 && step.is_finite() { step } else { 1.0 };
    // At most a few, because each is a quarter of the whole or more.
    let count = (most / step).ceil().clamp(1.0, 10.0) as u32;
    (step, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_value() {
        for (most, expected) in [(0.0, 1), (1.0, 1), (7.0, 4), (100.0, 2), (123_456.0, 3), (0.5, 3)] {
            let (step, count) = steps(most);
            assert!(step > 0.0 && step * f64::from(count) >= most * 0.999, "{most}: {step} {count}");
            assert!((1..=5).contains(&count), "{most}: {count}, not {expected}");
        }
        assert!(steps(f64::NAN).1 >= 1 && steps(f64::INFINITY).1 >= 1);
    }

    #[test]
    fn a_coordinate_is_short() {
        assert_eq!([at(1.0), at(1.25), at(1.0 / 3.0)], ["1", "1.2", "0.3"]);
    }
}
