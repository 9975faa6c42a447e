import { channel } from 'node:diagnostics_channel'
import type { OneLoginErrorCode } from './errors.ts'

/** What happens, for metrics and audit, with no personal data but `sub`. */
export interface OneLoginEvents {
  'sign-in.started': { readonly vtr: readonly string[]; readonly prompt?: 'login' }
  'sign-in.succeeded': {
    readonly sub: string
    readonly identity?: { readonly proven: boolean; readonly level: string }
  }
  'sign-in.failed': { readonly code: OneLoginErrorCode | 'unexpected' }
  'signed-out': {
    readonly sub?: string
    readonly reason: 'user' | 'expired' | 'login_required' | 'subject_mismatch'
  }
  'signed-out.back-channel': { readonly sub: string }
  'document.refreshed': { readonly url: string }
  'document.refresh-failed': { readonly url: string; readonly code: OneLoginErrorCode }
}

/** The name of an event; its channel is called `passport-govuk-one-login:` and the name. */
export type OneLoginEventName = keyof OneLoginEvents

const names = [
  'sign-in.started',
  'sign-in.succeeded',
  'sign-in.failed',
  'signed-out',
  'signed-out.back-channel',
  'document.refreshed',
  'document.refresh-failed',
] as const satisfies OneLoginEventName[]

const channels = new Map(names.map((name) => [name, channel(`passport-govuk-one-login:${name}`)]))

/**
 * Tells those who listen on `node:diagnostics_channel` what happened.
 *
 * @example Listening:
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * subscribe('passport-govuk-one-login:sign-in.failed', (event) => {
 *   signInFailures.add(1, { code: (event as OneLoginEvents['sign-in.failed']).code })
 * })
 * ```
 */
export function publish<Name extends OneLoginEventName>(name: Name, event: OneLoginEvents[Name]): void {
  const target = channels.get(name)
  if (target?.hasSubscribers) target.publish(event)
}
