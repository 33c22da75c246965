//! Features that other programs wrote, as NumPy arrays.

use super::{FeatureError, FeatureMatrix};
use half::f16;
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A `.npy` file of numbers, one matrix per clip, read clip by clip.
///
/// Shape (clips, frames, features), or (clips, features) for one frame each; float16, float32, float64, integers
/// and booleans of either byte order; C order, or Fortran order, which is read into memory as a whole.
#[derive(Debug)]
pub struct FeatureArray {
    path: PathBuf,
    clips: usize,
    frames: usize,
    coefficients: usize,
    number: Number,
    data: Data,
}

/// How one number is written.
#[derive(Debug, Clone, Copy)]
struct Number {
    kind: Kind,
    bytes: usize,
    big_endian: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Float,
    Signed,
    Unsigned,
}

/// Where the numbers are.
#[derive(Debug)]
enum Data {
    /// Clip after clip, from this byte on.
    Rows(BufReader<File>),
    /// All of them; the clip's index runs fastest.
    Columns(Vec<u8>),
}

impl FeatureArray {
    /// Reads the header.
    ///
    /// # Errors
    /// [`FeatureError::Array`] for a file that cannot be read, is no such array, or is cut short.
    pub fn open(path: &Path) -> Result<Self, FeatureError> {
        let refuse = |problem: String| FeatureError::Array {
            path: path.to_owned(),
            problem,
        };
        let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        let length = file.metadata().map_err(|error| refuse(error.to_string()))?.len();
        let mut reader = BufReader::with_capacity(1 << 17, file);
        let header = NpyHeader::from_reader(&mut reader)
            .map_err(|error| refuse(format!("is no NumPy array ({error}); write it with numpy.save")))?;
        let number = number(&header.dtype()).ok_or_else(|| {
            let found = header.dtype().descr();
            refuse(format!("holds {found}; save it as float32: X.astype('float32')"))
        })?;
        let shape: Vec<usize> = header.shape().iter().map(|&length| length as usize).collect();
        let (clips, frames, coefficients) = match shape[..] {
            [clips, coefficients] => (clips, 1, coefficients),
            [clips, frames, coefficients] => (clips, frames, coefficients),
            _ => {
                let wanted = "(clips, frames, features) or (clips, features)";
                return Err(refuse(format!("has the shape {shape:?}; it must be {wanted}")));
            }
        };
        if shape.contains(&0) {
            return Err(refuse(format!("has the shape {shape:?}: there are no numbers in it")));
        }
        let start = reader.stream_position().map_err(|error| refuse(error.to_string()))?;
        let bytes = shape
            .iter()
            .try_fold(number.bytes, |bytes, &length| bytes.checked_mul(length));
        if bytes.is_none_or(|bytes| length.saturating_sub(start) != bytes as u64) {
            let there = length.saturating_sub(start);
            let problem = format!("holds {there} bytes of numbers, which is not {shape:?}; was it copied whole?");
            return Err(refuse(problem));
        }
        let data = match header.order() {
            Order::C => Data::Rows(reader),
            Order::Fortran => {
                let mut bytes = Vec::new();
                reader
                    .read_to_end(&mut bytes)
                    .map_err(|error| refuse(error.to_string()))?;
                Data::Columns(bytes)
            }
        };
        Ok(Self {
            path: path.to_owned(),
            clips,
            frames,
            coefficients,
            number,
            data,
        })
    }

    /// Number of clips.
    pub fn clips(&self) -> usize {
        self.clips
    }

    /// (frames, coefficients) of every matrix.
    pub fn shape(&self) -> (usize, usize) {
        (self.frames, self.coefficients)
    }

    /// The matrix of one clip; whether its numbers are finite in f32 is for [`FeatureMatrix::fault`] to say.
    ///
    /// # Errors
    /// [`FeatureError::Array`] when it cannot be read.
    pub fn matrix(&mut self, clip: usize) -> Result<FeatureMatrix, FeatureError> {
        let refuse = |problem: String| FeatureError::Array {
            path: self.path.clone(),
            problem,
        };
        let numbers = self.frames * self.coefficients;
        let size = self.number.bytes;
        let values: Vec<f32> = match &mut self.data {
            Data::Rows(reader) => {
                let mut bytes = vec![0; numbers * size];
                let from_end = ((self.clips - clip.min(self.clips)) * numbers * size) as i64;
                reader
                    .seek(SeekFrom::End(-from_end))
                    .and_then(|_| reader.read_exact(&mut bytes))
                    .map_err(|error| refuse(format!("row {clip}: {error}")))?;
                bytes.chunks_exact(size).map(|bytes| self.number.read(bytes)).collect()
            }
            Data::Columns(bytes) => {
                let at = |frame: usize, coefficient: usize| clip + self.clips * (frame + self.frames * coefficient);
                let cells = (0..self.frames).flat_map(|frame| (0..self.coefficients).map(move |c| (frame, c)));
                let read = |(frame, coefficient)| {
                    let from = at(frame, coefficient) * size;
                    bytes
                        .get(from..from + size)
                        .map_or(f32::NAN, |bytes| self.number.read(bytes))
                };
                cells.map(read).collect()
            }
        };
        Ok(FeatureMatrix {
            frames: self.frames,
            coefficients: self.coefficients,
            values,
        })
    }
}

fn number(dtype: &DType) -> Option<Number> {
    let DType::Plain(plain) = dtype else { return None };
    let (kind, sizes): (_, &[usize]) = match plain.type_char() {
        TypeChar::Float => (Kind::Float, &[2, 4, 8]),
        TypeChar::Int => (Kind::Signed, &[1, 2, 4, 8]),
        TypeChar::Uint => (Kind::Unsigned, &[1, 2, 4, 8]),
        TypeChar::Bool => (Kind::Unsigned, &[1]),
        _ => return None,
    };
    let bytes = plain.num_bytes().filter(|bytes| sizes.contains(bytes))?;
    Some(Number {
        kind,
        bytes,
        big_endian: plain.endianness() == Endianness::Big,
    })
}

impl Number {
    fn read(self, bytes: &[u8]) -> f32 {
        // The lowest bytes first, whatever the file's order.
        let raw = (0..self.bytes).fold(0u64, |raw, shift| {
            let index = if self.big_endian { self.bytes - 1 - shift } else { shift };
            raw | u64::from(bytes.get(index).copied().unwrap_or_default()) << (8 * shift)
        });
        match (self.kind, self.bytes) {
            (Kind::Float, 2) => f16::from_bits(raw as u16).to_f32(),
            (Kind::Float, 4) => f32::from_bits(raw as u32),
            (Kind::Float, _) => f64::from_bits(raw) as f32,
            (Kind::Unsigned, _) => raw as f32,
            (Kind::Signed, bytes) => {
                let unused = 64 - 8 * bytes as u32;
                ((raw << unused) as i64 >> unused) as f32
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file as NumPy writes it.
    fn file(folder: &Path, descr: &str, fortran: bool, shape: &str, data: &[u8]) -> PathBuf {
        let order = if fortran { "True" } else { "False" };
        let mut header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
        header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        let path = folder.join("X.npy");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn refusal(path: &Path) -> String {
        let read = FeatureArray::open(path).and_then(|mut array| array.matrix(0).map(drop));
        read.unwrap_err().to_string()
    }

    #[test]
    fn all_kinds_of_numbers_and_orders_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let rows = [[[1i8, -2, 3], [4, 5, -6]], [[7, 8, 9], [10, -11, 12]]];
        let flat: Vec<i8> = rows.as_flattened().as_flattened().to_vec();
        let bytes =
            |one: &dyn Fn(i8) -> Vec<u8>, values: &[i8]| values.iter().flat_map(|&v| one(v)).collect::<Vec<u8>>();
        type Write<'a> = &'a dyn Fn(i8) -> Vec<u8>;
        let kinds: [(&str, Write); 8] = [
            ("'<f2'", &|v| f16::from(v).to_le_bytes().to_vec()),
            ("'<f4'", &|v| f32::from(v).to_le_bytes().to_vec()),
            ("'>f4'", &|v| f32::from(v).to_be_bytes().to_vec()),
            ("'<f8'", &|v| f64::from(v).to_le_bytes().to_vec()),
            ("'|i1'", &|v| v.to_le_bytes().to_vec()),
            ("'>i2'", &|v| i16::from(v).to_be_bytes().to_vec()),
            ("'<i4'", &|v| i32::from(v).to_le_bytes().to_vec()),
            ("'<i8'", &|v| i64::from(v).to_le_bytes().to_vec()),
        ];
        let columns: Vec<i8> = (0..3)
            .flat_map(|c| (0..2).flat_map(move |f| (0..2).map(move |n| rows[n][f][c])))
            .collect();
        for (descr, one) in kinds {
            for (fortran, values) in [(false, &flat), (true, &columns)] {
                let path = file(folder.path(), descr, fortran, "(2, 2, 3)", &bytes(one, values));
                let mut array = FeatureArray::open(&path).unwrap();
                assert_eq!((array.clips(), array.shape()), (2, (2, 3)));
                for clip in [1, 0] {
                    let expected: Vec<f32> = rows[clip].as_flattened().iter().map(|&v| f32::from(v)).collect();
                    assert_eq!(array.matrix(clip).unwrap().values, expected, "{descr} {fortran} {clip}");
                }
            }
        }
        let path = file(folder.path(), "'|u1'", false, "(4, 3)", &[200; 12]);
        let mut array = FeatureArray::open(&path).unwrap();
        assert_eq!(
            (array.shape(), array.matrix(3).unwrap().values),
            ((1, 3), vec![200.0; 3])
        );
    }

    #[test]
    fn numbers_that_are_not_finite_are_named_with_their_position() {
        let folder = tempfile::tempdir().unwrap();
        let fault = |descr, shape, data: &[u8]| {
            let path = file(folder.path(), descr, false, shape, data);
            FeatureArray::open(&path).unwrap().matrix(0).unwrap().fault()
        };
        let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        assert_eq!(fault("'<f4'", "(1, 2, 2)", &floats(&[0.0; 4])), None);
        let nan = fault("'<f4'", "(1, 2, 2)", &floats(&[0.0, 0.0, 0.0, f32::NAN]));
        assert_eq!(nan.as_deref(), Some("frame 1, column 1 is NaN"));
        let large = fault("'<f8'", "(1, 1)", &1e300f64.to_le_bytes());
        assert_eq!(large.as_deref(), Some("frame 0, column 0 is inf"));
    }

    #[test]
    fn what_cannot_be_learnt_from_is_refused_with_its_position_and_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let refused = |descr, shape, data: &[u8]| refusal(&file(folder, descr, false, shape, data));
        assert!(refused("'<f4'", "(3,)", &floats(&[0.0; 3])).contains("(clips, features)"));
        assert!(refused("'<f4'", "(1, 1, 1, 3)", &floats(&[0.0; 3])).contains("[1, 1, 1, 3]"));
        assert!(refused("'<f4'", "(0, 3)", &[]).contains("no numbers"));
        assert!(refused("'<f4'", "(1, 3)", &floats(&[0.0; 2])).contains("copied whole"));
        assert!(refused("'<c8'", "(1, 3)", &[0; 24]).contains("float32"));
        assert!(refused("'<U3'", "(1, 3)", &[0; 36]).contains("float32"));
        std::fs::write(folder.join("X.npy"), "not an array").unwrap();
        assert!(refusal(&folder.join("X.npy")).contains("numpy.save"));
        assert!(refusal(&folder.join("absent.npy")).contains("absent.npy"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            descr in prop::sample::select(vec!["'<f4'", "'>f2'", "'|u1'", "'<U2'", "[('a', '<f4')]", "'"]),
            shape in "\\(([0-9]{1,20}, ?){0,4}\\)",
            fortran in any::<bool>(),
            data in prop::collection::vec(any::<u8>(), 0..64),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = file(folder.path(), descr, fortran, &shape, &data);
            let mut bytes = std::fs::read(&path).unwrap();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(mut array) = FeatureArray::open(&path) {
                let (frames, coefficients) = array.shape();
                let matrix = array.matrix(array.clips() - 1).unwrap();
                prop_assert_eq!(matrix.values.len(), frames * coefficients);
                prop_assert!(array.clips() * matrix.values.len() <= bytes.len());
            }
        }

        #[test]
        fn numbers_come_back_from_either_order(
            rows in prop::collection::vec(prop::collection::vec(-1e30f32..1e30, 6), 1..5),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let shape = format!("({}, 2, 3)", rows.len());
            let columns = (0..3).flat_map(|c| (0..2).map(move |f| 3 * f + c));
            let columns: Vec<f32> = columns.flat_map(|cell| rows.iter().map(move |row| row[cell])).collect();
            for (fortran, values) in [(false, rows.concat()), (true, columns)] {
                let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                let path = file(folder.path(), "'<f4'", fortran, &shape, &data);
                let mut array = FeatureArray::open(&path).unwrap();
                for (clip, row) in rows.iter().enumerate() {
                    prop_assert_eq!(&array.matrix(clip).unwrap().values, row);
                }
            }
        }
    }
}
