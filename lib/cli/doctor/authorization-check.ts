import type { Settings } from '../../options/strategy-options.ts'
import type { AuthorizationExamination } from './authorization-examination.ts'
import { isRefusal, type Ask, type Refused } from './authorization-probe.ts'
import { keysUnreadable } from './client-check.ts'
import { isClockWrong } from './clock-check.ts'
import { areSeveral, findCulprits, namesOf, type Culprits } from './culprits.ts'
import { fix, ok, runAgain, unknown, type CheckName, type Finding, type Problem } from './finding.ts'
import { addressFinding, registeredRedirectURI } from './redirect-uri-check.ts'
import { registryOf } from './registry.ts'
import { requestObjectFinding } from './request-object-check.ts'

/** The result of a rejected request: the findings, and the next request, without the problem. */
interface Step {
  readonly findings: readonly Finding[]
  readonly next?: Ask
}

type Reaction = (examination: AuthorizationExamination, ask: Ask) => Step | Promise<Step>

const checks = ['redirect URI', 'request object', 'scope', 'claims', 'level'] as const

/**
 * Sends the library's authorization request without following redirects. One Login names only the first problem, so
 * the request is sent again without it until One Login accepts it. One run then finds all problems.
 */
export async function checkAuthorization(examination: AuthorizationExamination): Promise<Finding[]> {
  const { settings, probe } = examination
  const findings: Finding[] = []
  let ask: Ask | undefined = asUsual(settings)
  let reason: string | undefined
  let redirected: Ask | undefined
  while (ask) {
    const current: Ask = ask
    const verdict = await probe(current)
    if (verdict === 'accepted') break
    if (typeof verdict === 'object') reason = verdict.unclear
    // One Login sends these errors to the redirect URI, so the redirect URI is registered.
    else if (verdict === 'scope' || verdict === 'claims' || verdict === 'vectors') redirected = current
    const step: Step =
      typeof verdict === 'object' ? { findings: [] } : await reactions[verdict](examination, current)
    findings.push(...step.findings)
    ask = step.next
  }
  const problemChecks = new Set<CheckName>(findings.map(({ check }) => check))
  for (const check of checks) {
    if (problemChecks.has(check)) continue
    const known = check === 'redirect URI' || check === 'request object' ? (redirected ?? ask) : ask
    if (!known) findings.push(uncheckedFinding(check, reason))
    else if (check === 'request object') findings.push(await requestObjectFinding(examination, known))
    else findings.push(accepted(check, settings, known))
  }
  return findings
}

function asUsual({ scope, signIn }: Settings): Ask {
  const { trust, claims, requestObject } = signIn
  const asked = trust.identity ? [...new Set(['coreIdentityJWT', ...claims] as const)] : []
  return { scope, claims: asked, vtr: trust.vtr, requestObject }
}

const reactions: Readonly<Record<Refused, Reaction>> = {
  // One Login responds to an expired request object, or one that is not valid yet, as to a wrong address.
  address: async (examination, ask) => {
    const { settings, calls, isClientKnown } = examination
    if (ask.requestObject && isClockWrong(settings, calls)) return withoutRequestObject(ask)
    if (isClientKnown === false) return { findings: [] }
    const registered = await registeredRedirectURI(examination, ask)
    const finding = addressFinding(settings, isClientKnown, registered)
    return {
      findings: [finding],
      ...(registered !== undefined && { next: { ...ask, redirectURI: registered } }),
    }
  },

  signature: (_examination, ask) => withoutRequestObject(ask),

  keys: ({ settings }, ask) => ({
    findings: [{ ...keysUnreadable(settings), check: 'request object' }],
    next: { ...ask, requestObject: false },
  }),

  deactivated: ({ settings }) => ({ findings: [deactivated(settings)] }),

  // One Login fails for a deactivated client before it reads the request object.
  gateway: async ({ settings, probe }, ask) => {
    const verdict = await probe({ ...ask, requestObject: false })
    return { findings: [verdict === 'deactivated' ? deactivated(settings) : maybeDeactivated(settings)] }
  },

  'request object': ({ settings }, ask) => {
    if (settings.signIn.requestObject || ask.requestObject) return { findings: [] }
    const finding = fix(
      'request object',
      'request-object-required',
      `${settings.clientId} must send signed request objects, and this service sends none.`,
      `Remove ONE_LOGIN_REQUEST_OBJECT=false and use a key, or stop requiring request objects (JAR) ${registryOf(settings)}.`,
    )
    const canSign = settings.signers.length > 0
    return { findings: [finding], ...(canSign && { next: { ...ask, requestObject: true } }) }
  },

  scope: async ({ settings, calls, probe }, ask) => {
    const culprits = await findCulprits(
      ask.scope.filter((scope) => scope !== 'openid'),
      async (scope) => isRefusal(await probe({ ...ask, scope: ['openid', scope] }), 'scope'),
      calls,
    )
    const finding = notRegistered(settings, 'scope', 'scope-not-registered', culprits, 'ONE_LOGIN_SCOPE')
    const scope = ask.scope.filter((name) => name === 'openid' || !culprits.items.includes(name))
    return { findings: [finding], ...(culprits.items.length > 0 && { next: { ...ask, scope } }) }
  },

  claims: async ({ settings, calls, probe }, ask) => {
    const culprits = await findCulprits(
      ask.claims,
      async (claim) => isRefusal(await probe({ ...ask, claims: [claim] }), 'claims'),
      calls,
    )
    const finding = notRegistered(settings, 'claims', 'claim-not-registered', culprits, 'ONE_LOGIN_CLAIMS')
    const claims = ask.claims.filter((claim) => !culprits.items.includes(claim))
    return { findings: [finding], ...(culprits.items.length > 0 && { next: { ...ask, claims } }) }
  },

  vectors: async (examination, ask) => {
    const finding = await levelFinding(examination, ask)
    const isIdentity = ask.vtr.some((vector) => /P[1-3]/.test(vector))
    // One Login rejects a level only after it has accepted the claims, so they stay for the report.
    return { findings: [finding], ...(isIdentity && { next: { ...ask, vtr: ['Cl.Cm'] } }) }
  },
}

function uncheckedFinding(check: CheckName, reason: string | undefined): Finding {
  if (reason !== undefined) return unknown(check, 'no-clear-response', reason, runAgain)
  return unknown(
    check,
    'other-problem-first',
    'One Login checks it only after you fix the rest.',
    'Fix the other problems, then run the command again.',
  )
}

function deactivated(settings: Settings): Finding {
  return fix(
    'client',
    'client-deactivated',
    `${settings.clientId} is deactivated, so no user can sign in.`,
    `Reactivate it ${registryOf(settings)}, or use the client ID that replaced it.`,
  )
}

function maybeDeactivated({ clientId }: Settings): Finding {
  return fix(
    'client',
    'client-deactivated',
    `One Login responded to the sign-in request with status 502. ${clientId} may be deactivated, deprecated or rate limited.`,
    'Ask One Login about this client ID. Users see the 502 page at One Login and do not come back to your service.',
  )
}

function withoutRequestObject(ask: Ask): Step {
  const finding = unknown(
    'request object',
    'other-problem-first',
    'One Login checks it only after you fix the key and the clock.',
    'Fix them, then run the command again.',
  )
  return {
    findings: [finding],
    next: { ...ask, requestObject: false },
  }
}

function notRegistered(
  settings: Settings,
  check: CheckName,
  problem: Problem,
  culprits: Culprits<string>,
  variable: string,
): Finding {
  const { items } = culprits
  const names = namesOf(culprits)
  const verb = areSeveral(culprits) ? 'are' : 'is'
  return fix(
    check,
    problem,
    `${names} ${verb} not registered for ${settings.clientId}.`,
    `Add ${names} ${registryOf(settings)}, or remove ${items.length > 1 ? 'them' : 'it'} from ${variable}.`,
  )
}

/** Identity needs P2. If One Login rejects P2 as well, identity is not enabled. */
async function levelFinding(
  { settings, calls, probe }: AuthorizationExamination,
  ask: Ask,
): Promise<Finding> {
  const levels = [...new Set(ask.vtr.map((vector) => /P[0-3]/.exec(vector)?.[0] ?? 'P0'))]
  const refuses = async (level: string) =>
    isRefusal(await probe({ ...ask, vtr: [`Cl.Cm.${level}`] }), 'vectors')
  const culprits = await findCulprits(levels, refuses, calls)
  const { items, areAllFound } = culprits
  const names = namesOf(culprits)
  const registry = registryOf(settings)
  const all = areAllFound && items.length === levels.length
  if (all && !levels.includes('P0') && (levels.includes('P2') || (calls.left > 1 && (await refuses('P2')))))
    return fix(
      'level',
      'identity-not-enabled',
      `${settings.clientId} may not ask for an identity (${names}).`,
      `Enable identity verification with level of confidence ${names} ${registry}.`,
    )
  return fix(
    'level',
    'level-not-registered',
    `${areSeveral(culprits) ? `Levels of confidence ${names} are` : `Level of confidence ${names} is`} not registered for ${settings.clientId}.`,
    `Add ${names} ${registry}, or request another level.`,
  )
}

function accepted(
  check: Exclude<(typeof checks)[number], 'request object'>,
  settings: Settings,
  ask: Ask,
): Finding {
  const isIdentity = settings.signIn.trust.identity !== undefined
  switch (check) {
    case 'redirect URI':
      return ok(check, `${settings.callbackURL} is registered`)
    case 'scope':
      return ok(check, `${ask.scope.join(', ')}: registered`)
    case 'claims':
      return ok(
        check,
        isIdentity ? `${ask.claims.join(', ')}: registered` : 'not requested. Use --level P2 to check them',
      )
    case 'level':
      return ok(
        check,
        `${ask.vtr.join(', ')}: accepted${isIdentity ? '' : '. Use --level P2 to check an identity'}`,
      )
  }
}
