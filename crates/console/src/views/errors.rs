//! What is wrong with the fields of a form.

/// Errors by the name of the field.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// No error.
    #[must_use]
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// The same errors and one more.
    #[must_use]
    pub(crate) fn with(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.add(field, message);
        self
    }

    /// Adds an error.
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// What is wrong with the field.
    #[must_use]
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == field);
        found.map(|(_, message)| message.as_str())
    }

    /// Calls fields otherwise, where `name` knows another name.
    pub(crate) fn rename(&mut self, name: impl Fn(&str) -> Option<String>) {
        for (field, _) in &mut self.0 {
            if let Some(other) = name(field) {
                *field = other;
            }
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
