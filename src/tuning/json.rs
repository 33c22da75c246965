//! JSON as Python's `json` module writes and reads it: with bare `NaN`, `Infinity` and `-Infinity`,
//! which the standard does not know, and with every float exact to its last bit.

use crate::tuning::{TuningError, Value};
use std::collections::BTreeMap;

/// Deeper nesting is refused: it would be no attribute that anyone wrote.
const MAX_DEPTH: usize = 128;

/// Reads one value; only white space may follow it.
///
/// # Errors
/// [`TuningError::Json`], with the byte where it went wrong.
pub fn read(text: &str) -> Result<Value, TuningError> {
    match read_first(text)? {
        (value, end) if end == text.len() => Ok(value),
        (_, position) => Err(TuningError::Json {
            position,
            problem: "something follows the value",
        }),
    }
}

/// Reads the value that a text begins with; also returns where what follows it begins, white space left out.
///
/// # Errors
/// As [`read`].
pub fn read_first(text: &str) -> Result<(Value, usize), TuningError> {
    let mut reader = Reader { text, position: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    Ok((value, reader.position))
}

struct Reader<'a> {
    text: &'a str,
    position: usize,
}

impl Reader<'_> {
    fn error(&self, problem: &'static str) -> TuningError {
        TuningError::Json {
            position: self.position,
            problem,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.position..].starts_with(word.as_bytes());
        if found {
            self.position += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, TuningError> {
        if depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => self.number(),
            _ if self.take("null") => Ok(Value::Null),
            _ if self.take("true") => Ok(Value::Bool(true)),
            _ if self.take("false") => Ok(Value::Bool(false)),
            _ => Err(self.error("a value is missing")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, TuningError> {
        self.position += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            if !self.take(",") {
                return Err(self.error("`,` or `]` is missing"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, TuningError> {
        self.position += 1;
        let mut entries = BTreeMap::new();
        self.skip_space();
        if self.take("}") {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key is missing"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.take(":") {
                return Err(self.error("`:` is missing"));
            }
            entries.insert(key, self.value(depth + 1)?);
            self.skip_space();
            if self.take("}") {
                return Ok(Value::Object(entries));
            }
            if !self.take(",") {
                return Err(self.error("`,` or `}` is missing"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, TuningError> {
        for (word, number) in [
            ("NaN", f64::NAN),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            if self.take(word) {
                return Ok(Value::Float(number));
            }
        }
        let start = self.position;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.position += 1;
        }
        let digits = &self.text[start..self.position];
        if !digits.contains(['.', 'e', 'E'])
            && let Ok(number) = digits.parse()
        {
            return Ok(Value::Int(number));
        }
        match digits.parse() {
            Ok(number) => Ok(Value::Float(number)),
            Err(_) => {
                self.position = start;
                Err(self.error("not a number"))
            }
        }
    }

    fn string(&mut self) -> Result<String, TuningError> {
        self.position += 1;
        let mut out = String::new();
        loop {
            let start = self.position;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.position += 1;
            }
            out.push_str(&self.text[start..self.position]);
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error("a string does not end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, TuningError> {
        self.position += 1;
        let kind = self.peek();
        self.position += 1;
        match kind {
            Some(b'"') => Ok('"'),
            Some(b'\\') => Ok('\\'),
            Some(b'/') => Ok('/'),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => {
                let high = self.code_unit()?;
                if (0xd800..0xdc00).contains(&high) {
                    let before = self.position;
                    if self.take("\\u") {
                        let low = self.code_unit()?;
                        if (0xdc00..0xe000).contains(&low) {
                            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        }
                        self.position = before;
                    }
                }
                // Python writes half a surrogate pair for a broken text; no Rust string can hold one.
                Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => {
                self.position -= 1;
                Err(self.error("unknown escape"))
            }
        }
    }

    fn code_unit(&mut self) -> Result<u32, TuningError> {
        let digits = self.text.get(self.position..self.position + 4);
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.position += 4;
                Ok(code)
            }
            None => Err(self.error("four hexadecimal digits are missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_that_the_standard_forbids_are_read_and_written_bare() {
        let text = r#"{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN, Infinity"}"#;
        let value = read(text).unwrap();
        assert!(value.get("a").unwrap().number().unwrap().is_nan());
        assert_eq!(value.get("c").unwrap().text(), Some("NaN, Infinity"));
        assert_eq!(value.to_json(), text);
    }

    #[test]
    fn floats_come_back_to_the_last_bit() {
        for text in [
            "0.7000000000000001",
            "1e-07",
            "5e-324",
            "1.7976931348623157e308",
            "0.1",
            "-0.0",
            "1e22",
        ] {
            let number: f64 = text.parse().unwrap();
            let value = read(text).unwrap();
            assert_eq!(value.number().unwrap().to_bits(), number.to_bits());
            assert_eq!(
                read(&value.to_json()).unwrap().number().unwrap().to_bits(),
                number.to_bits()
            );
        }
        assert_eq!(Value::Float(1.0).to_json(), "1.0");
        assert_eq!(read("12").unwrap(), Value::Int(12));
        assert_eq!(
            read("12345678901234567890").unwrap(),
            Value::Float(12_345_678_901_234_567_890.0)
        );
    }

    #[test]
    fn texts_keep_every_character() {
        assert_eq!(
            read(r#""\u00e9\"\ud83d\ude00\n""#).unwrap(),
            Value::Text("é\"😀\n".into())
        );
        let text = Value::Text("tab\t quote\" back\\ bell\u{7} é😀".into());
        assert_eq!(read(&text.to_json()).unwrap(), text);
        assert_eq!(read(r#""\ud83d""#).unwrap(), Value::Text("\u{fffd}".into()));
    }

    #[test]
    fn what_is_no_json_is_refused_and_never_crashes() {
        for text in [
            "",
            "{",
            "[1,",
            "{\"a\"}",
            "nul",
            "\"a",
            "1 2",
            "--1",
            "{\"a\":1,}",
            "\"\\u12",
            "\"\\",
            "\"\\ué\"",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    /// Anything that a journal can hold.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_a_torn_tail_never_is(value in any_value(), cut in any::<prop::sample::Index>()) {
            let text = Value::Array(vec![value]).to_json();
            // As text: NaN is equal to nothing.
            prop_assert_eq!(read(&text).unwrap().to_json(), text.clone());
            prop_assert_eq!(read_first(&format!("{text} {{")).unwrap().1, text.len() + 1);
            let mut cut = cut.index(text.len());
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            prop_assert!(read(&text[..cut]).is_err());
        }

        #[test]
        fn any_text_is_read_or_refused_where_it_goes_wrong(text in "[\\[\\]{}\"\\\\u:,0-9eE+.NaInfinity -]{0,40}|\\PC{0,40}") {
            match read_first(&text) {
                Ok((_, end)) => prop_assert!(text.is_char_boundary(end)),
                Err(TuningError::Json { position, .. }) => prop_assert!(position <= text.len()),
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
