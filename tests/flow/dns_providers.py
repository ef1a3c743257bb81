#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""dns_providers.py KIND PORT ZONE SERVER TSIG FOLDER: plays the API of a DNS provider, as its
documentation has it, on http://127.0.0.1:PORT. What it is told becomes true in DNS by updates of
ZONE at SERVER, with a TTL of one second, so that nobody has to wait. It refuses what the
documentation doesn't allow.

FOLDER/fault says what goes wrong with the next request that changes something, and is removed:
  limit   429 with Retry-After          broken  500, and nothing is done
  lost    502 after having done it      cut     half of the answer, after having done it
  closed  the connection is closed after having done it
  race    somebody else adds a record between the client's look and its change
FOLDER/unsigned: the zone isn't signed. FOLDER/upper: digests are shown in capitals. FOLDER/split:
and with blanks in them. FOLDER/requests gets a line for each request.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ET

KIND, PORT, ZONE, SERVER, TSIG, FOLDER = sys.argv[1:7]
TOKEN = 'correct-horse'
RIVAL = '2 1 1 ' + 'ab' * 32


class Refused(Exception):
    def __init__(self, status, code, text):
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


def flag(name):
    return os.path.exists(os.path.join(FOLDER, name))


def canonical(content):
    words = content.split()
    if len(words) < 4 or not all(w.isdigit() for w in words[:3]):
        raise Refused(400, 'bad', f'no TLSA record: {content}')
    digits = ''.join(words[3:]).lower()
    if not re.fullmatch('([0-9a-f]{2})+', digits):
        raise Refused(400, 'bad', f'no hexadecimal digits: {digits}')
    if words[2] == '1' and len(digits) != 64:
        raise Refused(400, 'bad', 'a SHA-256 digest has 64 digits')
    return ' '.join(words[:3]) + ' ' + digits


def shown(content):
    """A record as this provider shows it today."""
    head, digits = content.rsplit(' ', 1)
    if flag('upper'):
        digits = digits.upper()
    if flag('split'):
        digits = digits[:32] + ' ' + digits[32:]
    return head + ' ' + digits


class Zone:
    """TLSA records by owner: each owner has a TTL and records with an id."""

    def __init__(self):
        self.sets, self.last_id, self.pending = {}, 1000, set()

    def contents(self, owner):
        return [c for _, c in self.sets.get(owner, (0, []))[1]]

    def ttl(self, owner):
        return self.sets.get(owner, (0, []))[0]

    def put(self, owner, ttl, contents):
        old = dict((c, i) for i, c in self.sets.get(owner, (0, []))[1])
        contents = [canonical(c) for c in contents]
        if len(set(contents)) != len(contents):
            raise Refused(400, '81058', 'an identical record is there')
        records = [(old.get(c) or self.new_id(), c) for c in contents]
        self.sets[owner] = (ttl, records)
        if not records:
            del self.sets[owner]
        self.pending.add(owner)

    def new_id(self):
        self.last_id += 1
        return self.last_id

    def serve(self):
        """Brings what is pending into DNS."""
        lines = [f'server {SERVER}', f'zone {ZONE}.']
        for owner in self.pending:
            lines.append(f'update delete {owner}. TLSA')
            lines += [f'update add {owner}. 1 TLSA {c}' for c in self.contents(owner)]
        self.pending.clear()
        lines += ['send', '']
        subprocess.run(['nsupdate', '-k', TSIG], input='\n'.join(lines), text=True, check=True)


zone = Zone()


def need(condition, text, status=400, code='bad'):
    if not condition:
        raise Refused(status, code, text)


def only(body, *names):
    need(isinstance(body, dict), 'the body is no object')
    for name in body:
        need(name in names, f'unknown field {name}')
    for name in names:
        need(name in body, f'{name} is missing')


def owner_of(relative):
    return ZONE if relative in ('', '@') else f'{relative}.{ZONE}'


# --- deSEC ---------------------------------------------------------------------------------------

def desec(h, method, path, query, body):
    need(h.headers.get('Authorization') == f'Token {TOKEN}', 'Invalid token.', 401)
    if method == 'GET' and path == '/domains/':
        need(set(query) == {'owns_qname'}, 'unknown parameter')
        mine = query['owns_qname'].endswith(ZONE)
        return 200, [{'name': ZONE, 'minimum_ttl': 1}] if mine else []
    m = re.fullmatch(f'/domains/{re.escape(ZONE)}/rrsets/([^/]+)/TLSA/', path)
    if m and method == 'GET':
        owner = owner_of(m[1])
        need(zone.contents(owner), 'Not found.', 404)
        return 200, {'subname': m[1], 'type': 'TLSA', 'ttl': zone.ttl(owner),
                     'records': [shown(c) for c in zone.contents(owner)]}
    if method == 'PUT' and path == f'/domains/{ZONE}/rrsets/':
        need(isinstance(body, list), 'Expected a list of items.')
        for rrset in body:
            only(rrset, 'subname', 'type', 'ttl', 'records')
            need(rrset['type'] == 'TLSA', 'this token may change TLSA only', 403)
            need(1 <= rrset['ttl'] <= 86400, 'ttl out of bounds')
        for rrset in body:
            zone.put(owner_of(rrset['subname']), rrset['ttl'], rrset['records'])
        zone.serve()
        return 200, body
    raise Refused(404, '', 'Not found.')


def desec_error(e):
    return {'detail': e.text} if e.status != 400 else [{}, {'records': [e.text]}]


# --- Cloudflare ----------------------------------------------------------------------------------

def cf(result, **more):
    return dict({'success': True, 'errors': [], 'messages': [], 'result': result}, **more)


def cloudflare(h, method, path, query, body):
    need(h.headers.get('Authorization') == f'Bearer {TOKEN}', 'Invalid access token', 403, '9109')
    if method == 'GET' and path == '/zones':
        mine = query == {'name': ZONE}
        return 200, cf([{'id': '023e105f4ecef8ad9ca31a8372d0c353', 'name': ZONE}] if mine else [])
    need(path.startswith('/zones/023e105f4ecef8ad9ca31a8372d0c353/'), 'no such zone', 404, '7003')
    path = path[39:]
    if method == 'GET' and path == '/dnssec':
        return 200, cf({'status': 'disabled' if flag('unsigned') else 'active'})
    if method == 'GET' and path == '/dns_records':
        need(query.get('type') == 'TLSA' and not query['name'].endswith('.'), 'bad query')
        size, page = int(query.get('per_page', 100)), int(query.get('page', 1))
        size = min(size, 2)  # so that there are several pages
        records = zone.sets.get(query['name'], (0, []))[1]
        pages = -(-len(records) // size)
        return 200, cf([cf_record(query['name'], *r) for r in records[(page - 1) * size:page * size]],
                       result_info={'page': page, 'per_page': size, 'total_pages': pages,
                                    'count': len(records), 'total_count': len(records)})
    if method == 'POST' and path == '/dns_records':
        only(body, 'type', 'name', 'ttl', 'data')
        only(body['data'], 'usage', 'selector', 'matching_type', 'certificate')
        d = body['data']
        need(all(isinstance(d[k], int) for k in ('usage', 'selector', 'matching_type')), 'no number', 400, '9009')
        need(60 <= body['ttl'] <= 86400 or body['ttl'] == 1, 'ttl out of bounds', 400, '9021')
        owner = body['name']
        content = canonical(f"{d['usage']} {d['selector']} {d['matching_type']} {d['certificate']}")
        need(not zone.contents(owner) or zone.ttl(owner) == body['ttl'], 'TTLs differ', 400, '9041')
        zone.put(owner, body['ttl'], zone.contents(owner) + [content])
        zone.serve()
        return 200, cf(cf_record(owner, zone.last_id, content))
    m = re.fullmatch(r'/dns_records/(\d+)', path)
    need(m and method == 'DELETE', 'no route', 404, '7000')
    for owner, (ttl, records) in list(zone.sets.items()):
        if int(m[1]) in [i for i, _ in records]:
            zone.put(owner, ttl, [c for i, c in records if i != int(m[1])])
            zone.serve()
            return 200, cf({'id': m[1]})
    raise Refused(404, '81044', 'Record does not exist.')


def cf_record(owner, number, content):
    usage, selector, mtype, digits = shown(content).split(' ', 3)
    return {'id': str(number), 'name': owner, 'type': 'TLSA', 'ttl': zone.ttl(owner), 'content': shown(content),
            'data': {'usage': int(usage), 'selector': int(selector), 'matching_type': int(mtype),
                     'certificate': digits}}


def cloudflare_error(e):
    return {'success': False, 'errors': [{'code': int(e.code) if e.code.isdigit() else 1004, 'message': e.text}],
            'messages': [], 'result': None}


# --- Gandi ---------------------------------------------------------------------------------------

def gandi(h, method, path, query, body):
    need(h.headers.get('Authorization') == f'Bearer {TOKEN}', 'The token is expired', 403)
    need(not query, 'no parameter is known')
    if method == 'GET' and path == f'/domains/{ZONE}':
        return 200, {'fqdn': ZONE}
    if method == 'GET' and path == f'/domains/{ZONE}/keys':
        return 200, [] if flag('unsigned') else [{'flags': 257, 'status': 'active', 'algorithm': 13}]
    m = re.fullmatch(f'/domains/{re.escape(ZONE)}/records/([^/]+)/TLSA', path)
    need(m, 'Unknown domain or record', 404)
    owner = owner_of(m[1])
    there = zone.contents(owner)
    if method == 'GET':
        need(there, "Can't find the DNS record", 404)
        return 200, {'rrset_name': m[1], 'rrset_type': 'TLSA', 'rrset_ttl': zone.ttl(owner),
                     'rrset_values': [shown(c) for c in there]}
    if method == 'POST':
        only(body, 'rrset_values', 'rrset_ttl')
        need(not there, 'A DNS Record already exists with same value', 409)
        need(300 <= body['rrset_ttl'] <= 2592000, 'ttl out of bounds')
        zone.put(owner, body['rrset_ttl'], body['rrset_values'])
    elif method == 'PATCH':
        only(body, 'add_rrset_values', 'remove_rrset_values')
        need(there, "Can't find the DNS record", 404)
        gone = [canonical(c) for c in body['remove_rrset_values']]
        zone.put(owner, zone.ttl(owner), [c for c in there if c not in gone] + body['add_rrset_values'])
    else:
        need(method == 'DELETE', 'Method not allowed', 405)
        zone.put(owner, 0, [])
    zone.serve()
    return {'POST': 201, 'PATCH': 200, 'DELETE': 204}[method], {'message': 'DNS Record changed'}


def gandi_error(e):
    return {'object': 'HTTPError', 'cause': 'Forbidden', 'code': e.status, 'message': e.text}


# --- OVHcloud ------------------------------------------------------------------------------------

def ovh(h, method, path, query, body):
    if path == '/auth/time':
        return 200, int(time.time()) + 500  # its clock is another
    now = h.headers.get('X-Ovh-Timestamp', '')
    url = f'http://127.0.0.1:{PORT}{h.path}'
    text = '+'.join(['as-secret', 'ck-consumer', method, url, h.raw.decode(), now])
    need(h.headers.get('X-Ovh-Application') == 'ak-application', 'Invalid application', 403)
    need(h.headers.get('X-Ovh-Consumer') == 'ck-consumer', 'Invalid credential', 403)
    need(abs(int(now) - time.time() - 500) < 30, 'Query out of time', 400)
    need(h.headers.get('X-Ovh-Signature') == '$1$' + hashlib.sha1(text.encode()).hexdigest(), 'Invalid signature', 400)
    base = f'/domain/zone/{ZONE}'
    if method == 'GET' and path == base + '/dnssec':
        return 200, {'status': 'disabled' if flag('unsigned') else 'enabled'}
    if method == 'GET' and path == base + '/record':
        need(set(query) == {'fieldType', 'subDomain'} and query['fieldType'] == 'TLSA', 'bad query')
        return 200, [i for i, _ in zone.sets.get(owner_of(query['subDomain']), (0, []))[1]]
    if method == 'POST' and path == base + '/record':
        only(body, 'fieldType', 'subDomain', 'target', 'ttl')
        need(body['ttl'] == 0 or body['ttl'] >= 60, 'Invalid ttl')
        owner = owner_of(body['subDomain'])
        zone.put(owner, body['ttl'], zone.contents(owner) + [body['target']])
        return 200, {'id': zone.last_id, 'zone': ZONE, 'fieldType': 'TLSA', 'subDomain': body['subDomain'],
                     'target': body['target'], 'ttl': body['ttl']}
    if method == 'POST' and path == base + '/refresh':
        zone.serve()
        return 200, None
    m = re.fullmatch(re.escape(base) + r'/record/(\d+)', path)
    need(m and method in ('GET', 'DELETE'), 'no such resource', 404, 'Client::NotFound')
    for owner, (ttl, records) in list(zone.sets.items()):
        for i, content in records:
            if i == int(m[1]) and method == 'GET':
                return 200, {'id': i, 'zone': ZONE, 'fieldType': 'TLSA', 'subDomain': owner[:-len(ZONE) - 1],
                             'target': shown(content), 'ttl': ttl}
            if i == int(m[1]):
                zone.put(owner, ttl, [c for j, c in records if j != i])
                return 200, None
    raise Refused(404, 'Client::NotFound', 'The requested object does not exist')


def ovh_error(e):
    return {'class': e.code if '::' in e.code else 'Client::BadRequest', 'message': e.text}


# --- Google Cloud DNS ----------------------------------------------------------------------------

def from_base64url(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def google_token(h, form):
    need(h.headers.get('Content-Type') == 'application/x-www-form-urlencoded', 'content type', 400)
    need(set(form) == {'grant_type', 'assertion'}, 'bad form')
    need(form['grant_type'] == 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'unsupported_grant_type')
    header, claims, signature = form['assertion'].split('.')
    need(json.loads(from_base64url(header)) == {'alg': 'RS256', 'typ': 'JWT'}, 'header of the token')
    c = json.loads(from_base64url(claims))
    need(set(c) == {'iss', 'scope', 'aud', 'iat', 'exp'}, 'claims of the token')
    need(c['iss'] == 'robot@project.iam.gserviceaccount.com', 'unknown issuer', 400, 'invalid_grant')
    need(c['aud'] == f'http://127.0.0.1:{PORT}/token' and c['exp'] <= c['iat'] + 3600, 'audience or time')
    need(c['scope'] == 'https://www.googleapis.com/auth/ndev.clouddns.readwrite', 'scope')
    with open(f'{FOLDER}/signature', 'wb') as f:
        f.write(from_base64url(signature))
    good = subprocess.run(['openssl', 'dgst', '-sha256', '-verify', f'{FOLDER}/google.pub', '-signature',
                           f'{FOLDER}/signature'], input=f'{header}.{claims}'.encode(), capture_output=True)
    need(good.returncode == 0, 'Invalid JWT Signature.', 400, 'invalid_grant')
    return 200, {'access_token': TOKEN, 'expires_in': 3599, 'token_type': 'Bearer'}


def google(h, method, path, query, body):
    if path == '/token' and method == 'POST':
        return google_token(h, dict(urllib.parse.parse_qsl(h.raw.decode())))
    if path.startswith('/computeMetadata/v1/'):
        need(h.headers.get('Metadata-Flavor') == 'Google', 'header', 403)
        if path.endswith('/project-id'):
            return 200, 'project-1'
        return 200, {'access_token': TOKEN, 'expires_in': 3599, 'token_type': 'Bearer'}
    need(h.headers.get('Authorization') == f'Bearer {TOKEN}', 'Request had invalid credentials', 401, 'authError')
    base = '/projects/project-1/managedZones'
    if method == 'GET' and path == base:
        need(query.get('dnsName') == ZONE + '.', 'unknown zone')
        return 200, {'managedZones': [
            {'name': 'inside', 'dnsName': ZONE + '.', 'visibility': 'private'},
            {'name': 'outside', 'dnsName': ZONE + '.', 'visibility': 'public',
             'dnssecConfig': {'state': 'off' if flag('unsigned') else 'on'}}]}
    if method == 'GET' and path == base + '/outside/rrsets':
        owner = query['name'][:-1]
        need(query['name'].endswith('.') and query['type'] == 'TLSA', 'bad query')
        there = [shown(c) for c in zone.contents(owner)]
        return 200, {'rrsets': [{'name': owner + '.', 'type': 'TLSA', 'ttl': zone.ttl(owner), 'rrdatas': there}]
                     if there else []}
    need(method == 'POST' and path == base + '/outside/changes', 'not found', 404, 'notFound')
    only(body, 'deletions', 'additions')
    for rrset in body['deletions'] + body['additions']:
        only(rrset, 'name', 'type', 'ttl', 'rrdatas')
    swap([(r['name'][:-1], r['ttl'], r['rrdatas']) for r in body['deletions']],
         [(r['name'][:-1], r['ttl'], r['rrdatas']) for r in body['additions']], 412, 'conditionNotMet')
    return 200, {'id': '7', 'status': 'pending'}


def swap(deletions, additions, status, code):
    """Deletions must be what is there to the letter; additions must not be there."""
    gone = set()
    for owner, ttl, contents in deletions:
        there = [shown(c) for c in zone.contents(owner)]
        need(there and contents == there and ttl == zone.ttl(owner),
             'tried to delete records that are not there as given', status, code)
        gone.add(owner)
    for owner, ttl, contents in additions:
        need(owner in gone or not zone.contents(owner), 'the records exist already', status, code)
    for owner, ttl, contents in deletions:
        zone.put(owner, 0, [])
    for owner, ttl, contents in additions:
        zone.put(owner, ttl, contents)
    zone.serve()


def google_error(e):
    if e.code == 'invalid_grant':
        return {'error': 'invalid_grant', 'error_description': e.text}
    return {'error': {'code': e.status, 'message': e.text, 'errors': [{'reason': e.code, 'message': e.text}]}}


# --- Route 53 ------------------------------------------------------------------------------------

NS = 'https://route53.amazonaws.com/doc/2013-04-01/'


def check_sigv4(h, method):
    m = re.fullmatch(r'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/us-east-1/route53/aws4_request, '
                     r'SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})', h.headers.get('Authorization', ''))
    need(m, 'no signature of version 4', 403, 'MissingAuthenticationToken')
    date = h.headers['X-Amz-Date']
    path, _, query = h.path.partition('?')
    need(query == '&'.join(sorted(query.split('&'))), 'the query is not in order', 403, 'SignatureDoesNotMatch')
    names = m[2].split(';')
    need('host' in names and 'x-amz-date' in names, 'host and date must be signed', 403, 'SignatureDoesNotMatch')
    for name in h.headers:
        need(not name.lower().startswith('x-amz-') or name.lower() in names, f'{name} is not signed', 403,
             'SignatureDoesNotMatch')
    request = '\n'.join([method, path, query] + [f'{n}:{h.headers[n].strip()}' for n in names] +
                        ['', m[2], hashlib.sha256(h.raw).hexdigest()])
    scope = f'{m[1]}/us-east-1/route53/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', date, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = b'AWS4wJalrXUtnFEMI'
    for part in (m[1], 'us-east-1', 'route53', 'aws4_request'):
        key = hmac.new(key, part.encode(), 'sha256').digest()
    good = hmac.new(key, text.encode(), 'sha256').hexdigest()
    need(hmac.compare_digest(good, m[3]), 'The request signature we calculated does not match the signature '
         'you provided.', 403, 'SignatureDoesNotMatch')


def octal(name):
    return re.sub(r'[^A-Za-z0-9_.-]', lambda m: f'\\{ord(m[0]):03o}', name)


def route53(h, method, path, query, body):
    if path == '/latest/api/token':
        need(method == 'PUT' and h.headers.get('X-aws-ec2-metadata-token-ttl-seconds'), 'no', 400)
        return 200, 'imds-token'
    if path.startswith('/latest/meta-data/iam/security-credentials/'):
        need(h.headers.get('X-aws-ec2-metadata-token') == 'imds-token', 'no', 401)
        if path.endswith('/'):
            return 200, 'dns-role'
        return 200, {'AccessKeyId': 'AKIDEXAMPLE', 'SecretAccessKey': 'wJalrXUtnFEMI', 'Token': 'session'}
    check_sigv4(h, method)
    if method == 'GET' and path == '/hostedzonesbyname':
        need(query['dnsname'] == ZONE + '.', 'unknown name')
        zones = ''.join(f'<HostedZone><Id>/hostedzone/{i}</Id><Name>{n}.</Name><CallerReference>x</CallerReference>'
                        f'<Config><PrivateZone>{p}</PrivateZone></Config></HostedZone>'
                        for i, n, p in (('ZPRIVATE', ZONE, 'true'), ('ZPUBLIC', ZONE, 'false'),
                                        ('ZOTHER', 'z.' + ZONE, 'false')))
        return 200, f'<ListHostedZonesByNameResponse xmlns="{NS}"><HostedZones>{zones}</HostedZones>' \
                    '<IsTruncated>false</IsTruncated><MaxItems>20</MaxItems></ListHostedZonesByNameResponse>'
    if method == 'GET' and path == '/hostedzone/ZPUBLIC/dnssec':
        word = 'NOT_SIGNING' if flag('unsigned') else 'SIGNING'
        return 200, f'<GetDNSSECResponse xmlns="{NS}"><Status><ServeSignature>{word}</ServeSignature></Status>' \
                    '</GetDNSSECResponse>'
    if method == 'GET' and path == '/hostedzone/ZPUBLIC/rrset':
        return 200, route53_list(query)
    need(method == 'POST' and path == '/hostedzone/ZPUBLIC/rrset', 'no such hosted zone', 404, 'NoSuchHostedZone')
    need(h.headers.get('Content-Type') == 'application/xml', 'content type', 400, 'InvalidInput')
    route53_change(h.raw)
    return 200, f'<ChangeResourceRecordSetsResponse xmlns="{NS}"><ChangeInfo><Id>/change/C1</Id>' \
                '<Status>PENDING</Status></ChangeInfo></ChangeResourceRecordSetsResponse>'


def route53_list(query):
    """The first set at or behind the name, which may be another one."""
    owner = query['name'].rstrip('.')
    behind = sorted(o for o in zone.sets if o >= owner) or []
    name = behind[0] if behind else None
    values = ''.join(f'<ResourceRecord><Value>{shown(c)}</Value></ResourceRecord>'
                     for c in zone.contents(name)) if name else ''
    rrset = f'<ResourceRecordSet><Name>{octal(name)}.</Name><Type>TLSA</Type><TTL>{zone.ttl(name)}</TTL>' \
            f'<ResourceRecords>{values}</ResourceRecords></ResourceRecordSet>' if name else ''
    return f'<?xml version="1.0"?>\n<ListResourceRecordSetsResponse xmlns="{NS}"><ResourceRecordSets>{rrset}' \
           '</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems>' \
           '</ListResourceRecordSetsResponse>'


def route53_change(raw):
    root = ET.fromstring(raw)
    need(root.tag == f'{{{NS}}}ChangeResourceRecordSetsRequest', 'root', 400, 'InvalidInput')
    sides = {'DELETE': [], 'CREATE': []}
    for change in root.findall(f'{{{NS}}}ChangeBatch/{{{NS}}}Changes/{{{NS}}}Change'):
        tags = [e.tag.split('}')[1] for e in change]
        need(tags == ['Action', 'ResourceRecordSet'], 'order of elements', 400, 'InvalidInput')
        rrset = change[1]
        tags = [e.tag.split('}')[1] for e in rrset]
        need(tags == ['Name', 'Type', 'TTL', 'ResourceRecords'], 'order of elements', 400, 'InvalidInput')
        sides[change[0].text].append((rrset[0].text.rstrip('.'), int(rrset[2].text), [v.text for v in rrset[3].iter()
                                      if v.tag == f'{{{NS}}}Value']))
    swap(sides['DELETE'], sides['CREATE'], 400, 'InvalidChangeBatch')


def route53_error(e):
    return f'<?xml version="1.0"?>\n<ErrorResponse xmlns="{NS}"><Error><Type>Sender</Type><Code>{e.code}</Code>' \
           f'<Message>{e.text}</Message></Error><RequestId>1</RequestId></ErrorResponse>'


# --- the server ----------------------------------------------------------------------------------

PLAYED = {'desec': (desec, desec_error), 'cloudflare': (cloudflare, cloudflare_error),
          'gandi': (gandi, gandi_error), 'ovh': (ovh, ovh_error), 'google': (google, google_error),
          'route53': (route53, route53_error)}


def take_fault(method, path):
    """Only requests that change the zone meet one."""
    name = os.path.join(FOLDER, 'fault')
    if method == 'GET' or path.startswith(('/token', '/latest')) or not os.path.exists(name):
        return ''
    with open(name) as f:
        fault = f.read().strip()
    os.remove(name)
    return fault


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, status, result, fault=''):
        xml = isinstance(result, str) and result.startswith('<')
        plain = isinstance(result, str) and not xml
        data = (result if isinstance(result, str) else json.dumps(result)).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'text/xml' if xml else 'text/plain' if plain else 'application/json')
        if status == 429:
            self.send_header('Retry-After', '3600')
        if fault == 'cut':
            data = data[:len(data) // 2]
        if status == 204:
            data = b''
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.raw = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        method, path = self.command, urllib.parse.unquote(url.path)
        play, word_error = PLAYED[KIND]
        fault = take_fault(method, path)
        with open(os.path.join(FOLDER, 'requests'), 'a') as f:
            f.write(f'{method} {self.path} {fault}\n')
        try:
            if fault == 'limit':
                raise Refused(429, 'rateLimitExceeded', 'too many requests')
            if fault == 'broken':
                raise Refused(500, 'backendError', 'something went wrong')
            if fault == 'race':
                owner = f'_443._tcp.www.{ZONE}'
                zone.put(owner, zone.ttl(owner) or 300, zone.contents(owner) + [RIVAL])
                zone.serve()
            body = None
            if self.raw and 'json' in self.headers.get('Content-Type', ''):
                body = json.loads(self.raw)
            status, result = play(self, method, path, query, body)
        except Refused as e:
            self.answer(e.status, word_error(e))
            return
        if fault == 'closed':
            self.close_connection = True
            self.connection.close()
        elif fault == 'lost':
            self.answer(502, '<html>Bad gateway</html>')
        else:
            self.answer(status, result, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one


server = http.server.ThreadingHTTPServer(('127.0.0.1', int(PORT)), Handler)
# what others have there from the beginning
for line in filter(None, os.environ.get('FOREIGN', '').split('\n')):
    zone.put(f'_443._tcp.www.{ZONE}', 300, zone.contents(f'_443._tcp.www.{ZONE}') + [line])
zone.serve()
print('ready', flush=True)
server.serve_forever()
