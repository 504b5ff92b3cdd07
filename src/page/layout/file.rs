//! One layout file while it is checked: its language, its sites, its rules.

use toml::Spanned;

use super::compile::Build;
use super::error::{LayoutError, line_of};
use super::raw::{Field, RawFurniture, RawLabel, RawLayout, RawMarker, RawPlain, RawSite};
use super::sites::Site;
use super::source::Source;
use super::{Furniture, Label, Marker, Rule, RuleKind};
use crate::page::text::spelling::folded;

/// One file while it is checked.
pub(super) struct FileBuild<'b> {
    pub source: &'b Source,
    /// The language as the file names it.
    pub tag: &'b str,
    /// Its first part: the pages of every country are read by it.
    pub language: &'b str,
    /// The site whose rules are read.
    pub site: Option<u32>,
    pub build: &'b mut Build,
}

impl FileBuild<'_> {
    /// All that the file says.
    pub(super) fn all(&mut self, raw: &RawLayout) {
        self.check_language(raw);
        for word in &raw.common {
            if self.form(word).is_some() {
                let word = word.get_ref().to_lowercase().into_boxed_str();
                self.build.common.push((word, self.language.into()));
            }
        }
        self.rules(&raw.marker, &raw.label, &raw.furniture, &raw.plain);
        if let Some(dates) = &raw.dates {
            self.dates(dates);
        }
        if let Some(openings) = &raw.openings {
            self.openings(openings);
        }
        if let Some(words) = &raw.words {
            self.words(words);
        }
        for site in &raw.site {
            self.site(site);
        }
    }

    pub(super) fn error<T>(
        &mut self,
        at: &Spanned<T>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
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

    pub(super) fn form(&mut self, form: &Spanned<String>) -> Option<String> {
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
