//! Columns that stand below each other, also where a cell is painted.

use crate::ask::paint::Paint;
use crate::ask::words::clean;

/// Between two columns.
const GAP: usize = 2;

/// How a text is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    #[default]
    Plain,
    Title,
    Good,
    Notice,
    Bad,
}

/// A text in a table. What would garble a terminal is taken out.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn new(text: impl AsRef<str>, style: Style) -> Self {
        Self {
            text: clean(text.as_ref()),
            style,
        }
    }

    pub(super) fn plain(text: impl AsRef<str>) -> Self {
        Self::new(text, Style::Plain)
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl Style {
    /// The text in this style.
    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Title => paint.title(text),
            Self::Good => paint.good(text),
            Self::Notice => paint.notice(text),
            Self::Bad => paint.bad(text),
        }
    }
}

/// The rows as lines without line breaks, each column as wide as its widest cell.
pub(super) fn lines(rows: &[Vec<Cell>], paint: Paint) -> Vec<String> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            match widths.get_mut(column) {
                Some(width) => *width = cell.width().max(*width),
                None => widths.push(cell.width()),
            }
        }
    }
    rows.iter().map(|row| line(row, &widths, paint)).collect()
}

fn line(row: &[Cell], widths: &[usize], paint: Paint) -> String {
    let mut line = String::new();
    let mut owed = 0;
    for (cell, width) in row.iter().zip(widths) {
        // Spaces are written only before something: no line ends with any.
        if cell.width() > 0 {
            line.extend(std::iter::repeat_n(' ', owed));
            line.push_str(&cell.style.paint(paint, &cell.text));
            owed = 0;
        }
        owed += width - cell.width() + GAP;
    }
    line
}

/// A text that is cut off where it has no room.
pub(super) fn shortened(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= width {
        return text;
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).collect()
}
