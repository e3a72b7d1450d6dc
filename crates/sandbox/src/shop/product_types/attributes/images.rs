//! Pictures.

use super::super::attribute::{Attribute, Kind, Need, Text, attribute, member};
use super::super::rule::Name;
use super::super::words::{Words, words};

/// How many other pictures a product can have.
pub(in super::super) const OTHERS: usize = 8;

pub(super) fn all() -> Vec<Attribute> {
    let main = words("Main picture", "Hauptbild", "Photo principale", "メイン画像");
    let other = words("Other picture", "Weiteres Bild", "Autre photo", "サブ画像");
    let swatch = words("Picture of the color", "Farbmuster", "Photo de la couleur", "カラーサンプル画像");
    let mut all = vec![picture("main_product_image_locator", main).needed(Need::Recommended)];
    all.extend(
        (1..=OTHERS)
            .map(|number| picture(Name::from(format!("other_product_image_locator_{number}")), other.numbered(number))),
    );
    all.push(picture("swatch_product_image_locator", swatch));
    all
}

/// An attribute that is a picture.
pub(super) fn picture(name: impl Into<Name>, title: Words) -> Attribute {
    let address = words("Address of the picture", "Adresse des Bildes", "Adresse de la photo", "画像のURL");
    let text = Text { is_picture: true, max: Some(2000), ..Text::default() };
    attribute(name, title, vec![member("media_location", &address, Kind::Text(text)).required()])
}
