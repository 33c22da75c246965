//! A screen as a picture: text as text, and what fills its cell (blocks, dots, rules) drawn, so that no font tears it.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Pixels of a cell.
const WIDTH: usize = 9;
const HEIGHT: usize = 18;
/// Pixels around the screen.
const MARGIN: usize = 14;
const PAPER: &str = "#15171c";
const INK: &str = "#d7dae0";

/// Rectangles (left, top, width, height) of each colour.
type Filled = BTreeMap<String, Vec<[f64; 4]>>;

/// What is drawn, by colour: an SVG has one path for each.
#[derive(Default)]
struct Shapes {
    papers: Filled,
    inks: Filled,
    dots: BTreeMap<String, String>,
}

/// Adds a rectangle, to the one before it where they touch.
fn fill(filled: &mut Filled, colour: &str, [x, y, width, height]: [f64; 4]) {
    let rectangles = filled.entry(colour.to_owned()).or_default();
    match rectangles.last_mut() {
        Some([left, top, so_far, tall]) if (*top, *tall, *left + *so_far) == (y, height, x) => *so_far += width,
        _ => rectangles.push([x, y, width, height]),
    }
}

fn write_filled(out: &mut String, filled: &Filled) {
    for (colour, rectangles) in filled {
        let path: String = rectangles
            .iter()
            .map(|rectangle| {
                let [x, y, width, height] = rectangle.map(number);
                format!("M{x} {y}h{width}v{height}h-{width}z")
            })
            .collect();
        writeln!(out, "<path fill=\"{colour}\" d=\"{path}\"/>").unwrap();
    }
}

/// A number with two decimals at most.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The picture of a screen; `title` is read out to those who do not see it.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let mut shapes = Shapes::default();
    let mut texts = String::new();
    for y in 0..rows {
        let cells: Vec<&Cell> = (0..columns).map(|x| &buffer[(x, y)]).collect();
        backgrounds(&cells, y, &mut shapes);
        let mut x = 0;
        while x < cells.len() {
            if shape(cells[x], x, usize::from(y), &mut shapes) || cells[x].symbol() == " " {
                x += 1;
                continue;
            }
            // A run of text ends where its look changes, at a gap, and at what is drawn.
            let same = |cell: &&&Cell| look(cell) == look(cells[x]) && is_text(cell);
            let mut length = cells[x..].iter().take_while(same).count().max(1);
            let symbols: Vec<&str> = cells[x..x + length].iter().map(|cell| cell.symbol()).collect();
            if let Some(gap) = symbols.windows(2).position(|pair| pair == [" ", " "]) {
                length = gap.max(1);
            }
            let text = symbols[..length].concat();
            let text = text.trim_end();
            write_text(&mut texts, cells[x], x, usize::from(y), text);
            x += length;
        }
    }
    let (width, height) = (usize::from(columns) * WIDTH, usize::from(rows) * HEIGHT);
    let (outer_width, outer_height) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {outer_width} {outer_height}\" width=\"{outer_width}\" \
         height=\"{outer_height}\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{PAPER}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">\n<g shape-rendering=\"crispEdges\">\n",
        escape(title)
    );
    write_filled(&mut out, &shapes.papers);
    write_filled(&mut out, &shapes.inks);
    out += "</g>\n<g fill=\"none\" stroke-width=\"2.5\" stroke-linecap=\"round\">\n";
    for (colour, path) in &shapes.dots {
        writeln!(out, "<path stroke=\"{colour}\" d=\"{path}\"/>").unwrap();
    }
    out += "</g>\n<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\" xml:space=\"preserve\">\n";
    out + &texts + "</g>\n</g>\n</svg>\n"
}

fn backgrounds(cells: &[&Cell], y: u16, shapes: &mut Shapes) {
    let mut x = 0;
    while x < cells.len() {
        let paper = colours(cells[x]).1;
        let length = cells[x..].iter().take_while(|cell| colours(cell).1 == paper).count();
        if paper != PAPER {
            let (width, top) = (length * WIDTH, usize::from(y) * HEIGHT);
            fill(
                &mut shapes.papers,
                &paper,
                [x * WIDTH, top, width, HEIGHT].map(|value| value as f64),
            );
        }
        x += length;
    }
}

/// Draws a cell that is no text; whether it was one.
fn shape(cell: &Cell, x: usize, y: usize, shapes: &mut Shapes) -> bool {
    let symbol = cell.symbol().chars().next().unwrap_or(' ');
    let colour = colours(cell).0;
    let (left, top) = ((x * WIDTH) as f64, (y * HEIGHT) as f64);
    let (width, height) = (WIDTH as f64, HEIGHT as f64);
    let mut part = |x: f64, y: f64, w: f64, h: f64| {
        let rectangle = [left + x * width, top + y * height, w * width, h * height];
        fill(&mut shapes.inks, &colour, rectangle);
    };
    let eighths = |from: char| f64::from(symbol as u32 - from as u32 + 1) / 8.0;
    match symbol {
        '▀' => part(0.0, 0.0, 1.0, 0.5),
        '▁'..='█' => part(0.0, 1.0 - eighths('▁'), 1.0, eighths('▁')),
        '▉'..='▏' => part(0.0, 0.0, 1.0 - eighths('▉'), 1.0),
        '▖' => part(0.0, 0.5, 0.5, 0.5),
        '▘' => part(0.0, 0.0, 0.5, 0.5),
        '─' => part(0.0, 0.5, 1.0, 1.0 / 18.0),
        '━' => part(0.0, 0.5 - 1.0 / 18.0, 1.0, 3.0 / 18.0),
        '│' => part(0.5, 0.0, 1.0 / 9.0, 1.0),
        '┈' => [0.1, 0.6].into_iter().for_each(|x| part(x, 0.5, 0.25, 1.0 / 18.0)),
        '╍' => [0.0, 0.6]
            .into_iter()
            .for_each(|x| part(x, 0.5 - 1.0 / 18.0, 0.4, 3.0 / 18.0)),
        '\u{2800}'..='\u{28ff}' => {
            // The bits of a braille character: the left column from the top, the right one, then the lowest row.
            const PLACES: [(f64, f64); 8] = [
                (1.0, 1.0),
                (1.0, 3.0),
                (1.0, 5.0),
                (3.0, 1.0),
                (3.0, 3.0),
                (3.0, 5.0),
                (1.0, 7.0),
                (3.0, 7.0),
            ];
            let bits = symbol as u32 - 0x2800;
            for (bit, (x, y)) in PLACES.into_iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    let [x, y] = [left + x * width / 4.0, top + y * height / 8.0].map(number);
                    write!(shapes.dots.entry(colour.clone()).or_default(), "M{x} {y}h0").unwrap();
                }
            }
        }
        _ => return false,
    }
    true
}

fn is_text(cell: &Cell) -> bool {
    !shape(cell, 0, 0, &mut Shapes::default())
}

fn write_text(texts: &mut String, cell: &Cell, x: usize, y: usize, text: &str) {
    let (ink, _, modifier) = look(cell);
    let (left, base) = (x * WIDTH, y * HEIGHT + 14);
    // The length keeps columns in line with whatever font there is.
    let length = text.chars().count() * WIDTH;
    let bold = if modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let dim = if modifier.contains(Modifier::DIM) {
        " opacity=\"0.6\""
    } else {
        ""
    };
    let text = escape(text);
    writeln!(
        texts,
        "<text x=\"{left}\" y=\"{base}\" fill=\"{ink}\"{bold}{dim} textLength=\"{length}\">{text}</text>"
    )
    .unwrap();
}

fn look(cell: &Cell) -> (String, String, Modifier) {
    let (ink, paper) = colours(cell);
    (ink, paper, cell.modifier)
}

/// Of what is written, and of what it is written on.
fn colours(cell: &Cell) -> (String, String) {
    let (ink, paper) = (hex(cell.fg, INK), hex(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        (paper, ink)
    } else {
        (ink, paper)
    }
}

fn hex(colour: Color, reset: &str) -> String {
    match colour {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Black => "#000000".to_owned(),
        Color::White => "#ffffff".to_owned(),
        Color::Reset => reset.to_owned(),
        other => panic!("{other:?}: a theme of 24-bit colours has none but black and white"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
