//! Circles of modules: of two modules beside each other only one may need the other, however long the detour.
//!
//! Modules beside each other are files or folders of one parent; a folder needs what any file in it needs. A module
//! needs another one when it names a path into it, or a name that the parent re-exports from it. What a file's tests
//! name does not count.

use super::{Source, absolute, module, test_modules};
use std::collections::{BTreeMap, BTreeSet};

/// Modules of one parent that may need each other: the path of the parent, and their names.
pub type Allowed<'a> = &'a [(&'a str, &'a [&'a str])];

/// What each of the modules beside each other needs of the others, and where it says so first.
type Siblings = BTreeMap<String, BTreeMap<String, String>>;

/// Every circle that is not allowed, with the lines that make it one; and what is allowed without need.
pub fn circles(sources: &BTreeMap<&str, Source>, allowed: Allowed) -> Vec<String> {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for (parent, siblings) in needs(sources) {
        let parent = parent.join("/");
        for circle in components(&siblings) {
            let covering = allowed
                .iter()
                .position(|(at, names)| *at == parent && circle.iter().all(|name| names.contains(&&**name)));
            match covering {
                Some(index) => drop(used.insert(index)),
                None => found.push(describe(&parent, &circle, &siblings)),
            }
        }
    }
    for (_, (parent, names)) in allowed.iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        let names = names.join(", ");
        found.push(format!(
            "src/{parent}: {names} no longer need each other; take them off the list"
        ));
    }
    found
}

fn describe(parent: &str, circle: &BTreeSet<String>, siblings: &Siblings) -> String {
    let names: Vec<&str> = circle.iter().map(String::as_str).collect();
    let mut text = format!("src/{parent}: {} need each other", names.join(", "));
    for name in circle {
        for (needed, line) in siblings[name].iter().filter(|(needed, _)| circle.contains(*needed)) {
            text.push_str(&format!("\n  {line}: {name} needs {needed}"));
        }
    }
    text
}

/// By the path of the parent.
fn needs(sources: &BTreeMap<&str, Source>) -> BTreeMap<Vec<String>, Siblings> {
    let modules: BTreeMap<Vec<String>, &Source> = sources.iter().map(|(path, source)| (module(path), source)).collect();
    let tests = test_modules(sources);
    let mut needs = BTreeMap::<_, Siblings>::new();
    for (path, source) in sources {
        let module = module(path);
        if tests.iter().any(|test| module.starts_with(test)) {
            continue;
        }
        for named in source.paths.iter().filter(|named| !named.test) {
            let Some(target) = absolute(&module, &named.inline, &named.segments) else {
                continue;
            };
            let target = resolve(target, &modules);
            let common = module
                .iter()
                .zip(&target)
                .take_while(|(one, other)| one == other)
                .count();
            // Above the rooms the floors hold; a file that names its parent or its own content needs no sibling.
            let (Some(from), Some(to)) = (module.get(common), target.get(common)) else {
                continue;
            };
            let sibling = [&target[..common], &[to.clone()]].concat();
            if common > 0 && modules.contains_key(&sibling) {
                let siblings = needs.entry(module[..common].to_vec()).or_default();
                let needed = siblings.entry(from.clone()).or_default();
                let line = || format!("src/{path}:{}", named.line);
                needed.entry(to.clone()).or_insert_with(line);
            }
        }
    }
    needs
}

/// Where a path leads when it goes by way of re-exports.
fn resolve(mut path: Vec<String>, modules: &BTreeMap<Vec<String>, &Source>) -> Vec<String> {
    for _ in 0..8 {
        let depth = (0..=path.len())
            .rev()
            .find(|depth| modules.contains_key(&path[..*depth]));
        let Some((depth, source)) = depth.and_then(|depth| Some((depth, modules.get(&path[..depth])?))) else {
            return path;
        };
        let Some(name) = path.get(depth) else { return path };
        let (parent, rest) = (&path[..depth], &path[depth + 1..]);
        let imported = source
            .paths
            .iter()
            .filter(|named| named.inline.is_empty() && !named.test)
            .find_map(|named| {
                let (last, before) = named.segments.split_last()?;
                if before.is_empty() || last != name {
                    return None;
                }
                let child = [parent, &before[..1]].concat();
                match absolute(parent, &[], &named.segments) {
                    Some(target) => Some(target),
                    None => modules.contains_key(&child).then(|| [parent, &named.segments].concat()),
                }
            });
        match imported {
            Some(target) if target != path => path = [&*target, rest].concat(),
            _ => return path,
        }
    }
    path
}

/// Sets of two or more modules each of which reaches all others of the set.
fn components(siblings: &Siblings) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = siblings
        .keys()
        .map(|start| {
            let mut seen = BTreeSet::new();
            let mut open = vec![start];
            while let Some(name) = open.pop() {
                let next = siblings.get(name).into_iter().flat_map(BTreeMap::keys);
                open.extend(next.filter(|name| seen.insert(*name)));
            }
            (start, seen)
        })
        .collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (start, from_here) in &reached {
        let back = |name: &&&String| reached.get(**name).is_some_and(|seen| seen.contains(*start));
        let circle: BTreeSet<String> = from_here.iter().filter(back).map(|name| (*name).clone()).collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], allowed: Allowed) -> Vec<String> {
        let sources = files.iter().map(|(path, text)| (*path, Source::read(text)));
        circles(&sources.collect(), allowed)
    }

    /// A pair of files that need each other, in every way in which one can name the other.
    #[test]
    fn a_circle_is_found_however_it_is_named() {
        let ways: [&[(&str, &str)]; 8] = [
            &[("audio/a.rs", "use super::b::B;"), ("audio/b.rs", "use super::a;")],
            &[
                ("audio/a.rs", "fn f() { super::b::g() }"),
                ("audio/b.rs", "fn g() { crate::audio::a::f() }"),
            ],
            // By way of what the parent re-exports, also under another name within.
            &[
                (
                    "audio/mod.rs",
                    "mod a; mod b; pub use a::A; pub use self::b::{inner::B, other};",
                ),
                ("audio/a.rs", "use super::B;"),
                ("audio/b.rs", "use crate::audio::A;"),
            ],
            &[
                ("audio/mod.rs", "pub use b::B;"),
                ("audio/b/mod.rs", "pub use inner::B; use super::a::A;"),
                ("audio/b/inner.rs", "struct B;"),
                ("audio/a.rs", "use super::{b::B};"),
            ],
            // Three of them.
            &[
                ("audio/a.rs", "use super::b::B;"),
                ("audio/b.rs", "use super::c::C;"),
                ("audio/c.rs", "use super::a::A;"),
            ],
            // A folder needs what its files need.
            &[
                ("audio/a.rs", "use super::b::B;"),
                ("audio/b/mod.rs", ""),
                ("audio/b/c.rs", "use crate::audio::a::A;"),
            ],
            // Within a module of the file.
            &[
                ("audio/a.rs", "mod inner { use super::super::b; }"),
                ("audio/b.rs", "use super::a::inner::A;"),
            ],
            // Deeper.
            &[
                ("audio/x/a.rs", "use super::b::B;"),
                ("audio/x/b.rs", "use super::a::A;"),
            ],
        ];
        for (index, files) in ways.into_iter().enumerate() {
            // The child modules have to be there to be named.
            let mut files = files.to_vec();
            if files.iter().all(|(path, _)| *path != "audio/mod.rs") {
                files.push(("audio/mod.rs", ""));
            }
            let found = check(&files, &[]);
            assert_eq!(found.len(), 1, "{index}: {found:?}");
            assert!(
                found[0].contains("need each other") && found[0].contains("audio/"),
                "{index}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_no_circle_is_left_alone() {
        let files = [
            (
                "audio/mod.rs",
                "mod a; mod b; pub use a::A; pub use b::B; fn f() { a::g() }",
            ),
            // Its own content, its parent's, another room's, and what only tests need.
            (
                "audio/a.rs",
                "use super::B; use self::inner::C; use super::f; use crate::files::A;",
            ),
            (
                "audio/b.rs",
                "use std::b::A; #[cfg(test)] mod tests { use super::super::A; } /* use super::a; */",
            ),
            ("audio/c.rs", "#[cfg(test)] mod tests; use super::A;"),
            ("audio/c/tests.rs", "use super::super::d;"),
            ("audio/d.rs", "use super::c;"),
            ("files.rs", "use crate::audio::A;"),
        ];
        assert_eq!(check(&files, &[]), [""; 0]);
    }

    #[test]
    fn a_circle_may_be_allowed_by_name_for_as_long_as_there_is_one() {
        let pair = [
            ("audio/a.rs", "use super::b::B;"),
            ("audio/b.rs", "use super::a;"),
            ("audio/mod.rs", ""),
        ];
        assert_eq!(check(&pair, &[("audio", &["a", "b", "c"])]), [""; 0]);
        assert_eq!(check(&pair, &[("audio", &["a", "c"])]).len(), 2);
        assert_eq!(check(&pair[1..], &[("audio", &["a", "b"])]).len(), 1);
        assert!(check(&pair, &[])[0].contains("\n  src/audio/a.rs:1: a needs b\n  src/audio/b.rs:1: b needs a"));
    }
}
