import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import { examineService } from '../../lib/cli/conformance/examination.ts'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'
import type { Settings } from '../../lib/cli/conformance/settings.ts'

interface Service {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Settings for a fixture with all its pages. */
export function settingsFor(url: string, change: Partial<Settings> = {}): Settings {
  return {
    page: new URL(`${url}/page`),
    identityPage: new URL(`${url}/identity`),
    identityStart: undefined,
    identityText: undefined,
    signOut: new URL(`${url}/sign-out`),
    backChannel: new URL(`${url}/logout`),
    allowedHosts: [],
    credentials: 'ready-key',
    idTokenAlg: 'ES256',
    press: [],
    cookies: [],
    headers: {},
    timeout: 10_000,
    startTimeout: 10_000,
    slow: false,
    command: [],
    only: [],
    skip: [],
    ...change,
  }
}

/** Starts a service of this process and checks it. */
export async function checked(
  start: (op: Simulator) => Promise<Service>,
  change: Partial<Settings> = {},
  prefix = '',
): Promise<RequirementResult[]> {
  const op = await startSimulator({ logoutRetryDelay: 0 })
  const service = await start(op)
  try {
    return await examineService(settingsFor(service.url + prefix, change), { op })
  } finally {
    await service.close()
    await op.close()
  }
}

/** The broken requirements: IDs, each with what was found. */
export function findings(results: readonly RequirementResult[]): Record<string, string[]> {
  const found = results.filter(({ verdict }) => verdict !== 'kept' && verdict !== 'not observable')
  return Object.fromEntries(
    found.map(({ id, checks }) => [
      id,
      checks
        .filter(({ verdict }) => verdict !== 'kept' && verdict !== 'not observable')
        .map(({ name, verdict, seen }) => `${verdict}: ${name}: ${seen}`),
    ]),
  )
}
