// Measures the parts of a sign-in and of each later request, one call at a time, and for comparison the call of the
// library that does the work.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Request, RequestHandler, Response } from 'express'
import session, { MemoryStore, type SessionData, type Store } from 'express-session'
import { jwtVerify, SignJWT } from 'jose'
import { verifyCoreIdentity } from '../lib/tokens/core-identity.ts'
import { verifyIdToken } from '../lib/tokens/id-token.ts'
import { OneLoginStrategy } from '../lib/index.ts'
import { parseStrategyOptions } from '../lib/options/strategy-options.ts'
import { RelyingParty } from '../lib/express/relying-party.ts'
import { SessionEntries, type SignedIn } from '../lib/session/signed-in.ts'
import type { VerificationKey } from '../lib/provider/verification-keys.ts'
import { clientId, didController } from './app.ts'
import { costOf, type CallCost } from './measure.ts'
import { privateKey, startProvider } from './processes.ts'
import { nowInSeconds } from '../lib/clock.ts'

const sub = 'urn:fdc:gov.uk:2022:bench'
const signAsync = promisify(sign)
const rsaKey = createPrivateKey(privateKey)
const data = randomBytes(600)
// Guards that let a request through do not use the response.
const response = {} as unknown as Response
const sink = { append: () => sink } as unknown as Response
/** One RSA-2048 signature, as for a client assertion or a request object. */
export async function signOnce(): Promise<unknown> {
  return signAsync('sha256', data, rsaKey)
}

/** Returns a table of calls: those of this package, and the library's call next to each. */
export async function microTable(redisURL?: string): Promise<string> {
  const provider = await startProvider()
  const rows = [
    ...(await redirects(provider.issuer)),
    ...(await verifications(provider.issuer)),
    ...(await guards(provider.issuer, new MemoryStore(), 'memory store')),
    ...(redisURL === undefined ? [] : await withRedis(provider.issuer, redisURL)),
  ]
  provider.stop()
  return [
    '| call | µs | bytes | the bare call | µs | bytes |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({ name, ours, bareName, bare }) =>
        `| ${name} | ${figures(ours)} | ${bareName ?? ''} | ${bare ? figures(bare) : '|'} |`,
    ),
    '',
  ].join('\n')
}

interface Row {
  readonly name: string
  readonly ours: CallCost
  readonly bareName?: string
  readonly bare?: CallCost
}

function figures({ microseconds, bytes }: CallCost): string {
  return `${microseconds.toFixed(microseconds < 10 ? 1 : 0)} | ${Math.max(0, Math.round(bytes))}`
}

function optionsWith(issuer: string, requestObject: boolean) {
  return {
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController,
      coreIdentityIssuer: `${issuer}identity`,
      allowInsecureRequests: true,
    },
    clientId,
    privateKey,
    requestObject,
    callbackURL: 'http://127.0.0.1:3000/callback',
  }
}

async function redirects(issuer: string): Promise<Row[]> {
  const redirectWith = async (requestObject: boolean) => {
    const party = new RelyingParty(parseStrategyOptions(optionsWith(issuer, requestObject)))
    const settings = party.signInSettings({})
    const sessionStore = new MemoryStore()
    const newRequest = () => {
      const req = { headers: {}, logIn: () => undefined, sessionStore } as unknown as Request
      sessionStore.createSession(req, { cookie: new session.Cookie() })
      return req
    }
    await party.start(newRequest(), sink, settings)
    return costOf((req: Request) => party.start(req, sink, settings), newRequest)
  }
  const bare = await costOf(() => {
    const [state = '', nonce = '', verifier = ''] = [0, 0, 0].map(() => randomBytes(32).toString('base64url'))
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    return `${issuer}authorize?${new URLSearchParams({ client_id: clientId, state, nonce, challenge }).toString()}`
  })
  return [
    {
      name: 'redirect to One Login',
      ours: await redirectWith(false),
      bareName: 'three secrets, a hash, a query',
      bare,
    },
    {
      name: 'redirect to One Login, request object',
      ours: await redirectWith(true),
      bareName: 'one RSA signature',
      bare: await costOf(signOnce),
    },
  ]
}

async function verifications(issuer: string): Promise<Row[]> {
  const settings = parseStrategyOptions(optionsWith(issuer, false))
  const { privateKey: ecKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = `${didController}#key`
  const signed = (claims: Record<string, unknown>, iss: string) =>
    new SignJWT({ iss, aud: clientId, sub, iat: nowInSeconds(), exp: nowInSeconds() + 3600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(ecKey)
  const found: VerificationKey = { alg: 'ES256', key: publicKey }
  const keys = { tokenKey: () => Promise.resolve(found), identityKey: () => Promise.resolve(found) }
  const idToken = await signed({ nonce: 'nonce', vot: 'Cl.Cm' }, issuer)
  const name = [{ nameParts: [{ type: 'GivenName', value: 'Kenneth' }] }]
  const credentialSubject = { name, birthDate: [{ value: '1965-07-08' }] }
  const core = await signed({ vot: 'P2', vc: { credentialSubject } }, `${issuer}identity`)
  const byJose = (jwt: string, iss: string) =>
    costOf(() => jwtVerify(jwt, publicKey, { issuer: iss, audience: clientId, algorithms: ['ES256'] }))
  const [head = '', body = '', signature = ''] = idToken.split('.')
  const expected = { nonce: 'nonce', credential: 'Cl.Cm', accessToken: 'access' } as const
  return [
    {
      name: 'ID token verified',
      ours: await costOf(() => verifyIdToken(idToken, expected, keys, settings)),
      bareName: "jose's jwtVerify",
      bare: await byJose(idToken, issuer),
    },
    {
      name: 'core identity verified',
      ours: await costOf(() => verifyCoreIdentity(core, { sub, level: 'P2' }, keys, settings)),
      bareName: "jose's jwtVerify",
      bare: await byJose(core, `${issuer}identity`),
    },
    {
      name: 'an ES256 signature alone, by node:crypto',
      ours: await costOf(() =>
        verify(
          'sha256',
          Buffer.from(`${head}.${body}`),
          { key: publicKey, dsaEncoding: 'ieee-p1363' },
          Buffer.from(signature, 'base64url'),
        ),
      ),
    },
  ]
}

async function guards(issuer: string, store: Store, storeName: string): Promise<Row[]> {
  const oneLogin = new OneLoginStrategy(optionsWith(issuer, false))
  const signedIn: SignedIn = {
    sub,
    idToken: 'x'.repeat(900),
    id: 'a-sign-in',
    issuedAt: nowInSeconds(),
    sentAt: Date.now(),
    level: 'Cl.Cm',
    startedAt: nowInSeconds(),
    completedAt: nowInSeconds(),
    callbacks: [],
    identity: { proven: true, level: 'P2', claims: ['coreIdentityJWT', 'returnCode'], returnCodes: [] },
  }
  const cookie = JSON.parse(JSON.stringify(new session.Cookie())) as SessionData['cookie']
  const entries = new SessionEntries({ issuer, clientId })
  const newRequest = () => {
    const logIn = () => undefined
    const user = { sub }
    const request = { method: 'GET', originalUrl: '/account', headers: {} }
    const req = { ...request, sessionID: 'id', sessionStore: store, user, logIn } as unknown as Request
    store.createSession(req, { cookie, ...{ passport: { user } } })
    entries.write(req.session, signedIn)
    return req
  }
  const passing = (handler: RequestHandler) => (req: Request) =>
    new Promise<void>((resolve, reject) => {
      handler(req, response, (error?: unknown) => {
        if (error) reject(error)
        else resolve()
      })
    })
  const check = passing(oneLogin.session())
  const read = promisify((key: string, done: (error: unknown) => void) => {
    store.get(key, done)
  })
  const checkedRequest = newRequest()
  await check(checkedRequest)
  const guarding = (guard: RequestHandler) =>
    costOf(
      (next: () => void) => {
        guard(checkedRequest, response, next)
      },
      () => () => undefined,
    )
  const rows: Row[] = [
    {
      name: `session(), ${storeName}`,
      ours: await costOf(check, newRequest),
      bareName: 'one read of the store',
      bare: await costOf(() => read('key')),
    },
  ]
  if (!(store instanceof MemoryStore)) return rows
  return [
    ...rows,
    { name: 'requireAuthentication', ours: await guarding(oneLogin.requireAuthentication()) },
    { name: 'requireIdentity', ours: await guarding(oneLogin.requireIdentity({ level: 'P2' })) },
  ]
}

async function withRedis(issuer: string, url: string): Promise<Row[]> {
  const [{ createClient }, { RedisStore }] = await Promise.all([import('redis'), import('connect-redis')])
  const client = createClient({ url })
  await client.connect()
  const rows = await guards(issuer, new RedisStore({ client }), 'Redis')
  await client.close()
  return rows
}
