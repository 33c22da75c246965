use super::*;
use crate::present::filter::{Cell, Searched};
use proptest::prelude::*;

/// A row with two speakers, a score, no reason, and a parameter that is a number or a text.
struct Row {
    score: f64,
    rate: &'static str,
}

impl Searched for Row {
    fn any(&self, field: &str, test: &mut dyn FnMut(Cell<'_>) -> bool) -> bool {
        match field {
            "speaker" => test("1001".into()) || test("Élodie B".into()),
            "uar" => test(super::super::condition::percent(self.score)),
            "created" => test("2026-11-30 14:05".into()),
            "training.rate" => test(self.rate.into()),
            _ => false,
        }
    }

    fn text(&self) -> String {
        "CRNN on crema-d, a >=b".to_owned()
    }
}

const ROW: Row = Row {
    score: 0.5874,
    rate: "0.002",
};

fn fields() -> Fields {
    let mut fields = Fields::new(&[
        ("speaker", Kind::Text),
        ("uar", Kind::Number),
        ("reason", Kind::Text),
        ("created", Kind::Date),
    ]);
    fields.push("training.rate".to_owned(), Kind::Any);
    fields
}

fn passes(filter: &str) -> bool {
    Query::read(filter, &fields()).unwrap().passes(&ROW)
}

#[test]
fn terms_hold_as_they_are_defined() {
    for filter in [
        "",
        "  ",
        "crnn",
        "CREMA crnn",
        "!mfcc",
        "\"on crema\"",
        "\">=b\"",
        "!\"on  crema\"",
        "speaker=1001",
        "speaker=\"élodie b\"",
        "speaker!=1002",
        "!speaker=1002",
        "speaker~elo !speaker~elo",
        "uar>58 uar<59",
        "uar=58.7",
        "uar=58.7%",
        "uar==58.7",
        "uar>=58.7 uar<=58.7",
        "uar~8.7",
        "reason=\"\"",
        "reason!=x",
        "speaker!=\"\"",
        "created>=2026-11-30 created<=2026-11-30",
        "created=2026-11 created<2026-12",
        "training.rate=2e-3",
        "rate<0.01 rate>0.001",
        "UAR>1",
        "!",
    ] {
        if filter.contains("~elo !") {
            assert!(!passes(filter), "{filter}");
        } else {
            assert!(passes(filter), "{filter}");
        }
    }
    for filter in [
        "mfcc",
        "!crnn",
        "crnn mfcc",
        "speaker=100",
        "speaker!=1001",
        "uar>58.7",
        "uar>60",
        "reason!=\"\"",
        "reason=x",
        "created>2026-11-30",
        "rate=0.02",
        "rate=adam",
    ] {
        assert!(!passes(filter), "{filter}");
    }
}

#[test]
fn a_mistake_is_named_at_its_column_with_the_remedy() {
    let mistake = |filter: &str| {
        let mistake = Query::read(filter, &fields()).unwrap_err();
        (mistake.column(), mistake.to_string())
    };
    let (column, words) = mistake("é crnn uarr>60");
    assert_eq!(column, 8);
    assert!(
        words.contains("`uarr`") && words.contains("speaker, uar, reason, created, training.rate"),
        "{words}"
    );
    let before = |text: &str| Query::read(text, &fields()).unwrap_err().before(text).to_owned();
    assert_eq!(before("é crnn uarr>60 x"), "é crnn");
    assert_eq!(before("uar>x"), "");
    assert_eq!(before("a uar>"), "a");
    assert!(matches!(mistake("crnn uar>"), (10, words) if words.contains("a value is missing after `uar>`")));
    assert!(matches!(mistake("uar>x"), (5, words) if words.contains("`x` is no number")));
    assert!(matches!(mistake("rate>adam"), (6, _)));
    assert!(matches!(mistake("!speaker>=3"), (9, words) if words.contains("not by >=")));
    assert!(matches!(mistake("crnn \"two words"), (6, _)));
    assert!(matches!(mistake("speaker=\"two words"), (9, _)));
}

#[test]
fn what_is_no_comparison_is_a_word_as_before() {
    for word in [
        "'exact",
        "^start",
        "end$",
        "#tag",
        "=x",
        ">5",
        "a/b=c",
        r"two\ words",
        "it's",
        "c++",
        "x!y",
    ] {
        let query = Query::read(word, &fields()).unwrap();
        assert_eq!(query.terms, [Term::new(false, Test::Word(word.to_owned()))]);
    }
}

fn term() -> impl Strategy<Value = Term> {
    let names = prop::sample::select(vec![
        ("speaker", Kind::Text),
        ("uar", Kind::Number),
        ("created", Kind::Date),
        ("training.rate", Kind::Any),
    ]);
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let condition = (names, operator, ".+", -1e3..1e3).prop_filter_map(
        "a text has no order",
        |((name, kind), operator, text, number): (_, Operator, String, f64)| {
            let ordered = operator.orders() && kind == Kind::Text;
            let value = match kind {
                Kind::Text | Kind::Date => text,
                Kind::Number | Kind::Any => number.to_string(),
            };
            (!ordered).then(|| {
                Test::Compare(Condition {
                    field: name.to_owned(),
                    kind,
                    operator,
                    value,
                })
            })
        },
    );
    let word = "[#'^a-z][a-z0-9'$/]{0,8}".prop_map(Test::Word);
    let phrase = ".*".prop_map(Test::Phrase);
    (any::<bool>(), prop_oneof![condition, word, phrase]).prop_map(|(negated, test)| Term::new(negated, test))
}

proptest! {
    #[test]
    fn nothing_that_is_typed_is_too_much(text in ".{0,60}") {
        match Query::read(&text, &fields()) {
            Ok(query) => {
                query.passes(&ROW);
                let again = Query::read(&query.to_string(), &fields()).unwrap();
                prop_assert_eq!(again.terms, query.terms);
            }
            Err(mistake) => prop_assert!((1..=text.chars().count() + 1).contains(&mistake.column())),
        }
    }

    #[test]
    fn nor_is_what_looks_like_a_filter(text in "[ !\"=<>~a-z.1\\\\uar]{0,40}") {
        if let Ok(query) = Query::read(&text, &fields()) {
            let again = Query::read(&query.to_string(), &fields()).unwrap();
            prop_assert_eq!(again.terms, query.terms);
        }
    }

    #[test]
    fn a_filter_is_read_as_it_is_written(terms in prop::collection::vec(term(), 0..6)) {
        let query = Query { text: String::new(), terms };
        let again = Query::read(&query.to_string(), &fields()).unwrap();
        prop_assert_eq!(again.terms, query.terms);
    }
}
