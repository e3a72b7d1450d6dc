//! Answers, notifications and reports of MWS that archives keep, read into today's shapes.
