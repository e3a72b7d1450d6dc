//! Bars side by side, for days.

use super::{WIDTH, at, filling, picture, steps};
use maud::{Markup, html};

/// A chart of bars.
pub struct Bars<'a> {
    /// The beginning of the ids of its elements, unique on the page.
    pub id: &'a str,
    pub title: &'a str,
    pub about: &'a str,
    /// The labels below the bars.
    pub labels: &'a [String],
    /// One or two.
    pub series: &'a [Series],
    /// A number as the language writes it.
    pub number: &'a dyn Fn(f64) -> String,
}

/// Values of the same kind, one for each label.
pub struct Series {
    pub name: String,
    pub values: Vec<f64>,
}

const LEFT: f64 = 84.0;
const TOP: f64 = 30.0;
const HEIGHT: f64 = 200.0;
const BOTTOM: f64 = 34.0;

impl Bars<'_> {
    pub fn draw(&self) -> Markup {
        let values = self.series.iter().flat_map(|series| &series.values);
        let most = values.copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
        let (step, count) = steps(most);
        let scale = HEIGHT / (step * f64::from(count));
        let y = |value: f64| TOP + HEIGHT - value.max(0.0) * scale;
        let slot = (WIDTH - LEFT) / self.labels.len().max(1) as f64;
        let bar = (slot * 0.8 / self.series.len().max(1) as f64).min(40.0);
        // Labels need their room.
        let every = (60.0 / slot).ceil().max(1.0) as usize;
        let parts = html! {
            @for index in 0..=count {
                @let value = step * f64::from(index);
                line class="grid" x1=(at(LEFT)) x2=(at(WIDTH)) y1=(at(y(value))) y2=(at(y(value))) {}
                text class="tick" x=(at(LEFT - 6.0)) y=(at(y(value) + 4.0)) text-anchor="end" { ((self.number)(value)) }
            }
            @for (number, series) in self.series.iter().enumerate() {
                @let fill = filling(self.id, number);
                @for (index, value) in series.values.iter().enumerate() {
                    @let left = LEFT + slot * index as f64 + slot * 0.1 + bar * number as f64;
                    @let top = y(*value);
                    rect class={ "bar" @if number == 0 { " solid" } } fill=[(number > 0).then_some(&fill)]
                        x=(at(left)) y=(at(top)) width=(at(bar)) height=(at(TOP + HEIGHT - top)) {}
                }
            }
            @for (index, label) in self.labels.iter().enumerate().filter(|(index, _)| index % every == 0) {
                text class="tick" x=(at(LEFT + slot * (index as f64 + 0.5))) y=(at(TOP + HEIGHT + 18.0)) text-anchor="middle" {
                    (label)
                }
            }
            @if self.series.len() > 1 {
                @for (number, series) in self.series.iter().enumerate() {
                    @let left = LEFT + 160.0 * number as f64;
                    @let fill = filling(self.id, number);
                    rect class={ "bar" @if number == 0 { " solid" } } fill=[(number > 0).then_some(&fill)]
                        x=(at(left)) y="6" width="14" height="12" {}
                    text class="tick" x=(at(left + 20.0)) y="16" { (series.name) }
                }
            }
        };
        picture(self.id, TOP + HEIGHT + BOTTOM, self.title, self.about, &parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_height_of_their_values_and_texts_are_escaped() {
        let series = |name: &str, values: &[f64]| Series { name: name.to_owned(), values: values.to_vec() };
        let labels = ["<b>".to_owned(), "2".to_owned()];
        let drawn = Bars {
            id: "x",
            title: "T<script>",
            about: "A",
            labels: &labels,
            series: &[series("one", &[10.0, 0.0]), series("two", &[5.0, f64::NAN])],
            number: &|value| value.to_string(),
        };
        let drawn = drawn.draw().into_string();
        assert!(drawn.contains("height=\"200\"") && drawn.contains("height=\"100\""), "{drawn}");
        assert!(drawn.contains("url(#x-hatch)") && drawn.contains("aria-labelledby=\"x-title x-about\""));
        assert!(!drawn.contains("<script>") && !drawn.contains("<b>") && !drawn.contains("NaN"), "{drawn}");
    }
}
