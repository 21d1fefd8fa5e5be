use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::sync::watch;
use tonic::Code;
use tower::ServiceExt as _;

use super::token::Token;
use super::*;

const PATH: &str = "tokens";

fn tokens(lines: &[String]) -> Tokens {
    Tokens::parse(&lines.join("\n"), Path::new(PATH)).unwrap()
}

/// Whose token this text is, if it is good for anything at `now`.
fn found(tokens: &Tokens, text: &str, now: SystemTime) -> Option<Caller> {
    tokens.allows(&Hash::of(text), Role::Reader, now).ok().map(Token::caller)
}

fn in_an_hour() -> Option<chrono::DateTime<chrono::Utc>> {
    Some((SystemTime::now() + Duration::from_secs(3_600)).into())
}

#[test]
fn every_rpc_of_the_contract_has_a_role_and_none_is_forgotten() {
    let set = FileDescriptorSet::decode(perftrack::FILE_DESCRIPTOR_SET).unwrap();
    let mut paths = BTreeSet::new();
    for file in set.file.iter().filter(|file| file.package() == "perftrack.v1") {
        for service in &file.service {
            for method in &service.method {
                paths.insert(format!("/perftrack.v1.{}/{}", service.name(), method.name()));
            }
        }
    }
    let listed: BTreeSet<String> = NEEDED.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(paths, listed);
    assert_eq!(NEEDED.len(), listed.len(), "one is listed twice");
    assert!(paths.len() >= 20);
}

#[test]
fn what_is_in_no_table_needs_the_highest_role() {
    assert_eq!(needed("/perftrack.v1.TrackingService/DropEverything"), Role::Admin);
    assert!(Role::Reader < Role::Writer && Role::Writer < Role::Admin);
}

#[test]
fn a_created_token_is_found_by_its_text_alone_and_stands_nowhere_in_the_file() {
    let (text, line) = create("bot", Role::Writer, in_an_hour()).unwrap();
    let (other, other_line) = create("grafana", Role::Reader, None).unwrap();
    assert_ne!(text, other);
    assert!(!line.contains(&text) && line.starts_with("bot writer "), "{line}");
    let tokens = tokens(&["# who may call".to_owned(), line, String::new(), format!("{other_line} # for the panels")]);
    let found = |text: &str| found(&tokens, text, SystemTime::now());
    assert_eq!(found(&text), Some(Caller { name: "bot".to_owned(), role: Role::Writer }));
    assert_eq!(found(&other).unwrap().role, Role::Reader);
    for wrong in ["", "bot", &text[..text.len() - 1], &format!("{text} ")] {
        assert_eq!(found(wrong), None);
    }
    assert!(create("two words", Role::Reader, None).is_err());
}

#[test]
fn a_token_ends_at_its_expiry() {
    let expires_at = chrono::DateTime::parse_from_rfc3339("2027-01-01T00:00:00Z").unwrap();
    let (text, line) = create("bot", Role::Writer, Some(expires_at.into())).unwrap();
    let tokens = tokens(&[line]);
    let at = SystemTime::from(expires_at);
    assert!(found(&tokens, &text, at - Duration::from_secs(1)).is_some());
    assert!(found(&tokens, &text, at).is_none());
}

#[test]
fn a_file_that_cannot_be_used_is_refused_by_line_and_shows_nothing_of_it() {
    let (text, line) = create("bot", Role::Writer, None).unwrap();
    for (bad, says) in [
        (text.clone(), "it has 1 words"),
        (format!("bot writer never {text}"), "the hash is not"),
        (line.replace("writer", "owner"), "the role is neither"),
        (line.replace("never", "tomorrow"), "the expiry is neither"),
        (line.clone(), "another token has this name"),
    ] {
        let said = Tokens::parse(&format!("{line}\n{bad}"), Path::new(PATH)).unwrap_err().to_string();
        assert!(said.starts_with("line 2 of the file of tokens tokens: ") && said.contains(says), "{said}");
        assert!(!said.contains(&text), "{said}");
    }
}

/// What a call to `path` with that header comes to; `Ok` where it was let through.
async fn called(guard: Guard, path: &str, header: Option<&str>) -> Code {
    let router = Router::new().fallback(|| async {}).layer(from_fn_with_state(Arc::new(guard), check));
    let mut request = Request::builder().uri(path);
    if let Some(header) = header {
        request = request.header("authorization", header);
    }
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    crate::response::status_of(&response).map_or(Code::Ok, |status| {
        assert!(!status.message().contains("expire") && !status.message().contains("admin"), "{status:?}");
        status.code()
    })
}

fn guard(reflection: Reflection, lines: &[String]) -> Guard {
    Guard { tokens: Some(watch::channel(Arc::new(tokens(lines))).1), reflection }
}

#[tokio::test]
async fn each_role_may_call_what_the_table_says_and_nothing_more() {
    for role in [Role::Reader, Role::Writer, Role::Admin] {
        let (text, line) = create("caller", role, in_an_hour()).unwrap();
        let lines = [line];
        for (path, needed) in NEEDED {
            let guard = || guard(Reflection::Protected, &lines);
            let expected = if role >= *needed { Code::Ok } else { Code::PermissionDenied };
            assert_eq!(called(guard(), path, Some(&format!("Bearer {text}"))).await, expected, "{role} {path}");
            assert_eq!(called(guard(), path, None).await, Code::Unauthenticated, "{path}");
        }
    }
}

#[tokio::test]
async fn whoever_has_no_good_token_learns_nothing_but_that() {
    let gone = Some((SystemTime::now() - Duration::from_secs(1)).into());
    let (expired, line) = create("old", Role::Admin, gone).unwrap();
    let lines = [line];
    for header in ["Bearer ", "Bearer ptk_x", "Basic abc", "ptk_x", &format!("Bearer {expired}")] {
        let guard = guard(Reflection::Protected, &lines);
        let path = "/perftrack.v1.TrackingService/GetAlert";
        assert_eq!(called(guard, path, Some(header)).await, Code::Unauthenticated, "{header}");
    }
}

#[tokio::test]
async fn health_is_for_everybody_and_reflection_follows_its_setting() {
    let health = "/grpc.health.v1.Health/Check";
    let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    assert_eq!(called(guard(Reflection::Protected, &[]), health, None).await, Code::Ok);
    assert_eq!(called(guard(Reflection::Public, &[]), reflection, None).await, Code::Ok);
    assert_eq!(called(guard(Reflection::Protected, &[]), reflection, None).await, Code::Unauthenticated);
    let (text, line) = create("reader", Role::Reader, None).unwrap();
    let header = format!("bearer {text}");
    assert_eq!(called(guard(Reflection::Protected, &[line]), reflection, Some(&header)).await, Code::Ok);
    let open = Guard { tokens: None, reflection: Reflection::Protected };
    assert_eq!(called(open, NEEDED[0].0, None).await, Code::Ok);
}
