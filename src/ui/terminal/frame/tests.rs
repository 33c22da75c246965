use super::*;
use proptest::prelude::*;
use ratatui::style::Style;

/// A terminal that knows what frames need.
struct Emulator {
    cells: Buffer,
    at: (u16, u16),
    style: Style,
}

impl Emulator {
    fn new(area: Rect) -> Self {
        Self {
            cells: Buffer::empty(area),
            at: (0, 0),
            style: Style::reset(),
        }
    }

    fn follow(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\r' => self.at.0 = 0,
                '\n' => self.at.1 += 1,
                '\x1b' => {
                    assert_eq!(characters.next(), Some('['));
                    let rest = characters.as_str();
                    let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    let numbers: Vec<u16> = rest[..end].split(';').map(|part| part.parse().unwrap_or(0)).collect();
                    self.control(&numbers, rest.as_bytes()[end]);
                    characters = rest[end + 1..].chars();
                }
                _ => {
                    let symbol = character.to_string();
                    let (x, y) = self.at;
                    self.cells.set_string(x, y, &symbol, Style::reset().patch(self.style));
                    self.at.0 += width(&symbol) as u16;
                }
            }
        }
    }

    fn control(&mut self, numbers: &[u16], last: u8) {
        let first = numbers[0].max(1);
        match last {
            b'H' => self.at = (numbers.get(1).map_or(0, |x| x.max(&1) - 1), first - 1),
            b'C' => self.at.0 += first,
            b'K' | b'X' => {
                let end = if last == b'K' {
                    self.cells.area.width
                } else {
                    self.at.0 + first
                };
                for x in self.at.0..end {
                    self.cells[(x, self.at.1)] = Cell::EMPTY;
                }
            }
            b'm' => self.style(numbers),
            other => panic!("{}", char::from(other)),
        }
    }

    fn style(&mut self, numbers: &[u16]) {
        let mut numbers = numbers.iter().copied();
        let rgb = |numbers: &mut dyn Iterator<Item = u16>| {
            assert_eq!(numbers.next(), Some(2));
            let mut next = || numbers.next().unwrap() as u8;
            Color::Rgb(next(), next(), next())
        };
        while let Some(number) = numbers.next() {
            self.style = match number {
                0 => Style::reset(),
                1 => self.style.add_modifier(Modifier::BOLD),
                2 => self.style.add_modifier(Modifier::DIM),
                7 => self.style.add_modifier(Modifier::REVERSED),
                22 => self.style.remove_modifier(Modifier::BOLD | Modifier::DIM),
                27 => self.style.remove_modifier(Modifier::REVERSED),
                31 => self.style.fg(Color::Red),
                38 => self.style.fg(rgb(&mut numbers)),
                39 => self.style.fg(Color::Reset),
                42 => self.style.bg(Color::Green),
                48 => self.style.bg(rgb(&mut numbers)),
                49 => self.style.bg(Color::Reset),
                other => panic!("{other}"),
            };
        }
    }

    /// Whether it shows this, colours of pictures to within the tolerance.
    fn shows(&self, wanted: &Buffer, tolerance: u8) -> bool {
        let pictured = |cell: &Cell| match (cell.symbol(), rgb(cell.fg), rgb(cell.bg)) {
            ("▀", Some(fg), Some(bg)) => Some((fg, bg)),
            ("▄", Some(fg), Some(bg)) => Some((bg, fg)),
            (" ", _, Some(bg)) => Some((bg, bg)),
            _ => None,
        };
        let same = |(is, wanted): (&Cell, &Cell)| match (pictured(is), halves(wanted)) {
            (Some(is), Some(wanted)) => near(is.0, wanted.0, tolerance) && near(is.1, wanted.1, tolerance),
            _ => Look::of(is) == Look::of(wanted),
        };
        let columns = usize::from(wanted.area.width);
        let rows = self
            .cells
            .content()
            .chunks(columns)
            .zip(wanted.content().chunks(columns));
        let mut seen = rows.flat_map(|(is, wanted)| {
            let behind = |x: usize| x > 0 && width(wanted[x - 1].symbol()) == 2;
            let pairs: Vec<_> = is
                .iter()
                .zip(wanted)
                .enumerate()
                .filter(|(x, _)| !behind(*x))
                .map(|(_, pair)| pair)
                .collect();
            pairs
        });
        seen.all(same)
    }
}

const AREA: Rect = Rect::new(0, 0, 30, 4);

/// Text, blanks, wide signs and pieces of pictures.
fn screens() -> impl Strategy<Value = Buffer> {
    let piece = (0u16..30, 0u16..4, 0usize..9, any::<u8>());
    prop::collection::vec(piece, 0..24).prop_map(|pieces| {
        let mut buffer = Buffer::empty(AREA);
        for (x, y, kind, shade) in pieces {
            let green = Style::new().bg(Color::Green);
            let (text, style) = match kind {
                0 => ("text", Style::new()),
                1 => ("bold", Style::new().add_modifier(Modifier::BOLD).fg(Color::Red)),
                2 => ("dim", Style::new().add_modifier(Modifier::DIM)),
                3 => ("       ", Style::new().fg(Color::Red)),
                4 => ("  ", green),
                5 => ("怒り", Style::new()),
                6 => ("  █ ", Style::new().add_modifier(Modifier::REVERSED)),
                _ => {
                    for step in 0..10u16 {
                        if let Some(cell) = buffer.cell_mut((x + step, y)) {
                            let value = shade.wrapping_add(3 * step as u8);
                            cell.reset();
                            cell.set_symbol("▀").set_fg(Color::Rgb(value, 20, 9));
                            cell.set_bg(Color::Rgb(value / 2, 20, shade));
                        }
                    }
                    continue;
                }
            };
            buffer.set_string(x, y, text, style);
        }
        // A picture may have covered half of a wide sign.
        for y in 0..AREA.height {
            for x in 0..AREA.width {
                let wide = width(buffer[(x, y)].symbol()) == 2;
                if wide && (x + 1 >= AREA.width || buffer[(x + 1, y)].symbol() != " ") {
                    buffer[(x, y)].reset();
                }
            }
        }
        buffer
    })
}

proptest! {
    #[test]
    fn the_terminal_shows_what_was_wanted(frames in prop::collection::vec((screens(), 0u8..40), 1..5)) {
        let (mut shown, mut terminal) = (Shown::cleared(AREA), Emulator::new(AREA));
        for (wanted, tolerance) in &frames {
            // Without its pictures first: what is left out is known.
            terminal.follow(&shown.bytes(wanted, Detail::NoPictures));
            terminal.follow(&shown.bytes(wanted, Detail::Within(*tolerance)));
            prop_assert!(terminal.shows(wanted, *tolerance), "{:?}\n{:?}", terminal.cells, wanted);
            // What was left out comes when it is asked for, and then there is nothing more.
            terminal.follow(&shown.bytes(wanted, Detail::Within(0)));
            prop_assert!(terminal.shows(wanted, 0), "{:?}\n{:?}", terminal.cells, wanted);
            prop_assert_eq!(shown.bytes(wanted, Detail::Within(0)), Vec::<u8>::new());
        }
    }

    #[test]
    fn whatever_stood_there_is_drawn_over(before in screens(), wanted in screens()) {
        let mut terminal = Emulator::new(AREA);
        terminal.cells = before;
        terminal.follow(&Shown::unknown(AREA).bytes(&wanted, Detail::Within(0)));
        prop_assert!(terminal.shows(&wanted, 0), "{:?}\n{:?}", terminal.cells, wanted);
    }
}

#[test]
fn a_tolerance_makes_a_picture_small() {
    let area = Rect::new(0, 0, 80, 20);
    let mut wanted = Buffer::empty(area);
    for y in 0..20u16 {
        for x in 0..80u16 {
            let colour = |row: u16| Color::Rgb((x * 3) as u8, (row * 6) as u8, ((x + row) % 7) as u8);
            wanted[(x, y)]
                .set_symbol("▀")
                .set_fg(colour(2 * y))
                .set_bg(colour(2 * y + 1));
        }
    }
    let size = |tolerance| Shown::cleared(area).bytes(&wanted, Detail::Within(tolerance)).len();
    let sizes = [0, 4, 8, 16, 32].map(size);
    assert!(sizes.windows(2).all(|pair| pair[1] < pair[0]), "{sizes:?}");
    assert!(10 * sizes[4] < sizes[0], "{sizes:?}");
}
