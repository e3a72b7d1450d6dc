//! Lying bars with their names, for things that have no order in time.

use super::{WIDTH, at, picture};
use maud::{Markup, html};

/// A chart of lying bars.
pub struct Ranks<'a> {
    /// The beginning of the ids of its elements, unique on the page.
    pub id: &'a str,
    pub title: &'a str,
    pub about: &'a str,
    pub ranks: &'a [Rank],
    /// The value of a bar as long as the chart. `None`: the largest.
    pub whole: Option<f64>,
}

/// A bar.
pub struct Rank {
    pub name: String,
    pub value: f64,
    /// The value as the language writes it.
    pub shown: String,
}

const LEFT: f64 = 230.0;
const RIGHT: f64 = 80.0;
const LINE: f64 = 24.0;
/// The most characters of a name; wide ones count twice.
const LONGEST: usize = 30;

impl Ranks<'_> {
    pub fn draw(&self) -> Markup {
        let values = self.ranks.iter().map(|rank| rank.value).filter(|value| value.is_finite());
        let whole = self.whole.unwrap_or_else(|| values.fold(0.0, f64::max)).max(f64::MIN_POSITIVE);
        let length = |value: f64| (value / whole).clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT);
        let parts = html! {
            @for (index, rank) in self.ranks.iter().enumerate() {
                @let top = LINE * index as f64;
                @let long = length(rank.value);
                text class="tick" x=(at(LEFT - 8.0)) y=(at(top + 17.0)) text-anchor="end" { (short(&rank.name)) }
                rect class="bar solid" x=(at(LEFT)) y=(at(top + 5.0)) width=(at(long)) height="16" {}
                text class="tick" x=(at(LEFT + long + 6.0)) y=(at(top + 17.0)) { (rank.shown) }
            }
        };
        picture(self.id, LINE * self.ranks.len() as f64 + 6.0, self.title, self.about, &parts)
    }
}

/// The beginning of a name that fits beside its bar.
fn short(name: &str) -> String {
    let mut room = LONGEST;
    for (index, character) in name.char_indices() {
        let width = if character.is_ascii() { 1 } else { 2 };
        if width > room {
            return format!("{}…", &name[..index]);
        }
        room -= width;
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part_of_the_whole() {
        let rank = |name: &str, value: f64| Rank { name: name.to_owned(), value, shown: value.to_string() };
        let drawn = Ranks { id: "x", title: "T", about: "A", ranks: &[rank("a", 5.0), rank("b", 10.0)], whole: None };
        let drawn = drawn.draw().into_string();
        assert!(drawn.contains("width=\"410\"") && drawn.contains("width=\"205\""), "{drawn}");
        assert_eq!(short(&"日".repeat(20)), format!("{}…", "日".repeat(15)));
        let nothing = Ranks { id: "x", title: "T", about: "A", ranks: &[rank("a", f64::NAN)], whole: None };
        assert!(nothing.draw().into_string().contains("<svg"));
    }
}
