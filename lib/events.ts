import { channel, type Channel } from 'node:diagnostics_channel'
import type { OneLoginErrorCode } from './errors.ts'

/**
 * Events for metrics and audit. The only personal data is `sub`. The package publishes each event on a channel of
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
  /** The package sends a browser to One Login. */
  'sign-in.started': {
    /** The requested vectors of trust. */
    readonly vtr: readonly string[]
    /** `'login'` if the user must authenticate again. */
    readonly prompt?: 'login'
  }
  /** A sign-in or an identity journey passed every check, and the verify callback accepted the user. */
  'sign-in.succeeded': {
    /** The user's ID at One Login. */
    readonly sub: string
    /** The outcome, if your service requested an identity. */
    readonly identity?: {
      /** Whether the identity was proven. */
      readonly proven: boolean
      /** The level that the user reached. If the identity was not proven, the level that you requested. */
      readonly level: string
    }
  }
  /** A sign-in could not be started or completed. */
  'sign-in.failed': {
    /** The code of the error, or `unexpected` if the error is not from this package. */
    readonly code: OneLoginErrorCode | 'unexpected'
  }
  /** A request from the user's browser ended its session in this service. */
  'signed-out': {
    /** The user's ID at One Login, if a user was signed in. */
    readonly sub?: string
    /** Why: the user asked, a limit passed, re-authentication failed, or another user came back. */
    readonly reason: 'user' | 'expired' | 'login_required' | 'subject_mismatch'
  }
  /**
   * One Login reported that a user has signed out, and all their sessions ended. There is one event for each of their
   * journeys.
   */
  'signed-out.back-channel': {
    /** The user's ID at One Login. */
    readonly sub: string
  }
  /** A back-channel logout did not end the user's sessions. One Login tries 3 times. */
  'back-channel-logout.failed': {
    /** The code of the error, or `unexpected` if the error is not from this package. */
    readonly code: OneLoginErrorCode | 'unexpected'
  }
  /** The package downloaded a document from One Login. */
  'document.refreshed': {
    /** The address of the document. */
    readonly url: string
  }
  /** The package could not download a document. It uses the last good copy if there is one. */
  'document.refresh-failed': {
    /** The address of the document, or its name if the address is not known. */
    readonly url: string
    /** The code of the error. */
    readonly code: OneLoginErrorCode
  }
}

/** The name of an event. Its channel is `passport-govuk-one-login:` followed by the name. */
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

const channels = Object.fromEntries(
  names.map((name) => [name, channel(`passport-govuk-one-login:${name}`)]),
) as Record<OneLoginEventName, Channel>

/** Publishes an event to its subscribers. */
export function publish<Name extends OneLoginEventName>(name: Name, event: OneLoginEvents[Name]): void {
  channels[name].publish(event)
}
