use super::Expression;
use crate::record::AlertRecord;
impl Expression {
    pub(super) fn truth(&self, _record: &AlertRecord) -> Option<bool> {
        todo!()
    }
}
