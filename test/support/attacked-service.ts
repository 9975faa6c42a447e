import { expect } from 'vitest'
import type { OneLoginErrorCode, OneLoginOptions, OneLoginUser } from '../../lib/index.ts'
import { Browser } from './browser.ts'
import { startHostileProvider, type HostileProvider } from './hostile-provider.ts'
import { startService, type Service, type ServiceOptions } from './service.ts'

/** A service and the hostile provider that it trusts. */
export interface AttackedService extends AsyncDisposable {
  readonly provider: HostileProvider
  readonly service: Service
}

/** The result of a sign-in. */
export interface Outcome {
  readonly status: number
  /** `accepted`, or the code of the error. */
  readonly code: OneLoginErrorCode | 'accepted' | 'unexpected'
  /** The user that the service has signed in afterwards. */
  readonly user: OneLoginUser | null
}

/** Starts a service whose provider is hostile. */
export async function startAttackedService(
  options: Partial<OneLoginOptions> = {},
  parts: ServiceOptions = {},
): Promise<AttackedService> {
  const provider = await startHostileProvider()
  const service = await startService((url) => ({ ...provider.optionsFor(url), ...options }), parts)
  return {
    provider,
    service,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

/** Visits a page that needs a sign-in. `/identity` needs an identity as well. */
export async function signInAt(
  { url }: Pick<Service, 'url'>,
  path: '/account' | '/identity' = '/account',
  browser = new Browser(),
): Promise<Outcome> {
  const page = await browser.visit(url + path)
  const { body } = await browser.send(`${url}/whoami`)
  const { code = 'accepted' } = JSON.parse(page.body) as { code?: Outcome['code'] }
  return { status: page.status, code, user: JSON.parse(body) as OneLoginUser | null }
}

/** Expects the service to reject the ID token, or to fail with `code`, and to sign no user in. */
export async function expectSignInRefused(
  { service }: AttackedService,
  code?: OneLoginErrorCode,
): Promise<void> {
  const outcome = await signInAt(service)
  expect(code ? [code] : ['id_token_invalid', 'id_token_key_unknown']).toContain(outcome.code)
  expect(outcome.user).toBeNull()
  expect(outcome.status).toBeGreaterThanOrEqual(400)
}

/** Expects the service to reject the identity, and to keep the user signed in without one. */
export async function expectIdentityRefused(
  { service }: AttackedService,
  code: OneLoginErrorCode = 'core_identity_invalid',
): Promise<void> {
  const outcome = await signInAt(service, '/identity')
  expect(outcome.code).toBe(code)
  expect(outcome.status).toBeGreaterThanOrEqual(400)
  expect(outcome.user?.sub).toMatch(/^urn:/)
  expect(outcome.user).not.toHaveProperty('identity')
}
