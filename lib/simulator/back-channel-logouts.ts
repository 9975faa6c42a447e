import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { isLogoutCallFault, logoutCallFaults, type LogoutCallFault } from './faults/logout-call-faults.ts'
import { isLogoutTokenFault, logoutTokenFaults, type LogoutTokenFault } from './faults/logout-token-faults.ts'
import type { TokenFault } from './faults/token-fault.ts'
import { logoutCall, type LogoutCall } from './logout-call.ts'
import { issueLogoutToken } from './tokens/issued-logout-token.ts'
import type { Issuer } from './tokens/issued-token.ts'

/** One attempt to inform a service that a user has signed out. */
export interface LogoutAttempt {
  /** The ID of the token. Each attempt has its own. */
  readonly jti: string
  /** The status of the service's response. Not set if there was none. */
  readonly status?: number
}

/** A back-channel logout that the simulator sent to a service, with its attempts. */
export interface BackChannelLogout {
  /** The client ID of the service. */
  readonly clientId: string
  /** The user who has signed out. */
  readonly sub: string
  /** The address that the logout was sent to. */
  readonly uri: string
  /** The attempts in order, at most 3. */
  readonly attempts: readonly LogoutAttempt[]
  /** Whether the service responded with 200. */
  readonly delivered: boolean
}

/** One Login's timing of back-channel logouts, in milliseconds. */
export interface LogoutTiming {
  /** How long to wait for a response. */
  readonly timeout: number
  /** How long to wait between 2 attempts. */
  readonly retryDelay: number
}

/** A logout to send, and the service to send it to. */
interface Delivery {
  readonly clientId: string
  readonly sub: string
  readonly uri: string
  readonly tokenFaults: readonly TokenFault[]
  readonly callFaults: readonly LogoutCallFault[]
}

const isLogoutFault = (name: string): name is LogoutCallFault | LogoutTokenFault =>
  isLogoutCallFault(name) || isLogoutTokenFault(name)

const tries = 3

/** Sends back-channel logouts in the background and records the attempts. */
export class BackChannelLogouts {
  readonly #issuer: Issuer
  readonly #timing: LogoutTiming
  readonly #closing: AbortSignal
  readonly #sent = new Set<Promise<BackChannelLogout>>()

  constructor(issuer: Issuer, timing: LogoutTiming, closing: AbortSignal) {
    this.#issuer = issuer
    this.#timing = timing
    this.#closing = closing
    // Each logout that waits for its next attempt listens, and any number can wait at the same time.
    setMaxListeners(0, closing)
  }

  /** Informs a service that a user has signed out. Stops after a response with 200, or after 3 attempts. */
  send(clientId: string, sub: string, uri: string): Promise<BackChannelLogout> {
    // A fault breaks every attempt. A correct second one would hide how the service handled the first.
    const due = this.#issuer.faults.use('logout-token', isLogoutFault).map(({ name }) => name)
    const callFaults = due.filter(isLogoutCallFault)
    const tokenFaults = due.filter(isLogoutTokenFault).map((name) => logoutTokenFaults[name])
    const sending = this.#send({ clientId, sub, uri, tokenFaults, callFaults })
    this.#sent.add(sending)
    return sending
  }

  /** Waits for all logouts sent so far, returns them in order, and clears the list. */
  async settle(): Promise<BackChannelLogout[]> {
    const sent = [...this.#sent]
    const settled = await Promise.all(sent)
    for (const sending of sent) this.#sent.delete(sending)
    return settled
  }

  async #send(delivery: Delivery): Promise<BackChannelLogout> {
    const { clientId, sub, uri } = delivery
    const attempts: LogoutAttempt[] = []
    while (attempts.length < tries && attempts.at(-1)?.status !== 200) {
      if (attempts.length > 0) await this.#pause()
      if (this.#closing.aborted) break
      attempts.push(await this.#attempt(delivery))
    }
    return { clientId, sub, uri, attempts, delivered: attempts.at(-1)?.status === 200 }
  }

  async #pause(): Promise<void> {
    // A wait that ends because the simulator closes is not an error.
    await wait(this.#timing.retryDelay, undefined, { signal: this.#closing, ref: false }).catch(
      () => undefined,
    )
  }

  async #attempt(delivery: Delivery): Promise<LogoutAttempt> {
    const { jti, token } = await issueLogoutToken(this.#issuer, delivery, delivery.tokenFaults)
    const { uri, ...call } = delivery.callFaults.reduce<LogoutCall>(
      (broken, fault) => logoutCallFaults[fault].apply(broken, token),
      logoutCall(delivery.uri, token),
    )
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
