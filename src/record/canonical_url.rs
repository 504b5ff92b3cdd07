//! One spelling of a URL for all that lead to one page.

use std::sync::LazyLock;

use serde::Deserialize;
use url::Url;

/// The query parameters that say how a reader came to a page; part of what article ids promise.
const FILE: &str = include_str!("../../config/tracking-parameters.toml");

/// Lists of names, in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackingParameters {
    prefixes: Vec<String>,
    names: Vec<String>,
}

impl TrackingParameters {
    fn read() -> Result<Self, toml::de::Error> {
        let mut lists: Self = toml::from_str(FILE)?;
        for name in lists.prefixes.iter_mut().chain(&mut lists.names) {
            name.make_ascii_lowercase();
        }
        Ok(lists)
    }

    /// Whether `name=value`, or a bare name, is one of them.
    fn contain(&self, pair: &str) -> bool {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        self.names.contains(&name) || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// The canonical spelling of a URL: as the WHATWG standard parses and writes it (scheme and host in lower case, no
/// default port, no dot segments, what must be escaped escaped), without its fragment and without tracking parameters.
/// The other parameters keep their order. What is no absolute URL stays as it is, trimmed of white space.
#[must_use]
pub fn canonical_url(text: &str) -> String {
    // The file is compiled in; a test reads it.
    static LISTS: LazyLock<TrackingParameters> =
        LazyLock::new(|| TrackingParameters::read().unwrap_or_default());

    let text = text.trim();
    let Ok(mut url) = Url::parse(text) else {
        return text.to_owned();
    };
    url.set_fragment(None);
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query.split('&').filter(|pair| !LISTS.contain(pair)).collect();
        let kept = kept.join("&");
        if kept.len() != query.len() {
            url.set_query((!kept.is_empty()).then_some(kept.as_str()));
        }
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lists_of_tracking_parameters_can_be_read_and_are_not_empty() {
        let lists = TrackingParameters::read().unwrap();
        assert!(
            lists.contain("utm_source=x")
                && lists.contain("UTM_Medium")
                && lists.contain("fbclid=1")
        );
        assert!(lists.contain("hsctatracking=1"), "a name of the list in upper case");
        assert!(!lists.contain("id=utm_source") && !lists.contain("") && !lists.contain("=fbclid"));
        assert!(
            lists.prefixes.iter().all(|prefix| prefix.len() > 2),
            "a prefix that takes too much"
        );
    }

    #[test]
    fn scheme_and_host_are_lower_case_and_the_path_keeps_its_case() {
        assert_eq!(canonical_url("HTTP://WWW.Example.COM/News/A"), "http://www.example.com/News/A");
    }

    #[test]
    fn the_fragment_and_the_default_port_are_left_out() {
        assert_eq!(canonical_url("https://a.example:443/x#top"), "https://a.example/x");
        assert_eq!(canonical_url("https://a.example:8443/x#"), "https://a.example:8443/x");
    }

    #[test]
    fn tracking_parameters_are_left_out_and_the_others_keep_their_order() {
        assert_eq!(
            canonical_url("http://a.example/?b=2&utm_source=x&a=1&fbclid=9&b=1"),
            "http://a.example/?b=2&a=1&b=1"
        );
        assert_eq!(canonical_url("http://a.example/p?utm_source=x&GCLID=1"), "http://a.example/p");
    }

    #[test]
    fn a_query_without_tracking_parameters_stays_as_it_is() {
        for url in
            ["http://a.example/?", "http://a.example/?&&a", "http://a.example/?q=%D8%A7+b&x="]
        {
            assert_eq!(canonical_url(url), url);
        }
    }

    #[test]
    fn a_path_in_its_own_script_is_the_same_as_the_escaped_one() {
        assert_eq!(
            canonical_url("http://a.example/خبر"),
            canonical_url("http://a.example/%D8%AE%D8%A8%D8%B1")
        );
    }

    #[test]
    fn what_is_no_url_stays_as_it_is() {
        assert_eq!(canonical_url("  News/42#x \n"), "News/42#x");
        assert_eq!(canonical_url(""), "");
    }

    proptest! {
        #[test]
        fn a_canonical_url_is_its_own_canonical_url(
            text in "(https?://[a-zA-Zء-ي.]{1,12}(:[0-9]{1,5})?(/[ -~ء-ي]{0,9}){0,3}([?][ -~&=]{0,20})?(#[ -~]{0,5})?|.{0,30})"
        ) {
            let once = canonical_url(&text);
            prop_assert_eq!(canonical_url(&once), once);
        }
    }
}
