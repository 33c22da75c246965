//! The report of a run.

use super::dimensions::{agreement, mean_ccc};
use crate::cli::output::Output;
use crate::engine::{Report, RunReport, RunSummary, Scores};
use crate::present::json;
use crate::present::numbers::{ccc, percent, score};
use crate::present::table::Table;
use crate::present::words;
use std::io;

/// Pairs of labels listed as confused.
const PAIRS: usize = 8;

/// The report of a run.
pub fn report(output: Output, report: &RunReport) -> io::Result<()> {
    output.either(|| json::Report::from(report), || text(report))
}

/// The scores in a line, what has to be said beside them, and how they were obtained.
pub fn scores_line(run: &RunReport) -> String {
    if let Some(own) = &run.report.regression {
        let own = mean_ccc(own);
        let scores = match &run.pooled_dimensions {
            Some(pooled) => format!("test, folds together: {}\nthis fold: {own}", mean_ccc(pooled)),
            None => format!("test: {own}"),
        };
        return format!("{scores}\n{}", run.report.protocol_line);
    }
    let warning = run.coverage.warning().map_or_else(String::new, |words| words + "\n");
    let own = metrics(&run.report.scores);
    let scores = match (&run.pooled, &run.run.folds) {
        (Some(pooled), Some(folds)) => format!(
            "test, {}: {}\n{}\nthis fold: {own}",
            folds.which(),
            metrics(&pooled.report.scores),
            words::mean_of_folds(folds)
        ),
        _ => format!("test: {own}"),
    };
    format!("{scores}\n{warning}{}", run.report.protocol_line)
}

/// Why the run is over, and what its epochs came to on validation.
fn course(run: &RunSummary) -> String {
    let end = run.end.as_ref().map(|end| format!("ended: {end}\n"));
    let best = match run.best_validation_ccc {
        Some(found) => Some(format!("best validation CCC {}", ccc(found))),
        None => run
            .best_validation_uar
            .map(|uar| format!("{} {}", words::BEST_VALIDATION_UAR, percent(uar))),
    };
    let kept = run.kept_epoch.as_ref().map(|kept| {
        let name = words::kept_name(kept);
        format!("{name}, {}: {}", kept.epoch, words::kept_figure(kept))
    });
    let validation = best.into_iter().chain(kept).collect::<Vec<_>>().join("; ");
    let validation = Some(validation).filter(|words| !words.is_empty());
    end.into_iter().chain(validation.map(|words| words + "\n")).collect()
}

pub(super) fn metrics(scores: &Scores) -> String {
    format!(
        "{} {}, accuracy {}, macro F1 {}, weighted F1 {}",
        scores.coverage().uar(),
        percent(scores.unweighted_average_recall),
        percent(scores.accuracy),
        percent(scores.macro_f1),
        percent(scores.weighted_f1)
    )
}

fn text(run: &RunReport) -> String {
    let report = &run.report;
    let head = format!(
        "{}  {} on {}{}\n{}{}\n",
        run.run.id,
        run.run.model,
        run.run.corpora.join("+"),
        match run.run.preset.as_str() {
            "" => String::new(),
            preset => format!(", preset {preset}"),
        },
        course(&run.run),
        scores_line(run)
    );
    if let Some(own) = &report.regression {
        let pooled = run.pooled_dimensions.as_ref();
        let pooled = pooled.map_or_else(String::new, |all| {
            agreement(&all.agreement, "predictions of all folds together:\n")
        });
        let parts = [head, agreement(&own.agreement, ""), pooled, spread(run)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        return parts.join("\n");
    }
    let mut parts = vec![head];
    if let Some(pooled) = &run.pooled {
        parts.push(format!(
            "all {} predictions of {} folds together:\n",
            pooled.report.scores.support,
            run.spread.first().map_or(0, |score| score.values.len())
        ));
        parts.extend(tables(&pooled.report));
        parts.push("this fold:\n".to_owned());
    }
    parts.extend(tables(report));
    parts.push(spread(run));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn tables(report: &Report) -> [String; 5] {
    [
        classes(&report.scores),
        confusion(report),
        confused(report),
        groups("corpus", &report.by_corpus),
        groups("gender", &report.by_gender),
    ]
}

pub(super) fn classes(scores: &Scores) -> String {
    let mut table = Table::new(1, &["class", "precision", "recall", "F1", "support"]);
    let number = |value: f64| format!("{value:.3}");
    for class in &scores.classes {
        table.row([
            class.label.clone(),
            number(class.precision),
            number(class.recall),
            number(class.f1),
            class.support.to_string(),
        ]);
    }
    for (name, precision, recall, f1) in [
        (
            "macro average",
            scores.macro_precision,
            scores.macro_recall,
            scores.macro_f1,
        ),
        (
            "weighted average",
            scores.weighted_precision,
            scores.weighted_recall,
            scores.weighted_f1,
        ),
    ] {
        table.row([
            name.to_owned(),
            number(precision),
            number(recall),
            number(f1),
            scores.support.to_string(),
        ]);
    }
    table.render()
}

pub(super) fn confusion(report: &Report) -> String {
    let headings: Vec<&str> = std::iter::once("true \\ predicted")
        .chain(report.labels.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(1, &headings);
    for ((label, counts), shares) in report
        .labels
        .iter()
        .zip(&report.confusion)
        .zip(&report.confusion_normalised)
    {
        let cells = counts
            .iter()
            .zip(shares)
            .map(|(count, share)| format!("{count} ({:.0} %)", 100.0 * share));
        table.row(std::iter::once(label.clone()).chain(cells));
    }
    table.render()
}

pub(super) fn confused(report: &Report) -> String {
    if report.most_confused.is_empty() {
        return String::new();
    }
    let mut text = "most confused:\n".to_owned();
    for (label, predicted, clips) in report.most_confused.iter().take(PAIRS) {
        text += &format!("  {label} predicted as {predicted}: {clips}\n");
    }
    text
}

pub(super) fn groups(title: &str, groups: &[(String, Scores)]) -> String {
    let mut table = Table::new(1, &[title, "UAR %", "accuracy %", "macro F1 %", "clips", "classes"]);
    for (name, scores) in groups {
        table.row([
            name.clone(),
            score(Some(scores.unweighted_average_recall)),
            score(Some(scores.accuracy)),
            score(Some(scores.macro_f1)),
            scores.support.to_string(),
            scores.coverage().tested.to_string(),
        ]);
    }
    table.render()
}

fn spread(run: &RunReport) -> String {
    let Some(first) = run.spread.first() else {
        return String::new();
    };
    let regression = run.report.regression.is_some();
    let (mean, deviation) = if regression {
        ("mean", "deviation")
    } else {
        ("mean %", "deviation %")
    };
    let number = |value: f64| {
        if regression {
            format!("{value:.3}")
        } else {
            score(Some(value))
        }
    };
    let mut table = Table::new(1, &[&format!("over {} folds", first.values.len()), mean, deviation]);
    for over in &run.spread {
        table.row([over.score.clone(), number(over.mean), number(over.deviation)]);
    }
    table.render()
}
