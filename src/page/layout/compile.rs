//! From the text of layout files to one checked set of rules.

use std::collections::BTreeMap;

use super::dates::DateWords;
use super::error::{LayoutError, line_of};
use super::file::FileBuild;
use super::forms::Forms;
use super::openings::Openings;
use super::raw::RawLayout;
use super::sites::Sites;
use super::small_words::SmallWords;
use super::source::Source;
use super::{LayoutFile, Layouts, Marker, Rule, RuleKind};
use crate::page::text::language_tag::primary;

/// Compiles files in the order of their names, whatever order they come in.
pub(super) fn compile(sources: impl Iterator<Item = Source>) -> (Layouts, Vec<LayoutError>) {
    let mut sources: Vec<_> = sources.collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let mut build = Build::default();
    for source in &sources {
        build.file(source);
    }
    build.finish()
}

/// What the files say together, as far as they are read.
#[derive(Default)]
pub(super) struct Build {
    pub rules: Vec<(Rule, Vec<String>)>,
    pub dates: DateWords,
    pub openings: Openings,
    pub words: SmallWords,
    pub common: Vec<(Box<str>, Box<str>)>,
    pub sites: Sites,
    files: Vec<LayoutFile>,
    pub errors: Vec<LayoutError>,
}

impl Build {
    fn file(&mut self, source: &Source) {
        let raw: RawLayout = match toml::from_str(&source.text) {
            Ok(raw) => raw,
            Err(error) => {
                self.errors.push(LayoutError {
                    file: source.path.clone(),
                    line: error.span().map(|span| line_of(&source.text, span.start)),
                    problem: error.message().trim().to_owned(),
                    fix: "config/layouts/en.toml explains every key".to_owned(),
                });
                return;
            }
        };
        let before = self.rules.len();
        let tag = raw.language.as_ref().map_or("", |language| language.get_ref().as_str());
        let language = primary(tag);
        FileBuild { source, tag, language, site: None, build: self }.all(&raw);
        let added = self.rules.get(before..).unwrap_or_default();
        self.files.push(LayoutFile {
            name: source.name.clone(),
            language: tag.to_owned(),
            hosts: raw
                .site
                .iter()
                .flat_map(|site| &site.hosts)
                .map(|host| host.get_ref().clone())
                .collect(),
            title: raw.title,
            builtin: source.builtin,
            rules: added.len(),
            forms: added.iter().map(|(_, forms)| forms.len()).sum(),
        });
    }

    fn finish(mut self) -> (Layouts, Vec<LayoutError>) {
        self.common.sort();
        self.common.dedup_by(|a, b| a.0 == b.0);
        self.rules.sort_by(|(a, _), (b, _)| {
            (a.site.is_none(), &a.language, &a.file, &a.name).cmp(&(
                b.site.is_none(),
                &b.language,
                &b.file,
                &b.name,
            ))
        });
        let mut patterns: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (id, (rule, forms)) in (0..).zip(&self.rules) {
            let is_furniture = matches!(rule.kind, RuleKind::Furniture(_));
            let spaced = forms.iter().filter(|_| is_furniture).filter_map(|form| spaced(form));
            for form in forms.iter().cloned().chain(spaced) {
                patterns.entry(form).or_default().push(id);
            }
        }
        let glued = |(rule, _): &&(Rule, Vec<String>)| {
            matches!(rule.kind, RuleKind::Marker(Marker { glued: true, .. }))
        };
        let glued = self.rules.iter().filter(glued).flat_map(|(_, forms)| forms);
        let shorter = shorter(patterns.keys().map(String::as_str));
        let forms = patterns.keys().map(String::as_str);
        let forms = Forms::new(forms, glued.map(String::as_str));
        let patterns: Vec<_> = patterns.into_values().collect();
        let rules = self.rules.into_iter().map(|(rule, _)| rule).collect();
        (
            Layouts {
                rules,
                patterns,
                shorter,
                forms,
                dates: self.dates,
                openings: self.openings,
                words: self.words,
                common: self.common,
                sites: self.sites,
                files: self.files,
            },
            self.errors,
        )
    }
}

/// A form that ends in a colon, with a space before it: as many print it so.
fn spaced(form: &str) -> Option<String> {
    form.strip_suffix(':').filter(|words| !words.ends_with(' ')).map(|words| format!("{words} :"))
}

/// For each form, in the order of their letters, the longest other one that it begins with, and its bytes.
fn shorter<'f>(forms: impl Iterator<Item = &'f str>) -> Vec<Option<(u32, usize)>> {
    let mut open: Vec<(u32, &str)> = Vec::new();
    let mut shorter = Vec::new();
    for (id, form) in (0..).zip(forms) {
        while open.pop_if(|(_, begun)| !form.starts_with(*begun)).is_some() {}
        shorter.push(open.last().map(|(id, begun)| (*id, begun.len())));
        open.push((id, form));
    }
    shorter
}
