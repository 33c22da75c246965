//! `docs/keys.md`: every key of every tab and overlay, from the tables that the program itself follows.

use super::keys::at;
use undertone::present::words::subcommand;
use undertone::ui::input::Row;

/// What a part of the page is called, and the keys that lead there.
const PLACES: [(&str, &str); 22] = [
    ("Data", "1"),
    ("Listen", "2"),
    ("Train", "3"),
    ("Tune", "4"),
    ("Tune: a trial", "4 Enter"),
    ("Report", "5"),
    ("Data: settings (`c`)", "c"),
    ("Data: edit a setting (`c`, Enter)", "c Enter"),
    ("Data: a pattern of names (`N`)", "N"),
    ("Data: the cache (`C`)", "C"),
    ("Data: speech encoders (`E`)", "E"),
    ("Data: published corpora (`a`)", "a"),
    ("Data: what trimming would remove (`t`)", "t"),
    ("Data: this machine (`D`)", "D"),
    ("Data and Train: measurements (`b`)", "b"),
    ("Train: a new run (`n`)", "3 n"),
    ("Train: the log (`L`)", "3 L"),
    ("Train: presets (`P`)", "3 P"),
    ("Train: architectures (`M`)", "3 M"),
    ("Tune: studies (`L`)", "4 L"),
    ("Help (`?`)", "?"),
    ("Actions (`:`)", "Ctrl-p"),
];

fn table(rows: &[Row]) -> String {
    let mut text = "| keys | | subcommand |\n|---|---|---|\n".to_owned();
    for row in rows {
        let keys: Vec<String> = row
            .keys
            .iter()
            .map(|key| format!("`{}`", key.name().replace('|', "\\|")))
            .collect();
        let same = row
            .sends
            .map_or(String::new(), |kind| format!("`{}`", subcommand(kind)));
        text += &format!("| {} | {} | {same} |\n", keys.join(" "), row.help.replace('|', "\\|"));
    }
    text
}

fn page() -> String {
    let places = PLACES.map(|(title, keys)| (title, at(keys).rows()));
    // What a row of every tab says is said once.
    let tabs = &places[..5];
    let everywhere = |row: &Row| {
        tabs.iter()
            .all(|(_, rows)| rows.iter().any(|other| other.help == row.help))
    };
    let shared: Vec<Row> = tabs[0].1.iter().filter(|row| everywhere(row)).copied().collect();
    let mut text = "# Keys\n\nEvery key, and the subcommand that does the same. `?` shows those that hold where one is, `:` finds an \
                    action by its words. `ui.keys` in the settings binds others: `keys = { \"F10\" = \"q\", \"Train N\" = \"n\" }` lets F10 do \
                    everywhere what q does, and N in Train what n does. This page is made from the program's own tables: `UNDERTONE_UPDATE_DOCS=1 cargo test \
                    --test screens keys_page` writes it.\n\n## Everywhere\n\n"
        .to_owned();
    text += &table(&shared);
    for (title, rows) in &places {
        let own: Vec<Row> = rows
            .iter()
            .filter(|row| !shared.iter().any(|other| other.help == row.help))
            .copied()
            .collect();
        text += &format!("\n## {title}\n\n{}", table(&own));
    }
    text
}

#[test]
fn the_page_has_every_key() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let page = page();
    if std::env::var_os("UNDERTONE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == written,
        "docs/keys.md differs; UNDERTONE_UPDATE_DOCS=1 writes it"
    );
}
