//! Plain aligned tables.

/// A table of text; columns are as wide as their widest cell and two spaces apart.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// How many columns at the left are text; the others are numbers, aligned to the right.
    text_columns: usize,
}

impl Table {
    /// A table with these headings, the first `text_columns` of which are aligned to the left.
    pub fn new(text_columns: usize, headings: &[&str]) -> Self {
        let mut table = Self {
            rows: Vec::new(),
            text_columns,
        };
        if !headings.is_empty() {
            table.row(headings.iter().map(ToString::to_string));
        }
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| {
                    if column < self.text_columns {
                        format!("{cell:<width$}")
                    } else {
                        format!("{cell:>width$}")
                    }
                })
                .collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_aligned_left_and_numbers_right() {
        let mut table = Table::new(1, &["emotion", "clips"]);
        table.row(["überrascht".to_owned(), "7".to_owned()]);
        table.row(["sad".to_owned(), "1234".to_owned()]);
        assert_eq!(
            table.render(),
            "emotion     clips\nüberrascht      7\nsad          1234\n"
        );
    }
}
