import type { RecordedRequest } from '../../../simulator/index.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import type { JsonObject } from '../jwt.ts'
import type { Verdict } from '../results.ts'

/** The result of checking requests. */
export interface Finding {
  readonly verdict: Verdict
  readonly seen: string
}

type Requests = readonly RecordedRequest[]

const shortest = 20
const longestLifetime = 600
const coreIdentity = 'https://vocab.account.gov.uk/v1/coreIdentityJWT'

const kept = (seen: string): Finding => ({ verdict: 'kept', seen })
const broken = (seen: string): Finding => ({ verdict: 'broken', seen })
const advice = (seen: string): Finding => ({ verdict: 'advice', seen })

/** Returns a parameter of an authorization request, from the request object or the query. */
function parameter({ params, requestObject }: RecordedRequest, name: string): unknown {
  return requestObject?.claims[name] ?? params[name]
}

/** Checks the requests to `/authorize`, for sign-ins and for identities. */
export function checkAuthorizations(
  signIns: Requests,
  identities: Requests,
): readonly (readonly [RequirementId, Finding])[] {
  const all = [...signIns, ...identities]
  return [
    ['state', freshness(all, 'state')],
    ['nonce', freshness(all, 'nonce')],
    ['pkce', pkce(all)],
    ['request-object', requestObjects(all)],
    ['vtr', vectors(all)],
    ['identity-claims', claims(signIns, identities)],
  ]
}

function freshness(requests: Requests, name: 'state' | 'nonce'): Finding {
  const values = requests.map((request) => parameter(request, name))
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length < requests.length) return broken(`A request had no ${name}.`)
  if (new Set(texts).size < texts.length) return broken(`Two requests had the same ${name}.`)
  const longest = Math.min(...texts.map(({ length }) => length))
  if (longest < shortest) return advice(`It had ${longest} characters, fewer than ${shortest}.`)
  return kept('Each request had a new one.')
}

function pkce(requests: Requests): Finding {
  const challenges = requests.map((request) => parameter(request, 'code_challenge'))
  if (challenges.every((challenge) => challenge === undefined)) return advice('The requests do not use PKCE.')
  if (challenges.includes(undefined)) return broken('Some requests do not use PKCE.')
  if (new Set(challenges).size < challenges.length) return broken('Two requests had the same code_challenge.')
  return kept('Each request had a new code_challenge.')
}

function requestObjects(requests: Requests): Finding {
  const objects = requests.map(({ requestObject }) => requestObject?.claims)
  if (objects.every((object) => object === undefined)) return advice('The requests are not signed.')
  if (objects.includes(undefined)) return broken('Some requests are not signed.')
  const problem = objects.map((object) => lifetimeProblem(object ?? {})).find((text) => text !== undefined)
  return problem === undefined ? kept('Each request was signed.') : broken(`The request object ${problem}.`)
}

function lifetimeProblem({ exp, iat }: JsonObject): string | undefined {
  if (typeof exp !== 'number') return 'has no exp'
  const from = typeof iat === 'number' ? iat : Date.now() / 1000
  return exp - from > longestLifetime ? `is valid for more than ${longestLifetime / 60} minutes` : undefined
}

function vectors(requests: Requests): Finding {
  const isMissing = requests.some((request) => parameter(request, 'vtr') === undefined)
  return isMissing ? advice('A request had no vtr.') : kept('Each request had one.')
}

function claims(signIns: Requests, identities: Requests): Finding {
  const asksForIdentity = (request: RecordedRequest) =>
    /P[123]/.test(JSON.stringify(parameter(request, 'vtr') ?? ''))
  const text = (request: RecordedRequest) => {
    const value = parameter(request, 'claims')
    return typeof value === 'string' ? value : JSON.stringify(value ?? '')
  }
  const all = [...signIns, ...identities]
  const isEarly = all.some((request) => !asksForIdentity(request) && text(request).includes('vocab.account'))
  if (isEarly) return advice('A request without an identity level asked for identity claims.')
  const forIdentity = all.filter(asksForIdentity)
  if (forIdentity.some((request) => !text(request).includes(coreIdentity)))
    return broken('A request for an identity did not ask for the core identity.')
  return kept('Claims were requested as they must be.')
}

/** Checks the client assertions of token requests. */
export function checkAssertions(tokenRequests: Requests): Finding {
  const assertions = tokenRequests.map(({ clientAssertion }) => clientAssertion?.claims)
  if (assertions.every((assertion) => assertion === undefined))
    return { verdict: 'not observable', seen: 'The service uses a client secret.' }
  const ids = assertions.map((assertion) => assertion?.jti)
  if (ids.includes(undefined)) return broken('An assertion had no jti.')
  if (new Set(ids).size < ids.length) return broken('Two assertions had the same jti.')
  const problem = assertions
    .map((assertion) => lifetimeProblem(assertion ?? {}))
    .find((text) => text !== undefined)
  return problem === undefined
    ? kept('Each token request had a new one.')
    : broken(`The assertion ${problem}.`)
}
