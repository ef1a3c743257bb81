# SPDX-License-Identifier: BSD-2-Clause
"""OpenSSL's verdict on a chain and TLSA records, as its library's clients get it.

What libssl does with a server's chain (ssl_verify_cert_chain), without a handshake.
"""
import ctypes
import ctypes.util

P = ctypes.c_void_p
SECURITY_LEVEL = 1  # what OpenSSL itself has; distributions raise it
POLICY_CHECK = 0x80
ANY_POLICY = b"2.5.29.32.0"
NO_EE_NAME_CHECK = 1  # RFC 7671 section 5.1: names don't count for DANE-EE(3)


def load():
    """libssl and libcrypto, or None."""
    try:
        ssl, crypto = ctypes.CDLL("libssl.so.3"), ctypes.CDLL("libcrypto.so.3")
    except OSError:
        return None
    for library, names in ((ssl, ("TLS_client_method", "SSL_CTX_new", "SSL_new",
                                  "SSL_get0_dane", "SSL_get0_param")),
                           (crypto, ("X509_STORE_new", "X509_STORE_CTX_new", "d2i_X509",
                                     "X509_STORE_CTX_get0_param", "OPENSSL_sk_new_null", "OBJ_txt2obj",
                                     "X509_verify_cert_error_string"))):
        for function in names:
            getattr(library, function).restype = P
    crypto.X509_verify_cert_error_string.restype = ctypes.c_char_p
    return ssl, crypto


class Judge:
    def __init__(self):
        self.libraries = load()

    def parse(self, der):
        crypto = self.libraries[1]
        buffer = ctypes.create_string_buffer(der, len(der))
        at = P(ctypes.addressof(buffer))
        return P(crypto.d2i_X509(None, ctypes.byref(at), ctypes.c_long(len(der))))

    def verdict(self, chain, records, host, moment, bundle=(), policy=False):
        """(whether it matches, why not)"""
        ssl, crypto = self.libraries
        context = P(ssl.SSL_CTX_new(P(ssl.TLS_client_method())))
        ssl.SSL_CTX_dane_enable(context)
        session = P(ssl.SSL_new(context))
        ssl.SSL_dane_enable(session, host.encode())
        ssl.SSL_dane_set_flags(session, ctypes.c_ulong(NO_EE_NAME_CHECK))
        for usage, selector, mtype, data in records:
            ssl.SSL_dane_tlsa_add(session, usage, selector, mtype, data,
                                  ctypes.c_size_t(len(data)))
        certs = [self.parse(der) for der in chain]
        if not all(certs):
            return False, "can't be parsed"
        stack = P(crypto.OPENSSL_sk_new_null())
        for cert in certs:
            crypto.OPENSSL_sk_push(stack, cert)
        store = P(crypto.X509_STORE_new())
        for der in bundle:
            crypto.X509_STORE_add_cert(store, self.parse(der))
        verify = P(crypto.X509_STORE_CTX_new())
        crypto.X509_STORE_CTX_init(verify, store, certs[0], stack)
        param = P(crypto.X509_STORE_CTX_get0_param(verify))
        crypto.X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL)
        crypto.X509_STORE_CTX_set0_dane(verify, P(ssl.SSL_get0_dane(session)))
        crypto.X509_STORE_CTX_set_default(verify, b"ssl_server")
        crypto.X509_VERIFY_PARAM_set1(param, P(ssl.SSL_get0_param(session)))
        crypto.X509_VERIFY_PARAM_set_time(param, ctypes.c_long(int(moment)))
        if policy:
            crypto.X509_VERIFY_PARAM_set_flags(param, ctypes.c_ulong(POLICY_CHECK))
            crypto.X509_VERIFY_PARAM_add0_policy(param, P(crypto.OBJ_txt2obj(ANY_POLICY, 1)))
        ok = crypto.X509_verify_cert(verify) == 1
        error = crypto.X509_STORE_CTX_get_error(verify)
        return ok, crypto.X509_verify_cert_error_string(ctypes.c_long(error)).decode()
