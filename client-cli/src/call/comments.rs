//! The comments of the proto files, as the descriptor set carries them.

use prost_reflect::MethodDescriptor;

/// What the proto file says of a method, in one paragraph; empty where it says nothing.
#[must_use]
pub fn of_method(method: &MethodDescriptor) -> String {
    let file = method.parent_file();
    let locations = file.file_descriptor_proto().source_code_info.as_ref().map(|info| info.location.as_slice());
    let location = locations.unwrap_or_default().iter().find(|location| location.path == method.path());
    let comment = location.and_then(|location| location.leading_comments.as_deref()).unwrap_or_default();
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::contract;

    #[test]
    fn every_method_says_what_it_does() {
        for method in contract::methods().unwrap() {
            assert!(!super::of_method(&method).is_empty(), "{} has no comment", method.full_name());
        }
    }
}
