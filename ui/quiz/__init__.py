"""The quiz: a person guesses, face by face, against the model."""
