//! What holds of any page whatever: no panic, no word lost or doubled, time linear in its length.

mod fuzz_bodies;
#[cfg(test)]
#[path = "common/printed.rs"]
mod printed;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use newsmill::page::{Context, Layouts, read};
use nix::time::{ClockId, clock_gettime};
use printed::{Printed, label, printed};
use proptest::prelude::*;

/// Lines and parts of lines as pages have them, to be put together in any way.
const PARTS: &[&str] = &[
    "عنوان خبر عن اجتماع الوزراء في العاصمة",
    "أعلنت الوزارة أمس عن افتتاح المدرسة الجديدة، وقالت إن الدراسة تبدأ في سبتمبر.",
    "وأضاف المصدر: «لم نتلق شيئا».",
    "تاريخ النشر: 20th, September 2023 GMT",
    "آخر تحديث:",
    "الاثنين, 20 يوليو/ تموز, 2009, 09:25 GMT",
    "المصدر: صدى البلد",
    "المصدر:",
    "نص. المصدر :وكالات",
    "كلمات دلالية: وزير المدرسة الجديدة",
    "إقرأ أيضاً:",
    "اقرأ أيضًا: عنوان آخر",
    "نص قبله إقرأ أيضا: عنوان في الوسط كما أكدت",
    "شارك الخبر",
    "Read more: A headline about a bridge",
    "Lire aussi :",
    "Turqi.Lexoni edhe:Shefat e Apple",
    "بیشتر بخوانید:",
    "Source: Reuters",
    "Tags: one, two",
    "The bridge carries forty thousand cars a day...",
    "&nbsp;&amp;",
    "\u{feff}\u{200f}",
    "\t \u{a0}",
    "2300 (GMT+04:00) - 27/06/09",
    "۲۹ شهریور ۱۴۰۲ | ۵ ربیع الاول ۱۴۴۵",
    "Publié le 14/03/2024 à 09h30 - Mis à jour le 15/03/2024 à 10h",
    "Tags:",
    "frost",
    "#frost #harbour_festival",
    "यह भी पढ़ें- एक और खबर",
    "Nguồn: Báo Cảng | Tác giả: Lan",
    "İLGİLİ HABER",
    ":",
    "...",
];

proptest! {
    #[test]
    fn no_word_of_a_page_is_lost_or_doubled(
        lines in prop::collection::vec((0..PARTS.len(), 0..PARTS.len(), 0..4usize), 0..30),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
    ) {
        let mut text = String::new();
        for (first, second, join) in lines {
            text.push_str(PARTS[first]);
            if join == 0 {
                text.push(' ');
                text.push_str(PARTS[second]);
            }
            text.push_str(line_end);
        }
        fuzz_bodies::page(text.as_bytes());
    }

    #[test]
    fn any_text_gives_a_page(text in "\\PC{0,300}") {
        fuzz_bodies::page(text.as_bytes());
    }

    #[test]
    fn any_bytes_give_an_envelope_or_a_reject(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzz_bodies::envelope(&bytes);
    }
}

#[test]
fn a_line_of_marks_alone_is_kept() {
    fuzz_bodies::page("\u{654}\nA headline of the page\nIts only paragraph.".as_bytes());
}

/// A plain fuzz loop over cut-up and spliced pages: two seconds, or as many as `NEWSMILL_TEST_FUZZ_SECONDS` says.
#[test]
fn spliced_pages_break_nothing() {
    let seconds = std::env::var("NEWSMILL_TEST_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(2);
    let seed = std::env::var("NEWSMILL_TEST_FUZZ_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    println!("NEWSMILL_TEST_FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let page = include_bytes!("pages/seed.txt");
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0_u64;
    while Instant::now() < deadline || rounds < 100 {
        let mut bytes = Vec::new();
        for _ in 0..random.below(12) {
            match random.below(5) {
                0 => {
                    let from = random.below(page.len());
                    let to = (from + random.below(400)).min(page.len());
                    bytes.extend_from_slice(&page[from..to]);
                }
                1 => bytes.push(b'\n'),
                2 => bytes.extend(
                    char::from_u32(u32::try_from(random.below(0x11_0000)).unwrap())
                        .unwrap_or('\n')
                        .to_string()
                        .bytes(),
                ),
                _ => bytes.extend_from_slice(PARTS[random.below(PARTS.len())].as_bytes()),
            }
        }
        fuzz_bodies::envelope(&bytes);
        // A cut can fall inside a character: what is left of it is passed over.
        let text: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
        fuzz_bodies::page(text.as_bytes());
        rounds += 1;
    }
}

/// xorshift64: the same seed gives the same pages.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % bound
    }
}

#[test]
fn time_grows_with_the_length_of_a_page_and_no_faster() {
    let context = Context::default();
    // The processor's time on this thread: what else the machine does is not in it.
    let thread_time = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    for unit in [
        "إقرأ أيضاً:\n",
        "المصدر: ",
        "كلمات دلالية: وزير\n",
        "Read more: a b c\n",
        "a ",
        "عنوان\nنص طويل يقول شيئا.\n",
        "\u{200f}",
        "1/",
        "Read also: ",
        "Leia mais. ",
        "यह भी पढ़ें: ",
        "Nguồn: x | Cập nhật: 1 tháng 9 | ",
        "Tags:\na\nb\n",
        "#tag #tag\n",
        "Tags: valdrun pelagor sintrave mordelke\nvaldrun pelagor sintrave mordelke hastoven.\n",
        "A title of a link\n12 March 2024\n",
        "Published: 12 March 2024 a b c d e f g h i j k l m ",
        "12.03.2024 13.04.2024 ",
        "By\nNora Field\n",
        "12\nShare\n",
        "Leggi anche Buche a Roma il piano\n",
        "- frost\n",
        "Tonton juga \"a b c\" di sini:\n",
        "قصص مقترحة\nعنوان أول هنا\nقصص مقترحة نهاية\n",
        "-\n",
        "http://a.example/b\n",
        "Sport\n",
        "Photo: Nora Field\n",
        "The ferry comes back 10:25\n",
    ] {
        // As what the page begins with, and in a block.
        for before in ["", "headline\nإقرأ أيضاً:\n"] {
            let time = |bytes: usize, rounds: usize| {
                let text = format!("{before}{}", unit.repeat(bytes / unit.len()));
                let once = || {
                    let start = thread_time();
                    drop(read(&text, Layouts::builtin(), &context));
                    thread_time().saturating_sub(start)
                };
                (0..rounds).map(|_| once()).min().unwrap()
            };
            let (small, large) = (time(250_000, 3), time(5_000_000, 1));
            // Twenty times the text: a quadratic step would take four hundred times as long.
            assert!(
                large < small * 80 + Duration::from_millis(500),
                "{before:?}{unit:?}: {small:?}, then {large:?}"
            );
        }
    }
}

/// Words that are part of no marker, label or date in any layout.
const WORDS: &[&str] = &[
    "Brolkan", "tervimo", "gastrel", "dulvenne", "kormiste", "valdrun", "pelagor", "sintrave",
    "mordelke", "hastoven",
];

/// The same text in words of which none has its first five letters in common with those of [`WORDS`].
fn in_other_words(text: &str) -> String {
    let others = text.split(' ').map(|word| word.chars().rev().collect::<String>());
    others.collect::<Vec<_>>().join(" ")
}

fn words(at_least: usize, at_most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), at_least..=at_most)
        .prop_map(|words| words.join(" "))
}

#[test]
fn every_label_of_every_layout_has_its_value() {
    let mut wrong = Vec::new();
    for layout in printed() {
        let context = Context { language: Some(&layout.language), ..Context::default() };
        let fields = [&layout.published, &layout.source, &layout.author, &layout.keywords];
        let spellings =
            (0..).zip(fields).flat_map(|(field, all)| all.iter().map(move |one| (field, one)));
        for (field, label) in spellings {
            let value = if field == 0 { "2023-09-20" } else { "Brolkan" };
            let text =
                format!("Brolkan tervimo gastrel\nKormiste valdrun pelagor.\n{label}: {value}");
            let page = read(&text, Layouts::builtin(), &context);
            let read =
                [page.published.map(|date| date.raw), page.source, page.author, page.keywords_raw];
            if (0..).zip(&read).any(|(at, read)| read.as_deref() != (at == field).then_some(value))
            {
                wrong.push(format!("{}: {label}: {read:?}", layout.language));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_marker_of_every_layout_opens_a_block() {
    let above = "Brolkan tervimo gastrel\nKormiste valdrun pelagor sintrave mordelke hastoven gastrel dulvenne tervimo.";
    let below = "Dulvenne sintrave mordelke\nHastoven gastrel dulvenne sintrave.";
    let mut wrong = Vec::new();
    for layout in printed() {
        let context = Context { language: Some(&layout.language), ..Context::default() };
        for marker in &layout.markers {
            let text = format!("{above}\n{}: Brolkan\n{marker}:\n{below}", layout.source[0]);
            let page = read(&text, Layouts::builtin(), &context);
            if page.related.len() != 1 || page.body.len() != 1 {
                wrong.push(format!("{}: {marker}: {:?}", layout.language, page.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    /// What is rendered in the layout of a language is read from it again.
    #[test]
    fn an_article_rendered_in_any_layout_is_read_back(
        layout in any::<prop::sample::Index>(),
        spellings in prop::array::uniform6((any::<prop::sample::Index>(), 0..4_usize)),
        headline in words(3, 9),
        body in prop::collection::vec(words(8, 30), 1..6),
        source in words(1, 2),
        author in words(1, 3),
        keywords in prop::collection::vec(words(1, 3), 2..5),
        keywords_have_lines in any::<bool>(),
        related in (words(3, 6), prop::collection::vec(words(16, 30), 1..4)),
        labels_first in any::<bool>(),
    ) {
        static PRINTED: LazyLock<Vec<Printed>> = LazyLock::new(printed);
        let printed = layout.get(&PRINTED);
        let [published, updated, of_source, of_author, of_keywords, marker] = spellings;
        let paragraphs: Vec<String> = body.iter().map(|words| format!("{words}.")).collect();
        let mut labels = vec![
            format!("{}{source}", label(&printed.source, of_source)),
            format!("{}{author}", label(&printed.author, of_author)),
        ];
        // On a line of its own, three words that the article does not say are a button below the list.
        let short = |keyword: &String| keyword.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let keywords: Vec<String> =
            if keywords_have_lines { keywords.iter().map(short).collect() } else { keywords };
        let keywords_label = label(&printed.keywords, of_keywords);
        if keywords_have_lines {
            labels.push(keywords_label.trim_end().to_owned());
            labels.extend(keywords.iter().cloned());
        } else {
            labels.push(format!("{keywords_label}{}", keywords.join(", ")));
        }
        let dates = [
            format!("{}2023-09-20 14:30", label(&printed.published, published)),
            format!("{}2023-09-21", label(&printed.updated, updated)),
        ];
        // Labels above the article do not say where it ends: there the words of the story do, which are its own, and say
        // what its headline says.
        let own = |words: &str| if labels_first { in_other_words(words) } else { words.to_owned() };
        let mut related = (own(&related.0), related.1.iter().map(|words| own(words)).collect::<Vec<_>>());
        if let Some(first) = related.1.first_mut().filter(|_| labels_first) {
            *first = format!("{} {first}", related.0);
        }
        let story: Vec<String> = related.1.iter().map(|words| format!("{words}.")).collect();
        let marker = format!("{}:", marker.0.get(&printed.markers));
        let (above, below) = if labels_first { (&labels[..], &[][..]) } else { (&[][..], &labels[..]) };
        let lines = [&[headline.clone()][..], &dates, above, &paragraphs, below, &[marker, related.0.clone()], &story].concat();
        let text = lines.join("\n");
        let context = Context { page_time_ms: 1_767_225_600_000, language: Some(&printed.language), ..Context::default() };
        let page = read(&text, Layouts::builtin(), &context);
        prop_assert_eq!(page.headline.as_deref(), Some(headline.as_str()));
        let at = |date: Option<newsmill::page::Date<'_>>| date.and_then(|date| date.at).unwrap_or_default();
        prop_assert_eq!(at(page.published), "2023-09-20T14:30:00Z");
        prop_assert_eq!(at(page.updated), "2023-09-21T00:00:00Z");
        prop_assert_eq!(&page.body, &paragraphs);
        prop_assert_eq!(page.source.as_deref(), Some(source.as_str()));
        prop_assert_eq!(page.author.as_deref(), Some(author.as_str()));
        let mut distinct: Vec<String> = Vec::new();
        keywords.iter().for_each(|keyword| if !distinct.contains(keyword) { distinct.push(keyword.clone()) });
        prop_assert_eq!(&page.keywords, &distinct);
        prop_assert_eq!(page.related.len(), 1);
        prop_assert_eq!(page.related[0].headline.as_deref(), Some(related.0.as_str()));
        prop_assert_eq!(&page.related[0].body, &story);
    }
}
