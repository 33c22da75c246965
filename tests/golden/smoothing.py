"""Cross-entropy with label smoothing, class weights and blended labels, and its gradient, by PyTorch.

The sum over the clips divided by their number, where PyTorch's own mean divides by the clips' weights.
Run with PyTorch: python tests/golden/smoothing.py > tests/golden/smoothing.json
"""

import json

import torch

logits = [[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0], [0.2, -0.7, 0.1], [4.0, -2.0, 1.5]]
targets, partners, weights = [1, 0, 2, 0], [2, 1, 2, 1], [0.5, 2.0, 1.25]
cases = []
for smoothing in (0.0, 0.1, 0.4):
    for weighted in (False, True):
        for share in (1.0, 0.7):
            x = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
            w = torch.tensor(weights, dtype=torch.float64) if weighted else None
            cost = lambda labels: torch.nn.functional.cross_entropy(
                x, torch.tensor(labels), weight=w, label_smoothing=smoothing, reduction="sum"
            )
            loss = (share * cost(targets) + (1 - share) * cost(partners)) / len(targets)
            loss.backward()
            cases.append(dict(smoothing=smoothing, weighted=weighted, share=share, loss=loss.item(), gradient=x.grad.tolist()))
print(json.dumps(dict(logits=logits, targets=targets, partners=partners, weights=weights, cases=cases)))
