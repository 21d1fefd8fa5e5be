//! What others work out from a revision alone: once, by whoever asks first.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Cell = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// Values that depend on nothing but the revision, one of each type.
#[derive(Debug, Default)]
pub struct Derived {
    cells: Mutex<HashMap<TypeId, Cell>>,
}

impl Derived {
    /// The value of this type, made by `make` if it is not there yet. Who comes while it is made waits for it.
    pub fn once<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(TypeId::of::<T>()).or_default())
        };
        let value = cell.get_or_init(|| Arc::new(make()));
        #[expect(clippy::expect_used, reason = "a cell is found by the type of what is in it")]
        Arc::clone(value).downcast().expect("a value of this type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_value_is_made_once() {
        let derived = Derived::default();
        assert_eq!(*derived.once(|| 7_u8), 7);
        assert_eq!(*derived.once(|| 8_u8), 7);
        assert_eq!(*derived.once(|| "other".to_owned()), "other");
    }
}
