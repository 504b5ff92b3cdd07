//! Every form of dates that was counted on real pages (page-shapes §9), and those of the other languages: what each says.

use newsmill::page::{Context, Layouts, read};
use newsmill::record::{Precision, Warning};

/// The warnings and the date of a page that prints `form` behind a label.
fn date(language: &str, form: &str) -> (Option<String>, Option<Precision>, Vec<Warning>) {
    let text = format!("A headline\nPublished: {form}\nThe only paragraph of the page.");
    let context =
        Context { page_time_ms: 1_767_225_600_000, language: Some(language), ..Context::default() };
    let page = read(&text, Layouts::builtin(), &context);
    let published = page.published.unwrap_or_else(|| panic!("{language}: {form} is no date line"));
    assert_eq!(published.raw, form, "{language}");
    (published.at, published.precision, page.warnings)
}

/// A day, or a day and a time.
fn assert_says(language: &str, form: &str, wanted: &str) {
    let (at, precision, warnings) = date(language, form);
    let whole =
        if wanted.contains('T') { wanted.to_owned() } else { format!("{wanted}T00:00:00Z") };
    assert_eq!(at.as_deref(), Some(whole.as_str()), "{language}: {form}");
    let is_day = precision == Some(Precision::Day);
    assert_eq!(is_day, !wanted.contains('T'), "{language}: {form} is said to the {precision:?}");
    let converted = [Warning::DateConverted];
    assert!(warnings.is_empty() || warnings == converted, "{language}: {form}: {warnings:?}");
}

#[test]
fn a_day_before_words_that_say_how_long_ago_it_was_changed_is_that_of_publication() {
    let text = "Chuva derruba muro de escola e aulas são suspensas\n23/01/2024 08h51 Atualizado há 2 meses\nA chuva que atingiu a cidade na madrugada derrubou o muro de uma escola municipal no centro.\nTrês salas de aula foram interditadas, segundo a Defesa Civil.";
    let page = page(text);
    assert_eq!(page.published.unwrap().at.as_deref(), Some("2024-01-23T08:51:00Z"));
    assert_eq!(page.updated, None);
}

#[test]
fn every_form_of_a_date_is_read() {
    for line in include_str!("pages/dates.txt").lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        if let [language, form, wanted] = cells[..] {
            assert_says(language, form, wanted);
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{line}");
        }
    }
}

#[test]
fn a_date_without_a_year_or_a_day_is_none() {
    for (language, form) in [
        ("ar", "15 فبراير"),
        ("ar", "31 فبراير 2015"),
        ("ar", "منذ 3 ساعات"),
        ("en", "2 hours ago"),
        ("en", "31/31/2015"),
        ("fa", "۳۱ مهر ۱۴۰۲"),
    ] {
        assert_eq!(date(language, form), (None, None, vec![Warning::DateUnparsed]), "{form}");
    }
}

#[test]
fn no_more_is_said_than_is_printed() {
    for (form, at, precision) in [
        ("2015", "2015-01-01T00:00:00Z", Precision::Year),
        ("March 2015", "2015-03-01T00:00:00Z", Precision::Month),
        ("March 2015 10:30", "2015-03-01T00:00:00Z", Precision::Month),
        ("14 March 2015", "2015-03-14T00:00:00Z", Precision::Day),
        ("14 March 2015 9 pm", "2015-03-14T21:00:00Z", Precision::Hour),
        ("14 March 2015 21:30", "2015-03-14T21:30:00Z", Precision::Minute),
        ("14 March 2015 21:30:05", "2015-03-14T21:30:05Z", Precision::Second),
    ] {
        assert_eq!(date("en", form), (Some(at.to_owned()), Some(precision), vec![]), "{form}");
    }
}

#[test]
fn day_and_month_are_told_by_the_impossible_value_else_by_the_language_else_it_is_a_doubt() {
    for (language, form, at, doubt) in [
        ("en", "13/07/2016", "2016-07-13", false),
        ("en", "07/13/2016", "2016-07-13", false),
        ("en", "05/05/2016", "2016-05-05", false),
        ("en", "05/06/2016", "2016-06-05", true),
        ("en-US", "05/06/2016", "2016-05-06", false),
        ("en-GB", "05/06/2016", "2016-06-05", false),
        ("ar", "05/06/2016", "2016-06-05", false),
        ("pt-BR", "05/06/2016", "2016-06-05", false),
        ("ja", "05/06/2016", "2016-06-05", true),
    ] {
        let (found, _, warnings) = date(language, form);
        assert_eq!(found, Some(format!("{at}T00:00:00Z")), "{language}: {form}");
        assert_eq!(warnings.contains(&Warning::DateAmbiguous), doubt, "{language}: {form}");
    }
}

#[test]
fn two_calendars_on_one_line_that_name_two_days_are_a_doubt_and_the_gregorian_one_stands() {
    let wanted = Some("2023-09-20T00:00:00Z".to_owned());
    for (language, form, doubt) in [
        ("ar", "الأربعاء 20 سبتمبر 2023 الموافق 5 ربيع الأول 1445 هـ", false),
        ("ar", "4 ربيع الأول 1445 - 20 سبتمبر 2023", false),
        ("ar", "20 سبتمبر 2023 - 25 شوال 1445", true),
        ("fa", "چهارشنبه ۲۹ شهریور ۱۴۰۲ | ۵ ربیع الاول ۱۴۴۵ | 20 September 2023", false),
        ("fa", "۲۹ مهر ۱۴۰۲ - 20 September 2023", true),
    ] {
        let (at, _, warnings) = date(language, form);
        let doubts: &[Warning] = if doubt { &[Warning::DateAmbiguous] } else { &[] };
        assert_eq!((at, &warnings[..]), (wanted.clone(), doubts), "{form}");
    }
}

#[test]
fn publication_and_last_change_are_told_apart_on_one_line_and_on_two() {
    for text in [
        "A headline\nPublished: 14 March 2024, 09:30 | Updated: 15 March 2024, 11:00\nThe only paragraph.",
        "A headline\nPublished 14 March 2024, 09:30 Updated 15 March 2024, 11:00\nThe only paragraph.",
        "A headline\nUpdated: 15 March 2024, 11:00\nPublished: 14 March 2024, 09:30\nThe only paragraph.",
        "Un titre\nPublié le 14/03/2024 à 09h30 - Mis à jour le 15/03/2024 à 11h00\nUn seul paragraphe.",
        "عنوان الخبر\nتاريخ النشر: 14 مارس 2024 9:30 ص - آخر تحديث: 15 مارس 2024 11:00 ص\nنص الخبر كله هنا.",
        "عنوان الخبر\nآخر تحديث:\n15 مارس 2024 11:00 ص\nتاريخ النشر:\n14 مارس 2024 9:30 ص\nنص الخبر كله هنا.",
    ] {
        let context = Context { page_time_ms: 1_767_225_600_000, ..Context::default() };
        let page = read(text, Layouts::builtin(), &context);
        let at = |date: Option<newsmill::page::Date<'_>>| date.and_then(|date| date.at);
        assert_eq!(at(page.published).as_deref(), Some("2024-03-14T09:30:00Z"), "{text}");
        assert_eq!(at(page.updated).as_deref(), Some("2024-03-15T11:00:00Z"), "{text}");
        assert_eq!((page.body.len(), page.furniture.len()), (1, 0), "{text}");
    }
}

#[test]
fn a_date_below_it_tells_a_long_headline_from_a_paragraph() {
    let headline = "The harbour bridge, which forty thousand cars cross every day, will be closed for nine weeks from Monday on, the council of the town said.";
    for date in ["14 March 2024", "Published: 14 March 2024"] {
        let text = format!("{headline}\n{date}\nThe only paragraph of the page.");
        let page = read(&text, Layouts::builtin(), &Context::default());
        assert_eq!(page.headline.as_deref(), Some(headline), "{date}");
        assert_eq!(page.body.len(), 1, "{date}");
    }
}

#[test]
fn a_line_that_goes_on_with_a_sentence_is_no_date_line() {
    let text = "عنوان الخبر هنا\nفي 20 نوفمبر 2022،\nلعب الفريق مباراته الأولى أمام جمهور كبير.";
    let page = read(text, Layouts::builtin(), &Context::default());
    assert_eq!((page.published, page.body.len()), (None, 2));
    let year = "عنوان الخبر هنا\n٢٠٢٤\nلعب الفريق مباراته الأولى أمام جمهور كبير.";
    let page = read(year, Layouts::builtin(), &Context::default());
    assert_eq!((page.published, page.body.len()), (None, 2));
}

#[test]
fn a_date_above_the_headline_leaves_the_headline_to_the_line_below() {
    let text = "14 March 2024\nThe headline of the page\nThe only paragraph of the page.";
    let context = Context { page_time_ms: 1_767_225_600_000, ..Context::default() };
    let page = read(text, Layouts::builtin(), &context);
    assert_eq!(page.headline.as_deref(), Some("The headline of the page"));
    assert_eq!(page.published.and_then(|date| date.at).as_deref(), Some("2024-03-14T00:00:00Z"));
    // A page of its own that is nothing but a date keeps it for a headline.
    assert_eq!(read("14 March 2024", Layouts::builtin(), &context).published, None);
}

#[test]
fn a_second_date_of_a_line_is_no_time_of_day() {
    let text = "A headline\n12.03.2024 - محدث : 13.03.2024\nThe only paragraph of the page.";
    let page = read(text, Layouts::builtin(), &Context::default());
    let at = |date: Option<newsmill::page::Date<'_>>| date.unwrap().at;
    assert_eq!(at(page.published).as_deref(), Some("2024-03-12T00:00:00Z"));
    assert_eq!(at(page.updated).as_deref(), Some("2024-03-13T00:00:00Z"));
}

/// The page of a text that was met on the first of January 2026.
fn page(text: &str) -> newsmill::page::Page<'_> {
    let context = Context { page_time_ms: 1_767_225_600_000, ..Context::default() };
    read(text, Layouts::builtin(), &context)
}

#[test]
fn a_day_that_a_paragraph_announces_is_not_the_date_of_the_page() {
    let round = "The round before the last one is played on Sunday by the following programme of the harbour league:";
    let text = format!(
        "Harbour meets Valley\n{round}\nSunday 7 May 2017\nHarbour against Valley, at three."
    );
    let page = page(&text);
    assert!(page.published.is_none());
    assert_eq!(page.body, [round, "Sunday 7 May 2017", "Harbour against Valley, at three."]);
}

#[test]
fn a_note_behind_the_date_of_a_change_stays_in_the_body() {
    let paragraph = "The council closed the bridge on Monday, and nobody had been told before.";
    for (line, raw, note) in [
        (
            "Update 03/12/2014 : This story seems to be false.",
            "03/12/2014",
            "This story seems to be false.",
        ),
        (
            "Update, 7 January 2015: No bridge was ever closed.",
            "7 January 2015",
            "No bridge was ever closed.",
        ),
    ] {
        let text = format!("Harbour bridge closed\n{line}\n{paragraph}");
        let page = page(&text);
        assert_eq!(page.updated.map(|date| date.raw.into_owned()).as_deref(), Some(raw), "{line}");
        assert_eq!(page.body, [note, paragraph], "{line}");
    }
    let sentence = "Update: we have found the letter, it is from Oct 2.";
    let text = format!("Harbour bridge closed\n{paragraph}\n{sentence}");
    let page = page(&text);
    assert!(page.updated.is_none());
    assert_eq!(page.body, [paragraph, sentence]);
}

#[test]
fn a_word_of_another_language_names_no_change() {
    // "MAJ" is short for the last change in French.
    let text = "Ura e portit mbyllet për një muaj\n29 maj 2023 15:12\nUra e vjetër mbi lumë do të mbyllet për të gjithë nga e hëna, tha bashkia e qytetit.\nTrageti do të lundrojë dy herë më shpesh deri sa të mbarojnë punimet, premtoi ajo.";
    let page = page(text);
    assert_eq!(page.published.unwrap().raw, "29 maj 2023 15:12");
    assert!(page.updated.is_none());
}

#[test]
fn the_day_above_the_lines_of_the_site_is_not_the_articles_where_a_date_stands_below_its_headline()
{
    let headline = "The harbour bridge is closed to all traffic for a month";
    let first = "The old bridge over the river mouth will be closed to all traffic from Monday, said the council.";
    let second = "The ferry will run twice as often until the works are done, it promised.";
    let text = format!(
        "Thursday, 21 March 2024\nHome > World\n{headline}\nPhoto: Reuters\n14 March 2024 09:12\n{first}\n{second}"
    );
    let below = page(&text);
    assert_eq!(below.published.unwrap().raw, "14 March 2024 09:12");
    assert_eq!(below.body, [first, second]);
    // With nothing of the site between, the date above the headline is the article's.
    let text = format!("Thursday, 21 March 2024\n{headline}\n{first}\n{second}");
    assert_eq!(page(&text).published.unwrap().raw, "Thursday, 21 March 2024");
}

#[test]
fn a_day_beside_the_words_of_an_outlet_is_the_date() {
    let text = "لاہور میں پل ایک مہینے کے لیے بند کر دیا گیا\nویب ڈیسک بدھ 10 جنوری 2024\nپرانا پل پیر سے ہر قسم کی ٹریفک کے لیے بند رہے گا، شہری انتظامیہ نے کہا ہے۔\nکشتی کام ختم ہونے تک دو بار زیادہ چلے گی، انتظامیہ نے وعدہ کیا ہے۔";
    let page = page(text);
    assert_eq!(page.published.unwrap().at.as_deref(), Some("2024-01-10T00:00:00Z"));
    assert_eq!(page.body.len(), 2);
}
