//! When certificates end.

use std::path::Path;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::x509::X509;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateKind {
    /// It says who we are: `kafka.tls.cert_file`.
    Client,
    /// The authorities that we trust: `kafka.tls.ca_file`.
    Authorities,
}

impl CertificateKind {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Client, Self::Authorities];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Authorities => "ca",
        }
    }
}

/// When a PEM file of certificates ends, in seconds since 1970: a client's with the first of them, which is its own; of
/// authorities with the last one to end, since which of them signed a broker is not known here.
///
/// # Errors
/// In words: the file cannot be read, or holds no certificate.
pub fn not_after(file: &Path, kind: CertificateKind) -> Result<i64, String> {
    let text = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let found = X509::stack_from_pem(&text).map_err(|error| format!("is no PEM file: {error}"))?;
    let ends = found.iter().map(|certificate| seconds(certificate.not_after()));
    let mut ends = ends
        .collect::<Result<Vec<i64>, _>>()
        .map_err(|error| format!("has a certificate without an end: {error}"))?
        .into_iter();
    let end = match kind {
        CertificateKind::Client => ends.next(),
        CertificateKind::Authorities => ends.max(),
    };
    end.ok_or_else(|| "holds no certificate in PEM form".to_owned())
}

fn seconds(time: &Asn1TimeRef) -> Result<i64, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(i64::from(since.days) * 86_400 + i64::from(since.secs))
}

#[cfg(test)]
mod tests {
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;

    use super::*;

    /// A certificate that ends then, as PEM.
    fn ending(at: i64) -> String {
        let key = PKey::generate_ed25519().unwrap();
        let mut made = X509::builder().unwrap();
        made.set_pubkey(&key).unwrap();
        made.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
        made.set_not_after(&Asn1Time::from_unix(at).unwrap()).unwrap();
        made.sign(&key, MessageDigest::null()).unwrap();
        String::from_utf8(made.build().to_pem().unwrap()).unwrap()
    }

    #[test]
    fn a_client_ends_with_its_own_certificate_and_authorities_with_the_last_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("certificates.pem");
        let [first, last, early] = [1_900_000_000, 2_000_000_000, 1_800_000_000];
        std::fs::write(&file, [first, last, early].map(ending).concat()).unwrap();
        assert_eq!(not_after(&file, CertificateKind::Client), Ok(first));
        assert_eq!(not_after(&file, CertificateKind::Authorities), Ok(last));
        std::fs::write(&file, "no certificate").unwrap();
        assert!(not_after(&file, CertificateKind::Client).is_err());
        assert!(not_after(&folder.path().join("none"), CertificateKind::Client).is_err());
    }
}
