//! A page of the documentation, taken apart.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What a page says that can be checked.
pub struct Page {
    /// Its path below the repository.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Blocks of code.
    pub blocks: Vec<Block>,
    /// Code within the text, with the place it stands at.
    pub spans: Vec<(String, String)>,
    /// Where links and pictures lead, with the place they stand at.
    pub links: Vec<(String, String)>,
    /// The anchors of its headings.
    pub anchors: Vec<String>,
}

/// A block of code.
pub struct Block {
    /// What stands behind the fence.
    pub language: String,
    /// Its lines, with the place each stands at.
    pub lines: Vec<(String, String)>,
    /// The comment right before it: what is not done with it, and why.
    pub mark: Option<String>,
}

impl Block {
    /// The reason why this is not done with the block, from the comment `WORDS: REASON` before it.
    pub fn reason(&self, words: &str) -> Option<&str> {
        let rest = self.mark.as_deref()?.strip_prefix(words)?;
        let reason = rest.strip_prefix(':').unwrap_or_default().trim();
        let place = &self.lines[0].0;
        assert!(
            !reason.is_empty(),
            "{place}: `{words}` needs a reason, as `{words}: trains for minutes`"
        );
        Some(reason)
    }
}

impl Page {
    /// Reads and takes apart a page.
    pub fn read(root: &Path, name: &str) -> Self {
        let path = root.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut page = Self {
            name: name.to_owned(),
            path,
            text: text.clone(),
            blocks: Vec::new(),
            spans: Vec::new(),
            links: Vec::new(),
            anchors: Vec::new(),
        };
        let line = |range: &Range<usize>| text[..range.start].matches('\n').count() + 1;
        let place = |number: usize| format!("{name}:{number}");
        let (mut mark, mut block, mut heading) = (None, None::<Block>, None::<String>);
        for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Html(html) => {
                    let comment = html
                        .trim()
                        .strip_prefix("<!--")
                        .and_then(|rest| rest.strip_suffix("-->"));
                    // Others are for readers of the source.
                    mark = comment
                        .map(|comment| comment.trim().to_owned())
                        .filter(|comment| comment.starts_with("not "));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = match kind {
                        CodeBlockKind::Fenced(language) => language.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    let (lines, mark) = (Vec::new(), mark.take());
                    block = Some(Block { language, lines, mark });
                }
                Event::Text(code) if block.is_some() => {
                    let first = line(&range);
                    let lines = code.lines().enumerate();
                    let lines = lines.map(|(index, code)| (place(first + index), code.to_owned()));
                    block.iter_mut().for_each(|block| block.lines.extend(lines.clone()));
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.anchors.extend(heading.take().map(|heading| anchor(&heading))),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((place(line(&range)), dest_url.to_string()));
                }
                Event::Text(words) => heading.iter_mut().for_each(|heading| *heading += &words),
                Event::Code(code) => {
                    heading.iter_mut().for_each(|heading| *heading += &code);
                    page.spans.push((place(line(&range)), code.to_string()));
                }
                Event::Start(Tag::Paragraph) => {
                    assert!(
                        mark.is_none(),
                        "{}: `{mark:?}` stands before no block",
                        place(line(&range))
                    );
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars()
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
        .collect()
}
