//! A question with its progress: `Ask`.

use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{AskRequest, CorrelateRequest, RecommendRequest};

use crate::alerts::{planted, record};
use crate::world::{World, both};

async fn asked(world: &mut World, question: Question) -> anyhow::Result<Vec<Message>> {
    let mut answers = world.client.ask(AskRequest { question: Some(question) }).await?.into_inner();
    let mut messages = Vec::new();
    while let Some(answer) = answers.message().await? {
        messages.extend(answer.message);
    }
    Ok(messages)
}

#[tokio::test]
async fn a_question_with_progress_ends_with_the_answer_of_the_plain_call() -> anyhow::Result<()> {
    for mut world in both().await? {
        record(&world.store, planted()).await?;
        let plain = world.client.correlate(CorrelateRequest::default()).await?.into_inner();
        let told = asked(&mut world, Question::Correlate(CorrelateRequest::default())).await?;
        assert_eq!(told.last(), Some(&Message::Correlate(plain)));
        let plain = world.client.recommend(RecommendRequest::default()).await?.into_inner();
        let told = asked(&mut world, Question::Recommend(RecommendRequest::default())).await?;
        assert_eq!(told.last(), Some(&Message::Recommend(plain)));
        assert!(told[..told.len() - 1].iter().all(|message| matches!(message, Message::Progress(_))));
        world.end().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_question_with_progress_is_refused_as_the_plain_call_is() -> anyhow::Result<()> {
    for mut world in both().await? {
        let nothing = world.client.ask(AskRequest { question: None }).await.expect_err("asks nothing");
        assert_eq!(nothing.code(), tonic::Code::InvalidArgument);
        let wrong = CorrelateRequest { filter: "final_scor >= 8".to_owned(), ..CorrelateRequest::default() };
        let mut answers =
            world.client.ask(AskRequest { question: Some(Question::Correlate(wrong.clone())) }).await?.into_inner();
        let told = answers.message().await.expect_err("refused");
        let plain = world.client.correlate(wrong).await.expect_err("refused");
        assert_eq!((told.code(), told.message()), (plain.code(), plain.message()));
        world.end().await?;
    }
    Ok(())
}
