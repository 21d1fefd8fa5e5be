//! Certificates and tokens, in files of their own, as an operator hands them to servers and callers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use service::auth::{Role, create};
use tempfile::TempDir;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// The name that the servers' certificates are for.
pub const NAME: &str = "perftrack.test";

/// Somebody who vouches for certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// What its certificates are checked with.
    pub pem: String,
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for `name`, and its key, as PEM.
    pub fn certify(&self, name: &str) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// What servers are given: a certificate that a renewal replaces, and a file of tokens.
pub struct Credentials {
    folder: TempDir,
    /// Who vouched for the present certificate.
    pub authority: Authority,
    /// A token that may record.
    pub writer: String,
    /// A token that may ask.
    pub reader: String,
}

impl Credentials {
    /// New ones.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (writer, first) = create("bot", Role::Writer, None).unwrap();
        let (reader, second) = create("operator", Role::Reader, None).unwrap();
        let made = Self { folder, authority: Authority::new("first"), writer, reader };
        std::fs::write(made.tokens(), format!("{first}\n{second}\n")).unwrap();
        made.put_certificate();
        made
    }

    /// A file of these.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the servers find who may call.
    pub fn tokens(&self) -> PathBuf {
        self.path("tokens")
    }

    /// Puts a certificate of another authority in the place of the old one, the key first, as a careless renewal would.
    pub fn renew(&mut self) {
        self.authority = Authority::new("second");
        self.put_certificate();
    }

    fn put_certificate(&self) {
        let (certificate, key) = self.authority.certify(NAME);
        std::fs::write(self.path("tls.key"), key).unwrap();
        std::fs::write(self.path("tls.crt"), certificate).unwrap();
        std::fs::write(self.path("ca.crt"), &self.authority.pem).unwrap();
    }

    /// What a server is told of them.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![
            ("PERFTRACK_TLS_CERT_FILE", text(&self.path("tls.crt"))),
            ("PERFTRACK_TLS_KEY_FILE", text(&self.path("tls.key"))),
            ("PERFTRACK_TOKENS_FILE", text(&self.tokens())),
        ]
    }
}

/// How a caller who trusts these authorities speaks to the servers.
pub fn trusting<'a>(authorities: impl IntoIterator<Item = &'a str>) -> ClientTlsConfig {
    let trusted = authorities.into_iter().map(Certificate::from_pem);
    ClientTlsConfig::new().domain_name(NAME).ca_certificates(trusted).timeout(Duration::from_secs(10))
}

/// The same with a certificate of the caller's own.
pub fn known_as(tls: ClientTlsConfig, (certificate, key): &(String, String)) -> ClientTlsConfig {
    tls.identity(Identity::from_pem(certificate, key))
}
