# /// script
# requires-python = ">=3.11"
# dependencies = ["scikit-learn==1.9.1", "wordsegment==1.3.1"]
#
# [tool.examples]
# makes = ["words.jsonl", "quiz.jsonl"]
# ///
"""Write what a small language model answers, in the formats of large ones.

The model predicts a word from the one before it, by how often both occur in a row in a trillion
words of web pages (the counts that the package wordsegment ships). Its quiz is made from the
descriptions of data sets in scikit-learn. `python make.py` makes both files again.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import sklearn.datasets
import wordsegment

FOLDER = Path(__file__).parent
COUNTS = Path(wordsegment.__file__).parent
TEXTS = Path(sklearn.datasets.__file__).parent / "descr"
PROMPTS = ("thank", "once", "neural", "good", "oh")
WORDS_IN_ALL = 1_024_908_267_229
RARE_COUNT = 100.0  # of a word without a count
MOST_SEEN = 0.95  # share of the pairs of a word that can be in the table
TOP, QUESTIONS, CHOICES = 10, 300, 4


class Question(NamedTuple):
    """A sentence with a blank: the words before it, the right word, and the words after."""

    before: list[str]
    answer: str
    after: list[str]


class Model:
    """Bigram model: seen pairs by their counts, the rest by the frequency of the word."""

    def __init__(self) -> None:
        self._words: dict[str, float] = {}
        for line in (COUNTS / "unigrams.txt").read_text().splitlines():
            word, count = line.split("\t")
            self._words[word] = float(count)
        self._next: dict[str, dict[str, float]] = {}
        for line in (COUNTS / "bigrams.txt").read_text().splitlines():
            pair, count = line.split("\t")
            first, second = pair.lower().split(" ")
            following = self._next.setdefault(first, {})
            following[second] = following.get(second, 0.0) + float(count)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def logprob(self, word: str, previous: str) -> float:
        """Return the log-probability of a word after another."""
        following = self._next.get(previous, {})
        seen = sum(following.values())
        share = min(seen / self._words.get(previous, math.inf), MOST_SEEN)
        pair = share * following.get(word, 0.0) / seen if seen else 0.0
        rest = (1.0 - share) * self._words.get(word, RARE_COUNT) / WORDS_IN_ALL
        return math.log(pair + rest)

    def top(self, previous: str) -> list[dict[str, Any]]:
        """Return the most probable of the words seen after another."""
        scores = {word: self.logprob(word, previous) for word in self._next.get(previous, {})}
        words = sorted(scores, key=lambda word: (-scores[word], word))[:TOP]
        return [{"token": word, "logprob": round(scores[word], 5)} for word in words]


def completion(model: Model, prompt: str) -> dict[str, Any]:
    """Return the next word after a prompt, as the response of a chat API."""
    top = model.top(prompt)
    content = [{**top[0], "top_logprobs": top}]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": top[0]["token"]},
        "logprobs": {"content": content},
        "finish_reason": "length",
    }
    return {"id": prompt, "object": "chat.completion", "model": "bigrams", "choices": [choice]}


def sentences() -> Iterator[list[str]]:
    """Yield the words of sentences, without tables and numbers."""
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(TEXTS.glob("*.rst")))
    for sentence in re.split(r"[.!?]\s|\n\n|::", text):
        if not re.search(r"[|=+]{2}|\d{3}", sentence):
            yield re.findall(r"[a-z']+", sentence.lower())


def questions(model: Model) -> list[Question]:
    """Return sentences with a blank for one of their longer words, in random order."""
    found = [
        Question(words[:i], words[i], words[i + 1 :])
        for words in sentences()
        for i in range(2, len(words) - 1)
        if len(words[i]) >= 4 and words[i] in model
    ]
    random.Random(0).shuffle(found)
    return found[:QUESTIONS]


def sample(model: Model, number: int, question: Question, choices: list[str]) -> dict[str, Any]:
    """Return a question and the log-likelihoods of its choices, as lm-evaluation-harness does.

    A choice is scored with the word after it, which it has to fit as well.
    """
    before, after = question.before[-1], question.after[0]
    scores = [model.logprob(word, before) + model.logprob(after, word) for word in choices]
    target = choices.index(question.answer)
    best = scores.index(max(scores))
    sentence = " ".join([*question.before[-6:], "___", *question.after[:6]])
    return {
        "doc_id": number,
        "doc": {"sentence": sentence, "choices": choices},
        "target": target,
        "filtered_resps": [[round(score, 4), False] for score in scores],
        "acc": float(best == target),
    }


def write(name: str, records: list[dict[str, Any]]) -> None:
    """Write a record per line."""
    lines = [json.dumps(record, separators=(",", ":")) for record in records]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write the next words after some prompts, and a quiz."""
    model = Model()
    write("words.jsonl", [completion(model, prompt) for prompt in PROMPTS])
    asked, chance = questions(model), random.Random(1)
    words = sorted({question.answer for question in asked})
    quiz = []
    for number, question in enumerate(asked):
        others = [word for word in words if word != question.answer]
        choices = [question.answer, *chance.sample(others, CHOICES - 1)]
        chance.shuffle(choices)
        quiz.append(sample(model, number, question, choices))
    write("quiz.jsonl", quiz)


if __name__ == "__main__":
    main()
