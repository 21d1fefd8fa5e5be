//! Reading other people's JSON: a field of an unexpected type is unknown, and spoils nothing beside it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A number, also where it was sent as text; anything else is `None`. The text is read exactly; `NaN` stays NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub Option<f64>);

/// A text; anything else is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

/// An object of this shape; anything else is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl Text<'_> {
    /// The text; empty where there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// Answers to the JSON types that are not looked for: they are read over.
macro_rules! otherwise_nothing {
    ($nothing:expr; $($method:ident: $type:ty),*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok($nothing)
        })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok($nothing)
        }
    };
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(Some(number as f64)))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number as f64)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.trim().parse().ok()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Number, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Number(None))
            }
            otherwise_nothing!(Number(None); visit_bool: bool);
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Text<'de>, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
            otherwise_nothing!(Text(None); visit_bool: bool, visit_f64: f64, visit_u64: u64, visit_i64: i64);
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Maybe<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Maybe<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(entries)).map(|object| Maybe(Some(object)))
            }
            fn visit_str<E>(self, _: &str) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            otherwise_nothing!(Maybe(None); visit_bool: bool, visit_f64: f64, visit_u64: u64, visit_i64: i64);
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// Reads an array entry by entry: an entry that cannot be read is left out. An error only where the text is no JSON array.
///
/// # Errors
/// What the parser said of the array as a whole.
pub fn array<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<Vec<T>, serde_json::Error> {
    // All at once is twice as fast; one by one only where that fails (a number out of range, a field that stands twice).
    if let Ok(entries) = serde_json::from_slice::<Vec<Maybe<T>>>(body) {
        return Ok(entries.into_iter().filter_map(|entry| entry.0).collect());
    }
    let entries: Vec<&'de RawValue> = serde_json::from_slice(body)?;
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect())
}

/// Reads an object whose values are entries, as [`array`] does.
///
/// # Errors
/// What the parser said of the object as a whole.
pub fn map<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<Vec<(Cow<'de, str>, T)>, serde_json::Error> {
    let Pairs(entries) = serde_json::from_slice::<Pairs<'de>>(body)?;
    Ok(entries.into_iter().filter_map(|(key, value)| Some((key, serde_json::from_str(value.get()).ok()?))).collect())
}

struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::with_capacity(entries.size_hint().unwrap_or(100));
                while let Some((key, value)) = entries.next_entry::<Text<'de>, &'de RawValue>()? {
                    pairs.push((key.0.unwrap_or_default(), value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Entry {
        #[serde(default)]
        n: Number,
    }

    #[test]
    fn a_number_may_be_sent_as_text_and_is_read_exactly() {
        let read = |json: &str| serde_json::from_str::<Number>(json).unwrap().0;
        assert_eq!(read(r#""0.00008138""#), Some(0.000_081_38));
        assert_eq!(read("12"), Some(12.0));
        assert_eq!(read("-1.5"), Some(-1.5));
        assert!(read(r#""NaN""#).unwrap().is_nan());
        for nothing in ["null", "true", "[1]", "{\"a\":1}", "\"much\""] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_bad_entry_does_not_take_the_others_along() {
        let entries = array::<Entry>(br#"[{"n":1}, 7, null, {"n":1e999}, {"n":2,"n":3}, {"n":"4"}, []]"#).unwrap();
        let numbers: Vec<_> = entries.iter().filter_map(|entry| entry.n.0).collect();
        assert_eq!(numbers, [1.0, 4.0]);
        assert!(array::<Entry>(br#"[{"n":1}, {"n":"#).is_err());
        assert!(array::<Entry>(br#"{"n":1}"#).is_err());
    }

    #[test]
    fn a_map_is_read_entry_by_entry() {
        let entries = map::<Entry>(br#"{"a":{"n":1},"b":null,"c":{"n":1e999},"d":{"n":2}}"#).unwrap();
        let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["a", "d"]);
    }
}
