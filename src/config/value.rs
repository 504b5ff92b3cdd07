//! The kinds of values that a key can hold. Each reads itself from text, which is what a variable of the environment
//! gives and what a scalar of the file is turned into, so that both follow one rule.

use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;

/// A value of a key.
pub trait Value: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// Says what was expected.
    fn parse(text: &str) -> Result<Self, String>;

    /// As it stands in TOML.
    fn show(&self) -> String;
}

/// Bytes: `64 MiB`, `512KiB`, `1048576`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(
    /// How many.
    pub usize,
);

impl Bytes {
    /// So many mebibytes.
    #[must_use]
    pub const fn mib(n: usize) -> Self {
        Self(n << 20)
    }
}

const UNITS: [(&str, usize); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size));
        let (unit, size) = whole.copied().unwrap_or(("B", 1));
        write!(f, "{} {unit}", self.0 / size)
    }
}

impl Value for Bytes {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (number, size) = UNITS
            .iter()
            .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)))
            .unwrap_or((text, 1));
        number.trim().parse().ok().and_then(|n: usize| n.checked_mul(size)).map(Self).ok_or_else(
            || "is no size; write bytes as 1048576, \"512 KiB\" or \"64 MiB\"".to_owned(),
        )
    }

    fn show(&self) -> String {
        quote(&self.to_string())
    }
}

impl Value for Duration {
    fn parse(text: &str) -> Result<Self, String> {
        text.trim()
            .parse::<SignedDuration>()
            .ok()
            .and_then(|duration| Self::try_from(duration).ok())
            .ok_or_else(|| "is no duration; write one as \"200ms\", \"45s\" or \"5m\"".to_owned())
    }

    fn show(&self) -> String {
        quote(&show_duration(*self))
    }
}

/// A duration as people write it: `200ms`, `45s`, `5m`.
#[must_use]
pub fn show_duration(duration: Duration) -> String {
    let ms = duration.as_millis();
    match (ms % 1_000, ms % 60_000) {
        (_, 0) if ms > 0 => format!("{}m", ms / 60_000),
        (0, _) => format!("{}s", ms / 1_000),
        _ => format!("{ms}ms"),
    }
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
    }

    fn show(&self) -> String {
        quote(self)
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        String::parse(text).map(Self::from)
    }

    fn show(&self) -> String {
        quote(&self.display().to_string())
    }
}

impl Value for NonZeroUsize {
    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "is no whole number of 1 or more".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for NonZeroU32 {
    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "is no whole number of 1 or more".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// Per cent, from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(
    /// How many.
    pub u8,
);

impl Value for Percent {
    fn parse(text: &str) -> Result<Self, String> {
        let percent = text.trim().parse().ok().filter(|percent| (1..=100).contains(percent));
        percent.map(Self).ok_or_else(|| "is no per cent; write a number from 1 to 100".to_owned())
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// Where HTTP listens; `off` is nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(
    /// The address.
    pub Option<SocketAddr>,
);

impl Value for Listen {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "off" => Ok(Self(None)),
            address => address.parse().map(|address| Self(Some(address))).map_err(|_| {
                "is no address; write \"0.0.0.0:9464\", \"[::]:9464\" or \"off\"".to_owned()
            }),
        }
    }

    fn show(&self) -> String {
        quote(&self.0.map_or_else(|| "off".to_owned(), |address| address.to_string()))
    }
}

/// Where an OpenTelemetry collector takes OTLP over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// The collector that gets spans; `off` is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced(
    /// The collector.
    pub Option<Collector>,
);

impl Value for Traced {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        if text == "off" {
            return Ok(Self(None));
        }
        let address = text.strip_prefix("http://").and_then(|address| address.rsplit_once(':'));
        let (host, port) = address.unwrap_or_default();
        match port.parse() {
            Ok(port) if !host.is_empty() && !host.contains(['/', '@', ' ']) => {
                Ok(Self(Some(Collector { host: host.to_owned(), port })))
            }
            Ok(_) | Err(_) => {
                Err("is no collector; write \"http://localhost:4318\" or \"off\"".to_owned())
            }
        }
    }

    fn show(&self) -> String {
        let address = |to: &Collector| format!("http://{}:{}", to.host, to.port);
        quote(&self.0.as_ref().map_or_else(|| "off".to_owned(), address))
    }
}

/// A secret: nothing that prints it shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that hands it to the client library.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A text as a TOML string.
#[must_use]
pub fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Declares an enum whose values are words of the file.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// The word that stands for it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl $crate::config::value::Value for $name {
            fn parse(text: &str) -> Result<Self, String> {
                let text = text.trim();
                $(if text.eq_ignore_ascii_case($word) {
                    return Ok(Self::$variant);
                })+
                Err(format!("is none of {}", [$($word),+].join(", ")))
            }

            fn show(&self) -> String {
                $crate::config::value::quote(self.word())
            }
        }
    };
}
pub(super) use words;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(Bytes::parse("1048576"), Ok(Bytes::mib(1)));
        assert_eq!(Bytes::parse(" 64 MiB "), Ok(Bytes::mib(64)));
        assert_eq!(Bytes::parse("512KiB"), Ok(Bytes(512 << 10)));
        for bad in [
            "",
            "MiB",
            "64 MB",
            "-1",
            "1.5 GiB",
            "99999999999999999999",
            "18446744073709551615 GiB",
        ] {
            assert!(Bytes::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_duration_needs_a_unit_and_is_not_negative() {
        assert_eq!(Duration::parse("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(Duration::parse("5m"), Ok(Duration::from_secs(300)));
        for bad in ["45", "-3s", "soon", ""] {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_shown_by_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "***");
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(bytes in any::<usize>(), ms in 0_u64..1 << 40) {
            prop_assert_eq!(Bytes::parse(&Bytes(bytes).to_string()), Ok(Bytes(bytes)));
            let duration = Duration::from_millis(ms);
            prop_assert_eq!(Duration::parse(&show_duration(duration)), Ok(duration));
        }
    }
}
