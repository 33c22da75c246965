//! Imported features as a recipe in the user's settings file.

use super::{FILE, Settings, SettingsError};
use crate::features::Import;
use crate::files;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table, value};

/// Writes `[recipes.NAME.import]` into the settings file, which is made when there is none; everything else in
/// it stays as it is, comments too.
///
/// # Errors
/// [`SettingsError`] when a recipe that computes features has that name, or the file cannot be read or written.
pub fn add_import(settings: &Settings, name: &str, import: &Import) -> Result<(), SettingsError> {
    let path = settings.source.file.as_deref().unwrap_or(Path::new(FILE));
    let refuse = |problem: String| SettingsError {
        place: path.display().to_string(),
        key: format!("recipes.{name}"),
        problem,
    };
    if settings.recipes.get(name).is_some_and(|recipe| recipe.import.is_none()) {
        let problem = "a recipe that computes features has this name; give the import another with --name";
        return Err(refuse(problem.to_owned()));
    }
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| refuse(error.to_string()))?,
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| refuse(error.to_string()))?;
    let folder = import
        .folder
        .to_str()
        .ok_or_else(|| refuse("the folder's name is not UTF-8, which settings cannot hold; rename it".to_owned()))?;
    let mut table = Table::new();
    table["folder"] = value(folder);
    table["frames"] = value(import.frames as i64);
    table["coefficients"] = value(import.coefficients as i64);
    table["fingerprint"] = value(import.fingerprint.as_str());
    let recipes = document.entry("recipes").or_insert_with(|| Item::Table(implicit()));
    let recipes = recipes
        .as_table_like_mut()
        .ok_or_else(|| refuse("`recipes` is no table".to_owned()))?;
    let recipe = recipes.entry(name).or_insert_with(|| Item::Table(implicit()));
    let recipe = recipe
        .as_table_like_mut()
        .ok_or_else(|| refuse("it is no table".to_owned()))?;
    recipe.insert("import", Item::Table(table));
    files::replace(path, document.to_string().as_bytes()).map_err(|error| refuse(error.to_string()))
}

/// A table without a heading of its own.
fn implicit() -> Table {
    let mut table = Table::new();
    table.set_implicit(true);
    table
}

#[cfg(test)]
mod tests {
    use super::super::load_settings;
    use super::*;

    #[test]
    fn an_import_is_written_beside_what_is_there_and_is_a_recipe() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workbench.toml");
        std::fs::write(&file, "# mine\nseed = 7 # lucky\n").unwrap();
        let mut import = Import {
            folder: "/data/w2v".into(),
            frames: 1,
            coefficients: 768,
            fingerprint: "ab".to_owned(),
        };
        for name in ["w2v", "a name"] {
            let settings = load_settings(Some(&file), &[]).unwrap();
            add_import(&settings, name, &import).unwrap();
        }
        import.frames = 2;
        add_import(&load_settings(Some(&file), &[]).unwrap(), "w2v", &import).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# mine\nseed = 7 # lucky\n"), "{text}");
        let chosen = [("recipe".to_owned(), "w2v".to_owned())];
        let settings = load_settings(Some(&file), &chosen).unwrap();
        assert_eq!(settings.recipe().unwrap().shape(), (2, 768));
        assert_eq!(
            settings.recipes["a name"].import.as_ref().map(|import| import.frames),
            Some(1)
        );
        let error = add_import(&settings, "mfcc_zcr_rms", &import).unwrap_err().to_string();
        assert!(error.contains("--name"), "{error}");
        let config = super::super::rows(&settings);
        assert!(
            config
                .rows
                .iter()
                .any(|row| row.key == "recipes.w2v.import.frames" && !row.setting.help.is_empty())
        );
        assert!(!config.rows.iter().any(|row| row.key == "recipes.w2v.hop_length"));

        std::fs::write(&file, text.replace("frames = 2", "frames = 0")).unwrap();
        let error = load_settings(Some(&file), &[]).unwrap_err().to_string();
        assert!(error.contains("recipes.w2v.import.frames"), "{error}");
        std::fs::write(&file, text.replace("frames = 2", "frame = 2")).unwrap();
        let error = load_settings(Some(&file), &[]).unwrap_err().to_string();
        assert!(
            error.contains("recipes.w2v.import") && error.contains("frame"),
            "{error}"
        );
    }
}
