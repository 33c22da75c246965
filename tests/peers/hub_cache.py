"""Python's `huggingface_hub` and this program share one cache: each finds what the other has fetched.

    python tests/peers/hub_cache.py target/debug/undertone

It needs huggingface_hub and no network: the hub is a small server on the loopback.
"""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

NAME = "owner/tiny"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "wav2vec2"}\n',
    "preprocessor_config.json": b'{"sampling_rate": 16000}\n',
    "model.safetensors": bytes(((i * 2654435761) & 0xFFFFFFFF) >> 24 for i in range(200000)),
}


def tag(name):
    """What the hub tells contents apart by: SHA-256 of large files, git's name of small ones."""
    body = FILES[name]
    if name.endswith(".safetensors"):
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        if "/resolve/" not in self.path or name not in FILES:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{tag(name)}"')
        self.send_header("Content-Length", str(len(FILES[name])))
        self.end_headers()
        if body:
            self.wfile.write(FILES[name])

    def log_message(self, *_):
        pass


def undertone(*arguments):
    return json.loads(subprocess.run([sys.argv[1], "encoders", *arguments, "--json"], check=True, stdout=subprocess.PIPE).stdout)


def python(code):
    """In a process of its own, since the library reads its variables once."""
    return subprocess.run([sys.executable, "-c", f"from huggingface_hub import *\n{code}"], check=True, text=True, stdout=subprocess.PIPE).stdout.split()


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ.update(HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}", HF_HUB_DISABLE_XET="1", NO_PROXY="*")
    fetch = f"for name in {list(FILES)}: print(hf_hub_download('{NAME}', name"

    with tempfile.TemporaryDirectory() as home:
        os.environ["HF_HOME"] = home
        python(f"{fetch}))")
        row = next(row for row in undertone()["encoders"] if row["name"] == NAME)
        assert row["here"]["commit"] == COMMIT and row["here"]["missing"] is None, row
        assert row["here"]["bytes"] == sum(map(len, FILES.values())), row

    with tempfile.TemporaryDirectory() as home:
        os.environ["HF_HOME"] = home
        folder = undertone("get", NAME)["folder"]
        found = python(f"{fetch}, local_files_only=True))")
        assert found == [os.path.join(folder, name) for name in FILES], found
        warnings, repos = python("c = scan_cache_dir(); print(len(c.warnings), len(c.repos))")
        assert (warnings, repos) == ("0", "1"), (warnings, repos)
    print("both find what the other has fetched")


main()
