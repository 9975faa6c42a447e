const times = { exp: 4_102_444_800, iat: 1 }
const event = 'http://schemas.openid.net/event/backchannel-logout'
const ec = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

/** Returns the input of a token target: one byte, the header, the claims. */
const token = (way: string, header: object, claims: object) =>
  `${way}${JSON.stringify(header)}\n${JSON.stringify(claims)}`

/** Signed with the right key, with the signature of another text, without a signature, and as the whole token. */
const ways = ['c', 'd', 'e', 'a']

const header = { alg: 'ES256', kid: 'the-key' }
const idToken = {
  iss: 'https://oidc.example/',
  aud: 'a-service',
  sub: 'the-user',
  nonce: 'the-nonce',
  vot: 'Cl.Cm',
  auth_time: 1,
  sid: 'a-sid',
  ...times,
}
const logoutToken = {
  iss: idToken.iss,
  aud: idToken.aud,
  sub: 'the-user',
  jti: 'a',
  events: { [event]: {} },
  ...times,
}
const coreIdentity = {
  iss: 'https://identity.example/',
  aud: 'a-service',
  sub: 'the-user',
  nbf: 1,
  vot: 'P2',
  vc: {
    credentialSubject: {
      name: [{ nameParts: [{ type: 'GivenName', value: 'Ann' }], validUntil: null }],
      birthDate: [{ value: '1970-01-01' }],
    },
  },
  ...times,
}
const didHeader = { alg: 'ES256', kid: 'did:web:identity.example#the-key' }

/** The first inputs of each target: some valid and some nearly valid. `tokenOf` defines the ways of signing. */
export const seeds: Readonly<Record<string, readonly string[]>> = {
  callback: [
    'code=a&state=b',
    'error=access_denied&error_description=No&state=b',
    'code=a&state=b&iss=https://oidc.example/',
  ],
  'return-path': ['/account?a=b#c', '//evil.example', '/\\evil.example', '/%2f/evil.example', '/..//a'],
  'id-token': ways.map((way) => token(way, header, idToken)),
  'core-identity': ways.map((way) => token(way, didHeader, coreIdentity)),
  'logout-token': ways.map((way) => token(way, { ...header, typ: 'logout+jwt' }, logoutToken)),
  documents: [
    JSON.stringify({ keys: [{ ...ec, kid: 'a', use: 'sig', alg: 'ES256' }] }),
    JSON.stringify({
      id: 'did:web:identity.example',
      assertionMethod: [{ id: didHeader.kid, controller: 'did:web:identity.example', publicKeyJwk: ec }],
    }),
    JSON.stringify({
      issuer: 'https://oidc.example/',
      authorization_endpoint: 'https://oidc.example/authorize',
      token_endpoint: 'https://oidc.example/token',
      userinfo_endpoint: 'https://oidc.example/userinfo',
      jwks_uri: 'https://oidc.example/jwks',
    }),
  ],
  options: ['aintegration\nb12h\nc["Cl.Cm"]', 'dhttps://service.example\nephone email\nf30m\ngtrue', ''],
}
