import { channel } from 'node:diagnostics_channel'
import type { OneLoginErrorCode } from './errors.ts'

/**
 * What happens, for metrics and audit, with no personal data but `sub`. Each is published on a channel of
 * `node:diagnostics_channel`.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * subscribe('passport-govuk-one-login:sign-in.failed', (event) => {
 *   signInFailures.add(1, { code: (event as OneLoginEvents['sign-in.failed']).code })
 * })
 * ```
 */
export interface OneLoginEvents {
  /** A browser is sent to One Login. */
  'sign-in.started': {
    /** What was asked for. */
    readonly vtr: readonly string[]
    /** Whether the user is to prove again that it is them. */
    readonly prompt?: 'login'
  }
  /** A sign-in or an identity journey came back and kept every rule, and the verify callback took the user. */
  'sign-in.succeeded': {
    /** Who, at One Login. */
    readonly sub: string
    /** The outcome, when an identity was asked for. */
    readonly identity?: {
      /** Whether it was proven. */
      readonly proven: boolean
      /** The level reached, or when it was not proven the level asked for. */
      readonly level: string
    }
  }
  /** A sign-in could not be started, or did not come back as it should. */
  'sign-in.failed': {
    /** What went wrong; `unexpected` for an error that is not of this package. */
    readonly code: OneLoginErrorCode | 'unexpected'
  }
  /** A session in this service was ended by a request of its own browser. */
  'signed-out': {
    /** Who, when somebody was signed in. */
    readonly sub?: string
    /** Why: the user asked, a limit passed, re-authentication failed, or another user came back. */
    readonly reason: 'user' | 'expired' | 'login_required' | 'subject_mismatch'
  }
  /** One Login said that a user has signed out; all their sessions end. One comes for each of their journeys. */
  'signed-out.back-channel': {
    /** Who, at One Login. */
    readonly sub: string
  }
  /** A back-channel logout did not end the user's sessions. One Login tries 3 times. */
  'back-channel-logout.failed': {
    /** What went wrong. `unexpected` is an error that is not of this package. */
    readonly code: OneLoginErrorCode | 'unexpected'
  }
  /** A document of One Login's was downloaded. */
  'document.refreshed': {
    /** Its address. */
    readonly url: string
  }
  /** A document could not be had; the last good copy, if there is one, stays in use. */
  'document.refresh-failed': {
    /** Its address, or its name when that is not known. */
    readonly url: string
    /** What went wrong. */
    readonly code: OneLoginErrorCode
  }
}

/** The name of an event; its channel is called `passport-govuk-one-login:` and the name. */
export type OneLoginEventName = keyof OneLoginEvents

const names = [
  'sign-in.started',
  'sign-in.succeeded',
  'sign-in.failed',
  'signed-out',
  'signed-out.back-channel',
  'back-channel-logout.failed',
  'document.refreshed',
  'document.refresh-failed',
] as const satisfies OneLoginEventName[]

const channels = new Map(names.map((name) => [name, channel(`passport-govuk-one-login:${name}`)]))

/** Tells those who listen on `node:diagnostics_channel` what happened. */
export function publish<Name extends OneLoginEventName>(name: Name, event: OneLoginEvents[Name]): void {
  const target = channels.get(name)
  if (target?.hasSubscribers) target.publish(event)
}
