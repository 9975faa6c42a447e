import { OneLoginError } from '../errors.ts'
import type { LogoutTokenClaims } from '../tokens/logout-token.ts'
import { recordKey, type RecordStore } from './record-store.ts'

/** Seconds in which no `jti` may be used twice. */
const memory = 180

/** The logout tokens that were used in the last 3 minutes, so that one that was overheard cannot be used again. */
export class UsedLogoutTokens {
  readonly #issuer: string
  readonly #underWay = new Map<string, Promise<void>>()

  constructor({ environment }: { readonly environment: { readonly issuer: string } }) {
    this.#issuer = environment.issuer
  }

  /**
   * Does what a token asks for, unless it was used before. If that fails, the token can be used again. One that
   * arrives several times at once waits for the first.
   *
   * @throws OneLoginError `logout_token_invalid` if the token was used before; or as the work fails
   */
  async useOnce({ jti }: LogoutTokenClaims, records: RecordStore, work: () => Promise<void>): Promise<void> {
    const key = recordKey('logout-token', this.#issuer, jti)
    const first = this.#underWay.get(key)
    if (first) {
      await first
      throw usedBefore()
    }
    const use = this.#use(key, records, work)
    this.#underWay.set(key, use)
    try {
      await use
    } finally {
      this.#underWay.delete(key)
    }
  }

  async #use(key: string, records: RecordStore, work: () => Promise<void>): Promise<void> {
    const record = await records.read(key)
    if (record && Number(record.usedAt) > Date.now() - memory * 1000) throw usedBefore()
    await work()
    await records.write(key, { usedAt: Date.now() }, memory)
  }
}

function usedBefore(): OneLoginError {
  return new OneLoginError(
    'logout_token_invalid',
    'The logout token was rejected: it was used before. No action needed, One Login sends a new token each time.',
  )
}
