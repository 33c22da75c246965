"""Reads with NumPy what `undertone features --export` wrote, and writes arrays as other programs do.

    read_npy.py check DIR    asserts what the export promises; prints shape, sum and labels as JSON
    read_npy.py vary DIR OUT copies the export into OUT/<kind> with X.npy of other types, byte orders and orders
"""

import csv
import json
import pathlib
import shutil
import sys

import numpy


def table(folder):
    with open(folder / "labels.csv", newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def check(folder):
    about = json.loads((folder / "about.json").read_text())
    x, y, rows = numpy.load(folder / "X.npy"), numpy.load(folder / "y.npy"), table(folder)
    assert x.dtype == numpy.float32 and y.dtype == numpy.float32, (x.dtype, y.dtype)
    assert x.ndim == 3 and x.flags["C_CONTIGUOUS"] and numpy.isfinite(x).all()
    assert y.shape == (len(x), len(about["labels"])) and len(rows) == len(x)
    assert (y.sum(axis=1) == 1).all() and set(numpy.unique(y)) == {0, 1}
    for index, row in enumerate(rows):
        assert int(row["row"]) == index and int(row["label"]) == y[index].argmax()
        assert about["labels"][y[index].argmax()] == row["emotion"]
        assert row["side"] in ("train", "validation", "test") and pathlib.Path(row["path"]).is_file()
    assert about["columns"][-1][2] == x.shape[2]
    per_clip = 0
    for name, first, end in about["columns"]:
        for path in sorted((folder / name).glob("*.npy")) if (folder / name).is_dir() else []:
            index = int(path.name.split("_")[0])
            assert (numpy.load(path) == x[index, :, first:end]).all(), path
            assert path.stem.split("_", 1)[1] == pathlib.Path(rows[index]["path"]).stem
            per_clip += 1
    total = float(x.astype(numpy.float64).sum())
    print(json.dumps({"shape": x.shape, "sum": total, "labels": about["labels"], "per_clip": per_clip}))


def vary(folder, out):
    x = numpy.load(folder / "X.npy")
    kinds = {
        "half": x.astype("<f2"),
        "double": x.astype("<f8"),
        "big": x.astype(">f4"),
        "fortran": numpy.asfortranarray(x),
        "mean": x.mean(axis=1),
        "integer": x.round().astype("<i2"),
    }
    for kind, array in kinds.items():
        (out / kind).mkdir(parents=True)
        numpy.save(out / kind / "X.npy", array)
        shutil.copy(folder / "labels.csv", out / kind / "labels.csv")
    print(json.dumps({kind: float(array.astype(numpy.float64).sum()) for kind, array in kinds.items()}))


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    {"check": check, "vary": vary}[command](*map(pathlib.Path, paths))
