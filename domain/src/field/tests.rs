use super::*;
use crate::sample;

#[test]
fn every_field_is_found_by_its_name_and_prints_it() {
    for field in Field::all() {
        assert_eq!(Field::parse(&field.to_string()), Ok(field));
    }
    assert_eq!(Field::all().count(), 14 + 22 + 35);
}
