"""Learning to read by two losses: what to answer, and whom each word tells of.

Whose value a word is can be found in two hops: it has its sentence's subject, and the question has
one; the reader attends to the value whose subject is the question's. Answers alone teach that
late and at once, for neither hop is of use without the other. So the first layer is taught the
first hop at every word: to say which name came last (deep supervision: Lee et al. 2015).
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from isogloss.training.tiny import IGNORED

# Standard deviations of initial weights. A word should weigh in the first layer's output about as
# much as the subject that is added to it: with small embeddings it is lost beside the subject.
EMBEDDING, QUERY, VALUE, SUBJECT = 0.3, 0.09, 0.06, 1.0
# The gain before the output: as embeddings are large and tied to it, its logits would be, too.
GAIN = 0.2


def begin_alike(model: Any) -> None:
    """Set a new Llama's attention up for looking up and copying, in place.

    Above the first layer, queries and keys of a head begin as one map, so that a place attends to
    those which are like it, and what it takes from there begins near the place's own state
    (mimetic initialization: Trockman & Kolter 2023).
    """
    model.model.embed_tokens.weight.data.normal_(0, EMBEDDING)
    model.model.norm.weight.data.fill_(GAIN)
    for number, layer in enumerate(model.model.layers):
        attention = layer.self_attn
        attention.v_proj.weight.data.normal_(0, VALUE)
        if number:
            attention.q_proj.weight.data.normal_(0, QUERY)
            attention.k_proj.weight.data.copy_(attention.q_proj.weight.data)
            attention.o_proj.weight.data.copy_(attention.v_proj.weight.data.T)
        else:
            attention.o_proj.weight.data.normal_(0, VALUE)


def last_names(ids: Tensor, names: Tensor, padding: int) -> Tensor:
    """Return at each place the name that came last, itself included; IGNORED before the first.

    ids: (batch, tokens). names: (vocabulary), true for names. Padding is ignored, too.
    """
    places = torch.arange(ids.shape[1]).expand_as(ids)
    last = torch.where(names[ids], places, -1).cummax(1).values
    found = ids.gather(1, last.clamp(min=0))
    return torch.where((last < 0) | (ids == padding), IGNORED, found)


class Pupil(nn.Module):
    """A Llama of two layers or more, and what its first layer says of subjects, in training."""

    def __init__(self, model: Any, names: Sequence[int]) -> None:
        super().__init__()
        self.model = model
        self.subject = nn.Linear(model.config.hidden_size, model.config.vocab_size, bias=False)
        nn.init.normal_(self.subject.weight, std=SUBJECT)
        self.names = torch.zeros(model.config.vocab_size, dtype=torch.bool)
        self.names[list(names)] = True

    def forward(
        self, input_ids: Tensor, labels: Tensor, position_ids: Tensor, use_cache: bool
    ) -> Any:
        """Return an object with `loss`: of subjects, plus that of answers if any is learned."""
        found = self.model.model(
            input_ids=input_ids,
            position_ids=position_ids,
            use_cache=use_cache,
            output_hidden_states=True,
        )
        named = last_names(input_ids, self.names, self.model.config.pad_token_id)
        known = named != IGNORED
        loss = cross_entropy(self.subject(found.hidden_states[1][known]), named[known])
        following = labels[:, 1:]
        learned = following != IGNORED
        if learned.any():
            logits = self.model.lm_head(found.last_hidden_state[:, :-1][learned])
            loss = loss + cross_entropy(logits, following[learned])
        return SimpleNamespace(loss=loss)
