//! From numbers to what may be said: which questions are asked, when they are judged, and the verdicts.
