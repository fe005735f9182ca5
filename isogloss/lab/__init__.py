"""The lab; what configuration and training share is here, as it must not import either."""

MADE_OF = "lab.json"  # beside the weights: the settings that they were trained with
