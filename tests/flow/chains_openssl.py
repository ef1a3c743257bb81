# SPDX-License-Identifier: BSD-2-Clause
"""Chains of every kind, judged by OpenSSL's library and by daneprobe verify: chains_openssl.py
DANEPROBE, in a folder of its own. Where they differ, DIFFERS says why daneprobe is right.
"""
import os
import subprocess
import sys

import openssl_dane
from pki import *

HOST = "www.example.com"
SITE = "C=DE,O=Example,CN=leaf"
CASES = []
LEAF = [key_usage("digitalSignature"), san(dns(HOST))]
CA = [basic(), key_usage("keyCertSign")]

INCLUSIVE = (True, 'RFC 5280 section 4.1.2.5: "from notBefore through notAfter, inclusive"')
WHOLE_LABEL = (False, "RFC 9525 section 6.3: a wildcard is the complete left-most label, or the "
                      "name is ignored")
NO_CN = (False, "RFC 7672 section 3.2.3 has the CN stand in for mail relay only")
ANY_PATH = (True, "RFC 5280 section 6.1 judges a path, and one that holds is there; OpenSSL takes "
                  "the first issuer of that name and never looks at the next")

# name of a case: (daneprobe's answer, what it rests on)
DIFFERS = {
    "ca sub below 2 1 0 no basicConstraints":
        (False, 'RFC 5280 section 6.1.4 (k): "If certificate i is a version 3 certificate, verify '
                'that the basicConstraints extension is present and that cA is set to TRUE."'),
    "depth 35": (False, "no RFC has a limit; ours is 32 certificates, GnuTLS's 16"),
    "time leaf ends now": INCLUSIVE,
    "time sub ends now": INCLUSIVE,
    "time anchor ends now": INCLUSIVE,
    "time anchor 2 0 0 ends now": INCLUSIVE,
    "time usage 1 ends now": INCLUSIVE,
    "name w*.example.com": WHOLE_LABEL,
    "name *w.example.com": WHOLE_LABEL,
    "name in the CN only": NO_CN,
    "name in the CN beside mail": NO_CN,
    "self-signed in the bundle":
        (False, "RFC 5280 section 6.1: an anchor in the form of a self-signed certificate is not "
                "part of the path, and without it there is none"),
    "cross first": ANY_PATH,
    "cross second": ANY_PATH,
    "bundle has another root, too":
        (True, "RFC 7671 section 5.4: the search goes on past a CA that is trusted"),
}


def case(title, chain, records, **more):
    """records: (usage, selector, matching type, certificate)"""
    CASES.append((title, chain, records, more))


def leaf(issuer, exts=None, **more):
    return Cert(more.pop("subject", SITE), issuer, LEAF if exts is None else exts, **more)


def sub(issuer, *exts, subject="CN=Sub", base=True, **more):
    return Cert(subject, issuer, (CA if base else []) + list(exts), **more)


ROOT = Cert("CN=Root", exts=CA)
SUB = sub(ROOT)
TA = [(2, 0, 1, ROOT)]


def three(title, leaf_exts=None, sub_exts=(), root_exts=(), leaf_more=None, **more):
    """leaf, sub, root with extensions added to the CAs, and the root as anchor."""
    root = Cert("CN=Root", exts=CA + list(root_exts)) if root_exts else ROOT
    middle = sub(root, *sub_exts) if sub_exts or root_exts else SUB
    end = leaf(middle, leaf_exts, **(leaf_more or {}))
    case(title, [end, middle, root], [(2, 0, 1, root)], **more)


def key_usages():
    three("ku none", [san(dns(HOST))])
    for bit in BITS:
        three("ku " + bit, [key_usage(bit), san(dns(HOST))])
        end = leaf(SUB, [key_usage(bit), san(dns(HOST))])
        case("ku usage 3 " + bit, [end, SUB], [(3, 1, 1, end)])
    three("ku not critical", [key_usage("cRLSign", critical=False), san(dns(HOST))])
    end = leaf(SUB, [key_usage("keyCertSign"), san(dns(HOST))])
    case("ku usage 1", [end, SUB], [(1, 1, 1, end)], bundle=[ROOT])
    case("ku usage 0", [end, SUB], [(0, 1, 1, ROOT)], bundle=[ROOT])


def extended_usages():
    sets = [("server",), ("client",), ("any",), ("client", "server"), ("any", "server"),
            ("mail", "code")]
    for names in sets:
        for critical in (False, True):
            one = purposes(*names, critical=critical)
            title = "eku %s%s" % ("+".join(names), " critical" if critical else "")
            three(title + " leaf", LEAF + [one])
            three(title + " sub", sub_exts=[one])
            three(title + " anchor", root_exts=[one])
    root = Cert("CN=Root", exts=CA + [purposes("client")])
    end = leaf(root)
    case("eku anchor 2 1 0", [end], [(2, 1, 0, root)])
    case("eku anchor 2 0 0", [end], [(2, 0, 0, root)])
    case("eku anchor usage 0", [end, root], [(0, 0, 1, root)], bundle=[root])
    case("eku anchor usage 1", [end, root], [(1, 1, 1, end)], bundle=[root])


def authorities():
    kinds = {"no extensions": [], "no basicConstraints": [key_usage("keyCertSign")],
             "CA:FALSE": [basic(False), key_usage("keyCertSign")],
             "not critical": [basic(critical=False), key_usage("keyCertSign")],
             "no keyUsage": [basic()], "no keyCertSign": [basic(), key_usage("cRLSign")],
             "only digitalSignature": [key_usage("digitalSignature")]}
    for title, exts in kinds.items():
        middle = sub(ROOT, *exts, base=False)
        case("ca sub " + title, [leaf(middle), middle, ROOT], TA)
        root = Cert("CN=Root", exts=exts)
        case("ca root " + title, [leaf(root), root], [(2, 0, 1, root)])
        case("ca sub as anchor " + title, [leaf(middle), middle], [(2, 0, 1, middle)])
        case("ca sub 2 0 0 " + title, [leaf(middle)], [(2, 0, 0, middle)])
        case("ca sub below 2 1 0 " + title, [leaf(middle), middle], [(2, 1, 0, ROOT)])
    old = Cert("CN=Old", version=1)
    case("ca version 1 root", [leaf(old), old], [(2, 0, 1, old)])
    middle = sub(ROOT, base=False, version=1)
    case("ca version 1 sub", [leaf(middle), middle, ROOT], TA)
    case("ca version 1 sub as anchor", [leaf(middle), middle], [(2, 0, 1, middle)])
    case("ca leaf that is a CA", [leaf(SUB, CA + [san(dns(HOST))]), SUB], [(2, 0, 1, SUB)])
    case("ca leaf CA that may sign TLS",
         [leaf(SUB, [basic(), key_usage("keyCertSign", "digitalSignature"), san(dns(HOST))]),
          SUB], [(2, 0, 1, SUB)])


def lengths():
    for limit in (0, 1, 2):
        for count in (0, 1, 2):
            for selfish in (False, True):
                root = Cert("CN=Root", exts=[basic(True, limit), key_usage("keyCertSign")])
                path = [root]
                for i in range(count):
                    subject = "CN=Root" if selfish else "CN=Sub %d" % i
                    path.insert(0, sub(path[0], subject=subject))
                path.insert(0, leaf(path[0]))
                case("length %d, %d %s" % (limit, count, "self-issued" if selfish else "below"),
                     path, [(2, 0, 1, root)])
    root = Cert("CN=Root", exts=[basic(True, 0), key_usage("keyCertSign")])
    case("length 0, self-issued leaf", [leaf(root, subject="CN=Root"), root], [(2, 0, 1, root)])
    middle = sub(root)
    case("length of the anchor 2 0 0", [leaf(middle), middle], [(2, 0, 0, root)])
    case("length of a key 2 1 0", [leaf(middle), middle], [(2, 1, 0, root)])
    one = Cert("CN=Sub", ROOT, [basic(True, 0), key_usage("keyCertSign")])
    two = sub(one, subject="CN=Sub", base=True)
    case("length of sub, self-issued below", [leaf(two), two, one, ROOT], TA)
    two = sub(one, subject="CN=Sub 2")
    case("length of sub, another below", [leaf(two), two, one, ROOT], TA)


def depths():
    path = [ROOT]
    for i in range(33):
        path.insert(0, sub(path[0], subject="CN=Deep %d" % i))
        if i + 3 in (5, 15, 16, 17, 24, 31, 32):
            end = leaf(path[0])
            case("depth %d" % (i + 3), [end] + path, TA)
            case("depth %d usage 0" % (i + 3), [end] + path, [(0, 0, 1, ROOT)], bundle=[ROOT])
            case("depth %d 2 1 0" % (i + 3), [end] + path[:-1], [(2, 1, 0, ROOT)])
    case("depth 35", [leaf(path[0])] + path, TA)


def named(title, base, names, permitted=True, more=()):
    """A constraint at the anchor, and one at the sub."""
    kind = constraints([base]) if permitted else constraints(excluded=[base])
    word = "permitted" if permitted else "excluded"
    exts = [key_usage("digitalSignature"), san(dns(HOST), *names)]
    for where in ("sub", "anchor"):
        three("nc %s %s %s" % (title, word, where), exts,
              sub_exts=[kind] if where == "sub" else (),
              root_exts=[kind] if where == "anchor" else (), leaf_more=dict(more))


def name_constraints():
    for base in ("example.com", ".example.com", "com", "", "www.example.com", "WWW.Example.COM",
                 "a.www.example.com", "ample.com", "example.net"):
        named("dns '%s'" % base, dns(base), [])
        named("dns '%s'" % base, dns(base), [], permitted=False)
    named("dns one of two", dns("example.com"), [dns("mail.example.net")])
    named("dns wildcard", dns("example.com"), [dns("*.example.com")])
    for base in ("C=DE", "C=DE,O=Example", "C=DE,O=Example,CN=leaf", "C=DE,O=EXAMPLE",
                 "C=DE,O= Example ", "C=FR", "C=DE,O=Other", "O=Example", ""):
        named("dn '%s'" % base, directory(base), [])
        named("dn '%s'" % base, directory(base), [], permitted=False)
    named("dn printable", directory("C=DE,O=Example", PRINTABLE), [])
    named("dn BMP", directory("C=DE,O=Example", BMP), [])
    named("dn in san out", directory("C=DE"), [directory("C=FR,CN=x")])
    named("dn in san in", directory("C=DE"), [directory("C=DE,CN=x")])
    named("dn in san excluded", directory("C=FR"), [directory("C=FR,CN=x")], permitted=False)
    named("dn empty subject", directory("C=FR"), [], more={"subject": ""})
    for base in ("a@example.com", "A@example.com", "a@EXAMPLE.com", "example.com", ".example.com",
                 "mail.example.com", "com", "b@example.com"):
        named("mail '%s'" % base, mail(base), [mail("a@example.com")])
        named("mail '%s'" % base, mail(base), [mail("a@example.com")], permitted=False)
    named("mail below", mail(".example.com"), [mail("a@x.example.com")])
    named("mail without at", mail("example.com"), [mail("example.com")])
    named("mail in the subject", mail("example.net"), [],
          more={"subject": "CN=leaf,mail=a@example.com"})
    named("mail and none there", mail("example.net"), [])
    for base in ("7f0000017fffffff", "7f000001ffffffff", "7f000000ff000000", "0a000000ff000000",
                 "0000000000000000", "00" * 32, "7f000001"):
        named("ip " + base, address(base), [address("7f000001")])
        named("ip " + base, address(base), [address("7f000001")], permitted=False)
    named("ip6", address("20010db8" + "00" * 12 + "ffffffff" + "00" * 12),
          [address("20010db8" + "00" * 11 + "01")])
    named("ip6 for ip4", address("20010db8" + "00" * 12 + "ffffffff" + "00" * 12),
          [address("7f000001")])
    named("ip of five", address("00" * 8), [address("0102030405")])
    for base in ("www.example.com", ".example.com", "example.com", "www.example.net", ""):
        named("uri '%s'" % base, uri(base), [uri("https://www.example.com:8443/x")])
        named("uri '%s'" % base, uri(base), [uri("https://www.example.com/")], permitted=False)
    named("uri urn", uri("example.com"), [uri("urn:x")])
    named("uri mailto", uri("example.com"), [uri("mailto:a@example.com")])
    named("uri ipv6", uri("example.com"), [uri("https://[::1]/")])
    named("uri without path", uri("www.example.com"), [uri("https://www.example.com")])
    named("uri and none there", uri("www.example.com"), [])
    named("other", other("1.3.6.1.4.1.99999.1"), [other("1.3.6.1.4.1.99999.1")])
    named("other", other("1.3.6.1.4.1.99999.1"), [other("1.3.6.1.4.1.99999.1")], permitted=False)
    named("other of another kind", other("1.3.6.1.4.1.99999.1"), [other("1.3.6.1.4.1.99999.2")])
    named("other and none there", other("1.3.6.1.4.1.99999.1"), [])
    named("registered", registered("1.3.6.1.4.1.99999"), [registered("1.3.6.1.4.1.99999")])
    named("registered and none there", registered("1.3.6.1.4.1.99999"), [])
    named("minimum 0", subtree(dns("example.com"), 0), [])
    named("minimum 1", subtree(dns("example.com"), 1), [])
    named("maximum 3", subtree(dns("example.com"), None, 3), [])
    named("maximum 3 of a form that isn't there", subtree(mail("example.com"), None, 3), [])
    three("nc not critical", sub_exts=[constraints([dns("example.net")], critical=False)])
    three("nc permitted and excluded", sub_exts=[constraints([dns("example.com")], [dns(HOST)])])
    three("nc two permitted", sub_exts=[constraints([dns("example.net"), dns("example.com")])])
    three("nc of both CAs", sub_exts=[constraints([dns("example.com")])],
          root_exts=[constraints([dns("www.example.com")])])
    three("nc of both CAs, disjoint", sub_exts=[constraints([dns("example.com")])],
          root_exts=[constraints([dns("example.net")])])
    three("nc broken", sub_exts=[ext("30", b"\x04\x00", True)])
    three("nc empty", sub_exts=[ext("30", seq(), True)])
    three("nc on the sub's own name", sub_exts=[], root_exts=[constraints([directory("C=DE")])])
    root = Cert("CN=Root", exts=CA + [constraints([directory("C=DE")])])
    middle = sub(root, subject="CN=Root")
    case("nc self-issued sub is left out", [leaf(middle), middle, root], [(2, 0, 1, root)])
    end = leaf(root, subject="CN=Root")
    case("nc self-issued leaf is not", [end, root], [(2, 0, 1, root)])
    end = leaf(root, subject="C=FR,CN=x")
    case("nc anchor 2 0 0", [end], [(2, 0, 0, root)])
    case("nc anchor 2 1 0", [end], [(2, 1, 0, root)])
    case("nc anchor usage 0", [end, root], [(0, 0, 1, root)], bundle=[root])
    case("nc anchor usage 1", [end], [(1, 1, 1, end)], bundle=[root])
    case("nc anchor usage 3", [end], [(3, 1, 1, end)])


def certificate_policies():
    one, two = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
    everything = "2.5.29.32.0"
    must = policy_constraints(require=0)
    rows = [
        ("none demanded", [], []), ("demanded, none", [], [must]),
        ("demanded, there", [policies(one)], [must, policies(one)]),
        ("demanded, any in sub", [policies(one)], [must, policies(everything)]),
        ("demanded, any in leaf", [policies(everything)], [must, policies(one)]),
        ("demanded, another", [policies(two)], [must, policies(one)]),
        ("demanded, leaf only", [policies(one)], [must]),
        ("demanded in 1", [], [policy_constraints(require=1)]),
        ("demanded in 2", [], [policy_constraints(require=2)]),
        ("demanded by the leaf", [must], []),
        ("demanded by the leaf, there", [must, policies(one)], [policies(one)]),
        ("any inhibited", [policies(one)], [must, inhibit_any(0), policies(everything)]),
        ("any inhibited for leaf", [policies(everything)], [must, inhibit_any(0), policies(one)]),
        ("any inhibited, not demanded", [policies(one)], [inhibit_any(0), policies(everything)]),
        ("mapped", [policies(two)], [must, policies(one), mappings((one, two))]),
        ("mapped away", [policies(one)], [must, policies(one), mappings((one, two))]),
        ("mapped twice", [policies(two)],
         [must, policies(one), mappings((one, two), (one, "1.3.6.1.4.1.99999.3"))]),
        ("mapped from any", [policies(two)],
         [must, policies(everything), mappings((one, two))]),
        ("maps any", [policies(two)], [must, policies(everything), mappings((everything, two))]),
        ("critical and not demanded", [policies(one, critical=True)], [policies(two)]),
    ]
    for title, leaf_exts, sub_exts in rows:
        three("policy " + title, LEAF + leaf_exts, sub_exts=sub_exts, policy=True)
    three("policy demanded by the anchor", root_exts=[must], policy=True)
    top = sub(ROOT, policy_constraints(require=0, inhibit=0), policies(one))
    middle = sub(top, policies(one), mappings((one, two)), subject="CN=Sub 2")
    case("policy mapping inhibited", [leaf(middle, LEAF + [policies(two)]), middle, top, ROOT],
         TA, policy=True)
    middle = sub(top, policies(one), subject="CN=Sub 2")
    case("policy of two CAs", [leaf(middle, LEAF + [policies(one)]), middle, top, ROOT], TA,
         policy=True)
    case("policy with 2 1 0", [leaf(top), top], [(2, 1, 0, ROOT)], policy=True)
    case("policy with 2 1 0, there", [leaf(top, LEAF + [policies(one)]), top],
         [(2, 1, 0, ROOT)], policy=True)
    case("policy with usage 3", [leaf(top)], [(3, 1, 1, top)], policy=True)


def times():
    spans = {"expired": (-90, -1), "not yet": (1, 90), "ends now": (-10, 0), "begins now": (0, 9)}
    for title, days in spans.items():
        three("time leaf " + title, leaf_more={"days": days})
        middle = sub(ROOT, days=days)
        case("time sub " + title, [leaf(middle), middle, ROOT], TA)
        root = Cert("CN=Root", exts=CA, days=days)
        case("time anchor " + title, [leaf(root), root], [(2, 0, 1, root)])
        case("time anchor 2 0 0 " + title, [leaf(root)], [(2, 0, 0, root)])
        case("time anchor 2 1 0 " + title, [leaf(root)], [(2, 1, 0, root)])
        end = leaf(SUB, days=days)
        case("time usage 3 " + title, [end], [(3, 0, 1, end)])
        case("time usage 1 " + title, [end, SUB], [(1, 0, 1, end)], bundle=[ROOT])
    late = seq(utc_time(time(-10)), tlv(0x18, b"20600101000000Z"))
    three("time generalized", leaf_more={"validity": late})
    never = seq(utc_time(time(-10)), tlv(0x18, b"99991231235959Z"))
    three("time 9999", leaf_more={"validity": never})


def name_chains():
    for title, subject, as_issuer in (
            ("printable", name("O=Example,CN=CA"), name("O=Example,CN=CA", PRINTABLE)),
            ("case", name("O=Example,CN=CA"), name("O=EXAMPLE,CN=ca")),
            ("blanks", name("O=Example CA"), name("O= Example   CA ")),
            ("BMP", name("O=Example,CN=CA"), name("O=Example,CN=CA", BMP)),
            ("another", name("O=Example,CN=CA"), name("O=Example,CN=CB")),
            ("other order", name("O=Example,CN=CA"), name("CN=CA,O=Example")),
            ("shorter", name("O=Example,CN=CA"), name("O=Example")),
            ("one part", name("O=Example,CN=CA"), name("O=Example+CN=CA")),
            ("empty", name(""), name(""))):
        middle = Cert(subject, ROOT, CA)
        end = leaf(middle, issuer_name=as_issuer, ids=False)
        case("chain name " + title, [end, middle, ROOT], TA)
        case("chain name 2 0 0 " + title, [end], [(2, 0, 0, middle)])
    for title, identifier in (
            ("right", issuer_key_id(b"sub")), ("wrong", issuer_key_id(b"another")),
            ("serial", issuer_key_id(None, directory("CN=Root"), 77)),
            ("wrong serial", issuer_key_id(None, directory("CN=Root"), 78)),
            ("wrong name", issuer_key_id(None, directory("CN=Other"), 77))):
        middle = sub(ROOT, key_id(b"sub"), serial=77, ids=False)
        end = leaf(middle, LEAF + [identifier], ids=False)
        case("chain key id " + title, [end, middle, ROOT], TA)


def critical():
    unknown = ext("1.3.6.1.4.1.99999.7", tlv(5), True)
    three("critical leaf", LEAF + [unknown])
    three("critical sub", sub_exts=[unknown])
    three("critical anchor", root_exts=[unknown])
    end = leaf(SUB, LEAF + [unknown])
    case("critical usage 3", [end], [(3, 1, 1, end)])
    three("critical known ones", [key_usage("digitalSignature"), san(dns(HOST), critical=True),
                                  purposes("server", critical=True), basic(False)])
    three("critical CRL points", LEAF + [ext("31", seq(seq(tlv(0xA0, tlv(0xA0, uri("http://x"))))),
                                             True)])
    three("not critical and unknown", LEAF + [ext("1.3.6.1.4.1.99999.7", tlv(5))])
    three("broken keyUsage", [ext("15", b"\x04\x00", True), san(dns(HOST))])
    three("broken basicConstraints", sub_exts=[], leaf_exts=LEAF + [ext("19", b"\x02\x01\x01")])


def names():
    for given in ("*.example.com", "w*.example.com", "*w.example.com", "*.com", "*.*.com",
                  "www.*.com", "WWW.EXAMPLE.COM", "www.example.com.", "example.com",
                  ".example.com", "*", "www.example.net"):
        three("name " + given, [key_usage("digitalSignature"), san(dns(given))])
    three("name second", [san(dns("a.example"), dns(HOST))])
    three("name in the CN only", [key_usage("digitalSignature")],
          leaf_more={"subject": "CN=" + HOST})
    three("name in the CN beside mail", [san(mail("a@example.com"))],
          leaf_more={"subject": "CN=" + HOST})
    three("name in the CN, another in the SAN", [san(dns("a.example"))],
          leaf_more={"subject": "CN=" + HOST})
    three("name of NUL", [san(tlv(0x82, b"www.example.com\0.evil.example"))])
    three("name empty", [san(dns(""))])
    end = leaf(SUB, [san(dns("a.example"))])
    case("name usage 3", [end], [(3, 1, 1, end)])
    case("name usage 1", [end, SUB], [(1, 1, 1, end)], bundle=[ROOT])


def records():
    end = leaf(SUB)
    path = [end, SUB, ROOT]
    for usage in (2, 3):
        for selector in (0, 1):
            for mtype in (0, 1, 2):
                for who, what in (("leaf", end), ("sub", SUB), ("root", ROOT)):
                    case("record %d %d %d %s" % (usage, selector, mtype, who), path,
                         [(usage, selector, mtype, what)])
                    case("record %d %d %d %s, leaf alone" % (usage, selector, mtype, who),
                         [end], [(usage, selector, mtype, what)])
    for usage in (0, 1):
        for who, what in (("leaf", end), ("sub", SUB), ("root", ROOT)):
            case("record %d 0 1 %s" % (usage, who), path, [(usage, 0, 1, what)], bundle=[ROOT])
            case("record %d 1 2 %s, sub in the bundle" % (usage, who), [end],
                 [(usage, 1, 2, what)], bundle=[ROOT, SUB])
            case("record %d 0 1 %s, no CA" % (usage, who), path, [(usage, 0, 1, what)])
            case("record %d 0 1 %s, another CA" % (usage, who), path, [(usage, 0, 1, what)],
                 bundle=[Cert("CN=Stranger", exts=CA)])
    case("record 0 0 0 sub", [end], [(0, 0, 0, SUB)], bundle=[ROOT])
    wrong = leaf(SUB)
    case("records stale and good", path, [(3, 1, 1, wrong), (2, 0, 1, SUB)])
    case("records agility", path, [(3, 1, 1, end), (3, 1, 2, wrong)])
    case("records agility over usages", path, [(3, 1, 1, end), (2, 1, 2, wrong)])
    alone = Cert(SITE, exts=[key_usage("digitalSignature"), san(dns(HOST))])
    for usage, selector, mtype in ((2, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 1), (3, 0, 1)):
        case("self-signed %d %d %d" % (usage, selector, mtype), [alone],
             [(usage, selector, mtype, alone)])
    case("self-signed in the bundle", [alone], [(1, 1, 1, alone)], bundle=[alone])
    broken = leaf(SUB)
    broken.der = broken.der[:-1] + bytes([broken.der[-1] ^ 1])
    case("broken signature", [broken, SUB], [(2, 0, 1, SUB)])
    case("broken signature 2 1 0", [broken], [(2, 1, 0, SUB)])
    case("broken signature usage 3", [broken], [(3, 1, 1, broken)])


def orders():
    end = leaf(SUB)
    stranger = Cert("CN=Stranger", exts=CA)
    case("order turned", [end, ROOT, SUB], TA)
    case("order with a stranger", [end, stranger, SUB, ROOT], TA)
    case("order twice", [end, end, SUB, SUB, ROOT], TA)
    case("order gap", [end, ROOT], TA)
    other_root = Cert("CN=Root 2", exts=CA)
    cross = Cert("CN=Sub", other_root, CA, key=SUB.key)
    case("cross first", [end, cross, SUB, ROOT], TA)
    case("cross second", [end, SUB, cross, other_root], [(2, 0, 1, other_root)])
    case("cross alone", [end, SUB, cross, other_root], [(2, 1, 1, cross)])
    old = Cert("CN=Sub", ROOT, CA, key=SUB.key, days=(-90, -1))
    case("expired twin first", [end, old, SUB, ROOT], TA)
    case("expired twin last", [end, SUB, old, ROOT], TA)
    twin = Cert("CN=Sub", Cert("CN=Root", exts=CA), CA)
    case("false twin first", [end, twin, SUB, ROOT], TA)
    case("false twin alone", [leaf(twin), SUB, ROOT], TA)
    case("two anchors, one right", [end, SUB], [(2, 0, 1, stranger), (2, 0, 1, SUB)])
    case("two anchors, the upper right", [end, SUB, ROOT], [(2, 0, 1, stranger), (2, 0, 1, ROOT)])
    case("bundle has the middle, record the root", [end], [(0, 0, 1, ROOT)], bundle=[SUB, ROOT])
    case("bundle has another root, too", [end, SUB, cross], [(0, 0, 1, other_root)],
         bundle=[ROOT, other_root])


def algorithms():
    weak = leaf(SUB, algorithm=ECDSA_SHA1)
    case("SHA-1 leaf", [weak, SUB], [(2, 0, 1, SUB)])
    case("SHA-1 leaf usage 3", [weak], [(3, 1, 1, weak)])
    root = Cert("CN=Root", exts=CA, algorithm=ECDSA_SHA1)
    case("SHA-1 anchor", [leaf(root), root], [(2, 0, 1, root)])
    pair = Key("rsa")
    root = Cert("CN=Root", exts=CA, key=pair)
    case("RSA", [leaf(root), root], [(2, 0, 1, root)])
    case("RSA 2 1 0", [leaf(root)], [(2, 1, 0, root)])
    case("RSA-PSS", [leaf(root, algorithm=RSA_PSS), root], [(2, 0, 1, root)])
    case("RSA-PSS 2 1 0", [leaf(root, algorithm=RSA_PSS)], [(2, 1, 0, root)])
    root = Cert("CN=Root", exts=CA, key=Key("ed25519"))
    case("Ed25519", [leaf(root), root], [(2, 0, 1, root)])
    case("Ed25519 2 1 0", [leaf(root)], [(2, 1, 0, root)])


def odd(title, exts=None, extra=(), **more):
    """A leaf that GnuTLS doesn't parse, with the record of its key."""
    end = leaf(SUB, (LEAF if exts is None else exts) + list(extra), **more)
    case("odd " + title, [end, SUB], [(3, 1, 1, end)], odd=True)
    case("odd %s, another record" % title, [end, SUB], [(3, 1, 1, SUB)], odd=True)


def span(kind, start, kind_end=None, end=None):
    return seq(tlv(kind, start), tlv(kind_end, end) if end else utc_time(time(80)))


def odd_ones():
    odd("version 1 with extensions", version=1)
    odd("version 2 with extensions", version=2)
    odd("version 4", version=4)
    odd("subjectAltName twice", extra=[san(dns(HOST))])
    odd("unknown extension twice", extra=[ext("1.3.6.1.4.1.99999.7", tlv(5))] * 2)
    odd("two algorithms", outer=ECDSA_SHA1)
    odd("fraction of a second", validity=span(0x18, b"20260101000000.5Z"))
    odd("time without seconds", validity=span(0x17, b"2601010000Z"))
    odd("time with an offset", validity=span(0x17, b"260101000000+0100"))
    odd("time of letters", validity=span(0x17, b"2601010000xxZ"))
    odd("end without Z", validity=span(0x17, b"260101000000Z", 0x18, b"20280101000000"))
    odd("a SAN that isn't one", [key_usage("digitalSignature"), ext("17", b"\x04\x00")])
    odd("an empty DNS name", [key_usage("digitalSignature"), san(dns(""))])
    odd("a negative serial", serial=-5)
    odd("serial 0", serial=0)
    odd("a serial of 30 octets", serial=1 << 233)


def seconds(moment):
    return (moment - datetime.datetime(1970, 1, 1)).total_seconds()


def ask_daneprobe(program, number, chain, records, bundle):
    with open("%d.pem" % number, "w") as file:
        file.write("".join(cert.pem() for cert in chain))
    with open("%d.ca" % number, "w") as file:
        file.write("".join(cert.pem() for cert in bundle))
    command = [program, "verify", "--chain", "%d.pem" % number, "--ca-file", "%d.ca" % number,
               "--host", HOST, "--at", NOW.isoformat() + "Z"]
    for usage, selector, mtype, what in records:
        command += ["--tlsa", "%d %d %d %s" % (usage, selector, mtype,
                                               what.data(selector, mtype).hex())]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 2):
        return None, "exit %d: %s" % (done.returncode, done.stderr.strip())
    return done.returncode == 0, " ".join(done.stdout.split())


def judge_odd(theirs, ours, text):
    """What OpenSSL's clients do is said where GnuTLS's refuse, and so it is."""
    if ours == theirs and "tls-failed" not in text:
        return True
    return ours is False and "tls-failed" in text and "GnuTLS" in text and (
        theirs == ("clients with OpenSSL accept it" in text))


def compare(judge, program):
    wrong = 0
    for number, (title, chain, records, more) in enumerate(CASES, 1):
        theirs, error = judge.verdict([cert.der for cert in chain],
                                      [(u, s, m, c.data(s, m)) for u, s, m, c in records],
                                      HOST, seconds(NOW),
                                      [cert.der for cert in more.get("bundle", ())],
                                      more.get("policy", False))
        ours, text = ask_daneprobe(program, number, chain, records, more.get("bundle", ()))
        expected, reason = DIFFERS.get(title, (theirs, ""))
        good = ours == expected and (title not in DIFFERS or ours != theirs)
        if more.get("odd"):
            good, reason = judge_odd(theirs, ours, text), ""
        print("%sok %d - %s%s" % ("" if good else "not ", number, title,
                                  ", unlike OpenSSL: " + reason if reason else ""))
        if not good:
            wrong += 1
            print("# OpenSSL: %s (%s)\n# daneprobe: %s (%s)" % (theirs, error, ours, text))
    print("1..%d" % len(CASES))
    return wrong


def main():
    judge = openssl_dane.Judge()
    if not judge.libraries:
        print("ok 1 - chains beside OpenSSL # SKIP no libssl.so.3\n1..1")
        return 0
    for make in (key_usages, extended_usages, authorities, lengths, depths, name_constraints,
                 certificate_policies, times, name_chains, critical, names, records, orders,
                 algorithms, odd_ones):
        make()
    unknown = set(DIFFERS) - {title for title, *_ in CASES}
    if unknown:
        sys.exit("no such case: %s" % ", ".join(sorted(unknown)))
    return 1 if compare(judge, os.path.abspath(sys.argv[1])) else 0


if __name__ == "__main__":
    sys.exit(main())
