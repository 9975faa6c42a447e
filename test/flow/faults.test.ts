import { describe, expect, it } from 'vitest'
import type { OneLoginErrorCode } from '../../lib/index.ts'
import { simulatorFaults, type SimulatorFaults } from '../../lib/simulator/index.ts'
import { startPair } from '../support/simulator.ts'

type Outcome = OneLoginErrorCode | 'accepted'
type Expected<Place extends keyof SimulatorFaults> = Readonly<
  Record<
    Exclude<SimulatorFaults[Place], keyof typeof network>,
    readonly [requirement: string, outcome: Outcome]
  >
>

const status: Partial<Record<Outcome, number>> = {
  accepted: 200,
  session_lost: 400,
  callback_invalid: 400,
  login_required: 401,
  access_denied: 403,
  authentication_level_too_low: 403,
  identity_level_too_low: 403,
  identity_claim_missing: 403,
  identity_not_proven: 403,
  temporarily_unavailable: 503,
  unauthorized_client: 503,
  provider_unreachable: 503,
  provider_timeout: 504,
}

/** Faults of every call. */
const network = {
  refuse: 'provider_unreachable',
  reset: 'provider_unreachable',
  truncated: 'provider_unreachable',
  hang: 'provider_timeout',
  slow: 'accepted',
  oversized: 'provider_answer_invalid',
  html: undefined,
  '429': undefined,
  '500': undefined,
  '502': undefined,
  '503': undefined,
  '504': undefined,
  redirect: undefined,
} as const

const calls = {
  token: {
    requirement: 'CB-11',
    refused: 'provider_answer_invalid',
    html: 'provider_answer_invalid',
    down: 'provider_answer_invalid',
  },
  userinfo: {
    requirement: 'UI-3',
    refused: 'provider_answer_invalid',
    html: 'userinfo_invalid',
    down: 'provider_answer_invalid',
  },
  discovery: {
    requirement: 'CONF-6',
    refused: 'provider_document_unusable',
    html: 'provider_document_unusable',
    down: 'provider_unreachable',
  },
  jwks: {
    requirement: 'CONF-6',
    refused: 'provider_document_unusable',
    html: 'provider_document_unusable',
    down: 'provider_unreachable',
  },
  did: {
    requirement: 'CONF-6',
    refused: 'provider_document_unusable',
    html: 'provider_document_unusable',
    down: 'provider_unreachable',
  },
} as const

const authorize: Expected<'authorize'> = {
  'access-denied': ['CB-4', 'access_denied'],
  'access-denied-without-description': ['CB-4', 'access_denied'],
  'session-lost': ['CB-4', 'access_denied'],
  'login-required': ['CB-5', 'login_required'],
  'login-required-without-description': ['CB-5', 'login_required'],
  'server-error': ['CB-6', 'server_error'],
  'server-error-without-description': ['CB-6', 'server_error'],
  'temporarily-unavailable': ['CB-6', 'temporarily_unavailable'],
  'temporarily-unavailable-without-description': ['CB-6', 'temporarily_unavailable'],
  'empty-description': ['CB-6', 'temporarily_unavailable'],
  'client-deactivated': ['CB-7', 'unauthorized_client'],
  'unauthorized-client': ['CB-7', 'unauthorized_client'],
  'invalid-request': ['CB-3', 'authorization_refused'],
  'invalid-scope': ['CB-3', 'authorization_refused'],
  'unknown-error': ['CB-3', 'authorization_refused'],
  'wrong-state': ['CB-1', 'session_lost'],
  'missing-state': ['CB-1', 'session_lost'],
  'empty-state': ['CB-1', 'session_lost'],
  'error-with-wrong-state': ['CB-3', 'session_lost'],
  'repeated-state': ['CB-2', 'callback_invalid'],
  'state-as-list': ['CB-2', 'callback_invalid'],
  'state-as-object': ['CB-2', 'callback_invalid'],
  'repeated-code': ['CB-2', 'callback_invalid'],
  'code-as-object': ['CB-2', 'callback_invalid'],
  'repeated-error': ['CB-2', 'callback_invalid'],
  'code-and-error': ['CB-3', 'callback_invalid'],
  'missing-code': ['CB-3', 'callback_invalid'],
  'empty-code': ['CB-3', 'callback_invalid'],
  'wrong-code': ['CB-11', 'token_refused'],
  'wrong-iss': ['CONF-1', 'callback_invalid'],
}

const token: Expected<'token'> = {
  'malformed-json': ['CB-11', 'provider_answer_invalid'],
  'not-an-object': ['CB-11', 'provider_answer_invalid'],
  'empty-body': ['CB-11', 'provider_answer_invalid'],
  // The JSON is what counts: everything important in it is signed.
  'wrong-content-type': ['CB-11', 'accepted'],
  'invalid-request': ['CB-11', 'token_refused'],
  'invalid-client': ['CB-11', 'token_refused'],
  'invalid-client-401': ['CB-11', 'token_refused'],
  'invalid-grant': ['CB-11', 'token_refused'],
  'unauthorized-client': ['CB-11', 'token_refused'],
  'unsupported-grant-type': ['CB-11', 'token_refused'],
  'server-error': ['CB-11', 'token_refused'],
  'error-without-description': ['CB-11', 'token_refused'],
  'unknown-error': ['CB-11', 'token_refused'],
  'storage-failure': ['CB-11', 'provider_answer_invalid'],
  'no-id-token': ['CB-11', 'provider_answer_invalid'],
  'no-access-token': ['CB-11', 'provider_answer_invalid'],
  'no-token-type': ['CB-11', 'provider_answer_invalid'],
  'wrong-token-type': ['CB-11', 'provider_answer_invalid'],
  'id-token-not-a-string': ['CB-11', 'provider_answer_invalid'],
}

const idToken: Expected<'id-token'> = {
  'invalid-signature': ['IDT-1', 'id_token_invalid'],
  'signature-of-another-token': ['IDT-1', 'id_token_invalid'],
  'empty-signature': ['IDT-1', 'id_token_invalid'],
  'no-kid': ['IDT-1', 'id_token_invalid'],
  'unknown-kid': ['IDT-9', 'id_token_key_unknown'],
  'kid-of-another-key': ['IDT-1', 'id_token_invalid'],
  'wrong-alg-for-key': ['IDT-1', 'id_token_invalid'],
  'no-signature': ['IDT-2', 'id_token_invalid'],
  hs256: ['IDT-2', 'id_token_invalid'],
  ps256: ['IDT-2', 'id_token_invalid'],
  'wrong-issuer': ['IDT-3', 'id_token_invalid'],
  'missing-issuer': ['IDT-3', 'id_token_invalid'],
  'wrong-audience': ['IDT-3', 'id_token_invalid'],
  'wrong-audience-list': ['IDT-3', 'id_token_invalid'],
  'missing-audience': ['IDT-3', 'id_token_invalid'],
  'missing-sub': ['IDT-3', 'id_token_invalid'],
  'empty-sub': ['IDT-3', 'id_token_invalid'],
  'not-a-jwt': ['IDT-3', 'id_token_invalid'],
  'malformed-claims': ['IDT-3', 'id_token_invalid'],
  expired: ['IDT-4', 'id_token_invalid'],
  'no-exp': ['IDT-4', 'id_token_invalid'],
  'issued-in-the-future': ['IDT-4', 'id_token_invalid'],
  'missing-iat': ['IDT-4', 'id_token_invalid'],
  'wrong-nonce': ['IDT-5', 'id_token_invalid'],
  'missing-nonce': ['IDT-5', 'id_token_invalid'],
  'incorrect-vot': ['IDT-6', 'authentication_level_too_low'],
  'missing-vot': ['IDT-6', 'id_token_invalid'],
  'unknown-vot': ['IDT-6', 'id_token_invalid'],
  'vot-with-level-of-confidence': ['IDT-6', 'id_token_invalid'],
  'level-of-confidence-as-vot': ['IDT-6', 'id_token_invalid'],
  // Not checked if no max_age was sent. See below for max_age.
  'missing-auth-time': ['IDT-7', 'accepted'],
  'auth-time-too-old': ['IDT-7', 'accepted'],
  'auth-time-in-the-future': ['IDT-7', 'id_token_invalid'],
  'malformed-auth-time': ['IDT-7', 'id_token_invalid'],
  'wrong-at-hash': ['IDT-8', 'id_token_invalid'],
  'wrong-sub': ['UI-1', 'userinfo_invalid'],
}

const userinfo: Expected<'userinfo'> = {
  'malformed-json': ['UI-3', 'userinfo_invalid'],
  'not-an-object': ['UI-3', 'userinfo_invalid'],
  'empty-body': ['UI-3', 'userinfo_invalid'],
  'wrong-content-type': ['UI-3', 'userinfo_invalid'],
  'jwt-content-type': ['UI-3', 'userinfo_invalid'],
  'invalid-token': ['UI-3', 'userinfo_refused'],
  'missing-token': ['UI-3', 'userinfo_refused'],
  forbidden: ['UI-3', 'userinfo_refused'],
  'wrong-sub': ['UI-1', 'userinfo_invalid'],
  'missing-sub': ['UI-1', 'userinfo_invalid'],
  'malformed-email': ['UI-2', 'userinfo_invalid'],
  'malformed-email-verified': ['UI-2', 'userinfo_invalid'],
  'malformed-phone-number': ['UI-2', 'userinfo_invalid'],
  'missing-core-identity': ['CID-7', 'identity_not_proven'],
  'null-core-identity': ['CID-13', 'identity_not_proven'],
  'core-identity-not-a-string': ['CID-12', 'core_identity_invalid'],
  'missing-return-code': ['AUTHZ-20', 'identity_claim_missing'],
  'missing-address': ['AUTHZ-20', 'identity_claim_missing'],
  'address-not-a-list': ['CID-11', 'identity_claim_invalid'],
  'passport-not-a-list': ['CID-11', 'identity_claim_invalid'],
  'driving-permit-not-a-list': ['CID-11', 'identity_claim_invalid'],
  'return-code-not-a-list': ['CID-11', 'identity_claim_invalid'],
  'malformed-address': ['CID-12', 'identity_claim_invalid'],
  'malformed-uprn': ['CID-12', 'identity_claim_invalid'],
  'malformed-passport': ['CID-12', 'identity_claim_invalid'],
  'malformed-driving-permit': ['CID-12', 'identity_claim_invalid'],
  'malformed-return-code': ['CID-12', 'identity_claim_invalid'],
}

const coreIdentity: Expected<'core-identity'> = {
  rs256: ['CID-1', 'core_identity_invalid'],
  hs256: ['CID-1', 'core_identity_invalid'],
  'no-signature': ['CID-1', 'core_identity_invalid'],
  'invalid-signature': ['CID-2', 'core_identity_invalid'],
  'signature-of-another-token': ['CID-2', 'core_identity_invalid'],
  'empty-signature': ['CID-2', 'core_identity_invalid'],
  'no-kid': ['CID-2', 'core_identity_invalid'],
  'unknown-kid': ['CID-2', 'core_identity_key_unknown'],
  'kid-of-another-controller': ['CID-2', 'core_identity_invalid'],
  'kid-without-hash': ['CID-2', 'core_identity_invalid'],
  'kid-is-the-controller': ['CID-2', 'core_identity_key_unknown'],
  'signed-with-id-token-key': ['CID-2', 'core_identity_invalid'],
  'wrong-issuer': ['CID-4', 'core_identity_invalid'],
  'missing-issuer': ['CID-4', 'core_identity_invalid'],
  'issuer-of-id-token': ['CID-4', 'core_identity_invalid'],
  'wrong-audience': ['CID-4', 'core_identity_invalid'],
  'wrong-audience-list': ['CID-4', 'core_identity_invalid'],
  'missing-audience': ['CID-4', 'core_identity_invalid'],
  'wrong-sub': ['CID-4', 'core_identity_invalid'],
  'missing-sub': ['CID-4', 'core_identity_invalid'],
  'empty-sub': ['CID-4', 'core_identity_invalid'],
  expired: ['CID-4', 'core_identity_invalid'],
  'no-exp': ['CID-4', 'core_identity_invalid'],
  'issued-in-the-future': ['CID-4', 'core_identity_invalid'],
  'missing-iat': ['CID-4', 'core_identity_invalid'],
  'not-yet-valid': ['CID-4', 'core_identity_invalid'],
  'not-a-jwt': ['CID-12', 'core_identity_invalid'],
  'malformed-claims': ['CID-12', 'core_identity_invalid'],
  'weaker-vot': ['CID-5', 'identity_level_too_low'],
  'missing-vot': ['CID-5', 'core_identity_invalid'],
  'unknown-vot': ['CID-5', 'core_identity_invalid'],
  'missing-vc': ['CID-12', 'identity_claim_invalid'],
  'malformed-vc': ['CID-12', 'identity_claim_invalid'],
  'missing-credential-subject': ['CID-12', 'identity_claim_invalid'],
  'missing-name': ['CID-12', 'identity_claim_invalid'],
  'empty-name-list': ['CID-12', 'identity_claim_invalid'],
  'malformed-name': ['CID-12', 'identity_claim_invalid'],
  'malformed-name-parts': ['CID-12', 'identity_claim_invalid'],
  'name-part-without-value': ['CID-12', 'identity_claim_invalid'],
  'unknown-name-part-type': ['CID-12', 'identity_claim_invalid'],
  'missing-birth-date': ['CID-12', 'identity_claim_invalid'],
  'empty-birth-date-list': ['CID-12', 'identity_claim_invalid'],
  'malformed-birth-date': ['CID-12', 'identity_claim_invalid'],
  'impossible-birth-date': ['CID-12', 'identity_claim_invalid'],
  'birth-date-not-a-list': ['CID-12', 'identity_claim_invalid'],
}

const discovery: Expected<'discovery'> = {
  'malformed-json': ['CONF-8', 'provider_document_unusable'],
  'not-an-object': ['CONF-8', 'provider_document_unusable'],
  'empty-body': ['CONF-8', 'provider_document_unusable'],
  'wrong-content-type': ['CONF-8', 'accepted'],
  'no-cache-control': ['CONF-3', 'accepted'],
  'no-store': ['CONF-3', 'accepted'],
  'short-lived': ['CONF-3', 'accepted'],
  'wrong-issuer': ['CONF-1', 'provider_document_unusable'],
  'issuer-without-slash': ['CONF-1', 'provider_document_unusable'],
  'missing-issuer': ['CONF-1', 'provider_document_unusable'],
  'no-authorization-endpoint': ['CONF-1', 'provider_document_unusable'],
  'no-token-endpoint': ['CONF-1', 'provider_document_unusable'],
  'no-userinfo-endpoint': ['CONF-1', 'provider_document_unusable'],
  'no-jwks-uri': ['CONF-1', 'provider_document_unusable'],
  'no-end-session-endpoint': ['CONF-1', 'accepted'],
  'foreign-http-endpoints': ['CONF-7', 'provider_document_unusable'],
}

const jwks: Expected<'jwks'> = {
  'malformed-json': ['CONF-8', 'provider_document_unusable'],
  'not-an-object': ['CONF-8', 'provider_document_unusable'],
  'empty-body': ['CONF-8', 'provider_document_unusable'],
  'wrong-content-type': ['CONF-8', 'accepted'],
  'no-cache-control': ['CONF-3', 'accepted'],
  'no-store': ['CONF-3', 'accepted'],
  'short-lived': ['CONF-3', 'accepted'],
  'no-keys': ['CONF-8', 'provider_document_unusable'],
  'empty-keys': ['CONF-8', 'provider_document_unusable'],
  'keys-not-a-list': ['CONF-8', 'provider_document_unusable'],
  'malformed-keys': ['CONF-8', 'provider_document_unusable'],
  'keys-without-kid': ['CONF-8', 'provider_document_unusable'],
  'without-signing-keys': ['IDT-9', 'id_token_key_unknown'],
}

const did: Expected<'did'> = {
  'malformed-json': ['CONF-8', 'provider_document_unusable'],
  'not-an-object': ['CONF-8', 'provider_document_unusable'],
  'empty-body': ['CONF-8', 'provider_document_unusable'],
  'wrong-content-type': ['CONF-8', 'accepted'],
  'no-cache-control': ['CONF-3', 'accepted'],
  'no-store': ['CONF-3', 'accepted'],
  'short-lived': ['CONF-3', 'accepted'],
  'wrong-controller': ['CONF-8', 'provider_document_unusable'],
  'missing-controller': ['CONF-8', 'provider_document_unusable'],
  'method-of-another-controller': ['CID-2', 'provider_document_unusable'],
  'no-assertion-method': ['CONF-8', 'provider_document_unusable'],
  'empty-assertion-method': ['CONF-8', 'provider_document_unusable'],
  'malformed-keys': ['CONF-8', 'provider_document_unusable'],
  'without-signing-keys': ['CID-2', 'core_identity_key_unknown'],
}

const places = {
  authorize,
  token,
  'id-token': idToken,
  userinfo,
  'core-identity': coreIdentity,
  discovery,
  jwks,
  did,
} as const
const withIdentity: readonly string[] = ['userinfo', 'core-identity', 'did'] satisfies (keyof typeof places)[]

/** Signs in while a place is broken, and returns the result. */
async function outcome(place: keyof typeof places, fault: string, maxAge?: number) {
  await using pair = await startPair({
    simulator: { client: { maxAgeEnabled: true } },
    options: {
      claims: ['coreIdentityJWT', 'address', 'returnCode'],
      // With a request object, the browser would stay at One Login.
      requestObject: fault !== 'client-deactivated',
      timeout: fault === 'hang' ? 0.4 : 20,
      ...(maxAge !== undefined && { maxAge }),
    },
  })
  pair.op.respondWith({ user: 'every-document' })
  pair.op.breakUntilReset(place, fault as never, fault === 'slow' ? { seconds: 0.05 } : undefined)
  const browser = pair.browser()
  const page = await browser.visit(
    pair.service.url + (withIdentity.includes(place) ? '/identity' : '/account'),
  )
  const whoami = await browser.visit(`${pair.service.url}/whoami`)
  const { code = 'accepted', message = '' } = JSON.parse(page.body) as { code?: Outcome; message?: string }
  return { code, message, status: page.status, signedIn: whoami.body !== 'null', calls: pair.op.requests }
}

async function expectOutcome(place: keyof typeof places, fault: string, expected: Outcome): Promise<void> {
  const found = await outcome(place, fault)
  expect(found).toMatchObject({ code: expected, status: status[expected] ?? 502 })
  if (withIdentity.includes(place)) return
  expect(found.signedIn).toBe(expected === 'accepted')
}

describe.each(Object.keys(places) as (keyof typeof places)[])('a fault of %s', (place) => {
  const rows = Object.entries(places[place]).map(
    ([fault, [requirement, expected]]) => [requirement, fault, expected] as const,
  )
  it.each(rows)(`[%s] ${place} %s: %s`, async (_requirement, fault, expected) => {
    await expectOutcome(place, fault, expected)
  })
})

describe.each(Object.entries(calls))('the network to %s', (place, { requirement, refused, html, down }) => {
  it.each(Object.keys(network) as (keyof typeof network)[])(
    `[${requirement}] ends %s in bounded time with a typed error`,
    async (fault) => {
      const other = fault === 'html' ? html : fault === 'redirect' ? refused : down
      const begin = performance.now()
      await expectOutcome(place as keyof typeof calls, fault, network[fault] ?? other)
      // The deadline is 20 s, and 0.4 s where nothing but the deadline ends the call.
      const seconds = (performance.now() - begin) / 1000
      expect(seconds).toBeLessThan(10)
      if (fault === 'hang') expect(seconds).toBeGreaterThan(0.39)
    },
  )
})

describe('with max_age', () => {
  it.each([
    ['missing-auth-time', 'id_token_invalid'],
    ['auth-time-too-old', 'authentication_too_old'],
    ['auth-time-in-the-future', 'id_token_invalid'],
    ['malformed-auth-time', 'id_token_invalid'],
  ])('[IDT-7] rejects an ID token with %s: %s', async (fault, code) => {
    expect(await outcome('id-token', fault, 60)).toMatchObject({ code, signedIn: false })
  })
})

describe('after a rejection, the service', () => {
  it.each([
    'wrong-state',
    'missing-state',
    'repeated-state',
    'code-as-object',
    'error-with-wrong-state',
    'access-denied',
  ])('[CB-1] makes no token request after %s', async (fault) => {
    const { calls } = await outcome('authorize', fault)
    expect(calls.map(({ endpoint }) => endpoint)).not.toContain('token')
  })

  it.each(['500', 'hang', 'reset', 'truncated', 'malformed-json', 'invalid-grant'])(
    '[CB-10] sends the code once, also if the response is %s',
    async (fault) => {
      const { calls } = await outcome('token', fault)
      expect(calls.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
    },
  )

  it.each(['invalid-signature', 'wrong-nonce', 'incorrect-vot'])(
    '[UI-1] does not request userinfo after an ID token with %s',
    async (fault) => {
      const { calls } = await outcome('id-token', fault)
      expect(calls.map(({ endpoint }) => endpoint)).not.toContain('userinfo')
    },
  )
})

it('[SIM-3] covers every fault that the simulator has', () => {
  for (const place of Object.keys(places) as (keyof typeof places)[]) {
    const covered = new Set([...Object.keys(places[place]), ...Object.keys(network)])
    expect(simulatorFaults[place].filter((fault) => !covered.has(fault))).toEqual([])
  }
})
