"""Cross-entropy against the shares of listeners' votes, with label smoothing, class weights and blended examples, and its
gradient, by PyTorch.

The sum over the clips divided by their number, where PyTorch's own mean divides by the clips' weights.
Run with PyTorch: python tests/golden/votes.py > tests/golden/votes.json
"""

import json

import torch

logits = [[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0], [0.2, -0.7, 0.1], [4.0, -2.0, 1.5]]
votes = [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.125, 0.125, 0.75], [0.625, 0.0, 0.375]]
partners, weights = [2, 0, 3, 1], [0.5, 2.0, 1.25]
cases = []
for smoothing in (0.0, 0.1):
    for weighted in (False, True):
        for share in (1.0, 0.7):
            x = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
            w = torch.tensor(weights, dtype=torch.float64) if weighted else None
            p = torch.tensor(votes, dtype=torch.float64)
            asked = share * p + (1 - share) * p[partners]
            loss = torch.nn.functional.cross_entropy(x, asked, weight=w, label_smoothing=smoothing, reduction="sum")
            loss = loss / len(votes)
            loss.backward()
            cases.append(dict(smoothing=smoothing, weighted=weighted, share=share, loss=loss.item(), gradient=x.grad.tolist()))
print(json.dumps(dict(logits=logits, votes=votes, partners=partners, weights=weights, cases=cases)))
