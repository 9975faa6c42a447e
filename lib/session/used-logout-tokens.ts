import { OneLoginError } from '../errors.ts'
import type { LogoutTokenClaims } from '../tokens/logout-token.ts'
import { recordKey, type RecordStore } from './record-store.ts'

/** The seconds in which no `jti` can be used twice. */
const memory = 180

/** The logout tokens of the last 3 minutes, so that nobody can replay a token that they intercepted. */
export class UsedLogoutTokens {
  readonly #issuer: string
  readonly #inProgress = new Map<string, Promise<void>>()

  constructor({ environment }: { readonly environment: { readonly issuer: string } }) {
    this.#issuer = environment.issuer
  }

  /**
   * Does the work of a token, unless the token has been used before. If the work fails, the token can be used again.
   * If a token arrives several times at once, the later ones wait for the first.
   *
   * @throws OneLoginError `logout_token_invalid` if the token has been used before, or the error of the work
   */
  async useOnce({ jti }: LogoutTokenClaims, records: RecordStore, work: () => Promise<void>): Promise<void> {
    const key = recordKey('logout-token', this.#issuer, jti)
    const first = this.#inProgress.get(key)
    if (first) {
      await first
      throw usedBefore()
    }
    const use = this.#use(key, records, work)
    this.#inProgress.set(key, use)
    try {
      await use
    } finally {
      this.#inProgress.delete(key)
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
  return new OneLoginError('logout_token_invalid', 'The logout token was rejected: it was used before.')
}
