"""Golden numbers of 1 - CCC and its gradient by PyTorch: python concordance.py > concordance.json

The formula is Lin's (1989) with moments divided by n and 1e-8 in the denominator, of each dimension over the clips that
state it, and the mean over the dimensions that two clips or more state.
"""

import json

import torch


def loss_of(predicted, stated):
    coefficients = []
    for dimension in range(predicted.shape[1]):
        there = [clip for clip, row in enumerate(stated) if row[dimension] is not None]
        if len(there) < 2:
            continue
        x = torch.tensor([stated[clip][dimension] for clip in there], dtype=torch.float64)
        y = predicted[there, dimension]
        covariance = ((x - x.mean()) * (y - y.mean())).mean()
        below = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2 + 1e-8
        coefficients.append(2 * covariance / below)
    return 1 - torch.stack(coefficients).mean()


def case(name, clips, dimensions, masked, scale=1.0, shift=0.0):
    generator = torch.Generator().manual_seed(len(name))
    draw = lambda *shape: torch.rand(*shape, generator=generator, dtype=torch.float64)
    truth = draw(clips, dimensions)
    predicted = (truth + 0.5 * draw(clips, dimensions)) * scale + shift
    truth = [[round(value, 3) for value in row] for row in truth.tolist()]
    predicted = [[round(value, 3) for value in row] for row in predicted.tolist()]
    stated = [
        [None if masked(clip, dimension) else truth[clip][dimension] for dimension in range(dimensions)]
        for clip in range(clips)
    ]
    values = torch.tensor(predicted, dtype=torch.float64, requires_grad=True)
    loss = loss_of(values, stated)
    loss.backward()
    return {
        "name": name,
        "predicted": predicted,
        "stated": stated,
        "loss": loss.item(),
        "gradient": values.grad.tolist(),
    }


nothing = lambda clip, dimension: False
print(
    json.dumps(
        [
            case("one dimension", 6, 1, nothing),
            case("three dimensions", 8, 3, nothing, 0.7, -0.2),
            case("some lack a dimension", 7, 2, lambda clip, dimension: dimension == 1 and clip % 3 == 0),
            case("a dimension of one clip alone", 4, 2, lambda clip, dimension: dimension == 0 and clip > 0),
            case("two clips", 2, 2, nothing, -1.0, 1.0),
        ]
    )
)
