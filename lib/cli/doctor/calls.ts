import { createHttp, type Http } from '../../provider/http.ts'
import { isOneLoginError } from '../../errors.ts'
import type { Settings } from '../../options/strategy-options.ts'

const most = 12

/** What the provider answered. */
export type HttpAnswer = Awaited<ReturnType<Http>>

/** An answer, or the reason why there is none. */
export type Answer =
  { readonly response: HttpAnswer; readonly milliseconds: number } | { readonly failure: string }

/** The doctor's calls: made as the library makes its own, counted, and no more than a dozen. */
export class Calls {
  readonly #http: Http
  #made = 0
  /** Seconds that the provider's clock is ahead, as its newest answer shows it. */
  clockDifference: number | undefined

  constructor(settings: Pick<Settings, 'timeout' | 'serviceURL' | 'environment'>) {
    this.#http = createHttp(settings)
  }

  /** How many calls were made. */
  get made(): number {
    return this.#made
  }

  /** How many calls are left. */
  get left(): number {
    return most - this.#made
  }

  /** Makes a call; never fails. */
  async make(...[url, request]: Parameters<Http>): Promise<Answer> {
    if (this.left === 0) return { failure: `it would take more than ${most} calls` }
    this.#made += 1
    const startedAt = Date.now()
    try {
      const response = await this.#http(url, request)
      const milliseconds = Date.now() - startedAt
      this.#noteTime(response.headers, startedAt + milliseconds / 2)
      return { response, milliseconds }
    } catch (error) {
      return { failure: reasonOf(error) }
    }
  }

  // A cache in front of the provider keeps the Date of the moment it was filled, and counts the seconds since in Age.
  #noteTime(headers: HttpAnswer['headers'], receivedAt: number): void {
    const date = Date.parse(headers.get('date') ?? '')
    const age = Number(headers.get('age') ?? 0)
    if (Number.isNaN(date) || Number.isNaN(age)) return
    const halfOfASecondCutOff = 0.5
    this.clockDifference = (date - receivedAt) / 1000 + age + halfOfASecondCutOff
  }
}

function reasonOf(error: unknown): string {
  if (!isOneLoginError(error)) throw error
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  return code === undefined ? error.message : `${error.message.replace(/\.$/, '')} (${code}).`
}
