"""Names of the lab's files in TOFU's form, as TOFU calls its own."""

LEARNED = "full.json"  # pairs to learn
ASKED = "full_perturbed.json"  # the same with paraphrased questions
