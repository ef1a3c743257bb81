# SPDX-License-Identifier: BSD-2-Clause
# What certbot makes of renewal files, by the parser that it uses itself: configobj_peer.py DIR COUNT
# writes DIR/renewal/N.conf, and prints "N same", "N new" or "N none" for each, as certbot's rules for
# them are (certbot/_internal/renewal.py and storage.py).
import os
import random
import sys

import configobj

BASE = [
    "version = 2.1.0", "archive_dir = /x/archive/a", "cert = /x/live/a/cert.pem",
    "privkey = /x/live/a/privkey.pem", "chain = /x/live/a/chain.pem", "fullchain = /x/live/a/fullchain.pem",
    "", "# Options used in the renewal process", "[renewalparams]", "account = 0123", "authenticator = webroot",
    "server = https://acme.example/directory", "reuse_key = True", "key_type = ecdsa", "[[webroot_map]]",
    "a.example = /var/www",
]
LINES = [
    "reuse_key = True # keep it", "reuse_key = False#x", 'reuse_key = "True"', "reuse_key = 'true' # x", "reuse_key =",
    "reuse_key = 1", "reuse_key = True,", "reuse_key = 'True' x", "  reuse_key=TRUE  ", '"reuse_key" = True',
    "'reuse_key' = False", "reuse_key = '''True'''", 'reuse_key = """', '"""', "'''", "x = '''a", "x = a, b # c",
    "x = a, 'b, c', d", "x = ,", "x = ,a", "x = a,,b", 'x = "a', "x = it's", 'x = sh -c "a, b"', "x = 'a' 'b'",
    "x = 'a', b'", "x", "= x", "==", "a == b", "[renewalparams]", "[ renewalparams ]  # x", '["renewalparams"]',
    "[other]", "[[other]]", "[[[other]]]", "[[webroot_map]]", "[[other]", "[other]]", "[ [ other ] ]", "[]", "[a] b",
    "[a]b]", "[x = y", "autorenew = False", "autorenew = true", "must_staple = maybe", "authenticator = a, b",
    "# reuse_key = True", ";x", "x = #", "x = a # 'b", "\tx = \t a", "cert = ", "[cert]", "x = \"a\" # \"", "x = 'a'#",
    "x = \"\"", "'a = b' = c", "x = a'b", "x = a\"", "x = [1]", "key_type = rsa # x",
]
FILES = ("cert", "privkey", "chain", "fullchain")
BOOLS = ("must_staple", "allow_subset_of_names", "reuse_key", "autorenew")


def mutate(rng):
    lines = list(BASE)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(lines))
        what = rng.randrange(4)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines[at] = rng.choice(LINES)
        else:
            lines.insert(at, rng.choice(LINES))
    text = "\n".join(lines) + "\n"
    if rng.randrange(10) == 0:
        text = text[:rng.randrange(len(text))]
    return text.replace("\n", "\r\n") if rng.randrange(10) == 0 else text


def judge(path):
    try:
        conf = configobj.ConfigObj(path, encoding="utf-8", default_encoding="utf-8")
        if not all(name in conf for name in FILES):
            return "none"
        params = conf["renewalparams"]
        if "authenticator" not in params:
            return "none"
        values = {}
        for name in BOOLS:
            if name in params:
                if params[name].lower() not in ("true", "false"):
                    return "none"
                values[name] = params[name].lower() == "true"
    except (configobj.ConfigObjError, KeyError, AttributeError, TypeError):
        return "none"
    if not values.get("autorenew", True):
        return "none"
    return "same" if values.get("reuse_key") else "new"


folder = os.path.join(sys.argv[1], "renewal")
os.makedirs(folder)
rng = random.Random(20261129)
for number in range(int(sys.argv[2])):
    path = os.path.join(folder, f"{number:05}.conf")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(mutate(rng))
    print(f"{number:05}", judge(path))
