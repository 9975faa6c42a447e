import { setTimeout as wait } from 'node:timers/promises'
import { isLogoutCallFault, logoutCallFaults, type LogoutCallFault } from './faults/logout-call-faults.ts'
import { logoutTokenFaults } from './faults/logout-token-faults.ts'
import type { TokenFault } from './faults/token-fault.ts'
import { logoutCall } from './logout-call.ts'
import { issueLogoutToken } from './tokens/issued-logout-token.ts'
import { dueTokenFaults, type Issuer } from './tokens/issued-token.ts'

/** One try to tell a service that a user has signed out. */
export interface LogoutAttempt {
  /** The id of the token; each try has its own. */
  readonly jti: string
  /** The status of the service's response; missing when there was none. */
  readonly status?: number
}

/** What a service was told about a user who has signed out, and how that went. */
export interface BackChannelLogout {
  /** The service. */
  readonly clientId: string
  /** Who has signed out. */
  readonly sub: string
  /** Where it was sent. */
  readonly uri: string
  /** The tries, first to last: at most three. */
  readonly attempts: readonly LogoutAttempt[]
  /** Whether the service responded with 200. */
  readonly delivered: boolean
}

/** How patient the provider is, in milliseconds. */
export interface LogoutTiming {
  /** How long it waits for a response. */
  readonly timeout: number
  /** How long it waits between two tries. */
  readonly retryDelay: number
}

/** Whom to tell what. */
interface Notice {
  readonly clientId: string
  readonly sub: string
  readonly uri: string
  readonly tokenFaults: readonly TokenFault[]
  readonly callFault: LogoutCallFault | undefined
}

const tries = 3

/** Sends back-channel logouts in the background and remembers how they went. */
export class BackChannelLogouts {
  readonly #issuer: Issuer
  readonly #timing: LogoutTiming
  readonly #closing: AbortSignal
  readonly #sent = new Set<Promise<BackChannelLogout>>()

  constructor(issuer: Issuer, timing: LogoutTiming, closing: AbortSignal) {
    this.#issuer = issuer
    this.#timing = timing
    this.#closing = closing
  }

  /** Tells a service that a user has signed out: until it responds with 200, three times at most. */
  send(clientId: string, sub: string, uri: string): Promise<BackChannelLogout> {
    const { faults } = this.#issuer
    // A fault breaks every try: a second one that is right would hide what the service made of the first.
    const [callFault] = faults.take('logout-token', isLogoutCallFault)
    const tokenFaults = callFault ? [] : dueTokenFaults(faults, 'logout-token', logoutTokenFaults)
    const sending = this.#send({ clientId, sub, uri, tokenFaults, callFault: callFault?.name })
    this.#sent.add(sending)
    return sending
  }

  /** Waits for everything sent so far; gives it in the order it was sent, and forgets it. */
  async settle(): Promise<BackChannelLogout[]> {
    const sent = [...this.#sent]
    const settled = await Promise.all(sent)
    for (const sending of sent) this.#sent.delete(sending)
    return settled
  }

  async #send(notice: Notice): Promise<BackChannelLogout> {
    const { clientId, sub, uri } = notice
    const attempts: LogoutAttempt[] = []
    while (attempts.length < tries && attempts.at(-1)?.status !== 200) {
      if (attempts.length > 0) await this.#pause()
      if (this.#closing.aborted) break
      attempts.push(await this.#attempt(notice))
    }
    return { clientId, sub, uri, attempts, delivered: attempts.at(-1)?.status === 200 }
  }

  async #pause(): Promise<void> {
    // A wait that the simulator's end cuts short is no failure.
    await wait(this.#timing.retryDelay, undefined, { signal: this.#closing, ref: false }).catch(
      () => undefined,
    )
  }

  async #attempt(notice: Notice): Promise<LogoutAttempt> {
    const { jti, token } = await issueLogoutToken(this.#issuer, notice, notice.tokenFaults)
    const good = logoutCall(notice.uri, token)
    const { uri, ...call } = notice.callFault ? logoutCallFaults[notice.callFault].apply(good, token) : good
    try {
      const response = await fetch(uri, {
        ...call,
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing, AbortSignal.timeout(this.#timing.timeout)]),
      })
      await response.body?.cancel()
      return { jti, status: response.status }
    } catch {
      return { jti }
    }
  }
}
