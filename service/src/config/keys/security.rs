//! Who may call, and how calls are kept from others' eyes.

use std::path::PathBuf;

use super::AnyKey;
use crate::config::{Key, Reflection};

/// The settings of this file.
pub const SECURITY: &[&dyn AnyKey] = &[&TLS_CERT_FILE, &TLS_KEY_FILE, &TLS_CLIENT_CA_FILE, &TOKENS_FILE, &REFLECTION];

/// The server's certificate.
pub const TLS_CERT_FILE: Key<PathBuf> = Key::new(
    "tls_cert_file",
    "tls-cert-file",
    "FILE",
    "The server's certificate and those between it and its authority, as PEM; goes with tls_key_file. Without both, calls \
     travel in the clear. Read again when it changes",
);

/// The key of the certificate.
pub const TLS_KEY_FILE: Key<PathBuf> = Key::new(
    "tls_key_file",
    "tls-key-file",
    "FILE",
    "The private key of tls_cert_file, as PEM. Read again when it changes",
);

/// Whose certificates clients need.
pub const TLS_CLIENT_CA_FILE: Key<PathBuf> = Key::new(
    "tls_client_ca_file",
    "tls-client-ca-file",
    "FILE",
    "Authorities, as PEM: clients need a certificate of one of them (mutual TLS), also for health and reflection. Read \
     again when it changes",
);

/// Who may call.
pub const TOKENS_FILE: Key<PathBuf> = Key::new(
    "tokens_file",
    "tokens-file",
    "FILE",
    "The tokens that callers need, hashed, one on each line: NAME ROLE EXPIRY HASH, as `perfctl token create` prints it. \
     Read again when it changes. Without it, whoever reaches the server may do everything",
);

/// Who may ask for the contract.
pub const REFLECTION: Key<Reflection> = Key::new(
    "reflection",
    "reflection",
    "WHO",
    "Who may ask by reflection what the server speaks. public: everybody. protected: who has a token, where there is a \
     tokens_file. off: nobody",
)
.default("protected");
