//! Pictures that are small enough for git, which keeps each of their versions.

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};
use std::collections::HashMap;
use std::io::Cursor;

/// How many colors a picture has at most.
const COLORS: usize = 256;

type Color = [u8; 3];

/// The picture with its most frequent colors: grounds and lines stay as they are, and the edges of letters take the nearest color.
pub fn small(picture: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(Cursor::new(picture));
    decoder.set_transformations(Transformations::STRIP_16);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    assert!(matches!(frame.color_type, ColorType::Rgb | ColorType::Rgba), "{:?}", frame.color_type);
    let colors: Vec<Color> =
        bytes.chunks_exact(frame.color_type.samples()).map(|one| [one[0], one[1], one[2]]).collect();
    let palette = most_frequent(&colors);
    let mut known: HashMap<Color, u8> = HashMap::new();
    let indices: Vec<u8> =
        colors.iter().map(|color| *known.entry(*color).or_insert_with(|| nearest(&palette, *color))).collect();

    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, frame.width, frame.height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header().unwrap().write_image_data(&indices).unwrap();
    out
}

fn most_frequent(colors: &[Color]) -> Vec<Color> {
    let mut counts: HashMap<Color, usize> = HashMap::new();
    for color in colors {
        *counts.entry(*color).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(color, count)| (std::cmp::Reverse(*count), *color));
    counts.into_iter().take(COLORS).map(|(color, _)| color).collect()
}

/// The place of the nearest color.
fn nearest(palette: &[Color], color: Color) -> u8 {
    let distance = |other: &Color| -> u32 {
        other.iter().zip(color).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let place = (0..palette.len()).min_by_key(|place| distance(&palette[*place])).unwrap();
    u8::try_from(place).unwrap()
}
