import { readDidDocument } from '../../provider/did-document.ts'
import { readDiscovery, type ProviderMetadata } from '../../provider/discovery.ts'
import { requireDidSettings } from '../../options/environments.ts'
import type { Settings } from '../../options/strategy-options.ts'
import { readJwks } from '../../provider/provider.ts'
import type { Calls } from './calls.ts'
import { fix, ok, unknown, type CheckName, type Finding, type Problem } from './finding.ts'

/** The content of One Login's documents. */
export interface DocumentsResult {
  readonly metadata?: ProviderMetadata
  readonly findings: readonly Finding[]
}

interface Download<Content> {
  readonly check: CheckName
  readonly problem: Problem
  readonly remedy: string
  readonly parse: (json: unknown) => Content | Promise<Content>
}

/** Downloads One Login's documents and reads them as the library does. */
export async function checkDocuments(settings: Settings, calls: Calls): Promise<DocumentsResult> {
  const { issuer } = settings.environment
  const discovery = await download(calls, `${withoutSlash(issuer)}/.well-known/openid-configuration`, {
    check: 'discovery',
    problem: 'discovery-unusable',
    remedy: `Check ${variablesOf(settings, 'ONE_LOGIN_ISSUER')} and that this machine can reach One Login. A network with an outbound proxy needs HTTPS_PROXY.`,
    parse: (json) => readDiscovery(json, { ...settings.environment, issuer: namedIssuer(json, issuer) }),
  })
  const metadata = discovery.content
  const findings = [discovery.finding ?? issuerFinding(issuer, metadata?.issuer ?? issuer)]
  if (metadata) findings.push(await checkJwks(metadata, calls))
  else
    findings.push(
      unknown(
        'JWKS',
        'other-problem-first',
        'The discovery document contains its address.',
        'Fix that problem, then run the command again.',
      ),
    )
  findings.push(await checkDid(settings, calls))
  return { findings, ...(metadata && { metadata }) }
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '')

/** Returns the issuer that a document names, if it differs from the configured one only by the slash at the end. */
function namedIssuer(json: unknown, configured: string): string {
  const { issuer } = (json ?? {}) as { issuer?: unknown }
  return typeof issuer === 'string' && withoutSlash(issuer) === withoutSlash(configured) ? issuer : configured
}

function issuerFinding(configured: string, named: string): Finding {
  if (configured === named) return ok('discovery', `${named} names its endpoints`)
  const message = `ONE_LOGIN_ISSUER is ${configured}, and the discovery document names ${named}.`
  return fix(
    'discovery',
    'issuer-slash',
    message,
    `Set ONE_LOGIN_ISSUER to exactly ${named}. Check the slash at the end.`,
  )
}

async function checkJwks({ jwks_uri }: ProviderMetadata, calls: Calls): Promise<Finding> {
  const { content, finding } = await download(calls, jwks_uri, {
    check: 'JWKS',
    problem: 'jwks-unusable',
    remedy: 'Users cannot sign in until One Login fixes this. Try again later.',
    parse: readJwks,
  })
  return finding ?? ok('JWKS', `keys that can verify ID tokens: ${content?.size ?? 0}`)
}

async function checkDid(settings: Settings, calls: Calls): Promise<Finding> {
  if (!settings.signIn.hasDid)
    return unknown(
      'DID document',
      'did-options-missing',
      'ONE_LOGIN_DID_DOCUMENT_URL and ONE_LOGIN_DID_CONTROLLER are not set, so the package cannot verify identities.',
      'Set both if your service requests identities. If not, no action needed.',
    )
  const { didDocumentURL, didController } = requireDidSettings(settings.environment)
  const { content, finding } = await download(calls, didDocumentURL, {
    check: 'DID document',
    problem: 'did-document-unusable',
    remedy: `Check ${variablesOf(settings, 'ONE_LOGIN_DID_DOCUMENT_URL', 'ONE_LOGIN_DID_CONTROLLER')}. Without this document, the package cannot verify identities.`,
    parse: (json) => readDidDocument(json, didController),
  })
  return (
    finding ??
    ok('DID document', `keys of ${didController} that can verify identities: ${content?.size ?? 0}`)
  )
}

/** Returns the names of the variables that hold One Login's addresses. */
function variablesOf({ environment }: Settings, ...ofSimulator: string[]): string {
  return /^https:\/\/oidc\.(?:integration\.)?account\.gov\.uk\/$/.test(environment.issuer)
    ? 'ONE_LOGIN_ENVIRONMENT'
    : ofSimulator.join(' and ')
}

async function download<Content>(
  calls: Calls,
  url: string,
  { check, problem, remedy, parse }: Download<Content>,
): Promise<{ content?: Content; finding?: Finding }> {
  const refuse = (reason: string) => ({ finding: fix(check, problem, `${url}: ${reason}`, remedy) })
  const result = await calls.make(url, { headers: { accept: 'application/json' } })
  if ('failure' in result) return refuse(result.failure)
  const { response } = result
  if (response.status !== 200) return refuse(`it returned status ${response.status}.`)
  try {
    return { content: await parse(await response.json()) }
  } catch (error) {
    return refuse(error instanceof SyntaxError ? 'it is not JSON.' : `${(error as Error).message}.`)
  }
}
