"""One vector of logits under softmax and sigmoid, step by step.

`explain` puts together the steps from logits to probabilities (`steps`) and their `slopes`, with
the Jacobian, the losses and the uncertainty of the modules above.
"""
