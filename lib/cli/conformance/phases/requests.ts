import type { RecordedRequest, SimulatorEndpoint } from '../../../simulator/index.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import { identityJourney, signInJourney } from '../journeys.ts'
import type { Check, Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import { checkAssertions, checkAuthorizations, type Finding } from './sent-requests.ts'

const signIns = 3

type Requests = readonly RecordedRequest[]

const sentTo = (requests: Requests, endpoint: SimulatorEndpoint): Requests =>
  requests.filter((request) => request.endpoint === endpoint)

/** Checks the service's requests to One Login without faults. */
export async function runRequests(run: Run): Promise<void> {
  run.results.startTrial()
  const journey = signInJourney(run)
  const signInRequests = await run.requestsDuring(async () => {
    for (let count = 0; count < signIns; count += 1) {
      run.newUser()
      await journey.go(run.newBrowser())
    }
  })
  const identity = identityJourney(run)
  let identityRequests: Requests = []
  if (identity) {
    run.newUser()
    const browser = run.newBrowser()
    await identity.prepare(browser)
    identityRequests = await run.requestsDuring(() => identity.go(browser))
  }
  const all = [...signInRequests, ...identityRequests]
  const done = `${signIns} users signed in${identity ? ', and one proved an identity' : ''}.`
  const add = (id: RequirementId, { verdict, seen }: Finding) =>
    run.results.add(id, { name: 'requests', verdict, done, seen })

  for (const [id, finding] of checkAuthorizations(
    sentTo(signInRequests, 'authorize'),
    sentTo(identityRequests, 'authorize'),
  ))
    add(id, finding)
  add('client-assertion', checkAssertions(sentTo(all, 'token')))
  add('user-agent', userAgents(all))
  add('access-token', accessTokens(all))
  add('code-sent-once', codes(sentTo(all, 'token')))
  add('keys-downloaded', keys(run, identity !== undefined))
  add('documents-cached', downloads(signInRequests))
  await checkOrder(run)
}

const finding = (isKept: boolean, verdict: Verdict, kept: string, other: string): Finding =>
  isKept ? { verdict: 'kept', seen: kept } : { verdict, seen: other }

function userAgents(requests: Requests): Finding {
  const direct = requests.filter(({ endpoint }) => endpoint !== 'authorize' && endpoint !== 'logout')
  const agents = new Set(direct.map(({ headers }) => headers['user-agent'] ?? ''))
  if (agents.has('')) return { verdict: 'broken', seen: 'A call had no User-Agent.' }
  return finding(
    agents.size <= 1,
    'advice',
    'All calls had the same.',
    `The calls had ${agents.size} different ones.`,
  )
}

function accessTokens(requests: Requests): Finding {
  const calls = sentTo(requests, 'userinfo')
  if (calls.length === 0) return { verdict: 'not observable', seen: 'The service does not call userinfo.' }
  const inAddress = calls.some(({ params }) => params.access_token !== undefined)
  return finding(!inAddress, 'broken', 'It was in the header.', 'It was a parameter of the address.')
}

function codes(tokenRequests: Requests): Finding {
  const sent = tokenRequests.map(({ params }) => params.code)
  const isOnce = new Set(sent).size === sent.length
  return finding(isOnce, 'broken', 'Each code was sent once.', 'A code was sent more than once.')
}

function keys(run: Run, withIdentity: boolean): Finding {
  const { requests } = run.op
  const missing = [
    ...(sentTo(requests, 'jwks').length === 0 ? ['the keys for ID tokens'] : []),
    ...(withIdentity && sentTo(requests, 'did').length === 0 ? ['the DID document'] : []),
  ]
  const seen = `The service did not download ${missing.join(' and ')}.`
  return finding(missing.length === 0, 'advice', 'The service downloaded them.', seen)
}

function downloads(requests: Requests): Finding {
  const often = (['discovery', 'jwks', 'did'] as const).filter(
    (endpoint) => sentTo(requests, endpoint).length >= signIns,
  )
  const seen = `Downloaded for each sign-in: ${often.join(', ')}.`
  return finding(often.length === 0, 'advice', 'They were not downloaded for each sign-in.', seen)
}

/** Makes a user who is not signed in request the identity page. */
async function checkOrder(run: Run): Promise<void> {
  run.results.startTrial()
  const { identityPage } = run.settings
  if (!identityPage || !run.identityMarker) {
    run.results.add('identity-after-sign-in', {
      name: 'order',
      verdict: 'not observable',
      done: 'Nothing was done.',
      seen: run.whyNoIdentity,
    })
    return
  }
  run.newUser()
  const requests = await run.requestsDuring(() =>
    run.newBrowser().visit((run.settings.identityStart ?? identityPage).href),
  )
  const [first] = sentTo(requests, 'authorize')
  const vtr = JSON.stringify(first?.requestObject?.claims.vtr ?? first?.params.vtr ?? '')
  const check: Omit<Check, 'verdict' | 'seen'> = {
    name: 'order',
    done: 'A user who was not signed in asked for the identity page.',
  }
  const { verdict, seen } = finding(
    !/P[123]/.test(vtr),
    'advice',
    'The user was asked to sign in first.',
    'The first request asked for an identity at once.',
  )
  run.results.add('identity-after-sign-in', { ...check, verdict, seen })
}
