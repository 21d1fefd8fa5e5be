use super::{Expression, FilterError};
pub(super) fn parse(_text: &str) -> Result<Expression, FilterError> {
    todo!()
}
