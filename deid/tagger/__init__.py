"""The trained tagger: a conditional random field, its lexicon and its training (CARD.md)."""
