import { createProbe } from './authorization-probe.ts'
import { checkAuthorization } from './authorization-check.ts'
import { Calls } from './calls.ts'
import { checkClient } from './client-check.ts'
import { checkClock } from './clock-check.ts'
import { checkDocuments } from './documents-check.ts'
import { checkNames, ok, unknown, type Finding } from './finding.ts'
import { checkOptions } from './options-check.ts'
import { checkPublishedKeys } from './published-keys-check.ts'

/** The options of an examination. */
export interface Subject {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The address where the service publishes its keys, if it should be checked. */
  readonly jwksURL: string | undefined
  /** A registered redirect URI, to use in requests if the one in the options is not registered. */
  readonly redirectURI?: string | undefined
}

/** All findings, and the number of calls. */
export interface Examination {
  readonly findings: readonly Finding[]
  readonly calls: number
}

/** Checks a service's options, then its registration with One Login. */
export async function examine({ env, jwksURL, redirectURI }: Subject): Promise<Examination> {
  const { settings, findings: ofOptions } = checkOptions(env)
  if (!settings) return { findings: ofOptions, calls: 0 }
  const calls = new Calls(settings, env)
  const documents = await checkDocuments(settings, calls)
  const findings = [...ofOptions, ...documents.findings]
  if (calls.proxy !== undefined) findings.push(ok('proxy', `calls go through ${calls.proxy}`))
  const published = jwksURL === undefined ? [] : [await checkPublishedKeys(jwksURL, settings, calls)]
  if (documents.metadata) {
    const client = await checkClient(settings, documents.metadata, calls)
    const probe = createProbe(settings, documents.metadata, calls)
    const isClientKnown = client.isKnown
    const authorization = await checkAuthorization({ settings, calls, probe, isClientKnown, redirectURI })
    findings.push(checkClock(settings, calls), client.finding, ...authorization)
  } else
    findings.push(
      unknown(
        'client',
        'other-problem-first',
        'This check needs the discovery document.',
        'Fix that problem, then run the command again.',
      ),
    )
  return { findings: inOrder([...findings, ...published]), calls: calls.count }
}

/** Sorts the findings in the order of the checks. A check with a problem is not also reported as passed. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const toFix = new Set(findings.filter(({ outcome }) => outcome === 'fix').map(({ check }) => check))
  return findings
    .filter(({ check, outcome }) => outcome !== 'ok' || !toFix.has(check))
    .sort((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check))
}
