//! From the text of layout files to one checked set of rules.

use std::collections::BTreeMap;

use toml::Spanned;

use super::dates::{DateWord, DateWords, HalfDay};
use super::error::{LayoutError, line_of};
use super::forms::Forms;
use super::openings::{Opening, Openings};
use super::raw::{
    Field, RawDates, RawFurniture, RawLabel, RawLayout, RawMarker, RawOpenings, RawPlain, RawSite,
    RawWords,
};
use super::sites::{Site, Sites};
use super::small_words::SmallWords;
use super::source::Source;
use super::{Furniture, Label, LayoutFile, Layouts, Marker, Rule, RuleKind};
use crate::page::text::language_tag::primary;
use crate::page::text::spelling::folded;

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

#[derive(Default)]
struct Build {
    rules: Vec<(Rule, Vec<String>)>,
    dates: DateWords,
    openings: Openings,
    words: SmallWords,
    common: Vec<(Box<str>, Box<str>)>,
    sites: Sites,
    files: Vec<LayoutFile>,
    errors: Vec<LayoutError>,
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
        let mut file = FileBuild { source, tag, language, site: None, build: self };
        file.check_language(&raw);
        for word in &raw.common {
            if file.form(word).is_some() {
                let word = word.get_ref().to_lowercase().into_boxed_str();
                file.build.common.push((word, file.language.into()));
            }
        }
        file.rules(&raw.marker, &raw.label, &raw.furniture, &raw.plain);
        if let Some(dates) = &raw.dates {
            file.dates(dates);
        }
        if let Some(openings) = &raw.openings {
            file.openings(openings);
        }
        if let Some(words) = &raw.words {
            file.words(words);
        }
        for site in &raw.site {
            file.site(site);
        }
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
        let mut patterns: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (id, (_, forms)) in (0..).zip(&self.rules) {
            for form in forms {
                patterns.entry(form).or_default().push(id);
            }
        }
        let glued = |(rule, _): &&(Rule, Vec<String>)| {
            matches!(rule.kind, RuleKind::Marker(Marker { glued: true, .. }))
        };
        let glued = self.rules.iter().filter(glued).flat_map(|(_, forms)| forms);
        let shorter = shorter(patterns.keys().copied());
        let forms = Forms::new(patterns.keys().copied(), glued.map(String::as_str));
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

/// One file while it is checked.
struct FileBuild<'b> {
    source: &'b Source,
    /// The language as the file names it.
    tag: &'b str,
    /// Its first part: the pages of every country are read by it.
    language: &'b str,
    /// The site whose rules are read.
    site: Option<u32>,
    build: &'b mut Build,
}

impl FileBuild<'_> {
    fn error<T>(&mut self, at: &Spanned<T>, problem: impl Into<String>, fix: impl Into<String>) {
        self.build.errors.push(LayoutError {
            file: self.source.path.clone(),
            line: Some(line_of(&self.source.text, at.span().start)),
            problem: problem.into(),
            fix: fix.into(),
        });
    }

    fn check_language(&mut self, raw: &RawLayout) {
        let fix = "give its BCP 47 tag, as in language = \"ar\"";
        match &raw.language {
            Some(language) if language.get_ref().is_empty() => {
                self.error(language, "the language is empty", fix);
            }
            None if raw.site.is_empty() => self.build.errors.push(LayoutError {
                file: self.source.path.clone(),
                line: None,
                problem: "the language is missing".to_owned(),
                fix: fix.to_owned(),
            }),
            Some(_) | None => {}
        }
    }

    fn site(&mut self, raw: &RawSite) {
        let forms = |file: &mut Self, forms: &[Spanned<String>]| {
            forms.iter().filter_map(|form| file.form(form)).map(String::into_boxed_str).collect()
        };
        let site = Site {
            name: raw.hosts.first().map_or("", |host| host.get_ref().as_str()).into(),
            language: raw.language.as_deref().map(Into::into),
            headline_prefixes: forms(self, &raw.headline_prefixes),
            headline_suffixes: forms(self, &raw.headline_suffixes),
            order: raw.order,
            earliest_year: raw.earliest_year,
        };
        let id = self.build.sites.add(site);
        for host in &raw.hosts {
            let name = host.get_ref().to_ascii_lowercase();
            if name.is_empty() || name.contains(['/', ':', ' ']) {
                let fix = "write the host alone, as in \"paper.example\"; hosts under it count too";
                self.error(host, format!("{name:?} is no host"), fix);
            } else if !self.build.sites.add_host(&name, id) {
                self.error(
                    host,
                    format!("two sites have the host {name}"),
                    "put their rules together",
                );
            }
        }
        self.site = Some(id);
        self.rules(&raw.marker, &raw.label, &raw.furniture, &raw.plain);
        self.site = None;
    }

    fn rules(
        &mut self,
        markers: &[RawMarker],
        labels: &[RawLabel],
        furniture: &[RawFurniture],
        plain: &[RawPlain],
    ) {
        for marker in markers {
            self.marker(marker);
        }
        for label in labels {
            self.label(label);
        }
        for furniture in furniture {
            for (kind, forms) in [
                (Furniture::Whole, &furniture.whole),
                (Furniture::Start, &furniture.start),
                (Furniture::End, &furniture.end),
                (Furniture::EndOfList, &furniture.end_of_list),
                (Furniture::Head, &furniture.head),
                (Furniture::Opener, &furniture.opener),
                (Furniture::BoxStart, &furniture.box_start),
                (Furniture::BoxEnd, &furniture.box_end),
            ] {
                self.rule(furniture.name.get_ref(), RuleKind::Furniture(kind), forms);
            }
        }
        for plain in plain {
            self.rule("plain", RuleKind::Plain, &plain.forms);
        }
    }

    fn marker(&mut self, raw: &RawMarker) {
        let marker = Marker {
            alone: raw.alone,
            start: raw.start,
            end: raw.end,
            inside: raw.inside,
            glued: raw.glued,
            topic: raw.topic,
        };
        self.rule(raw.name.get_ref(), RuleKind::Marker(marker), &raw.forms);
    }

    fn label(&mut self, raw: &RawLabel) {
        let max_words =
            raw.max_words.as_ref().map_or(default_words(raw.field), |words| *words.get_ref());
        if let Some(words) = raw.max_words.as_ref().filter(|words| *words.get_ref() == 0) {
            self.error(
                words,
                "a value of no words",
                "give max_words of 1 or more, or leave it out",
            );
        }
        let label = Label {
            field: raw.field,
            colon: raw.colon,
            alone: raw.alone,
            inside: raw.inside,
            byline: raw.byline,
            max_words,
        };
        self.rule(field_name(raw.field), RuleKind::Label(label), &raw.forms);
    }

    fn rule(&mut self, name: &str, kind: RuleKind, forms: &[Spanned<String>]) {
        let mut kept: Vec<String> = forms.iter().filter_map(|form| self.form(form)).collect();
        kept.sort();
        kept.dedup();
        if !kept.is_empty() {
            let rule = Rule {
                file: self.source.name.as_str().into(),
                name: name.into(),
                language: self.language.into(),
                site: self.site,
                kind,
            };
            self.build.rules.push((rule, kept));
        }
    }

    fn form(&mut self, form: &Spanned<String>) -> Option<String> {
        let match_form = folded(form.get_ref().trim());
        if match_form.contains(char::is_alphanumeric) {
            return Some(match_form);
        }
        self.error(
            form,
            "a form without a letter",
            "write the words as the site prints them, or take it out",
        );
        None
    }

    fn dates(&mut self, raw: &RawDates) {
        self.months(&raw.months, DateWord::Month);
        self.months(&raw.hijri_months, DateWord::HijriMonth);
        self.months(&raw.persian_months, DateWord::PersianMonth);
        for (words, means) in [
            (&raw.weekdays, DateWord::Weekday),
            (&raw.morning, DateWord::HalfDay(HalfDay::Morning)),
            (&raw.afternoon, DateWord::HalfDay(HalfDay::Afternoon)),
            (&raw.night, DateWord::HalfDay(HalfDay::Night)),
            (&raw.hour, DateWord::Hour),
            (&raw.hijri, DateWord::Hijri),
            (&raw.filler, DateWord::Filler),
        ] {
            for word in words {
                self.word(word, means);
            }
        }
        for (word, day) in &raw.days {
            self.build.dates.add(self.language, &date_word(word), DateWord::Day(*day));
        }
        for (word, offset) in &raw.zones {
            match self.build.dates.zone_of(offset) {
                Some(zone) => self.build.dates.add(self.language, &date_word(word), zone),
                None => self.build.errors.push(LayoutError {
                    file: self.source.path.clone(),
                    line: None,
                    problem: format!("zone {word:?}: {offset:?} is no offset"),
                    fix: "write it as \"+03:00\", or as \"EST5EDT,M3.2.0,M11.1.0\" where clocks change"
                        .to_owned(),
                }),
            }
        }
        self.build.dates.set_order(self.tag, raw.order);
        for (tag, order) in &raw.order_in {
            self.build.dates.set_order(tag, *order);
        }
        if let Some(year) = raw.earliest_year {
            self.build.dates.set_earliest(self.language, year);
        }
    }

    fn openings(&mut self, raw: &RawOpenings) {
        for (words, opening) in [
            (&raw.continues, Opening::Continues),
            (&raw.leads, Opening::Leads),
            (&raw.neither, Opening::Neither),
        ] {
            for word in words {
                if let Some(form) = self.form(word) {
                    self.build.openings.add(form, opening);
                }
            }
        }
        for prefix in &raw.continues_prefix {
            let mut letters = prefix.get_ref().chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_alphabetic() => {
                    self.build.openings.add_prefix(letter)
                }
                _ => self.error(
                    prefix,
                    "a prefix is one letter",
                    "write it as continues_prefix = [\"و\"]",
                ),
            }
        }
    }

    fn words(&mut self, raw: &RawWords) {
        let lists =
            [&raw.particles, &raw.conjunctions, &raw.thousands, &raw.given_names, &raw.outlets];
        let lists = lists.map(|words| {
            let forms = words.iter().filter_map(|word| self.form(word));
            forms.map(String::into_boxed_str).collect::<Vec<_>>()
        });
        for (slot, words) in self.build.words.lists().into_iter().zip(lists) {
            slot.extend(words);
        }
        let names_behind = raw.names_behind.then(|| self.language.into());
        self.build.words.names_behind.extend(names_behind);
    }

    fn months(&mut self, months: &[Vec<Spanned<String>>], means: fn(u8) -> DateWord) {
        if let Some(thirteenth) = months.get(12).and_then(|names| names.first()) {
            self.error(
                thirteenth,
                "a thirteenth month",
                "give twelve lists of names, the first month's first",
            );
        }
        for (month, names) in (1..=12).zip(months) {
            for name in names {
                self.word(name, means(month));
            }
        }
    }

    fn word(&mut self, word: &Spanned<String>, means: DateWord) {
        if self.form(word).is_some() {
            self.build.dates.add(self.language, &date_word(word.get_ref()), means);
        }
    }
}

/// The words of a name in a date: dots and dashes say nothing there ("a.m.", "segunda-feira").
fn date_word(name: &str) -> String {
    let form = folded(name);
    let words = form.split([' ', '.', '-']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// How many words a value has at most where the file does not say.
fn default_words(field: Field) -> usize {
    match field {
        Field::Published | Field::Updated => 16,
        Field::Source => 8,
        Field::Author => 10,
        Field::Keywords => 200,
    }
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::Published => "published",
        Field::Updated => "updated",
        Field::Source => "source",
        Field::Keywords => "keywords",
        Field::Author => "author",
    }
}
