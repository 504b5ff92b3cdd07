//! Pages of our own writing with known answers: each a function of the seed and of its number alone.

use serde_json::json;

use super::dice::Dice;

/// The stories that pages append; the lower numbers are appended far more often.
pub const STORIES: u64 = 400;

/// A page as it goes onto the input topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its value.
    pub value: Vec<u8>,
    /// What has to become of it.
    pub fate: Fate,
}

/// What has to become of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// An article.
    Article {
        /// The story that the article itself tells, where pages append it too; else it is told nowhere else.
        own: Option<u64>,
        /// Its headline and its paragraphs.
        text: Vec<String>,
        /// The appended stories, in their order.
        related: Vec<u64>,
    },
    /// A dead letter, for this reason.
    DeadLetter(&'static str),
}

/// A language that pages are written in: sentences with `{s}` for a subject, `{p}` for a place, `{n}` for a number.
struct Language {
    subjects: &'static [&'static str],
    places: &'static [&'static str],
    headlines: &'static [&'static str],
    sentences: &'static [&'static str],
    date: &'static str,
    source: &'static str,
    marker: &'static str,
}

const ENGLISH: Language = Language {
    subjects: &[
        "harbour bridge",
        "grain market",
        "night train",
        "river ferry",
        "school library",
        "orchard festival",
        "weather station",
        "lighthouse museum",
        "tram workshop",
        "salt mine",
    ],
    places: &["Ostrava", "Tampere", "Valparaiso", "Galway", "Izmir", "Kisumu", "Hobart", "Cuenca"],
    headlines: &[
        "{s} of {p} to close for repairs until next spring",
        "Council of {p} votes on the future of the {s}",
        "Visitors return to the {s} of {p} after the storm",
    ],
    sentences: &[
        "The {s} of {p} will stay closed for {n} days, the council said on Monday, while its old foundations are repaired.",
        "Nobody in {p} remembers a year in which the {s} drew {n} visitors before the end of the summer.",
        "Engineers from {p} have counted {n} cracks in the walls of the {s} since the flood of last winter.",
        "The mayor of {p} called the {s} the heart of the town and promised {n} new jobs for its neighbours.",
    ],
    date: "Published: 20 September 2023",
    source: "Source: The Coast Courier",
    marker: "Read also:",
};

const ARABIC: Language = Language {
    subjects: &[
        "جسر الميناء",
        "سوق الحبوب",
        "قطار الليل",
        "عبارة النهر",
        "مكتبة المدرسة",
        "مهرجان البساتين",
        "محطة الأرصاد",
        "متحف المنارة",
    ],
    places: &["صفاقس", "اللاذقية", "وهران", "البصرة", "طنجة", "دمياط", "العقبة"],
    headlines: &[
        "إغلاق {s} في مدينة {p} للصيانة حتى الربيع القادم",
        "مجلس مدينة {p} يصوت على مستقبل {s} هذا الأسبوع",
        "الزوار يعودون إلى {s} في مدينة {p} بعد العاصفة",
    ],
    sentences: &[
        "أعلن مجلس مدينة {p} أن {s} سيبقى مغلقا لمدة {n} يوما بسبب أعمال ترميم الأساسات القديمة.",
        "ولا يذكر أحد في مدينة {p} عاما استقبل فيه {s} أكثر من {n} زائر قبل نهاية الصيف.",
        "وأحصى المهندسون في مدينة {p} نحو {n} من الشقوق في جدران {s} منذ فيضان الشتاء الماضي.",
        "ووصف رئيس بلدية {p} {s} بأنه قلب المدينة ووعد بتوفير {n} فرصة عمل جديدة لسكانها.",
    ],
    date: "تاريخ النشر: 20th, September 2023 GMT",
    source: "المصدر: صحيفة الساحل",
    marker: "إقرأ أيضاً:",
};

/// The page with this number.
pub fn page(seed: u64, number: u64) -> Page {
    let mut dice = Dice::new(seed, 2 * number);
    if dice.below(100) == 0 {
        return poison(&mut dice, number);
    }
    let language = *dice.one_of(&[&ENGLISH, &ARABIC]);
    let own = (dice.below(5) == 0).then(|| popular(&mut dice, language));
    let count = dice.below(4);
    let mut related: Vec<u64> = Vec::new();
    for _ in 0..count {
        let next = popular(&mut dice, language);
        // A page that repeats itself is judged by the page tests.
        if !related.contains(&next) && own != Some(next) {
            related.push(next);
        }
    }
    let told = own.unwrap_or(STORIES + number);
    let text = text(language, told, &related);
    let value = if dice.below(2) == 0 {
        text.into_bytes()
    } else {
        let url = format!("https://news.example/{number}");
        json!({ "text": text, "url": url, "section": "town" }).to_string().into_bytes()
    };
    Page { value, fate: Fate::Article { own, text: story(language, told), related } }
}

/// The headline and the paragraphs of a story that pages append.
pub fn appended(number: u64) -> Vec<String> {
    // Those of one parity are of one language.
    story(if number.is_multiple_of(2) { &ENGLISH } else { &ARABIC }, number)
}

/// A page whose own story is told nowhere else, and which appends this one.
pub fn page_appending(number: u64, story: u64) -> String {
    text(&ENGLISH, STORIES + number, &[story])
}

fn text(language: &Language, own: u64, related: &[u64]) -> String {
    let mut lines = story(language, own);
    lines.insert(1, language.date.to_owned());
    lines.push(language.source.to_owned());
    for number in related {
        // A marker for each: where stories end that have nothing between them is tested elsewhere.
        lines.push(language.marker.to_owned());
        lines.extend(story(language, *number));
    }
    lines.join("\n")
}

fn poison(dice: &mut Dice, number: u64) -> Page {
    let (value, reason) = match dice.below(4) {
        0 => (b"\xff\xfe no text ".to_vec(), "not_utf8"),
        1 => (b"{\"text\": \"the quotation never ends ".to_vec(), "json_syntax"),
        2 => (b"{\"headline\": \"an envelope without a text\"}".to_vec(), "text_missing"),
        _ => (b" \n\t ".to_vec(), "text_missing"),
    };
    // Spaces do not heal it, and make it known by its bytes.
    let spaces = usize::try_from(number % 50).expect("below 50");
    let value = [value, vec![b' '; spaces]].concat();
    Page { value, fate: Fate::DeadLetter(reason) }
}

/// A story of this language (those of one parity); low numbers come up most.
fn popular(dice: &mut Dice, language: &Language) -> u64 {
    let end = dice.below(STORIES / 2) + 1;
    2 * dice.below(end) + u64::from(std::ptr::eq(language, &ARABIC))
}

/// A headline and its paragraphs; the number is in every paragraph, so no two stories are alike.
fn story(language: &Language, number: u64) -> Vec<String> {
    let mut dice = Dice::new(number, 1);
    let (subject, place) = (dice.one_of(language.subjects), dice.one_of(language.places));
    let fill = |pattern: &str, extra: u64| {
        let counted = (number * 8 + extra + 11).to_string();
        pattern.replace("{s}", subject).replace("{p}", place).replace("{n}", &counted)
    };
    let headline: &&str = dice.one_of(language.headlines);
    let mut lines = vec![capital(&fill(headline, 0))];
    let first = dice.below(4);
    for extra in 0..2 + dice.below(2) {
        let sentence = usize::try_from((first + extra) % 4).expect("below 4");
        lines.push(fill(language.sentences[sentence], extra));
    }
    lines
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

#[test]
fn newsmill_reads_these_pages_as_they_were_written() {
    use newsmill::page::{Context, Layouts, envelope, read};
    use newsmill::record::RelatedKind;

    let (mut articles, mut poisoned) = (0, 0);
    for number in 0..5000 {
        let Page { value, fate } = page(7, number);
        let decoded =
            envelope::decode(&value, None, &Default::default(), &envelope::Limits::default());
        match fate {
            Fate::DeadLetter(reason) => {
                poisoned += 1;
                assert_eq!(decoded.err().map(|reject| reject.reason.name()), Some(reason));
            }
            Fate::Article { related, .. } => {
                articles += 1;
                let text = decoded.expect("a page").text;
                let page = read(&text, Layouts::builtin(), &Context::default());
                assert_eq!(page.related.len(), related.len(), "page {number}:\n{text}\n{page:#?}");
                for (found, wanted) in page.related.iter().zip(&related) {
                    assert_eq!(found.kind, RelatedKind::Story);
                    let written = appended(*wanted);
                    assert_eq!(found.headline.as_deref(), Some(written[0].as_str()));
                    assert_eq!(found.body, written[1..]);
                }
            }
        }
    }
    println!("{articles} articles, {poisoned} poisoned");
    assert!(poisoned > 10 && articles > 4500);
}
