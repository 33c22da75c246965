//! The columns of a table that nothing else reads, as far as their values tell groups of clips apart.

use super::ColumnValues;
use super::intern::Interner;
use super::table::is_exported;
use super::table_columns::{ColumnIndices, text};
use super::table_records::Records;
use csv::ByteRecord;
use std::collections::HashSet;
use std::sync::Arc;

/// Different values that a column may have: one that says something else of every clip tells no groups apart, and 100,000
/// clips must stay small in memory.
const VALUES: usize = 1_000;

/// Columns that are kept, the first of the table.
const COLUMNS: usize = 24;

/// How programs write a missing value.
const MISSING: [&str; 6] = ["nan", "nat", "<na>", "n/a", "#n/a", "null"];

/// The columns that are kept.
pub(super) struct FurtherColumns {
    kept: Vec<(usize, Arc<str>)>,
    interner: Interner,
}

impl FurtherColumns {
    /// Finds the columns to keep: not read otherwise, not of an export's measures, of few values and no measured numbers.
    pub fn of(table: &Records, indices: &ColumnIndices) -> Self {
        let mut interner = Interner::default();
        let named = table.headings.iter().enumerate();
        let free = named.filter(|(column, name)| !name.is_empty() && !indices.reads(*column) && !is_exported(name));
        let few = free.filter(|(column, _)| {
            let mut values = HashSet::new();
            let rows = table.records.iter().filter_map(|record| record.fields.as_ref().ok());
            let is_few = rows.filter_map(|fields| text(fields, *column)).all(|value| {
                values.insert(value);
                values.len() <= VALUES && !is_fraction(value)
            });
            is_few && !values.is_empty()
        });
        let kept = few.map(|(column, name)| (column, interner.share(name)));
        let kept = kept.take(COLUMNS).collect();
        Self { kept, interner }
    }

    /// What they state in a row.
    pub fn read(&mut self, record: &ByteRecord) -> ColumnValues {
        let Self { kept, interner } = self;
        let stated = kept.iter().filter_map(|(column, name)| {
            let value = text(record, *column).filter(|value| !is_missing(value))?;
            Some((Arc::clone(name), interner.share(value)))
        });
        let values = stated.collect();
        self.interner.columns(&values)
    }
}

/// Whether a value is a number with decimals: a rating or a measure, and no group (`1.0` is how some programs write 1).
fn is_fraction(value: &str) -> bool {
    value
        .parse()
        .is_ok_and(|number: f64| number.is_finite() && number.fract() != 0.0)
}

/// Whether a value is how programs write that there is none.
fn is_missing(value: &str) -> bool {
    MISSING.iter().any(|missing| missing.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::super::Columns;
    use super::super::table_records::records;
    use super::*;
    use std::fmt::Write as _;
    use std::path::Path;

    fn values(csv: &str) -> Vec<ColumnValues> {
        let table = records(Path::new("t.csv"), csv.as_bytes()).unwrap();
        let indices = ColumnIndices::find(&table.headings, &Columns::default()).unwrap();
        let mut further = FurtherColumns::of(&table, &indices);
        let rows = table.records.iter().map(|record| record.fields.as_ref().unwrap());
        rows.map(|fields| further.read(fields)).collect()
    }

    #[test]
    fn what_nothing_else_reads_is_kept_and_shared() {
        let read = values("path,emotion,split,Room,rms_dbfs\na,sad,test, hall ,1\nb,sad,,hall,2\nc,sad,,,3\n");
        let hall: ColumnValues = [("Room", "hall")].into_iter().collect();
        assert_eq!(read, [hall.clone(), hall, ColumnValues::default()]);
        assert_eq!(read[0].pairs().as_ptr(), read[1].pairs().as_ptr());
    }

    #[test]
    fn ratings_are_no_groups() {
        let read = values("path,emotion,session,valence,room\na,sad,1.0,3,hall\nb,sad,2.0,3.4,NaN\n");
        let names: Vec<&str> = read[1].iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["session"]);
    }

    #[test]
    fn a_column_of_very_many_values_is_not_kept() {
        for (rows, kept) in [(VALUES, true), (VALUES + 1, false)] {
            let mut csv = "path,emotion,id,session\n".to_owned();
            (0..rows).for_each(|row| writeln!(csv, "{row}.wav,sad,{row},{}", row % 5).unwrap());
            let last = values(&csv).pop().unwrap();
            assert_eq!((last.get("id").is_some(), last.get("session").is_some()), (kept, true));
        }
    }
}
