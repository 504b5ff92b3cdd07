//! False friends: what looks like a marker or label and is none stays in the body, and what is one does not.

#[path = "common/reading.rs"]
mod reading;

use newsmill::record::{RelatedKind, Warning};

use reading::page;

#[test]
fn sentences_that_look_like_markers_and_labels_stay_in_the_body() {
    for sentence in [
        "وقال المصدر: «لم نتلق أي طلب من الشركة حتى الآن».",
        "المصدر: «لم نتلق أي طلب من الشركة حتى الآن».",
        "وأضاف المصدر أن اللقاء تأجل إلى الأسبوع المقبل.",
        "بحسب المصدر: «اللقاء تأجل» إلى الأسبوع المقبل بطلب من الطرفين.",
        "وقال رئيس الحكومة الشاهد أيضا إن القرار نهائي.",
        "للمزيد من الحماية ينصح الخبراء بتغيير كلمة السر.",
        "شاهدوا أيضا عملية انتشال السفينة من قاع البحر.",
        "وتناول اللقاء مواضيع ذات صلة بالتعليم والصحة في الإقليم.",
        "The two also read from the letter that was found on Monday.",
        "There was more from the minister at the end of the week.",
        "Source-based reporting is rare in the region these days.",
        "читайте также на стр. 9 о том, как строили мост.",
        "Soma pia alikuwa mungu wa kale katika hadithi hizo.",
        "hesaplar ile ilgili haberler gazetede geniş yer buldu.",
        "Saiba tudo (leia mais abaixo) sobre a obra da ponte.",
        "Janë të ngjashme me ato që mund ta lexoni edhe online këtë javë.",
    ] {
        let text =
            format!("A headline of the page\n{sentence}\nThe last paragraph says something else.");
        let page = page(&text);
        assert_eq!(page.body, [sentence, "The last paragraph says something else."]);
        assert_eq!((page.source, page.related.len()), (None, 0), "{sentence}");
    }
}

#[test]
fn a_headline_may_begin_with_the_word_source() {
    let page = page("مصدر: الحكومة تتفاوض مع الشركة\nقالت الحكومة إنها تتفاوض.");
    assert_eq!(page.headline.as_deref(), Some("مصدر: الحكومة تتفاوض مع الشركة"));
    assert_eq!(page.source, None);
}

#[test]
fn real_source_lines_are_labels() {
    for (line, source) in [
        ("المصدر: CNN", "CNN"),
        ("المصدر : وات", "وات"),
        ("المصدر: الحرة", "الحرة"),
        ("Source: Reuters", "Reuters"),
        ("Quelle: dpa", "dpa"),
        ("منبع: ایسنا", "ایسنا"),
        ("Kaynak: AA", "AA"),
        ("KAYNAK: AA", "AA"),
        ("Nguồn: TTXVN", "TTXVN"),
        ("Źródło: PAP", "PAP"),
        ("Fonte: Lusa", "Lusa"),
        ("Sumber : Antara", "Antara"),
        ("Fuente: EFE", "EFE"),
        ("Источник: ТАСС", "ТАСС"),
        ("Burimi: ATSH", "ATSH"),
        ("Chanzo: KBC", "KBC"),
        ("स्रोत: भाषा", "भाषा"),
        ("ماخذ: اے پی پی", "اے پی پی"),
        ("Sursa: Agerpres", "Agerpres"),
    ] {
        let text = format!("A headline\nThe only paragraph of the page.\n{line}");
        let page = page(&text);
        assert_eq!(page.source.as_deref(), Some(source), "{line}");
        assert_eq!(page.body, ["The only paragraph of the page."]);
    }
    let glued = page("عنوان\nنشرت الخبر صحيفة هآرتس. المصدر :وكالات");
    assert_eq!(glued.source.as_deref(), Some("وكالات"));
    assert_eq!(glued.body, ["نشرت الخبر صحيفة هآرتس."]);
}

#[test]
fn a_link_in_the_middle_leaves_the_article_whole() {
    for marker in [
        "اقرأ أيضًا:",
        "إقرأ أيضا –",
        "اقرا ايضا :",
        "یہ بھی پڑھیں:",
        "MORE:",
        "Lire aussi :",
        "Simak juga:",
        "ये भी पढ़ेंः",
        "Leia também:",
        "LEIA TAMBEM:",
        "Читайте также:",
        "Lesen Sie auch:",
        "Te puede interesar:",
        "Leggi anche:",
        "Czytaj też:",
        "Xem thêm:",
        "Unaweza pia kusoma:",
        "Citeşte şi:",
        "Lees meer:",
        "Les også:",
        "Lue myös:",
        "यह भी पढ़ें-",
    ] {
        let text = format!(
            "A headline\nThe first paragraph.\n{marker} Another headline\nThe article goes on."
        );
        let page = page(&text);
        assert_eq!(page.body, ["The first paragraph.", "The article goes on."], "{marker}");
        assert_eq!(page.related.len(), 1, "{marker}");
        assert_eq!(page.related[0].headline.as_deref(), Some("Another headline"));
        assert_eq!(page.related[0].kind, RelatedKind::Link);
    }
}

#[test]
fn a_block_of_links_in_the_middle_leaves_the_article_whole() {
    let page = page(
        "Harbour bridge closes until spring\nThe harbour bridge will be closed from Monday, the council said.\n\
         Related stories\nOrchard growers fear frost\nNew ferry for the island\n\
         The council said that the bridge needs new bearings and that the harbour stays open.\nThe bridge opens again in spring.",
    );
    assert_eq!(page.body.len(), 3);
    let headlines: Vec<_> =
        page.related.iter().map(|link| (link.kind, link.headline.as_deref())).collect();
    assert_eq!(
        headlines,
        [
            (RelatedKind::Link, Some("Orchard growers fear frost")),
            (RelatedKind::Link, Some("New ferry for the island"))
        ]
    );
}

#[test]
fn a_marker_with_nothing_behind_it_ends_the_page() {
    let page = page("عنوان\nنص الخبر كله هنا.\nاقرأ أيضًا:");
    assert_eq!((page.body.len(), page.related.len()), (1, 0));
}

#[test]
fn a_glued_headline_is_cut_where_the_next_sentence_begins() {
    let page = page(
        "Titulli i parë\nDonacion i besimtarëve në Turqi.Lexoni edhe:Shefat e Apple dëshmojnë në Kongres”Nuk është donacion.",
    );
    assert_eq!(page.body, ["Donacion i besimtarëve në Turqi.", "”Nuk është donacion."]);
    assert_eq!(page.related[0].headline.as_deref(), Some("Shefat e Apple dëshmojnë në Kongres"));
}

#[test]
fn flattened_text_behind_a_marker_stays_with_the_article_and_is_a_doubt() {
    // Each sentence begins with a name, as the headline does.
    let long = "Malawi : un séropositif condamné par la justice Paul Banda a dit que cette idée fausse alimente depuis longtemps la \
                discrimination à l'égard des personnes séropositives dans le pays, et cela malgré toutes les campagnes de sensibilisation.";
    let paragraph = format!("Le premier paragraphe. Lire aussi: {long}");
    let text = format!("Un titre\n{paragraph}");
    let page = page(&text);
    assert_eq!(page.body, [paragraph]);
    assert!(page.related.is_empty());
    assert!(page.warnings.contains(&Warning::RelatedUnsplit));
}

#[test]
fn a_single_paragraph_cut_with_an_ellipsis_is_a_teaser() {
    let page = page(
        "عنوان\nنص الخبر كله هنا.\nالمصدر: وكالات\nإقرأ أيضاً:\nعنوان خبر آخر عن المدرسة\nقالت الوزارة إن المدرسة الجديدة...",
    );
    assert_eq!(page.related[0].kind, RelatedKind::Link);
    assert_eq!(page.related[0].teaser.as_deref(), Some("قالت الوزارة إن المدرسة الجديدة..."));
}
